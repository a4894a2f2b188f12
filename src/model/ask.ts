/**
 * One question to a model, until there is an answer of the right shape.
 *
 * Here: requests sent again within a budget, answers that break the shape told back, and what a model turns out not to take
 * (tools, images, a JSON mode) left out from then on. Not here: wire formats, which are the providers' libraries'.
 */
import { APICallError, type LanguageModelV4, type LanguageModelV4CallOptions, type LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { ExchangeError, type ProxyEnv, type Timeouts } from '../client/connection.js';
import { backoffMs, retryAfterMs } from '../client/retry.js';
import type { Clock } from '../clock.js';
import type { Random } from '../random.js';
import { openExchange, RedirectError } from './exchange.js';
import { costOf, priceOf } from './prices.js';
import { languageModel } from './providers.js';
import { type AskOptions, type Model, type ModelAccess, ModelError, type Question, type Usage } from './types.js';

export interface ModelDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Where proxies are named. */
  readonly env: ProxyEnv;
  readonly timeouts?: Timeouts;
}

/** Requests of one run that may be sent again because the endpoint did not do its work. */
const RETRY_BUDGET = 12;
/** In a row for one question. */
const MAX_RETRIES = 4;
const MAX_DELAY_MS = 60_000;
/** Answers to one question that may break its shape, beside the first. */
const MAX_CORRECTIONS = 2;

/** How an answer is asked for: as the call of a tool, as JSON by the API's own mode, as JSON by words alone. */
type Mode = 'tool' | 'json' | 'words';

export async function openModel(deps: ModelDeps, access: ModelAccess): Promise<Model> {
  const exchange = openExchange(access.baseUrl, deps.env, deps.timeouts);
  try {
    const [spoken, price] = await Promise.all([languageModel(access, exchange.fetch), priceOf(access, deps.clock.now())]);
    const asker = new Asker(deps, access, spoken);
    return {
      label: `${access.provider}/${access.name}`,
      price,
      ask: (question, options) => asker.ask(question, options),
      close: () => exchange.close(),
    };
  } catch (error) {
    await exchange.close();
    throw error;
  }
}

class Asker {
  readonly #deps: ModelDeps;
  readonly #access: ModelAccess;
  readonly #model: LanguageModelV4;
  #mode: Mode = 'tool';
  #images = true;
  #retriesLeft = RETRY_BUDGET;

  constructor(deps: ModelDeps, access: ModelAccess, model: LanguageModelV4) {
    this.#deps = deps;
    this.#access = access;
    this.#model = model;
  }

  async ask(question: Question, options: AskOptions): Promise<unknown> {
    let asked = question;
    for (let corrections = 0; ; corrections++) {
      const mode = this.#mode;
      const said = await this.#send(asked, options);
      const answer = readAnswer(said, question.answer.name);
      if (answer === NO_TOOL && this.#mode === 'tool') {
        // It does not know how to call tools, or does not want to: words are all that is left.
        this.#mode = this.#withoutTools();
        corrections--;
        continue;
      }
      const faults = answer === NO_TOOL || answer === NO_JSON ? ['the answer holds no JSON object'] : question.answer.faults(answer);
      if (faults.length === 0) return answer;
      if (corrections >= MAX_CORRECTIONS) {
        const message = `the model ${this.#access.name} did not answer in the form that was asked for: ${faults.join('; ')}`;
        throw new ModelError('MODEL_BAD_ANSWER', message);
      }
      if (mode === 'tool' && answer === NO_JSON) this.#mode = this.#withoutTools();
      const correction = `That answer was not accepted: ${faults.join('; ')}. Answer again, whole, in the form that was asked for.`;
      const before = typeof answer === 'object' && answer !== null ? JSON.stringify(answer) : textOf(said);
      const turn = [
        { role: 'assistant', text: before.slice(0, 8_000) || '(nothing)' } as const,
        { role: 'user', text: correction } as const,
      ];
      asked = { ...question, messages: [...question.messages, ...turn] };
    }
  }

  /** One answer, whatever is in it; requests that fail for a passing reason are sent again. */
  async #send(question: Question, { signal, onUsage, onRetry }: AskOptions): Promise<LanguageModelV4GenerateResult> {
    const { clock } = this.#deps;
    for (let failures = 0; ; ) {
      signal.throwIfAborted();
      try {
        const said = await this.#model.doGenerate({ ...callOf(question, this.#mode, this.#images), abortSignal: signal });
        onUsage(await this.#usageOf(said));
        return said;
      } catch (error) {
        signal.throwIfAborted();
        if (this.#learn(error)) continue;
        failures++;
        if (!isPassing(error) || failures > MAX_RETRIES || this.#retriesLeft <= 0) throw this.#failure(error);
        this.#retriesLeft--;
        const delayMs = delayOf(error, failures, this.#deps);
        onRetry?.(this.#reason(error), delayMs);
        await clock.sleep(delayMs, signal);
      }
    }
  }

  /** Whether the refusal says that the model lacks something which can be left out; it is, from now on. */
  #learn(error: unknown): boolean {
    if (!APICallError.isInstance(error) || ![400, 404, 415, 422, 501].includes(error.statusCode ?? 0)) return false;
    const said = `${error.message} ${error.responseBody ?? ''}`;
    if (this.#images && /image|vision|multi-?modal/i.test(said)) {
      this.#images = false;
      return true;
    }
    if (this.#mode === 'tool' && /\btools?\b|function.?call/i.test(said)) {
      this.#mode = this.#withoutTools();
      return true;
    }
    if (this.#mode === 'json' && /response_?format|response_?schema|json|grammar/i.test(said)) {
      this.#mode = 'words';
      return true;
    }
    return false;
  }

  /** Anthropic's library makes a tool of its JSON mode. */
  #withoutTools(): Mode {
    return this.#access.provider === 'anthropic' ? 'words' : 'json';
  }

  async #usageOf({ usage }: LanguageModelV4GenerateResult): Promise<Usage> {
    const counts = {
      inputTokens: usage.inputTokens.total ?? 0,
      cachedTokens: usage.inputTokens.cacheRead ?? 0,
      outputTokens: usage.outputTokens.total ?? 0,
      reasoningTokens: usage.outputTokens.reasoning ?? 0,
    };
    return { ...counts, cost: await costOf(this.#access, counts, this.#deps.clock.now()) };
  }

  /** An endpoint may say what it was sent. */
  #reason(error: unknown): string {
    const { apiKey } = this.#access;
    const said = reasonOf(error);
    return apiKey ? said.replaceAll(apiKey, '*****') : said;
  }

  #failure(error: unknown): ModelError {
    const { name, baseUrl } = this.#access;
    const { origin } = new URL(baseUrl);
    const reason = this.#reason(error);
    const status = APICallError.isInstance(error) ? error.statusCode : undefined;
    if (isWebPage(error)) {
      const message = `${baseUrl} answers with a web page (${status}), and not as the API of a language model`;
      return new ModelError(isPassing(error) ? 'MODEL_UNAVAILABLE' : 'MODEL_ERROR', message, { cause: error });
    }
    if (isOutOfCredit(error)) {
      return new ModelError('MODEL_NO_CREDIT', `the account of the key at ${origin} has no credit left: ${reason}`, { cause: error });
    }
    if (status === 401 || status === 403) {
      return new ModelError('MODEL_REFUSED_KEY', `${origin} refused the key for the model ${name} (${status})`, { cause: error });
    }
    if (status === 404) return new ModelError('MODEL_UNKNOWN', `there is no model ${name} at ${baseUrl}`, { cause: error });
    if (status === 429) {
      return new ModelError('MODEL_UNAVAILABLE', `${origin} takes no more questions to the model ${name} for now: ${reason}`, {
        cause: error,
      });
    }
    if (status === undefined || isPassing(error)) {
      return new ModelError('MODEL_UNAVAILABLE', `the model ${name} at ${origin} does not answer: ${reason}`, { cause: error });
    }
    return new ModelError('MODEL_ERROR', `${origin} refused the question to the model ${name}: ${reason}`, { cause: error });
  }
}

function callOf(question: Question, mode: Mode, images: boolean): LanguageModelV4CallOptions {
  const { name, description, schema } = question.answer;
  const inWords = `\n\nAnswer with one JSON object and nothing else. It satisfies this JSON Schema:\n${JSON.stringify(schema)}`;
  const system = mode === 'tool' ? question.system : question.system + inWords;
  return {
    prompt: [
      // What stays the same from step to step is marked, so that it is paid for once where the provider keeps it.
      { role: 'system', content: system, providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } },
      ...question.messages.map(({ role, text, image }) =>
        role === 'assistant'
          ? { role, content: [{ type: 'text' as const, text }] }
          : {
              role,
              content: [
                { type: 'text' as const, text },
                ...(image && images
                  ? [{ type: 'file' as const, mediaType: 'image/png', data: { type: 'data' as const, data: image } }]
                  : []),
              ],
            },
      ),
    ],
    ...(mode === 'tool' && {
      tools: [{ type: 'function' as const, name, description, inputSchema: schema }],
      toolChoice: { type: 'tool' as const, toolName: name },
    }),
    ...(mode === 'json' && { responseFormat: { type: 'json' as const, name, description, schema } }),
  };
}

const NO_TOOL = Symbol('the model called no tool');
const NO_JSON = Symbol('the answer is no JSON object');

/** The object that was answered: the tool's input, else the JSON in the text. */
function readAnswer(said: LanguageModelV4GenerateResult, tool: string): unknown {
  const call = said.content.find((part) => part.type === 'tool-call' && part.toolName === tool);
  if (call?.type === 'tool-call') return jsonIn(call.input) ?? NO_JSON;
  return jsonIn(said.structuredOutputText ?? textOf(said)) ?? NO_TOOL;
}

const textOf = (said: LanguageModelV4GenerateResult): string =>
  said.content.map((part) => (part.type === 'text' ? part.text : '')).join('');

/** The JSON object that a text is, or that stands in it between other words; null when there is none. */
export function jsonIn(text: string): object | null {
  const fenced = /```(?:json)?\s*([\s\S]*?)```/.exec(text)?.[1];
  const from = text.indexOf('{');
  const inner = from < 0 ? '' : text.slice(from, text.lastIndexOf('}') + 1);
  for (const candidate of [text, fenced ?? '', inner]) {
    try {
      const value: unknown = JSON.parse(candidate);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    } catch {
      // the next candidate may be one
    }
  }
  return null;
}

/** A gateway's own page, of a sign-in or an error: what it says is about the way to the model and not about the model. */
const isWebPage = (error: unknown): boolean =>
  APICallError.isInstance(error) &&
  (/\bhtml\b/i.test(error.responseHeaders?.['content-type'] ?? '') || /^\s*<(?:!doctype|html)/i.test(error.responseBody ?? ''));

/** What only whoever pays can mend. Google says the same of a quota for a minute, which passes. */
const isOutOfCredit = (error: unknown): boolean =>
  APICallError.isInstance(error) &&
  (error.statusCode === 402 || /insufficient_quota|billing_hard_limit|credit balance is too low/i.test(error.responseBody ?? ''));

/** Whether the same request may do better later. */
function isPassing(error: unknown): boolean {
  if (isOutOfCredit(error)) return false;
  if (APICallError.isInstance(error) && error.statusCode !== undefined) {
    return [408, 409, 425, 429].includes(error.statusCode) || error.statusCode >= 500;
  }
  return !isOf(RedirectError, error) && isOf(ExchangeError, error);
}

/** Whether the error, or what caused it, is of this class: libraries wrap what their `fetch` throws. */
function isOf(Class: new (...args: never[]) => Error, error: unknown): boolean {
  for (let at = error; at instanceof Error; at = (at as Error).cause) if (at instanceof Class) return true;
  return false;
}

function delayOf(error: unknown, failures: number, { clock, random }: ModelDeps): number {
  const headers = APICallError.isInstance(error) ? error.responseHeaders : undefined;
  return Math.min(retryAfterMs(headers?.['retry-after'], headers?.['date'], clock.now()) ?? backoffMs(failures + 1, random), MAX_DELAY_MS);
}

/** First line of what was said, at most 200 characters. It is the endpoint's text: untrusted. */
function reasonOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error && !(cause instanceof ExchangeError)) cause = cause.cause;
  if (APICallError.isInstance(error) && error.statusCode !== undefined) {
    return `${error.statusCode} ${error.message.split('\n')[0]?.slice(0, 200)}`.trim();
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  return (text.split('\n')[0] ?? '').slice(0, 200);
}
