/** When a schedule runs next, for people: in words, in its own time zone and in this machine's, with what changed clocks do to it. */
import type { ScheduleAnswer } from '../../protocol/schedule.js';
import { parseServerTime } from '../../protocol/time.js';
import { printable } from '../../render/sanitize.js';
import { type Firing, momentText, nextFirings, type Timing, timingOf, timingWords } from '../../schedule/timing.js';
import type { CliContext } from '../context.js';
import { localZone } from './timing.js';

/** As many as servers tell. */
export const SHOWN = 5;

/** The zone that is shown beside the schedule's own: this machine's, else UTC; null when all are the same. */
const otherZone = (ctx: CliContext, zone: string): string | null => [localZone(ctx.io), 'UTC'].find((each) => each !== zone) ?? null;

/** Lines with the times, one a firing. */
export function firingLines(ctx: CliContext, firings: readonly Firing[], zone: string): string {
  const other = otherZone(ctx, zone);
  return firings
    .map(({ at, note }) => {
      const beside = other === null ? '' : `  =  ${momentText(at, other)} ${other}`;
      return `  ${momentText(at, zone)} ${zone}${beside}${note === null ? '' : `  (${note})`}\n`;
    })
    .join('');
}

export function previewText(ctx: CliContext, timing: Timing, zone: string): string {
  const firings = nextFirings(timing, zone, ctx.clock.now(), SHOWN);
  return `${printable(timingWords(timing, zone))}\n${printable(firingLines(ctx, firings, zone), { newlines: true })}`;
}

/**
 * What to say when the server announces other times than the rules of the zone give; null when they agree.
 *
 * Seen on 1.0.56: where clocks change between now and a run, the list of a cron schedule is an hour off after the change.
 */
export function disagreement({ schedule, next_runs }: ScheduleAnswer, now: number): string | null {
  const timing = timingOf(schedule);
  if (timing?.kind !== 'cron') return null;
  const announced = next_runs.map((time) => parseServerTime(time));
  const ours = nextFirings(timing, schedule.timezone, now, announced.length).map(({ at }) => at);
  const at = announced.findIndex((time, index) => time !== ours[index]);
  const [theirs, own] = [announced[at], ours[at]];
  if (at === -1 || theirs === null || theirs === undefined || own === undefined) return null;
  // A firing that passed between the two answers moves all others up.
  if (announced.some((time) => time === own) && ours.some((time) => time === theirs)) return null;
  const [said, meant] = [theirs, own].map((time) => momentText(time, schedule.timezone));
  return `the server announces ${said} where the expression and the time zone give ${meant}: clocks change before then`;
}
