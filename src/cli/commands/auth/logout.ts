import type { Command } from 'commander';
import { forgetKey } from '../../../config/auth.js';
import { LocalError } from '../../../errors.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { editDeps, profileToEdit } from '../../settings.js';

export function define(command: Command, ctx: CliContext, handler = authLogout): void {
  command
    .description('Forget the stored key of a profile.')
    .addHelpText('after', '\nExamples:\n  $ skyvern auth logout\n  $ skyvern auth logout --profile work')
    .action(() => handler(ctx, command));
}

export async function authLogout(ctx: CliContext, command: Command): Promise<void> {
  const profile = profileToEdit(ctx, command);
  const forgotten = await forgetKey({ ...editDeps(ctx), keychain: ctx.keychain }, profile);
  if (forgotten && forgotten.problem !== '') {
    throw new LocalError('no_keychain', `the keychain may still have the key of ${forgotten.origin}: ${forgotten.problem}`);
  }
  if (wantsJson(ctx, command))
    await writeJson(ctx.io.stdout, { profile, forgotten: forgotten !== null, server: forgotten?.origin ?? null });
  else await write(ctx.io.stdout, forgotten ? `forgot the key of ${forgotten.origin}\n` : `the profile ${profile} had no key\n`);
}
