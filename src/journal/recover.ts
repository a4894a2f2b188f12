/** Settling starts that were left behind: by a killed process, a lost answer, an interrupt. */
import type { Clock } from '../clock.js';
import { LocalError, SkyvernError, UsageError } from '../errors.js';
import { isSettled, type Journal, type Op } from './journal.js';
import { type Candidate, LATE_MS, lookOnce, type Search } from './lookUp.js';

export interface Recovered {
  readonly op: string;
  readonly kind: string;
  readonly label: string;
  readonly base_url: string;
  /** When the start was made, epoch milliseconds. */
  readonly at: number;
  /**
   * `found`: this is its run. `none`: there is none. `ambiguous`: one of `candidates`, or none. `waiting`: not found yet, may
   * still appear. `unreachable`: its server could not be asked. `busy`: another process is at it.
   */
  readonly result: 'found' | 'none' | 'ambiguous' | 'waiting' | 'unreachable' | 'busy';
  readonly run_id: string | null;
  readonly candidates: readonly Candidate[];
  /** Why, where `result` alone does not say. */
  readonly detail: string;
}

export interface RecoverDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** How the runs of this start are looked for at its server; null when there is no key for it or no way to it. */
  searchFor(op: Op): Promise<Search | null>;
}

/** What `recover` looks at: starts with an unknown outcome, and those whose run is known and was told to nobody. Oldest first. */
export const leftStarts = (journal: Journal, newest?: number): Op[] =>
  journal.entries(newest).filter((op) => !isSettled(op) || journal.isUntold(op));

/** Looks once for the run of each start, all that were left behind when none are given. Settled ones are told with their outcome. */
export async function recover(deps: RecoverDeps, starts: readonly Op[] = leftStarts(deps.journal)): Promise<Recovered[]> {
  const results: Recovered[] = [];
  for (const each of starts) results.push(isSettled(each) ? told(each, deps.journal.isUntold(each)) : await settleHeld(deps, each));
  return results;
}

/** Settles a start by hand: this is its run, or (null) it made none. */
export async function settleByHand(journal: Journal, op: string, runId: string | null): Promise<Recovered> {
  return journal.hold(namedStart(journal, op).op, async () => {
    const current = namedStart(journal, op);
    if (isSettled(current))
      throw new UsageError(`the start ${op} is settled already${current.run_id ? `: ${current.run_id}` : ''}`, { code: 'settled' });
    if (runId === null) return told(journal.update(current, { state: 'absent' }));
    const adopted = await journal.adopt(current, runId);
    if (!adopted) throw new UsageError(`${runId} belongs to another start`, { code: 'claimed' });
    return told(adopted);
  });
}

/** Looks once for the run of one unsettled start, under its lock, and writes down what it finds. */
export async function settleHeld(deps: RecoverDeps, op: Op): Promise<Recovered> {
  try {
    return await deps.journal.hold(
      op.op,
      async () => {
        const current = deps.journal.find(op.op) ?? op;
        return isSettled(current) ? told(current) : settle(deps, current);
      },
      0,
    );
  } catch (error) {
    if (error instanceof LocalError && error.code === 'locked')
      return result(op, 'busy', { detail: `${deps.journal.holder(op.op) ?? 'another process'} is at it` });
    throw error;
  }
}

async function settle({ journal, clock, signal, searchFor }: RecoverDeps, op: Op): Promise<Recovered> {
  if (op.state === 'intended') return told(journal.update(op, { state: 'absent' }));
  let search: Search | null;
  try {
    search = await searchFor(op);
  } catch (error) {
    if (!(error instanceof SkyvernError)) throw error;
    return result(op, 'unreachable', { detail: error.message });
  }
  if (!search) return result(op, 'unreachable', { detail: `there is no key for ${op.origin}` });
  const { found } = await lookOnce(op, search, { journal, clock, signal });
  if (found.kind === 'found') {
    const adopted = await journal.adopt(op, found.runId);
    return adopted ? told(adopted) : result(op, 'waiting', { detail: 'the run that looked like it belongs to another start' });
  }
  if (found.kind === 'ambiguous') {
    journal.update(op, { state: 'ambiguous', candidates: found.candidates.map(({ run_id }) => run_id) });
    return result(op, 'ambiguous', { candidates: found.candidates });
  }
  if (found.problem) return result(op, 'unreachable', { detail: found.problem.message });
  const lastSent = Math.max(...op.attempts.map(({ sent_at }) => sent_at));
  if (clock.now() - lastSent < LATE_MS) return result(op, 'waiting', { detail: 'it may still appear' });
  if (!found.complete) return result(op, 'waiting', { detail: 'the server lists too many newer runs to see all of that time' });
  return told(journal.update(op, { state: 'absent' }));
}

/** The entry of that id; `no_such_start` (5) when there is none. */
export function namedStart(journal: Journal, op: string): Op {
  const found = journal.find(op);
  if (!found)
    throw new SkyvernError('notFound', 'no_such_start', `no start ${op} is written down here`, {
      hint: '`skyvern run recover` lists those that are not settled',
    });
  return found;
}

const told = (op: Op, isNews = false): Recovered =>
  result(op, op.run_id === null ? 'none' : 'found', {
    run_id: op.run_id,
    ...(isNews && { detail: 'it was started, and its id was told to nobody' }),
  });

function result(op: Op, outcome: Recovered['result'], more: Partial<Pick<Recovered, 'run_id' | 'candidates' | 'detail'>> = {}): Recovered {
  return {
    op: op.op,
    kind: op.kind,
    label: op.label,
    base_url: op.base_url,
    at: op.attempts[0]?.sent_at ?? 0,
    result: outcome,
    run_id: null,
    candidates: [],
    detail: '',
    ...more,
  };
}
