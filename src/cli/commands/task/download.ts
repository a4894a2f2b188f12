/** `skyvern task download`: the ready-made run that brings files from a site. */
import type { Command } from 'commander';
import { startDownload } from '../../../journal/startWorkflow.js';
import type { FilesRunRequest } from '../../../protocol/readyMade.js';
import type { CliContext } from '../../context.js';
import { addFollowOptions, addWaitOption, type FollowFlags } from '../../follow.js';
import { given } from '../../given.js';
import { addGuardOptions, type GuardFlags, guardFields, refuseLocalOnly, withAttendance } from '../../guards.js';
import { readPrompt } from '../../inputs.js';
import { withModel } from '../../model.js';
import { outputMode } from '../../output.js';
import { integer, webUrl } from '../../parsers.js';
import { addReadyMadeOptions, type ReadyMadeFlags, readyMadeFields } from '../../readyMade.js';
import { addFenceOption, addStartOptions, type StartFlags, startAndFollow } from '../../start.js';
import { connect } from '../../target.js';

interface Flags extends ReadyMadeFlags, GuardFlags, StartFlags, FollowFlags {
  readonly prompt?: string;
  readonly downloadSuffix?: string;
  readonly downloadTimeout?: number;
  readonly maxSteps?: number;
}

export function define(command: Command, ctx: CliContext, handler = taskDownload): void {
  command
    .description('Start a run that downloads files from a site. `skyvern run download` brings them here when it has ended.')
    .option('-p, --prompt <text>', 'what to download and how to get there; `@file`, or `-` for standard input')
    .option('-u, --url <url>', 'page to start on', webUrl)
    .option('--download-suffix <text>', 'what the names of the files end in')
    .option('--download-timeout <seconds>', 'how long one file may take', integer)
    .option('--max-steps <n>', 'give up after this many steps', integer)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern task download --url https://example.com/reports --prompt "Download the newest report" --wait\n  $ skyvern run download @last --files',
    );
  addFenceOption(addStartOptions(addGuardOptions(addReadyMadeOptions(command))));
  addFollowOptions(addWaitOption(command));
  command.action((flags: Flags) => handler(ctx, command, flags));
}

export async function taskDownload(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const mode = outputMode(ctx, command);
  const goal = await readPrompt(ctx, command, flags.prompt);
  const body: FilesRunRequest = {
    navigation_goal: goal,
    ...readyMadeFields(flags),
    ...guardFields(flags),
    ...given({
      download_suffix: flags.downloadSuffix,
      download_timeout: flags.downloadTimeout,
      max_steps_per_run: flags.maxSteps,
    }),
  };
  const target = await connect(ctx, command);
  refuseLocalOnly(target, body);
  const start = withAttendance(ctx.io, target, body, flags.onPause);
  const asked = await withModel(ctx, command, target, start, { engine: undefined, named: flags.model });
  await startAndFollow(
    ctx,
    target,
    { kind: 'download', label: goal, start: (deps, options) => startDownload(deps, asked, options) },
    flags,
    mode,
  );
}
