/** `--assert` and `--output-schema`: what must hold of a run's output, or the command ends 15. */
import type { Command } from 'commander';
import { exitCode, UsageError } from '../errors.js';
import type { Run } from '../protocol/run.js';
import { printable } from '../render/sanitize.js';
import type { RunEvent } from '../runs/events.js';
import { NOT_MET } from '../runs/exit.js';
import { json } from './parsers.js';

export interface ExpectFlags {
  readonly assert?: readonly string[];
  readonly outputSchema?: unknown;
}

/** What does not hold, a sentence each; empty when all does. */
export type Expectation = (run: Run) => readonly string[];

const collect = (text: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), text];

export const addExpectOptions = (command: Command): Command =>
  command
    .option('--assert <jmespath>', 'end 15 unless this holds of the output; may be given several times', collect)
    .option('--output-schema <file>', 'end 15 unless the output fits this JSON Schema: JSON text, or `@file`', schema);

/** A path alone is fine, too: the value is never text that is meant as such. */
const schema = (text: string): unknown => json(/^\s*[{@]/.test(text) ? text : `@${text}`);

/** Read before anything is started, so that a fault in them costs nothing. */
export async function expectation({ assert = [], outputSchema }: ExpectFlags): Promise<Expectation> {
  const checks: Expectation[] = [];
  if (assert.length > 0) {
    const { compileQuery, isTruthy } = await import('./query.js');
    for (const text of assert) {
      const query = compileQuery(text, '--assert');
      checks.push(({ output }) => (isTruthy(query(output)) ? [] : [`--assert ${text} does not hold`]));
    }
  }
  if (outputSchema !== undefined) {
    const { checkSchema, schemaFaults } = await import('../engine/schema.js');
    const fault = checkSchema(outputSchema);
    if (fault !== null) {
      throw new UsageError(`--output-schema cannot be used: ${fault}`, { hint: 'give a JSON Schema, draft 7 or 2020-12' });
    }
    checks.push(({ output }) => schemaFaults(outputSchema, output).map((each) => `--output-schema: ${each}`));
  }
  return (run) => checks.flatMap((check) => check(run));
}

/** The same events; a completed run whose output does not hold ends with 15 in the last of them. */
export async function* expecting(events: AsyncIterable<RunEvent>, expected: Expectation): AsyncGenerator<RunEvent, void> {
  for await (const event of events) yield event.type === 'result' ? withFaults(event, expected) : event;
}

export function withFaults<Result extends Pick<Extract<RunEvent, { type: 'result' }>, 'run' | 'exit_code' | 'error'>>(
  result: Result,
  expected: Expectation,
): Result {
  if (result.run === null || result.error !== null || result.exit_code !== 0) return result;
  const faults = expected(result.run);
  if (faults.length === 0) return result;
  const more = faults.length > 3 ? `; and ${faults.length - 3} more` : '';
  const error = {
    code: NOT_MET,
    message: `the run completed, but ${printable(faults.slice(0, 3).join('; '), { maxLength: 1_000 })}${more}`,
    hint: `\`skyvern run output ${result.run.run_id}\` shows the output`,
  };
  return { ...result, exit_code: exitCode('notMet'), error };
}
