import type { Command } from 'commander';
import { startWorkflow } from '../../../journal/startWorkflow.js';
import type { WorkflowRunRequest } from '../../../protocol/workflowRun.js';
import type { CliContext } from '../../context.js';
import { addFollowOptions, addWaitOption, type FollowFlags } from '../../follow.js';
import { outputMode } from '../../output.js';
import { addScheduleArgument, connectToSchedule, readSchedule, type WorkflowFlag } from '../../schedule/find.js';
import { addFenceOption, addStartOptions, type Beginning, type StartFlags, startAndFollow } from '../../start.js';
import { addParameterOptions, type ParameterFlags, parametersFor } from '../../workflow/parameters.js';

type Flags = WorkflowFlag & ParameterFlags & StartFlags & FollowFlags;

const HELP = `
The run is one of the workflow, with the parameters of the schedule; the
schedule itself does not change. --param changes one of them for this run.

Examples:
  $ skyvern schedule trigger wfs_123 --wait
  $ skyvern schedule trigger wfs_123 --param city=Bergen`;

export function define(command: Command, ctx: CliContext, handler = scheduleTrigger): void {
  addParameterOptions(addScheduleArgument(command).description('Run a schedule now, besides its own times.')).addHelpText('after', HELP);
  addFenceOption(addStartOptions(command));
  addFollowOptions(addWaitOption(command));
  command.action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function scheduleTrigger(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const target = await connectToSchedule(ctx, command, id, flags);
  const { schedule } = await readSchedule(target);
  const workflow = await target.client.workflows.get(target.workflowId, undefined, target.call);
  const { param, params } = flags;
  const parameters = parametersFor(workflow, { params: { ...schedule.parameters, ...params }, ...(param && { param }) });
  const body: WorkflowRunRequest = {
    workflow_id: target.workflowId,
    proxy_location: null,
    ...(Object.keys(parameters).length > 0 && { parameters }),
  };
  const beginning: Beginning = {
    kind: 'workflow',
    label: schedule.name ?? (workflow.title || target.workflowId),
    start: (deps, options) => startWorkflow(deps, body, options),
  };
  await startAndFollow(ctx, target, beginning, flags, outputMode(ctx, command));
}
