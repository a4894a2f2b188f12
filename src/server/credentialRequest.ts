/**
 * Checking the body of a credential. What is wrong is named without what was sent, as upstream does here: it may be a secret.
 */
import { HttpError, invalid, notOneOf, refusal, unhonoured } from './httpError.js';

export const CREDENTIAL_TYPES = ['password', 'credit_card', 'secret'] as const;
export type CredentialType = (typeof CREDENTIAL_TYPES)[number];

const REQUIRED: Readonly<Record<CredentialType, readonly string[]>> = {
  password: ['username', 'password'],
  credit_card: ['card_number', 'card_cvv', 'card_exp_month', 'card_exp_year', 'card_brand', 'card_holder_name'],
  secret: ['secret_value'],
};
const OPTIONAL: Readonly<Record<CredentialType, readonly string[]>> = {
  password: ['totp', 'totp_type', 'totp_identifier'],
  credit_card: ['billing_email', 'billing_phone'],
  secret: ['secret_label'],
};
/** Known to upstream and kept as they come: a map, an address. */
const FREE: Readonly<Record<CredentialType, readonly string[]>> = {
  password: ['metadata'],
  credit_card: ['billing_address', 'metadata'],
  secret: [],
};

export interface CredentialRequest {
  readonly name: string;
  readonly type: CredentialType;
  /** Everything of it, the secret parts too. */
  readonly secret: Readonly<Record<string, unknown>>;
  readonly browserProfileId: string | null;
  readonly testedUrl: string | null;
}

type Finding = { readonly loc: readonly string[]; readonly msg: string; readonly type: string };

/** @throws HttpError 422, 400 */
export function checkCredential(body: Record<string, unknown>): CredentialRequest {
  const findings: Finding[] = [];
  const text = (from: Record<string, unknown>, name: string, loc: readonly string[], required: boolean): string | null => {
    const value = Object.hasOwn(from, name) ? from[name] : undefined;
    if (value === undefined && required) findings.push({ loc: [...loc, name], msg: 'Field required', type: 'missing' });
    else if (typeof value === 'string' && (value !== '' || !required)) return value;
    else if (value === '') findings.push({ loc: [...loc, name], msg: 'Value error, it must not be empty', type: 'value_error' });
    else if (required || (value ?? null) !== null) {
      findings.push({ loc: [...loc, name], msg: 'Input should be a valid string', type: 'string_type' });
    }
    return null;
  };
  const name = text(body, 'name', ['body'], true);
  const type = text(body, 'credential_type', ['body'], true);
  const isKnown = (CREDENTIAL_TYPES as readonly (string | null)[]).includes(type);
  if (type !== null && !isKnown) findings.push(enumFinding(['body', 'credential_type']));
  const parts = body['credential'];
  if (parts === undefined) findings.push({ loc: ['body', 'credential'], msg: 'Field required', type: 'missing' });
  else if (typeof parts !== 'object' || parts === null || Array.isArray(parts)) {
    findings.push({ loc: ['body', 'credential'], msg: 'Input should be a valid dictionary', type: 'dict_type' });
  }
  const secret: Record<string, unknown> = {};
  if (isKnown && findings.length === 0) {
    const given = parts as Record<string, unknown>;
    const known = type as CredentialType;
    for (const part of REQUIRED[known]) secret[part] = text(given, part, ['body', 'credential'], true);
    for (const part of OPTIONAL[known]) secret[part] = text(given, part, ['body', 'credential'], false);
    for (const part of FREE[known]) secret[part] = given[part] ?? null;
  }
  const browserProfileId = text(body, 'browser_profile_id', ['body'], false);
  const testedUrl = text(body, 'tested_url', ['body'], false);
  if (findings.length > 0) throw new HttpError(422, { detail: findings });
  unhonoured(body, {
    vault_type: (value) => value === 'skyvern',
    proxy_location: () => false,
    proxy_session_id: () => false,
    rotate_proxy_session_id: (value) => value === false,
    auto_profile_disabled: (value) => value === false,
    pin_saved_session_ip: (value) => value === false,
  });
  if (secret['totp'] === '') secret['totp'] = null;
  if (typeof secret['totp'] === 'string' && totpKey(secret['totp']) === null) {
    const message = "Invalid authenticator key. Paste the raw Base32 setup key or full otpauth:// URI from the website's 2FA setup screen.";
    throw new HttpError(400, { detail: { error_code: 'invalid_authenticator_key', message } });
  }
  return { name: name!, type: type as CredentialType, secret, browserProfileId, testedUrl };
}

const enumFinding = (loc: readonly string[]): Finding => ({ loc, msg: notOneOf(loc, CREDENTIAL_TYPES, null).msg, type: 'enum' });

/** @throws HttpError 422 */
export function credentialTypeFilter(query: URLSearchParams): string | null {
  const type = query.get('credential_type');
  if (type === null || (CREDENTIAL_TYPES as readonly string[]).includes(type)) return type;
  throw new HttpError(422, { detail: [enumFinding(['query', 'credential_type'])] });
}

/** A search of at most 200 characters, in lower case. @throws HttpError 422 */
export function searchText(query: URLSearchParams): string | null {
  const text = query.get('search');
  if (text === null || text.length <= 200) return text?.toLowerCase() || null;
  const msg = 'String should have at most 200 characters';
  throw invalid([{ type: 'string_too_long', loc: ['query', 'search'], msg, input: text, ctx: { max_length: 200 } }]);
}

/** Shorter keys are codes or mistakes; 16 characters are refused by upstream. */
const MIN_KEY_CHARACTERS = 17;

/** The Base32 key of an authenticator, from the key itself or an `otpauth://` address; null when it is neither. */
export function totpKey(text: string): string | null {
  const written = text.startsWith('otpauth://') && URL.canParse(text) ? (new URL(text).searchParams.get('secret') ?? '') : text;
  const key = written.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  return key.length >= MIN_KEY_CHARACTERS && /^[A-Z2-7]+$/.test(key) ? key : null;
}

export const unknownCredential = (id: string, named: boolean): HttpError =>
  refusal(404, named ? `Credential not found, credential_id=${id}` : 'Credential not found');
