/** Browser sessions with their lifetime. */
import type { Clock } from '../clock.js';
import { formatServerTime } from '../protocol/time.js';
import type { Store } from './store.js';
import { ORGANIZATION_ID } from './wire.js';

export interface SessionRow {
  readonly session_id: string;
  readonly timeout_minutes: number;
  readonly created_at: number;
  readonly modified_at: number;
  /** When it was closed; null: not, though its time may be over. */
  readonly closed_at: number | null;
  /** When the first run used it; null: none did. */
  readonly started_at: number | null;
  /** The newest run that used it. */
  readonly last_run: string | null;
  /** The profile that it began with. */
  readonly profile_id: string | null;
}

export class SessionStore {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  create(timeoutMinutes: number, profileId: string | null): SessionRow {
    const id = this.#store.newId('pbs');
    const at = this.#clock.now();
    const sql = 'INSERT INTO browser_sessions (session_id, timeout_minutes, profile_id, created_at, modified_at) VALUES (?, ?, ?, ?, ?)';
    this.#store.transact(() => this.#store.run(sql, id, timeoutMinutes, profileId, at, at));
    return this.get(id)!;
  }

  get(id: string): SessionRow | null {
    return this.#store.get<SessionRow>('SELECT * FROM browser_sessions WHERE session_id = ?', id);
  }

  /** Those that have not ended, newest first. */
  live(): SessionRow[] {
    const now = this.#clock.now();
    const rows = this.#store.all<SessionRow>('SELECT * FROM browser_sessions WHERE closed_at IS NULL ORDER BY seq DESC');
    return rows.filter((row) => endedAt(row, now) === null);
  }

  /** All, newest first. */
  history(limit: number, offset: number): SessionRow[] {
    return this.#store.all<SessionRow>('SELECT * FROM browser_sessions ORDER BY seq DESC LIMIT ? OFFSET ?', limit, offset);
  }

  extend(row: SessionRow, timeoutMinutes: number): SessionRow {
    return this.#set(row, 'timeout_minutes', timeoutMinutes);
  }

  /** Of one that has not ended. */
  close(row: SessionRow): SessionRow {
    return this.#set(row, 'closed_at', this.#clock.now());
  }

  used(row: SessionRow, runId: string): void {
    const at = this.#clock.now();
    const sql = 'UPDATE browser_sessions SET last_run = ?, started_at = coalesce(started_at, ?), modified_at = ? WHERE session_id = ?';
    this.#store.transact(() => this.#store.run(sql, runId, at, at, row.session_id));
  }

  #set(row: SessionRow, column: 'timeout_minutes' | 'closed_at', value: number): SessionRow {
    const sql = `UPDATE browser_sessions SET ${column} = ?, modified_at = ? WHERE session_id = ?`;
    this.#store.transact(() => this.#store.run(sql, value, this.#clock.now(), row.session_id));
    return this.get(row.session_id)!;
  }
}

/** Epoch milliseconds. */
export const endOfLife = (row: SessionRow): number => row.created_at + row.timeout_minutes * 60_000;

/** When it was closed or its time was over; null while it is live. */
export const endedAt = (row: SessionRow, nowMs: number): number | null =>
  row.closed_at ?? (endOfLife(row) <= nowMs ? endOfLife(row) : null);

/** `running` from the first run on, as upstream's: whether one is in it now is told by its occupant. */
export function statusOf(row: SessionRow, nowMs: number): 'created' | 'running' | 'completed' | 'timeout' {
  if (endedAt(row, nowMs) === null) return row.started_at === null ? 'created' : 'running';
  return row.closed_at === null ? 'timeout' : 'completed';
}

export function sessionWire(row: SessionRow, nowMs: number, warning: string | null = null) {
  const ended = endedAt(row, nowMs);
  return {
    browser_session_id: row.session_id,
    organization_id: ORGANIZATION_ID,
    status: statusOf(row, nowMs),
    runnable_type: row.last_run === null ? null : 'task',
    runnable_id: row.last_run,
    timeout: row.timeout_minutes,
    browser_address: null,
    app_url: null,
    extensions: null,
    browser_type: null,
    browser_profile_id: row.profile_id,
    generate_browser_profile: false,
    browser_settings: null,
    browser_settings_receipt: null,
    vnc_streaming_supported: false,
    stream_transport: null,
    download_path: null,
    downloaded_files: [],
    recordings: [],
    started_at: row.started_at === null ? null : formatServerTime(row.started_at),
    completed_at: ended === null ? null : formatServerTime(ended),
    created_by: null,
    created_at: formatServerTime(row.created_at),
    modified_at: formatServerTime(row.modified_at),
    deleted_at: null,
    warning,
    source: 'managed',
    remaining_lifetime_seconds: ended === null ? Math.round((endOfLife(row) - nowMs) / 1000) : null,
  };
}
