import { expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.js';
import { openModel } from '../../src/model/ask.js';
import { type AnswerShape, type Model, type ModelAccess, ModelError, type Usage } from '../../src/model/types.js';
import { systemRandom } from '../../src/random.js';
import { type Asked, PROVIDERS, type Said, scriptedModel } from '../support/scriptedModel.js';

const SHAPE: AnswerShape = {
  name: 'next',
  description: 'what to do next',
  schema: { type: 'object', properties: { do: { type: 'string' } }, required: ['do'], additionalProperties: false },
  faults: (answer) => (typeof (answer as { do?: unknown }).do === 'string' ? [] : ['`do` is missing']),
};
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const QUESTION = { system: 'You are careful.', messages: [{ role: 'user', text: 'What now?', image: PNG }], answer: SHAPE } as const;

/** Does not wait: what it was asked to wait is kept. */
function hasty(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    ...systemClock,
    waits,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
    },
  };
}

interface Talk {
  readonly answer: unknown;
  readonly usages: readonly Usage[];
  readonly asked: readonly Asked[];
  readonly retries: readonly string[];
  readonly waits: readonly number[];
}

/** Asks one question of a model that says these things in turn, the last one for ever. */
async function talk(says: readonly Said[], provider = PROVIDERS[0]!, fields: Partial<ModelAccess> = {}): Promise<Talk> {
  const scripted = await scriptedModel(({ index }) => says[Math.min(index, says.length - 1)]!);
  const clock = hasty();
  const usages: Usage[] = [];
  const retries: string[] = [];
  const model = await opened(scripted.access(provider, fields), clock);
  const answer = await model.ask(QUESTION, {
    signal: new AbortController().signal,
    onUsage: (usage) => usages.push(usage),
    onRetry: (reason) => retries.push(reason),
  });
  return { answer, usages, asked: scripted.asked, retries, waits: clock.waits };
}

async function opened(access: ModelAccess, clock: Clock = systemClock): Promise<Model> {
  const model = await openModel({ clock, random: systemRandom, env: {} }, access);
  onTestFinished(() => model.close());
  return model;
}

test.each(PROVIDERS)('%s: one forced tool call, with picture, key, tokens', async (provider) => {
  const { answer, usages, asked } = await talk([{ tool: { do: 'click' }, tokens: [1200, 34] }], provider);
  expect(answer).toEqual({ do: 'click' });
  expect(usages).toEqual([{ inputTokens: 1200, cachedTokens: 0, outputTokens: 34, reasoningTokens: 0, cost: 0 }]); // loopback costs nothing
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    provider,
    model: 'scripted-1',
    key: 'the-key-of-the-model',
    system: 'You are careful.',
    tool: 'next',
    toolSchema: { properties: { do: { type: 'string' } } },
    json: false,
  });
  expect(asked[0]?.messages).toEqual([{ role: 'user', text: expect.stringContaining('What now?'), images: 1 }]);
});

test.each(PROVIDERS)('%s: a model that calls no tool is asked again in JSON, and from then on at once', async (provider) => {
  const scripted = await scriptedModel(({ tool }) => (tool ? { text: 'I would click.' } : { text: 'Sure: {"do":"click"}' }));
  const model = await opened(scripted.access(provider));
  const options = { signal: new AbortController().signal, onUsage: () => {} };
  expect(await model.ask(QUESTION, options)).toEqual({ do: 'click' });
  expect(await model.ask(QUESTION, options)).toEqual({ do: 'click' });
  expect(scripted.asked.map(({ tool }) => tool)).toEqual(['next', null, null]);
  expect(scripted.asked[1]?.system).toContain('"required":["do"]'); // the shape is told in words too
});

test('JSON in the text is as good as a tool call', async () => {
  expect(await talk([{ text: '```json\n{"do":"wait"}\n```' }])).toMatchObject({ answer: { do: 'wait' }, asked: { length: 1 } });
});

test.each(PROVIDERS)('%s: what a model refuses is left out from then on', async (provider) => {
  const { answer, asked } = await talk(
    [
      { status: 400, message: 'this model does not support image input' },
      { status: 400, message: 'scripted-1 does not support tools' },
      { text: '{"do":"click"}' },
    ],
    provider,
  );
  expect(answer).toEqual({ do: 'click' });
  expect(asked.map(({ messages, tool }) => [messages[0]?.images, tool])).toEqual([
    [1, 'next'],
    [0, 'next'],
    [0, null],
  ]);
});

test.each(PROVIDERS)('%s: an answer that breaks its shape is told what is wrong', async (provider) => {
  const { answer, asked, usages } = await talk([{ tool: { doo: 'x' } }, { tool: { do: 'click' } }], provider);
  expect(answer).toEqual({ do: 'click' });
  expect(asked[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  expect(asked[1]?.messages[1]?.text).toContain('doo');
  expect(asked[1]?.text).toContain('`do` is missing');
  expect(usages).toHaveLength(2); // the first one was paid for too
});

test('a model that never keeps the shape is given up, with what was wrong', async () => {
  await expect(talk([{ tool: {} }])).rejects.toThrow(/did not answer in the form that was asked for: `do` is missing/);
});

test.each<[string, Said, readonly number[]]>([
  ['a broken connection', 'cut', []],
  ['500', { status: 500, message: 'oops' }, []],
  ['429 with a time', { status: 429, message: 'slow down', headers: { 'retry-after': '7' } }, [7_000]],
  ['529', { status: 529, message: 'overloaded' }, []],
])('%s is tried again, and is an event', async (_, said, waits) => {
  const talked = await talk([said, said, { tool: { do: 'click' } }]);
  expect(talked.answer).toEqual({ do: 'click' });
  expect(talked.retries).toHaveLength(2);
  if (waits[0]) expect(talked.waits).toEqual([waits[0], waits[0]]);
});

test.each<[string, Said, string, number]>([
  ['a key that is refused', { status: 401, message: 'bad key' }, 'MODEL_REFUSED_KEY', 1],
  ['a model that is not there', { status: 404, message: 'no such model' }, 'MODEL_UNKNOWN', 1],
  ['a redirect', { status: 307, message: '', headers: { location: 'http://127.0.0.1:9/' } }, 'MODEL_UNAVAILABLE', 1],
  ['an outage', { status: 503, message: 'down' }, 'MODEL_UNAVAILABLE', 5],
  ['a server that says what it was sent', { status: 500, message: 'Authorization: Bearer the-key-of-the-model' }, 'MODEL_UNAVAILABLE', 5],
  ['a refusal', { status: 400, message: 'the prompt is too long' }, 'MODEL_ERROR', 1],
  ['too many questions', { status: 429, message: 'slow down' }, 'MODEL_UNAVAILABLE', 5],
  ['no credit, as some say it', { status: 402, message: 'pay first' }, 'MODEL_NO_CREDIT', 1],
  ['no credit, as OpenAI says it', { status: 429, message: 'insufficient_quota' }, 'MODEL_NO_CREDIT', 1],
  ['no credit, as Anthropic says it', { status: 400, message: 'Your credit balance is too low' }, 'MODEL_NO_CREDIT', 1],
  ['a sign-in page', { page: '<!doctype html><title>Sign in</title>', status: 200 }, 'MODEL_ERROR', 1],
  ['a page that forbids', { page: '<html><h1>Forbidden by policy</h1>', status: 403 }, 'MODEL_ERROR', 1],
  ['a page of a gateway that is down', { page: '<html><h1>502 Bad Gateway</h1>', status: 502 }, 'MODEL_UNAVAILABLE', 5],
])('%s ends the question with one sentence', async (_, said, code, requests) => {
  const scripted = await scriptedModel(() => said);
  const model = await opened(scripted.access('openai-compatible'), hasty());
  const error = await model.ask(QUESTION, { signal: new AbortController().signal, onUsage: () => {} }).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(ModelError);
  expect(error).toMatchObject({ code });
  expect((error as Error).message).not.toContain('the-key-of-the-model');
  expect((error as Error).message).not.toContain('\n');
  expect((error as Error).message.includes('answers with a web page')).toBe(typeof said === 'object' && 'page' in said);
  expect(scripted.asked).toHaveLength(requests);
});

test('retries of one run have a budget', async () => {
  // Every question fails once: the model is well again each time, but not for ever.
  const scripted = await scriptedModel(({ index }) => (index % 2 === 0 ? { status: 500, message: 'oops' } : { tool: { do: 'click' } }));
  const model = await opened(scripted.access('openai-compatible'), hasty());
  const ask = () => model.ask(QUESTION, { signal: new AbortController().signal, onUsage: () => {} });
  for (let question = 0; question < 12; question++) await ask();
  await expect(ask()).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
});

test.each(PROVIDERS)('%s: a cancel drops the request', async (provider) => {
  const abort = new AbortController();
  const reason = new Error('canceled by the user');
  const scripted = await scriptedModel(() => {
    abort.abort(reason);
    return 'silence';
  });
  const model = await opened(scripted.access(provider));
  await expect(model.ask(QUESTION, { signal: abort.signal, onUsage: () => {} })).rejects.toBe(reason);
  await scripted.asked[0]?.dropped;
});

test('a model that is silent for too long is given up', async () => {
  const scripted = await scriptedModel(() => 'silence');
  const timeouts = { connectMs: 1_000, headersMs: 50, bodyIdleMs: 50, totalMs: 50, startMs: 50 };
  const model = await openModel({ clock: hasty(), random: systemRandom, env: {}, timeouts }, scripted.access('openai-compatible'));
  onTestFinished(() => model.close());
  await expect(model.ask(QUESTION, { signal: new AbortController().signal, onUsage: () => {} })).rejects.toMatchObject({
    code: 'MODEL_UNAVAILABLE',
  });
});

test('cost: the owner says, or the public list; what kept tokens save is counted', async () => {
  const { usages } = await talk([{ tool: { do: 'x' }, tokens: [1_000_000, 100_000] }], 'openai-compatible', {
    price: { input: 3, output: 15 },
  });
  expect(usages[0]?.cost).toBeCloseTo(4.5);
  const { costOf, priceOf } = await import('../../src/model/prices.js');
  const claude: ModelAccess = {
    provider: 'anthropic',
    name: 'claude-sonnet-4-5',
    baseUrl: 'https://api.anthropic.com/v1',
    apiKey: null,
    price: null,
  };
  const at = Date.UTC(2026, 10, 1);
  expect(await priceOf(claude, at)).toEqual({ input: expect.any(Number), output: expect.any(Number) });
  const usage = { inputTokens: 1_000, cachedTokens: 0, outputTokens: 100, reasoningTokens: 0 };
  const [plain, kept] = [await costOf(claude, usage, at), await costOf(claude, { ...usage, cachedTokens: 900 }, at)];
  expect(kept).toBeLessThan(plain as number);
  expect(await priceOf({ ...claude, provider: 'openai-compatible', baseUrl: 'https://llm.example.com/v1' }, at)).toBeNull();
});
