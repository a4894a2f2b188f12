/** Between instants and what clocks in a time zone show. Days on which clocks change have hours that are missing or come twice. */

export interface WallTime {
  /** `2027-03-28T02:30:00`: what a clock there shows. */
  readonly text: string;
  /** How far it is ahead of UTC, in milliseconds. */
  readonly offsetMs: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** @param at epoch milliseconds */
export function wallTime(at: number, zone: string): WallTime {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const text = `${parts['year']}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}:${parts['second']}`;
  return { text, offsetMs: Date.parse(`${text}Z`) - Math.floor(at / 1000) * 1000 };
}

/** Clocks are never further from UTC than this. */
const MOST_MS = 15 * 3_600_000;

/** The instants at which a clock there shows `text`, earliest first: none where clocks skip it, two where they show it twice. */
export function instantsOf(text: string, zone: string): number[] {
  const asUtc = Date.parse(`${text}Z`);
  const offsets = new Set([asUtc - MOST_MS, asUtc + MOST_MS].map((at) => wallTime(at, zone).offsetMs));
  return [...offsets]
    .map((offsetMs) => asUtc - offsetMs)
    .filter((at) => wallTime(at, zone).text === text)
    .sort((a, b) => a - b);
}

export interface ClockChange {
  /** The instant of the change. */
  readonly at: number;
  /** What clocks show until then, and from then on. */
  readonly from: string;
  readonly to: string;
}

/** The change of clocks between two instants; null when there is none. */
export function clockChange(from: number, until: number, zone: string): ClockChange | null {
  const before = wallTime(from, zone).offsetMs;
  if (wallTime(until, zone).offsetMs === before) return null;
  let [low, high] = [from, until];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (middle <= low) break;
    if (wallTime(middle, zone).offsetMs === before) low = middle;
    else high = middle;
  }
  const at = Math.ceil(high / 1000) * 1000;
  return { at, from: new Date(at + before).toISOString().slice(0, 19), to: wallTime(at, zone).text };
}

/** `+01:00`. */
export function offsetText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
