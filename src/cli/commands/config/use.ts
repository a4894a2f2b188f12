import type { Command } from 'commander';
import { listProfiles, useProfile } from '../../../config/edit.js';
import type { CliContext } from '../../context.js';
import { wantsJson } from '../../output.js';
import { editDeps } from '../../settings.js';
import { printTable } from '../../table.js';

export function define(command: Command, ctx: CliContext, handler = configUse): void {
  command
    .argument('[profile]', 'profile to use from now on; without it, the profiles are listed')
    .description('Choose the profile that is used when none is named. `local` is the embedded server, `cloud` is Skyvern Cloud.')
    .addHelpText('after', '\nExamples:\n  $ skyvern config use local\n  $ skyvern config use')
    .action((profile: string | undefined) => handler(ctx, command, profile));
}

export async function configUse(ctx: CliContext, command: Command, profile: string | undefined): Promise<void> {
  const deps = editDeps(ctx);
  if (profile !== undefined) await useProfile(deps, profile);
  const rows = listProfiles(deps).map(({ name, inUse }) => ({ name, in_use: inUse }));
  await printTable(
    ctx.io.stdout,
    rows,
    [
      ['PROFILE', (row) => row.name],
      ['', (row) => (row.in_use ? 'in use' : '')],
    ],
    wantsJson(ctx, command),
  );
}
