/** The time of a recording, faster or slower than ours: what renderers are given when one is played. */
import type { Clock } from '../clock.js';

export class ReplayClock implements Clock {
  readonly #real: Clock;
  readonly #speed: number;
  readonly #startAt: number;
  readonly #startedMs: number;
  /** Recorded time that was passed over, in milliseconds. */
  #skippedMs = 0;

  /**
   * @param startAt epoch ms of the first event
   * @param speed recorded milliseconds for each real one; infinite: time stands still but for `reach`
   */
  constructor(real: Clock, startAt: number, speed: number) {
    this.#real = real;
    this.#speed = speed;
    this.#startAt = startAt;
    this.#startedMs = real.monotonic();
  }

  now(): number {
    return this.#startAt + this.monotonic();
  }

  monotonic(): number {
    const played = Number.isFinite(this.#speed) ? (this.#real.monotonic() - this.#startedMs) * this.#speed : 0;
    return this.#skippedMs + played;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#real.sleep(Number.isFinite(this.#speed) ? ms / this.#speed : ms, signal);
  }

  /** Resolves when it is `at`. Of a long wait only `maxPauseMs` of recorded time is waited, the rest is passed over. */
  async reach(at: number, maxPauseMs: number, signal: AbortSignal): Promise<void> {
    const waitMs = at - this.now();
    if (waitMs <= 0) return;
    const pauseMs = Number.isFinite(this.#speed) ? Math.min(waitMs, maxPauseMs) : 0;
    if (pauseMs > 0) await this.sleep(pauseMs, signal);
    this.#skippedMs += Math.max(0, at - this.now());
  }
}
