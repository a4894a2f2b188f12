import type { Command } from 'commander';
import type { BrowserProfile } from '../../../../protocol/browserProfile.js';
import type { CliContext } from '../../../context.js';
import { utc } from '../../../describe.js';
import { wantsJson } from '../../../output.js';
import { collectPages } from '../../../pages.js';
import { integer } from '../../../parsers.js';
import { printTable } from '../../../table.js';
import { connect } from '../../../target.js';

interface Flags {
  readonly search?: string;
  readonly limit: number;
}

export function define(command: Command, ctx: CliContext, handler = listProfiles): void {
  command
    .description('List browser profiles, newest first.')
    .option('--search <text>', 'only those whose name or description holds this text')
    .option('-n, --limit <n>', 'at most this many', integer, 100)
    .addHelpText('after', '\nExamples:\n  $ skyvern browser profile list\n  $ skyvern browser profile list --search shop --json')
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function listProfiles(ctx: CliContext, command: Command, { search, limit }: Flags): Promise<void> {
  const { client, call } = await connect(ctx, command);
  const rows = await collectPages<BrowserProfile>(
    (page, pageSize) => client.profiles.list({ page, pageSize, ...(search !== undefined && { searchKey: search }) }, call),
    ({ browser_profile_id }) => browser_profile_id,
    limit,
  );
  await printTable(
    ctx.io.stdout,
    rows,
    [
      ['PROFILE', (row) => row.browser_profile_id],
      ['NAME', (row) => row.name],
      ['CREATED', (row) => utc(row.created_at)],
      ['CREDENTIAL', (row) => row.linked_credential_name],
      ['DESCRIPTION', (row) => row.description],
    ],
    wantsJson(ctx, command),
  );
}
