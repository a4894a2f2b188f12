import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type LockDeps, lockHolder, processMark, withLock } from '../src/lock.js';
import { manualClock, seededRandom } from './support/clock.js';
import { tempFolder, testIo } from './support/io.js';

const deps = (more: Partial<LockDeps> = {}): LockDeps => ({ owner: testIo(), clock: manualClock(), random: seededRandom(), ...more });
/** A pid that no process has here. */
const DEAD = 2 ** 22 + 7;
const ELSEWHERE = { pid: DEAD, started: '1', world: 'another-boot pid:[1]', nonce: 'theirs' };
const MINUTES_AGO = Date.now() / 1_000 - 180;

function lockOf(text: object, renewedAt = Date.now() / 1_000): string {
  const path = join(tempFolder(), 'x.lock');
  writeFileSync(path, JSON.stringify(text));
  utimesSync(path, renewedAt, renewedAt);
  return path;
}

test('F43 a lock of another machine or container is not taken for dead: its pid means nothing here', async () => {
  const path = lockOf(ELSEWHERE);
  expect(lockHolder(path, deps())).toBe(`process ${DEAD} of another machine or container`);
  await expect(withLock(path, deps(), () => 'mine')).rejects.toMatchObject({
    code: 'locked',
    exitCode: 17,
    message: expect.stringContaining('of another machine or container'),
    hint: expect.stringContaining('taken for dead after a minute'),
  });
  // The same owner here is dead, and that can be seen.
  writeFileSync(path, JSON.stringify({ ...ELSEWHERE, world: processMark(testIo()).world }));
  expect(await withLock(path, deps(), () => 'mine')).toBe('mine');
});

test('F43 nor for ever alive: one that was not renewed for a minute is taken', async () => {
  const path = lockOf(ELSEWHERE, MINUTES_AGO);
  expect(lockHolder(path, deps())).toBe(null);
  expect(await withLock(path, deps(), () => 'mine')).toBe('mine');
});

test('F43 an old lock of a process that lives here holds, renewed or not', async () => {
  const io = testIo();
  const path = lockOf({ ...processMark(io), nonce: 'ours' }, MINUTES_AGO);
  await expect(withLock(path, deps(), () => 'mine')).rejects.toMatchObject({ code: 'locked' });
});

test('a lock is renewed while it is held; one that is not is lost to those elsewhere, and its owner hears of it before it acts', async () => {
  const path = join(tempFolder(), 'x.lock');
  const age = () => utimesSync(path, MINUTES_AGO, MINUTES_AGO);
  const takenOver = () => writeFileSync(path, JSON.stringify(ELSEWHERE));
  await withLock(path, deps({ renewMs: 1 }), async ({ assertHeld }) => {
    age();
    await vi.waitUntil(() => statSync(path).mtimeMs / 1_000 > MINUTES_AGO + 60, 20_000);
    assertHeld();
  });
  expect(existsSync(path)).toBe(false);
  await withLock(path, deps({ renewMs: 1_000_000 }), ({ assertHeld }) => {
    age();
    assertHeld();
    takenOver();
    expect(assertHeld).toThrow(/was taken over/);
  });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(ELSEWHERE);
});

const canNest = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' }).status === 0;

test.skipIf(!canNest)(
  'F43 two containers on one disk: the lock of one holds in the other until its owner ends',
  async () => {
    const path = join(tempFolder(), 'x.lock');
    const holder = `
    import { withLock } from ${JSON.stringify(new URL('../src/lock.ts', import.meta.url).href)};
    const clock = { now: Date.now, monotonic: () => performance.now(), sleep: () => {} };
    const random = { bytes: (count) => new Uint8Array(count).fill(7), fraction: () => 0 };
    await withLock(${JSON.stringify(path)}, { owner: process, clock, random }, () => {
      process.stdout.write('held');
      return new Promise((resolve) => process.stdin.on('end', resolve).resume());
    });`;
    const sources = new URL('./support/runSources.mjs', import.meta.url).pathname;
    const node = [process.execPath, '--no-warnings', '--import', sources, '--input-type=module', '-e', holder];
    const child = spawn('unshare', ['--pid', '--fork', '--mount-proc', '--kill-child', ...node], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.on('close', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: 1 });
    await expect(withLock(path, deps(), () => 'mine')).rejects.toMatchObject({ code: 'locked' });
    child.stdin.end();
    await ended;
    expect(await withLock(path, deps(), () => 'mine')).toBe('mine');
  },
  30_000,
);
