import type { Clock } from '../clock.js';

/** How long the end of a server waits for what is still made of runs that have ended, in milliseconds. */
const GRACE_MS = 3_000;

/** A film of the longest run takes minutes; what takes longer hangs, and must not hold up what comes after it. */
const LONGEST_MS = 15 * 60_000;

/** Work that a run leaves behind and nobody waits for, one after the other: it must not take a core from the runs that come next. */
export class Afterwork {
  readonly #clock: Clock;
  readonly #stopped = new AbortController();
  #last: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param work is to give up when its signal aborts */
  add(work: (stopped: AbortSignal) => Promise<void>): void {
    this.#last = this.#last.then(() => this.#bounded(work)).catch(() => {});
  }

  async #bounded(work: (stopped: AbortSignal) => Promise<void>): Promise<void> {
    const late = new AbortController();
    const done = new AbortController();
    const timer = this.#clock.sleep(LONGEST_MS, done.signal).then(
      () => late.abort(new Error('it took too long')),
      () => {},
    );
    try {
      await Promise.race([work(AbortSignal.any([this.#stopped.signal, late.signal])), timer]);
    } finally {
      done.abort();
    }
  }

  /** Lets what was begun come to its end for a little while, then stops it. */
  async end(): Promise<void> {
    const done = new AbortController();
    const all = this.#last.then(() => done.abort());
    await this.#clock.sleep(GRACE_MS, done.signal).catch(() => {});
    this.#stopped.abort(new Error('the server ends'));
    await all;
  }
}
