import { expect, test } from 'vitest';
import { controlsIn, emptyHostile, readPacket, runPacket } from './hostileTexts.js';

const TEXTS = 1_000_000;
const READ = 2_000;
/** One packet in so many is drawn by Ink as well. */
const DRAWN = 100;

test(`S1 A01 to A10: of ${TEXTS} hostile texts no control character comes out but our own`, async () => {
  const tally = emptyHostile();
  for (let seed = 1; tally.texts < TEXTS; seed++) await runPacket(seed, tally, { draws: seed % DRAWN === 0 });
  expect(tally.broken.slice(0, 20)).toEqual([]);
  expect(tally.drawn).toBeGreaterThan(TEXTS / DRAWN / 2);
  expect(tally.bytes).toBeGreaterThan(20 * TEXTS);
}, 900_000);

test(`S1 A01 to A10: ${READ} of them, read by a terminal, do nothing to it`, async () => {
  const tally = emptyHostile();
  for (let seed = 1; tally.texts < READ; seed++) await readPacket(seed, tally);
  expect(tally.broken).toEqual([]);
}, 300_000);

test('without the guard the same texts do: both checks would notice', async () => {
  const [shown, read] = [emptyHostile(), emptyHostile()];
  for (let seed = 1; seed <= 10; seed++) {
    await runPacket(seed, shown, { guarded: false });
    await readPacket(seed, read, false);
  }
  expect(new Set(shown.broken.map(({ seed }) => seed)).size).toBe(10);
  expect(read.broken.map(({ how }) => how).join(' ')).toMatch(/title/);
  expect(read.broken.map(({ how }) => how).join(' ')).toMatch(/reply/);
});

test.each([
  ['a colour of ours', '\u001b[31mred\u001b[39m', true],
  ['a colour of somebody else', '\u001b[41mred', false],
  ['a link to the web', '\u001b]8;;https://x.example\u0007x\u001b]8;;\u0007', true],
  ['another link', '\u001b]8;;javascript:x\u0007x', false],
  ['the scrollback is erased', '\u001b[3J\u001b[?1049h', false],
  ['a character that turns the line round', 'a\u202eb', false],
])('%s', (_, text, isOurs) => {
  expect(controlsIn(text).length === 0).toBe(isOurs);
});
