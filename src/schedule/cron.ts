/**
 * Cron expressions as Skyvern's servers read them (croniter's dialect), checked and computed here with croner.
 *
 * The dialects differ: a sixth field is seconds and stands last there, a year comes after it; a weekday's last is `L5`, not `5L`;
 * `5/15` runs to the end of the range; steps may be larger than the range. Each expression is translated; what only one of the
 * two knows is refused (reference: Skyvern API, schedules; compared with croniter 3.0.4 over some hundred expressions).
 */
import { Cron } from 'croner';

/** Firings closer than this are refused. */
export const LEAST_GAP_MS = 5 * 60_000;
/** Over this time, or this many firings, servers measure the gaps. */
const SAMPLE_MS = 25 * 3_600_000;
const SAMPLES = 2000;

interface FieldRange {
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const DAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');
const RANGES: readonly FieldRange[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: ['', ...MONTHS] },
  { least: 0, most: 7, names: DAYS },
  { least: 0, most: 59, names: [] },
  { least: 1970, most: 2099, names: [] },
];
const [DAY, WEEKDAY] = [2, 4];
const NICKNAMES = ['@midnight', '@hourly', '@daily', '@weekly', '@monthly', '@yearly', '@annually'];

/** In croner's dialect; null when servers do not take it. */
export function translateCron(expression: string): string | null {
  const text = expression.trim();
  if (text.startsWith('@')) return NICKNAMES.includes(text.toLowerCase()) ? text.toLowerCase() : null;
  const fields = text.split(/\s+/);
  if (fields.length < 5 || fields.length > 7) return null;
  const translated = fields.map((field, index) => translateField(field, index));
  if (translated.includes(null)) return null;
  const [minute, hour, day, month, weekday, second, year] = translated;
  return [...(second === undefined ? [] : [second]), minute, hour, day, month, weekday, ...(year === undefined ? [] : [year])].join(' ');
}

function translateField(field: string, index: number): string | null {
  const range = RANGES[index] as FieldRange;
  if (field === '?') return index === DAY || index === WEEKDAY ? '*' : null;
  const parts = field.split(',');
  // Servers refuse a list of weekdays in which only some are counted.
  if (index === WEEKDAY && parts.some((part) => /[#L]/i.test(part)) && !parts.every((part) => /[#L]/i.test(part))) return null;
  const translated = parts.map((part) => translatePart(part.toUpperCase(), index, range));
  return translated.includes(null) ? null : translated.join(',');
}

function translatePart(part: string, index: number, { least, most, names }: FieldRange): string | null {
  if (index === DAY && part === 'L') return 'L';
  const numberOf = (text: string): number | null => {
    const number = /^\d+$/.test(text) ? Number(text) : names.indexOf(text || ' ');
    return number >= least && number <= most ? number : null;
  };
  const counted = index === WEEKDAY ? (/^(\w+)#([1-5])$/.exec(part) ?? /^(L)(\w+)$/.exec(part)) : null;
  if (counted) {
    const day = numberOf(counted[counted[1] === 'L' ? 2 : 1] as string);
    return day === null ? null : counted[1] === 'L' ? `${day % 7}#L` : `${day % 7}#${counted[2]}`;
  }
  const [, base, from, to, step] = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part) ?? [];
  if (base === undefined) return null;
  const [first, last] = [base === '*' ? least : numberOf(from as string), to === undefined ? null : numberOf(to)];
  if (first === null || (to !== undefined && (last === null || last < first)) || step === '0') return null;
  const end = base === '*' ? most : (last ?? (step === undefined ? first : most));
  if (step === undefined) return base === '*' ? '*' : last === null ? String(first) : `${first}-${last}`;
  if (first + Number(step) > end) return String(first);
  return base === '*' ? `*/${step}` : `${first}-${end}/${step}`;
}

/** The next firings after `from`, by the rules of the zone: fewer than `count` where there are no more. */
export function cronFirings(expression: string, zone: string, from: number, count: number): number[] {
  const pattern = translateCron(expression);
  return pattern === null ? [] : new Cron(pattern, { timezone: zone, paused: true }).nextRuns(count, new Date(from)).map(Number);
}

export type CronFault =
  | { readonly kind: 'invalid' }
  | { readonly kind: 'never' }
  /** Two firings that are too near each other; epoch milliseconds. */
  | { readonly kind: 'near'; readonly firings: readonly [number, number] };

/**
 * Why servers refuse an expression; null when they take it.
 * @param now epoch milliseconds: what is refused for its gaps may depend on it
 */
export function cronFault(expression: string, now: number): CronFault | null {
  const pattern = translateCron(expression);
  if (pattern === null) return { kind: 'invalid' };
  const cron = new Cron(pattern, { timezone: 'UTC', paused: true });
  let before = cron.nextRun(new Date(now))?.getTime();
  if (before === undefined) return { kind: 'never' };
  const first = before;
  for (let sample = 1; sample < SAMPLES && before - first < SAMPLE_MS; sample++) {
    const next: number | undefined = cron.nextRun(new Date(before))?.getTime();
    if (next === undefined) break;
    if (next - before < LEAST_GAP_MS) return { kind: 'near', firings: [before, next] };
    before = next;
  }
  return null;
}
