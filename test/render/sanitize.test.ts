import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableEvent, safeJson } from '../../src/render/sanitize.js';
import { story } from './story.js';

/** What no terminal, and no reader, may get from us: C0 but a line feed, DEL, C1, bidi, invisible, tags, lone surrogates. */
const UNSAFE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]|[\ud800-\udfff]/u;

test.each([
  ['plain text stays', 'Über 日本語 👩‍💻 é', 'Über 日本語 👩‍💻 é'],
  ['a title sequence', '\u001b]0;pwn\u0007', '␛]0;pwn␇'],
  ['A05 C1 controls', '\u009b2J\u009d', '<U+009B>2J<U+009D>'],
  ['one field is one line', 'x\n✓ run completed\r\n', 'x␊✓ run completed␍␊'],
  ['A09 bidi', 'a\u202eb', 'a<U+202E>b'],
  ['A09 zero width', 'a\u200bb\u200dc', 'a<U+200B>b<U+200D>c'],
  ['A09 tags', 'a\u{e0041}', 'a<U+E0041>'],
  ['a lone surrogate', 'a\ud800b', 'a<U+D800>b'],
  ['a tab is a space', 'a\tb', 'a b'],
  ['a combining-mark bomb', `e${'\u0301'.repeat(50)}x`, `e${'\u0301'.repeat(4)}x`],
  ['A12 a workflow command', '  ::add-mask::x', '  \\::add-mask::x'],
  ['another form of it', '##[error]x', '##\\[error]x'],
  ['another form of it, which counts anywhere in a line', 'a ##[add-mask]x', 'a ##\\[add-mask]x'],
])('%s', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('text that may fill several lines keeps its line feeds only', () => {
  expect(printable('a\r\nb\rc\n::set-env name=x', { newlines: true })).toBe('a\nb␍c\n\\::set-env name=x');
});

test('long text is cut with the number of what is missing, never inside a character', () => {
  expect(printable('abcdef', { maxLength: 4 })).toBe('abcd… (2 more characters)');
  expect(printable('abc😀def', { maxLength: 4 })).toBe('abc… (5 more characters)');
});

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\u001b', '\u009b', '\u0007', '\r', '\n', '[', ']', '\u202e', '\ud800'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

test('nothing unsafe comes out, whatever goes in', () => {
  fc.assert(
    fc.property(hostile, (text) => !UNSAFE.test(printable(text)) && !printable(text).includes('\n')),
    { numRuns: 20_000, seed: 1 },
  );
});

test('every text at any depth of an event is made printable, and its shape stays', () => {
  const [first] = story();
  const event = JSON.parse(JSON.stringify(first), (_key, value) => (typeof value === 'string' ? `${value}\u001b[2J` : value));
  const shown = printableEvent({ ...event, run: { ...event.run, 'a\u001bkey': [[{ deep: 'x\u009b' }]] } });
  expect(JSON.stringify(shown)).not.toMatch(UNSAFE);
  expect(JSON.stringify(shown)).not.toContain('\\u001b');
  expect(shown).toMatchObject({ seq: 1, run: { 'a␛key': [[{ deep: 'x<U+009B>' }]] } });
});

test('an event a million levels deep and a million entries wide is cut, not followed', () => {
  let deep: unknown = 'x';
  for (let level = 0; level < 1_000_000; level++) deep = [deep];
  const [event] = story();
  const wide = Array.from({ length: 1_000_000 }, () => 'x');
  const shown = JSON.stringify(printableEvent({ ...event, output: deep, wide } as never));
  expect(shown).toContain('deeper');
  expect(shown.length).toBeLessThan(100_000);
  expect(() => JSON.parse(safeJson({ deep }))).not.toThrow();
});

test('JSON is the same data and harmless on a terminal', () => {
  const value = { text: 'a\u001b]0;x\u0007\u009b\u202e\u2028\u200d\u{e0041}\ud800', list: ['\u007f', { '\u009d': 1 }] };
  for (const indent of [undefined, 2]) {
    expect(safeJson(value, indent)).not.toMatch(UNSAFE);
    expect(JSON.parse(safeJson(value, indent))).toEqual(value);
  }
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (data) => JSON.stringify(JSON.parse(safeJson(data))) === JSON.stringify(data)),
    { seed: 1 },
  );
});
