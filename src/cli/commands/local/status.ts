import type { Command } from 'commander';
import { Verdict } from '../../../errors.js';
import { printable } from '../../../render/sanitize.js';
import { duration } from '../../../render/words.js';
import { findLocalServer, localStatus } from '../../../server/daemon.js';
import type { CliContext } from '../../context.js';
import { daemonDeps } from '../../local.js';
import { wantsJson, write, writeJson } from '../../output.js';

export function define(command: Command, ctx: CliContext, handler = showLocalStatus): void {
  command
    .description('Show the embedded server: where it listens and what it is doing. Exits 5 when it does not run.')
    .addHelpText('after', '\nExamples:\n  $ skyvern local status\n  $ skyvern local status --json | jq -r .base_url')
    .action(() => handler(ctx, command));
}

export async function showLocalStatus(ctx: CliContext, command: Command): Promise<void> {
  const { io, clock } = ctx;
  const json = wantsJson(ctx, command);
  const deps = daemonDeps(ctx);
  const [server, status] = [await findLocalServer(deps), await localStatus(deps)];
  if (!server || !status) {
    if (json) await writeJson(io.stdout, { running: false });
    else await write(io.stdout, 'not running: `skyvern local start` starts it\n');
    throw new Verdict(5);
  }
  if (json) return writeJson(io.stdout, { running: true, ...status, api_key: server.token });
  const { queued, running } = status.runs;
  const fields = [
    ['address', status.base_url],
    ['runs', `${running} running, ${queued} queued, at most ${status.concurrency} at once`],
    [
      'engine',
      status.default_engine === null ? 'only for starts that name one' : `${status.default_engine}, for starts that name none of ours`,
    ],
    ['up', duration(Math.max(0, clock.now() - status.started_at))],
    ['process', `${status.pid}, version ${status.version}`],
    ['data', status.data_folder],
    ...status.notices.map((notice) => ['notice', notice]),
  ];
  await write(io.stdout, fields.map(([name, value]) => `${(name as string).padEnd(8)} ${printable(value as string)}\n`).join(''));
}
