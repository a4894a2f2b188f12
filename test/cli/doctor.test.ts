import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedFileSystem } from '../../src/cli/checks.js';
import { manualClock } from '../support/clock.js';
import { type FakeSkyvern, fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder } from '../support/io.js';
import { type SkyvernOptions, skyvern } from '../support/skyvern.js';

interface Line {
  readonly check: string;
  readonly status: string;
  readonly detail: string;
  readonly hint: string;
  readonly exit_code: number;
}

/** The time of the fake; no browser, which the browser's own test starts. */
const doctor = async (api: FakeSkyvern, options: SkyvernOptions = {}, line = 'doctor --json') => {
  const ran = await skyvern(api, line, {
    clock: manualClock({ start: Date.UTC(2026, 0, 20, 11, 52, 30) }),
    ...options,
    env: { SKYVERN_BROWSER_PATH: '/nowhere/chromium', PATH: '', ...options.env },
  });
  return { ...ran, find: (check: string) => (ran.io.stdout.json()[0] as Line[]).find((each) => each.check === check) as Line };
};

test('every check is told, and the exit code is the worst', async () => {
  const api = await fakeSkyvern();
  const { code, io, find } = await doctor(api);
  expect(io.stdout.json()[0].map(({ check }: Line) => check)).toEqual([
    ...['node', 'configuration', 'on the PATH', 'key', 'server', 'proxy', 'browser', 'embedded server', 'language model', 'starts', 'disk'],
  ]);
  expect(find('key')).toEqual({
    check: 'key',
    status: 'ok',
    detail: 'from SKYVERN_API_KEY, of Fake, o_500000000000000001',
    hint: '',
    exit_code: 0,
  });
  expect(find('server')).toMatchObject({ status: 'ok', detail: `${api.url}, version 1.0.56` });
  expect(find('browser')).toMatchObject({
    status: 'failed',
    detail: expect.stringContaining('/nowhere/chromium'),
    hint: expect.stringMatching(/./),
    exit_code: 17,
  });
  expect(code).toBe(17);
  expect(io.stderr.text()).toBe('');
});

test('the disk is tried by a write as a start makes it: a home that takes none is no fine disk, whatever its free room', async () => {
  const api = await fakeSkyvern();
  const home = tempFolder();
  const fine = await doctor(api, { home });
  expect(fine.find('disk')).toMatchObject({ status: 'ok', detail: expect.stringMatching(/ MB free below /) });
  expect(readdirSync(home)).toEqual([]);
  // A file in the place of the folder: as little as root may write below it.
  writeFileSync(join(home, 'state'), '');
  const full = await doctor(api, { home });
  expect(full.find('disk')).toMatchObject({
    status: 'failed',
    exit_code: 17,
    detail: expect.stringContaining(`cannot write ${home}/state/`),
    hint: expect.stringContaining('SKYVERN_HOME'),
  });
  if (process.platform !== 'linux') return;
  const readOnly = await doctor(api, { home: '/proc/self' });
  expect(readOnly.find('disk')).toMatchObject({ status: 'failed', exit_code: 17 });
});

test('for people: one line a check, and under a red one what to type', async () => {
  const { io } = await doctor(await fakeSkyvern(), { env: { SKYVERN_API_KEY: 'old' } }, 'doctor');
  expect(io.stdout.text()).toMatch(/^FAILED {2}key {14}http\S+ refused the key: .*\n {25}check that the key in SKYVERN_API_KEY/m);
  expect(io.stdout.text()).toMatch(/^ok {6}embedded server {2}not running/m);
  expect(io.stdout.text()).not.toContain('old');
});

test.each<[string, string, SkyvernOptions, Partial<Record<keyof Line, unknown>>]>([
  ['a refused key', 'key', { env: { SKYVERN_API_KEY: 'old' } }, { status: 'failed', exit_code: 4 }],
  [
    'no key for a server elsewhere',
    'key',
    { env: { SKYVERN_API_KEY: undefined, SKYVERN_BASE_URL: 'https://skyvern.invalid' } },
    { status: 'failed', exit_code: 4, hint: expect.stringContaining('`skyvern auth login`') },
  ],
  [
    'a server that is down',
    'server',
    { env: { SKYVERN_BASE_URL: 'http://127.0.0.1:1' } },
    { status: 'failed', exit_code: 3, detail: expect.stringContaining('no server listens') },
  ],
  ['a profile that is not there', 'key', { env: { SKYVERN_PROFILE: 'nobody' } }, { status: 'failed', exit_code: 2 }],
  [
    'a clock that is off',
    'server',
    { clock: manualClock({ start: Date.UTC(2026, 0, 20, 14) }) },
    { status: 'warning', detail: expect.stringContaining('its clock differs by 2h 07m'), hint: expect.stringContaining('NTP') },
  ],
  [
    'A22 certificates that are not checked',
    'proxy',
    { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
    { status: 'failed', exit_code: 16, hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') },
  ],
  [
    'a proxy that is no address',
    'proxy',
    { env: { HTTPS_PROXY: 'http://' } },
    {
      status: 'failed',
      detail: 'HTTPS_PROXY does not hold the address of a proxy',
      hint: expect.stringContaining('`unset HTTPS_PROXY`'),
      exit_code: 2,
    },
  ],
  ['a proxy', 'proxy', { env: { HTTPS_PROXY: 'http://proxy.example:3128' } }, { status: 'ok', detail: 'by HTTPS_PROXY' }],
  [
    'A65 other code in the program',
    'node',
    { env: { NODE_OPTIONS: '--require ./x.js' } },
    { status: 'warning', hint: expect.stringContaining('NODE_OPTIONS') },
  ],
  ['nothing on the PATH', 'on the PATH', {}, { status: 'warning', hint: expect.stringContaining('npx skyvern') }],
])('%s', async (_, check, options, expected) => {
  const { find } = await doctor(await fakeSkyvern(), options);
  expect(find(check)).toMatchObject(expected);
});

test('another `skyvern`, which the Python package installs, is told; this one is fine', async () => {
  const [theirs, ours] = [tempFolder(), tempFolder()];
  for (const folder of [theirs, ours]) writeFileSync(join(folder, 'program'), '#!/bin/sh\n', { mode: 0o755 });
  for (const folder of [theirs, ours]) symlinkSync(join(folder, 'program'), join(folder, 'skyvern'));
  const argv = [process.execPath, join(ours, 'program')];
  const api = await fakeSkyvern();
  expect((await doctor(api, { argv, env: { PATH: `${theirs}:${ours}` } })).find('on the PATH')).toMatchObject({
    status: 'warning',
    detail: expect.stringContaining(`${theirs}/skyvern is another program`),
  });
  expect((await doctor(api, { argv, env: { PATH: `${ours}:${theirs}` } })).find('on the PATH')).toMatchObject({
    status: 'ok',
    detail: `${ours}/skyvern`,
  });
});

test('a start that was left behind is told', async () => {
  const api = await fakeSkyvern();
  api.on('POST /v1/run/tasks', 'reset');
  const { io } = await skyvern(api, ['task', 'run', '--prompt', 'x', '--url', 'https://x.example']);
  expect((await doctor(api, { home: io.home })).find('starts')).toMatchObject({
    status: 'warning',
    detail: '1 start with an unknown outcome',
    hint: '`skyvern run recover`',
  });
  expect((await doctor(api)).find('starts')).toMatchObject({ status: 'ok' });
});

test('A27 a key file that others may read is told', async () => {
  const home = tempFolder();
  mkdirSync(join(home, 'config'), { mode: 0o700 });
  writeFileSync(join(home, 'config/keys.json'), '{"v":1,"keys":{}}');
  chmodSync(join(home, 'config/keys.json'), 0o644);
  expect((await doctor(await fakeSkyvern(), { home })).find('configuration')).toMatchObject({
    status: 'warning',
    hint: `chmod 600 ${home}/config/keys.json`,
  });
});

test('settings that are broken are told and set aside, and no server is asked instead of the one that they named', async () => {
  const home = tempFolder();
  const api = await fakeSkyvern();
  mkdirSync(join(home, 'config'), { mode: 0o700 });
  writeFileSync(join(home, 'config/config.json'), '{"v":1,"use":"work","profiles":{"work":{"base-url":"http://localh');
  const { find, code } = await doctor(api, { home });
  expect(find('configuration')).toMatchObject({ status: 'failed', exit_code: 17, detail: expect.stringContaining('.broken-1') });
  expect([find('key').exit_code, find('server').exit_code, code]).toEqual([17, 17, 17]);
  expect(api.requests).toEqual([]);
  expect(readFileSync(join(home, 'config/config.json.broken-1'), 'utf8')).toContain('localh');
});

test.each([
  [0x6969, 'NFS'],
  [0x01021997, '9p'],
  [0xff534d42, 'CIFS'],
  [0xef53, null], // ext4
  [0x01021994, null], // tmpfs
  [0x794c7630, null], // overlayfs, of containers
])('F46 a file system of type %d is shared as %s', (type, name) => {
  expect(sharedFileSystem(type)).toBe(name);
});
