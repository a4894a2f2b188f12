/** What browsers hold between runs, encrypted: cookies are log-ins. Each belongs to a session or to a profile. */
import type { Clock } from '../clock.js';
import type { BrowserState } from '../engine/task.js';
import type { Sealed } from './sealed.js';
import type { Store } from './store.js';

/** How long a profile can still be made of a session; one lives for hours. */
const SESSION_KEPT_MS = 30 * 86_400_000;

export class BrowserStates {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #sealed: Sealed;

  constructor(store: Store, clock: Clock, sealed: Sealed) {
    this.#store = store;
    this.#clock = clock;
    this.#sealed = sealed;
  }

  /** @param owner id of a session or a profile */
  save(owner: string, state: BrowserState): void {
    const sql = `INSERT INTO browser_states (owner, sealed, modified_at) VALUES (?, ?, ?)
      ON CONFLICT (owner) DO UPDATE SET sealed = excluded.sealed, modified_at = excluded.modified_at`;
    this.#store.transact(() => this.#store.run(sql, owner, this.#sealed.seal(state, owner), this.#clock.now()));
  }

  /** Null when there is none, or it was sealed with another key. */
  open(owner: string): BrowserState | null {
    const row = this.#store.get<{ sealed: Uint8Array }>('SELECT sealed FROM browser_states WHERE owner = ?', owner);
    return row && (this.#sealed.open(row.sealed, owner) as BrowserState | null);
  }

  /** False when there is nothing to copy. */
  copy(from: string, to: string): boolean {
    const state = this.open(from);
    if (state) this.save(to, state);
    return state !== null;
  }

  /** Log-ins of sessions that ended long ago are not kept for ever. */
  removeExpired(): void {
    const sql = "DELETE FROM browser_states WHERE owner LIKE 'pbs_%' AND modified_at < ?";
    this.#store.transact(() => this.#store.run(sql, this.#clock.now() - SESSION_KEPT_MS));
  }

  delete(owner: string): void {
    this.#store.transact(() => this.#store.run('DELETE FROM browser_states WHERE owner = ?', owner));
  }
}
