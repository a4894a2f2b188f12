import type { Command } from 'commander';
import { safeJson } from '../../../render/sanitize.js';
import { nextFirings, timingOf, timingWords } from '../../../schedule/timing.js';
import type { CliContext } from '../../context.js';
import { describe, utc } from '../../describe.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { addScheduleArgument, connectToSchedule, readSchedule, type WorkflowFlag } from '../../schedule/find.js';
import { firingLines, SHOWN } from '../../schedule/preview.js';
import { stateText, whenText } from '../../schedule/show.js';

export function define(command: Command, ctx: CliContext, handler = scheduleGet): void {
  addScheduleArgument(command)
    .description('Show a schedule: when it runs, with which parameters, and its next times.')
    .addHelpText('after', '\nExamples:\n  $ skyvern schedule get wfs_123\n  $ skyvern schedule get wfs_123 --query schedule.parameters')
    .action((id: string, flags: WorkflowFlag) => handler(ctx, command, id, flags));
}

export async function scheduleGet(ctx: CliContext, command: Command, id: string, flags: WorkflowFlag): Promise<void> {
  const answer = await readSchedule(await connectToSchedule(ctx, command, id, flags));
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, answer);
  const { schedule } = answer;
  const timing = timingOf(schedule);
  await write(
    ctx.io.stdout,
    describe(ctx.io.stdout, [
      ['schedule', schedule.workflow_schedule_id],
      ['name', schedule.name],
      ['description', schedule.description],
      ['workflow', schedule.workflow_permanent_id],
      ['state', stateText(schedule)],
      ['when', whenText(schedule)],
      ['words', timing?.kind === 'cron' ? timingWords(timing, schedule.timezone) : null],
      ['parameters', schedule.parameters && safeJson(schedule.parameters)],
      ['run', schedule['workflow_run_id'] as string | null],
      ['changed', utc(schedule.modified_at)],
    ]),
  );
  if (!timing || !ctx.io.stdout.isTTY) return;
  await write(ctx.io.stdout, firingLines(ctx, nextFirings(timing, schedule.timezone, ctx.clock.now(), SHOWN), schedule.timezone));
}
