/** Where a run stands, what wants the reader's eye, and the last line: ids, counts and keys. */
import { elapsedMs, type RunView, timeInStatus } from '../../runs/view.js';
import { duration, plural } from '../words.js';
import { type Line, led, line, type Moment, wrapped } from './line.js';
import { mark } from './nodeLines.js';
import { isPaused } from './session.js';
import type { Theme } from './theme.js';

/** The newest statuses that fit, with the time in each, and the attempt that comes next. */
export function trackWords(view: RunView, theme: Theme, moment: Moment, columns = Number.POSITIVE_INFINITY): string {
  const spans = timeInStatus(view, moment.now).map(({ status, ms }) => (ms === null ? status : `${status} ${duration(ms)}`));
  const next = nextAttempt(view, moment);
  const words = next === null ? spans : [...spans, next];
  const separator = ` ${theme.glyphs.arrow} `;
  let room = columns;
  const kept: string[] = [];
  for (const [index, each] of [...words.entries()].reverse()) {
    room -= each.length + separator.length;
    if (room < 0 && kept.length > 0) break;
    kept.unshift(theme.paint(index === words.length - 1 ? 'bold' : 'dim', each));
  }
  return kept.join(theme.paint('dim', separator));
}

/** `attempt 2 at 12:00:05 in 4.0s`: a failure that is not the end. */
function nextAttempt(view: RunView, { now }: Moment): string | null {
  const next = view.result ? null : view.track.at(-1)?.nextAttempt;
  if (!next) return null;
  if (next.at === null) return `attempt ${next.number} soon`;
  const left = next.at - now;
  return `attempt ${next.number} at ${timeOfDay(next.at)}${left > 0 ? ` in ${duration(left)}` : ''}`;
}

/** As servers write times: in UTC. */
const timeOfDay = (at: number): string => `${new Date(at).toISOString().slice(11, 19)} UTC`;

export function trackLine(view: RunView, columns: number, theme: Theme, moment: Moment): Line {
  const waits = view.track.at(-1)?.nextAttempt;
  const head = mark(waits ? null : view.status, false, theme, moment);
  return led(0, head, view.track.length === 0 ? 'waiting for the first answer' : trackWords(view, theme, moment, columns - 3));
}

/** What a person is asked is read whole, unless it is a novel. */
const MAX_ASKED_LINES = 5;

/** What wants the reader's eye now: a person is needed, the network fails us, nothing moves. */
export function troubleLines(view: RunView, columns: number, theme: Theme): Line[] {
  const { attention, retrying, stalledMs } = view;
  const { waiting, skipped, dot } = theme.glyphs;
  const lines: Line[] = [];
  if (attention) {
    lines.push(line(0, theme.paint('yellow', `${waiting} ${attention.message}`)));
    const asked = wrapped(attention.instructions ?? '', columns - 2, MAX_ASKED_LINES);
    lines.push(...asked.map((each) => line(2, theme.paint('bold', each))));
  }
  if (retrying) {
    const again = `trying again in ${duration(retrying.delay_ms)} (attempt ${retrying.attempt})`;
    lines.push(line(0, theme.paint('yellow', `${skipped} reconnecting ${dot} ${again}: ${retrying.reason}`)));
  }
  if (stalledMs !== null) lines.push(line(0, theme.paint('yellow', `${skipped} nothing has changed for ${duration(stalledMs)}`)));
  const notice = view.notices.at(-1);
  if (notice) lines.push(line(0, theme.paint('dim', `${dot} ${notice.message}`)));
  return lines;
}

export function countsText({ counts }: RunView, theme: Theme): string {
  const { blocks, steps, actions, failedActions } = counts;
  const parts = [
    blocks > 0 && plural(blocks, 'block'),
    steps > 0 && plural(steps, 'step'),
    actions > 0 && plural(actions, 'action'),
    failedActions > 0 && `${failedActions} failed`,
  ];
  return parts.filter(Boolean).join(` ${theme.glyphs.dot} `);
}

/** `12.3k tokens, $0.042`; empty where the server says nothing of it. */
export function priceText({ counts: { tokens, cost } }: RunView): string {
  const short = tokens < 1_000 ? `${tokens}` : tokens < 1e6 ? `${(tokens / 1_000).toFixed(1)}k` : `${(tokens / 1e6).toFixed(1)}M`;
  const parts = [tokens > 0 && `${short} tokens`, cost > 0 && `$${cost.toFixed(cost < 1 ? 3 : 2)}`];
  return parts.filter(Boolean).join(', ');
}

export interface FooterLook {
  readonly columns: number;
  readonly moment: Moment;
  readonly theme: Theme;
  /** The keys to name, the longest list that fits is taken. */
  readonly keys: readonly string[];
  /** When the server is asked next, epoch ms by our clock; null while it is being asked. */
  readonly nextPollAt: number | null;
  /** Requests in the last minute; null where nobody wants to know. */
  readonly perMinute: number | null;
}

/** What there is room for, the most important first. */
export function footerLine(view: RunView, { columns, moment, theme, keys, nextPollAt, perMinute }: FooterLook): Line {
  const separator = ` ${theme.glyphs.dot} `;
  const elapsed = view.track.length > 0 ? duration(elapsedMs(view, moment.now)) : '';
  const waitMs = nextPollAt === null ? 0 : nextPollAt - moment.now;
  const facts = [view.runId, countsText(view, theme), elapsed].filter((each) => each !== '');
  const rate = perMinute === null ? '' : `${plural(perMinute, 'request')} in a minute`;
  const wait = waitMs > 0 && view.retrying === null ? `next poll in ${Math.ceil(waitMs / 1000)}s` : '';
  const extras = [rate, priceText(view), wait].filter((each) => each !== '');
  const fits = (words: readonly string[], key = '') => words.join(separator).length + 2 + key.length <= columns;
  // What a waiting run can be told comes before what it did; a key that nobody knows of before what is nice to know.
  if (isPaused(view) && !fits(facts, keys.at(-2)) && fits([view.runId], keys.at(-2))) facts.splice(1);
  const named = keys.find((each) => fits(facts, each));
  for (const extra of extras) if (fits([...facts, extra], named)) facts.push(extra);
  const text = facts.join(separator);
  return { indent: 0, text: theme.paint('dim', text), ...(named !== undefined && { right: theme.paint('dim', named) }) };
}
