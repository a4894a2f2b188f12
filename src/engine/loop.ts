/**
 * The step loop: observe, decide, act, record.
 *
 * Here: the order of things, limits, cancelling, secrets, and what is written down. Not here: how a page is read or acted on
 * (`BrowserPage`), what to do next (`Decider`), where records go (`Recorder`).
 */

import { withStrings } from '../browser/snapshot.js';
import { type BrowserPage, type BrowserPool, type BrowserSession, type PageAction, PageError, WrongOrigin } from '../browser/types.js';
import type { Clock } from '../clock.js';
import { SkyvernError } from '../errors.js';
import { Afterwork } from './afterwork.js';
import type { Decider, Decision, EngineAction, Observation } from './decider.js';
import { type ConfirmGate, createConfirmGate } from './guard/confirm.js';
import { createRedactor, HIDDEN, type Redactor } from './redact.js';
import type { ActionRecord, Outcome, Recorder, TaskError, TaskRunner, TaskSpec } from './task.js';

export interface EngineDeps {
  readonly pool: BrowserPool;
  readonly clock: Clock;
  /** By the name in `TaskSpec.engine`. */
  readonly deciders: Readonly<Record<string, (spec: TaskSpec) => Decider>>;
}

type Act = Extract<Decision, { type: 'act' }>;

/** Pauses between two looks at a page that is not ready. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 500;
/** How long the end of a run waits for files that are still coming. */
const LAST_DOWNLOADS_MS = 10_000;
/** `{{NAME}}` in text to type. */
export const SECRET = /\{\{\s*([\w-]+)\s*\}\}/g;

export function createTaskRunner(deps: EngineDeps): TaskRunner {
  const afterwork = new Afterwork(deps.clock);
  return {
    run: (spec, recorder, signal) => runTask(deps, afterwork, spec, recorder, signal),
    close: async () => {
      await afterwork.end();
      await deps.pool.close();
    },
  };
}

async function runTask(
  { pool, clock, deciders }: EngineDeps,
  afterwork: Afterwork,
  spec: TaskSpec,
  recorder: Recorder,
  signal: AbortSignal,
): Promise<Outcome> {
  signal.throwIfAborted();
  const decider = deciders[spec.engine]?.(spec);
  if (!decider) return failed(`there is no engine named ${spec.engine} here`, null);
  const redactor = createRedactor(spec.secrets.values());
  const opening = pool.open({
    ...spec.browser,
    extraHttpHeaders: spec.extraHttpHeaders,
    allowedUrls: [...(spec.url === null ? [] : [spec.url]), ...spec.allowedUrls, ...decider.allowedUrls],
    downloadsDir: spec.downloadsDir,
    evidence: spec.evidenceDir === null ? null : { folder: spec.evidenceDir, clean: redactor },
  });
  let session: BrowserSession;
  try {
    session = await untilAborted(signal, opening);
  } catch (error) {
    // It may still open after the run was canceled.
    opening.then((late) => late.close()).catch(() => {});
    signal.throwIfAborted();
    if (error instanceof SkyvernError) return failed([error.message, error.hint].filter(Boolean).join('; '), null);
    throw error;
  }
  try {
    const run = new Run(spec, decider, session.page, recorder, redactor, clock, signal);
    return redactor.deep(await untilAborted(signal, run.toEnd()));
  } finally {
    const kept = session.evidence().then((files) => Promise.all(files.map((file) => recorder.evidence(file))));
    await Promise.all([kept, session.close()]);
    afterwork.add(async (stopped) => {
      const recording = await session.recording(stopped);
      if (recording) await recorder.evidence(recording);
    });
  }
}

/** One run under way. */
class Run {
  readonly #spec: TaskSpec;
  readonly #decider: Decider;
  readonly #page: BrowserPage;
  readonly #recorder: Recorder;
  readonly #redactor: Redactor;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #gate: ConfirmGate;
  readonly #history: ActionRecord[] = [];
  #step = -1;
  /** The newest action on its way into the record. The next look at the page does not wait for it; the next action does. */
  #recording: Promise<void> = Promise.resolve();

  constructor(
    spec: TaskSpec,
    decider: Decider,
    page: BrowserPage,
    recorder: Recorder,
    redactor: Redactor,
    clock: Clock,
    signal: AbortSignal,
  ) {
    this.#spec = spec;
    this.#decider = decider;
    this.#page = page;
    this.#recorder = recorder;
    this.#redactor = redactor;
    this.#clock = clock;
    this.#signal = signal;
    this.#gate = createConfirmGate(spec.confirm, page, recorder, redactor.text);
  }

  async toEnd(): Promise<Outcome> {
    await this.#recorder.acting();
    const outcome = await this.#drive();
    await this.#recordLateDownloads();
    await this.#recording;
    if (this.#step >= 0)
      await this.#recorder.stepEnded(this.#step, { status: outcome.status === 'completed' ? 'completed' : 'failed', isLast: true });
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
      const decision = await this.#decide();
      if (decision.type === 'done') return this.#finish(decision.output);
      if (decision.type === 'fail') return this.#failed(decision.reason, decision.errors);
      if (decision.startsStep && waitingSince === null) {
        if (!shared) {
          if (this.#step + 1 >= this.#spec.maxSteps) return this.#outOfSteps();
          await this.#nextStep();
        }
        shared = false;
      }
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
        snapshot: () => (snapshot ??= page.snapshot().then((tree) => withStrings(tree, clean.text))),
        inspect: (ref) => page.inspect(ref).then((facts) => facts && clean.deep(facts)),
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
    const startedAt = this.#clock.now();
    let problem: string | null = null;
    let fatal: string | null = null;
    let typed = typedText(action);
    try {
      if (action.kind !== 'pause' && action.kind !== 'report') problem = fatal = await this.#gate.refusal(action, decision.risks ?? []);
      const hidden = fatal === null && (await this.#perform(action));
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
    const events = await this.#page.takeEvents(0);
    const files = events.filter((event) => event.type === 'download').map((event) => event.file);
    for (const file of files) await this.#recorder.downloaded(this.#redactor.deep(file));
    const notes = events.flatMap((event) => {
      if (event.type === 'dialog') return [`The page showed a dialog (${event.kind}): "${event.message}"; it was dismissed.`];
      if (event.type === 'opened') return ['A new tab opened; the run goes on there.'];
      if (event.type === 'refused') return [`The page asked for ${event.host} and was refused: ${event.reason}.`];
      return [];
    });
    const record = this.#redactor.deep<ActionRecord>({
      actionType: actionType(action),
      status: problem === null ? 'completed' : 'failed',
      reasoning: [decision.reasoning, ...notes].join(' '),
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
    if (fatal !== null) return this.#failed(fatal);
    return null;
  }

  /** Whether the text went into a field that hides it. */
  async #perform(action: EngineAction): Promise<boolean> {
    if (action.kind === 'report') return false;
    if (action.kind === 'pause') {
      await this.#clock.sleep(action.ms, this.#signal);
      return false;
    }
    return (await this.#page.perform(action.kind === 'fill' ? this.#withSecrets(action) : action)).secretField;
  }

  #withSecrets(action: Extract<PageAction, { kind: 'fill' }>): PageAction {
    let used = false;
    const text = action.text.replace(SECRET, (whole, name: string) => {
      const value = this.#spec.secrets.get(name);
      if (value === undefined) return whole;
      used = true;
      return value;
    });
    return used ? { ...action, text, onlyInto: this.#home() } : action;
  }

  /** Origin of the page that the user named as the start: the only one that secrets are typed into. */
  #home(): string {
    const start = this.#spec.url ?? this.#decider.allowedUrls[0];
    return start === undefined ? 'nowhere' : new URL(start).origin;
  }

  #secretRefused(action: EngineAction, { origin }: WrongOrigin): string {
    const names = [...(typedText(action) ?? '').matchAll(SECRET)].map(([, name]) => name).join(', ');
    return `the secret ${names} belongs to ${this.#home()} and was not typed into a page of ${origin}`;
  }

  async #nextStep(): Promise<void> {
    await this.#recording;
    if (this.#step >= 0) await this.#recorder.stepEnded(this.#step, { status: 'completed', isLast: false });
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
    const events = await this.#page.takeEvents(LAST_DOWNLOADS_MS);
    for (const event of events) if (event.type === 'download') await this.#recorder.downloaded(this.#redactor.deep(event.file));
  }

  async #finish(output: unknown): Promise<Outcome> {
    const { dataExtractionSchema: schema } = this.#spec;
    if (schema === null || schema === undefined) return { status: 'completed', output };
    const { schemaFaults } = await import('./schema.js');
    const faults = schemaFaults(schema, output);
    if (faults.length === 0) return { status: 'completed', output };
    return failed(`the output does not satisfy data_extraction_schema: ${faults.join('; ')}`, output);
  }

  #failed(reason: string, errors: readonly TaskError[] = []): Outcome {
    return failed(reason, this.#decider.extracted, errors);
  }

  #outOfSteps(): Outcome {
    const reasoning = `Reached the maximum steps (${this.#spec.maxSteps})`;
    return this.#failed(`${reasoning}; the task was not done by then`, [
      { error_code: 'REACH_MAX_STEPS', error_type: 'SYSTEM_DEFINED_ERROR', reasoning },
    ]);
  }
}

const failed = (reason: string, output: unknown, errors: readonly TaskError[] = []): Outcome => ({
  status: 'failed',
  reason,
  errors,
  output,
});

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
