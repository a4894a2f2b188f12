import type { Command } from 'commander';
import { setSetting } from '../../../config/edit.js';
import { SETTING_NAMES } from '../../../config/schema.js';
import { printable } from '../../../render/sanitize.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { editDeps, profileToEdit } from '../../settings.js';

export function define(command: Command, ctx: CliContext, handler = configSet): void {
  command
    .argument('<setting>', SETTING_NAMES.join(', '))
    .argument('<value>')
    .description('Set a value in the profile in use, or in the one that --profile names (made when it is not there).')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern config set base-url http://localhost:8000 --profile work\n  $ skyvern config set output plain',
    )
    .action((name: string, value: string) => handler(ctx, command, name, value));
}

export async function configSet(ctx: CliContext, command: Command, name: string, value: string): Promise<void> {
  const profile = profileToEdit(ctx, command);
  const kept = await setSetting(editDeps(ctx), profile, name, value);
  if (wantsJson(ctx, command)) await writeJson(ctx.io.stdout, { profile, name, value: kept });
  else await write(ctx.io.stdout, `${profile}: ${name} = ${printable(kept)}\n`);
}
