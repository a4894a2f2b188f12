/**
 * The step loop: observe, decide, act, record.
 *
 * Here: the order of things, limits, cancelling, secrets, and what is written down. Not here: how a page is read or acted on
 * (`BrowserPage`), what to do next (`Decider`), where records go (`Recorder`).
 */

import { safeName } from '../browser/names.js';
import { withStrings } from '../browser/snapshot.js';
import {
  type BrowserPage,
  type BrowserPool,
  type BrowserSession,
  type DialogAnswer,
  type PageAction,
  PageError,
  type PageEvent,
  WrongOrigin,
} from '../browser/types.js';
import type { Clock } from '../clock.js';
import { SkyvernError } from '../errors.js';
import { ModelError, type Usage } from '../model/types.js';
import { VISIT_ENGINE } from '../protocol/task.js';
import { Afterwork } from './afterwork.js';
import type { Inquirer, Look } from './agent/inquiry.js';
import { CODE_PLACEHOLDER } from './agent/prompt.js';
import type { Decider, DeciderFactory, Decision, EngineAction, Observation, RunHooks } from './decider.js';
import { type ConfirmGate, createConfirmGate } from './guard/confirm.js';
import { createRedactor, HIDDEN, type Redactor } from './redact.js';
import type {
  ActionRecord,
  DownloadedFile,
  InquiryEnd,
  Outcome,
  Recorder,
  SharedBrowser,
  SharedBrowserOptions,
  StepArtifact,
  StepEnd,
  TaskError,
  TaskRunner,
  TaskSpec,
} from './task.js';

export interface EngineDeps {
  readonly pool: BrowserPool;
  readonly clock: Clock;
  /** By the name in `TaskSpec.engine`. */
  readonly deciders: Readonly<Record<string, DeciderFactory>>;
  /** Asks what workflows ask of a model beside their tasks; left out: nothing of that kind is asked here. */
  readonly inquirer?: Inquirer;
}

type Act = Extract<Decision, { type: 'act' }>;

/** Pauses between two looks at a page that is not ready. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 500;
/** What the next action comes later than a wait was over, and nobody needs to be told: a look at the page takes as long. */
const NOTED_LATENESS_MS = 250;
/** How long the end of a run waits for files that are still coming. */
const LAST_DOWNLOADS_MS = 10_000;
/** Of a document that is kept as evidence; cleaned before it is cut, as half a secret would not be known for one. */
const MAX_HTML = 2_000_000;
/** `{{NAME}}` in text to type. */
export const SECRET = /\{\{\s*([\w-]+)\s*\}\}/g;

export function createTaskRunner(deps: EngineDeps): TaskRunner {
  const afterwork = new Afterwork(deps.clock);
  return {
    run: (spec, recorder, signal) => runTask(deps, afterwork, spec, recorder, signal),
    share: (options, recorder) => shareBrowser(deps, afterwork, options, recorder),
    close: async () => {
      await afterwork.end();
      await deps.pool.close();
    },
  };
}

async function runTask(deps: EngineDeps, afterwork: Afterwork, spec: TaskSpec, recorder: Recorder, signal: AbortSignal): Promise<Outcome> {
  const redactor = createRedactor(spec.secrets.values());
  const { pool, clock } = deps;
  return decided(deps, spec, { recorder, redactor, signal }, async (decider, ledger) => {
    const allowedUrls = [...(spec.url === null ? [] : [spec.url]), ...spec.allowedUrls, ...decider.allowedUrls];
    const session = await openSession(pool, { ...spec, allowedUrls }, redactor, spec.downloads.timeoutMs, signal);
    if ('status' in session) return session;
    try {
      return redactor.deep(
        await untilAborted(signal, new Run({ clock, spec, recorder, signal }, decider, session.page, redactor, ledger).toEnd()),
      );
    } finally {
      await endSession(session, spec.keepBrowserState, recorder, afterwork);
    }
  });
}

function shareBrowser({ pool, ...deps }: EngineDeps, afterwork: Afterwork, options: SharedBrowserOptions, kept: Recorder): SharedBrowser {
  const redactor = createRedactor([]);
  let session: BrowserSession | null = null;
  return {
    run(spec, recorder, signal) {
      for (const value of spec.secrets.values()) redactor.add(value);
      return decided({ pool, ...deps }, spec, { recorder, redactor, signal }, async (decider, ledger) => {
        if (session === null) {
          const opened = await openSession(pool, options, redactor, null, signal);
          if ('status' in opened) return opened;
          session = opened;
        }
        const run = new Run({ clock: deps.clock, spec, recorder, signal }, decider, session.page, redactor, ledger);
        return redactor.deep(await untilAborted(signal, run.toEnd()));
      });
    },
    async ask(inquiry, recorder, signal) {
      const { inquirer } = deps;
      if (!inquirer) return { status: 'failed', reason: 'no language model is asked here', errors: [] };
      for (const value of inquiry.secrets) redactor.add(value);
      const ledger = new StepLedger(recorder, redactor, inquiry.model);
      await recorder.stepStarted(0);
      const asking = async () => {
        const page = session === null ? null : lookAt(session.page, redactor);
        return inquirer(inquiry, page, redactor, { signal, spent: ledger.spent, leave: ledger.leave });
      };
      const end = await untilAborted(signal, asking().catch(pageIsGone));
      await ledger.commit(0);
      await ledger.end(0, end.status, true);
      return redactor.deep(end);
    },
    async print({ stamp, ...sheet }, signal) {
      if (session === null) throw new PageError('no page is open: let a block before it go to one');
      const { page } = session;
      const url = redactor.text(page.url());
      const title = redactor.text(await untilAborted(signal, page.title()));
      const framed = { head: stamp && `${stamp}  ${title}`, foot: stamp && url };
      return { bytes: await untilAborted(signal, page.print({ ...sheet, ...framed })), title, url };
    },
    request: (asked, signal) => pool.request(asked, signal),
    async close() {
      const ending = session;
      session = null;
      if (ending) await endSession(ending, options.keepBrowserState, kept, afterwork);
    },
  };
}

const lookAt = (page: BrowserPage, clean: Redactor): NonNullable<Look> => ({
  url: clean.text(page.url()),
  tabs: () => page.tabs().then(clean.deep),
  snapshot: () => page.snapshot({ boxes: true }).then((tree) => withStrings(tree, clean.text)),
  screenshot: () => page.screenshot(),
});

function pageIsGone(error: unknown): Extract<InquiryEnd, { status: 'failed' }> {
  if (!(error instanceof PageError)) throw error;
  return { status: 'failed', reason: `the page could not be read: ${error.message}`, errors: [] };
}

interface Around {
  readonly recorder: Recorder;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
}

/** Makes who decides for the task, and takes care of its end. */
async function decided(
  { clock, deciders }: EngineDeps,
  spec: TaskSpec,
  { recorder, redactor, signal }: Around,
  work: (decider: Decider, ledger: StepLedger) => Promise<Outcome>,
): Promise<Outcome> {
  signal.throwIfAborted();
  const factory = spec.engine === VISIT_ENGINE ? visitor : deciders[spec.engine];
  if (!factory) return failed(`there is no engine named ${spec.engine} here`, null);
  const ledger = new StepLedger(recorder, redactor, spec.model);
  let decider: Decider;
  try {
    decider = await factory(spec, {
      signal,
      clock,
      spent: ledger.spent,
      leave: ledger.leave,
      think: ledger.think,
      subtask: ledger.subtask,
      subtaskEnded: ledger.subtaskEnded,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ModelError) return failed(error.message, null, [systemError(error.code, error.message)]);
    throw error;
  }
  try {
    return await work(decider, ledger);
  } finally {
    await decider.close?.();
  }
}

/** Decides nothing: the run is over when its start page is there, or is not to be had. */
const visitor: DeciderFactory = () => ({
  allowedUrls: [],
  extracted: null,
  async decide(_, history) {
    const problem = history.at(-1)?.response ?? null;
    return problem === null ? { type: 'done', output: null } : { type: 'fail', reason: problem };
  },
});

/** The browser, or how a run ends that gets none. */
async function openSession(
  pool: BrowserPool,
  options: SharedBrowserOptions,
  redactor: Redactor,
  downloadTimeoutMs: number | null,
  signal: AbortSignal,
): Promise<BrowserSession | Outcome> {
  const opening = pool.open({
    ...options.browser,
    extraHttpHeaders: options.extraHttpHeaders,
    allowedUrls: options.allowedUrls,
    downloadsDir: options.downloadsDir,
    downloadTimeoutMs,
    evidence: options.evidenceDir === null ? null : { folder: options.evidenceDir, clean: redactor },
  });
  try {
    return await untilAborted(signal, opening);
  } catch (error) {
    // It may still open after the run was canceled.
    opening.then((late) => late.close()).catch(() => {});
    signal.throwIfAborted();
    if (error instanceof SkyvernError) return failed([error.message, error.hint].filter(Boolean).join('; '), null);
    throw error;
  }
}

async function endSession(
  session: BrowserSession,
  keep: TaskSpec['keepBrowserState'],
  recorder: Recorder,
  afterwork: Afterwork,
): Promise<void> {
  if (keep) {
    const state = await session.state();
    if (state) keep(state);
  }
  const kept = session.evidence().then((files) => Promise.all(files.map((file) => recorder.evidence(file))));
  await Promise.all([kept, session.close()]);
  afterwork.add(async (stopped) => {
    const recording = await session.recording(stopped);
    if (recording) await recorder.evidence(recording);
  });
}

interface RunParts {
  readonly clock: Clock;
  readonly spec: TaskSpec;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
}

/** One run under way. */
class Run {
  readonly #spec: TaskSpec;
  readonly #decider: Decider;
  readonly #page: BrowserPage;
  readonly #recorder: Recorder;
  readonly #redactor: Redactor;
  readonly #ledger: StepLedger;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #gate: ConfirmGate;
  readonly #history: ActionRecord[] = [];
  #step = -1;
  /** When the newest action had ended, by the monotonic clock; null before the first. */
  #restingSince: number | null = null;
  /** When the wait was over that the next action comes after; null where the newest action was none. */
  #dueAt: number | null = null;
  /** The newest action on its way into the record. The next look at the page does not wait for it; the next action does. */
  #recording: Promise<void> = Promise.resolve();

  constructor({ spec, recorder, clock, signal }: RunParts, decider: Decider, page: BrowserPage, redactor: Redactor, ledger: StepLedger) {
    this.#spec = spec;
    this.#decider = decider;
    this.#page = page;
    this.#recorder = recorder;
    this.#redactor = redactor;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#signal = signal;
    this.#gate = createConfirmGate(spec.confirm, page, recorder, redactor.text);
  }

  async toEnd(): Promise<Outcome> {
    await this.#recorder.acting();
    const outcome = await this.#drive();
    await this.#recordLateDownloads();
    await this.#recording;
    if (this.#step >= 0) {
      await this.#ledger.commit(this.#step);
      await this.#ledger.end(this.#step, outcome.status === 'completed' ? 'completed' : 'failed', true);
    }
    return outcome;
  }

  async #drive(): Promise<Outcome> {
    if (this.#spec.url !== null) {
      await this.#nextStep();
      const failure = await this.#act({
        type: 'act',
        action: { kind: 'goto', url: this.#spec.url },
        reasoning: 'The run starts on this page.',
        intention: null,
        confidence: null,
        startsStep: true,
      });
      if (failure) return failure;
    }
    // The start page shares its step with the first thing that is done there.
    let shared = this.#spec.url !== null;
    let waitingSince: number | null = null;
    let pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      this.#signal.throwIfAborted();
      if (this.#decider.beginsStep && !shared && this.#step + 1 >= this.#spec.maxSteps) return this.#outOfSteps();
      const decision = await this.#decide();
      if (decision.type === 'done') return this.#finish(decision.output);
      if (decision.type === 'fail') return this.#failed(decision.reason, decision.errors, decision.status);
      if (decision.startsStep && waitingSince === null) {
        if (!shared) {
          if (this.#step + 1 >= this.#spec.maxSteps) return this.#outOfSteps();
          await this.#nextStep();
        }
        shared = false;
      }
      if (this.#step >= 0) await this.#ledger.commit(this.#step);
      if (decision.type === 'lookAgain') {
        waitingSince ??= this.#clock.monotonic();
        if (this.#clock.monotonic() - waitingSince >= decision.withinMs) return this.#failed(decision.reason);
        await this.#clock.sleep(pauseMs, this.#signal);
        pauseMs = Math.min(pauseMs * 1.5, LAST_PAUSE_MS);
        continue;
      }
      waitingSince = null;
      pauseMs = FIRST_PAUSE_MS;
      const failure = await this.#act(decision);
      if (failure) return failure;
    }
  }

  async #decide(): Promise<Decision> {
    const page = this.#page;
    const clean = this.#redactor;
    let title: Promise<string> | null = null;
    let snapshot: ReturnType<BrowserPage['snapshot']> | null = null;
    try {
      const observation: Observation = {
        url: clean.text(page.url()),
        title: () => (title ??= page.title().then(clean.text)),
        snapshot: () =>
          (snapshot ??= page.snapshot({ boxes: this.#decider.looksAtPlaces ?? false }).then((tree) => withStrings(tree, clean.text))),
        isPointer: (text) => page.isPointer(text),
        countIcons: (name, within) => page.countIcons(name, within),
        dialogs: () => clean.deep(page.dialogs()),
        inspect: (ref) => page.inspect(ref).then((facts) => facts && clean.deep(facts)),
        tabs: () => page.tabs().then(clean.deep),
        screenshot: () => page.screenshot(),
        html: () => page.html().then((html) => (html === null ? null : cut(clean.text(html.slice(0, 2 * MAX_HTML)), MAX_HTML))),
      };
      return await this.#decider.decide(observation, this.#history);
    } catch (error) {
      // What a page or a browser that is gone answers; a decider has no other reason to throw.
      if (!(error instanceof PageError)) throw error;
      return { type: 'fail', reason: `the page could not be read: ${error.message}` };
    }
  }

  /** Null when it went well, or went wrong in a way that the decider is to judge. */
  async #act(decision: Act): Promise<Outcome | null> {
    await this.#recording;
    this.#signal.throwIfAborted();
    const { action } = decision;
    let startedAt = this.#clock.now();
    let problem: string | null = null;
    let fatal: string | null = null;
    let typed = typedText(action);
    const late = isOnPage(action) ? this.#lateness() : [];
    try {
      if (isOnPage(action)) {
        const asked = action.kind === 'giveFiles' ? this.#withFiles(action) : action;
        fatal = await this.#gate.refusal(asked, decision.risks ?? []);
      } else if (action.kind === 'person' && this.#spec.confirm.unattended) fatal = nobodyThere(action.instructions);
      problem = fatal ?? decision.rejected ?? null;
      startedAt = this.#clock.now(); // the time that a person took is not the action's
      const hidden = fatal === null && (await this.#perform(action, decision.answer ?? null));
      if (hidden && typed !== null) {
        this.#redactor.add(typed);
        typed = HIDDEN;
      }
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof WrongOrigin) fatal = this.#secretRefused(action, error);
      else if (!(error instanceof PageError)) throw error;
      problem = fatal ?? error.message;
    }
    const finishedAt = this.#clock.now();
    this.#restingSince = this.#clock.monotonic();
    const events = await this.#page.takeEvents(0);
    const files = await this.#recordDownloads(events);
    const told = events.flatMap((event) => {
      if (event.type === 'dialog')
        return [`The page showed a dialog (${event.kind}): "${event.message}"; it was ${event.accepted ? 'accepted' : 'dismissed'}.`];
      if (event.type === 'opened') return ['A new tab opened; the run goes on there.'];
      if (event.type === 'refused') return [`The page asked for ${event.host} and was refused: ${event.reason}.`];
      return [];
    });
    const notes = [...late, ...told];
    const record = this.#redactor.deep<ActionRecord>({
      actionType: actionType(action),
      status: problem === null ? 'completed' : 'failed',
      reasoning: [decision.reasoning, ...notes].join(' '),
      notes,
      intention: decision.intention,
      text: typed?.replace(SECRET, HIDDEN) ?? null,
      confidence: decision.confidence,
      output: action.kind === 'report' ? action.output : null,
      url: this.#urlNow(),
      response: problem,
      fileName: files[0]?.name ?? null,
      startedAt,
      finishedAt,
      screenshot: null,
    });
    this.#history.push(record);
    const step = this.#step;
    this.#recording = this.#page
      .screenshot()
      .catch(() => null)
      .then((screenshot) => {
        this.#signal.throwIfAborted();
        return this.#recorder.action(step, { ...record, screenshot });
      });
    // Awaited before the next action; until then a rejection is nobody's.
    this.#recording.catch(() => {});
    if (fatal === null) return null;
    return this.#failed(fatal, action.kind === 'person' ? [systemError('NEEDS_PERSON', fatal)] : []);
  }

  /** Whether the text went into a field that hides it. */
  async #perform(action: EngineAction, answer: DialogAnswer | null): Promise<boolean> {
    if (action.kind === 'report') return false;
    if (action.kind === 'pause') {
      const waitedMs = action.sinceLastAction && this.#restingSince !== null ? this.#clock.monotonic() - this.#restingSince : 0;
      const leftMs = Math.max(0, action.ms - waitedMs);
      this.#dueAt = this.#clock.monotonic() + leftMs;
      await this.#clock.sleep(leftMs, this.#signal);
      return false;
    }
    if (action.kind === 'person') {
      await this.#askPerson(action.instructions);
      return false;
    }
    return (await this.#page.perform(await this.#ready(action), answer)).secretField;
  }

  /** A wait is no shorter than it was said, but on a busy machine longer: who measures time is told by how much. */
  #lateness(): string[] {
    const lateMs = this.#dueAt === null ? 0 : this.#clock.monotonic() - this.#dueAt;
    this.#dueAt = null;
    return lateMs >= NOTED_LATENESS_MS ? [`It began ${(lateMs / 1000).toFixed(1)} s after the wait before it was over.`] : [];
  }

  /** The action as the page is to have it: secrets and files in the place of their names. */
  async #ready(action: PageAction | Extract<EngineAction, { kind: 'giveFiles' }>): Promise<PageAction> {
    if (action.kind === 'fill') return this.#withSecrets(action);
    return action.kind === 'giveFiles' ? this.#withFiles(action) : action;
  }

  #withFiles(action: Extract<EngineAction, { kind: 'giveFiles' }>): Extract<PageAction, { kind: 'upload' }> {
    const files = action.names.map((name) => {
      const file = this.#spec.files.find((each) => each.name === name);
      if (!file) throw new PageError(`there is no file "${name}" to give`);
      return file;
    });
    return { kind: 'upload', ref: action.ref, files };
  }

  async #withSecrets(action: Extract<PageAction, { kind: 'fill' }>): Promise<PageAction> {
    const names = new Set([...action.text.matchAll(SECRET)].map(([, name]) => name as string));
    const values = new Map<string, string>();
    for (const name of names) {
      const value = this.#spec.secrets.get(name) ?? (name === CODE_PLACEHOLDER ? await this.#nextCode() : undefined);
      if (value !== undefined) values.set(name, value);
    }
    if (values.size === 0) return action;
    const text = action.text.replace(SECRET, (whole, name: string) => values.get(name) ?? whole);
    return { ...action, text, onlyInto: this.#home(), secrets: [...values.values()] };
  }

  /** Waits for it. A code is hidden like any other secret. */
  async #nextCode(): Promise<string | undefined> {
    const { codes } = this.#spec;
    if (!codes) return undefined;
    const code = await codes.next(this.#signal);
    if (code === null) throw new PageError('no one-time code came in time');
    this.#redactor.add(code);
    return code;
  }

  /** Origin of the page that the user named as the start: the only one that secrets are typed into. */
  #home(): string {
    const { url, home, allowedUrls } = this.#spec;
    const named = this.#decider.allowedUrls;
    const start = home === undefined ? (url ?? named[0]) : (home ?? named.find((each) => allowedUrls.some(sameOrigin(each))));
    return start === undefined ? 'nowhere' : new URL(start).origin;
  }

  async #askPerson(instructions: string): Promise<void> {
    // A page may have put the words into its mouth: they must not look like a question of ours.
    const question = `The model asks, perhaps in the words of a page: ${this.#redactor.text(instructions)}`;
    if ((await this.#recorder.askPerson(question)) === 'unanswered') throw new PageError('nobody answered');
  }

  #secretRefused(action: EngineAction, { origin }: WrongOrigin): string {
    const names = [...(typedText(action) ?? '').matchAll(SECRET)].map(([, name]) => name).join(', ');
    return `the secret ${names} belongs to ${this.#home()} and was not typed into a page of ${origin}`;
  }

  async #nextStep(): Promise<void> {
    await this.#recording;
    if (this.#step >= 0) await this.#ledger.end(this.#step, 'completed', false);
    this.#step++;
    await this.#recorder.stepStarted(this.#step);
  }

  #urlNow(): string | null {
    try {
      return this.#page.url();
    } catch {
      return null;
    }
  }

  async #recordLateDownloads(): Promise<void> {
    await this.#recordDownloads(await this.#page.takeEvents(this.#spec.downloads.timeoutMs ?? LAST_DOWNLOADS_MS));
  }

  async #recordDownloads(events: readonly PageEvent[]): Promise<readonly DownloadedFile[]> {
    const { suffix } = this.#spec.downloads;
    const files = events.flatMap((event) => (event.type === 'download' ? [event.file] : []));
    const named = files.map((file) => this.#redactor.deep({ ...file, name: withSuffix(file.name, suffix) }));
    for (const file of named) await this.#recorder.downloaded(file);
    return named;
  }

  async #finish(output: unknown): Promise<Outcome> {
    const { dataExtractionSchema: schema } = this.#spec;
    if (schema === null || schema === undefined) return { status: 'completed', output };
    const { schemaFaults } = await import('./schema.js');
    const faults = schemaFaults(schema, output);
    if (faults.length === 0) return { status: 'completed', output };
    return failed(`the output does not satisfy data_extraction_schema: ${faults.join('; ')}`, output);
  }

  #failed(reason: string, errors: readonly TaskError[] = [], status: 'failed' | 'terminated' = 'failed'): Outcome {
    return { ...failed(reason, this.#decider.extracted, errors), status };
  }

  #outOfSteps(): Outcome {
    const reasoning = `Reached the maximum steps (${this.#spec.maxSteps})`;
    return this.#failed(`${reasoning}; the task was not done by then`, [systemError('REACH_MAX_STEPS', reasoning)]);
  }
}

/**
 * What a step leaves besides its actions. A decider looks and asks before it is known whether a step begins with its decision:
 * what it leaves is kept apart until then.
 */
class StepLedger {
  readonly #recorder: Recorder;
  readonly #redactor: Redactor;
  readonly #model: string | null;
  #pending: { usage: Usage | null; artifacts: StepArtifact[] } = { usage: null, artifacts: [] };
  #usage: Usage | null = null;
  /** Steps that have begun. */
  #steps = 0;

  constructor(recorder: Recorder, redactor: Redactor, model: string | null) {
    this.#recorder = recorder;
    this.#redactor = redactor;
    this.#model = model;
  }

  readonly spent: RunHooks['spent'] = (usage) => {
    this.#pending.usage = sum(this.#pending.usage, usage);
  };

  readonly leave: RunHooks['leave'] = (artifact) => void this.#pending.artifacts.push(this.#redactor.deep(artifact));

  readonly think: RunHooks['think'] = (thought) => this.#recorder.thought(this.#redactor.deep(thought));

  readonly subtask: RunHooks['subtask'] = (part) => this.#recorder.subtaskStarted(this.#steps, this.#redactor.deep(part));

  readonly subtaskEnded: RunHooks['subtaskEnded'] = (end) => this.#recorder.subtaskEnded(this.#redactor.deep(end));

  /** What was left since the last time belongs to this step, which is under way. */
  async commit(step: number): Promise<void> {
    this.#steps = step + 1;
    const { usage, artifacts } = this.#pending;
    this.#pending = { usage: null, artifacts: [] };
    if (usage) this.#usage = sum(this.#usage, usage);
    for (const artifact of artifacts) await this.#recorder.stepArtifact(step, artifact);
  }

  async end(step: number, status: StepEnd['status'], isLast: boolean): Promise<void> {
    const usage = this.#usage && { ...this.#usage, model: this.#model };
    this.#usage = null;
    await this.#recorder.stepEnded(step, { status, isLast, usage });
  }
}

const sum = (a: Usage | null, b: Usage): Usage =>
  a === null
    ? b
    : {
        inputTokens: a.inputTokens + b.inputTokens,
        cachedTokens: a.cachedTokens + b.cachedTokens,
        outputTokens: a.outputTokens + b.outputTokens,
        reasoningTokens: a.reasoningTokens + b.reasoningTokens,
        cost: a.cost === null || b.cost === null ? null : a.cost + b.cost,
      };

const systemError = (code: string, reasoning: string): TaskError => ({ error_code: code, reasoning, error_type: 'SYSTEM_DEFINED_ERROR' });

const failed = (
  reason: string,
  output: unknown,
  errors: readonly TaskError[] = [],
): Extract<Outcome, { status: 'failed' | 'terminated' }> => ({
  status: 'failed',
  reason,
  errors,
  output,
});

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}\n<!-- cut here -->` : text);

const sameOrigin = (a: string) => (b: string) => new URL(a).origin === new URL(b).origin;

const nobodyThere = (question: string): string => `it asks a person, and nobody is there to answer: ${question}`;

/** `report.pdf` with the suffix `may` is `report-may.pdf`. */
function withSuffix(name: string, suffix: string | null): string {
  if (suffix === null) return name;
  const [, stem = name, kind = ''] = /^(.+?)((?:\.\w{1,10}){0,2})$/.exec(name) ?? [];
  return `${stem}-${safeName(suffix)}${kind}`;
}

type OnPage = PageAction | Extract<EngineAction, { kind: 'giveFiles' }>;

const isOnPage = (action: EngineAction): action is OnPage => !['pause', 'report', 'person'].includes(action.kind);

const typedText = (action: EngineAction): string | null => {
  if (action.kind === 'fill') return action.text;
  if (action.kind === 'press') return action.key;
  if (action.kind === 'selectMany') return action.options.join(', ');
  return action.kind === 'select' ? action.option : null;
};

function actionType(action: EngineAction): string {
  switch (action.kind) {
    case 'goto':
      return 'goto_url';
    case 'click':
      return action.download ? 'download_file' : 'click';
    case 'clickText':
    case 'clickIcon':
      return 'click';
    case 'fill':
      return 'input_text';
    case 'select':
    case 'selectMany':
      return 'select_option';
    case 'selectText':
      return 'click';
    case 'check':
      return 'checkbox';
    case 'press':
      return 'keypress';
    case 'history':
      return { back: 'go_back', forward: 'go_forward', reload: 'reload_page' }[action.to];
    case 'scroll':
    case 'hover':
    case 'drag':
      return action.kind;
    case 'upload':
      return 'upload_file';
    case 'tab':
      return 'switch_tab';
    case 'closeTab':
      return 'close_page';
    case 'pause':
      return 'wait';
    case 'report':
      return action.actionType;
    case 'giveFiles':
      return 'upload_file';
    case 'person':
      return 'solve_captcha';
  }
}

/** What `work` gives, or the reason of `signal` as soon as it aborts; `work` is then left to fail by itself. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  work.catch(() => {});
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
