/**
 * Opening the one SQLite file: settings, integrity, versions.
 *
 * A database of a newer version is refused, an older one is migrated in one transaction after a backup copy, a damaged one
 * is moved aside whole and named. Nothing is ever deleted.
 */
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { syncFolder } from '../durable.js';
import { LocalError } from '../errors.js';
import { MIGRATIONS } from './schema.js';

/** How long a statement waits for another connection's lock, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

export interface Opened {
  readonly db: DatabaseSync;
  /** What the user should know: a damaged database that was moved aside, a backup that was made. */
  readonly notices: readonly string[];
}

/**
 * @param nowMs names backups and databases moved aside
 * @throws LocalError (17) when the file cannot be used: newer version, permissions, disk
 */
export function openDatabase(file: string, nowMs: number, migrations: readonly string[] = MIGRATIONS): Opened {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'a', 0o600)); // SQLite gives -wal and -shm the mode of the database
    chmodSync(file, 0o600);
    const db = connect(file);
    if (db) return migrate(db, file, nowMs, migrations);
    const aside = moveAside(file, nowMs);
    closeSync(openSync(file, 'a', 0o600));
    const fresh = migrate(connect(file)!, file, nowMs, migrations);
    return { db: fresh.db, notices: [`the database was damaged; it was moved to ${aside} and a new one was begun`, ...fresh.notices] };
  } catch (error) {
    if (error instanceof LocalError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalError('database', `cannot open the database ${file}: ${reason}`, {
      hint: 'check that the folder is writable and the disk has room, or set SKYVERN_HOME to another folder',
      cause: error,
    });
  }
}

/** An open database that passed its check, or null when the file is damaged. */
function connect(file: string): DatabaseSync | null {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;');
    const verdict = db.prepare('PRAGMA quick_check(1)').get();
    if (verdict?.['quick_check'] === 'ok') return db;
  } catch (error) {
    if (!isDamage(error)) {
      db.close();
      throw error;
    }
  }
  db.close();
  return null;
}

/** SQLITE_CORRUPT (11) and SQLITE_NOTADB (26), with or without their extended bits. */
const isDamage = (error: unknown): boolean => {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === 'number' && [11, 26].includes(code & 0xff);
};

/** SQLITE_BUSY, _READONLY, _IOERR and _FULL. */
const STORAGE_FAULTS: Readonly<Record<number, string>> = {
  5: 'it is locked by another program',
  8: 'it is read-only',
  10: 'the disk reports an error',
  13: 'the disk is full',
};

/** Why SQLite could not write, in words; null when the error is something else. */
export const storageFault = (error: unknown): string | null =>
  STORAGE_FAULTS[((error as { errcode?: number }).errcode ?? 0) & 0xff] ?? null;

function moveAside(file: string, nowMs: number): string {
  const aside = `${file}.damaged-${nowMs}`;
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  return aside;
}

function migrate(db: DatabaseSync, file: string, nowMs: number, migrations: readonly string[]): Opened {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > migrations.length) {
    db.close();
    throw new LocalError('database_newer', `the database ${file} was written by a newer version of skyvern`, {
      hint: 'update skyvern, or set SKYVERN_HOME to another folder',
    });
  }
  if (version === migrations.length) return { db, notices: [] };
  const notices: string[] = [];
  if (version > 0) {
    const backup = `${file}.backup-${version}-${nowMs}`;
    backUp(db, file, backup);
    notices.push(`the database was brought to a newer version; the old one is kept as ${backup}`);
  }
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    db.close();
    throw error;
  }
  return { db, notices };
}

/** A copy of the database under its name only when it is whole and on the disk: half of one would be trusted by who needs it. */
function backUp(db: DatabaseSync, file: string, backup: string): void {
  const underWay = `${file}.backup-under-way`;
  const remove = () => {
    for (const suffix of ['', '-journal']) rmSync(underWay + suffix, { force: true });
  };
  remove(); // what a killed process left
  try {
    closeSync(openSync(underWay, 'wx', 0o600)); // SQLite keeps the mode
    db.prepare('VACUUM INTO ?').run(underWay);
    const copy = openSync(underWay, 'r+');
    try {
      fsyncSync(copy);
    } finally {
      closeSync(copy);
    }
    renameSync(underWay, backup);
    syncFolder(dirname(file));
  } catch (error) {
    remove();
    throw error;
  }
}
