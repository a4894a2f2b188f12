/**
 * Looking for the run of a start whose answer was lost.
 *
 * A run is recognized by an exact handle where the kind of start has one, else by its content: the fields that servers give
 * back as they got them. What was created clearly before our request cannot be ours; what another start here is known to
 * have made is not ours either.
 */
import type { Clock } from '../clock.js';
import { SkyvernError } from '../errors.js';
import type { Journal, Op } from './journal.js';

/** A run at the server that may be the one. */
export interface Candidate {
  readonly run_id: string;
  readonly status: string;
  /** The server's time, epoch milliseconds; null when it does not say. */
  readonly created_at: number | null;
}

/** How one kind of start is looked for at one server. */
export interface Search {
  /** Runs that carry this start's own mark: no other start can have it. Left out where there is no such mark. */
  exact?(op: Op, signal?: AbortSignal): Promise<Candidate[]>;
  /** Runs of this kind created at `since` (server's time) or later, oldest first. `serverNow` null when the server does not tell its time. */
  since(
    since: number,
    signal?: AbortSignal,
  ): Promise<{ readonly candidates: Candidate[]; readonly serverNow: number | null; readonly complete: boolean }>;
  /** The comparable fields of a run's request, as `Start.content` names them; null when the server does not give them. */
  content(runId: string, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>> | null>;
}

export type Found =
  | { readonly kind: 'found'; readonly runId: string; readonly by: 'mark' | 'content'; readonly others: readonly Candidate[] }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Candidate[] }
  /** `complete`: every run that could be it was seen. `problem`: why the server could not be asked, when it could not. */
  | { readonly kind: 'none'; readonly complete: boolean; readonly problem: SkyvernError | null };

/** A server's time has whole seconds, and its database may be another machine: runs younger than this before our request may be ours. */
const CLOCK_SLACK_MS = 60_000;
/** Without the server's time its clock may be anything: runs this far back are shown, and adopted by nobody but a person. */
const BLIND_SLACK_MS = 24 * 3_600_000;
/** How long after the request a run may still appear: gateways and queues have delivered requests minutes late. */
export const LATE_MS = 600_000;

/** Looks once. Rejects only with `signal.reason`. */
export async function lookOnce(op: Op, search: Search, journal: Journal, clock: Clock, signal?: AbortSignal): Promise<Found> {
  try {
    return await look(op, search, journal, clock, signal);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (!(error instanceof SkyvernError)) throw error;
    return { kind: 'none', complete: false, problem: error };
  }
}

async function look(op: Op, search: Search, journal: Journal, clock: Clock, signal: AbortSignal | undefined): Promise<Found> {
  const claimed = journal.claimed();
  const free = (candidates: readonly Candidate[]) => candidates.filter(({ run_id }) => !claimed.has(run_id));

  const marked = free((await search.exact?.(op, signal)) ?? []);
  const [oldest, ...others] = marked;
  if (oldest) return { kind: 'found', runId: oldest.run_id, by: 'mark', others };

  const sentAt = op.attempts[0]?.sent_at ?? 0;
  const lastEnd = Math.max(...op.attempts.map(({ sent_at, ended_at }) => ended_at ?? sent_at + LATE_MS));
  const askedAt = clock.now();
  const { candidates, serverNow, complete } = await search.since(sentAt - BLIND_SLACK_MS, signal);
  const offset = serverNow === null ? null : serverNow - askedAt;
  const from = sentAt + (offset ?? 0) - (offset === null ? BLIND_SLACK_MS : CLOCK_SLACK_MS);
  const until = lastEnd + LATE_MS + (offset ?? 0) + (offset === null ? BLIND_SLACK_MS : CLOCK_SLACK_MS);
  const inTime = free(candidates).filter(({ created_at }) => created_at === null || (created_at >= from && created_at <= until));

  if (Object.keys(op.content).length === 0)
    return inTime.length > 0 ? { kind: 'ambiguous', candidates: inTime } : { kind: 'none', complete, problem: null };
  const same: Candidate[] = [];
  for (const candidate of inTime) {
    const content = await search.content(candidate.run_id, signal);
    if (content && isSameContent(op, content, journal)) same.push(candidate);
  }
  const [only, twin] = same;
  if (!only) return { kind: 'none', complete, problem: null };
  if (twin || op.adopt === 'exact' || offset === null) return { kind: 'ambiguous', candidates: same };
  return { kind: 'found', runId: only.run_id, by: 'content', others: [] };
}

/** Every field that was sent is there and equal, and none that was not sent is there. */
function isSameContent(op: Op, content: Readonly<Record<string, unknown>>, journal: Journal): boolean {
  return Object.entries(op.content).every(([field, wanted]) => {
    const value = content[field];
    const has = value !== null && value !== undefined;
    if (wanted === null) return !has;
    return has && journal.hmac(value) === wanted;
  });
}
