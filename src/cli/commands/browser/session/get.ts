import type { Command } from 'commander';
import type { CliContext } from '../../../context.js';
import { describe, utc } from '../../../describe.js';
import { wantsJson, write, writeJson } from '../../../output.js';
import { connect } from '../../../target.js';

export function define(command: Command, ctx: CliContext, handler = getSession): void {
  command
    .argument('<session>', 'id of a browser session (pbs_...)')
    .description('Show a browser session: whether it is open, which run uses it, where to connect.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern browser session get pbs_123\n  $ skyvern browser session get pbs_123 --query browser_address',
    )
    .action((id: string) => handler(ctx, command, id));
}

export async function getSession(ctx: CliContext, command: Command, id: string): Promise<void> {
  const { client, call } = await connect(ctx, command);
  const session = await client.sessions.get(id, call);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, session);
  await write(
    ctx.io.stdout,
    describe(ctx.io.stdout, [
      ['session', session.browser_session_id],
      ['status', session.status],
      ['minutes', session.timeout],
      ['run', session.runnable_id],
      ['profile', session.browser_profile_id],
      ['created', utc(session.created_at)],
      ['started', utc(session.started_at)],
      ['address', session.browser_address],
      ['page', session.app_url],
    ]),
  );
}
