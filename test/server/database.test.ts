import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LocalError } from '../../src/errors.js';
import { openDatabase } from '../../src/server/database.js';
import { lockFolder } from '../../src/server/folderLock.js';
import { Queue } from '../../src/server/queue.js';
import { MIGRATIONS } from '../../src/server/schema.js';
import { Store } from '../../src/server/store.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { tempFolder } from '../support/io.js';

const NOW = 1_000;
const fileIn = (folder: string) => join(folder, 'server.db');

test('a new database has the current version, durable settings, and is private', () => {
  const file = fileIn(tempFolder());
  const { db, notices } = openDatabase(file, NOW);
  const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0];
  expect([pragma('user_version'), pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')]).toEqual([
    MIGRATIONS.length,
    'wal',
    2,
    1,
  ]);
  expect(notices).toEqual([]);
  if (process.platform !== 'win32') {
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(file + suffix).mode & 0o077, suffix).toBe(0);
  }
  db.close();
});

test('F54 an older database is migrated after a backup; a newer one is refused untouched', () => {
  const file = fileIn(tempFolder());
  openDatabase(file, NOW).db.close();
  const newer = [...MIGRATIONS, 'ALTER TABLE runs ADD COLUMN mood TEXT'];
  const { db, notices } = openDatabase(file, NOW, newer);
  expect(notices).toEqual([expect.stringContaining(`${file}.backup-${MIGRATIONS.length}-${NOW}`)]);
  expect(db.prepare('SELECT mood FROM runs').all()).toEqual([]);
  db.close();
  const before = readFileSync(file);
  expect(() => openDatabase(file, NOW)).toThrow(expect.objectContaining({ code: 'database_newer', exitCode: 17 }));
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('F55 a migration that fails leaves the old version as it was', () => {
  const file = fileIn(tempFolder());
  openDatabase(file, NOW).db.close();
  expect(() => openDatabase(file, NOW, [...MIGRATIONS, 'CREATE TABLE one (x); CREATE TABLE broken (']).db).toThrow(LocalError);
  const { db } = openDatabase(file, NOW + 1);
  expect(db.prepare("SELECT name FROM sqlite_master WHERE name = 'one'").all()).toEqual([]);
  db.close();
});

test.each([
  ['text', (size: number) => Buffer.alloc(size, 'no database ')],
  [
    'F54 a database with a page that is empty, which opens and is noticed by its check only',
    (_: number, old: Buffer) => Buffer.concat([old.subarray(0, old.length - 4096), Buffer.alloc(4096)]),
  ],
  [
    'a database with a damaged page',
    (_: number, old: Buffer) => Buffer.concat([old.subarray(0, 4096), Buffer.alloc(old.length - 4096, 0xff)]),
  ],
])('F54 %s is moved aside whole and named, never deleted', (_name, damage) => {
  const folder = tempFolder();
  const file = fileIn(folder);
  openDatabase(file, NOW).db.close();
  const damaged = damage(8192, readFileSync(file));
  writeFileSync(file, damaged);
  const { db, notices } = openDatabase(file, NOW);
  expect(notices[0]).toContain(`${file}.damaged-${NOW}`);
  expect(readFileSync(`${file}.damaged-${NOW}`).equals(damaged)).toBe(true);
  expect(db.prepare('SELECT count(*) AS runs FROM runs').get()).toEqual({ runs: 0 });
  expect(readdirSync(folder)).toContain('server.db');
  db.close();
});

test('F53 a folder has one server: the second is refused and told who, until the first lets go', () => {
  const folder = tempFolder();
  const first = lockFolder(folder, 4242);
  expect(() => lockFolder(folder, 4243)).toThrow(
    expect.objectContaining({ code: 'folder_in_use', exitCode: 17, message: expect.stringContaining('4242') }),
  );
  first.release();
  lockFolder(folder, 4243).release();
});

test('a folder that cannot be held is told in words', () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'server.lock'), { recursive: true });
  expect(() => lockFolder(folder, 4242)).toThrow(
    expect.objectContaining({ exitCode: 17, code: 'database', message: expect.stringContaining(`cannot use the folder ${folder}`) }),
  );
});

test('F56 a lease that was lost writes nothing, whoever took it', () => {
  const { db } = openDatabase(fileIn(tempFolder()), NOW);
  const clock = manualClock();
  const store = new Store(db, clock, seededRandom());
  const [old, next] = [new Queue(store, clock, 'old'), new Queue(store, clock, 'next')];
  const request = { prompt: 'x' };
  const accept = () => old.accept({ kind: 'task', title: null, engine: 'rules', request, holdsSecrets: false }, null, () => '');
  accept();
  const lease = old.claim()!;
  old.write(lease, () => store.insertStep(lease.runId, 0));
  expect(next.recover()).toEqual([]); // leased, not acting: it waits again
  const second = next.claim()!;
  expect([second.runId, second.epoch]).toEqual([lease.runId, lease.epoch + 2]);
  for (const stale of [
    () => old.beginActing(lease),
    () => old.write(lease, () => store.insertStep(lease.runId, 0)),
    () => old.finish(lease, { status: 'completed' }),
    () => old.finish({ ...lease, epoch: second.epoch }, { status: 'completed' }),
    () => next.finish(lease, { status: 'completed' }),
  ]) {
    expect(stale).toThrow(expect.objectContaining({ name: 'LeaseLost' }));
  }
  expect(store.runById(lease.runId)).toMatchObject({ status: 'running', step_count: 0 });
  expect(new Queue(store, clock, 'third').recover(), 'put back once already').toEqual([lease.runId]);
  expect(store.runById(lease.runId)).toMatchObject({ status: 'failed', failure_reason: expect.stringMatching(/^interrupted/) });
  db.close();
});
