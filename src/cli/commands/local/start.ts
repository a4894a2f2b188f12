import { type Command, Option } from 'commander';
import { RULES_ENGINE } from '../../../protocol/task.js';
import type { CliContext } from '../../context.js';
import { startLocal } from '../../local.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { settingsOf } from '../../settings.js';

const DAY_MS = 24 * 60 * 60_000;

interface Flags {
  readonly foreground?: boolean;
  readonly engine?: string;
  readonly browserSandbox: boolean;
  readonly proxyNames?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = localStart): void {
  command
    .description('Start the embedded server. Commands with --local do it themselves when none runs; it ends when idle for 15 minutes.')
    .option('--foreground', 'stay in the foreground and log to standard error: for containers and systemd')
    .addOption(
      new Option('-e, --engine <name>', 'engine for starts that name none of ours, so that other clients can use it').choices([
        RULES_ENGINE,
      ]),
    )
    .option('--no-browser-sandbox', 'start the browser without its sandbox, where the kernel allows none')
    .option('--proxy-names', 'give the proxy of HTTPS_PROXY the names of hosts, where it takes no addresses or this machine knows no names')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern local start\n  $ skyvern local start --foreground --engine rules\n  $ eval "$(skyvern local env)"   # any other Skyvern client can use it now',
    )
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function localStart(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const args = [
    ...(flags.engine ? ['--engine', flags.engine] : []),
    ...(flags.browserSandbox ? [] : ['--no-browser-sandbox']),
    ...(flags.proxyNames ? ['--proxy-names'] : []),
  ];
  if (flags.foreground) {
    const { serveLocal } = await import('../../serveLocal.js');
    const { days, bytes } = settingsOf(ctx, command).keep;
    const retention = { ageMs: days.value === null ? null : days.value * DAY_MS, bytes: bytes.value };
    return serveLocal(ctx, {
      engine: flags.engine ?? null,
      sandbox: flags.browserSandbox,
      proxyNames: flags.proxyNames === true,
      retention,
    });
  }
  const { baseUrl, pid, version } = await startLocal(ctx, args);
  if (wantsJson(ctx, command)) await writeJson(ctx.io.stdout, { base_url: baseUrl, pid, version });
  else await write(ctx.io.stdout, `${baseUrl}\n`);
}
