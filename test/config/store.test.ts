import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ApiClient } from '../../src/client/client.js';
import { setSetting } from '../../src/config/edit.js';
import { Journal } from '../../src/journal/journal.js';
import { startTask } from '../../src/journal/startTask.js';
import { type LockDeps, lockHolder, withLock } from '../../src/lock.js';
import { parseBaseUrl } from '../../src/origin.js';
import { paths } from '../../src/paths.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { faultServer } from '../support/faultServer.js';
import { tempFolder, testIo } from '../support/io.js';
import { smallDisk } from '../support/smallDisk.js';
import { hasStrace } from '../torture/killPoints.js';
import { SOURCES } from '../torture/part.js';

const PROCESSES = 16;
const UPDATES = 50;

test(`F43 ${PROCESSES} processes that change the settings ${UPDATES} times each lose no change`, async () => {
  const folder = tempFolder();
  const worker = new URL('../torture/updater.ts', import.meta.url).pathname;
  const codes = await Promise.all(
    Array.from({ length: PROCESSES }, (_, index) => {
      const child = spawn(
        process.execPath,
        [
          '--no-warnings',
          '--import',
          new URL('../support/runSources.mjs', import.meta.url).pathname,
          worker,
          folder,
          String(index),
          String(UPDATES),
        ],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      );
      return new Promise((resolve) => child.on('close', resolve));
    }),
  );
  expect(codes).toEqual(Array(PROCESSES).fill(0));
  const { counts } = JSON.parse(readFileSync(join(folder, 'counts.json'), 'utf8'));
  expect(counts).toEqual(Object.fromEntries(Array.from({ length: PROCESSES }, (_, index) => [index, UPDATES])));
  expect(readdirSync(folder)).toEqual(['counts.json']);
}, 60_000);

const deps = (io = testIo()): LockDeps => ({ owner: io, clock: manualClock(), random: seededRandom() });
/** A pid that no process has. */
const DEAD = 2 ** 22 + 7;

test('F43 a lock whose owner died is taken, however fresh; one whose pid another process has now, too', async () => {
  const folder = tempFolder();
  const path = join(folder, 'x.lock');
  for (const lock of [
    { pid: DEAD, started: null, nonce: 'a' },
    ...(process.platform === 'linux' ? [{ pid: process.pid, started: '1', nonce: 'b' }] : []),
  ]) {
    writeFileSync(path, JSON.stringify(lock));
    expect(await withLock(path, deps(), () => 'mine')).toBe('mine');
    expect(readdirSync(folder)).toEqual([]);
  }
});

test.each(['', 'null', '{"pid":', '{}', '[]'])('F43 a lock that a power failure left as %j has no owner, and is taken', async (text) => {
  const folder = tempFolder();
  const path = join(folder, 'x.lock');
  writeFileSync(path, text);
  expect(lockHolder(path, deps())).toBe(null);
  expect(await withLock(path, deps(), () => 'mine')).toBe('mine');
  expect(readdirSync(folder)).toEqual([]);
});

test.skipIf(process.platform !== 'linux')('F43 a lock of a process that has ended, and that nobody has asked about, is taken', async () => {
  // The shell becomes a program that never asks after its children; only then the child is let go.
  const line = 'cat <&3 >/dev/null & echo $!; exec sleep 60 3<&-';
  const parent = spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) => parent.stdout?.once('data', (text) => resolve(Number(text))));
  await vi.waitUntil(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n', 20_000);
  (parent.stdio[3] as Writable).end();
  await vi.waitUntil(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '), 20_000);
  const path = join(tempFolder(), 'x.lock');
  writeFileSync(path, JSON.stringify({ pid, started: null, nonce: 'z' }));
  expect(await withLock(path, deps(), () => 'mine')).toBe('mine');
});

test('F42 a lock that cannot be removed does not hide what was done', async () => {
  const path = join(tempFolder(), 'x.lock');
  const done = withLock(path, deps(), () => {
    unlinkSync(path);
    mkdirSync(path); // what no unlink removes
    return 'done';
  });
  expect(await done).toBe('done');
});

test.skipIf(!hasStrace())('F46 a file system without hard links: no start, 17 with what to type, and nothing is left behind', async () => {
  const server = await faultServer();
  const state = tempFolder();
  const inject = ['-e', 'trace=link,linkat', '-e', 'inject=link,linkat:error=EPERM'];
  const { stderr, status } = await new Promise<{ status: number | null; stderr: string }>((resolve) => {
    const starter = new URL('../torture/starter.ts', import.meta.url).pathname;
    const child = spawn('strace', ['-f', '-o', '/dev/null', ...inject, process.execPath, ...SOURCES, starter, server.url, state], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (text) => (stderr += text));
    child.on('close', (status) => resolve({ status, stderr }));
  });
  expect(status).not.toBe(0);
  expect(stderr).toContain("code: 'no_links'");
  expect(stderr).toContain('set SKYVERN_HOME to a folder on a disk of this machine');
  expect(server.seen).toEqual([]);
  expect(readdirSync(join(state, 'ops'))).toEqual([]);
});

test('F43 a lock whose owner lives is waited for 10 s, and then told: 17', async () => {
  const path = join(tempFolder(), 'x.lock');
  const waiting = deps();
  await withLock(path, deps(), async () => {
    await expect(withLock(path, waiting, () => {})).rejects.toMatchObject({
      exitCode: 17,
      code: 'locked',
      message: expect.stringContaining(String(process.pid)),
    });
  });
  expect(waiting.clock.monotonic()).toBeGreaterThanOrEqual(10_000);
  expect(existsSync(path)).toBe(false);
});

test('two that find the same stale lock do not both hold it', async () => {
  const path = join(tempFolder(), 'x.lock');
  writeFileSync(path, JSON.stringify({ pid: DEAD, started: null, nonce: 'old' }));
  let inside = 0;
  let most = 0;
  const hold = (seed: number) =>
    withLock(path, { ...deps(), random: seededRandom(seed) }, async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    });
  await Promise.all(Array.from({ length: 20 }, (_, seed) => hold(seed + 1)));
  expect(most).toBe(1);
});

test('F37 what a killed writer left is removed later', async () => {
  const io = testIo();
  const change = { paths: paths(io), ...deps(io), clock: manualClock({ start: Date.now() }) };
  await setSetting(change, 'default', 'output', 'plain');
  const [old, young] = ['.tmp-1', '.tmp-2'].map((name) => join(change.paths.config, name)) as [string, string];
  for (const stray of [old, young]) writeFileSync(stray, 'x');
  utimesSync(old, Date.now() / 1000 - 7_200, Date.now() / 1000 - 7_200);
  await setSetting(change, 'default', 'output', 'json');
  expect(readdirSync(change.paths.config)).toEqual(['.tmp-2', 'config.json']);
});

test('F41 a full disk: 17 with the path, the old settings whole, and no start without its journal', async ({ skip }) => {
  const home = smallDisk('64k')?.folder;
  if (home === undefined) return skip('no disk can be mounted here');
  const io = testIo({ SKYVERN_HOME: join(home, 'skyvern') });
  const change = { paths: paths(io), ...deps(io) };
  await setSetting(change, 'default', 'output', 'plain');
  const file = join(change.paths.config, 'config.json');
  const before = readFileSync(file, 'utf8');
  const filler = openSync(join(home, 'filler'), 'w');
  expect(() => {
    for (;;) writeSync(filler, Buffer.alloc(4096));
  }).toThrow(/ENOSPC/);
  closeSync(filler);
  await expect(setSetting(change, 'default', 'output', 'json')).rejects.toMatchObject({
    exitCode: 17,
    code: 'enospc',
    message: expect.stringContaining('the disk is full'),
  });
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(readdirSync(change.paths.config)).toEqual(['config.json']);

  const server = await faultServer();
  const baseUrl = parseBaseUrl(server.url);
  const client = new ApiClient({ baseUrl, apiKey: 'k', ...change });
  const start = startTask(
    {
      client,
      journal: new Journal(change),
      ...change,
      signal: new AbortController().signal,
      server: { baseUrl, profile: 'default', local: false, replays: false },
      cwd: '/',
    },
    { prompt: 'Get the title', url: 'https://example.com' },
  );
  await expect(start).rejects.toMatchObject({ exitCode: 17 });
  expect(server.seen).toEqual([]);
});
