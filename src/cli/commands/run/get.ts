import type { Command } from 'commander';
import { type ExitCode, exitCode, SkyvernError, UsageError, Verdict } from '../../../errors.js';
import type { Run } from '../../../protocol/run.js';
import { formatError, problemOf } from '../../../render/errors.js';
import { verdictOf, worstExit } from '../../../runs/exit.js';
import type { CliContext } from '../../context.js';
import { describeRun } from '../../describeRun.js';
import { outputMode, wantsJson, write, writeJson } from '../../output.js';
import { mapLimited } from '../../parallel.js';
import { spentBy } from '../../spent.js';
import { printTable } from '../../table.js';
import { addRunsArgument, connectToRun, MAX_RUNS } from '../../target.js';

interface Flags {
  readonly exitStatus?: boolean;
}

/** Requests under way at once. */
const AT_ONCE = 8;

export function define(command: Command, ctx: CliContext, handler = runGet): void {
  addRunsArgument(command)
    .description('Show a run: status, times, output, failure and links; or a table of up to 100.')
    .option('--exit-status', 'exit by the status of the run: 0 completed, 10 to 13 ended otherwise, 8 still running; of several, the worst')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run get @last\n  $ skyvern run get tsk_123 --query output\n  $ until skyvern run get @last --exit-status -q; [ $? -ne 8 ]; do sleep 5; done',
    )
    .action((ids: string[], flags: Flags) => handler(ctx, command, ids, flags));
}

export async function runGet(ctx: CliContext, command: Command, ids: readonly string[], { exitStatus = false }: Flags): Promise<void> {
  if (ids.length > MAX_RUNS) throw new UsageError(`${ids.length} runs are too many at once`, { hint: `give at most ${MAX_RUNS}` });
  const { stdout } = ctx.io;
  const json = wantsJson(ctx, command);
  if (ids.length > 1) return getMany(ctx, command, ids, exitStatus, json);
  const { client, runId, call } = await connectToRun(ctx, command, ids[0] as string);
  const run = await client.runs.get(runId, call);
  if (json) await writeJson(stdout, run);
  else await write(stdout, describeRun(run, stdout.isTTY === true, await spentBy(client, run, call)));
  if (exitStatus) throw new Verdict(exitCode(verdictOf(run)));
}

async function getOne(ctx: CliContext, command: Command, id: string): Promise<Run> {
  const { client, runId, call } = await connectToRun(ctx, command, id);
  return client.runs.get(runId, call);
}

/** What cannot be read is a row like any other; the others are shown all the same. */
async function getMany(ctx: CliContext, command: Command, ids: readonly string[], exitStatus: boolean, json: boolean): Promise<void> {
  const rows = await mapLimited(ids, AT_ONCE, async (id) => {
    try {
      return { run: await getOne(ctx, command, id), error: null, id };
    } catch (error) {
      if (!(error instanceof SkyvernError) || ctx.signal.aborted) throw error;
      return { run: null, error, id };
    }
  });
  const documents = rows.map(({ run, error, id }) => run ?? { run_id: id, error: problemOf(error) });
  if (json) await writeJson(ctx.io.stdout, documents);
  else {
    const runs = rows.flatMap(({ run }) => run ?? []);
    await printTable(
      ctx.io.stdout,
      runs,
      [
        ['RUN', (row) => row.run_id],
        ['STATUS', (row) => row.status],
        ['KIND', (row) => row.run_type],
        ['FINISHED', (row) => row.finished_at?.replace(/\.\d+$/, '').concat('Z') ?? null],
        ['REASON', (row) => row.failure_reason],
      ],
      false,
    );
    for (const { error } of rows) if (error) ctx.io.stderr.write(formatError(error, outputMode(ctx, command)));
  }
  const codes = rows.map(({ run, error }): ExitCode => error?.exitCode ?? (exitStatus && run ? exitCode(verdictOf(run)) : exitCode('ok')));
  const worst = worstExit(codes);
  if (worst !== exitCode('ok')) throw new Verdict(worst);
}
