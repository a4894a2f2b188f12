import type { Command } from 'commander';
import { confirm } from '../../ask.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { addScheduleArgument, connectToSchedule, readSchedule, type WorkflowFlag } from '../../schedule/find.js';
import { whenText } from '../../schedule/show.js';

interface Flags extends WorkflowFlag {
  readonly yes?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = scheduleDelete): void {
  addScheduleArgument(command)
    .description('Delete a schedule. Asks on a terminal. Runs that it started go on.')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  $ skyvern schedule delete wfs_123\n  $ skyvern schedule delete wfs_123 --yes')
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function scheduleDelete(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const target = await connectToSchedule(ctx, command, id, flags);
  if (!flags.yes) {
    const { schedule } = await readSchedule(target);
    const name = schedule.name === null ? '' : ` ${JSON.stringify(schedule.name)}`;
    await confirm(ctx, command, `this deletes the schedule${name} (${id}: ${whenText(schedule)})`, flags.yes);
  }
  await target.client.schedules.delete(target.workflowId, id, target.call);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, { workflow_schedule_id: id, deleted: true });
  await write(ctx.io.stdout, `${id}\tdeleted\n`);
}
