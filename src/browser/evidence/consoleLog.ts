/** What pages wrote on their consoles, and the errors that nobody caught: a line each, bounded whatever a page does. */
import type { BrowserContext, ConsoleMessage } from 'playwright-core';
import type { Clock } from '../../clock.js';
import type { Clean } from '../types.js';

const MAX_LINE = 2_000;
const MAX_CHARACTERS = 1_000_000;

export class ConsoleLog {
  readonly #clock: Clock;
  readonly #clean: Clean;
  readonly #lines: string[] = [];
  #characters = 0;
  #dropped = 0;

  constructor(context: BrowserContext, clock: Clock, clean: Clean) {
    this.#clock = clock;
    this.#clean = clean;
    context.on('console', (message) => this.#add(message.type(), textOf(message), placeOf(message)));
    context.on('weberror', (error) => {
      const thrown = error.error() as Error | undefined;
      this.#add('uncaught', thrown?.stack || thrown?.message || String(thrown), '');
    });
  }

  text(): string {
    const rest = this.#dropped > 0 ? [`(${this.#dropped} more lines were not kept)`] : [];
    // Once more: what turned out to be a secret after the line was written.
    return this.#clean.text([...this.#lines, ...rest].map((line) => `${line}\n`).join(''));
  }

  /** Cleaned before it is cut: half a secret would not be known for one. */
  #add(kind: string, text: string, place: string): void {
    if (this.#characters >= MAX_CHARACTERS) {
      this.#dropped++;
      return;
    }
    const words = this.#clean.text(text).replace(/\s*\n\s*/g, ' | ');
    const cut = words.length > MAX_LINE ? `${words.slice(0, MAX_LINE)}...` : words;
    const line = `${new Date(this.#clock.now()).toISOString()} [${kind}] ${cut}${this.#clean.text(place)}`;
    this.#lines.push(line);
    this.#characters += line.length;
  }
}

/** More than a page would have read by people is not even looked at. */
const textOf = (message: ConsoleMessage): string => message.text().slice(0, MAX_LINE * 50);

function placeOf(message: ConsoleMessage): string {
  const { url, line } = message.location();
  return url === '' || url === undefined ? '' : ` (${url.slice(0, 500)}:${line ?? 0})`;
}
