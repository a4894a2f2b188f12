import { asObject, asString, optionalString, type Wire } from './decode.js';

export const CREDENTIAL_TYPES = ['password', 'credit_card', 'secret'] as const;
export type CredentialType = (typeof CREDENTIAL_TYPES)[number];

/** A stored credential. The API never gives its secrets back. */
export interface Credential extends Wire {
  readonly credential_id: string;
  readonly name: string;
  readonly credential_type: string;
  readonly vault_type: string | null;
  /** What of it may be shown: a user name, the last digits of a card. */
  readonly credential: Wire;
}

/** Body of `POST /v1/credentials`, and of an update: the whole credential. */
export interface CredentialRequest {
  readonly name: string;
  /** One of `CREDENTIAL_TYPES`: it says what `credential` holds. */
  readonly credential_type: string;
  readonly credential: Wire;
  readonly vault_type?: string | null;
  readonly proxy_location?: string | Wire | null;
  readonly proxy_session_id?: string | null;
  readonly rotate_proxy_session_id?: boolean;
  readonly browser_profile_id?: string | null;
  readonly auto_profile_disabled?: boolean;
  readonly pin_saved_session_ip?: boolean;
  readonly tested_url?: string | null;
}

export function decodeCredential(value: unknown, path = ''): Credential {
  const wire = asObject(value, path);
  return {
    ...wire,
    credential_id: asString(wire['credential_id'], `${path}.credential_id`),
    name: asString(wire['name'], `${path}.name`),
    credential_type: asString(wire['credential_type'], `${path}.credential_type`),
    vault_type: optionalString(wire['vault_type']),
    credential: asObject(wire['credential'] ?? {}, `${path}.credential`),
  };
}

/** Body of `POST /v1/credentials/totp`. */
export interface TotpPush {
  readonly totp_identifier: string;
  /** Up to 10 characters are the code itself; the server looks for one in longer text. */
  readonly content: string;
  readonly task_id?: string;
  /** One version of a workflow, `w_...`. */
  readonly workflow_id?: string;
  readonly workflow_run_id?: string;
  /** Where it came from: `email`, `phone`, ... */
  readonly source?: string;
  /** Server's time. */
  readonly expired_at?: string;
}

export interface TotpCode extends Wire {
  readonly totp_code_id: string;
  readonly totp_identifier: string | null;
  /** Empty while the server still looks for the code in the text. */
  readonly code: string;
}

export function decodeTotpCode(value: unknown): TotpCode {
  const wire = asObject(value);
  return {
    ...wire,
    totp_code_id: asString(wire['totp_code_id'], 'totp_code_id'),
    totp_identifier: optionalString(wire['totp_identifier']),
    code: optionalString(wire['code']) ?? '',
  };
}
