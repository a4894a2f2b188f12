import type { Command } from 'commander';
import type { CliContext } from '../../context.js';
import { whose } from '../../credential.js';
import { showOne } from '../../showOne.js';

export function define(command: Command, ctx: CliContext, handler = getCredential): void {
  command
    .argument('<credential>', 'id of a credential (cred_...)')
    .description('Show a stored credential. Its secrets never leave the server.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern credential get cred_123\n  $ skyvern credential get cred_123 --query credential.username',
    )
    .action((id: string) => handler(ctx, command, id));
}

export async function getCredential(ctx: CliContext, command: Command, id: string): Promise<void> {
  await showOne(
    ctx,
    command,
    ({ client, call }) => client.credentials.get(id, call),
    (credential) => [
      ['credential', credential.credential_id],
      ['name', credential.name],
      ['type', credential.credential_type],
      ['who', whose(credential)],
      ['vault', credential.vault_type],
    ],
  );
}
