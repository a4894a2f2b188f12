/**
 * What became of each row: a file beside the input, one JSON line for each thing that happened. A batch that was killed goes on from it; a
 * last line that was cut is passed over. What a machine that lost its power had not written yet costs nothing: starts are in the journal,
 * on the disk before they are sent, and the same row has the same key there.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../../durable.js';
import { LocalError, UsageError } from '../../errors.js';
import type { Random } from '../../random.js';
import type { Row } from './rows.js';

/** How a row ended, for good. */
export interface Ended {
  readonly run_id: string | null;
  readonly status: string;
  readonly exit_code: number;
}

interface Known {
  readonly hash: string;
  /** Which try, from 1. */
  attempt: number;
  /** Of that try; null before it was started. */
  runId: string | null;
  ended: Ended | null;
}

export class Ledger {
  readonly #path: string;
  readonly #file: number;
  readonly #rows: Map<number, Known>;
  /** Names this batch in the keys of its starts. */
  readonly id: string;

  private constructor(path: string, id: string, rows: Map<number, Known>, file: number) {
    this.#path = path;
    this.id = id;
    this.#rows = rows;
    this.#file = file;
  }

  /**
   * @param about what the batch runs: a ledger of another one is refused
   * @param resume whether one that is there is gone on with
   */
  static open(path: string, about: string, resume: boolean, random: Random): Ledger {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (text !== '' && !resume) {
      throw new UsageError(`${path} says what became of an earlier batch`, {
        code: 'ledger_exists',
        hint: 'go on with it by --resume, or name another file with --ledger',
      });
    }
    const rows = new Map<number, Known>();
    const lines = text.split('\n').flatMap(parsed);
    const [head] = lines;
    if (text !== '' && (head?.['ledger'] !== 1 || head['about'] !== about)) {
      throw new UsageError(`${path} is not the ledger of this batch`, { code: 'other_ledger', hint: 'name its own file with --ledger' });
    }
    for (const { row, hash, attempt, run_id = null, status, exit_code } of lines.slice(1)) {
      if (typeof row !== 'number' || typeof hash !== 'string' || typeof attempt !== 'number') continue;
      const runId = typeof run_id === 'string' ? run_id : null;
      const ended = typeof status === 'string' && typeof exit_code === 'number' ? { run_id: runId, status, exit_code } : null;
      rows.set(row, { hash, attempt, runId, ended });
    }
    const id = typeof head?.['batch'] === 'string' ? head['batch'] : Buffer.from(random.bytes(8)).toString('hex');
    const ledger = new Ledger(path, id, rows, opened(path));
    if (text === '') ledger.#begin({ ledger: 1, batch: id, about });
    else if (!text.endsWith('\n')) ledger.#append('\n');
    return ledger;
  }

  /** How the row ended before; null when it did not. @throws UsageError for a row that is not what it was then */
  endOf({ number, hash }: Row): Ended | null {
    const known = this.#rows.get(number);
    if (known && known.hash !== hash) {
      throw new UsageError(`row ${number} is not what it was when the batch began`, {
        code: 'row_changed',
        hint: 'only add rows at the end; or begin again with another --ledger',
      });
    }
    return known?.ended ?? null;
  }

  /** Which try of the row is next: the same one until it has ended. */
  attemptOf({ number }: Row): number {
    const known = this.#rows.get(number);
    return known ? known.attempt + (known.ended ? 1 : 0) : 1;
  }

  /** The run of a try that was under way when the batch was stopped: it is followed, and not started again. */
  runOf({ number }: Row): string | null {
    const known = this.#rows.get(number);
    return known && known.ended === null ? known.runId : null;
  }

  started({ number, hash }: Row, attempt: number, runId: string): void {
    this.#rows.set(number, { hash, attempt, runId, ended: null });
    this.#write({ row: number, hash, attempt, run_id: runId });
  }

  ended({ number, hash }: Row, attempt: number, ended: Ended): void {
    this.#rows.set(number, { hash, attempt, runId: ended.run_id, ended });
    this.#write({ row: number, hash, attempt, ...ended });
  }

  close(): void {
    closeSync(this.#file);
  }

  /** On the disk before the first start: the keys of all starts have the batch's name in them, and without it rows would be started again. */
  #begin(head: object): void {
    this.#write(head);
    try {
      fsyncSync(this.#file);
      syncFolder(dirname(this.#path));
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  #write(entry: object): void {
    this.#append(`${JSON.stringify(entry)}\n`);
  }

  #append(text: string): void {
    try {
      writeSync(this.#file, text);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }
}

function parsed(line: string): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
  } catch {
    return [];
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

const cannotWrite = (path: string, error: unknown): LocalError =>
  new LocalError('no_ledger', `${path} cannot be written (${(error as NodeJS.ErrnoException).code})`, {
    hint: 'name another file with --ledger',
    cause: error,
  });
