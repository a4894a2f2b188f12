import type { Command } from 'commander';
import { unsetSetting } from '../../../config/edit.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { editDeps, profileToEdit } from '../../settings.js';

export function define(command: Command, ctx: CliContext, handler = configUnset): void {
  command
    .argument('<setting>', 'name, as `skyvern config list` shows it')
    .description('Take a value out of a profile, so that the default holds again.')
    .addHelpText('after', '\nExamples:\n  $ skyvern config unset output\n  $ skyvern config unset base-url --profile work')
    .action((name: string) => handler(ctx, command, name));
}

export async function configUnset(ctx: CliContext, command: Command, name: string): Promise<void> {
  const profile = profileToEdit(ctx, command);
  const changed = await unsetSetting(editDeps(ctx), profile, name);
  if (wantsJson(ctx, command)) await writeJson(ctx.io.stdout, { profile, name, changed });
  else await write(ctx.io.stdout, changed ? `${profile}: ${name} is no longer set\n` : `${profile}: ${name} was not set\n`);
}
