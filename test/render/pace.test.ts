import { expect, test } from 'vitest';
import { FRAME_MS, type Pace, paced } from '../../src/render/pace.js';
import { manualClock } from '../support/clock.js';

const PICTURES_A_SECOND = 30;

/** Asks for a picture every 3 ms for five seconds. @returns when each was painted, the first before anything was asked for */
async function burst(pacing: (paint: () => void, clock: ReturnType<typeof manualClock>, closed: AbortSignal) => Pace): Promise<number[]> {
  const clock = manualClock({ auto: false });
  const closed = new AbortController();
  const painted = [clock.monotonic()];
  const pace = pacing(() => painted.push(clock.monotonic()), clock, closed.signal);
  for (let at = 0; at < 5_000; at += 3) {
    pace.draw();
    await clock.advance(3);
  }
  closed.abort();
  pace.draw();
  pace.now();
  return painted;
}

/** The most pictures that any second holds. */
const most = (painted: readonly number[]): number =>
  Math.max(...painted.map((from) => painted.filter((at) => at >= from && at < from + 1_000).length));

test('a burst is painted at most 30 times in any second, and goes on being painted', async () => {
  const painted = await burst(paced);
  expect(most(painted)).toBeLessThanOrEqual(PICTURES_A_SECOND);
  const gaps = painted.slice(2, -1).map((at, index) => at - (painted[index + 1] as number));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(FRAME_MS + 3);
});

test('without a pace there are more', async () => {
  const painted = await burst((paint) => ({ draw: paint, now: paint }));
  expect(most(painted)).toBeGreaterThan(PICTURES_A_SECOND);
});

test('a timer that is early is asked again: the picture waits', async () => {
  const clock = manualClock({ auto: false });
  const painted: number[] = [];
  const early = { ...clock, sleep: (ms: number, signal?: AbortSignal) => clock.sleep(Math.max(1, ms - 1), signal) };
  const pace = paced(() => painted.push(clock.monotonic()), early, new AbortController().signal);
  pace.draw();
  pace.draw();
  await clock.advance(FRAME_MS - 1);
  expect(painted).toEqual([0]);
  await clock.advance(1);
  expect(painted).toEqual([0, FRAME_MS]);
});
