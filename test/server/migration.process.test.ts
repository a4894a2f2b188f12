/** A database that is brought to the current version by a process that is killed on the way. */
import { closeSync, copyFileSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/server/database.js';
import { MIGRATIONS } from '../../src/server/schema.js';
import { tempFolder } from '../support/io.js';
import { smallDisk } from '../support/smallDisk.js';
import { hasStrace, killedAt } from '../torture/killPoints.js';

/** A database of the first version that knows one run. */
function firstVersion(folder = tempFolder()): string {
  const file = join(folder, 'server.db');
  const { db } = openDatabase(file, 1, MIGRATIONS.slice(0, 1));
  db.exec(`INSERT INTO runs (run_id, task_run_id, status, engine, request, holds_secrets, created_at, modified_at)
    VALUES ('tsk_1', 'tr_1', 'completed', 'rules', '{"prompt":"x"}', 0, 1, 1)`);
  db.close();
  return file;
}

const versionOf = (db: DatabaseSync): unknown => db.prepare('PRAGMA user_version').get()?.['user_version'];

/** Whatever has the name of a backup, of the killed process and of the next. */
const backupsOf = (file: string): string[] =>
  readdirSync(dirname(file))
    .filter((name) => /\.backup-1-\d+$/.test(name))
    .map((name) => join(dirname(file), name));

function expectWhole(backup: string): void {
  const db = new DatabaseSync(backup, { readOnly: true });
  try {
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(versionOf(db)).toBe(1);
    expect(db.prepare('SELECT run_id FROM runs').all()).toEqual([{ run_id: 'tsk_1' }]);
  } finally {
    db.close();
  }
}

// Of some 160 points: the copy of the old one, the transaction, its end.
const POINTS = [
  ['pwrite64', 1],
  ['fsync', 1],
  ['pwrite64', 20],
  ['fsync', 3],
  ['fsync', 5],
  ['rename', 1],
  ['pwrite64', 80],
  ['fsync', 7],
  ['pwrite64', 130],
  ['fsync', 9],
  ['unlink', 1],
] as const;

test.skipIf(!hasStrace()).each(POINTS)(
  'F55 a migration killed at %s %d leaves the old database or the new one, and the next server goes on with it',
  async (syscall, n) => {
    const file = firstVersion();
    expect((await killedAt(syscall, n, 'migrator.ts', [file])).killed).toBe(true);
    const { db, notices } = openDatabase(file, 3);
    expect(notices.join()).not.toContain('damaged');
    expect(versionOf(db)).toBe(MIGRATIONS.length);
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(db.prepare('SELECT run_id, status FROM runs').all()).toEqual([{ run_id: 'tsk_1', status: 'completed' }]);
    db.close();
    for (const backup of backupsOf(file)) expectWhole(backup);
    expect(backupsOf(file)).not.toEqual([]);
    expect(readdirSync(dirname(file)).filter((name) => name.includes('under-way'))).toEqual([]);
  },
  30_000,
);

test('F55 half a backup would be noticed', () => {
  const file = firstVersion();
  const backup = `${file}.backup-1-2`;
  for (const bytes of [0, 20_000]) {
    writeFileSync(backup, readFileSync(file).subarray(0, bytes));
    expect(() => expectWhole(backup), String(bytes)).toThrow();
  }
});

test('F55 half a migration would be noticed: a step that was kept without its number', () => {
  const file = firstVersion();
  const db = new DatabaseSync(file);
  db.exec(MIGRATIONS[1] as string);
  db.close();
  expect(() => openDatabase(file, 3)).toThrow(/already exists|duplicate column/);
});

/** A full disk, a disk that takes no writes, and a program that holds the file: each until it is undone. */
const SPOILED: Readonly<Record<string, (file: string, disk: { readOnly(): void; writable(): void }) => () => void>> = {
  'the disk is full': (file) => {
    const filler = openSync(`${file}.filler`, 'w');
    expect(() => {
      for (;;) writeSync(filler, Buffer.alloc(4096));
    }).toThrow(/ENOSPC/);
    closeSync(filler);
    return () => rmSync(`${file}.filler`);
  },
  'the disk is read-only': (_, disk) => {
    disk.readOnly();
    return () => disk.writable();
  },
  'another program holds it': (file) => {
    const other = new DatabaseSync(file);
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return () => other.close();
  },
};

test.for(Object.keys(SPOILED))(
  'F54 %s: told with what to do, nothing is moved or lost, and later it opens',
  { timeout: 30_000 },
  (how, { skip }) => {
    const disk = smallDisk('2m');
    if (disk === null) return skip('no disk can be mounted here');
    const file = firstVersion(disk.folder);
    const undo = SPOILED[how]!(file, disk);
    expect(() => openDatabase(file, 3)).toThrow(
      expect.objectContaining({
        exitCode: 17,
        code: 'database',
        message: expect.stringMatching(/disk is full|read-only|EROFS|ENOSPC|disk I\/O|locked/),
        hint: expect.stringContaining('SKYVERN_HOME'),
      }),
    );
    expect(backupsOf(file).length).toBeLessThanOrEqual(1);
    for (const backup of backupsOf(file)) expectWhole(backup);
    undo();
    const { db, notices } = openDatabase(file, 4);
    expect(notices.join()).not.toContain('damaged');
    expect(db.prepare('SELECT run_id FROM runs').all()).toEqual([{ run_id: 'tsk_1' }]);
    db.close();
  },
);

test('F54 a write-ahead log that is gone or torn takes no more with it than was in it', () => {
  for (const wal of ['gone', 'torn']) {
    const file = firstVersion();
    const { db } = openDatabase(file, 2);
    db.exec("UPDATE runs SET status = 'failed'"); // in the log only
    const copy = join(tempFolder(), 'server.db');
    copyFileSync(file, copy);
    const log = readFileSync(`${file}-wal`);
    expect(log.length).toBeGreaterThan(0);
    if (wal === 'torn') writeFileSync(`${copy}-wal`, log.subarray(0, Math.floor(log.length / 2)));
    db.close();
    const again = openDatabase(copy, 3);
    expect(again.notices.join()).not.toContain('damaged');
    expect(again.db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(again.db.prepare('SELECT run_id, status FROM runs').all()).toEqual([{ run_id: 'tsk_1', status: 'completed' }]);
    again.db.close();
  }
});
