import type { Command } from 'commander';
import { confirm } from '../../../ask.js';
import type { CliContext } from '../../../context.js';
import { wantsJson, write, writeJson } from '../../../output.js';
import { connect } from '../../../target.js';

interface Flags {
  readonly yes?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = deleteProfile): void {
  command
    .argument('<profile>', 'id of a browser profile (bp_...)')
    .description('Delete a browser profile with its cookies and log-ins. Asks on a terminal.')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  $ skyvern browser profile delete bp_123\n  $ skyvern browser profile delete bp_123 --yes')
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function deleteProfile(ctx: CliContext, command: Command, id: string, { yes }: Flags): Promise<void> {
  const { client, call } = await connect(ctx, command);
  if (!yes) {
    const { name } = await client.profiles.get(id, call);
    await confirm(ctx, command, `this deletes the profile ${name} (${id})`, yes);
  }
  await client.profiles.delete(id, call);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, { browser_profile_id: id, deleted: true });
  await write(ctx.io.stdout, `${id}\tdeleted\n`);
}
