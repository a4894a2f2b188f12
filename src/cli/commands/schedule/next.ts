import type { Command } from 'commander';
import { UsageError } from '../../../errors.js';
import { printable } from '../../../render/sanitize.js';
import { type Firing, momentText, nextFirings, type Timing, timingOf, timingWords } from '../../../schedule/timing.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { integer } from '../../parsers.js';
import { addScheduleArgument, connectToSchedule, readSchedule, type WorkflowFlag } from '../../schedule/find.js';
import { disagreement, firingLines, SHOWN } from '../../schedule/preview.js';
import { addTimingOptions, checkedZone, localZone, type TimingFlags, timingFrom } from '../../schedule/timing.js';

interface Flags extends TimingFlags, WorkflowFlag {
  readonly count: number;
}

const HELP = `
Computed by the rules of the time zone: an hour that clocks skip, or show
twice, is named. Without a schedule, and offline, for what --cron, --every or
--at say.

Examples:
  $ skyvern schedule next wfs_123 -n 10
  $ skyvern schedule next --cron "30 2 * * *" --timezone Europe/Berlin`;

export function define(command: Command, ctx: CliContext, handler = scheduleNext): void {
  addTimingOptions(
    addScheduleArgument(command, '[schedule]').description('Show when a schedule runs next, in its time zone and in this machine’s.'),
  )
    .option('-n, --count <n>', 'this many', integer, SHOWN)
    .addHelpText('after', HELP)
    .action((id: string | undefined, flags: Flags) => handler(ctx, command, id, flags));
}

export async function scheduleNext(ctx: CliContext, command: Command, id: string | undefined, flags: Flags): Promise<void> {
  const now = ctx.clock.now();
  const { timing, zone, notice } = id === undefined ? fromFlags(ctx, flags, now) : await ofSchedule(ctx, command, id, flags, now);
  const firings = nextFirings(timing, zone, now, flags.count);
  if (wantsJson(ctx, command))
    return writeJson(
      ctx.io.stdout,
      firings.map((firing) => shown(firing, zone)),
    );
  if (ctx.io.stdout.isTTY) await write(ctx.io.stdout, `${printable(timingWords(timing, zone))}\n`);
  await write(ctx.io.stdout, firingLines(ctx, firings, zone));
  if (notice !== null) ctx.io.stderr.write(`notice: ${printable(notice)}\n`);
}

interface Asked {
  readonly timing: Timing;
  readonly zone: string;
  readonly notice: string | null;
}

function fromFlags(ctx: CliContext, flags: Flags, now: number): Asked {
  const zone = checkedZone(flags.timezone ?? localZone(ctx.io));
  const timing = timingFrom(flags, zone, now);
  if (timing === null) throw new UsageError('there is no schedule', { hint: 'give the id of one, or --cron, --every or --at' });
  return { timing, zone, notice: null };
}

async function ofSchedule(ctx: CliContext, command: Command, id: string, flags: Flags, now: number): Promise<Asked> {
  const { cron, every, at, timezone } = flags;
  if ([cron, every, at, timezone].some((flag) => flag !== undefined)) {
    throw new UsageError('a schedule says itself when it runs', { hint: 'leave out the id, or --cron, --every, --at and --timezone' });
  }
  const answer = await readSchedule(await connectToSchedule(ctx, command, id, flags));
  const timing = timingOf(answer.schedule);
  if (timing === null)
    throw new UsageError(`${id} runs in a way that this version does not know`, { hint: `\`skyvern schedule get ${id} --json\`` });
  return { timing, zone: checkedZone(answer.schedule.timezone), notice: disagreement(answer, now) };
}

const shown = ({ at, note }: Firing, zone: string) => ({
  at: new Date(at).toISOString(),
  local: momentText(at, zone),
  timezone: zone,
  note,
});
