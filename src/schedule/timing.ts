/** When a schedule fires: by cron, at an interval, or once. Checked here by the rules of the server, so that nothing is sent in vain. */
import cronstrue from 'cronstrue';
import type { Schedule, ScheduleBody } from '../protocol/schedule.js';
import { parseServerTime } from '../protocol/time.js';
import { cronFault, cronFirings, LEAST_GAP_MS } from './cron.js';
import { clockChange, instantsOf, offsetText, wallTime } from './zone.js';

export type Timing =
  | { readonly kind: 'cron'; readonly expression: string }
  /** `firstAt` null: one interval after the schedule is made. Epoch milliseconds. */
  | { readonly kind: 'interval'; readonly seconds: number; readonly firstAt: number | null }
  | { readonly kind: 'once'; readonly at: number };

export interface Firing {
  /** Epoch milliseconds. */
  readonly at: number;
  /** What is unusual about it: clocks change. Null mostly. */
  readonly note: string | null;
}

const LONGEST_INTERVAL_S = 2 ** 31 - 1;
/** A single run is at least this far ahead. */
const LEAST_AHEAD_MS = 60_000;
const LATEST = Date.UTC(2100, 11, 31, 23, 59, 59);

/** Why the server refuses it, as a sentence without its end; null when it takes it. */
export function timingFault(timing: Timing, now: number): string | null {
  switch (timing.kind) {
    case 'cron':
      return cronFaultText(timing.expression, now);
    case 'interval':
      if (timing.seconds * 1000 < LEAST_GAP_MS) return 'it is shorter than 5 minutes';
      return timing.seconds > LONGEST_INTERVAL_S ? 'it is longer than 68 years' : null;
    case 'once':
      if (timing.at < now + LEAST_AHEAD_MS) return `it is ${timing.at <= now ? 'over' : 'less than 60 seconds ahead'}`;
      return timing.at > LATEST ? 'it is after the year 2100' : null;
  }
}

function cronFaultText(expression: string, now: number): string | null {
  const fault = cronFault(expression, now);
  switch (fault?.kind) {
    case 'invalid':
      return 'it is no cron expression: minute, hour, day of the month, month, weekday';
    case 'never':
      return 'it never fires';
    case 'near': {
      const [one, two] = fault.firings.map((at) => new Date(at).toISOString().slice(11, 19).replace(/:00$/, ''));
      return `it fires at ${one} and again at ${two}: runs are at least 5 minutes apart`;
    }
    default:
      return null;
  }
}

/** @param now also what an interval without a beginning begins at */
export function nextFirings(timing: Timing, zone: string, now: number, count: number): Firing[] {
  switch (timing.kind) {
    case 'cron':
      return cronFirings(timing.expression, zone, now, count).map((at) => onChangedClocks(at, zone, timing.expression));
    case 'interval': {
      const stepMs = timing.seconds * 1000;
      const first = timing.firstAt ?? Math.floor(now / 1000) * 1000 + stepMs;
      const passed = first > now ? 0 : Math.floor((now - first) / stepMs) + 1;
      return Array.from({ length: count }, (_, index) => ({ at: first + (passed + index) * stepMs, note: null }));
    }
    case 'once':
      return timing.at > now ? [{ at: timing.at, note: null }] : [];
  }
}

const HOUR_MS = 3_600_000;

/** What a change of clocks does to a firing: the time that was meant is skipped, or comes twice. */
function onChangedClocks(at: number, zone: string, expression: string): Firing {
  const change = clockChange(at - 3 * HOUR_MS, at + 3 * HOUR_MS, zone);
  if (!change) return { at, note: null };
  if (change.to > change.from) {
    // The first firing after a gap may stand for one that was meant inside it: servers run it as much later as clocks skip.
    const meant = at === change.at ? meantInGap(change, expression) : null;
    if (meant === null) return { at, note: null };
    const note = `${clock(meant)} does not exist that day: clocks go from ${clock(change.from)} to ${clock(change.to)}`;
    return { at: at + Date.parse(`${meant}Z`) - Date.parse(`${change.from}Z`), note };
  }
  const shown = wallTime(at, zone).text;
  const times = instantsOf(shown, zone);
  if (times.length < 2) return { at, note: null };
  return { at, note: `${clock(shown)} comes twice that day: this is the ${at === times[0] ? 'first' : 'second'}` };
}

/** The firing that the expression means at a time that no clock shows; null when it means the end of the gap itself, or none. */
function meantInGap({ from, to }: { readonly from: string; readonly to: string }, expression: string): string | null {
  const [start, end] = [Date.parse(`${from}Z`), Date.parse(`${to}Z`)];
  const inside = cronFirings(expression, 'UTC', start - 1000, 1)[0];
  const atEnd = cronFirings(expression, 'UTC', end - 1000, 1)[0];
  return inside !== undefined && inside < end && atEnd !== end ? new Date(inside).toISOString().slice(0, 19) : null;
}

const clock = (wall: string): string => wall.slice(11, 16);

/** In words, for people. */
export function timingWords(timing: Timing, zone: string): string {
  switch (timing.kind) {
    case 'cron':
      return `${cronWords(timing.expression)} (${zone})`;
    case 'interval':
      return `every ${lengthWords(timing.seconds)}`;
    case 'once':
      return `once, at ${momentText(timing.at, zone)}`;
  }
}

function cronWords(expression: string): string {
  const fields = expression.trim().split(/\s+/);
  // Here seconds come first, and the year last.
  const theirs = fields.length > 5 ? [fields[5], ...fields.slice(0, 5), ...fields.slice(6)].join(' ') : expression.trim();
  try {
    return cronstrue.toString(theirs, { use24HourTimeFormat: true }).replace(/^./, (letter) => letter.toLowerCase());
  } catch {
    return expression.trim();
  }
}

/** `90 minutes`, `1 day`: the largest unit that leaves no rest. */
export function lengthWords(seconds: number): string {
  const units = [
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ] as const;
  const [unit, size] = units.find(([, each]) => seconds % each === 0) ?? ['second', 1];
  const number = seconds / size;
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
}

/** `2026-11-25 06:30 +01:00`. */
export function momentText(at: number, zone: string): string {
  const { text, offsetMs } = wallTime(at, zone);
  return `${text.replace('T', ' ').replace(/:00$/, '')} ${offsetText(offsetMs)}`;
}

/** `30m`, `6h`, `1d`, `2w`, also `1h30m` and plain seconds: in seconds; null for anything else. */
export function parseInterval(text: string): number | null {
  const sizes: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
  const trimmed = text.trim().toLowerCase();
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  if (!/^(?:\d+[wdhms])+$/.test(trimmed)) return null;
  return [...trimmed.matchAll(/(\d+)([wdhms])/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (sizes[unit as string] as number),
    0,
  );
}

export type ParsedMoment =
  | { readonly at: number }
  /** A sentence without its end, and what to write instead. */
  | { readonly fault: string; readonly hint: string };

/** `2026-11-25T09:00`, read in `zone`, or with `Z` or an offset of its own. */
export function parseMoment(text: string, zone: string): ParsedMoment {
  const hint = 'write it like 2026-11-25T09:00, or with an offset: 2026-11-25T09:00+01:00';
  const [, date, time, seconds = ':00', fraction = '', offset] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?$/i.exec(text.trim()) ?? [];
  const wall = `${date}T${time}${seconds}`;
  if (!date || new Date(`${wall}Z`).toString() === 'Invalid Date' || new Date(`${wall}Z`).toISOString().slice(0, 19) !== wall) {
    return { fault: `${JSON.stringify(text)} is no date and time`, hint };
  }
  if (offset) return { at: Date.parse(`${wall}${fraction.slice(0, 4)}${offset.toUpperCase()}`) };
  const [first, second] = instantsOf(wall, zone);
  const day = Date.parse(`${wall}Z`);
  if (first === undefined) {
    const change = clockChange(day - 30 * HOUR_MS, day + 30 * HOUR_MS, zone);
    const why = change ? `: clocks go from ${clock(change.from)} to ${clock(change.to)}` : '';
    return { fault: `${date} ${time} does not exist in ${zone}${why}`, hint: 'give another time' };
  }
  if (second === undefined) return { at: first };
  const offsets = [first, second].map((at) => `${wall.slice(0, 16)}${offsetText(wallTime(at, zone).offsetMs)}`);
  return { fault: `${date} ${time} comes twice in ${zone}`, hint: `say which: ${offsets.join(' or ')}` };
}

/** When a stored schedule fires; null for a form that is not known here. */
export function timingOf({ cron_expression, interval_seconds, run_at, first_fire_at }: Schedule): Timing | null {
  if (cron_expression !== null) return { kind: 'cron', expression: cron_expression };
  if (interval_seconds !== null) return { kind: 'interval', seconds: interval_seconds, firstAt: parseServerTime(first_fire_at) };
  const at = parseServerTime(run_at);
  return at === null ? null : { kind: 'once', at };
}

type TimingFields = Pick<ScheduleBody, 'cron_expression' | 'interval_seconds' | 'first_fire_at' | 'run_at'>;

/** The fields that say it to a server: only those that it takes together. */
export function timingFields(timing: Timing): TimingFields {
  const utc = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');
  switch (timing.kind) {
    case 'cron':
      return { cron_expression: timing.expression };
    case 'interval':
      return { interval_seconds: timing.seconds, ...(timing.firstAt !== null && { first_fire_at: utc(timing.firstAt) }) };
    case 'once':
      return { run_at: utc(timing.at) };
  }
}
