/**
 * One small JSON file of the user's: read in one go, changed under a lock, replaced as a whole.
 *
 * A file that cannot be read as what it should be is never written over: it is set aside under a name that is told.
 */
import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../clock.js';
import { foreignFile, makePrivateFolder, moveIfThere, type Owner, readIfThere, removeStrays, writeDurably } from '../durable.js';
import { LocalError } from '../errors.js';
import { jsonFault } from '../json.js';
import { withLock } from '../lock.js';
import type { Random } from '../random.js';

export interface StoreDeps {
  readonly owner: Owner;
  readonly clock: Clock;
  readonly random: Random;
}

/** A text that is not what the file should hold. The message says what is wrong. */
export class BrokenFile extends Error {}

/** Nothing is wrong with the text, but it was not written for us: it stays where it is. */
export class ForeignVersion extends Error {}

export class Store<T extends object> {
  readonly path: string;
  readonly #owner: Owner;
  readonly #empty: T;
  readonly #decode: (value: unknown) => T;

  /** @param decode throws `BrokenFile` for JSON that is not what this file holds */
  constructor(path: string, owner: Owner, empty: T, decode: (value: unknown) => T) {
    this.path = path;
    this.#owner = owner;
    this.#empty = empty;
    this.#decode = decode;
  }

  /**
   * What the file holds; the empty value when there is none.
   *
   * `notice` is told of modes that let others read it, which are set right. Rejects a file that leads to another user's
   * (17), and one that is broken (17, `broken_config`) after setting it aside: going on with defaults could mean another
   * server than the one that was meant. One of another version (17, `other_version`) stays as it is.
   */
  read(notice: (text: string) => void = () => {}): T {
    const text = this.#text(notice);
    if (text === null) return this.#empty;
    try {
      return this.#decode(parse(text));
    } catch (error) {
      if (error instanceof ForeignVersion) {
        throw new LocalError('other_version', `${this.path} ${error.message}`, {
          hint: 'use that version, or set SKYVERN_HOME to another folder',
        });
      }
      if (!(error instanceof BrokenFile)) throw error;
      const aside = this.#setAside(text);
      throw new LocalError('broken_config', `${this.path} ${error.message}; it was set aside as ${aside}`, {
        hint: 'mend it and move it back, or go on without it: its settings are gone from now on',
      });
    }
  }

  /** Changes the file under its lock, durably. `change` gets what is there now and may be called for a file that is not there yet. */
  async update({ owner, clock, random }: StoreDeps, change: (current: T) => T): Promise<T> {
    const folder = dirname(this.path);
    makePrivateFolder(folder, owner);
    removeStrays(folder, clock);
    return withLock(`${this.path}.lock`, { owner, clock, random }, () => {
      const next = change(this.read());
      writeDurably(this.path, `${JSON.stringify(next, null, 2)}\n`, random);
      return next;
    });
  }

  #text(notice: (text: string) => void): string | null {
    let file: number;
    try {
      file = openSync(this.path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return null;
      throw new LocalError(code.toLowerCase(), `cannot read ${this.path}: ${code}`, {
        hint: `check who may read ${dirname(this.path)}`,
        cause: error,
      });
    }
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) throw this.#inTheWay();
      // Of the opened file, which a link was followed to: another process may be moving the one at the path aside meanwhile.
      const { mode, uid } = stats;
      const ourUid = this.#owner.getuid?.();
      if (ourUid !== undefined) {
        if (uid !== ourUid) throw foreignFile(this.path, uid);
        if ((mode & 0o077) !== 0) {
          fchmodSync(file, 0o600);
          notice(`${this.path} could be read by others (mode ${(mode & 0o777).toString(8)}); it is private now`);
        }
      }
      return readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  }

  #inTheWay(): LocalError {
    return new LocalError('not_a_file', `${this.path} is no file`, { hint: 'move it out of the way' });
  }

  /** Another process may be setting the same file aside, or have mended it: only the text that was judged is moved. */
  #setAside(text: string): string {
    for (let count = 1; ; count++) {
      const aside = `${this.path}.broken-${count}`;
      if (lstatSync(aside, { throwIfNoEntry: false })) {
        if (readIfThere(aside) === text && !lstatSync(this.path, { throwIfNoEntry: false })) return aside;
        continue;
      }
      // Gone: another process was quicker, and has just made it this one.
      if (readIfThere(this.path) === text) moveIfThere(this.path, aside);
      return aside;
    }
  }
}

function parse(text: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  const fault = jsonFault(json);
  if (fault !== null) throw new BrokenFile(`is not JSON (${fault})`);
  return JSON.parse(json);
}
