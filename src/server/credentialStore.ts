/** Credentials in SQLite: what identifies them in the clear, the rest sealed. Answers never hold a secret. */
import type { Clock } from '../clock.js';
import type { TaskCredential } from '../engine/task.js';
import { type CredentialRequest, type CredentialType, totpKey } from './credentialRequest.js';
import type { Sealed } from './sealed.js';
import type { Store } from './store.js';

export interface CredentialRow {
  readonly credential_id: string;
  readonly name: string;
  readonly credential_type: CredentialType;
  /** JSON: what answers show of it. */
  readonly shown: string;
  readonly sealed: Uint8Array;
  readonly browser_profile_id: string | null;
  readonly tested_url: string | null;
}

/** What a run gets of a credential. */
export interface OpenedCredential {
  readonly credential: TaskCredential;
  readonly secrets: ReadonlyMap<string, string>;
  /** Base32; null: no authenticator belongs to it. */
  readonly totpKey: string | null;
  /** Codes for it are sent under this name; null: they are not. */
  readonly totpIdentifier: string | null;
}

export interface CredentialFilter {
  readonly type: string | null;
  /** Lower case. */
  readonly search: string | null;
  readonly limit: number;
  readonly offset: number;
}

/** Parts that neither a model nor a log sees. A user name is none: the API shows it. */
const SECRET_PARTS: readonly string[] = ['password', 'card_number', 'card_cvv', 'secret_value'];

export class CredentialStore {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #sealed: Sealed;

  constructor(store: Store, clock: Clock, sealed: Sealed) {
    this.#store = store;
    this.#clock = clock;
    this.#sealed = sealed;
  }

  create(request: CredentialRequest): CredentialRow {
    const id = this.#store.newId('cred');
    const at = this.#clock.now();
    this.#store.transact(() =>
      this.#store.run(
        `INSERT INTO credentials (credential_id, name, credential_type, shown, sealed, browser_profile_id, tested_url,
           created_at, modified_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        request.name,
        request.type,
        JSON.stringify(shown(request)),
        this.#sealed.seal(request.secret, id),
        request.browserProfileId,
        request.testedUrl,
        at,
        at,
      ),
    );
    return this.get(id)!;
  }

  /** Replaces all but the authenticator's key, which stays when none is sent, as upstream's does. Null: there is none. */
  update(id: string, request: CredentialRequest): CredentialRow | null {
    return this.#store.transact(() => {
      const row = this.get(id);
      if (!row) return null;
      const totp = request.secret['totp'] ?? (request.type === 'password' ? (this.secret(row)?.['totp'] ?? null) : undefined);
      const whole = totp === undefined ? request : { ...request, secret: { ...request.secret, totp } };
      this.#store.run(
        `UPDATE credentials SET name = ?, credential_type = ?, shown = ?, sealed = ?, browser_profile_id = ?, tested_url = ?,
           modified_at = ?
         WHERE credential_id = ?`,
        whole.name,
        whole.type,
        JSON.stringify(shown(whole)),
        this.#sealed.seal(whole.secret, id),
        whole.browserProfileId,
        whole.testedUrl,
        this.#clock.now(),
        id,
      );
      return this.get(id);
    });
  }

  get(id: string): CredentialRow | null {
    return this.#store.get<CredentialRow>('SELECT * FROM credentials WHERE credential_id = ?', id);
  }

  /** All of it; null when it was sealed under another token. */
  secret(row: CredentialRow): Readonly<Record<string, unknown>> | null {
    return this.#sealed.open(row.sealed, row.credential_id) as Readonly<Record<string, unknown>> | null;
  }

  /** For a run. Null: there is none, or it was sealed under another token. */
  open(id: string): OpenedCredential | null {
    const row = this.get(id);
    const parts = row && this.secret(row);
    if (!row || !parts) return null;
    const texts = Object.entries(parts).filter((part): part is [string, string] => typeof part[1] === 'string' && part[1] !== '');
    const secrets = new Map(texts.filter(([part]) => SECRET_PARTS.includes(part)));
    const plain = Object.fromEntries(texts.filter(([part]) => !SECRET_PARTS.includes(part) && !part.startsWith('totp')));
    const [key, identifier] = [parts['totp'], parts['totp_identifier']];
    return {
      credential: { id, name: row.name, type: row.credential_type, plain, secretNames: [...secrets.keys()] },
      secrets,
      totpKey: typeof key === 'string' ? totpKey(key) : null,
      totpIdentifier: typeof identifier === 'string' && identifier !== '' ? identifier : null,
    };
  }

  /** Newest first. */
  list({ type, search, limit, offset }: CredentialFilter): CredentialRow[] {
    return this.#store.all<CredentialRow>(
      `SELECT * FROM credentials WHERE (?1 IS NULL OR credential_type = ?1) AND (?2 IS NULL OR instr(lower(name), ?2) > 0)
       ORDER BY seq DESC LIMIT ?3 OFFSET ?4`,
      type,
      search,
      limit,
      offset,
    );
  }

  /** False when there was none. */
  delete(id: string): boolean {
    return this.#store.transact(() => this.#store.run('DELETE FROM credentials WHERE credential_id = ?', id)) > 0;
  }
}

function shown({ type, secret }: CredentialRequest): Record<string, unknown> {
  if (type === 'secret') return { secret_label: secret['secret_label'] };
  if (type === 'credit_card') return { last_four: String(secret['card_number']).slice(-4), brand: secret['card_brand'] };
  const { username, totp, totp_type, totp_identifier } = secret;
  return { username, totp_type: totp_type ?? 'none', totp_identifier, has_totp: totp !== null };
}

export const credentialWire = (row: CredentialRow) => ({
  credential_id: row.credential_id,
  credential: JSON.parse(row.shown) as unknown,
  credential_type: row.credential_type,
  name: row.name,
  vault_type: 'skyvern',
  browser_profile_id: row.browser_profile_id,
  auto_profile_disabled: false,
  pin_saved_session_ip: false,
  tested_url: row.tested_url,
  user_context: null,
  save_browser_session_intent: false,
  run_sequentially: false,
  folder_id: null,
  proxy_location: null,
  proxy_session_id: null,
  created_by: null,
});
