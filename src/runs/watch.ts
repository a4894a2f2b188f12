/**
 * Following a run: repeated reads become one stream of typed events.
 *
 * Here: when to ask again, what counts as news, which failures are waited out, when a run is over. Not here: terminals and
 * flags. After the first good read nothing but the run, the caller or a refusal by the server ends a watch: network trouble
 * is an event. Only `GET /v1/runs/{run_id}` decides the verdict; details are best effort.
 */
import type { Clock } from '../clock.js';
import { ApiError, type ExitName, exitCode, SkyvernError } from '../errors.js';
import { runKind } from '../protocol/ids.js';
import type { Run } from '../protocol/run.js';
import { isEnded, isTerminalStatus, RUN_STATUSES } from '../protocol/status.js';
import { parseServerTime } from '../protocol/time.js';
import type { Random } from '../random.js';
import { Cursor, type Fact } from './cursor.js';
import { Details, type Reading } from './details.js';
import type { RunEvent, RunEventBody } from './events.js';
import { verdictOf } from './exit.js';
import { StatusTrack } from './facts.js';
import { Mailbox } from './mailbox.js';
import type { ReadOptions, RunPoll, RunSource } from './source.js';

export interface WatchOptions {
  readonly clock: Clock;
  /** For jitter. */
  readonly random: Random;
  /** Aborts with an `Interrupted`: the watch ends with its code, the run goes on. */
  readonly signal: AbortSignal;
  /** `fail` ends the watch with 14 as soon as the run waits for a person. */
  readonly onPause: 'wait' | 'fail';
  /** When to give up, on the monotonic clock; null for never. */
  readonly deadlineMs: number | null;
  /** Whether blocks, steps and actions are read. */
  readonly details: boolean;
  /** How long nothing may change before that is told, in milliseconds; ten minutes when left out. */
  readonly stallMs?: number;
  /** Told before each pause between two polls when it ends (epoch ms), and of its end with null. */
  readonly onWait?: (until: number | null) => void;
  /** Tell only what came after the event with this id. */
  readonly after?: string;
  /** When the run was started, on the monotonic clock, if it just was: a server may not find it at once. */
  readonly createdMs?: number;
}

type Verdict = Extract<RunEventBody, { type: 'result' }>;

const WAIT_SECONDS = 25;
const MIN_DELAY_MS = 1_000;
const MAX_DELAY_MS = 10_000;
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 20_000;
const MAX_ASKED_MS = 60 * 60_000;
/** How long a run just started may be unknown to a replica that answers reads. */
const READ_LAG_MS = 30_000;
const GONE_CONFIRMATIONS = 3;
const GONE_DELAY_MS = 3_300;
const STALL_MS = 10 * 60_000;
/** A read of the details that took less is waited for before the end is told, so that the story keeps its order. */
const FAST_READ_MS = 50;
/** Details that failed so often in a row do not hold up the verdict. */
const MAX_DETAIL_FAILURES = 2;
/** Pauses between reads for what the server writes after the end; together below 4 s. */
const LATE_DELAYS_MS = [500, 1_000, 2_000];
/** How long after its end a run may still get output. */
const LATE_WINDOW_MS = 60_000;
const WENT_BACK_MS = 5_000;

/**
 * Never rejects for what a server or the network does: every ending is a last event `result` with an exit code.
 * @throws UsageError when `options.after` is no event id of this run
 */
export function watchRun(source: RunSource, runId: string, options: WatchOptions): AsyncGenerator<RunEvent, void> {
  return new Watch(source, runId, options).events();
}

class Watch {
  readonly #source: RunSource;
  readonly #runId: string;
  readonly #options: WatchOptions;
  readonly #details: Details;
  readonly #cursor: Cursor;
  readonly #statuses = new StatusTrack();
  readonly #mail = new Mailbox<{ readonly reading: Reading } | { readonly retry: RunEventBody }>();
  /** Ends what is in the background when the watch is over. */
  readonly #over = new AbortController();
  readonly #deadline = new AbortController();
  readonly #stop: AbortSignal;
  readonly #call: ReadOptions;

  #seq = 0;
  #run: Run | null = null;
  #etag: string | null = null;
  /** Whether the server holds a poll until something changed, so that its etag covers details too. */
  #waits = false;
  /** Consecutive failures of the network. */
  #failures = 0;
  /** Since when it was told that the server does not answer, monotonic ms; null while it does. */
  #silentSinceMs: number | null = null;
  /** Consecutive answers that the run does not exist. */
  #missing = 0;
  #delayMs = MIN_DELAY_MS;
  #changedMs: number;
  #toldStall = false;
  readonly #toldNotices = new Set<string>();
  #paused: 'no' | 'told' | 'told with instructions' = 'no';
  #instructions: string | null = null;

  #reading: Promise<void> | null = null;
  #stale = false;
  #readMs = Number.POSITIVE_INFINITY;
  #detailFailures = 0;
  /** The last version told of each item; null before the first look at the details. */
  #items: Map<string, Fact> | null = null;

  constructor(source: RunSource, runId: string, options: WatchOptions) {
    this.#source = source;
    this.#runId = runId;
    this.#options = options;
    this.#cursor = options.after === undefined ? new Cursor(runId) : Cursor.after(options.after, runId);
    this.#details = new Details(source, runId);
    this.#stop = AbortSignal.any([options.signal, this.#deadline.signal, this.#over.signal]);
    this.#changedMs = options.clock.monotonic();
    this.#call = {
      signal: this.#stop,
      onRetry: ({ attempt, delayMs, reason }) => this.#mail.post({ retry: { type: 'retrying', attempt, delay_ms: delayMs, reason } }),
    };
  }

  async *events(): AsyncGenerator<RunEvent, void> {
    const { clock, deadlineMs } = this.#options;
    if (deadlineMs !== null) {
      const past = () => this.#deadline.abort(new SkyvernError('timeout', 'timeout', 'the time limit passed'));
      clock.sleep(deadlineMs - clock.monotonic(), this.#over.signal).then(past, () => {});
    }
    try {
      yield this.#event(yield* this.#follow());
    } finally {
      this.#over.abort();
    }
  }

  async *#follow(): AsyncGenerator<RunEvent, Verdict> {
    for (;;) {
      try {
        const verdict = yield* this.#round();
        if (verdict) return verdict;
      } catch (error) {
        const verdict = yield* this.#failed(error);
        if (verdict) return verdict;
      }
    }
  }

  /** One poll, what it told, and the pause after it. */
  async *#round(): AsyncGenerator<RunEvent, Verdict | null> {
    const reply = yield* this.#meanwhile(this.#source.poll(this.#runId, this.#etag, WAIT_SECONDS, this.#call));
    this.#failures = 0;
    this.#missing = 0;
    yield* this.#reconnected();
    // Without a version nobody vouches that what the run does is covered, too.
    this.#waits ||= reply.waited && reply.etag !== null;
    const changed = this.#isNews(reply);
    this.#etag = reply.etag ?? this.#etag;
    if (reply.run) {
      const verdict = yield* this.#look(reply.run, changed);
      if (verdict) return verdict;
    }
    if (changed || !this.#waits) this.#readDetails();
    if (!reply.waited) yield* this.#pause();
    yield* this.#tellStall();
    return null;
  }

  #isNews({ run, etag }: RunPoll): boolean {
    if (run === null) return false;
    const known = this.#run;
    const news = known?.status !== run.status || known.modified_at !== run.modified_at || (this.#waits && etag !== this.#etag);
    if (news) this.#moved();
    return news;
  }

  #moved(): void {
    this.#changedMs = this.#options.clock.monotonic();
    this.#delayMs = MIN_DELAY_MS;
    this.#toldStall = false;
  }

  async *#look(run: Run, changed: boolean): AsyncGenerator<RunEvent, Verdict | null> {
    const first = this.#run === null;
    this.#run = run;
    if (first) yield this.#event({ type: 'run', run });
    if (isEnded(run)) return yield* this.#end(run, first);
    if (!changed) return null;
    yield* this.#news(this.#newStatuses(run, false, first));
    if (!RUN_STATUSES.some((known) => known === run.status)) {
      yield* this.#notice('unknown_status', `the status ${run.status} is not known here: taken as not over`);
    }
    if (isTerminalStatus(run.status)) {
      const when = run.next_attempt_at === null ? 'soon' : `at ${run.next_attempt_at}`;
      yield* this.#notice(`retry_pending_${run.attempt ?? 1}`, `attempt ${run.attempt ?? 1} ${run.status}; the next one starts ${when}`);
    }
    return yield* this.#attention(run);
  }

  #newStatuses(run: Run, ended: boolean, first: boolean): readonly Fact[] {
    const statuses = this.#statuses.look(run, ended);
    return first ? this.#cursor.unheard(statuses) : statuses;
  }

  async *#attention(run: Run): AsyncGenerator<RunEvent, Verdict | null> {
    if (run.status !== 'paused') {
      if (this.#paused !== 'no') {
        this.#paused = 'no';
        const body = { type: 'attention', kind: 'paused', message: 'the run goes on', instructions: null, resolved: true } as const;
        yield this.#event(body);
      }
      return null;
    }
    if (this.#paused === 'no') yield* this.#tellPause();
    if (this.#options.onPause === 'wait') return null;
    if (this.#options.details && this.#instructions === null) yield* this.#lastDetails([]);
    return this.#result('needsPerson', 'needs_person', 'the run waits for a person', `watch it with \`skyvern run watch ${this.#runId}\``);
  }

  *#tellPause(): Generator<RunEvent> {
    this.#paused = this.#instructions === null ? 'told' : 'told with instructions';
    const message = 'the run waits for a person';
    yield this.#event({ type: 'attention', kind: 'paused', message, instructions: this.#instructions, resolved: false });
  }

  /** The run is over: its last status at once, then what is still to be read, then the verdict. Null when it goes on after all. */
  async *#end(run: Run, first: boolean): AsyncGenerator<RunEvent, Verdict | null> {
    const statuses = this.#newStatuses(run, true, first);
    const refresh = this.#waits || first || !this.#options.details ? null : this.#source.get(this.#runId, this.#call).catch(() => null);
    if (!this.#options.details) {
      yield* this.#news(statuses);
    } else if (first || this.#readMs < FAST_READ_MS) {
      yield* this.#lastDetails(statuses);
    } else {
      yield* this.#news(statuses);
      yield* this.#lastDetails([]);
    }
    let last = run;
    const again = refresh && (yield* this.#meanwhile(refresh));
    if (again) last = yield* this.#reread(last, again);
    if (isEnded(last) && this.#lacks(last)) last = yield* this.#awaitLate(last);
    this.#run = last;
    if (!isEnded(last)) return null;
    return { type: 'result', run: last, status: last.status, exit_code: exitCode(verdictOf(last)), error: null };
  }

  /** What a read after the end says, unless it takes the end back: the first verdict stands. */
  async *#reread(ended: Run, again: Run): AsyncGenerator<RunEvent, Run> {
    if (isTerminalStatus(again.status)) return again.status === ended.status ? again : ended;
    yield* this.#notice('status_went_back', `the server now says ${again.status}; a run that was ${ended.status} stays so`);
    yield* this.#meanwhile(this.#options.clock.sleep(WENT_BACK_MS, this.#stop));
    const last = yield* this.#meanwhile(this.#source.get(this.#runId, this.#call).catch(() => null));
    return last?.status === ended.status ? last : ended;
  }

  /** Why the answer to an ended run may not be its last word, or null (reference: run object). */
  #lacks(run: Run): string | null {
    if (this.#waits || runKind(this.#runId) !== 'workflow_run') return null;
    const finished = parseServerTime(run.finished_at);
    if (finished !== null && this.#options.clock.now() - finished > LATE_WINDOW_MS) return null;
    if (run.status === 'canceled' && run.output === null) return 'the output of the canceled run';
    const attempt: unknown = Array.isArray(run['attempts']) ? run['attempts'].at(-1) : null;
    const open = typeof attempt === 'object' && attempt !== null && (attempt as Record<string, unknown>)['finished_at'] === null;
    return open && run.status !== 'completed' ? 'whether the run is tried again' : null;
  }

  async *#awaitLate(ended: Run): AsyncGenerator<RunEvent, Run> {
    let last = ended;
    for (const delayMs of LATE_DELAYS_MS) {
      const lacking = this.#lacks(last);
      if (lacking === null || !isEnded(last)) break;
      yield* this.#notice('late', `waiting up to 4 s for ${lacking}`);
      yield* this.#meanwhile(this.#options.clock.sleep(delayMs, this.#stop));
      const again = yield* this.#meanwhile(this.#source.get(this.#runId, this.#call).catch(() => null));
      if (again && isTerminalStatus(again.status)) last = again;
    }
    return last;
  }

  #readDetails(): void {
    if (!this.#options.details) return;
    if (this.#reading) {
      this.#stale = true;
      return;
    }
    const { clock } = this.#options;
    const startedMs = clock.monotonic();
    this.#stale = false;
    this.#reading = this.#details.read(this.#call).then(
      (reading) => {
        this.#readMs = clock.monotonic() - startedMs;
        this.#mail.post({ reading });
      },
      (error) => this.#mail.fail(error),
    );
  }

  /** A read of the details that began after the end was known, told together with `statuses`. */
  async *#lastDetails(statuses: readonly Fact[]): AsyncGenerator<RunEvent> {
    this.#stale = false;
    if (this.#reading) yield* this.#meanwhile(this.#reading);
    if (this.#detailFailures >= MAX_DETAIL_FAILURES) {
      yield* this.#news(statuses);
      return;
    }
    let reading = yield* this.#meanwhile(this.#details.read(this.#call));
    yield* this.#tellDetails(reading, statuses);
    // The status is told; that the last steps are not is worth some more tries.
    for (const delayMs of LATE_DELAYS_MS) {
      if (reading.facts !== null || reading.problem === null) return;
      yield* this.#meanwhile(this.#options.clock.sleep(delayMs, this.#stop));
      reading = yield* this.#meanwhile(this.#details.read(this.#call));
      yield* this.#tellDetails(reading);
    }
  }

  *#tellDetails(reading: Reading, statuses: readonly Fact[] = []): Generator<RunEvent> {
    this.#detailFailures = reading.facts === null && reading.problem !== null ? this.#detailFailures + 1 : 0;
    if (reading.facts === null) {
      if (reading.problem !== null) yield* this.#notice('details', `what the run does cannot be read: ${reading.problem}`);
      yield* this.#news(statuses);
      return;
    }
    const { facts } = reading;
    const waiting = facts.findLast(({ body }) => body.type === 'block' && body.block.instructions !== null);
    if (waiting?.body.type === 'block') this.#instructions = waiting.body.block.instructions;
    if (this.#items === null) {
      this.#items = new Map(facts.map((fact) => [fact.key, fact]));
      for (const { fact, id } of this.#cursor.first([...statuses, ...facts], reading.horizon)) yield this.#event(fact.body, id);
      if (facts.length > 0) this.#moved();
    } else {
      const news: Fact[] = [];
      for (const fact of facts) {
        const told = this.#items.get(fact.key);
        this.#items.set(fact.key, fact);
        if (!told || (told.version !== fact.version && isOther(told, fact))) news.push(fact);
      }
      if (news.length > 0) this.#moved();
      yield* this.#news([...news, ...statuses]);
    }
    if (this.#paused === 'told' && this.#instructions !== null) yield* this.#tellPause();
  }

  *#news(facts: readonly Fact[]): Generator<RunEvent> {
    for (const { fact, id } of this.#cursor.news(facts)) yield this.#event(fact.body, id);
  }

  *#notice(code: string, message: string): Generator<RunEvent> {
    if (this.#toldNotices.has(code)) return;
    this.#toldNotices.add(code);
    yield this.#event({ type: 'notice', code, message });
  }

  *#tellStall(): Generator<RunEvent> {
    const silentMs = this.#options.clock.monotonic() - this.#changedMs;
    if (this.#toldStall || silentMs < (this.#options.stallMs ?? STALL_MS)) return;
    this.#toldStall = true;
    yield this.#event({ type: 'stalled', silent_ms: Math.round(silentMs) });
  }

  /** Quick after a change, slower while nothing moves; spread out so that many watchers do not ask in step. */
  async *#pause(): AsyncGenerator<RunEvent> {
    const { random } = this.#options;
    const delayMs = Math.round(this.#delayMs * (0.8 + 0.4 * random.fraction()));
    this.#delayMs = Math.min(this.#delayMs * 1.5, MAX_DELAY_MS);
    yield* this.#sleep(delayMs);
  }

  /** A pause between two polls, while what is in the background goes on. */
  async *#sleep(delayMs: number): AsyncGenerator<RunEvent> {
    const { clock, onWait } = this.#options;
    onWait?.(clock.now() + delayMs);
    try {
      yield* this.#meanwhile(clock.sleep(delayMs, this.#stop));
    } finally {
      onWait?.(null);
    }
  }

  /** Waits for `main` and tells what comes in from the background until then. */
  async *#meanwhile<T>(main: Promise<T>): AsyncGenerator<RunEvent, T> {
    const done = main.then((value) => ({ value }));
    done.catch(() => {}); // it may fail while an event is being read
    for (;;) {
      const first = await Promise.race([done, this.#mail.arrived()]);
      for (const letter of this.#mail.take()) {
        if ('retry' in letter) {
          if (this.#run !== null) yield this.#retrying(letter.retry);
          continue;
        }
        this.#reading = null;
        yield* this.#tellDetails(letter.reading);
        if (this.#stale) this.#readDetails();
      }
      if (first) return first.value;
    }
  }

  /** The verdict when an error ends the watch, or null after the pause that it asks for. */
  async *#failed(error: unknown): AsyncGenerator<RunEvent, Verdict | null> {
    try {
      if (this.#stop.aborted) return this.#stopped();
      if (!(error instanceof SkyvernError)) throw error;
      if (error instanceof ApiError && error.status === 404) return yield* this.#notFound(error);
      const passing = error.exit === 'network' || error.exit === 'rateLimited';
      // A run that was just started is there: only one that was never seen may be a wrong address.
      const exists = this.#run !== null || this.#options.createdMs !== undefined;
      if (!passing || !exists) return this.#result(error.exit, error.code, error.message, error.hint);
      yield* this.#backOff(error.message, error.retryAfterMs);
      return null;
    } catch (stopped) {
      if (this.#stop.aborted) return this.#stopped();
      throw stopped;
    }
  }

  /** @param askedMs how long the server wants not to be asked */
  async *#backOff(reason: string, askedMs = 0): AsyncGenerator<RunEvent> {
    const { random } = this.#options;
    this.#failures++;
    const ceilingMs = Math.min(BACKOFF_BASE_MS * 2 ** Math.min(this.#failures, 10), BACKOFF_CAP_MS);
    const ownMs = Math.round(BACKOFF_BASE_MS / 2 + random.fraction() * (ceilingMs - BACKOFF_BASE_MS / 2));
    // Obeyed, but for a server that wants to be left alone for a day: it is asked once an hour whether it has changed its mind.
    const delayMs = Math.max(ownMs, Math.min(askedMs, MAX_ASKED_MS));
    yield this.#retrying({ type: 'retrying', attempt: this.#failures, delay_ms: delayMs, reason });
    yield* this.#sleep(delayMs);
  }

  #retrying(body: RunEventBody): RunEvent {
    this.#silentSinceMs ??= this.#options.clock.monotonic();
    return this.#event(body);
  }

  /** Told even when there is no other news: whoever looks on would believe that the server is still away. */
  *#reconnected(): Generator<RunEvent> {
    if (this.#silentSinceMs === null) return;
    const silentMs = Math.round(this.#options.clock.monotonic() - this.#silentSinceMs);
    this.#silentSinceMs = null;
    yield this.#event({ type: 'reconnected', silent_ms: silentMs });
  }

  async *#notFound(error: ApiError): AsyncGenerator<RunEvent, Verdict | null> {
    const { clock, createdMs } = this.#options;
    if (this.#run === null) {
      const lagging = createdMs !== undefined && clock.monotonic() - createdMs < READ_LAG_MS;
      if (!lagging) return this.#result('notFound', error.code, error.message, error.hint);
      yield* this.#meanwhile(clock.sleep(MIN_DELAY_MS, this.#stop));
      return null;
    }
    if (++this.#missing > GONE_CONFIRMATIONS) {
      return this.#result('notFound', 'run_gone', `run ${this.#runId} is no longer visible`, 'see what is there with `skyvern run list`');
    }
    yield* this.#meanwhile(clock.sleep(GONE_DELAY_MS, this.#stop));
    return null;
  }

  /** The caller's signal or the time limit: the run goes on. */
  #stopped(): Verdict {
    const again = `come back with \`skyvern run watch ${this.#runId}\``;
    const { signal } = this.#options;
    if (!signal.aborted) return this.#result('timeout', 'timeout', 'the time limit passed; the run goes on', again);
    const reason: unknown = signal.reason;
    const exit = reason instanceof SkyvernError ? reason.exit : 'interrupted';
    const code = reason instanceof SkyvernError ? reason.code : 'interrupted';
    return this.#result(exit, code, 'no longer watching; the run goes on', again);
  }

  #result(exit: ExitName, code: string, message: string, hint: string): Verdict {
    return { type: 'result', run: this.#run, status: this.#run?.status ?? null, exit_code: exitCode(exit), error: { code, message, hint } };
  }

  #event(body: RunEventBody, id = this.#cursor.other()): RunEvent {
    return { v: 1, seq: ++this.#seq, at: this.#options.clock.now(), run_id: this.#runId, id, ...body };
  }
}

/** Whether two versions of an item differ in more than the time of the last write. */
function isOther(a: Fact, b: Fact): boolean {
  const content = (fact: Fact) => JSON.stringify(fact.body, (key, value) => (key === 'modified_at' ? undefined : value));
  return content(a) !== content(b);
}
