import type { Command } from 'commander';
import type { CliContext } from '../../../context.js';
import { describe, utc } from '../../../describe.js';
import { wantsJson, write, writeJson } from '../../../output.js';
import { connect } from '../../../target.js';

export function define(command: Command, ctx: CliContext, handler = getProfile): void {
  command
    .argument('<profile>', 'id of a browser profile (bp_...)')
    .description('Show a browser profile.')
    .addHelpText('after', '\nExamples:\n  $ skyvern browser profile get bp_123\n  $ skyvern browser profile get bp_123 --query name')
    .action((id: string) => handler(ctx, command, id));
}

export async function getProfile(ctx: CliContext, command: Command, id: string): Promise<void> {
  const { client, call } = await connect(ctx, command);
  const profile = await client.profiles.get(id, call);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, profile);
  await write(
    ctx.io.stdout,
    describe(ctx.io.stdout, [
      ['profile', profile.browser_profile_id],
      ['name', profile.name],
      ['description', profile.description],
      ['credential', profile.linked_credential_name],
      ['created', utc(profile.created_at)],
    ]),
  );
}
