import { expect, test } from 'vitest';
import { Afterwork } from '../../src/engine/afterwork.js';
import { manualClock } from '../support/clock.js';

test('work that never ends is told to, and holds up nothing that comes after it', async () => {
  const afterwork = new Afterwork(manualClock());
  const stopped = Promise.withResolvers<unknown>();
  const next = Promise.withResolvers<string>();
  afterwork.add(
    (signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => stopped.resolve(signal.reason));
      }),
  );
  afterwork.add(async () => next.resolve('done'));
  expect(await next.promise).toBe('done');
  expect(await stopped.promise).toMatchObject({ message: 'it took too long' });
});
