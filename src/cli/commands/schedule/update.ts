import { type Command, Option } from 'commander';
import { SkyvernError, UsageError } from '../../../errors.js';
import type { Wire } from '../../../protocol/decode.js';
import type { Schedule, ScheduleBody } from '../../../protocol/schedule.js';
import { printable } from '../../../render/sanitize.js';
import { timingFields, timingOf } from '../../../schedule/timing.js';
import type { CliContext } from '../../context.js';
import { outputMode, wantsJson, write, writeJson } from '../../output.js';
import { addScheduleArgument, connectToSchedule, readSchedule, type WorkflowFlag } from '../../schedule/find.js';
import { disagreement, previewText } from '../../schedule/preview.js';
import { addTimingOptions, assertAccepted, checkedZone, timingFrom } from '../../schedule/timing.js';
import { addParameterOptions, parametersFor } from '../../workflow/parameters.js';
import type { ScheduleFlags } from './create.js';

interface Flags extends ScheduleFlags, WorkflowFlag {
  readonly clearName?: boolean;
  readonly clearDescription?: boolean;
  readonly clearParameters?: boolean;
  readonly enabled?: boolean;
  readonly disabled?: boolean;
  readonly exact?: boolean;
}

const HELP = `
What is left out stays as it is: the schedule is read, changed and sent as a
whole, and only if nobody changed it meanwhile. --param changes one parameter,
--params replaces them all.

Examples:
  $ skyvern schedule update wfs_123 --cron "0 7 * * *"
  $ skyvern schedule update wfs_123 --param city=Bergen --name "Every morning"`;

export function define(command: Command, ctx: CliContext, handler = scheduleUpdate): void {
  addTimingOptions(addScheduleArgument(command).description('Change a schedule: when it runs, its parameters, its name.'))
    .option('--name <text>', 'a name for the list')
    .option('--description <text>', 'what it is for')
    .option('--clear-name', 'take the name away')
    .option('--clear-description', 'take the description away')
    .option('--clear-parameters', 'take all parameters away')
    .option('--enabled', 'let it run')
    .addOption(new Option('--disabled', 'let it rest').conflicts('enabled'))
    .option('--exact', 'take nothing over from what is there: refuse when anything is left out');
  addParameterOptions(command)
    .addHelpText('after', HELP)
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function scheduleUpdate(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const { workflow: _, exact, ...changes } = flags;
  if (Object.keys(changes).length === 0)
    throw new UsageError('there is nothing to change', { hint: '`skyvern schedule update --help` lists what can be' });
  if (exact) assertWhole(flags);
  const target = await connectToSchedule(ctx, command, id, flags);
  const { client, call, workflowId } = target;
  const { schedule } = await readSchedule(target);
  const timezone = checkedZone(flags.timezone ?? schedule.timezone);
  const now = ctx.clock.now();
  const timing = timingFrom(flags, timezone, now) ?? timingOf(schedule);
  if (timing === null) throw new SkyvernError('refused', 'unknown_timing', `${id} runs in a way that this version does not know`);
  if (timing.kind === 'once') assertAccepted(timing, now, `the time of ${id}`);
  const body: ScheduleBody = {
    ...timingFields(timing),
    timezone,
    parameters: hasParameters(flags)
      ? parametersFor(await client.workflows.get(workflowId, undefined, call), merged(schedule, flags))
      : schedule.parameters,
    name: flags.clearName ? null : (flags.name ?? schedule.name) || null,
    description: flags.clearDescription ? null : (flags.description ?? schedule.description) || null,
    ...((flags.enabled || flags.disabled) && { enabled: flags.enabled === true }),
  };
  const quiet = outputMode(ctx, command) === 'quiet';
  if (!quiet) ctx.io.stderr.write(previewText(ctx, timing, timezone));
  // The server has no condition for this, so what remains is the moment between this read and the write.
  const latest = (await readSchedule(target)).schedule;
  if (!isSame(schedule, latest)) {
    throw new SkyvernError('refused', 'schedule_changed', `${id} was changed by somebody else meanwhile; nothing was sent`, {
      hint: `\`skyvern schedule get ${id}\` shows it; then run this again`,
    });
  }
  const answer = await client.schedules.update(workflowId, id, body, call);
  const other = disagreement(answer, now);
  if (other !== null && !quiet) ctx.io.stderr.write(`notice: ${printable(other)}\n`);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, answer);
  await write(ctx.io.stdout, `${id}\tupdated\n`);
}

/** @throws UsageError naming what is left out */
function assertWhole(flags: Flags): void {
  const missing = [
    (flags.cron ?? flags.every ?? flags.at) === undefined && '--cron, --every or --at',
    flags.timezone === undefined && '--timezone',
    !flags.enabled && !flags.disabled && '--enabled or --disabled',
    flags.name === undefined && !flags.clearName && '--name or --clear-name',
    flags.description === undefined && !flags.clearDescription && '--description or --clear-description',
    flags.params === undefined && !flags.clearParameters && '--params or --clear-parameters',
  ].filter((each) => each !== false);
  if (missing.length > 0)
    throw new UsageError(`--exact wants everything, and this is left out: ${missing.join('; ')}`, { hint: 'add it, or leave out --exact' });
}

const hasParameters = ({ param, params, clearParameters }: Flags): boolean =>
  param !== undefined || params !== undefined || clearParameters === true;

const merged = ({ parameters }: Schedule, { param, params, clearParameters }: Flags) => ({
  params: params ?? (clearParameters ? {} : ((parameters as Wire | null) ?? {})),
  ...(param && { param }),
});

const isSame = (before: Schedule, after: Schedule): boolean => JSON.stringify(before) === JSON.stringify(after);
