/** The only file that asks what time it is. */
export interface Clock {
  /** Wall time, milliseconds since the Unix epoch. It may jump: never measure a wait with it. */
  now(): number;
  /** Monotonic milliseconds since some fixed moment: what durations and deadlines are measured with. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with `signal.reason` as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    for (let left = ms; ; left -= LONGEST_TIMER_MS) {
      await timer(Math.min(left, LONGEST_TIMER_MS), signal);
      if (!(left > LONGEST_TIMER_MS)) return;
    }
  },
};

/** 24 days: a timer that is given more fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const timer = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timeout);
      reject(signal?.reason);
    };
    const timeout = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
