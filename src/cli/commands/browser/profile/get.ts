import type { Command } from 'commander';
import type { CliContext } from '../../../context.js';
import { utc } from '../../../describe.js';
import { showOne } from '../../../showOne.js';

export function define(command: Command, ctx: CliContext, handler = getProfile): void {
  command
    .argument('<profile>', 'id of a browser profile (bp_...)')
    .description('Show a browser profile.')
    .addHelpText('after', '\nExamples:\n  $ skyvern browser profile get bp_123\n  $ skyvern browser profile get bp_123 --query name')
    .action((id: string) => handler(ctx, command, id));
}

export async function getProfile(ctx: CliContext, command: Command, id: string): Promise<void> {
  await showOne(
    ctx,
    command,
    ({ client, call }) => client.profiles.get(id, call),
    (profile) => [
      ['profile', profile.browser_profile_id],
      ['name', profile.name],
      ['description', profile.description],
      ['credential', profile.linked_credential_name],
      ['created', utc(profile.created_at)],
    ],
  );
}
