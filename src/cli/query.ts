/** JMESPath (jmespath.org, with the community's grammar): `--query` and `--assert`. Imported only where one is given. */
import { compile, type JSONValue, TreeInterpreter } from '@jmespath-community/jmespath';
import { UsageError } from '../errors.js';

/**
 * The expression, ready for documents.
 * @param flag where it was given, for the message
 * @throws UsageError for one that cannot be read; the function itself for one that does not fit its document
 */
export function compileQuery(expression: string, flag: string): (document: unknown) => unknown {
  const said = (what: string, error: unknown) =>
    new UsageError(`${flag} ${JSON.stringify(expression)} ${what}: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'it is a JMESPath expression, such as output.items[0].name',
    });
  let tree: ReturnType<typeof compile>;
  try {
    tree = compile(expression);
  } catch (error) {
    throw said('cannot be read', error);
  }
  return (document) => {
    try {
      return TreeInterpreter.search(tree, document as JSONValue);
    } catch (error) {
      throw said('does not fit', error);
    }
  };
}

/** What JMESPath takes for false: `false`, null, and what is empty. */
export function isTruthy(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
