import type { Command } from 'commander';
import { stopLocalServer } from '../../../server/daemon.js';
import type { CliContext } from '../../context.js';
import { daemonDeps } from '../../local.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { refuseIfReadOnly } from '../../settings.js';

export function define(command: Command, ctx: CliContext, handler = localStop): void {
  command
    .description('Stop the embedded server. Runs at work get ten seconds and are failed then; queued ones wait for the next start.')
    .addHelpText('after', '\nExamples:\n  $ skyvern local stop\n  $ skyvern local stop --json | jq .stopped')
    .action(() => handler(ctx, command));
}

export async function localStop(ctx: CliContext, command: Command): Promise<void> {
  refuseIfReadOnly(ctx, command, '`skyvern local stop`');
  const stopped = await stopLocalServer(daemonDeps(ctx));
  if (wantsJson(ctx, command)) await writeJson(ctx.io.stdout, { stopped });
  else await write(ctx.io.stdout, stopped ? 'stopped\n' : 'it was not running\n');
}
