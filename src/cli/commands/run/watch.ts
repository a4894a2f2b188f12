import type { Command } from 'commander';
import type { CliContext } from '../../context.js';
import { addFollowOptions, type FollowFlags, follow } from '../../follow.js';
import { outputMode } from '../../output.js';
import { addRunArgument, connectToRun } from '../../target.js';

export function define(command: Command, ctx: CliContext, handler = runWatch): void {
  addRunArgument(command)
    .description('Follow a run live until it ends, print its output, and exit by its verdict. Works on runs that have ended, too.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run watch @last\n  $ skyvern run watch tsk_123 --json | jq .output\n  $ skyvern run watch wr_456 --output ndjson > events.ndjson',
    );
  addFollowOptions(command).action((id: string, flags: FollowFlags) => handler(ctx, command, id, flags));
}

export async function runWatch(ctx: CliContext, command: Command, id: string, flags: FollowFlags): Promise<void> {
  const mode = outputMode(ctx, command);
  await follow(ctx, await connectToRun(ctx, command, id), flags, mode);
}
