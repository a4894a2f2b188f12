import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { type FakeSkyvern, fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder, testIo } from '../support/io.js';
import { memoryKeychain, noKeychain, type SkyvernOptions, skyvern } from '../support/skyvern.js';

/** With a server in the environment and no key there. */
const auth = (api: FakeSkyvern, line: string | string[], options: SkyvernOptions = {}) =>
  skyvern(api, line, { ...options, env: { SKYVERN_API_KEY: undefined, ...options.env } });

const keyFile = (text: string): string => {
  const file = join(tempFolder(), 'key.txt');
  writeFileSync(file, text);
  return file;
};
const textOf = (folder: string): string =>
  (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

test('login checks the key with the server, keeps it in a 0600 file where there is no keychain, and says so', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-77' });
  const { code, io } = await auth(api, ['auth', 'login', '--api-key-file', keyFile('key-77\n')]);
  expect([code, io.stdout.text()]).toEqual([
    0,
    `logged in to ${api.url} as o_500000000000000001; the key is in ${io.home}/config/keys.json\n`,
  ]);
  expect(io.stderr.text()).toContain('notice: the key is in a file, not in a keychain');
  expect(statSync(join(io.home, 'config/keys.json')).mode & 0o777).toBe(0o600);
  const later = await auth(api, 'run list', { home: io.home });
  expect(later.code).toBe(0);
  expect(api.requests.at(-1)?.headers['x-api-key']).toBe('key-77');
});

test('login reads standard input, keeps the key in the keychain that answers, and no file holds it', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-77' });
  const { kept, keychain } = memoryKeychain();
  const { code, io } = await auth(api, 'auth login --api-key-file - --json', { stdin: '\uFEFF"key-77"\r\n', keychain });
  expect([code, io.stdout.json()]).toEqual([
    0,
    [{ profile: 'default', server: api.url, organization_id: 'o_500000000000000001', kept_in: 'keychain' }],
  ]);
  expect([...kept.values()]).toEqual(['key-77']);
  expect(textOf(io.home)).not.toContain('key-77');
  expect((await auth(api, 'auth status', { home: io.home, keychain })).io.stdout.text()).toContain('key\tfrom keychain\n');
  await auth(api, 'auth logout', { home: io.home, keychain });
  expect(kept.size).toBe(0);
});

test('on a terminal the key is typed and not shown', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-77' });
  const io = testIo({ SKYVERN_BASE_URL: api.url }, { tty: true });
  const world = { clock: manualClock(), random: seededRandom(), keychain: noKeychain };
  const ran = main(['auth', 'login'], io, new AbortController().signal, world);
  await io.stderr.seen(/API key \(not shown\): /);
  io.stdin.write('key-77\r');
  expect(await ran).toBe(0);
  expect(io.stdout.text() + io.stderr.text()).not.toContain('key-77');
});

test.each<[string, string[], SkyvernOptions, number, RegExp]>([
  ['a key that the server refuses', ['--api-key-file', '-'], { stdin: 'wrong' }, 4, /refused the key/],
  ['nobody to ask', [], {}, 2, /there is no key\nhint: add --api-key-file FILE/],
  ['--no-input on a terminal', ['--no-input'], { tty: true }, 2, /there is no key/],
  ['a file that is not there', ['--api-key-file', '/nowhere/key'], {}, 2, /There is no file/],
  ['A25 a key with a line break in it', ['--api-key-file', '-'], { stdin: 'a\r\nx-evil: 1' }, 4, /holds spaces, line breaks/],
  ['an empty key', ['--api-key-file', '-'], { stdin: '\n' }, 4, /is empty/],
  [
    'A20 a server in plain http elsewhere',
    ['--api-key-file', '-', '--base-url', 'http://skyvern.example'],
    { stdin: 'k' },
    2,
    /--insecure-http/,
  ],
  [
    'the embedded server',
    ['--api-key-file', '-', '--profile', 'local'],
    { stdin: 'k', env: { SKYVERN_BASE_URL: undefined } },
    2,
    /makes its own key/,
  ],
])('login: %s: nothing is stored', async (_, more, options, exit, words) => {
  const { code, io } = await auth(await fakeSkyvern(), ['auth', 'login', ...more], options);
  expect(code).toBe(exit);
  expect(io.stderr.text()).toMatch(words);
  expect(readdirSync(io.home)).toEqual([]);
});

test('A26 a key on the command line is no flag', async () => {
  const { code, io } = await auth(await fakeSkyvern(), 'auth login --api-key key-77');
  expect(code).toBe(2);
  expect(io.stderr.text()).not.toContain('key-77');
});

test('a server that is down stores nothing', async () => {
  const api = await fakeSkyvern();
  await api.close();
  const { code, io } = await auth(api, 'auth login --api-key-file -', { stdin: 'key-77' });
  expect(code).toBe(3);
  expect(readdirSync(io.home)).toEqual([]);
});

test('a profile is made for a server by logging in there, and its key goes nowhere else', async () => {
  const [work, other] = [await fakeSkyvern({ apiKey: 'key-work' }), await fakeSkyvern()];
  const none = { SKYVERN_BASE_URL: undefined };
  const login = ['auth', 'login', '--profile', 'work', '--base-url', work.url, '--api-key-file', '-'];
  const { code, io } = await auth(work, login, { stdin: 'key-work', env: none });
  expect(code).toBe(0);
  const { home } = io;
  const status = await auth(work, 'auth status --profile work --json', { home, env: none });
  expect(status.io.stdout.json()[0]).toMatchObject({ profile: 'work', server: work.url, organization_name: 'Fake' });
  await auth(other, 'run list --profile work', { home, env: { SKYVERN_BASE_URL: other.url } });
  expect(other.requests.map(({ headers }) => headers['x-api-key'])).toEqual([undefined]); // A19; a server here may need none
  const elsewhere = await auth(other, 'run list --profile work', { home, env: { SKYVERN_BASE_URL: 'https://skyvern.invalid' } });
  expect(elsewhere.code).toBe(4);
  expect(elsewhere.io.stderr.text()).toContain(`the stored key belongs to ${work.url}, and is not sent to https://skyvern.invalid`);
});

test('status says whose key it is and where it comes from; a refused one is 4', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-77' });
  const { code, io } = await skyvern(api, 'auth status');
  expect([code, io.stdout.text()]).toEqual([
    0,
    `profile\tdefault\nserver\t${api.url}\nkey\tfrom SKYVERN_API_KEY\naccount\tFake (o_500000000000000001)\n`,
  ]);
  expect((await skyvern(api, 'auth status', { env: { SKYVERN_API_KEY: 'old' } })).code).toBe(4);
  const none = await auth(api, 'auth status', { env: { SKYVERN_BASE_URL: 'https://skyvern.invalid' } });
  expect(none.code).toBe(4);
  expect(none.io.stderr.text()).toMatch(/`skyvern auth login` stores one/);
});

test('logout forgets the key of one profile', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-77' });
  const { io } = await auth(api, 'auth login --api-key-file -', { stdin: 'key-77' });
  const { home } = io;
  expect((await auth(api, 'auth logout', { home })).io.stdout.text()).toBe(`forgot the key of ${api.url}\n`);
  expect(textOf(home)).not.toContain('key-77');
  expect((await auth(api, 'auth logout --json', { home })).io.stdout.json()).toEqual([
    { profile: 'default', forgotten: false, server: null },
  ]);
});

test('A32 a keychain that no longer answers: the key that is in it is not lost silently', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-77' });
  const { keychain } = memoryKeychain();
  const { io } = await auth(api, 'auth login --api-key-file -', { stdin: 'key-77', keychain });
  const gone = await auth(api, 'auth logout', { home: io.home });
  expect(gone.code).toBe(17);
  expect(gone.io.stderr.text()).toContain(`the keychain may still have the key of ${api.url}`);
});
