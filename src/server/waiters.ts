import type { Clock } from '../clock.js';

/** Requests that wait for news of a run (`Prefer: wait`). */
export class Waiters {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<() => void>>();
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves at the next `notify(runId)`, after `ms`, or when `signal` aborts, whichever is first. Never rejects. */
  async wait(runId: string, ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const wake = () => over.abort();
    const waiting = this.#waiting.get(runId) ?? new Set();
    this.#waiting.set(runId, waiting.add(wake));
    try {
      await this.#clock.sleep(ms, AbortSignal.any([signal, over.signal]));
    } catch {
      // woken early: by news, or because the client went away
    } finally {
      waiting.delete(wake);
      if (waiting.size === 0 && this.#waiting.get(runId) === waiting) this.#waiting.delete(runId);
    }
  }

  /** Lets every waiting request go, for a server that ends. */
  notifyAll(): void {
    for (const runId of this.#waiting.keys()) this.notify(runId);
  }

  notify(runId: string): void {
    for (const wake of this.#waiting.get(runId) ?? []) wake();
  }
}
