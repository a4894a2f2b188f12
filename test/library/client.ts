import { onTestFinished } from 'vitest';
import { Skyvern, type SkyvernOptions } from '../../src/index.js';
import { type ManualClock, manualClock, seededRandom } from '../support/clock.js';

/** A client of the server on a manual clock, with nothing from the environment. */
export function clientOf(url: string, options: SkyvernOptions = {}): Skyvern {
  const client = new Skyvern({ baseUrl: url, apiKey: 'key-1', clock: manualClock(), random: seededRandom(), env: {}, ...options });
  onTestFinished(() => client.close());
  return client;
}

export const failure = (promise: PromiseLike<unknown>): Promise<Error & Record<string, unknown>> =>
  Promise.resolve(promise).then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error,
  );

/** What a call that waits for real answers gives, on a clock that would otherwise jump to its time limit. */
export async function meanwhile<T>(clock: ManualClock, promise: PromiseLike<T>): Promise<T> {
  let open = true;
  const done = Promise.resolve(promise).finally(() => {
    open = false;
  });
  done.catch(() => {});
  while (open) await clock.advance(250);
  return done;
}
