import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedactor } from '../../src/engine/redact.js';
import { checkSchema, schemaFaults } from '../../src/engine/schema.js';

test('a secret is in no cleaned text, plain or as a form or an address writes it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(secret.trim() === secret && !'*****'.includes(secret));
      const { text } = createRedactor([secret]);
      const form = new URLSearchParams({ v: secret }).toString().slice(2);
      for (const spelling of [secret, encodeURIComponent(secret), form]) {
        const clean = text(`${before}\u0000${spelling}\u0000${after}`);
        expect(clean.split('\u0000')[1]?.includes(spelling) ?? false).toBe(false);
      }
    }),
  );
});

const SECRET = 'Tr0ub4dor&3 <x>';

test.each<[string, string, string]>([
  ['as it is', SECRET, '*****'],
  ['in capitals', SECRET.toUpperCase(), '*****'],
  ['with letters apart', [...SECRET].join(' '), '*****'],
  ['with invisible signs between', [...SECRET].join('\u200b'), '*****'],
  ['backwards', [...SECRET].reverse().join(''), '*****'],
  ['in HTML', 'Tr0ub4dor&amp;3 &lt;x&gt;', '*****'],
  ['in JSON', JSON.stringify({ pw: SECRET }), '{"pw":"*****"}'],
  ['in hex', Buffer.from(SECRET).toString('hex'), '*****'],
])('A54 a secret that a page shows %s is hidden', (_, written, hidden) => {
  expect(createRedactor([SECRET]).text(`before ${written} after`)).toBe(`before ${hidden} after`);
});

test.each(['', 'a', 'me', 'me:', '{"user":"x"}'])(
  'A54 a secret in base64 after %j is hidden but for the letters that it shares with it',
  (before) => {
    const { text } = createRedactor([SECRET]);
    for (const after of ['', '!', '"}']) {
      const bytes = Buffer.from(`${before}${SECRET}${after}`);
      const shared = Math.ceil((before.length * 8) / 6);
      for (const written of [bytes.toString('base64'), bytes.toString('base64url')]) {
        const [left, right, ...more] = text(written).split('*****');
        expect([left, more]).toEqual([written.slice(0, shared), []]);
        expect(right?.replace(/=+$/, '').length).toBeLessThanOrEqual(Math.ceil((after.length * 8) / 6) + 1);
      }
    }
  },
);

/** A key as it stands in a file: long, of many lines, indented. */
const KEY = Array.from(
  { length: 60 },
  (_, line) => `    ${Buffer.from(`line ${line} of a private key, 48 bytes long ${line}`).toString('base64')}`,
).join('\n');

test.each<[string, string]>([
  ['as it is', KEY],
  ['on one line', KEY.replaceAll('\n', ' ')],
  ['in JSON', JSON.stringify(KEY).slice(1, -1)],
  ['with a line of the page between', KEY.replaceAll('\n', '\n\n\n\n\n\n')],
])('a secret of four thousand letters is hidden %s, and takes no time', (_, written) => {
  const { text } = createRedactor([KEY]);
  const shown = text(`${'a page '.repeat(100_000)}[${written}]`);
  expect(shown.slice(-20).replace(/\s+/g, '')).toMatch(/page\[\*{5}\]$/);
});

test('so is one among letters of four bytes, and twice', () => {
  const { text } = createRedactor([KEY]);
  const shown = text(`𝒜 ${KEY.toUpperCase()}𝒜${KEY} 𝒜`);
  expect(shown.replace(/\s+/g, ' ')).toBe('𝒜 *****𝒜 ***** 𝒜');
});

test('a page that begins like a secret with many spaces does not hold anything up', () => {
  const { text } = createRedactor([`pass${' '.repeat(24)}word`]);
  const page = `pass${' '.repeat(90)}x`.repeat(1_000);
  expect(text(page)).toBe(page);
});

test('capitals of other alphabets, and letters that become two', () => {
  const { text } = createRedactor(['Straße-Ὀδυσσεύς']);
  expect(text('x STRASSE-ὈΔΥΣΣΕΎΣ y')).toBe('x ***** y');
});

test('what is no secret stays: words with its letters, and other numbers', () => {
  const { text } = createRedactor(['123456', 'correct horse']);
  for (const each of ['1234 56 is a number', 'a correct answer', 'horse', '12345', 'MTIzNDU2']) expect(text(each)).not.toBe('');
  expect(text('a correct answer on a horse, 12345 and 23456')).toBe('a correct answer on a horse, 12345 and 23456');
});

test('a short secret is hidden where it is the whole text or a value in an address, and does not eat other words', () => {
  const { text, deep } = createRedactor(['a']);
  expect(text('banana')).toBe('banana');
  expect(text('http://x.test/?pw=a&q=banana')).toBe('http://x.test/?pw=*****&q=banana');
  expect(deep({ a: ['a', 'b', { c: 'a' }], n: 1 })).toEqual({ '*****': ['*****', 'b', { c: '*****' }], n: 1 });
});

test.each([
  [{ type: 'object' }],
  ['{"type":"object"}'],
  [{ $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'string' }] }],
  [{ type: 'string', format: 'phone', 'x-note': 1 }],
])('schema %j can be enforced', (schema) => {
  expect(checkSchema(schema)).toBeNull();
});

test.each([[{ type: 'strin' }], ['the price'], [['price']], [null], [{ $ref: '#/nowhere' }], [3]])('schema %j is refused', (schema) => {
  expect(checkSchema(schema)).toMatch(/\w/);
});

test('what does not hold is told with its place', () => {
  const schema = { type: 'object', properties: { price: { type: 'number' } }, required: ['price', 'name'] };
  expect(schemaFaults(schema, { price: '€3' })).toEqual(["output must have required property 'name'", 'output/price must be number']);
});
