import type { Command } from 'commander';
import { SkyvernError } from '../../../errors.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { addRunArgument, connectToRun } from '../../target.js';

export function define(command: Command, ctx: CliContext, handler = runContinue): void {
  addRunArgument(command)
    .description('Let a paused run go on: the yes to what it asks a person. To say no, cancel it.')
    .addHelpText('after', '\nExamples:\n  $ skyvern run continue @last\n  $ skyvern run continue wr_456 && skyvern run watch wr_456')
    .action((id: string) => handler(ctx, command, id));
}

export async function runContinue(ctx: CliContext, command: Command, id: string): Promise<void> {
  const { client, runId, call } = await connectToRun(ctx, command, id);
  // The API answers "not found" for a run that is there and not paused.
  const { status, run_id } = await client.runs.get(runId, call);
  if (status !== 'paused') {
    throw new SkyvernError('refused', 'not_paused', `run ${runId} is ${status}: it does not wait for anybody`, {
      hint: `\`skyvern run get ${runId}\``,
      runId,
    });
  }
  await client.runs.continue(run_id, call);
  if (wantsJson(ctx, command)) await writeJson(ctx.io.stdout, { run_id, continued: true });
  else await write(ctx.io.stdout, `${run_id}\tgoes on\n`);
}
