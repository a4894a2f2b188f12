import type { Command } from 'commander';
import type { WorkflowRunItem } from '../../../protocol/workflow.js';
import type { CliContext } from '../../context.js';
import { wantsJson } from '../../output.js';
import { integer } from '../../parsers.js';
import { addScheduleArgument, connectToSchedule, type WorkflowFlag } from '../../schedule/find.js';
import { readPages } from '../../workflow/pages.js';
import { printRuns } from '../../workflow/runsTable.js';

interface Flags extends WorkflowFlag {
  readonly limit: number;
  readonly all?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = scheduleRuns): void {
  addScheduleArgument(command)
    .description('List the runs that a schedule started, newest first.')
    .option('-n, --limit <n>', 'at most this many', integer, 20)
    .option('--all', 'all of them, whatever the limit')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern schedule runs wfs_123\n  $ skyvern schedule runs wfs_123 -n 1 | cut -f1 | xargs skyvern run get',
    )
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

/** The server lists the runs of a workflow: those of its schedule are picked out here. */
export async function scheduleRuns(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const { client, call, workflowId } = await connectToSchedule(ctx, command, id, flags);
  const rows = await readPages<WorkflowRunItem>(
    (page, pageSize) => client.workflows.runs(workflowId, { page, pageSize }, call),
    (row) => row.workflow_run_id,
    flags.all ? Number.POSITIVE_INFINITY : flags.limit,
    { isWanted: (row) => row['workflow_schedule_id'] === id },
  );
  if (rows.length === 0) await client.schedules.get(workflowId, id, call); // with --workflow, nobody has looked yet
  await printRuns(ctx.io.stdout, rows, wantsJson(ctx, command));
}
