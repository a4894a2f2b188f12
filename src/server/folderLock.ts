/** One server per data folder, whoever starts it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LocalError } from '../errors.js';
import { readHolder, writeHolder } from './holder.js';

export interface FolderLock {
  release(): void;
}

/**
 * Holds `folder` until released. The lock is the operating system's, taken by SQLite on a file of its own: it ends with the
 * process however that ends, so there is no stale lock to judge by pid and start time. The pid beside it is for people.
 * @throws LocalError (17) naming the process that holds it
 */
export function lockFolder(folder: string, pid: number): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(join(folder, 'server.lock'), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== 5 /* SQLITE_BUSY */) throw error;
    throw new LocalError('folder_in_use', `a local server already works on ${folder} (pid ${readHolder(folder) ?? 'unknown'})`, {
      hint: 'use it as it is, stop it with `skyvern local stop`, or set SKYVERN_HOME to another folder',
    });
  }
  writeHolder(folder, pid);
  return {
    release() {
      db.exec('ROLLBACK');
      db.close();
    },
  };
}
