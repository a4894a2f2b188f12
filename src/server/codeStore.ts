/** One-time codes that others sent, until they expire. The database holds them encrypted. */
import type { Clock } from '../clock.js';
import { formatServerTime } from '../protocol/time.js';
import type { CodeRequest } from './codeRequest.js';
import type { Sealed } from './sealed.js';
import type { Store } from './store.js';
import type { Waiters } from './waiters.js';
import { ORGANIZATION_ID } from './wire.js';

/** A code that names no end is given to a run for this long after it came, in milliseconds. */
export const LIFETIME_MS = 10 * 60_000;

interface CodeRow {
  readonly code_id: string;
  readonly identifier: string;
  readonly sealed: Uint8Array;
  readonly task_id: string | null;
  readonly source: string | null;
  readonly expires_at: number;
  readonly named_end: number | null;
  readonly created_at: number;
}

export class CodeStore {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #sealed: Sealed;
  readonly #waiters: Waiters;

  /** @param waiters told when a code came; of this store alone */
  constructor(store: Store, clock: Clock, sealed: Sealed, waiters: Waiters) {
    this.#store = store;
    this.#clock = clock;
    this.#sealed = sealed;
    this.#waiters = waiters;
  }

  push({ identifier, content, code, taskId, source, expiresAt }: CodeRequest): CodeRow {
    const id = this.#store.newId('totp');
    const now = this.#clock.now();
    this.#store.transact(() => {
      this.#store.run('DELETE FROM codes WHERE expires_at <= ?', now);
      this.#store.run(
        `INSERT INTO codes (code_id, identifier, sealed, found, task_id, source, expires_at, named_end, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        identifier,
        this.#sealed.seal({ content, code }, id),
        code === '' ? 0 : 1,
        taskId,
        source,
        expiresAt ?? now + LIFETIME_MS,
        expiresAt,
        now,
      );
    });
    this.#waiters.notify(identifier);
    return this.#store.get<CodeRow>('SELECT * FROM codes WHERE code_id = ?', id)!;
  }

  /** Newest first; those that still hold. */
  list(identifier: string | null, limit: number): CodeRow[] {
    return this.#store.all<CodeRow>(
      'SELECT * FROM codes WHERE expires_at > ?1 AND (?2 IS NULL OR identifier = ?2) ORDER BY seq DESC LIMIT ?3',
      this.#clock.now(),
      identifier,
      limit,
    );
  }

  /** The newest code for the run, which no other run gets then; null: there is none. */
  take(identifier: string, runId: string): string | null {
    const store = this.#store;
    return store.transact(() => {
      const row = store.get<CodeRow>(
        `SELECT * FROM codes WHERE identifier = ? AND found = 1 AND taken_by IS NULL AND expires_at > ? AND (task_id IS NULL OR task_id = ?)
         ORDER BY task_id IS NULL, seq DESC LIMIT 1`,
        identifier,
        this.#clock.now(),
        runId,
      );
      if (!row) return null;
      store.run('UPDATE codes SET taken_by = ? WHERE code_id = ?', runId, row.code_id);
      return this.#opened(row)?.code ?? null;
    });
  }

  /** Resolves when a code came for `identifier`, after `ms`, or when `signal` aborts. */
  news(identifier: string, ms: number, signal: AbortSignal): Promise<void> {
    return this.#waiters.wait(identifier, ms, signal);
  }

  wire(row: CodeRow) {
    const opened = this.#opened(row);
    return {
      totp_identifier: row.identifier,
      task_id: row.task_id,
      workflow_id: null,
      workflow_run_id: null,
      source: row.source,
      content: opened?.content ?? '',
      expired_at: row.named_end === null ? null : formatServerTime(row.named_end),
      type: null,
      totp_code_id: row.code_id,
      code: opened?.code ?? '',
      organization_id: ORGANIZATION_ID,
      created_at: formatServerTime(row.created_at),
      modified_at: formatServerTime(row.created_at),
      otp_type: opened?.code ? 'totp' : null,
    };
  }

  /** Null when it was sealed under another token. */
  #opened(row: CodeRow): { readonly content: string; readonly code: string } | null {
    return this.#sealed.open(row.sealed, row.code_id) as { content: string; code: string } | null;
  }
}
