import type {
  ActionRecord,
  Inquiry,
  InquiryEnd,
  ModelDesk,
  Outcome,
  Recorder,
  SharedBrowserOptions,
  TaskRunner,
  TaskSpec,
  WebRequest,
} from '../../src/engine/task.js';

export type Script = (spec: TaskSpec, recorder: Recorder, signal: AbortSignal) => Promise<Outcome>;

/** One step with a model that costs so many US dollars. */
export const spending =
  (cost: number, outcome: Outcome): Script =>
  async (_, recorder) => {
    await recorder.acting();
    await recorder.stepStarted(0);
    const usage = { inputTokens: 1, cachedTokens: 0, outputTokens: 1, reasoningTokens: 0, cost, model: 'm' };
    await recorder.stepEnded(0, { status: outcome.status === 'completed' ? 'completed' : 'failed', isLast: true, usage });
    return outcome;
  };

/** No model is there, and none can be had. */
export const noModels: ModelDesk = {
  share: ({ name }) => name,
  refusal: async () => 'The run needs a language model, and there is none: add `--engine rules`.',
};

/** The eight bytes that begin every PNG, and something after them. */
export const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...Buffer.from('a picture of a page')]);

export const anAction = (fields: Partial<ActionRecord> = {}): ActionRecord => ({
  actionType: 'click',
  status: 'completed',
  reasoning: 'click "Next"',
  notes: [],
  intention: 'link "Next"',
  text: null,
  confidence: 1,
  output: null,
  url: 'http://127.0.0.1:9/page-2',
  response: null,
  fileName: null,
  startedAt: Date.UTC(2026, 0, 20, 12),
  finishedAt: Date.UTC(2026, 0, 20, 12, 0, 1),
  screenshot: PNG,
  ...fields,
});

/** Rejects with the signal's reason once it aborts: a task that goes on until it is stopped. */
export const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

const twoActions = async (recorder: Recorder) => {
  await recorder.acting();
  await recorder.stepStarted(0);
  await recorder.action(0, anAction({ actionType: 'goto_url', reasoning: 'go to the page', url: 'http://127.0.0.1:9/page-1' }));
  await recorder.action(0, anAction());
};

/** What happens by the first word of a prompt: `complete`, `fail`, `hold` (acts, then goes on until stopped), `wait` (the same without acting). */
export const scripts: Readonly<Record<string, Script>> = {
  async complete(_, recorder) {
    await twoActions(recorder);
    await recorder.stepEnded(0, { status: 'completed', isLast: true, usage: null });
    return { status: 'completed', output: { title: 'A page' } };
  },
  async fail(_, recorder) {
    await twoActions(recorder);
    const reason = 'no element fits "Buy"';
    return { status: 'failed', reason, errors: [{ error_code: 'NO_ELEMENT', reasoning: reason }], output: null };
  },
  async hold(_, recorder, signal) {
    await twoActions(recorder);
    return untilAborted(signal);
  },
  wait: (_, __, signal) => untilAborted(signal),
};

export interface ScriptedRunner extends TaskRunner {
  /** Every task that was begun, in order. */
  readonly specs: readonly TaskSpec[];
  /** Every request of a workflow, in order. */
  readonly requests: readonly WebRequest[];
  /** Everything that a workflow asked a model beside its tasks, in order. */
  readonly inquiries: readonly Inquiry[];
  /** Every browser that a workflow asked for. */
  readonly shared: readonly SharedBrowserOptions[];
  readonly closed: boolean;
}

/** An engine without a browser: `more` adds scripts, chosen by the first word of the prompt. */
export function scriptedRunner(
  more: Readonly<Record<string, Script>> = {},
  answers: (asked: WebRequest) => { readonly status?: number; readonly body?: string } | null = () => null,
  said: (inquiry: Inquiry) => InquiryEnd = () => ({ status: 'failed', reason: 'no language model is asked here', errors: [] }),
): ScriptedRunner {
  const inquiries: Inquiry[] = [];
  const requests: WebRequest[] = [];
  const shared: SharedBrowserOptions[] = [];
  const all: Readonly<Record<string, Script>> = { ...scripts, ...more };
  const specs: TaskSpec[] = [];
  let closed = false;
  const run: TaskRunner['run'] = async (spec, recorder, signal) => {
    specs.push(spec);
    const script = spec.engine === 'visit' ? all['complete'] : all[spec.prompt.split(' ')[0]!];
    if (!script) throw new Error(`no script for the prompt "${spec.prompt}"`);
    return script(spec, recorder, signal);
  };
  return {
    specs,
    requests,
    inquiries,
    shared,
    get closed() {
      return closed;
    },
    run,
    share: (options) => {
      shared.push(options);
      return {
        run,
        ask: async (inquiry, recorder) => {
          inquiries.push(inquiry);
          await recorder.stepStarted(0);
          const end = said(inquiry);
          await recorder.stepEnded(0, { status: end.status, isLast: true, usage: null });
          return end;
        },
        print: async () => ({ bytes: Buffer.from('%PDF-1.4'), title: 'A page', url: 'http://127.0.0.1:9/' }),
        request: async (asked) => {
          requests.push(asked);
          const { status = 200, body = '' } = answers(asked) ?? {};
          return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(body), url: asked.url };
        },
        close: async () => {},
      };
    },
    async close() {
      closed = true;
    },
  };
}
