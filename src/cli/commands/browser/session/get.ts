import type { Command } from 'commander';
import type { CliContext } from '../../../context.js';
import { utc } from '../../../describe.js';
import { showOne } from '../../../showOne.js';

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
  await showOne(
    ctx,
    command,
    ({ client, call }) => client.sessions.get(id, call),
    (session) => [
      ['session', session.browser_session_id],
      ['status', session.status],
      ['minutes', session.timeout],
      ['run', session.runnable_id],
      ['profile', session.browser_profile_id],
      ['created', utc(session.created_at)],
      ['started', utc(session.started_at)],
      ['address', session.browser_address],
      ['page', session.app_url],
    ],
  );
}
