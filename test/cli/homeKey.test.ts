/** The key in the environment is that of the server which the settings name: a run that lives elsewhere does not take it along. */
import { expect, test } from 'vitest';
import { readApiKey, resolveSettings } from '../../src/config/settings.js';
import { paths } from '../../src/paths.js';
import { manualClock } from '../support/clock.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { faultServer } from '../support/faultServer.js';
import { testIo } from '../support/io.js';
import { noKeychain, skyvern } from '../support/skyvern.js';

const START = ['task', 'run', '--prompt', 'Get the title', '--url', 'https://x.example'];

test('a run is asked about at its own server with the key that started it, and never with that of another server', async () => {
  const home = await fakeSkyvern({ apiKey: 'key-of-home' });
  const other = await fakeSkyvern({ apiKey: 'key-of-other' });
  const { home: folder } = testIo();
  const runId = (await skyvern(home, START, { home: folder })).io.stdout.text().trim();
  let asked = 0;
  /** Of the requests since the last look, each once. */
  const keys = () => {
    const news = home.requests.slice(asked).map(({ headers }) => headers['x-api-key']);
    asked = home.requests.length;
    return [...new Set(news)];
  };
  expect(keys()).toEqual(['key-of-home']);

  for (const line of [`run get ${runId}`, 'run get @last', `run cancel ${runId}`, `run watch ${runId}`]) {
    await skyvern(other, line, { home: folder });
    expect(keys()).toEqual([undefined]);
  }
  // The same key in the environment of another address: it is known to have started the run.
  expect((await skyvern({ url: other.url, apiKey: 'key-of-home' }, `run get ${runId}`, { home: folder })).code).toBe(0);
  expect(keys()).toEqual(['key-of-home']);
  // Named for this call, it goes where the call goes.
  await skyvern(other, `run get ${runId} --base-url ${home.url}`, { home: folder });
  expect(keys()).toEqual(['key-of-other']);
  expect(other.requests).toEqual([]);
});

test('what is left behind at one server is not looked for there with the key of another', async () => {
  const clock = manualClock();
  const server = await faultServer({ now: () => clock.now() });
  const other = await fakeSkyvern({ apiKey: 'key-of-other' });
  const { home } = testIo();
  server.on('POST /v1/run/tasks', { kind: 'reset', made: false });
  expect((await skyvern({ url: server.url, apiKey: 'key-of-home' }, START, { home, clock })).code).toBe(7);
  const before = server.headers.length;
  await skyvern(other, 'run recover', { home, clock });
  const later = server.headers.slice(before).map((headers) => headers['x-api-key']);
  expect(later.length).toBeGreaterThan(0);
  expect(later.every((key) => key === undefined)).toBe(true);
});

test('where a key is needed, that it is kept back is said, with what to type', async () => {
  const io = testIo({ SKYVERN_API_KEY: 'key-of-other' });
  const settings = resolveSettings({ io, paths: paths(io), flags: { baseUrl: 'https://home.example' } });
  const ask = (isMeant: (key: string) => boolean) => readApiKey({ io, paths: paths(io), settings, keychain: noKeychain, isMeant });
  await expect(ask((key) => key !== 'key-of-other')).rejects.toMatchObject({
    exitCode: 4,
    code: 'key_of_other_server',
    message: 'the key in SKYVERN_API_KEY is not known to belong to https://home.example, and is not sent there',
    hint: 'add `--base-url https://home.example` where it does, or log in there: `skyvern auth login --base-url https://home.example`',
  });
  expect(await ask(() => true)).toMatchObject({ value: 'key-of-other' });
});
