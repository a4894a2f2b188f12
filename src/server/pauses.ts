import type { Clock } from '../clock.js';

/** How long a question waits for a person, in milliseconds: as long as upstream's `human_interaction` block by default. */
const PATIENCE_MS = 2 * 60 * 60_000;

/** Runs that wait for a person: `continue` is the yes, cancelling the run the no. */
export class Pauses {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, AbortController>();
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when a person says yes, or nobody does for `patienceMs`, two hours when left out. Rejects with the reason of `signal`, which ends the run. */
  async wait(runId: string, signal: AbortSignal, patienceMs = PATIENCE_MS): Promise<'approved' | 'unanswered'> {
    const answered = new AbortController();
    this.#waiting.set(runId, answered);
    try {
      await this.#clock.sleep(patienceMs, AbortSignal.any([signal, answered.signal]));
      return 'unanswered';
    } catch {
      signal.throwIfAborted();
      return 'approved';
    } finally {
      this.#waiting.delete(runId);
    }
  }

  /** Lets a run go on; false when it does not wait. */
  release(runId: string): boolean {
    this.#waiting.get(runId)?.abort();
    return this.#waiting.delete(runId);
  }
}
