import type { Command } from 'commander';
import type { CliContext } from '../../context.js';
import { whose } from '../../credential.js';
import { describe } from '../../describe.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { connect } from '../../target.js';

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
  const { client, call } = await connect(ctx, command);
  const credential = await client.credentials.get(id, call);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, credential);
  await write(
    ctx.io.stdout,
    describe(ctx.io.stdout, [
      ['credential', credential.credential_id],
      ['name', credential.name],
      ['type', credential.credential_type],
      ['who', whose(credential)],
      ['vault', credential.vault_type],
    ]),
  );
}
