import { type Command, Option } from 'commander';
import type { CliContext } from '../../context.js';
import { addExpectOptions } from '../../expect.js';
import { onPauseOption } from '../../follow.js';
import { followMany, type ManyFlags } from '../../followMany.js';
import { addObserverOptions } from '../../observers.js';
import { outputMode } from '../../output.js';
import { connectToRuns } from '../../target.js';

interface Flags extends ManyFlags {
  readonly any?: boolean;
  readonly all?: boolean;
  readonly until?: string;
}

export function define(command: Command, ctx: CliContext, handler = runWait): void {
  command
    .description('Wait quietly until runs end, and exit by their verdict: with several, by the worst one. Prints a line for each run.')
    .argument('<run...>', 'ids of runs, dashboard URLs, or @last')
    .addOption(new Option('--any', 'return when the first of them has ended, with its verdict').conflicts('all'))
    .option('--all', 'return when all have ended (default)')
    .option('--until <jmespath>', 'wait only until this holds of the run, such as "status == \'running\'"; 15 when it ends before that')
    .addOption(onPauseOption());
  addObserverOptions(addExpectOptions(command))
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run wait @last && echo done\n  $ skyvern run wait tsk_1 tsk_2 wr_3 --timeout 30m\n  $ skyvern run wait wr_3 --until "status == \'paused\'" --timeout 10m',
    )
    .action((ids: string[], flags: Flags) => handler(ctx, command, ids, flags));
}

export async function runWait(ctx: CliContext, command: Command, ids: readonly string[], flags: Flags): Promise<void> {
  const targets = await connectToRuns(ctx, command, ids);
  await followMany(ctx, targets, flags, outputMode(ctx, command), {
    until: flags.any ? 'any' : 'all',
    show: false,
    again: `skyvern run wait ${targets.map(({ runId }) => runId).join(' ')}`,
    ...(flags.until !== undefined && { condition: flags.until }),
  });
}
