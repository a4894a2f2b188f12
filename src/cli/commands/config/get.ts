import type { Command } from 'commander';
import { getSetting } from '../../../config/edit.js';
import { printable } from '../../../render/sanitize.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { settingFlags } from '../../settings.js';

export function define(command: Command, ctx: CliContext, handler = configGet): void {
  command
    .argument('<setting>', 'name, as `skyvern config list` shows it')
    .description('Print the value of a setting, wherever it comes from.')
    .addHelpText('after', '\nExamples:\n  $ skyvern config get base-url\n  $ skyvern config get output --profile work')
    .action((name: string) => handler(ctx, command, name));
}

export async function configGet(ctx: CliContext, command: Command, name: string): Promise<void> {
  const setting = getSetting({ io: ctx.io, paths: ctx.paths, flags: settingFlags(command) }, name);
  if (wantsJson(ctx, command)) await writeJson(ctx.io.stdout, setting);
  else await write(ctx.io.stdout, setting.value === null ? '' : `${printable(setting.value)}\n`);
}
