import type { Command } from 'commander';
import type { WorkflowRunItem } from '../../../protocol/workflow.js';
import type { CliContext } from '../../context.js';
import { given } from '../../given.js';
import { wantsJson } from '../../output.js';
import { addPageOption, type PageFlag } from '../../pages.js';
import { integer } from '../../parsers.js';
import { runStatusOption } from '../../runStatus.js';
import { connect } from '../../target.js';
import { addWorkflowArgument, workflowIdFrom } from '../../workflow/ids.js';
import { readPages } from '../../workflow/pages.js';
import { printRuns } from '../../workflow/runsTable.js';

interface Flags extends PageFlag {
  readonly status?: readonly string[];
  readonly search?: string;
  readonly errorCode?: string;
  readonly limit: number;
  readonly all?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = workflowRuns): void {
  addWorkflowArgument(command)
    .description('List the runs of a workflow, newest first.')
    .addOption(runStatusOption('only these'))
    .option('--search <text>', 'only runs whose id or parameters hold this text')
    .option('--error-code <code>', 'only runs that ended with this error code')
    .option('-n, --limit <n>', 'at most this many', integer, 20)
    .option('--all', 'all of them, whatever the limit');
  addPageOption(command)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern workflow runs wpid_123 --status failed\n  $ skyvern workflow runs wpid_123 -n 1 | cut -f1 | xargs skyvern run get',
    )
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function workflowRuns(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const workflowId = workflowIdFrom(id);
  const { client, call } = await connect(ctx, command);
  const query = given({ status: flags.status, searchKey: flags.search, errorCode: flags.errorCode });
  const rows = await readPages<WorkflowRunItem>(
    (page, pageSize) => client.workflows.runs(workflowId, { ...query, page, pageSize }, call),
    (row) => row.workflow_run_id,
    flags.all ? Number.POSITIVE_INFINITY : flags.limit,
    { only: flags.page },
  );
  // Of an unknown workflow there are none, and no error: asking for the workflow itself gives it.
  if (rows.length === 0 && (flags.page ?? 1) === 1) await client.workflows.get(workflowId, undefined, call);
  await printRuns(ctx.io.stdout, rows, wantsJson(ctx, command));
}
