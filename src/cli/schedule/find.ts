/** A schedule by its id alone: the API asks for its workflow, too, and the list of all schedules knows that. */
import type { Command } from 'commander';
import { SkyvernError, UsageError } from '../../errors.js';
import type { ScheduleAnswer } from '../../protocol/schedule.js';
import { printable } from '../../render/sanitize.js';
import type { CliContext } from '../context.js';
import { connect, type Target } from '../target.js';
import { workflowIdFrom } from '../workflow/ids.js';

export interface ScheduleTarget extends Target {
  readonly scheduleId: string;
  readonly workflowId: string;
}

export interface WorkflowFlag {
  readonly workflow?: string;
}

export const addScheduleArgument = (command: Command, form = '<schedule>'): Command =>
  command.argument(form, 'id of a schedule (wfs_...)').option('--workflow <id>', 'its workflow (wpid_...): saves looking for it');

const PAGE_SIZE = 100;

/** @throws UsageError for what is no id, SkyvernError `not_found` (5) where no workflow has it */
export async function connectToSchedule(
  ctx: CliContext,
  command: Command,
  id: string,
  { workflow }: WorkflowFlag,
): Promise<ScheduleTarget> {
  if (!/^wfs_\w{1,120}$/.test(id)) {
    throw new UsageError(`${JSON.stringify(printable(id, { maxLength: 80 }))} is no schedule id`, {
      hint: '`skyvern schedule list` shows them: wfs_...',
    });
  }
  const target = await connect(ctx, command);
  const workflowId = workflow === undefined ? await workflowOf(target, id) : workflowIdFrom(workflow);
  return { ...target, scheduleId: id, workflowId };
}

async function workflowOf({ client, call }: Target, id: string): Promise<string> {
  for (let page = 1; ; page++) {
    const { schedules, total_count: total } = await client.schedules.listAll({ page, pageSize: PAGE_SIZE }, call);
    const found = schedules.find(({ workflow_schedule_id }) => workflow_schedule_id === id);
    if (found) return found.workflow_permanent_id;
    if (schedules.length < PAGE_SIZE || page * PAGE_SIZE >= total) break;
  }
  throw new SkyvernError('notFound', 'not_found', `there is no schedule ${id}`, { hint: '`skyvern schedule list` shows them' });
}

export const readSchedule = ({ client, call, workflowId, scheduleId }: ScheduleTarget): Promise<ScheduleAnswer> =>
  client.schedules.get(workflowId, scheduleId, call);
