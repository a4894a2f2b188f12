/** Definitions in files: read, checked, and said what is wrong with them. */
import { text as readAll } from 'node:stream/consumers';
import { UsageError } from '../../errors.js';
import type { Wire } from '../../protocol/decode.js';
import { printable } from '../../render/sanitize.js';
import { checkDefinition, ID_FIELD } from '../../workflow/check.js';
import { type Position, readSource } from '../../workflow/source.js';
import { count } from '../../workflow/words.js';
import type { CliContext } from '../context.js';
import { readTextFile } from '../parsers.js';

export interface LocatedFinding extends Position {
  readonly severity: 'error' | 'warning';
  /** `workflow_definition.blocks.0.label`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export interface DefinitionFile {
  /** As people call it. */
  readonly name: string;
  /** The file; null for standard input and text in place of a file. */
  readonly path: string | null;
  readonly findings: readonly LocatedFinding[];
  /** What can be sent: null when it is no object at all. */
  readonly definition: Wire | null;
  /** The workflow that the file says it is, or null. */
  readonly workflowId: string | null;
}

/** @param given a file, `@file`, `-`, or the text itself when it is JSON */
export async function readDefinition({ io }: CliContext, given: string): Promise<DefinitionFile> {
  const isText = /^\s*\{/.test(given) || given.includes('\n');
  const path = isText || given === '-' ? null : given.replace(/^@/, '');
  const name = path ?? (isText ? 'the definition' : 'standard input');
  const text = isText ? given : path === null ? await readAll(io.stdin) : readFile(path);
  const source = readSource(text);
  if (source.faults.length > 0) {
    const findings = source.faults.map(
      ({ message, line, column }): LocatedFinding => ({ severity: 'error', path: '', message, line, column }),
    );
    return { name, path, findings, definition: null, workflowId: null };
  }
  const findings = checkDefinition(source.value)
    .map(
      ({ severity, path: where, message, atKey }): LocatedFinding => ({
        severity,
        path: where.join('.'),
        message,
        ...source.locate(where, atKey),
      }),
    )
    .sort((a, b) => a.line - b.line || a.column - b.column);
  const isObject = typeof source.value === 'object' && source.value !== null && !Array.isArray(source.value);
  const { [ID_FIELD]: id, ...definition } = isObject ? (source.value as Record<string, unknown>) : {};
  return { name, path, findings, definition: isObject ? definition : null, workflowId: typeof id === 'string' ? id : null };
}

function readFile(path: string): string {
  try {
    return readTextFile(path);
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\.$/, ''), { hint: 'give the path of a YAML or JSON file' });
  }
}

/** `shop.yaml:12:7: error: ...` */
export const findingLine = (name: string, { line, column, severity, message }: LocatedFinding): string =>
  `${printable(name)}:${line}:${column}: ${severity}: ${printable(message)}\n`;

/**
 * A definition that may be sent. What is wrong with it goes to stderr.
 * @param check false: send it whatever is found; the server may know more than this program
 * @throws UsageError with `invalid_definition`
 */
export async function definitionToSend(
  ctx: CliContext,
  given: string,
  check: boolean,
): Promise<DefinitionFile & { readonly definition: Wire }> {
  const file = await readDefinition(ctx, given);
  for (const finding of file.findings) ctx.io.stderr.write(findingLine(file.name, finding));
  const { definition } = file;
  if (definition === null || (check && hasErrors(file))) throw invalid(file, definition !== null);
  return { ...file, definition };
}

export const hasErrors = ({ findings }: DefinitionFile): boolean => findings.some(({ severity }) => severity === 'error');

export function invalid({ name, findings }: DefinitionFile, isReadable: boolean): UsageError {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return new UsageError(`${printable(name)} has ${count(errors, 'error')}`, {
    code: 'invalid_definition',
    hint: isReadable ? '`skyvern workflow validate` checks it again; --no-check sends it all the same' : 'mend it first',
  });
}
