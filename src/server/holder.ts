/** Which process has a data folder, told to people and to clients that wait for it. The lock itself is in folderLock.ts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileIn = (folder: string): string => join(folder, 'server.pid');

export function writeHolder(folder: string, pid: number): void {
  writeFileSync(fileIn(folder), `${pid}\n`, { mode: 0o600 });
}

/** The last process that took the folder, alive or not; null when there was none. */
export function readHolder(folder: string): number | null {
  try {
    return Number.parseInt(readFileSync(fileIn(folder), 'utf8'), 10) || null;
  } catch {
    return null;
  }
}
