import { type Command, Option } from 'commander';
import { SkyvernError, UsageError } from '../../../errors.js';
import type { Schedule, ScheduleAnswer, ScheduleBody } from '../../../protocol/schedule.js';
import { printable } from '../../../render/sanitize.js';
import { timingFields } from '../../../schedule/timing.js';
import type { CliContext } from '../../context.js';
import { given } from '../../given.js';
import { makeOnce } from '../../make.js';
import { outputMode, wantsJson, write, writeJson } from '../../output.js';
import { disagreement, previewText } from '../../schedule/preview.js';
import { addTimingOptions, checkedZone, localZone, type TimingFlags, timingFrom } from '../../schedule/timing.js';
import { connect, type Target } from '../../target.js';
import { addWorkflowArgument, workflowIdFrom } from '../../workflow/ids.js';
import { addParameterOptions, type ParameterFlags, parametersFor } from '../../workflow/parameters.js';

export interface ScheduleFlags extends TimingFlags, ParameterFlags {
  readonly name?: string;
  readonly description?: string;
}

interface Flags extends ScheduleFlags {
  readonly disabled?: boolean;
}

const HELP = `
Before anything is sent, the next times are shown on stderr: in words, in the
time zone of the schedule and in this machine's.

Examples:
  $ skyvern schedule create wpid_123 --cron "30 6 * * 1-5" --timezone Europe/Berlin --param city=Oslo
  $ skyvern schedule create wpid_123 --at 2030-11-25T09:00 --timezone Europe/Berlin --name "Black Friday"`;

export function define(command: Command, ctx: CliContext, handler = scheduleCreate): void {
  addTimingOptions(addWorkflowArgument(command).description('Let a workflow run by itself: by cron, at an interval, or once.'))
    .option('--name <text>', 'a name for the list')
    .option('--description <text>', 'what it is for')
    .addOption(new Option('--enabled', 'as it is anyway').hideHelp())
    .option('--disabled', 'make it, and let it rest until `skyvern schedule enable`');
  addParameterOptions(command)
    .addHelpText('after', HELP)
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function scheduleCreate(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const workflowId = workflowIdFrom(id);
  const timezone = checkedZone(flags.timezone ?? localZone(ctx.io));
  const timing = timingFrom(flags, timezone, ctx.clock.now());
  if (timing === null) throw new UsageError('nothing says when it runs', { hint: 'give one of --cron, --every and --at' });
  const { client, call } = await connect(ctx, command);
  const parameters = parametersFor(await client.workflows.get(workflowId, undefined, call), flags);
  const { io } = ctx;
  const quiet = outputMode(ctx, command) === 'quiet';
  if (!quiet) io.stderr.write(previewText(ctx, timing, timezone));
  const body: ScheduleBody = {
    ...timingFields(timing),
    timezone,
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...given({ name: flags.name, description: flags.description, enabled: flags.disabled ? false : undefined }),
  };
  const answer = await createOnce({ client, call }, workflowId, body, quiet ? () => {} : (text) => io.stderr.write(text));
  const other = disagreement(answer, ctx.clock.now());
  if (other !== null && !quiet) io.stderr.write(`notice: ${printable(other)}\n`);
  if (wantsJson(ctx, command)) return writeJson(io.stdout, answer);
  await write(io.stdout, `${printable(answer.schedule.workflow_schedule_id)}\n`);
}

/**
 * A schedule that is made twice runs everything twice, so it is sent once. When the answer is lost it is looked for: the one that was not
 * there before and says the same is the one that was made.
 */
async function createOnce(
  { client, call }: Pick<Target, 'client' | 'call'>,
  workflowId: string,
  body: ScheduleBody,
  say: (text: string) => void,
): Promise<ScheduleAnswer> {
  const before = new Set((await client.schedules.list(workflowId, call)).map((each) => each.workflow_schedule_id));
  try {
    const look = `\`skyvern schedule list --workflow ${workflowId}\``;
    return await makeOnce('the schedule', look, () => client.schedules.create(workflowId, body, call));
  } catch (error) {
    if (!(error instanceof SkyvernError) || error.code !== 'outcome_unknown') throw error;
    const made = await client.schedules.list(workflowId, call).then(
      (all) => all.filter((each) => !before.has(each.workflow_schedule_id) && saysTheSame(each, body)),
      () => [],
    );
    if (made.length !== 1 || !made[0]) throw error;
    say('notice: the answer was lost; the schedule was made, and found\n');
    return client.schedules.get(workflowId, made[0].workflow_schedule_id, call);
  }
}

const saysTheSame = (schedule: Schedule, body: ScheduleBody): boolean =>
  (['cron_expression', 'interval_seconds', 'timezone', 'name'] as const).every((field) => schedule[field] === (body[field] ?? null)) &&
  (schedule.run_at === null) === ((body.run_at ?? null) === null);
