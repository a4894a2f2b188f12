/**
 * Many runs of one server, watched through its list: one request for up to 100 of them, instead of one for each.
 *
 * Every run keeps its own watch (`watchRun`), which asks a source that is shared here. A row of the list is a copy, made for overviews:
 * it is believed at first sight of a run that goes on; afterwards it says only which runs to read, so verdicts never come from it. Runs that the
 * list does not show are read by themselves, ever more seldom while nothing moves; and in each round the one that was longest not read, so that
 * a copy that got stuck holds up nothing for ever.
 */
import type { Clock } from '../clock.js';
import { SkyvernError } from '../errors.js';
import { decodeRun, type Run, type RunListItem } from '../protocol/run.js';
import { isEnded, isTerminalStatus, RUN_STATUSES } from '../protocol/status.js';
import type { Random } from '../random.js';
import type { ReadOptions, RunPoll, RunSource } from './source.js';

export interface ListQuery {
  readonly page?: number;
  readonly pageSize?: number;
  readonly status?: readonly string[];
  readonly runType?: readonly string[];
  readonly workflowPermanentId?: readonly string[];
  readonly tags?: readonly string[];
}

export interface ListSource extends RunSource {
  /** Newest first; shorter than the page size: the last. */
  list(query: ListQuery, call?: ReadOptions): Promise<RunListItem[]>;
}

export interface SharedReadsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** What narrows the list down to the watched runs, when something does. */
  readonly query?: Pick<ListQuery, 'runType' | 'workflowPermanentId' | 'tags'>;
  /** The server answered: trouble that was told by `onRetry` is over. */
  readonly onAnswer?: () => void;
}

const PAGE_SIZE = 100;
const MIN_DELAY_MS = 1_000;
const MAX_DELAY_MS = 10_000;
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 20_000;
/** Reads of single runs under way at once. */
const AT_ONCE = 8;
/** Runs that go on, as far as is known: those that end leave the list, and are read. */
const GOING_ON = RUN_STATUSES.filter((status) => !isTerminalStatus(status));

interface Waiting {
  readonly call: ReadOptions;
  readonly resolve: (poll: RunPoll) => void;
  readonly reject: (reason: unknown) => void;
}

interface Watched {
  readonly runId: string;
  waiting: Waiting | null;
  /** Status in the newest row of the list; null before the first. */
  row: string | null;
  /** Whether its watch was told anything yet. */
  seen: boolean;
  /** When it was last read by itself, and when it may be again; monotonic ms. */
  readMs: number;
  dueMs: number;
  delayMs: number;
}

export class SharedReads {
  readonly #source: ListSource;
  readonly #options: SharedReadsOptions;
  readonly #watched = new Map<string, Watched>();
  #round: Promise<void> | null = null;
  #delayMs = MIN_DELAY_MS;
  #failures = 0;
  #answered = false;
  /** Ends the pause between two rounds: a run that nobody has looked at yet may have ended already. */
  #pause = new AbortController();

  constructor(source: ListSource, options: SharedReadsOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** For the watch of one of the runs. */
  readonly source: RunSource = {
    get: (runId, call) => this.#source.get(runId, call),
    poll: (runId, _etag, _waitSeconds, call) => this.#poll(runId, call ?? {}),
    timeline: (runId, call) => this.#source.timeline(runId, call),
    steps: (taskId, call) => this.#source.steps(taskId, call),
    actions: (taskId, call) => this.#source.actions(taskId, call),
  };

  /** Resolves when there is news of the run. */
  #poll(runId: string, call: ReadOptions): Promise<RunPoll> {
    const known = this.#watched.get(runId);
    const watched = known ?? { runId, waiting: null, row: null, seen: false, readMs: 0, dueMs: 0, delayMs: MIN_DELAY_MS };
    this.#watched.set(runId, watched);
    const { signal } = call;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        watched.waiting = null;
        reject(signal?.reason);
      };
      const done =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener('abort', onAbort);
          watched.waiting = null;
          settle(value);
        };
      signal?.addEventListener('abort', onAbort, { once: true });
      watched.waiting = { call, resolve: done(resolve), reject: done(reject) };
      if (!watched.seen) this.#pause.abort();
      this.#round ??= this.#rounds().finally(() => {
        this.#round = null;
      });
    });
  }

  /** Those whose watch waits for news. */
  #waiting(): Watched[] {
    return [...this.#watched.values()].filter(({ waiting }) => waiting !== null);
  }

  /** Until nobody waits any more. Never rejects: what goes wrong is told to those who wait. */
  async #rounds(): Promise<void> {
    const { random, signal, onAnswer } = this.#options;
    // Watches begin one after the other, in the same turn: the first round is for all of them.
    await Promise.resolve();
    try {
      while (this.#waiting().length > 0) {
        try {
          const moved = await this.#look();
          if (this.#failures > 0) onAnswer?.();
          this.#failures = 0;
          this.#answered = true;
          this.#delayMs = moved ? MIN_DELAY_MS : Math.min(this.#delayMs * 1.5, MAX_DELAY_MS);
          await this.#rest(Math.round(this.#delayMs * (0.8 + 0.4 * random.fraction())));
        } catch (error) {
          if (signal.aborted || !isPassing(error) || !this.#answered) throw error;
          await this.#backOff(error.message);
        }
      }
    } catch (error) {
      for (const { waiting } of this.#waiting()) waiting?.reject(error);
    }
  }

  async #rest(ms: number): Promise<void> {
    const { clock, signal } = this.#options;
    if (this.#waiting().some(({ seen }) => !seen)) return;
    this.#pause = new AbortController();
    await clock.sleep(ms, AbortSignal.any([signal, this.#pause.signal])).catch(() => signal.throwIfAborted());
  }

  /** One is enough to tell of it. */
  async #backOff(reason: string): Promise<void> {
    const { clock, random, signal } = this.#options;
    this.#failures++;
    const ceilingMs = Math.min(BACKOFF_BASE_MS * 2 ** Math.min(this.#failures, 10), BACKOFF_CAP_MS);
    const delayMs = Math.round(BACKOFF_BASE_MS / 2 + random.fraction() * (ceilingMs - BACKOFF_BASE_MS / 2));
    this.#waiting()[0]?.waiting?.call.onRetry?.({ attempt: this.#failures, delayMs, reason });
    await clock.sleep(delayMs, signal);
  }

  /** One round. @returns whether anything moved */
  async #look(): Promise<boolean> {
    const waiting = this.#waiting();
    const rows = await this.#rows(new Set(waiting.map(({ runId }) => runId)));
    const nowMs = this.#options.clock.monotonic();
    const toRead: Watched[] = [];
    let moved = false;
    for (const watched of waiting) {
      const row = rows.get(watched.runId);
      if (!row || isEnded(row)) {
        if (watched.row !== null) watched.dueMs = 0; // it was there: something happened
        watched.row = null;
        if (nowMs >= watched.dueMs) toRead.push(watched);
        continue;
      }
      const changed = watched.row !== row.status;
      watched.row = row.status;
      if (!changed) continue;
      moved = true;
      if (watched.seen) toRead.push(watched);
      else this.#tell(watched, runOfRow(row));
    }
    if (toRead.length === 0) {
      const longest = this.#waiting().toSorted((a, b) => a.readMs - b.readMs)[0];
      if (longest) toRead.push(longest);
    }
    return (await this.#readAll(toRead)) || moved;
  }

  /** The rows of these runs, as far as the list shows them: no more pages than they would fill, and one for what comes in between. */
  async #rows(wanted: ReadonlySet<string>): Promise<Map<string, RunListItem>> {
    const { signal, query } = this.#options;
    const rows = new Map<string, RunListItem>();
    const pages = Math.ceil(wanted.size / PAGE_SIZE) + 1;
    for (let page = 1; page <= pages && rows.size < wanted.size; page++) {
      const items = await this.#source.list({ ...query, status: GOING_ON, page, pageSize: PAGE_SIZE }, { signal });
      for (const item of items) if (wanted.has(item.run_id)) rows.set(item.run_id, item);
      if (items.length < PAGE_SIZE) break;
    }
    return rows;
  }

  /** @returns whether any of them was news */
  async #readAll(toRead: readonly Watched[]): Promise<boolean> {
    const queue = [...toRead];
    let moved = false;
    const worker = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) moved = (await this.#read(next)) || moved;
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, queue.length) }, worker));
    return moved;
  }

  async #read(watched: Watched): Promise<boolean> {
    const { clock } = this.#options;
    const { waiting } = watched;
    if (!waiting) return false;
    const first = !watched.seen;
    watched.delayMs = Math.min(watched.delayMs * 1.5, MAX_DELAY_MS);
    watched.readMs = clock.monotonic();
    watched.dueMs = watched.readMs + watched.delayMs;
    try {
      this.#tell(watched, await this.#source.get(watched.runId, waiting.call));
      return first;
    } catch (error) {
      watched.waiting?.reject(error);
      return false;
    }
  }

  #tell(watched: Watched, run: Run): void {
    watched.seen = true;
    // Over: a batch has thousands, one after the other.
    if (isEnded(run)) this.#watched.delete(watched.runId);
    // Asked again at once, it waits for the next round: `waited` without a version means no more than that.
    watched.waiting?.resolve({ run, etag: null, waited: true });
  }
}

const isPassing = (error: unknown): error is SkyvernError =>
  error instanceof SkyvernError && (error.exit === 'network' || error.exit === 'rateLimited');

/** As much of a run as a row says. */
export const runOfRow = (row: RunListItem): Run =>
  decodeRun({ ...row, run_type: row.task_run_type, run_request: row.title === null ? null : { title: row.title } });
