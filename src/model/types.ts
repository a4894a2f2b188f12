/** What the engine knows of language models. Types only: nothing here needs a provider's library. */

/** Wire formats that can be spoken. */
export type ModelProvider = 'openai-compatible' | 'anthropic' | 'google';

/** How to reach one model. Held in memory only: `apiKey` is never written or shown. */
export interface ModelAccess {
  readonly provider: ModelProvider;
  /** As the provider names it. */
  readonly name: string;
  /** Root of the API, such as `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Null where none is needed. */
  readonly apiKey: string | null;
  /** What its owner says that it costs; null: the list of public prices is asked. */
  readonly price: ModelPrice | null;
}

/** US dollars for a million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
}

export interface Usage {
  readonly inputTokens: number;
  /** Of `inputTokens`, those that the provider had kept. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Of `outputTokens`, those spent on thinking. */
  readonly reasoningTokens: number;
  /** US dollars; null when the price is not known. */
  readonly cost: number | null;
}

export interface ModelMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** PNG; left out for models that take none. */
  readonly image?: Uint8Array | null;
}

/** What a model is to answer: one object of this shape. */
export interface AnswerShape {
  /** Letters and underscores: the name of the one tool that the model is given. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema, draft 7. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What is wrong with an answer, one sentence for each fault; empty when it holds. It is told to the model, which answers again. */
  faults(answer: unknown): readonly string[];
}

export interface Question {
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly answer: AnswerShape;
}

export interface AskOptions {
  /** Drops the request under way. */
  readonly signal: AbortSignal;
  /** Called for each request that was answered, used or not: all of them are paid for. */
  readonly onUsage: (usage: Usage) => void;
  /** Called before a request is sent again, with the reason in words. */
  readonly onRetry?: (reason: string, delayMs: number) => void;
}

/** One model for one run: it remembers what the model cannot do. */
export interface Model {
  /** `provider/name`. */
  readonly label: string;
  /** Null when it is not known. */
  readonly price: ModelPrice | null;
  /** An answer without fault. Rejects with `ModelError`, or with `signal.reason`. */
  ask(question: Question, options: AskOptions): Promise<unknown>;
  close(): Promise<void>;
}

/** No usable answer after all that is allowed was tried. `message` is one sentence for people, with no key in it. */
export class ModelError extends Error {
  /** `MODEL_UNAVAILABLE`, `MODEL_REFUSED_KEY`, `MODEL_NO_CREDIT`, `MODEL_UNKNOWN`, `MODEL_BAD_ANSWER` or `MODEL_ERROR`. */
  readonly code: string;
  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'ModelError';
    this.code = code;
  }
}
