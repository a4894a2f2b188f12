import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/client/json.js';
import { maskSecrets, redactor } from '../../src/client/redact.js';
import { backoffMs, RetryBudget, retryAfterMs } from '../../src/client/retry.js';
import { isLoopback, parseBaseUrl } from '../../src/origin.js';

const GOOD: readonly (readonly [string, string])[] = [
  ['https://api.skyvern.com', 'https://api.skyvern.com/'],
  [' https://api.skyvern.com/ ', 'https://api.skyvern.com/'],
  ['https://api.skyvern.com/v1', 'https://api.skyvern.com/'],
  ['https://api.skyvern.com/api/v1/', 'https://api.skyvern.com/'],
  ['https://host.example:8443/skyvern/', 'https://host.example:8443/skyvern'],
  ['HTTPS://API.Skyvern.com:443', 'https://api.skyvern.com/'],
  ['http://localhost:8000', 'http://localhost:8000/'],
  ['http://[::1]:8000', 'http://[::1]:8000/'],
  ['https://xn--bcher-kva.example', 'https://xn--bcher-kva.example/'],
  ['localhost:8000', 'http://localhost:8000/'],
  ['localhost', 'http://localhost/'],
  ['127.0.0.1:8000/v1', 'http://127.0.0.1:8000/'],
  ['[::1]:8000', 'http://[::1]:8000/'],
];
test.each(GOOD)('A21 %s is the server %s', (text, href) => {
  expect(parseBaseUrl(text).href).toBe(href);
});

const BAD = [
  '',
  'api.skyvern.com',
  '//api.skyvern.com',
  'ftp://x',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'https://',
  'https:///x',
  'https:/x.example',
  'https:\\\\x.example',
  'https://user@x.example',
  'https://user:pw@x.example',
  'https://api.skyvern.com@evil.example',
  'https://api.skyvern.com\\@evil.example',
  'https://x.example\\.evil.example',
  'https://x.example?key=1',
  'https://x.example#a',
  'https://x.example/a?b',
  'https://x .example',
  'https://x.example\n',
  'https://x\t.example',
  'https://x.example\u0000',
  'http://127.1',
  'http://0x7f.1',
  'http://0x7f000001',
  'http://2130706433',
  'http://017700000001',
  'http://127.0.0.1.',
  'http://localhost.',
  'https://api.skyvern.com.',
  'http://１２７.0.0.1',
  'http://localhost。evil.example',
  'https://api。skyvern.com',
  'https://ａｐｉ.skyvern.com',
  'https://bücher.example',
  'https://api%2eskyvern.com',
  'http://[::ffff:127.0.0.1]',
  'http://[0:0:0:0:0:0:0:1]',
  'https://x.example:99999',
  'https://x.example:port',
  'https://[::1',
  'https://a b',
  'https://x..example/\u202e',
  'http://loca\u00adlhost',
  'localhost.evil.example:8000',
  'localhost@evil.example',
  'localhost:8000@evil.example',
  'localhost:pw@evil.example/v1',
  '127.0.0.1.evil.example',
  '127.1:8000',
  '10.0.0.1:8000',
].filter((text) => text.trim() === text || text.includes('\t'));
test.each(BAD)('A21 %j is refused', (text) => {
  expect(() => parseBaseUrl(text)).toThrow(expect.objectContaining({ exitCode: 2, code: 'base_url' }));
});

test('a host without a scheme is shown with one; what is no host is not', () => {
  expect(() => parseBaseUrl('api.skyvern.com/v1')).toThrow(expect.objectContaining({ hint: 'write https://api.skyvern.com/v1' }));
  expect(() => parseBaseUrl('x.example@evil.example')).toThrow(expect.objectContaining({ hint: expect.stringContaining('write it like') }));
});

test('A21 whatever is accepted is read by the URL standard as the host that is written', () => {
  const piece = fc.constantFrom(
    'localhost',
    '127.0.0.1',
    'evil.example',
    '@',
    '\\',
    '/',
    '.',
    ':',
    '。',
    '%2e',
    '[::1]',
    '0x7f',
    '1',
    '?',
    '#',
    'http://',
    ' ',
    '\t',
    'a',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.constantFrom('http://', 'https://', ''), (pieces, scheme) => {
      const text = scheme + pieces.join('');
      let url: URL;
      try {
        url = parseBaseUrl(text);
      } catch {
        return;
      }
      const written = text.trim().replace(/^https?:\/\//, '');
      expect(written.toLowerCase().startsWith(url.hostname)).toBe(true);
      if (!/^https?:/.test(text.trim())) expect(isLoopback(url)).toBe(true);
      expect(url.username + url.password + url.search + url.hash).toBe('');
    }),
    { numRuns: 3_000, seed: 21 },
  );
});

test.each([
  ['http://localhost', true],
  ['http://127.0.0.1:1', true],
  ['http://127.9.8.7', true],
  ['http://[::1]', true],
  ['http://localhost.evil.example', false],
  ['http://127.0.0.1.evil.example', false],
  ['http://128.0.0.1', false],
  ['http://10.0.0.1', false],
  ['http://0.0.0.0', false],
  ['http://[::2]', false],
])('A20 %s is this machine: %s', (text, here) => {
  expect(isLoopback(new URL(text))).toBe(here);
});

test('JSON is read as JSON.parse reads it, unless an object has a key twice', () => {
  const options = { numRuns: 1_000, seed: 5 };
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
    options,
  );
  fc.assert(
    fc.property(fc.json(), fc.string(), (inner, key) => {
      const name = JSON.stringify(key);
      expect(() => parseJson(`{"a":[{${name}:1,"b":${inner},${name} :2}]}`)).toThrow(expect.objectContaining({ kind: 'duplicate' }));
    }),
    options,
  );
});

test.each([
  ['', 'empty'],
  ['  \n', 'empty'],
  ['{"a":1', 'cut'],
  ['{"a":"x', 'cut'],
  ['[1,', 'cut'],
  ['{"a"', 'cut'],
  ['{"a":tr', 'cut'],
  ['{a:1}', 'invalid'],
  ['hello', 'invalid'],
  ['{"a":1}}', 'invalid'],
])('%j is %s', (text, kind) => {
  expect(() => parseJson(text)).toThrow(expect.objectContaining({ kind }));
});

test('a key named __proto__ is data', () => {
  const value = parseJson('{"__proto__":{"x":1}}') as object;
  expect(Object.keys(value)).toEqual(['__proto__']);
  expect(({} as { x?: number }).x).toBeUndefined();
});

test('A29 echoed input is masked, its shape and all else stays', () => {
  const body = { detail: [{ loc: ['body', 'totp'], msg: 'bad', input: { code: '123456', nested: ['a', null], on: true } }] };
  expect(maskSecrets(body)).toEqual({
    detail: [{ loc: ['body', 'totp'], msg: 'bad', input: { code: '***', nested: ['***', null], on: '***' } }],
  });
});

test.each([
  ['https://x/?expiry=1&kid=k&sig=SECRET-1', 'https://x/?expiry=1&kid=k&sig=***'],
  ['https://x/?X-Amz-Signature=SECRET-1&a=2', 'https://x/?X-Amz-Signature=***&a=2'],
  ['Authorization: Bearer SECRET-1234', 'Authorization: Bearer ***'],
  ['key eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJvXzEifQ.c2ln!', 'key ***!'],
  ['http://me:SECRET-1@proxy.example:3128', 'http://me:***@proxy.example:3128'],
  ['known my-known-secret', 'known ***'],
  ['url my%20known', 'url my%20known'],
])('A30 %s is shown as %s', (text, shown) => {
  expect(redactor(['my-known-secret'])(text)).toBe(shown);
});

test('a wait is never negative, never past its cap, and grows by doubling', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, fraction) => {
      const delay = backoffMs(attempt, { bytes: () => new Uint8Array(), fraction: () => fraction });
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(Math.min(20_000, 500 * 2 ** (attempt - 1)));
    }),
  );
  fc.assert(
    fc.property(fc.string(), fc.string(), (value, date) => {
      const wait = retryAfterMs(value, date, 0);
      expect(wait === undefined || wait >= 1_000).toBe(true);
    }),
  );
});

test('the budget is spent by repeats, refilled by success, and has a floor', () => {
  const budget = new RetryBudget();
  for (let count = 0; count < 100; count++) expect(budget.take(false)).toBe(5);
  expect(budget.take(false)).toBe(0);
  budget.succeeded(10);
  expect(budget.take(true)).toBe(10);
  for (let count = 0; count < 4; count++) budget.succeeded(0);
  expect(budget.take(false)).toBe(0);
  budget.succeeded(0);
  expect(budget.take(false)).toBe(5);
});
