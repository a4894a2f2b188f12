/**
 * Starting a run at most once, at servers that know no idempotency key.
 *
 * A request that may have been received is never repeated on its own. It is written down before it is sent; when its answer
 * is lost, its run is looked for and adopted, and when that fails the user is told what is known and how to settle it. What a
 * killed process leaves behind is settled by `recover`. Every start goes through here; a test reads the sources for others.
 */
import type { OnceOutcome } from '../client/client.js';
import type { Clock } from '../clock.js';
import {
  comeBackLater,
  type ErrorOptions,
  IntegrityError,
  Interrupted,
  LocalError,
  NetworkError,
  SkyvernError,
  UsageError,
} from '../errors.js';
import type { Held } from '../lock.js';
import type { Wire } from '../protocol/decode.js';
import type { Random } from '../random.js';
import type { Attempt, Intent, Journal, Op } from './journal.js';
import { type Candidate, type Found, lookOnce, type Search } from './lookUp.js';
import { settleHeld } from './recover.js';

/** One start: what to send, how to know its run, how to read the answer. */
export interface Start {
  /** `task`, `workflow`, ...: which `Search` finds it again. */
  readonly kind: string;
  readonly label: string;
  /** The whole request: two starts with the same one are the same start under one `--run-key`. */
  readonly request: Wire;
  /** The fields that servers give back as they got them; `{}` when this start cannot be recognized by them. */
  readonly content: Readonly<Record<string, unknown>>;
  /** Sends it, once; into the session that fences it, when one does. */
  send(idempotencyKey: string, signal: AbortSignal, sessionId: string | null): Promise<OnceOutcome>;
  /** Whether a text has the form of an id that this start may be answered with. */
  isRunId(text: string): boolean;
  readonly search: Search;
  /** How this kind of start can be fenced; left out where it cannot. */
  readonly fence?: Fence;
}

/** A browser session of its own for a start: a run can act only in it, so closing it ends all doubt. */
export interface Fence {
  /** Makes a session; its id. One that is forgotten does nothing and expires. */
  open(signal: AbortSignal): Promise<string>;
  /** From here on no run can act in the session. */
  close(sessionId: string, signal: AbortSignal): Promise<void>;
}

export interface StartDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Where the request goes. */
  readonly server: {
    readonly baseUrl: URL;
    readonly profile: string;
    /** The embedded server. */
    readonly local: boolean;
    /** What knows the key again without holding it, see `Journal.hmac`. */
    readonly keyMark?: string | null;
    /** It answers a repeated `Idempotency-Key` with the first answer: a lost start may simply be sent again. */
    readonly replays: boolean;
  };
  readonly cwd: string;
  /** On `clock.monotonic()`: no wait goes past it (`--timeout`). */
  readonly deadlineAt?: number;
  readonly onProgress?: (progress: StartProgress) => void;
  /** The caller says when the id has reached who waits for it, `Journal.markTold`: until then it may die without a word. */
  readonly tells?: boolean;
  /** What to do about a start whose outcome is unknown; the command when left out. */
  readonly settleHint?: (op: string) => string;
}

export interface StartOptions {
  /** A second start with the same key and request is the same start. */
  readonly runKey?: string | undefined;
  /** Send again when the lost run was not found: may make two. */
  readonly allowDuplicate?: boolean;
  /** Start in a session made for this start alone: a lost start can then be ended for certain, and is sent again. */
  readonly fence?: boolean;
  /** `exact`: never adopt a run that is recognized by content alone. */
  readonly adopt?: 'content' | 'exact';
}

/** What a person may want to see while a start is under way. Times in milliseconds. */
export type StartProgress =
  | { readonly type: 'sending'; readonly op: string }
  /** The answer is slow; it is waited for. */
  | { readonly type: 'waiting'; readonly elapsed_ms: number }
  | { readonly type: 'retrying'; readonly attempt: number; readonly delay_ms: number; readonly reason: string }
  /** The request may have been received and no usable answer came: the run is looked for. */
  | { readonly type: 'lost'; readonly reason: string }
  | { readonly type: 'looking'; readonly elapsed_ms: number; readonly limit_ms: number }
  | { readonly type: 'found'; readonly run_id: string; readonly by: 'mark' | 'content'; readonly elapsed_ms: number }
  /** Another start with the same `--run-key` is under way: its run is waited for. */
  | { readonly type: 'attaching'; readonly op: string };

export interface Started {
  readonly runId: string;
  /** The answer's JSON; null when the run was found instead of answered. */
  readonly answer: unknown;
  readonly op: string;
  /** True when this call made no run of its own: it was found, or belongs to an earlier start with the same key. */
  readonly adopted: boolean;
}

/** The answer of a start was lost and its run not found, or not for certain: 7. It may have started. */
export class StartUnknown extends SkyvernError {
  /** Names the start in the journal, and was sent as its `Idempotency-Key`. */
  readonly op: string;
  /** When it was first sent, our wall time in epoch milliseconds. */
  readonly sentAt: number;
  readonly candidates: readonly Candidate[];
  constructor(
    start: { readonly op: string; readonly sentAt: number },
    message: string,
    candidates: readonly Candidate[],
    options: ErrorOptions,
  ) {
    super('startUnknown', 'start_unknown', message, options);
    this.op = start.op;
    this.sentAt = start.sentAt;
    this.candidates = candidates;
  }
}

/** The same of a start that is in the journal. */
const lostStart = (
  { settleHint = commandFor }: StartDeps,
  { op, attempts }: Op,
  message: string,
  candidates: readonly Candidate[],
  cause: unknown,
): StartUnknown =>
  new StartUnknown({ op, sentAt: attempts[0]?.sent_at ?? 0 }, message, candidates, {
    hint: settleHint(op),
    cause,
  });

const commandFor = (op: string): string => `\`skyvern run recover --op ${op}\` looks again`;

/** The user, or the system, ended the start before its outcome was known: 129, 130, 143. */
export class StartInterrupted extends Interrupted {
  readonly op: string;
  constructor(reason: Interrupted, op: Op) {
    super(reason.exit as 'hangup' | 'interrupted' | 'terminated', {
      hint: `the run may have started; \`skyvern run recover --op ${op.op}\` finds out`,
      cause: reason,
    });
    this.op = op.op;
  }
}

/** How long an interrupted start still waits for its id. */
const LAST_WAIT_MS = 5_000;
/** How long a run is looked for, and how long a rate limit is waited out when there is no deadline. */
export const LOOK_MS = 120_000;
export const RATE_LIMIT_MS = 120_000;
const TRIES = 3;
/** A run that was being made when its session was closed shows within this time. */
const FENCE_SETTLES_MS = 5_000;
/** Between two looks: 1, 2, 4, 8 s, and 8 from then on. */
const LONGEST_PAUSE_MS = 8_000;
/** The answer is usually there within a second; from here on its being late is news. */
const SLOW_MS = 3_000;

/**
 * Makes the start, or finds out that it was made, and answers with its run's id.
 *
 * Rejects with `LocalError` when the journal cannot be written (nothing was sent), the server's refusal, `NetworkError` when
 * nothing was received, `StartUnknown`, `StartInterrupted`, `IntegrityError` for an answer that cannot be true, and
 * `UsageError` when `runKey` belongs to another request.
 */
export async function startOnce(deps: StartDeps, start: Start, options: StartOptions = {}): Promise<Started> {
  const { journal, signal, server } = deps;
  if (signal.aborted) throw signal.reason;
  if (options.fence && !start.fence) throw new UsageError('this start cannot be fenced', { code: 'no_fence' });
  const intent: Intent = {
    kind: start.kind,
    origin: server.baseUrl.origin,
    base_url: server.baseUrl.href,
    profile: server.profile,
    local: server.local,
    cwd: deps.cwd,
    label: start.label,
    key_mark: server.keyMark ?? null,
    fingerprint: journal.hmac({ kind: start.kind, origin: server.local ? 'local' : server.baseUrl.origin, request: start.request }),
    content: Object.fromEntries(
      Object.entries(start.content).map(([field, value]) => [field, value === null || value === undefined ? null : journal.hmac(value)]),
    ),
    adopt: options.adopt ?? 'content',
    ...(deps.tells && { told: false }),
  };
  return journal.begin(intent, async (op, held) => {
    const { runKey } = options;
    const started = runKey === undefined ? null : await runOfKey(deps, runKey, op, start.search);
    return started ?? new Starter(deps, start, options, op, held).run();
  });
}

/** The run of the start that already has the key; null when the key is now that of `mine`. */
async function runOfKey(deps: StartDeps, runKey: string, mine: Op, search: Search): Promise<Started | null> {
  const { journal } = deps;
  try {
    for (;;) {
      const holder = await journal.claimRunKey(runKey, mine.op);
      if (holder.op === mine.op) return null;
      const started = await attach(deps, holder, mine, search);
      if (!started) continue; // the key is free again
      journal.update(mine, { state: 'absent' });
      return started;
    }
  } catch (error) {
    journal.update(mine, { state: 'absent' });
    throw error;
  }
}

/** The run of the start that has the key; null when it turns out that it made none. */
async function attach(deps: StartDeps, earlier: Op, mine: Op, search: Search): Promise<Started | null> {
  const { journal, clock, signal, onProgress } = deps;
  if (earlier.fingerprint !== mine.fingerprint) {
    throw new UsageError(`the run key was already used here for another request (${earlier.label})`, {
      code: 'run_key_used',
      hint: 'use another --run-key, or send the same request',
    });
  }
  const giveUpAt = Math.min(clock.monotonic() + LOOK_MS, deps.deadlineAt ?? Number.POSITIVE_INFINITY);
  for (let told = false; ; told = true) {
    const now = journal.find(earlier.op) ?? earlier;
    if (now.run_id !== null) return { runId: now.run_id, answer: null, op: now.op, adopted: true };
    const abandoned = journal.holder(now.op) === null;
    if (abandoned) {
      const { run_id, result } = await settleHeld({ journal, clock, signal, searchFor: async () => search }, now);
      if (run_id !== null) return { runId: run_id, answer: null, op: now.op, adopted: true };
      if (result === 'none') return null;
    }
    if (abandoned || clock.monotonic() >= giveUpAt) {
      throw lostStart(deps, now, 'the run key was already used here, and what came of that start is not known', [], undefined);
    }
    if (!told) onProgress?.({ type: 'attaching', op: now.op });
    await clock.sleep(200, signal);
  }
}

class Starter {
  readonly #deps: StartDeps;
  readonly #start: Start;
  readonly #options: StartOptions;
  readonly #held: Held;
  readonly #startedAt: number;
  readonly #fence: Fence | null;
  /** When the first try was sent, on `clock.monotonic()`. */
  #sentAt = 0;
  #op: Op;
  /** The run that is ours, as soon as that is known. */
  #runId: string | null = null;

  constructor(deps: StartDeps, start: Start, options: StartOptions, op: Op, held: Held) {
    this.#deps = deps;
    this.#start = start;
    this.#options = options;
    this.#op = op;
    this.#held = held;
    this.#startedAt = deps.clock.monotonic();
    this.#fence = options.fence ? (start.fence ?? null) : null;
  }

  async run(): Promise<Started> {
    try {
      return await this.#untilStarted();
    } catch (error) {
      throw error instanceof LocalError ? this.#diskFault(error) : error;
    }
  }

  /** A disk that fails after the request was sent: what matters is the run. */
  #diskFault(error: LocalError): LocalError {
    const { settleHint = commandFor } = this.#deps;
    const { op, attempts } = this.#op;
    if (attempts.every(madeNothing)) return nothingStarted(error);
    const runId = this.#runId;
    return runId === null
      ? new LocalError(error.code, `${error.message}; whether the run started is not known`, { hint: settleHint(op), cause: error })
      : new LocalError(error.code, `the run ${runId} was started, and ${error.message}`, {
          hint: `\`skyvern run watch ${runId}\` follows it; free or fix the disk before the next start`,
          runId,
          cause: error,
        });
  }

  async #untilStarted(): Promise<Started> {
    const { server } = this.#deps;
    for (let count = 1; ; count++) {
      await this.#makeReady();
      const outcome = await this.#send();
      if (outcome.kind === 'answered') {
        const started = this.#accept(outcome.reply.value, outcome.reply.headers);
        if (started) return started;
      } else if (this.#op.state === 'intended') {
        // Certain, of this try and of those before: nothing was made.
        if (await this.#mayTryAgain(outcome, count)) continue;
        this.#op = this.#deps.journal.update(this.#op, { state: 'absent' });
        if (outcome.kind === 'aborted') throw this.#deps.signal.reason;
        throw nothingStarted(outcome.kind === 'rate_limited' ? comeBackLater(outcome.error, outcome.retryAfterMs) : outcome.error);
      } else if (outcome.kind === 'aborted') {
        this.#throwInterrupted();
      }
      const cause = 'error' in outcome ? outcome.error : null;
      // A redirect: the server that could tell of the run does not answer here.
      if (cause instanceof IntegrityError) throw this.#sentElsewhere(cause);
      const reason = cause?.message ?? 'the answer has no run id';
      if (server.replays && count < TRIES && (await this.#pause(count, reason, undefined))) continue;
      let found = await this.#lookFor(reason, cause === null || isForeign(cause));
      if (found.kind === 'none' && this.#fence) found = await this.#endAllDoubt(this.#fence, found);
      if (found.kind === 'found') return { runId: found.runId, answer: null, op: this.#op.op, adopted: true };
      if (this.#isFencedOff()) {
        if (count < TRIES) continue;
        this.#op = this.#deps.journal.update(this.#op, { state: 'absent' });
        throw nothingStarted(cause ?? new NetworkError('no_answer', `the start was not answered, ${TRIES} times`));
      }
      if (found.kind === 'none' && this.#options.allowDuplicate && count < TRIES) continue;
      throw this.#unknown(reason, found, cause);
    }
  }

  /** Nothing is sent after an interrupt; what is fenced gets its session first. */
  async #makeReady(): Promise<void> {
    const { journal, signal } = this.#deps;
    try {
      signal.throwIfAborted();
      if (this.#fence && this.#op.session_id === null) this.#op = journal.update(this.#op, { session_id: await this.#fence.open(signal) });
    } catch (error) {
      if (this.#op.state === 'intended') this.#op = journal.update(this.#op, { state: 'absent' });
      else if (signal.aborted) this.#throwInterrupted();
      throw error instanceof SkyvernError && !signal.aborted ? nothingStarted(error) : error;
    }
  }

  /** Closes the session of a start that was not found. A run that shows up after all is adopted; else none can act any more. */
  async #endAllDoubt(fence: Fence, before: Found): Promise<Found> {
    const { journal, clock, signal } = this.#deps;
    const { session_id: sessionId } = this.#op;
    if (sessionId === null || (before.kind === 'none' && before.problem)) return before;
    try {
      await fence.close(sessionId, signal);
      await clock.sleep(FENCE_SETTLES_MS, signal);
      const { found } = await lookOnce(this.#op, this.#start.search, {
        journal,
        clock,
        signal,
        sentAgoMs: clock.monotonic() - this.#sentAt,
      });
      const ours = await this.#claimed(found);
      if (ours.kind !== 'none' || ours.problem) return ours;
    } catch (error) {
      if (signal.aborted) this.#throwInterrupted();
      if (error instanceof SkyvernError) return before;
      throw error;
    }
    const attempts = this.#op.attempts.map((attempt) => (madeNothing(attempt) ? attempt : { ...attempt, outcome: 'fenced' }));
    this.#op = journal.update(this.#op, { state: 'intended', session_id: null, attempts });
    return before;
  }

  #isFencedOff(): boolean {
    return this.#fence !== null && this.#op.session_id === null;
  }

  /** One POST. When the user interrupts, its answer is waited for a little longer: with the id, nothing is lost. */
  async #send(): Promise<OnceOutcome> {
    const { journal, clock, signal, onProgress } = this.#deps;
    const sentAt = clock.now();
    const earlier = this.#op.attempts;
    if (earlier.length === 0) this.#sentAt = clock.monotonic();
    // A process that was stopped for long may have been taken for dead: what was settled then must not be sent now.
    this.#held.assertHeld();
    const note = (ended: Pick<Attempt, 'ended_at' | 'outcome'>): Attempt[] => [...earlier, { sent_at: sentAt, ...ended }];
    this.#op = journal.update(this.#op, { state: 'sent', attempts: note({ ended_at: null, outcome: null }) });
    onProgress?.({ type: 'sending', op: this.#op.op });

    const post = new AbortController();
    const slow = AbortSignal.timeout(SLOW_MS);
    const onSlow = () => onProgress?.({ type: 'waiting', elapsed_ms: clock.monotonic() - this.#startedAt });
    slow.addEventListener('abort', onSlow);
    const enough = new AbortController();
    const onInterrupt = () => {
      clock.sleep(LAST_WAIT_MS, enough.signal).then(
        () => post.abort(signal.reason),
        () => {},
      );
    };
    signal.addEventListener('abort', onInterrupt, { once: true });
    try {
      const outcome = await this.#start.send(this.#op.op, post.signal, this.#op.session_id);
      // An answer is written down together with its run.
      if (outcome.kind === 'answered') return outcome;
      const made = outcome.kind !== 'aborted' ? outcome.kind : outcome.sent ? 'unknown' : 'never_sent';
      const attempts = note({ ended_at: clock.now(), outcome: made });
      // `intended` again where nothing was made for certain: whoever finds the entry need not look for a run.
      this.#op = journal.update(this.#op, { state: attempts.every(madeNothing) ? 'intended' : 'unknown', attempts });
      return outcome;
    } finally {
      enough.abort();
      slow.removeEventListener('abort', onSlow);
      signal.removeEventListener('abort', onInterrupt);
    }
  }

  /** Waits for the next try where there may be one: not received, or refused for its rate. */
  async #mayTryAgain(outcome: Exclude<OnceOutcome, { kind: 'answered' }>, count: number): Promise<boolean> {
    if (outcome.kind === 'rate_limited') return this.#pause(count, outcome.error.message, outcome.retryAfterMs);
    return (
      outcome.kind === 'never_sent' && count < TRIES && outcome.error.code !== 'tls' && this.#pause(count, outcome.error.message, undefined)
    );
  }

  /** The answer's run, written down before anyone hears of it; null when the answer has none. */
  #accept(answer: unknown, headers: Readonly<Record<string, unknown>>): Started | null {
    const runId = typeof answer === 'object' && answer !== null ? (answer as Wire)['run_id'] : undefined;
    if (typeof runId !== 'string' || runId === '') {
      this.#op = this.#deps.journal.update(this.#op, { state: 'unknown', attempts: this.#ended('no_run_id') });
      return null;
    }
    if (!this.#start.isRunId(runId)) {
      this.#op = this.#deps.journal.update(this.#op, { state: 'unknown', attempts: this.#ended('bad_run_id') });
      throw new IntegrityError('bad_run_id', 'the server answered with something that is no run id', {
        hint: `check the server; \`skyvern run recover --op ${this.#op.op}\` looks for the run`,
      });
    }
    this.#runId = runId;
    this.#op = this.#deps.journal.update(this.#op, { state: 'acked', run_id: runId, attempts: this.#ended('answered') });
    return { runId, answer, op: this.#op.op, adopted: headers['idempotent-replayed'] === 'true' };
  }

  #ended(outcome: string): Attempt[] {
    return this.#op.attempts.map((attempt, index, all) =>
      index === all.length - 1 ? { ...attempt, ended_at: this.#deps.clock.now(), outcome } : attempt,
    );
  }

  /** @param foreign the answer was none of a Skyvern's: where the list of runs is none either, there is nobody to ask */
  async #lookFor(reason: string, foreign: boolean): Promise<Found> {
    const { journal, clock, signal, onProgress, deadlineAt = Number.POSITIVE_INFINITY } = this.#deps;
    onProgress?.({ type: 'lost', reason });
    const began = clock.monotonic();
    const until = Math.min(began + LOOK_MS, deadlineAt);
    for (let pauseMs = 1_000; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const elapsed = clock.monotonic() - began;
      onProgress?.({ type: 'looking', elapsed_ms: elapsed, limit_ms: until - began });
      if (signal.aborted) this.#throwInterrupted();
      try {
        const look = await lookOnce(this.#op, this.#start.search, { journal, clock, signal, sentAgoMs: clock.monotonic() - this.#sentAt });
        const found = await this.#claimed(look.found);
        // Whoever looks later has only this to go by.
        if (look.serverSentAt !== null && this.#op.server_sent_at === null)
          this.#op = journal.update(this.#op, { server_sent_at: look.serverSentAt });
        const isOver = clock.monotonic() + pauseMs > until;
        // Whatever looks like the run of a fenced start, its own may still show in its session.
        const isCertain = found.kind === 'found' || (found.kind === 'ambiguous' && this.#op.session_id === null);
        const problem = found.kind === 'none' ? found.problem : null;
        const isHopeless = problem !== null && (problem.exit === 'auth' || (foreign && isForeign(problem)));
        if (isOver || isCertain || isHopeless) return this.#noted(found, began);
        await clock.sleep(pauseMs, signal);
      } catch (error) {
        if (signal.aborted) this.#throwInterrupted();
        throw error;
      }
    }
  }

  #noted(found: Found, began: number): Found {
    if (found.kind === 'found') {
      this.#deps.onProgress?.({ type: 'found', run_id: found.runId, by: found.by, elapsed_ms: this.#deps.clock.monotonic() - began });
    }
    if (found.kind === 'ambiguous') {
      this.#op = this.#deps.journal.update(this.#op, { state: 'ambiguous', candidates: found.candidates.map(({ run_id }) => run_id) });
    }
    return found;
  }

  /** What was found, written down as this start's own; nothing when another start was quicker to take it. */
  async #claimed(found: Found): Promise<Found> {
    if (found.kind !== 'found') return found;
    this.#runId = found.runId;
    const others = found.others.map(({ run_id }) => run_id);
    const adopted = await this.#deps.journal.adopt(this.#op, found.runId, others);
    if (adopted) this.#op = adopted;
    else this.#runId = null;
    return adopted ? found : { kind: 'none', complete: false, problem: null };
  }

  #sentElsewhere({ code, message }: IntegrityError): IntegrityError {
    const { settleHint = commandFor } = this.#deps;
    return new IntegrityError(code, `${message}; whether the run started is not known`, { hint: settleHint(this.#op.op) });
  }

  #unknown(reason: string, found: Exclude<Found, { kind: 'found' }>, cause: unknown): StartUnknown {
    if (found.kind === 'ambiguous') {
      const which = found.candidates.length === 1 ? 'one run may be it' : `${found.candidates.length} runs may be it`;
      return lostStart(
        this.#deps,
        this.#op,
        `the answer to the start was lost (${reason}), and ${which}: ${listed(found.candidates)}`,
        found.candidates,
        cause,
      );
    }
    const seen = found.problem
      ? `the run could not be looked for: ${found.problem.message}${isForeign(found.problem) ? '; check SKYVERN_BASE_URL or --base-url' : ''}`
      : 'no run of it was found; it may still appear';
    return lostStart(this.#deps, this.#op, `the answer to the start was lost (${reason}), and ${seen}`, [], cause);
  }

  /** Waits before the next try; false when that would be too long, or too often. */
  async #pause(count: number, reason: string, retryAfterMs: number | undefined): Promise<boolean> {
    const { clock, random, signal, onProgress, deadlineAt = this.#startedAt + RATE_LIMIT_MS } = this.#deps;
    const delayMs = retryAfterMs ?? pauseMs(count, random);
    if (clock.monotonic() + delayMs >= deadlineAt) return false;
    onProgress?.({ type: 'retrying', attempt: count, delay_ms: delayMs, reason });
    try {
      await clock.sleep(delayMs, signal);
    } catch (error) {
      if (this.#op.state !== 'intended') this.#throwInterrupted();
      this.#op = this.#deps.journal.update(this.#op, { state: 'absent' });
      throw error;
    }
    return true;
  }

  #throwInterrupted(): never {
    const { reason } = this.#deps.signal;
    if (reason instanceof Interrupted) throw new StartInterrupted(reason, this.#op);
    if (reason instanceof SkyvernError) {
      throw new SkyvernError(reason.exit, reason.code, `${reason.message}; whether the run started is not known`, {
        hint: `\`skyvern run recover --op ${this.#op.op}\` finds out`,
        cause: reason,
      });
    }
    throw reason;
  }
}

/** Says of an error what matters most: there is no run of this start that acts. */
function nothingStarted<E extends SkyvernError>(error: E): E {
  // One about the command itself comes from before anything was sent, and says so.
  if (!(error instanceof UsageError)) error.message = `${error.message.replace(/\.$/, '')}; nothing was started`;
  return error;
}

/** Words of the client for an answer that is none of a Skyvern's. */
const FOREIGN: ReadonlySet<string> = new Set(['not_an_api', 'bad_answer', 'unexpected_answer', 'no_such_route']);
const isForeign = ({ code }: SkyvernError): boolean => FOREIGN.has(code);

/** Outcomes of a try after which no run of it can act. */
const HARMLESS: ReadonlySet<string | null> = new Set(['never_sent', 'rate_limited', 'rejected', 'fenced']);
const madeNothing = ({ outcome }: Attempt): boolean => HARMLESS.has(outcome);

const listed = (candidates: readonly Candidate[]): string =>
  candidates
    .slice(0, 5)
    .map(({ run_id, status }) => `${run_id} (${status})`)
    .join(', ');

/** Before the next try, where the server named no time: full jitter, `count` from 1. */
export const pauseMs = (count: number, random: Random): number => random.fraction() * Math.min(20_000, 500 * 2 ** (count - 1));
