/** Watching runs whose lives are drawn from seeds, and what must hold of every such watch. */
import type { RunEvent } from '../../src/runs/events.js';
import { watchRun } from '../../src/runs/watch.js';
import { type ManualClock, manualClock, seededRandom } from '../support/clock.js';
import { HistoryServer, type Item } from './historyServer.js';

export interface HistoryTally {
  histories: number;
  events: number;
  /** Streams that were cut and resumed. */
  resumed: number;
  failedReads: number;
  reads: number;
  /** Longest time from the end of a run, or of the trouble about it, to its result, without the reads in between; milliseconds. */
  latestMs: number;
  readonly broken: { readonly seed: number; readonly how: string }[];
}

export const emptyHistories = (): HistoryTally => ({
  histories: 0,
  events: 0,
  resumed: 0,
  failedReads: 0,
  reads: 0,
  latestMs: 0,
  broken: [],
});

export function addHistories(sum: HistoryTally, more: HistoryTally): void {
  for (const field of ['histories', 'events', 'resumed', 'failedReads', 'reads'] as const) sum[field] += more[field];
  sum.latestMs = Math.max(sum.latestMs, more.latestMs);
  sum.broken.push(...more.broken);
}

/** What is done to the events before they are looked at, to see that the check would notice. */
export type Harm = (events: readonly RunEvent[]) => RunEvent[];

const CODES: Readonly<Record<string, number>> = { completed: 0, failed: 10, terminated: 11, canceled: 12, timed_out: 13 };

/** The longest pause of a watch: between two polls, and after a failure of the network. */
const POLL_MS = 12_000;
const BACK_OFF_MS = 20_000;
/** What a watch waits for output that is late, and after a run seemed gone. */
const PATIENCE_MS = 4_000;

/** A stream of events, and when it began. */
interface Watched {
  readonly events: readonly RunEvent[];
  readonly streams: readonly (readonly RunEvent[])[];
  readonly begunAt: number;
}

export async function runHistory(
  seed: number,
  tally: HistoryTally,
  harm: Harm = (events) => [...events],
  tell: (line: string) => void = () => {},
): Promise<void> {
  const dice = seededRandom(seed);
  const clock = manualClock();
  const server = new HistoryServer(clock, dice);
  const { events: seen, streams, begunAt } = await watched(server, clock, dice, tally);
  const events = harm(seen);
  for (const event of events)
    tell(`${String(event.seq).padStart(4)} ${(event.at - clock.now() + clock.monotonic()) / 1000} s ${lineOf(event)}`);
  const wrong = [...problemsOf(server, events, streams), ...lateness(server, events, begunAt, clock, tally)];
  tally.histories++;
  tally.events += events.length;
  tally.reads += server.reads.length;
  tally.failedReads += server.reads.filter(({ ok }) => !ok).length;
  if (wrong.length > 0) tally.broken.push({ seed, how: wrong.join('; ') });
}

/** All events of the run: of one watch, or of two, the second of which goes on after the first was cut. */
async function watched(
  server: HistoryServer,
  clock: ManualClock,
  dice: ReturnType<typeof seededRandom>,
  tally: HistoryTally,
): Promise<Watched> {
  const options = {
    clock,
    random: dice,
    signal: new AbortController().signal,
    onPause: 'wait' as const,
    deadlineMs: null,
    details: true,
    ...(server.isOurs && { createdMs: 0 }),
  };
  const cutAfter = dice.fraction() < 0.3 ? 1 + Math.floor(dice.fraction() * 40) : Number.POSITIVE_INFINITY;
  const events: RunEvent[] = [];
  for await (const event of watchRun(server, server.runId, options)) {
    events.push(event);
    if (events.length === cutAfter) break;
  }
  const last = events.at(-1) as RunEvent;
  if (last.type === 'result' || events.length < cutAfter) return { events, streams: [events], begunAt: 0 };
  tally.resumed++;
  await clock.sleep(dice.fraction() * 60_000);
  server.watchedByAnother();
  const begunAt = clock.monotonic();
  const more: RunEvent[] = [];
  const { createdMs: _started, ...again } = { createdMs: 0, ...options, after: last.id };
  for await (const event of watchRun(server, server.runId, again)) more.push(event);
  return { events: [...events, ...more], streams: [events, more], begunAt };
}

function problemsOf(server: HistoryServer, events: readonly RunEvent[], streams: Watched['streams']): string[] {
  const wrong: string[] = [];
  const result = events.at(-1);
  const end = server.statuses.at(-1)?.status as string;
  const code = CODES[end];
  if (result?.type !== 'result' || result.status !== end || result.exit_code !== code || result.error !== null)
    wrong.push(`the end was ${end} (${code}), told was ${result && lineOf(result)}`);
  if (events.filter(({ type }) => type === 'result').length !== 1) wrong.push('more than one result');
  for (const stream of streams) {
    if (stream.some(({ seq }, index) => seq !== index + 1)) wrong.push('seq has gaps');
    if (new Set(stream.map(({ id }) => id)).size !== stream.length) wrong.push('an id came twice');
    const pictures = stream.flatMap((event) => (event.type === 'screenshot' ? [event.artifact_id] : []));
    // A stream that goes on cannot know of those beside an action that changed since.
    if (new Set(pictures).size !== pictures.length) wrong.push('a screenshot came twice');
  }
  return [...wrong, ...statusProblems(server, events), ...itemProblems(server, events, streams)];
}

/** Each told once, in the order in which the run entered them; those with a time of their own are never missed. */
function statusProblems(server: HistoryServer, events: readonly RunEvent[]): string[] {
  const told = events.flatMap((event) => (event.type === 'status' ? [event.to] : []));
  const wanted = server.statuses.map(({ status }) => status);
  let at = 0;
  for (const status of told) {
    while (at < wanted.length && wanted[at] !== status) at++;
    if (at === wanted.length) return [`statuses ${told.join(' ')} for ${wanted.join(' ')}`];
    at++;
  }
  const last = server.statuses.at(-1)?.attempt;
  const dated = [
    'created',
    ...server.statuses.filter(({ attempt, status }) => attempt === last && status === 'queued').map(({ status }) => status),
  ];
  const missed = [...dated, 'running', wanted.at(-1) as string].filter((status) => !told.includes(status));
  return missed.length > 0 ? [`never told ${missed.join(' ')} of ${wanted.join(' ')}`] : [];
}

/** Versions of an item are told once and forwards, changes in the order in which they were made, and the last one always. */
function itemProblems(server: HistoryServer, events: readonly RunEvent[], streams: Watched['streams']): string[] {
  const wrong: string[] = [];
  const items = new Map(server.items.map((item) => [item.id, item]));
  const told = new Map<Item, number>();
  const pictures = new Set<string>();
  /** What was there at the first look of a stream comes in the order of its making. */
  const firstLooks = new Set(streams.map((stream) => stream.find((event) => noteOf(event) !== null)?.at));
  const newest = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'screenshot') pictures.add(event.artifact_id);
    const found = noteOf(event);
    if (found === null) continue;
    const item = items.get(found.id) as Item;
    if ((told.get(item) ?? -1) >= found.version) wrong.push(`version ${found.version} of ${found.id} came after version ${told.get(item)}`);
    told.set(item, found.version);
    // Steps and actions of a task are two reads, so each has an order of its own.
    const order = server.kind === 'task' ? item.kind : 'all';
    const changedAt = item.changes[found.version] as number;
    if (!firstLooks.has(event.at) && changedAt < (newest.get(order) ?? Number.NEGATIVE_INFINITY)) wrong.push(`${found.id} came too late`);
    newest.set(order, Math.max(changedAt, newest.get(order) ?? Number.NEGATIVE_INFINITY));
  }
  for (const item of server.items) {
    const last = server.versionAt(item, Math.min(server.detailsKnownUntil, server.endAt));
    if (last > (told.get(item) ?? -1)) wrong.push(`version ${last} of ${item.id} was never told`);
    if (item.kind === 'action' && last > 0 && last === item.changes.length - 1 && !pictures.has(`a_${item.id}`))
      wrong.push(`the screenshot of ${item.id} was never told`);
  }
  return wrong;
}

function noteOf(event: RunEvent): { readonly id: string; readonly version: number } | null {
  switch (event.type) {
    case 'step':
      return { id: event.step.step_id, version: Number(event.step['note']) };
    case 'block':
      return { id: event.block.workflow_run_block_id, version: Number(event.block['note']) };
    case 'action':
      return { id: event.action.action_id as string, version: Number(event.action['note']) };
    case 'thought':
      return { id: event.thought.thought_id, version: Number(event.thought['note']) };
    default:
      return null;
  }
}

/** From the end of the run, or of the last trouble with the network, at most one pause; reads take the time they take. */
function lateness(server: HistoryServer, events: readonly RunEvent[], begunAt: number, clock: ManualClock, tally: HistoryTally): string[] {
  const result = events.at(-1) as RunEvent;
  const toldAt = result.at - clock.now() + clock.monotonic();
  const freeAt = Math.max(server.endAt, server.troubleAt, begunAt);
  const inReads = server.reads.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, toldAt) - Math.max(from, freeAt)), 0);
  const lateMs = toldAt - freeAt - inReads;
  tally.latestMs = Math.max(tally.latestMs, lateMs);
  const most = (server.troubleAt > 0 ? BACK_OFF_MS : POLL_MS) + PATIENCE_MS;
  return lateMs > most ? [`told ${Math.round(lateMs)} ms late`] : [];
}

/** An event in a few words. */
export function lineOf(event: RunEvent): string {
  const note = noteOf(event);
  if (note) return `${event.type} ${note.id} version ${note.version}`;
  if (event.type === 'status') return `${event.from} -> ${event.to}`;
  if (event.type === 'result') return `result ${event.status} ${event.exit_code} ${event.error?.code ?? ''}`;
  if (event.type === 'retrying') return `retrying in ${event.delay_ms} ms: ${event.reason}`;
  return event.type === 'notice' ? `notice ${event.code}` : event.type;
}
