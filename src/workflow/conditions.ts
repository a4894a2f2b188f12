/** Whether conditions hold: templates by what they render to, words by whom the host asks. */
import type { Wire } from '../protocol/decode.js';
import type { FlowError } from './interpreter.js';
import { render, TemplateError } from './jinja/render.js';

export interface Verdict {
  readonly holds: boolean;
  readonly reason: string;
}

/** In the order of the conditions, with what was asked and answered; or why there is no answer. */
export type WordsJudged =
  | { readonly verdicts: readonly Verdict[]; readonly prompt: string; readonly response: string }
  | { readonly error: string; readonly errors: readonly FlowError[] };

export interface Judged {
  readonly rendered: string | null;
  readonly result: boolean;
  readonly error: string | null;
}

/** The conditions of one block. Those in words are asked about together, when the first of them counts. */
export class Conditions {
  readonly #criteria: readonly (Wire | null)[];
  readonly #names: Wire;
  readonly #ask: (words: readonly string[]) => Promise<WordsJudged>;
  #answer: WordsJudged | null = null;

  constructor(criteria: readonly (Wire | null)[], names: Wire, ask: (words: readonly string[]) => Promise<WordsJudged>) {
    this.#criteria = criteria;
    this.#names = names;
    this.#ask = ask;
  }

  /** What was asked in words and answered; null: nothing. */
  get asked(): Extract<WordsJudged, { prompt: string }> | null {
    return this.#answer !== null && 'prompt' in this.#answer ? this.#answer : null;
  }

  async judge(index: number): Promise<Judged & { readonly reason: string | null; readonly errors: readonly FlowError[] }> {
    const criteria = this.#criteria[index] as Wire;
    if (!isInWords(criteria)) return { ...judge(criteria, this.#names), reason: null, errors: [] };
    const words = this.#criteria.filter((each) => each !== null && isInWords(each)) as readonly Wire[];
    let rendered: string | null = null;
    try {
      for (const each of words) {
        const text = render(String(each['expression']), this.#names, { strict: true });
        if (each === criteria) rendered = text;
      }
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return { rendered: null, result: false, error: error.message, reason: null, errors: [] };
    }
    this.#answer ??= await this.#ask(words.map(({ expression }) => String(expression)));
    const answer = this.#answer;
    if ('error' in answer) return { rendered, result: false, error: answer.error, reason: null, errors: answer.errors };
    const { holds, reason } = answer.verdicts[words.indexOf(criteria)]!;
    return { rendered, result: holds, error: null, reason, errors: [] };
  }
}

export const isInWords = (criteria: Wire): boolean => criteria['criteria_type'] === 'prompt';

const FALSE = new Set(['', 'false', '0', 'no', 'n', 'off', 'null', 'none']);

/** Whether a condition holds, by the text that it renders to. A name that is not there is an error. */
export function judge(criteria: Wire, names: Wire): Judged {
  const expression = String(criteria['expression']);
  try {
    const text = render(expression.includes('{') ? expression : `{{ ${expression} }}`, names, { strict: true }).trim();
    return { rendered: text, result: !FALSE.has(text.toLowerCase()) && !(text !== '' && Number(text) === 0), error: null };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { rendered: null, result: false, error: error.message };
  }
}
