import type { Command } from 'commander';
import type { CliContext } from '../../../context.js';
import { wantsJson, write, writeJson } from '../../../output.js';
import { connect } from '../../../target.js';

export function define(command: Command, ctx: CliContext, handler = closeSession): void {
  command
    .argument('<session...>', 'ids of browser sessions (pbs_...)')
    .description('Close browser sessions, and end what runs in them. One that is closed already is no error.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern browser session close pbs_123\n  $ skyvern browser session close pbs_123 pbs_456 --json',
    )
    .action((ids: string[]) => handler(ctx, command, ids));
}

export async function closeSession(ctx: CliContext, command: Command, ids: readonly string[]): Promise<void> {
  const { client, call } = await connect(ctx, command);
  const json = wantsJson(ctx, command);
  for (const id of ids) {
    await client.sessions.close(id, call);
    if (!json) await write(ctx.io.stdout, `${id}\tclosed\n`);
  }
  const closed = ids.map((id) => ({ browser_session_id: id, closed: true }));
  if (json) await writeJson(ctx.io.stdout, closed.length === 1 ? closed[0] : closed);
}
