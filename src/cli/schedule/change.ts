/** `enable`, `disable`, `cancel`: one request each, and the schedule as it is then. */
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { wantsJson, write, writeJson } from '../output.js';
import { addScheduleArgument, connectToSchedule, type WorkflowFlag } from './find.js';
import { stateText } from './show.js';

export type Change = 'enable' | 'disable' | 'cancel';

export const defineChange = (command: Command, ctx: CliContext, change: Change, description: string): Command =>
  addScheduleArgument(command)
    .description(description)
    .action((id: string, flags: WorkflowFlag) => changeSchedule(ctx, command, change, id, flags));

async function changeSchedule(ctx: CliContext, command: Command, change: Change, id: string, flags: WorkflowFlag): Promise<void> {
  const { client, call, workflowId } = await connectToSchedule(ctx, command, id, flags);
  const answer = await client.schedules[change](workflowId, id, call);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, answer);
  await write(ctx.io.stdout, `${id}\t${stateText(answer.schedule)}\n`);
}
