import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/runs/events.js';
import { emptyHistories, type Harm, type HistoryTally, runHistory } from './histories.js';

/** Of all releases the same ones; `npm run torture` draws others. */
const FIRST_SEED = 1;
const COUNT = 2_000;

async function histories(count: number, harm?: Harm): Promise<HistoryTally> {
  const tally = emptyHistories();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + count; seed++) await runHistory(seed, tally, harm);
  return tally;
}

test(`F23 R4 ${COUNT} lives of runs, a third of the reads failing: the right verdict, everything told once and in order, and in time`, async () => {
  const { broken, failedReads, reads, resumed, events } = await histories(COUNT);
  expect(broken, 'replay one with `npm run torture -- --only histories --replay SEED`').toEqual([]);
  expect(failedReads / reads).toBeGreaterThan(0.3);
  expect(resumed).toBeGreaterThan(COUNT / 10);
  expect(events).toBeGreaterThan(20 * COUNT);
}, 600_000);

test('a life is the same for the same seed', async () => {
  const told: string[][] = [[], []];
  for (const lines of told) await runHistory(24, emptyHistories(), undefined, (line) => lines.push(line));
  expect(told[0]?.length).toBeGreaterThan(5);
  expect(told[0]).toEqual(told[1]);
});

const replaced = (events: readonly RunEvent[], index: number, ...by: RunEvent[]): RunEvent[] => [
  ...events.slice(0, index),
  ...by,
  ...events.slice(index + 1),
];
const at = (events: readonly RunEvent[], isIt: (event: RunEvent) => boolean): number => Math.max(0, events.findLastIndex(isIt));
const isItem = ({ type }: RunEvent) => type === 'action' || type === 'step' || type === 'block';

test.each<[string, Harm, RegExp]>([
  [
    'a watch that the network ends',
    (events) => {
      const cut = events.findIndex(({ type }) => type === 'retrying');
      const last = events.at(-1) as Extract<RunEvent, { type: 'result' }>;
      return cut < 0 ? [...events] : [...events.slice(0, cut), { ...last, seq: cut + 1, status: 'running', exit_code: 3 }];
    },
    /the end was/,
  ],
  [
    'a verdict of another status',
    (events) => events.map((event) => (event.type === 'result' ? { ...event, exit_code: 0 } : event)),
    /the end/,
  ],
  [
    'an event that is told twice',
    (events) => replaced(events, at(events, isItem), ...Array(2).fill(events[at(events, isItem)])),
    /came after/,
  ],
  ['an event that is left out', (events) => replaced(events, at(events, isItem)), /never told/],
  [
    'events in the order of nothing',
    (events) => [...events.slice(0, -1).reverse(), ...events.slice(-1)],
    /came after|came too late|statuses/,
  ],
  [
    'a verdict that is a minute late',
    (events) => events.map((event) => (event.type === 'result' ? { ...event, at: event.at + 60_000 } : event)),
    /late/,
  ],
])('%s would be noticed', async (_, harm, how) => {
  const { broken } = await histories(60, harm);
  expect(broken.map((each) => each.how).join('\n')).toMatch(how);
});
