/** The flags that say when a schedule runs, and what they come to. */
import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import { checkTimeZone } from '../../protocol/timeZone.js';
import { printable } from '../../render/sanitize.js';
import { parseInterval, parseMoment, type Timing, timingFault } from '../../schedule/timing.js';

export interface TimingFlags {
  readonly cron?: string;
  readonly every?: string;
  readonly firstAt?: string;
  readonly at?: string;
  readonly timezone?: string;
}

export const addTimingOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--cron <expression>', 'minute, hour, day of the month, month, weekday; runs at least 5 minutes apart').conflicts([
        'every',
        'at',
      ]),
    )
    .addOption(new Option('--every <time>', 'at this interval: 30m, 6h, 1d; at least 5 minutes').conflicts(['cron', 'at']))
    .option('--first-at <time>', 'with --every: when it runs first; one interval from now when left out')
    .addOption(
      new Option('--at <time>', 'once, at this time: 2026-11-25T09:00, in the time zone unless it has an offset').conflicts([
        'cron',
        'every',
      ]),
    )
    .option('--timezone <name>', "time zone such as Europe/Berlin; this machine's when left out");

/** The zone of this machine: `TZ`, or what the system says. */
export function localZone({ env }: Pick<Io, 'env'>): string {
  const asked = env['TZ'];
  return asked && checkTimeZone(asked).known ? asked : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** @throws UsageError for a zone that servers do not know */
export function checkedZone(zone: string): string {
  const { known, meant } = checkTimeZone(zone);
  if (known) return zone;
  throw new UsageError(`there is no time zone ${JSON.stringify(printable(zone, { maxLength: 60 }))}`, {
    hint: meant ? `did you mean ${meant}?` : 'give an IANA name such as Europe/Berlin, America/New_York or UTC',
  });
}

/**
 * When it is to run, by the server's own rules; null when no flag says.
 * @throws UsageError with `bad_schedule`
 */
export function timingFrom({ cron, every, firstAt, at }: TimingFlags, zone: string, now: number): Timing | null {
  if (firstAt !== undefined && every === undefined) throw new UsageError('--first-at goes with --every', { hint: 'add --every' });
  const timing = cron === undefined ? (every === undefined ? onceFrom(at, zone) : intervalFrom(every, firstAt, zone)) : cronFrom(cron);
  if (timing)
    assertAccepted(
      timing,
      now,
      cron !== undefined
        ? `--cron ${JSON.stringify(printable(cron))}`
        : every !== undefined
          ? `--every ${printable(every)}`
          : `--at ${printable(at ?? '')}`,
    );
  return timing;
}

/** @param named how the user said it */
export function assertAccepted(timing: Timing, now: number, named: string): void {
  const fault = timingFault(timing, now);
  if (fault !== null) throw bad(`${named}: ${fault}`, HINTS[timing.kind]);
}

const HINTS: Readonly<Record<Timing['kind'], string>> = {
  cron: 'for example --cron "30 6 * * 1-5": at 06:30 from Monday to Friday',
  interval: 'for example --every 30m',
  once: 'give a time at least a minute from now',
};

const cronFrom = (expression: string): Timing => ({ kind: 'cron', expression: expression.trim() });

function intervalFrom(every: string, firstAt: string | undefined, zone: string): Timing {
  const seconds = parseInterval(every);
  if (seconds === null) throw bad(`--every ${printable(every)}: it is no length of time`, HINTS.interval);
  return { kind: 'interval', seconds, firstAt: firstAt === undefined ? null : instantFrom(firstAt, '--first-at', zone) };
}

const onceFrom = (at: string | undefined, zone: string): Timing | null =>
  at === undefined ? null : { kind: 'once', at: instantFrom(at, '--at', zone) };

function instantFrom(text: string, flag: string, zone: string): number {
  const parsed = parseMoment(text, zone);
  if ('at' in parsed) return parsed.at;
  throw bad(`${flag}: ${printable(parsed.fault)}`, parsed.hint);
}

const bad = (message: string, hint: string): UsageError => new UsageError(message, { code: 'bad_schedule', hint });
