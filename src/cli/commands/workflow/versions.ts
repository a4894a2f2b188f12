import type { Command } from 'commander';
import type { Workflow } from '../../../protocol/workflow.js';
import type { CliContext } from '../../context.js';
import { utc } from '../../describe.js';
import { wantsJson } from '../../output.js';
import { printTable } from '../../table.js';
import { connect } from '../../target.js';
import { addWorkflowArgument, workflowIdFrom } from '../../workflow/ids.js';

export function define(command: Command, ctx: CliContext, handler = workflowVersions): void {
  addWorkflowArgument(command)
    .description('List the versions of a workflow, newest first.')
    .addHelpText('after', '\nExamples:\n  $ skyvern workflow versions wpid_123\n  $ skyvern workflow diff wpid_123 --from 2 --to 3')
    .action((id: string) => handler(ctx, command, id));
}

export async function workflowVersions(ctx: CliContext, command: Command, id: string): Promise<void> {
  const workflowId = workflowIdFrom(id);
  const { client, call } = await connect(ctx, command);
  const rows: Workflow[] = await client.workflows.versions(workflowId, call);
  // Of an unknown workflow there are none, and no error: asking for the workflow itself gives it.
  if (rows.length === 0) await client.workflows.get(workflowId, undefined, call);
  await printTable(
    ctx.io.stdout,
    rows,
    [
      ['VERSION', (row) => String(row.version)],
      ['ID', (row) => row.workflow_id],
      ['MADE', (row) => utc(row.created_at)],
      ['TITLE', (row) => row.title],
    ],
    wantsJson(ctx, command),
  );
}
