import type { Command } from 'commander';
import { UsageError } from '../../../errors.js';
import { isEnded, isTerminalStatus } from '../../../protocol/status.js';
import { printable } from '../../../render/sanitize.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { addRunsArgument, connectToRun, MAX_RUNS } from '../../target.js';

interface Flags {
  readonly wait?: boolean;
}

interface Canceled {
  readonly run_id: string;
  readonly status: string;
  /** False when it had already ended: that is what a clean-up wants, so it is no error. */
  readonly changed: boolean;
}

/** How often a run is looked at until the server has really stopped it. */
const POLL_MS = 250;

export function define(command: Command, ctx: CliContext, handler = runCancel): void {
  addRunsArgument(command)
    .description('Stop runs. A run that has already ended stays as it is, and that is no error.')
    .option('-w, --wait', 'return only when each run has really ended')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run cancel @last\n  $ skyvern run list --status running | cut -f1 | xargs skyvern run cancel',
    )
    .action((ids: string[], flags: Flags) => handler(ctx, command, ids, flags));
}

export async function runCancel(ctx: CliContext, command: Command, ids: readonly string[], { wait = false }: Flags): Promise<void> {
  const json = wantsJson(ctx, command);
  if (ids.length > MAX_RUNS) throw new UsageError(`${ids.length} runs are too many at once`, { hint: `give at most ${MAX_RUNS}` });
  const results: Canceled[] = [];
  for (const id of ids) {
    const result = await cancelOne(ctx, command, id, wait);
    results.push(result);
    if (!json) await write(ctx.io.stdout, `${result.run_id}${ctx.io.stdout.isTTY ? '  ' : '\t'}${printable(describe(result))}\n`);
  }
  if (json) await writeJson(ctx.io.stdout, results.length === 1 ? results[0] : results);
}

/** Reads first: the API answers a run that has ended in four different ways, a person gets one. */
async function cancelOne(ctx: CliContext, command: Command, id: string, wait: boolean): Promise<Canceled> {
  const { client, runId, call } = await connectToRun(ctx, command, id);
  const before = await client.runs.get(runId, call);
  if (isEnded(before)) return { run_id: runId, status: before.status, changed: false };
  let run = await client.runs.cancel(runId, call);
  while (wait && !isEnded(run)) {
    await ctx.clock.sleep(POLL_MS, call.signal);
    run = await client.runs.get(runId, call);
  }
  // It may have ended by itself while we asked.
  return { run_id: runId, status: run.status, changed: !isEnded(run) || run.status === 'canceled' || before.retry_pending };
}

function describe({ status, changed }: Canceled): string {
  if (!changed) return `had already ended: ${status}`;
  return isTerminalStatus(status) ? status : `canceling, now ${status}`;
}
