/** `--param key=value` and `--params`: the parameters of a run or a schedule, in the types of the workflow. */
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../../errors.js';
import type { Wire } from '../../protocol/decode.js';
import { printable } from '../../render/sanitize.js';
import { checkParameters, type RunParameter, runParameters } from '../../workflow/parameters.js';
import { jsonObject } from '../parsers.js';

export interface ParameterFlags {
  readonly param?: ReadonlyMap<string, string>;
  readonly params?: Wire;
}

export const addParameterOptions = (command: Command): Command =>
  command
    .option('-P, --param <key=value>', 'a parameter, in the type that the workflow asks for; may be given several times', keyValue)
    .option('-p, --params <json>', 'parameters as a JSON object, or `@file`; --param goes before it', jsonObject);

function keyValue(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('It is a key and a value: key=value.');
  return new Map([...before, [key, value]]);
}

/**
 * What is sent: typed, complete, nothing that the workflow does not know.
 * @throws UsageError with `invalid_parameters`, naming every parameter that is missing, unknown or of another type
 */
export function parametersFor(workflow: Wire, { param = new Map(), params = {} }: ParameterFlags): Wire {
  const parameters = runParameters(workflow);
  const { values, faults } = checkParameters(parameters, params, param);
  if (faults.length === 0) return values;
  throw new UsageError(printable(faults.map(({ message }) => message).join('; ')), {
    code: 'invalid_parameters',
    hint:
      parameters.length === 0
        ? 'this workflow takes none'
        : `it takes ${parameters
            .map(shown)
            .map((each) => printable(each))
            .join(', ')}`,
  });
}

/** `n=integer`, in brackets where it may be left out. */
export function shown({ key, type, required }: RunParameter): string {
  return required ? `${key}=${type}` : `[${key}=${type}]`;
}
