/**
 * Looking for the run of a start whose answer was lost.
 *
 * A run is recognized by an exact handle where the kind of start has one, else by its content: the fields that servers give
 * back as they got them. What was created clearly before our request cannot be ours; what another start here is known to
 * have made is not ours either.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.js';
import { SkyvernError } from '../errors.js';
import type { Attempt, Journal, Op } from './journal.js';

/** A run at the server that may be the one. */
export interface Candidate {
  readonly run_id: string;
  readonly status: string;
  /** The server's time, epoch milliseconds; null when it does not say. */
  readonly created_at: number | null;
}

/** How one kind of start is looked for at one server. */
export interface Search {
  /** Runs that carry this start's own mark, or are in its own session: no other start can. Left out where there is no such mark. */
  exact?(op: Op, signal?: AbortSignal): Promise<Candidate[]>;
  /** Runs of this kind created at `since` (server's time) or later, oldest first. `serverNow` null when the server does not tell its time. */
  since(
    since: number,
    signal?: AbortSignal,
  ): Promise<{ readonly candidates: Candidate[]; readonly serverNow: number | null; readonly complete: boolean }>;
  /** How the run is now, and the comparable fields of its request, as `Start.content` names them: null when the server does not give them. */
  content(
    runId: string,
    signal?: AbortSignal,
  ): Promise<{ readonly status: string; readonly fields: Readonly<Record<string, unknown>> | null }>;
  /** False where runs of the same content are common: such a run is a candidate, and never adopted. */
  contentIsProof?(): boolean;
}

export type Found =
  | { readonly kind: 'found'; readonly runId: string; readonly by: 'mark' | 'content'; readonly others: readonly Candidate[] }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Candidate[] }
  /** `complete`: every run that could be it was seen. `problem`: why the server could not be asked, when it could not. */
  | { readonly kind: 'none'; readonly complete: boolean; readonly problem: SkyvernError | null };

export interface Look {
  readonly found: Found;
  /** When the request was sent, by the server's clock; null when that is not certain. */
  readonly serverSentAt: number | null;
}

export interface LookDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Monotonic milliseconds since the first try was sent, where the process that sent it looks itself. */
  readonly sentAgoMs?: number;
}

/** A server's time has whole seconds, and its database may be another machine: a run this much older than our request may be ours. */
const CLOCK_SLACK_MS = 60_000;
/** How far our clock may have been set, or differ from a server's that does not tell its time. */
const UNCERTAIN_MS = 24 * 3_600_000;
/** How long after the request a run may still appear: gateways and queues have delivered requests minutes late. */
export const LATE_MS = 600_000;
/** Runs whose request is read in one look. */
const MAX_READ = 100;

/** Looks once. Rejects only with `signal.reason`. */
export async function lookOnce(op: Op, search: Search, deps: LookDeps): Promise<Look> {
  try {
    return await look(op, search, deps);
  } catch (error) {
    if (deps.signal?.aborted) throw deps.signal.reason;
    if (!(error instanceof SkyvernError)) throw error;
    return { found: { kind: 'none', complete: false, problem: error }, serverSentAt: null };
  }
}

async function look(op: Op, search: Search, { journal, clock, signal, sentAgoMs }: LookDeps): Promise<Look> {
  const claimed = journal.claimed();
  const free = (candidates: readonly Candidate[]) => candidates.filter(({ run_id }) => !claimed.has(run_id));

  const [oldest, ...others] = free((await search.exact?.(op, signal)) ?? []);
  if (oldest) return { found: { kind: 'found', runId: oldest.run_id, by: 'mark', others }, serverSentAt: null };

  const ourSentAt = op.attempts[0]?.sent_at ?? clock.now();
  const { candidates, serverNow, complete } = await search.since((op.server_sent_at ?? ourSentAt) - UNCERTAIN_MS, signal);
  const certain = op.server_sent_at ?? (serverNow !== null && sentAgoMs !== undefined ? serverNow - sentAgoMs : null);
  const sentAt = certain ?? ourSentAt + (serverNow === null ? 0 : serverNow - clock.now());
  const isNear = ({ created_at }: Candidate, slack: number) =>
    created_at === null || (created_at >= sentAt - slack && created_at <= sentAt + tryingMs(op) + LATE_MS + slack);
  const slack = CLOCK_SLACK_MS + (certain === null ? UNCERTAIN_MS : 0);
  const inTime = free(candidates).filter((each) => isNear(each, slack));
  // The list goes back to before our time, whether or not it goes back as far as it was asked to.
  const oldestAt = candidates[0]?.created_at ?? null;
  const sawAll = (complete || (oldestAt !== null && oldestAt < sentAt - slack)) && inTime.length <= MAX_READ;
  const answer = (found: Found): Look => ({ found, serverSentAt: certain });

  if (Object.keys(op.content).length === 0) {
    return answer(inTime.length > 0 ? { kind: 'ambiguous', candidates: inTime } : { kind: 'none', complete: sawAll, problem: null });
  }
  const same: Candidate[] = [];
  const distance = ({ created_at }: Candidate) => Math.abs((created_at ?? sentAt) - sentAt);
  for (const candidate of inTime.toSorted((a, b) => distance(a) - distance(b)).slice(0, MAX_READ)) {
    const { status, fields } = await search.content(candidate.run_id, signal);
    if (fields && isSameContent(op, fields, journal) && !isElsewhere(op, status)) same.push({ ...candidate, status });
  }
  const [only, twin] = same;
  if (!only) return answer({ kind: 'none', complete: sawAll, problem: null });
  // Its answer is on the way to another start of the same content: whose it is shows soon.
  if (isAwaited(op, journal)) return answer({ kind: 'none', complete: false, problem: null });
  const doubtful =
    twin !== undefined ||
    !sawAll || // one that was not seen may be its twin
    op.adopt === 'exact' ||
    op.session_id !== null ||
    hasDeadTwin(op, journal) ||
    search.contentIsProof?.() === false ||
    serverNow === null ||
    !isNear(only, CLOCK_SLACK_MS);
  return answer(doubtful ? { kind: 'ambiguous', candidates: same } : { kind: 'found', runId: only.run_id, by: 'content', others: [] });
}

/** Whether a start of the same content is under way in a living process and still waits for its answer. */
function isAwaited({ op, kind, origin, content }: Op, journal: Journal): boolean {
  const same = (other: Op) =>
    other.op !== op && other.kind === kind && other.origin === origin && isDeepStrictEqual(other.content, content);
  return journal.unsettled().some((other) => other.state === 'sent' && same(other) && journal.holder(other.op) !== null);
}

/** A fenced start runs in a session of its own, where it was not seen: what is at work is at work in another one. */
const isElsewhere = ({ session_id }: Op, status: string): boolean => session_id !== null && ['running', 'paused'].includes(status);

/** Whether a try of this content was fenced off of late: its run may have appeared since, which does nothing and belongs to nobody. */
function hasDeadTwin({ kind, origin, content, attempts }: Op, journal: Journal): boolean {
  const since = (attempts[0]?.sent_at ?? 0) - LATE_MS - CLOCK_SLACK_MS;
  const isDead = ({ outcome, sent_at }: Attempt) => outcome === 'fenced' && sent_at >= since;
  const same = (other: Op) => other.kind === kind && other.origin === origin && isDeepStrictEqual(other.content, content);
  return journal.entries().some((other) => other.attempts.some(isDead) && same(other));
}

/** From the first try to the end of the last, by our clock; nonsense when it was set meanwhile, so bounded. */
function tryingMs({ attempts }: Op): number {
  const first = attempts[0]?.sent_at ?? 0;
  const last = Math.max(...attempts.map(({ sent_at, ended_at }) => ended_at ?? sent_at));
  return Math.min(Math.max(0, last - first), LATE_MS);
}

/** Every field that was sent is there and equal, and none that was not sent is there. */
function isSameContent(op: Op, content: Readonly<Record<string, unknown>>, journal: Journal): boolean {
  return Object.entries(op.content).every(([field, wanted]) => {
    const value = content[field];
    const has = value !== null && value !== undefined;
    return has ? journal.hmac(value) === wanted : wanted === null;
  });
}
