import type { Command } from 'commander';
import { exitCode, SkyvernError, Verdict } from '../../../errors.js';
import { isEnded } from '../../../protocol/status.js';
import { verdictOf } from '../../../runs/exit.js';
import type { CliContext } from '../../context.js';
import { wantsJson, writeJson, writeOutput } from '../../output.js';
import { addRunArgument, connectToRun } from '../../target.js';

export function define(command: Command, ctx: CliContext, handler = runOutput): void {
  addRunArgument(command)
    .description('Print only the output of a run that has ended, for pipes. Exits by the verdict of the run.')
    .addHelpText('after', '\nExamples:\n  $ skyvern run output @last | jq .\n  $ skyvern run output tsk_123 > output.json')
    .action((id: string) => handler(ctx, command, id));
}

export async function runOutput(ctx: CliContext, command: Command, id: string): Promise<void> {
  const { client, runId, call } = await connectToRun(ctx, command, id);
  const run = await client.runs.get(runId, call);
  if (!isEnded(run)) {
    throw new SkyvernError('stillRunning', 'still_running', `run ${runId} is ${run.status}: there is no output yet`, {
      hint: `\`skyvern run wait ${runId}\``,
      runId,
    });
  }
  if (wantsJson(ctx, command)) await writeJson(ctx.io.stdout, run.output);
  else await writeOutput(ctx.io, run.output);
  throw new Verdict(exitCode(verdictOf(run)));
}
