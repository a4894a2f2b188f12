import { type Command, Option } from 'commander';
import { UsageError } from '../../../errors.js';
import type { ScheduleBody } from '../../../protocol/schedule.js';
import { printable } from '../../../render/sanitize.js';
import { timingFields } from '../../../schedule/timing.js';
import type { CliContext } from '../../context.js';
import { outputMode, wantsJson, write, writeJson } from '../../output.js';
import { given } from '../../readyMade.js';
import { disagreement, previewText } from '../../schedule/preview.js';
import { addTimingOptions, checkedZone, localZone, type TimingFlags, timingFrom } from '../../schedule/timing.js';
import { connect } from '../../target.js';
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
Before anything is sent, the next times are shown on stderr: in words, in the time zone of the schedule and in this machine's.

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
  const quiet = outputMode(ctx, command) === 'quiet';
  if (!quiet) ctx.io.stderr.write(previewText(ctx, timing, timezone));
  const body: ScheduleBody = {
    ...timingFields(timing),
    timezone,
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...given({ name: flags.name, description: flags.description, enabled: flags.disabled ? false : undefined }),
  };
  const answer = await client.schedules.create(workflowId, body, call);
  const other = disagreement(answer, ctx.clock.now());
  if (other !== null && !quiet) ctx.io.stderr.write(`notice: ${printable(other)}\n`);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, answer);
  await write(ctx.io.stdout, `${printable(answer.schedule.workflow_schedule_id)}\n`);
}
