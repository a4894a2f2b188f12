import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../../../errors.js';
import { ENGINES, type TaskRunRequest } from '../../../protocol/task.js';
import { safeJson } from '../../../render/sanitize.js';
import { addBatchOptions, type BatchFlags, runBatch } from '../../batch/batch.js';
import type { Row } from '../../batch/rows.js';
import type { CliContext } from '../../context.js';
import { addGuardOptions, type GuardFlags, refuseLocalOnly, withAttendance } from '../../guards.js';
import { withModel } from '../../model.js';
import { integer, json, webUrl } from '../../parsers.js';
import { taskBeginning } from '../../start.js';
import { connect } from '../../target.js';
import { type TaskRunFlags, taskRequest } from './run.js';

type Flags = BatchFlags &
  GuardFlags &
  Pick<TaskRunFlags, 'engine' | 'maxSteps' | 'dataExtractionSchema' | 'webhookUrl' | 'model'> & {
    readonly promptTemplate: string;
    readonly url?: string;
    readonly title?: string;
  };

export function define(command: Command, ctx: CliContext, handler = taskBatch): void {
  addBatchOptions(
    command
      .description(
        'Start a task for each row of a file, a few at a time, and follow all runs. {{name}} in prompt, address and title is what the row has in that column. Prints a JSON line for each row as it ends; a ledger beside the file holds what became of each, so that a batch that was stopped goes on without starting anything twice.',
      )
      .requiredOption('-p, --prompt-template <text>', 'what to do, with {{columns}}; `@file` reads it from a file', template)
      .option('-u, --url <url>', 'page to start on, with {{columns}}')
      .option('--title <text>', 'title in the list of runs, with {{columns}}'),
  )
    .addOption(new Option('-e, --engine <name>', `${ENGINES.join(', ')}; \`rules\` needs no model and runs only on --local`))
    .option('--max-steps <n>', 'stop a run after this many steps', integer)
    .option('--data-extraction-schema <json>', 'JSON Schema wanted for the output, or `@file`', json)
    .option('--webhook-url <url>', 'call this address when a run ends', webUrl)
    .option('--model <name>', 'language model to use')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern task batch --input cities.csv --prompt-template "Get the weather of {{city}}" --url https://weather.example --dry-run\n  $ skyvern task batch --input cities.csv --prompt-template "Get the weather of {{city}}" --url https://weather.example --resume > results.ndjson',
    )
    .action((flags: Flags) => handler(ctx, command, flags));
  addGuardOptions(command);
}

export async function taskBatch(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const target = await connect(ctx, command);
  const { url, title, promptTemplate, ...rest } = flags;
  const requestOf = (row: Row): TaskRunRequest => {
    const fields = {
      ...(url !== undefined && { url: address(filled(url, row)) }),
      ...(title !== undefined && { title: filled(title, row) }),
    };
    return taskRequest(filled(promptTemplate, row), { ...rest, ...fields }, {});
  };
  const sample = withAttendance(ctx.io, target, taskRequest('', rest, {}));
  refuseLocalOnly(target, sample);
  // What the model is called and whether there is one is the same for all rows.
  const { prompt: _prompt, ...shared } = await withModel(ctx, command, target, sample, {
    engine: sample.engine ?? undefined,
    named: flags.model,
  });
  await runBatch(
    ctx,
    command,
    target,
    {
      about: promptTemplate,
      requestOf: (row) => ({ ...shared, ...requestOf(row), ...('model' in shared && { model: shared.model }) }),
      begin: (request) => taskBeginning(request as TaskRunRequest),
    },
    flags,
  );
}

/** @throws UsageError for a column that the row does not have */
function filled(text: string, { values }: Row): string {
  return text.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || value === null) throw new UsageError(`there is nothing for {{${name}}}`, { code: 'bad_rows' });
    return typeof value === 'string' ? value : safeJson(value);
  });
}

function address(text: string): string {
  try {
    return webUrl(text);
  } catch {
    throw new UsageError(`${JSON.stringify(text.slice(0, 200))} is no address of a page`, { code: 'bad_rows' });
  }
}

function template(text: string): string {
  if (!text.startsWith('@')) return text;
  try {
    return readFileSync(text.slice(1), 'utf8').trim();
  } catch (error) {
    throw new InvalidArgumentError(`${text.slice(1)} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
