import type { Command } from 'commander';
import { printable } from '../../../render/sanitize.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { isEmbedded, settingsOf } from '../../settings.js';
import { connectLocal, connectWith, keyFor } from '../../target.js';

export function define(command: Command, ctx: CliContext, handler = authStatus): void {
  command
    .description('Show which key is used for which server, and whose it is: the server is asked. Exits 4 when it is refused.')
    .addHelpText('after', '\nExamples:\n  $ skyvern auth status\n  $ skyvern auth status --json | jq -r .organization_id')
    .action(() => handler(ctx, command));
}

export async function authStatus(ctx: CliContext, command: Command): Promise<void> {
  const settings = settingsOf(ctx, command);
  const key = isEmbedded(command, settings) ? null : await keyFor(ctx, settings);
  const { client, baseUrl, profile, call } = key ? connectWith(ctx, command, key) : await connectLocal(ctx, command);
  const from = key ? key.where : 'the embedded server';
  const me = await client.server.me(call);
  const name = typeof me['organization_name'] === 'string' ? me['organization_name'] : null;
  const status = { profile, server: baseUrl.origin, key_from: from, organization_id: me.organization_id, organization_name: name };
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, status);
  const account = name === null ? me.organization_id : `${name} (${me.organization_id})`;
  const fields = { profile, server: baseUrl.origin, key: from === 'none' ? 'none' : `from ${from}`, account };
  await write(
    ctx.io.stdout,
    Object.entries(fields)
      .map(([field, value]) => `${field}\t${printable(value)}\n`)
      .join(''),
  );
}
