import { expect, test } from 'vitest';
import { emptyTally, type Negative, runWorld, STARTS_PER_WORLD, type Tally } from './faultedStarts.js';

/** Of all releases the same ones; `npm run torture` draws others. */
const FIRST_SEED = 1;
const STARTS = 5_000;

async function worlds(count: number, negative?: Negative): Promise<Tally> {
  const tally = emptyTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + count; seed++) await runWorld(seed, tally, negative);
  return tally;
}

test(`${STARTS} faulted starts: no run twice, none unreported, and who must be asked is rare`, async () => {
  const { broken, asked, duplicates, unreported, starts, byKind } = await worlds(STARTS / STARTS_PER_WORLD);
  expect(broken, 'replay one with `npm run torture -- --only starts --replay SEED`').toEqual([]);
  expect([duplicates, unreported]).toEqual([0, 0]);
  expect(starts).toBeGreaterThan(0.97 * STARTS); // some are killed before their entry is there
  const share = ({ settled, lost }: (typeof byKind)['task']) => settled / lost;
  expect(share(byKind.fenced), JSON.stringify(asked.filter(({ kind }) => kind === 'fenced'))).toBeGreaterThanOrEqual(0.999);
  expect(share(byKind.embedded)).toBeGreaterThanOrEqual(0.99);
  expect(share(byKind.workflow)).toBeGreaterThanOrEqual(0.99);
  expect(share(byKind.task)).toBeGreaterThanOrEqual(0.95);
}, 900_000);

test('a world is the same for the same seed', async () => {
  const told: string[][] = [[], []];
  for (const lines of told) await runWorld(26, emptyTally(), {}, (line) => lines.push(line));
  expect(told[0]).toHaveLength(STARTS_PER_WORLD);
  expect(told[0]).toEqual(told[1]);
}, 30_000);

test.each<[string, Negative, (tally: Tally) => number]>([
  ['a start that is sent again blindly', { blindRetry: true }, ({ duplicates }) => duplicates],
  ['a start that nobody wrote down', { forgets: true }, ({ unreported }) => unreported],
  ['starts that nobody looks for', { neverRecover: true }, ({ byKind: { task } }) => 0.95 - task.settled / task.lost],
])(
  '%s would be noticed',
  async (_, negative, harm) => {
    expect(harm(await worlds(8, negative))).toBeGreaterThan(0);
  },
  60_000,
);
