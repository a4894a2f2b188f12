import { expect, test } from 'vitest';
import { faultServer } from '../support/faultServer.js';
import { tempFolder } from '../support/io.js';
import { hasStrace, killStart } from '../torture/killPoints.js';

// From the key and the entry over the lock and `sent` to `acked`: a sample of each call; `npm run torture` takes all.
const POINTS: readonly (readonly [string, number])[] = [
  ['fsync', 1],
  ['fsync', 3],
  ['link', 2],
  ['unlink', 2],
  ['link', 3],
  ['rename', 1],
  ['fsync', 6],
  ['fsync', 7],
  ['rename', 2],
  ['fsync', 8],
  ['unlink', 4],
];

test.skipIf(!hasStrace()).each(POINTS)(
  'F36 killed at %s %d: the run is found, or there is none',
  async (syscall, n) => {
    expect(await killStart(await faultServer(), tempFolder(), syscall, n)).toBe(true);
  },
  20_000,
);

test.skipIf(!hasStrace())('F36 a run that is in no journal would be noticed', async () => {
  const [last, count] = POINTS.at(-2) as (typeof POINTS)[number];
  const start = killStart(await faultServer(), tempFolder(), last, count, tempFolder());
  await expect(start).rejects.toThrow('is lost');
});
