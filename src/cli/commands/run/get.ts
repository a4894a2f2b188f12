import type { Command } from 'commander';
import { exitCode, Verdict } from '../../../errors.js';
import { verdictOf } from '../../../runs/exit.js';
import type { CliContext } from '../../context.js';
import { describeRun } from '../../describeRun.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { addRunArgument, connectToRun } from '../../target.js';

interface Flags {
  readonly exitStatus?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = runGet): void {
  addRunArgument(command)
    .description('Show a run: status, times, output, failure and links.')
    .option('--exit-status', 'exit by the status of the run: 0 completed, 10 to 13 ended otherwise, 8 still running')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run get @last\n  $ skyvern run get tsk_123 --json | jq .output\n  $ until skyvern run get @last --exit-status -q; [ $? -ne 8 ]; do sleep 5; done',
    )
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function runGet(ctx: CliContext, command: Command, id: string, { exitStatus = false }: Flags): Promise<void> {
  const { client, runId, call } = await connectToRun(ctx, command, id);
  const run = await client.runs.get(runId, call);
  if (wantsJson(ctx, command)) await writeJson(ctx.io.stdout, run);
  else await write(ctx.io.stdout, describeRun(run, ctx.io.stdout.isTTY === true));
  if (exitStatus) throw new Verdict(exitCode(verdictOf(run)));
}
