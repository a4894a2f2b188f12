/** Browser profiles by name; what they hold is in `BrowserStates`. */
import type { Clock } from '../clock.js';
import { formatServerTime } from '../protocol/time.js';
import type { Store } from './store.js';
import { ORGANIZATION_ID } from './wire.js';

export interface ProfileRow {
  readonly profile_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly created_at: number;
  readonly modified_at: number;
  readonly deleted_at: number | null;
}

export interface ProfileFilter {
  readonly includeDeleted: boolean;
  /** Lower case. */
  readonly search: string | null;
  readonly limit: number;
  readonly offset: number;
}

export class ProfileStore {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Null when there is one of that name. */
  create(name: string, description: string | null): ProfileRow | null {
    return this.#store.transact(() => {
      if (this.#named(name)) return null;
      const id = this.#store.newId('bp');
      const at = this.#clock.now();
      const sql = 'INSERT INTO browser_profiles (profile_id, name, description, created_at, modified_at) VALUES (?, ?, ?, ?, ?)';
      this.#store.run(sql, id, name, description, at, at);
      return this.get(id);
    });
  }

  /** Null when another one has that name. */
  update(row: ProfileRow, name: string, description: string | null): ProfileRow | null {
    return this.#store.transact(() => {
      if ((this.#named(name)?.profile_id ?? row.profile_id) !== row.profile_id) return null;
      const sql = 'UPDATE browser_profiles SET name = ?, description = ?, modified_at = ? WHERE profile_id = ?';
      this.#store.run(sql, name, description, this.#clock.now(), row.profile_id);
      return this.get(row.profile_id);
    });
  }

  get(id: string): ProfileRow | null {
    return this.#store.get<ProfileRow>('SELECT * FROM browser_profiles WHERE profile_id = ? AND deleted_at IS NULL', id);
  }

  /** Newest first. */
  list({ includeDeleted, search, limit, offset }: ProfileFilter): ProfileRow[] {
    return this.#store.all<ProfileRow>(
      `SELECT * FROM browser_profiles WHERE (?1 = 1 OR deleted_at IS NULL) AND (?2 IS NULL OR instr(lower(name), ?2) > 0)
       ORDER BY seq DESC LIMIT ?3 OFFSET ?4`,
      Number(includeDeleted),
      search,
      limit,
      offset,
    );
  }

  delete(row: ProfileRow): void {
    const sql = 'UPDATE browser_profiles SET deleted_at = ? WHERE profile_id = ?';
    this.#store.transact(() => this.#store.run(sql, this.#clock.now(), row.profile_id));
  }

  #named(name: string): ProfileRow | null {
    return this.#store.get<ProfileRow>('SELECT * FROM browser_profiles WHERE name = ? AND deleted_at IS NULL', name);
  }
}

export const profileWire = (row: ProfileRow) => ({
  browser_profile_id: row.profile_id,
  organization_id: ORGANIZATION_ID,
  name: row.name,
  description: row.description,
  source_browser_type: null,
  proxy_location: null,
  proxy_session_id: null,
  is_managed: false,
  workflow_permanent_id: null,
  browser_profile_key_digest: null,
  created_at: formatServerTime(row.created_at),
  modified_at: formatServerTime(row.modified_at),
  deleted_at: row.deleted_at === null ? null : formatServerTime(row.deleted_at),
  last_verified_login_at: null,
  linked_credential_name: null,
});
