/** Decides by asking a language model: one question a step, its actions one by one, and a second look before it is done. */
import { type Model, ModelError, type Question, type Usage } from '../../model/types.js';
import type { Decider, DeciderFactory, Decision, Observation, RunHooks } from '../decider.js';
import type { ActionRecord, TaskSpec } from '../task.js';
import { type Answer, type AnswerContext, answerShape, type Chosen, chosenOf } from './answer.js';
import { Progress } from './progress.js';
import { type Changes, changesBetween, type Scene, stepText, systemText } from './prompt.js';
import { type Verdict, verifyQuestion } from './verify.js';
import { viewOf } from './view.js';

export interface AgentDeps {
  /** @param name null: the configured one. Rejects with `ModelError`. */
  readonly openModel: (name: string | null) => Promise<Model>;
}

/** What a page may cost in one question. */
export const PAGE_TOKENS = 12_000;

export const agentFactory =
  ({ openModel }: AgentDeps): DeciderFactory =>
  async (spec, hooks) =>
    new Agent(spec, hooks, await openModel(spec.model));

type Act = Extract<Decision, { type: 'act' }>;
export type Failure = Extract<Decision, { type: 'fail' }>;
type Ending = Failure | Extract<Decision, { type: 'done' }>;

export class Agent implements Decider {
  readonly allowedUrls: readonly string[] = [];
  readonly looksAtPlaces = true;
  readonly #spec: TaskSpec;
  readonly #hooks: RunHooks;
  readonly #model: Model;
  readonly #system: string;
  readonly #outputSchema: unknown;
  readonly #progress = new Progress();
  readonly #spending: Spending;
  #extracted: unknown = null;
  #queue: Chosen[] = [];
  /** Address and number of failures when the queue was filled: what was chosen for one page is not done on another. */
  #queuedAt: { readonly url: string; readonly actions: number } = { url: '', actions: 0 };
  #ending: Ending | null = null;
  #seen: Seen | null = null;
  #step = 0;
  #lines: readonly string[] | null = null;
  #warnings: string[] = [];

  /** @param spending shared by all that one run asks */
  constructor(spec: TaskSpec, hooks: RunHooks, model: Model, spending = new Spending(spec.maxCost, model.label)) {
    this.#spending = spending;
    this.#spec = spec;
    this.#hooks = hooks;
    this.#model = model;
    this.#system = systemText(spec);
    this.#outputSchema = typeof spec.dataExtractionSchema === 'string' ? JSON.parse(spec.dataExtractionSchema) : spec.dataExtractionSchema;
  }

  get extracted(): unknown {
    return this.#extracted;
  }

  get goal(): string {
    return this.#spec.prompt;
  }

  get beginsStep(): boolean {
    return this.#ending === null && this.#queue.length === 0;
  }

  close(): Promise<void> {
    return this.#model.close();
  }

  async decide(page: Observation, history: readonly ActionRecord[]): Promise<Decision> {
    if (this.#ending) return this.#ending;
    this.#dropStale(page, history);
    try {
      const next = this.#queue.shift();
      return next ? await this.#act(next, false, history) : await this.#ask(page, history);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return failure(error.code, error.message);
    }
  }

  /** Actions that were chosen for a page which is not there any more. */
  #dropStale(page: Observation, history: readonly ActionRecord[]): void {
    if (this.#queue.length === 0) return;
    const since = history.slice(this.#queuedAt.actions);
    if (page.url !== this.#queuedAt.url || since.some(({ status }) => status === 'failed')) this.#queue = [];
  }

  async #ask(page: Observation, history: readonly ActionRecord[]): Promise<Decision> {
    const tooDear = this.#spending.exceeded();
    if (tooDear) return tooDear;
    const [tree, tabs, image] = await Promise.all([page.snapshot(), page.tabs(), page.screenshot()]);
    const view = viewOf(tree, PAGE_TOKENS);
    const scene: Scene = { url: page.url, tabs, view };
    const stuck = this.#progress.look(page.url, view.lines);
    if (stuck) return failure('NO_PROGRESS', stuck);
    const context: AnswerContext = {
      elements: view.elements,
      tabs: tabs.length,
      files: this.#spec.files.map(({ name }) => name),
      errorCodes: Object.keys(this.#spec.errorCodeMapping),
    };
    const text = stepText(this.#spec.prompt, scene, {
      step: this.#step++,
      maxSteps: this.#spec.maxSteps,
      history,
      changes: this.#changes(view.lines),
      extracted: this.#extracted,
      warnings: [...this.#progress.warnings, ...this.#warnings.splice(0)],
    });
    this.#leave(view.text, text, image);
    const reading = page.html().catch(() => null); // while the model thinks
    const shape = answerShape(this.#outputSchema, context);
    const answer = (await this.#model.ask(
      { system: this.#system, messages: [{ role: 'user', text, image }], answer: shape },
      this.#asking(),
    )) as Answer;
    const html = await reading;
    if (html !== null) this.#hooks.leave({ type: 'html_scrape', content: html });
    this.#hooks.leave({ type: 'llm_response_parsed', content: JSON.stringify(answer) });
    const chosen = chosenOf(answer, context);
    const circles = this.#progress.choose(chosen);
    if (circles) return failure('NO_PROGRESS', circles);
    const [first, ...others] = withoutBlindEnd(chosen) as readonly [Chosen, ...Chosen[]];
    this.#queue = others;
    this.#queuedAt = { url: page.url, actions: history.length };
    this.#seen = { scene, image };
    return this.#act({ ...first, why: [first.why, answer.thought && `(${answer.thought})`].filter(Boolean).join(' ') }, true, history);
  }

  #asking() {
    return {
      signal: this.#hooks.signal,
      onUsage: (usage: Usage) => {
        this.#spending.add(usage);
        this.#hooks.spent(usage);
      },
    };
  }

  #changes(lines: readonly string[]): Changes | null {
    const before = this.#lines;
    this.#lines = lines;
    return before && changesBetween(before, lines);
  }

  #leave(tree: string, prompt: string, image: Uint8Array | null): void {
    if (image) this.#hooks.leave({ type: 'screenshot_llm', content: image });
    this.#hooks.leave({ type: 'visible_elements_tree_in_prompt', content: tree });
    this.#hooks.leave({ type: 'llm_prompt', content: `${this.#system}\n\n${prompt}` });
  }

  async #act(chosen: Chosen, startsStep: boolean, history: readonly ActionRecord[]): Promise<Decision> {
    const { why: reasoning, intention, confidence, risk } = chosen;
    const said = { type: 'act' as const, reasoning, intention, confidence, risks: risk === null ? [] : [risk], startsStep };
    if (chosen.kind === 'extract') {
      this.#extracted = chosen.output;
      this.#progress.extracted();
    }
    if (chosen.action) return { ...said, action: chosen.action };
    if (chosen.kind === 'complete') return this.#complete(chosen, said, history);
    this.#ending = this.#terminated(chosen);
    return { ...said, action: { kind: 'report', actionType: 'terminate', output: null } };
  }

  async #complete(chosen: Chosen, said: Omit<Act, 'action'>, history: readonly ActionRecord[]): Promise<Decision> {
    const output = chosen.output ?? this.#extracted;
    const { scene, image } = this.#seen as Seen;
    const noFile = this.#spec.mustDownload && !history.some(({ fileName }) => fileName !== null);
    const verdict = noFile ? NO_FILE : await this.#judge(verifyQuestion(this.#spec, scene, history, output, image));
    this.#hooks.leave({ type: 'llm_response_parsed', content: JSON.stringify(verdict) });
    const action = { kind: 'report', actionType: 'complete', output } as const;
    if (verdict.achieved) {
      this.#extracted = output;
      this.#ending = { type: 'done', output };
      return { ...said, reasoning: `${said.reasoning} It shows: "${verdict.evidence}".`, action };
    }
    const over = this.#progress.reject(verdict.missing);
    if (over) this.#ending = failure('NOT_COMPLETED', over);
    this.#warnings.push(`you said that the task is done, and it is not: ${verdict.missing}`);
    return { ...said, action, rejected: `not done yet: ${verdict.missing}` };
  }

  /** A judge that cannot point at anything has seen nothing. */
  async #judge(question: Question): Promise<Verdict> {
    try {
      return (await this.#model.ask(question, this.#asking())) as Verdict;
    } catch (error) {
      if (!(error instanceof ModelError) || error.code !== 'MODEL_BAD_ANSWER') throw error;
      return { achieved: false, evidence: '', missing: 'no words on the page show that it is done' };
    }
  }

  #terminated({ text, code }: Chosen): Ending {
    const errors = code === null ? [] : [{ error_code: code, reasoning: text, error_type: 'USER_DEFINED_ERROR' }];
    return { type: 'fail', status: 'terminated', reason: text || 'the goal cannot be reached', errors };
  }
}

const NO_FILE: Verdict = { achieved: false, evidence: '', missing: 'no file was downloaded' };

/** What asking has cost one run, against what it may cost. */
export class Spending {
  readonly #limit: number | null;
  readonly #model: string;
  #cost: number | null = 0;

  /** @param limit US dollars; null: none */
  constructor(limit: number | null, model: string) {
    this.#limit = limit;
    this.#model = model;
  }

  add({ cost }: Usage): void {
    this.#cost = this.#cost === null || cost === null ? null : this.#cost + cost;
  }

  /** To be looked at before each question: one question at most goes beyond the limit. */
  exceeded(): Failure | null {
    const limit = this.#limit;
    if (limit === null) return null;
    if (this.#cost === null) return failure('MAX_COST', `max_cost cannot be kept: what ${this.#model} costs is not known`);
    return this.#cost < limit
      ? null
      : failure('MAX_COST', `Reached the maximum cost ($${limit}): asking ${this.#model} cost $${this.#cost.toFixed(4)}`);
  }
}

/** The page that an answer is about. */
interface Seen {
  readonly scene: Scene;
  readonly image: Uint8Array | null;
}

/** What is read from a page, and an end, count for the page that was seen: behind actions that change it they are asked for again. */
function withoutBlindEnd(chosen: readonly Chosen[]): readonly Chosen[] {
  const looks = (kind: Chosen['kind']) => kind === 'extract' || kind === 'complete';
  const acts = chosen.findIndex(({ kind }) => !looks(kind));
  return acts < 0 ? chosen : chosen.filter(({ kind }, index) => index <= acts || !looks(kind));
}

export const failure = (code: string, reason: string): Failure => ({
  type: 'fail',
  reason,
  errors: [{ error_code: code, reasoning: reason, error_type: 'SYSTEM_DEFINED_ERROR' }],
});
