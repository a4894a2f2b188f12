import type { Command } from 'commander';
import { SkyvernError, UsageError } from '../../../errors.js';
import { startRetry } from '../../../journal/startRetry.js';
import { runKind } from '../../../protocol/ids.js';
import { isEnded } from '../../../protocol/status.js';
import { confirm } from '../../ask.js';
import type { CliContext } from '../../context.js';
import { addFollowOptions, addWaitOption, type FollowFlags } from '../../follow.js';
import { outputMode } from '../../output.js';
import { addStartOptions, type Beginning, type StartFlags, startAndFollow } from '../../start.js';
import { addRunArgument, connectToRun } from '../../target.js';

interface Flags extends StartFlags, FollowFlags {
  readonly yes?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = runRetry): void {
  addRunArgument(command)
    .description(
      'Run a workflow run again: a new run with the same workflow version and parameters. What the first one has done (orders, messages, sign-ups) is done again.',
    )
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  $ skyvern run retry wr_456\n  $ skyvern run retry wr_456 --yes --wait');
  addStartOptions(command);
  addFollowOptions(addWaitOption(command, 'the new run'));
  command.action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function runRetry(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const target = await connectToRun(ctx, command, id);
  const { client, runId, call } = target;
  if (runKind(runId) !== 'workflow_run') {
    throw new UsageError(`${runId} is a task, and only workflow runs can be retried`, {
      hint: `\`skyvern task run --like ${runId}\` starts it again`,
    });
  }
  const original = await client.runs.get(runId, call);
  if (!isEnded(original)) {
    throw new SkyvernError('refused', 'not_ended', `run ${runId} is ${original.status}: only a run that has ended can be retried`, {
      hint: `\`skyvern run wait ${runId}\`, or \`skyvern run cancel ${runId}\``,
      runId,
    });
  }
  const warning = `a retry is a new run: whatever ${runId} did is done again`;
  if (flags.yes) ctx.io.stderr.write(`warning: ${warning}\n`);
  else await confirm(ctx, command, warning, false);
  const beginning: Beginning = {
    kind: 'retry',
    label: `retry of ${runId}`,
    start: (deps, options) => startRetry(deps, original, options),
  };
  await startAndFollow(ctx, target, beginning, flags, outputMode(ctx, command));
}
