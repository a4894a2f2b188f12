import type { Command } from 'commander';
import type { CliContext } from '../../../context.js';
import { utc } from '../../../describe.js';
import { wantsJson } from '../../../output.js';
import { printTable } from '../../../table.js';
import { connect } from '../../../target.js';

export function define(command: Command, ctx: CliContext, handler = listSessions): void {
  command
    .description('List the browser sessions that are open.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern browser session list\n  $ skyvern browser session list | cut -f1 | xargs -n1 skyvern browser session close',
    )
    .action(() => handler(ctx, command));
}

export async function listSessions(ctx: CliContext, command: Command): Promise<void> {
  const { client, call } = await connect(ctx, command);
  await printTable(
    ctx.io.stdout,
    await client.sessions.list(call),
    [
      ['SESSION', (row) => row.browser_session_id],
      ['STATUS', (row) => row.status],
      ['MINUTES', (row) => (row.timeout === null ? null : String(row.timeout))],
      ['STARTED', (row) => utc(row.started_at ?? row.created_at)],
      ['RUN', (row) => row.runnable_id],
    ],
    wantsJson(ctx, command),
  );
}
