/** Notices a run that goes in circles or gets nowhere, before it has used up its steps and its money. */
import { createHash } from 'node:crypto';
import type { Chosen } from './answer.js';

/** The same action on the same page: from the second time on it is said, after the fourth the run ends. */
const TOLD_AT = 2;
const MAX_REPEATS = 4;
/** Steps in a row that leave the page as it was. */
const MAX_STILL = 6;
/** Ends that were not accepted. */
const MAX_REJECTED = 3;

export class Progress {
  readonly #seen = new Map<string, number>();
  /** A digest: pages are long, and a run sees a thousand of them. */
  #page = '';
  #still = 0;
  #rejected = 0;
  #repeated: string | null = null;

  /** To be called with the page at each step. @returns why the run cannot go on, or null */
  look(url: string, lines: readonly string[]): string | null {
    const page = digest(`${url}\n${lines.join('\n')}`);
    this.#still = page === this.#page ? this.#still + 1 : 0;
    this.#page = page;
    if (this.#still >= MAX_STILL) return `the page did not change in ${MAX_STILL} steps`;
    return null;
  }

  /** To be called with what was chosen for the page of the last look. @returns why the run cannot go on, or null */
  choose(actions: readonly Chosen[]): string | null {
    const what = JSON.stringify(actions.map(({ action, kind, output }) => [kind, action, output]));
    const key = digest(`${this.#page}\n${what}`);
    const times = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, times);
    this.#repeated = times >= TOLD_AT ? `this was tried ${times} times on this same page and led nowhere: ${short(actions)}` : null;
    if (times > MAX_REPEATS) return `the run goes in circles: ${short(actions)} was done ${MAX_REPEATS} times on the same page`;
    return null;
  }

  /** Something was read, which changes no page and is progress. */
  extracted(): void {
    this.#still = 0;
  }

  /** @returns why the run cannot go on, or null */
  reject(missing: string): string | null {
    this.#rejected++;
    return this.#rejected >= MAX_REJECTED
      ? `the task was said to be done ${MAX_REJECTED} times and the page did not show it: ${missing}`
      : null;
  }

  get warnings(): readonly string[] {
    return [...(this.#repeated ? [this.#repeated] : []), ...(this.#still >= 2 ? [`the page did not change in ${this.#still} steps`] : [])];
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64');

const short = (actions: readonly Chosen[]): string =>
  actions.map(({ kind, intention }) => [kind, intention].filter(Boolean).join(' ')).join(', ');
