/**
 * Ends a browser that answers nothing any more: no page in it could be read, left or closed, and its runs would never end.
 *
 * It is asked for its version, which takes it no work, while there are runs.
 */
import type { Browser, CDPSession } from 'playwright-core';
import type { Clock } from '../clock.js';

const ASK_MS = 5_000;
/** Asked twice before it is given up: this machine may have slept, or have been busy, for as long as one of them. */
const ANSWER_MS = 12_000;
const ASKED = 2;

export class HangWatch {
  readonly #browser: Browser;
  readonly #clock: Clock;
  readonly #end: () => void;
  #watching: AbortController | null = null;
  #hung = false;

  /** @param end has to end the browser without asking it */
  constructor(browser: Browser, clock: Clock, end: () => void) {
    this.#browser = browser;
    this.#clock = clock;
    this.#end = end;
  }

  /** Why the browser is gone, when it was this watch; null: it was not. */
  blame(): string | null {
    return this.#hung ? `the browser answered nothing for ${(ANSWER_MS * ASKED) / 1000} s and was ended` : null;
  }

  start(): void {
    if (this.#watching) return;
    this.#watching = new AbortController();
    // A browser that is gone needs no watch.
    void this.#watch(this.#watching.signal).catch(() => {});
  }

  stop(): void {
    this.#watching?.abort();
    this.#watching = null;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    let asking: Promise<CDPSession> = this.#browser.newBrowserCDPSession();
    while (await this.#isAnswered(asking, signal)) {
      const session = await asking;
      await this.#clock.sleep(ASK_MS, signal).catch(async (stopped: unknown) => {
        await session.detach().catch(() => {});
        throw stopped;
      });
      asking = session.send('Browser.getVersion').then(() => session);
    }
    this.#hung = true;
    this.#end();
  }

  async #isAnswered(answer: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
    for (let asked = 0; asked < ASKED; asked++) {
      const late = new AbortController();
      try {
        const waited = this.#clock.sleep(ANSWER_MS, AbortSignal.any([signal, late.signal])).then(() => false);
        if (await Promise.race([answer.then(() => true), waited])) return true;
      } finally {
        late.abort();
      }
    }
    return false;
  }
}
