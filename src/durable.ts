/**
 * Files that survive a crash. Locks are in lock.ts.
 *
 * Every write is a new file, fsynced and renamed over the old one, its folder fsynced: after a kill at any point there is the
 * old text or the new one, never a part. Files are 0600 in folders 0700. Faults are `LocalError` (17) naming the path.
 */
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from './clock.js';
import { LocalError } from './errors.js';
import type { Io } from './io.js';
import type { Random } from './random.js';

export type Owner = Pick<Io, 'pid' | 'platform' | 'kill' | 'getuid'>;

/** Makes a folder of ours and those above it. Refused where it, or what it links to, belongs to someone else. */
export function makePrivateFolder(folder: string, owner: Owner): void {
  guarded(folder, 'make', () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    assertOurs(folder, owner);
  });
}

/** Refuses a path that leads, by a link or not, to something of another user. Root's own things are nobody's trap. */
export function assertOurs(path: string, { getuid }: Owner): void {
  const uid = getuid?.();
  if (uid === undefined) return;
  const target = realpathSync(path);
  const { uid: ownerUid } = lstatSync(target);
  if (ownerUid === uid) return;
  throw foreignFile(target === path ? path : `${path}, which leads to ${target},`, ownerUid);
}

/** What belongs to another user is neither read nor written. */
export const foreignFile = (what: string, uid: number): LocalError =>
  new LocalError('foreign_file', `${what} belongs to another user (uid ${uid})`, {
    hint: 'remove it, or set SKYVERN_HOME to a folder of your own',
  });

/** The file's text, or null when there is none. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw localFault(path, 'read', error);
  }
}

/** What is in the folder; nothing when there is none. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw localFault(folder, 'read', error);
  }
}

/** Replaces the file as a whole, durably. Its folder must be there. */
export function writeDurably(path: string, text: string, random: Random): void {
  guarded(path, 'write', () => {
    const temporary = writeBeside(path, text, random);
    try {
      renameSync(temporary, path);
    } catch (error) {
      unlinkSync(temporary);
      throw error;
    }
    syncFolder(dirname(path));
  });
}

/** Makes the file, durably and whole at once; false, and nothing changed, when there is one already. */
export function createDurably(path: string, text: string, random: Random): boolean {
  return guarded(path, 'write', () => {
    const temporary = writeBeside(path, text, random);
    if (!placed(temporary, path)) return false;
    syncFolder(dirname(path));
    return true;
  });
}

/** Gives a whole new file its name, unless there is one of that name; the temporary name is gone either way. */
export function placed(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.has(codeOf(error))) throw error;
    throw new LocalError('no_links', `${dirname(path)} is on a file system that cannot make a file all at once (no hard links)`, {
      hint: 'set SKYVERN_HOME to a folder on a disk of this machine',
      cause: error,
    });
  } finally {
    unlinkSync(temporary);
  }
}

/** What file systems say that know no hard links: exFAT, some of networks and of virtual machines. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

export function removeIfThere(path: string): void {
  guarded(path, 'remove', () => {
    try {
      unlinkSync(path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  });
}

/** Gives the file another name; nothing when it is gone. */
export function moveIfThere(from: string, to: string): void {
  guarded(from, 'move', () => {
    try {
      renameSync(from, to);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  });
}

const TEMPORARY = '.tmp-';

/** A whole new file in the same folder, private, and its path; gone again when it cannot be written. */
export function writeBeside(path: string, text: string, random: Random, durable = true): string {
  const temporary = join(dirname(path), `${TEMPORARY}${Buffer.from(random.bytes(8)).toString('hex')}`);
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    if (durable) fsyncSync(file);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(file);
  }
  return temporary;
}

/** How old a temporary file is when its writer is surely gone. */
const STRAY_MS = 3_600_000;

/** Removes what killed writers left in a folder of ours. */
export function removeStrays(folder: string, clock: Clock): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const written = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs;
    if (written !== undefined && clock.now() - written > STRAY_MS) removeIfThere(join(folder, name));
  }
}

/** A rename or link is durable only once its folder is. Windows knows no such thing and refuses to open a folder. */
export function syncFolder(folder: string): void {
  let handle: number;
  try {
    handle = openSync(folder, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(handle);
  } catch (error) {
    // Some file systems cannot sync a folder; a full disk or a broken one must not pass.
    if (!['EINVAL', 'EPERM', 'ENOTSUP', 'EISDIR'].includes(codeOf(error))) throw error;
  } finally {
    closeSync(handle);
  }
}

/** Does what touches the disk: its faults are told as `LocalError`s that name the path. */
export function guarded<T>(path: string, verb: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof LocalError || codeOf(error) === NO_CODE) throw error;
    throw localFault(path, verb, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  ENOENT: 'a folder above it is missing or read-only', // so Node says it of a read-only file system, too
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk reports an error',
  ENOTDIR: 'a part of the path is not a folder',
};

function localFault(path: string, verb: string, error: unknown): LocalError {
  const code = codeOf(error);
  return new LocalError(code.toLowerCase(), `cannot ${verb} ${path}: ${REASONS[code] ?? code}`, {
    hint: 'free or fix it, or set SKYVERN_HOME to another folder',
    cause: error,
  });
}

/** Not a fault of the system: a bug, to be seen with its stack. */
const NO_CODE = '';
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | null)?.code ?? NO_CODE;
