/** What the program does in the background, for eyes: the last requests, how many, and when the next comes. No part of the run. */
export interface Asked {
  /** When the answer came, epoch ms. */
  readonly at: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Null when no answer came. */
  readonly status: number | null;
  /** Why no answer came. */
  readonly error: string | null;
  readonly durationMs: number;
}

const KEPT = 50;
const MINUTE_MS = 60_000;

export class Activity {
  #asked: readonly Asked[] = [];
  /** Requests so far. */
  count = 0;
  /** When the server is asked next, epoch ms; null while nobody waits. */
  nextPollAt: number | null = null;

  add(asked: Asked): void {
    this.count++;
    this.#asked = [...this.#asked.slice(1 - KEPT), asked];
  }

  /** The newest last, 50 at most. */
  get requests(): readonly Asked[] {
    return this.#asked;
  }

  /** Requests in the last minute; of more than 50 a floor. @param now epoch ms */
  perMinute(now: number): number {
    return this.#asked.filter(({ at }) => now - at < MINUTE_MS).length;
  }
}
