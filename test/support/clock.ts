import type { Clock } from '../../src/clock.js';
import type { Random } from '../../src/random.js';

export interface ManualClock extends Clock {
  /** Moves time on by `ms` and wakes every sleeper whose time has come, in order. Resolves when they have had a turn. */
  advance(ms: number): Promise<void>;
  /** How many sleepers wait now. */
  readonly sleepers: number;
  /** Every sleep asked for so far, in milliseconds. */
  readonly slept: readonly number[];
}

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** One turn of the event loop: real sockets and files get theirs. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What `look` sees as soon as it is not null, asked once a turn; the time limit of the test is that of the wait. */
export async function until<T>(look: () => T | null | Promise<T | null>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    await turn();
  }
}

/**
 * A clock that only moves when somebody sleeps on it: the sleeper that is due first wakes first, and time jumps to its moment.
 *
 * With `{ auto: false }` nobody wakes before `advance()`: for code that races a deadline against real input and output.
 * @param start epoch milliseconds
 */
export function manualClock({ start = Date.UTC(2026, 0, 20, 12), auto = true }: { start?: number; auto?: boolean } = {}): ManualClock {
  let elapsed = 0;
  let sleepers: Sleeper[] = [];
  const slept: number[] = [];

  const wakeDue = () => {
    const due = sleepers.filter((sleeper) => sleeper.wakeAt <= elapsed).sort((a, b) => a.wakeAt - b.wakeAt);
    sleepers = sleepers.filter((sleeper) => sleeper.wakeAt > elapsed);
    for (const sleeper of due) sleeper.wake();
  };
  const jumpToNext = async () => {
    await turn();
    if (sleepers.length === 0) return;
    elapsed = Math.max(elapsed, Math.min(...sleepers.map((sleeper) => sleeper.wakeAt)));
    wakeDue();
  };

  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    slept,
    get sleepers() {
      return sleepers.length;
    },
    async advance(ms) {
      const target = elapsed + ms;
      for (;;) {
        await turn();
        const next = Math.min(target, ...sleepers.map((sleeper) => sleeper.wakeAt));
        elapsed = Math.max(elapsed, next);
        wakeDue();
        if (elapsed >= target) break;
      }
      await turn();
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        slept.push(ms);
        const onAbort = () => {
          sleepers = sleepers.filter((each) => each !== sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          wakeAt: elapsed + Math.max(0, ms),
          wake: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        sleepers.push(sleeper);
        if (auto) void jumpToNext();
      });
    },
  };
}

/** The same bytes for the same seed (mulberry32). */
export function seededRandom(seed = 1): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { bytes: (size) => Uint8Array.from({ length: size }, () => next() & 0xff), fraction: () => next() / 2 ** 32 };
}
