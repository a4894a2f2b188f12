import { type Command, Option } from 'commander';
import { CREDENTIAL_TYPES, type Credential } from '../../../protocol/credential.js';
import type { CliContext } from '../../context.js';
import { whose } from '../../credential.js';
import { given } from '../../given.js';
import { wantsJson } from '../../output.js';
import { addPageOption, collectPages, type PageFlag } from '../../pages.js';
import { integer } from '../../parsers.js';
import { printTable } from '../../table.js';
import { connect } from '../../target.js';

interface Flags extends PageFlag {
  readonly type?: string;
  readonly vault?: string;
  readonly search?: string;
  readonly limit: number;
}

export function define(command: Command, ctx: CliContext, handler = listCredentials): void {
  command
    .description('List stored credentials. Their secrets never leave the server.')
    .addOption(new Option('-t, --type <type>', 'only this kind').choices(CREDENTIAL_TYPES))
    .option('--vault <name>', 'only those of this vault, for example skyvern')
    .option('--search <text>', 'only those whose name holds this text')
    .option('-n, --limit <n>', 'at most this many', integer, 100);
  addPageOption(command)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern credential list\n  $ skyvern credential list --type password --query "[].credential_id"',
    )
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function listCredentials(ctx: CliContext, command: Command, { type, vault, search, limit, page: only }: Flags): Promise<void> {
  const { client, call } = await connect(ctx, command);
  const filter = given({ credentialType: type, vaultType: vault, search });
  const rows = await collectPages<Credential>(
    (page, pageSize) => client.credentials.list({ ...filter, page, pageSize }, call),
    ({ credential_id }) => credential_id,
    limit,
    only,
  );
  await printTable(
    ctx.io.stdout,
    rows,
    [
      ['CREDENTIAL', (row) => row.credential_id],
      ['TYPE', (row) => row.credential_type],
      ['NAME', (row) => row.name],
      ['VAULT', (row) => row.vault_type],
      ['WHO', (row) => whose(row)],
    ],
    wantsJson(ctx, command),
  );
}
