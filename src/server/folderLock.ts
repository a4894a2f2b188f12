/** One server per data folder, whoever starts it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LocalError } from '../errors.js';
import { storageFault } from './database.js';
import { readHolder, writeHolder } from './holder.js';

export interface FolderLock {
  release(): void;
}

/**
 * Holds `folder` until released. The lock is the operating system's, taken by SQLite on a file of its own: it ends with the
 * process however that ends, so there is no stale lock to judge by pid and start time. The pid beside it is for people.
 * @throws LocalError (17) naming the process that holds it, or why the folder cannot be used
 */
export function lockFolder(folder: string, pid: number): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const db = hold(folder);
  writeHolder(folder, pid);
  return {
    release() {
      db.exec('ROLLBACK');
      db.close();
    },
  };
}

function hold(folder: string): DatabaseSync {
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(join(folder, 'server.lock'), { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db?.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === 5 /* SQLITE_BUSY */) {
      throw new LocalError('folder_in_use', `a local server already works on ${folder} (pid ${readHolder(folder) ?? 'unknown'})`, {
        hint: 'use it as it is, stop it with `skyvern local stop`, or set SKYVERN_HOME to another folder',
      });
    }
    throw new LocalError('database', `cannot use the folder ${folder}: ${storageFault(error) ?? (error as Error).message}`, {
      hint: 'check that it is writable and the disk has room, or set SKYVERN_HOME to another folder',
      cause: error,
    });
  }
}
