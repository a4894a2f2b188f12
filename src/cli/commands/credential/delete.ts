import type { Command } from 'commander';
import { confirm } from '../../ask.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { connect } from '../../target.js';

interface Flags {
  readonly yes?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = deleteCredential): void {
  command
    .argument('<credential>', 'id of a credential (cred_...)')
    .description('Delete a stored credential. Asks on a terminal.')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  $ skyvern credential delete cred_123\n  $ skyvern credential delete cred_123 --yes')
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function deleteCredential(ctx: CliContext, command: Command, id: string, { yes }: Flags): Promise<void> {
  const { client, call } = await connect(ctx, command);
  if (!yes) {
    const { name } = await client.credentials.get(id, call);
    await confirm(ctx, command, `this deletes the credential ${name} (${id})`, yes);
  }
  await client.credentials.delete(id, call);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, { credential_id: id, deleted: true });
  await write(ctx.io.stdout, `${id}\tdeleted\n`);
}
