/** Which server, with which limits, and what is told of it: the settings that every command obeys. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../support/clock.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { faultServer } from '../support/faultServer.js';
import { tempFolder } from '../support/io.js';
import { type SkyvernOptions, skyvern } from '../support/skyvern.js';

const TASK = ['task', 'run', '--prompt', 'x', '--url', 'https://x.example'];

describe('read-only', () => {
  const CHANGES: readonly (string | string[])[] = [TASK, [...TASK, '--fence'], 'run cancel tsk_1', 'run cancel tsk_1 --json'];
  const ways: readonly (readonly [string, (home: string) => SkyvernOptions, string])[] = [
    ['the environment', () => ({ env: { SKYVERN_READ_ONLY: '1' } }), 'SKYVERN_READ_ONLY'],
    [
      'a project file',
      (home) => {
        writeFileSync(join(home, 'skyvern.config.json'), '{"read-only":true}');
        return {};
      },
      'read-only in ',
    ],
  ];
  test.each(ways)('by %s: every change is refused before it is sent, naming the setting', async (_, set, named) => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'running' });
    const home = tempFolder();
    for (const line of CHANGES) {
      const { code, io } = await skyvern(api, line, { home, ...set(home) });
      expect(code).toBe(2);
      expect(io.stderr.text()).toMatch(/allows only reading: nothing was sent/);
      expect(io.stderr.text()).toContain(named);
      expect(io.stdout.text()).toBe('');
    }
    expect(api.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect((await skyvern(api, 'run get tsk_1', { home, ...set(home) })).code).toBe(0);
    expect((await skyvern(api, 'run recover', { home, ...set(home) })).io.stdout.text()).toBe(''); // nothing is left open
  });

  test('a flag of the environment lifts it, and without it the same commands change something', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'running' });
    const home = tempFolder();
    await skyvern(api, 'config set read-only true', { home });
    const refused = await skyvern(api, 'run cancel tsk_1', { home });
    expect([refused.code, refused.io.stderr.text()]).toMatchObject([
      2,
      expect.stringContaining('`skyvern config unset read-only` allows it'),
    ]);
    expect((await skyvern(api, 'run cancel tsk_1', { home, env: { SKYVERN_READ_ONLY: '0' } })).code).toBe(0);
  });

  test('the embedded server is not stopped either', async () => {
    const { code, io } = await skyvern(await fakeSkyvern(), 'local stop', { env: { SKYVERN_READ_ONLY: '1' } });
    expect([code, io.stderr.text()]).toMatchObject([2, expect.stringContaining('SKYVERN_READ_ONLY')]);
  });
});

describe('SKYVERN_DEBUG=http', () => {
  test('every exchange is on stderr, a line each, without the key; stdout is as ever', async () => {
    const api = await fakeSkyvern({ apiKey: 'key-4711' });
    api.run('tsk_1', { status: 'completed', failure_reason: '\u001b[2J\nhttp > forged' });
    api.on('GET /v1/runs/tsk_1', 'reset');
    const { code, io } = await skyvern(api, 'run get tsk_1 --json', { env: { SKYVERN_DEBUG: 'http' } });
    expect([code, io.stdout.json()[0].run_id]).toEqual([0, 'tsk_1']);
    const lines = io.stderr.lines();
    expect(lines.every((line) => line.startsWith('http '))).toBe(true);
    expect(lines.filter((line) => line.startsWith('http > GET'))).toEqual(Array(2).fill(`http > GET ${api.url}/v1/runs/tsk_1`));
    expect(lines.find((line) => line.startsWith('http ! '))).toMatch(/was lost before the answer came \(\d+ ms\)/);
    expect(lines.find((line) => line.startsWith('http < 200'))).toMatch(/\(\d+ ms\)/);
    expect(lines).toContain('http >   x-api-key: ***');
    expect(io.stderr.text()).not.toMatch(/key-4711|\u001b/);
  });

  test('without it nothing of that is said', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1');
    expect((await skyvern(api, 'run get tsk_1', { env: { SKYVERN_DEBUG: 'other' } })).io.stderr.text()).toBe('');
  });
});

describe('plain http', () => {
  test('A20 to another machine it is refused; with --insecure-http each use is warned of', async () => {
    const api = await fakeSkyvern();
    const env = { SKYVERN_BASE_URL: 'http://skyvern.invalid:8000' };
    const refused = await skyvern(api, 'run list', { env });
    expect([refused.code, refused.io.stderr.text()]).toMatchObject([2, expect.stringContaining('add --insecure-http')]);
    for (let count = 0; count < 2; count++) {
      const { io } = await skyvern(api, 'run list --insecure-http --quiet', { env, timeouts: { connectMs: 300 } });
      expect(io.stderr.text()).toContain('warning: the key goes to http://skyvern.invalid:8000 in plain http');
    }
  });

  test('to this machine it is not spoken of', async () => {
    const api = await fakeSkyvern();
    expect((await skyvern(api, 'run list --insecure-http')).io.stderr.text()).toBe('');
  });
});

describe('timeout', () => {
  test.each<[string, SkyvernOptions, string[]]>([
    ['the flag', {}, ['--timeout', '3s']],
    ['the setting', {}, []],
  ])('by %s: 124 once it has passed', async (how, options, flags) => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'running' });
    const home = tempFolder();
    const clock = manualClock();
    if (how === 'the setting') await skyvern(api, 'config set timeout 3s', { home });
    const { code } = await skyvern(api, ['run', 'watch', 'tsk_1', ...flags], { home, clock, ...options });
    expect([code, clock.monotonic()]).toEqual([124, 3_000]);
  });

  test('the flag wins over the setting', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'running' });
    const home = tempFolder();
    const clock = manualClock();
    await skyvern(api, 'config set timeout 3s', { home });
    await skyvern(api, 'run watch tsk_1 --timeout 7s', { home, clock });
    expect(clock.monotonic()).toBe(7_000);
    expect((await skyvern(api, 'config get timeout --timeout 7s', { home })).io.stdout.text()).toBe('7s\n');
  });

  test('a start whose answer is late ends in time, and says how to find out', async () => {
    const clock = manualClock();
    const server = await faultServer({ now: () => clock.now() });
    server.on('POST /v1/run/tasks', { kind: 'reset', made: false });
    const { code, io } = await skyvern({ url: server.url, apiKey: 'k' }, [...TASK, '--timeout', '10s'], { clock });
    expect([7, 124]).toContain(code);
    expect(clock.monotonic()).toBeLessThanOrEqual(10_000);
    expect(io.stderr.text()).toMatch(/`skyvern run recover --op 0\w+`/);
  });
});

test('a profile that is `local` means the embedded server, not the cloud', async () => {
  const { code, io } = await skyvern(await fakeSkyvern(), 'local status --profile local --json', { env: { SKYVERN_BASE_URL: undefined } });
  expect([code, io.stdout.json()]).toEqual([5, [{ running: false }]]);
  const both = await skyvern(await fakeSkyvern(), 'run list --local --base-url http://localhost:1');
  expect(both.code).toBe(2);
});
