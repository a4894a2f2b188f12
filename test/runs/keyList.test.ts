/** What a view holds its items in: whatever is added later, a view stays as it was. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkedMap } from '../../src/runs/chunkedMap.js';
import { KeyList } from '../../src/runs/keyList.js';

const HISTORIES = 2_000;
/** Each step goes on from any state there was, not only from the newest. */
const steps = fc.array(fc.record({ from: fc.nat(), at: fc.nat(), key: fc.integer({ min: 0, max: 30 }) }), { maxLength: 40 });

test('a list of keys is what an array would be, in every state that it ever had', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const states: [KeyList, readonly string[]][] = [[new KeyList(), []]];
      for (const { from, at, key } of history) {
        const [list, array] = states[from % states.length]!;
        // Half of all is added at the end, as histories are.
        const index = at % 2 === 0 ? array.length : at % (array.length + 1);
        states.push([list.inserted(index, `k${key}`), array.toSpliced(index, 0, `k${key}`)]);
      }
      for (const [list, array] of states) {
        expect(list.all).toEqual(array);
        expect([list.length, list.at(array.length), list.at(0)]).toEqual([array.length, undefined, array[0]]);
      }
    }),
    { numRuns: HISTORIES, seed: 1 },
  );
});

test('a map is what a map would be, in every state that it ever had', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const states: [ChunkedMap<number>, ReadonlyMap<string, number>][] = [[new ChunkedMap(), new Map()]];
      for (const { from, at, key } of history) {
        const [map, plain] = states[from % states.length]!;
        states.push([map.with(`k${key}`, at), new Map(plain).set(`k${key}`, at)]);
      }
      for (const [map, plain] of states) {
        expect(map.size).toBe(plain.size);
        for (let key = 0; key <= 30; key++)
          expect([map.get(`k${key}`), map.has(`k${key}`)]).toEqual([plain.get(`k${key}`), plain.has(`k${key}`)]);
      }
    }),
    { numRuns: HISTORIES, seed: 1 },
  );
});

/** Processor time of building a list and a map of so many keys, in milliseconds. */
function costOf(count: number): number {
  const before = process.cpuUsage();
  let [list, map] = [new KeyList(), new ChunkedMap<number>()];
  for (let key = 0; key < count; key++) {
    list = list.inserted(list.length, `wrb_${key}`);
    map = map.with(`wrb_${key}`, key);
  }
  expect([list.length, map.size]).toEqual([count, count]);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

test('F65 ten times as many items cost about ten times as much, not a hundred times', () => {
  costOf(20_000);
  expect(costOf(200_000) / costOf(20_000)).toBeLessThan(50);
});
