/**
 * Taking secrets out of text that is shown: first those we know, by value, then what looks like one.
 */
export const MASK = '***';

/** Fields whose values are secrets or lead to one, in requests and in the answers that give them back. */
const SECRET_FIELDS = new Set(['secrets', 'extra_http_headers', 'cdp_connect_headers', 'totp_identifier', 'totp_url', 'browser_address']);
/** What people call a secret in the fields of their own. */
const SECRET_NAME = /passw|passphrase|secret|token|api_?key|credential$|otp_code|card_(?:number|cvv)|cvv|private_key/i;
/** Addresses that are shown, but for what only their owner knows: in some that is a part of the path, too. */
const HOOK_FIELDS = new Set(['webhook_url', 'webhook_callback_url', 'proxy_url']);
const PAGE_FIELDS = new Set(['url', 'navigation_url']);

/** Values given to a run may be anything: a password as well as a city. A list of this name holds their definitions. */
const isSecret = (name: string, value: unknown): boolean =>
  SECRET_FIELDS.has(name) || SECRET_NAME.test(name) || (name === 'parameters' && !Array.isArray(value));
/** The text of a message with a one-time code in it stands beside the one it is for. */
const isMessage = (name: string, beside: object): boolean => name === 'content' && 'totp_identifier' in beside;
/** Where validation errors repeat what they were sent. */
const ECHO_FIELD = 'input';

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Signed URLs and keys in queries.
  [/([?&;](?:sig|signature|token|access_token|api[-_]?key|key|secret|password|x-amz-[a-z-]+|awsaccesskeyid)=)[^&\s"'<>]+/gi, `$1${MASK}`],
  // JSON Web Tokens: what API keys of this service are.
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, MASK],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${MASK}`],
  [/(:\/\/[^/\s:@]+:)[^/\s@]+@/g, `$1${MASK}@`],
];

export type Redact = (text: string) => string;

/** A function that masks the given values, as they are and as programs write them, and all that looks like a secret. */
export function redactor(secrets: Iterable<string>): Redact {
  const known = new Set<string>();
  for (const secret of secrets) {
    // These would mask half of every message.
    if (secret.length < 4 || /^(?:true|false|null)$/.test(secret)) continue;
    for (const form of formsOf(secret)) known.add(form);
  }
  const values = [...known].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const value of values) clean = clean.replaceAll(value, MASK);
    for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
    return clean;
  };
}

/** As it is, and as JSON, URLs, forms, base64 and hex write it. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const plain = [secret, JSON.stringify(secret).slice(1, -1)];
  const inUrl = [encodeURIComponent(secret.toWellFormed()), new URLSearchParams({ x: secret }).toString().slice(2)];
  // A few letters in base64 are a part of many words.
  if (bytes.length < 8) return [...plain, ...inUrl];
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [...plain, ...inUrl, base64, base64.replaceAll('+', '-').replaceAll('/', '_'), bytes.toString('hex')];
}

/** The secret values of a request body, however deep. */
export function secretsOf(body: unknown): string[] {
  if (Array.isArray(body)) return body.flatMap(secretsOf);
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([name, value]) => {
    if (isSecret(name, value) || isMessage(name, body)) return leaves(value).flatMap((each) => [each, ...hookParts(each)]);
    return typeof value === 'string' ? addressParts(name, value) : secretsOf(value);
  });
}

/** What is secret of the address in a field that holds one. */
const addressParts = (name: string, value: string): string[] =>
  HOOK_FIELDS.has(name) ? hookParts(value) : PAGE_FIELDS.has(name) ? pageParts(value) : [];

/** Password and values of the query, as they stand in the address and as what they mean. */
function pageParts(value: string): string[] {
  if (!/^[a-z]+:\/\//i.test(value) || !URL.canParse(value)) return [];
  const { password, search, searchParams, hash } = new URL(value);
  const written = search.slice(1).split('&');
  return [password, ...written.map((pair) => pair.replace(/^[^=]*=/, '')), hash.slice(1), ...searchParams.values()].filter(
    (part) => part !== '',
  );
}

/** The same, and segments of the path that are too long to be names. */
const hookParts = (value: string): string[] =>
  URL.canParse(value) ? [...pageParts(value), ...new URL(value).pathname.split('/').filter((segment) => segment.length >= 12)] : [];

/** Masks what is secret of a webhook's address, in it and in what its receiver says: whoever knows it whole can post there. */
export const hookRedactor = (url: string): Redact => redactor(hookParts(url));

/** Deeper than this nobody looks, and a server may send a million levels. */
const MAX_DEPTH = 60;

/** A body with secrets, and what an error repeats of its request, masked: shape and names stay, values go. */
export function maskSecrets(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return MASK;
  if (Array.isArray(value)) return value.map((each) => maskSecrets(each, depth + 1));
  const masked = (name: string, inner: unknown) => {
    if (name === ECHO_FIELD || isSecret(name, inner) || isMessage(name, value)) return maskLeaves(inner, depth + 1);
    return typeof inner === 'string' ? redactor(addressParts(name, inner))(inner) : maskSecrets(inner, depth + 1);
  };
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(name, inner)]));
}

/** Every text in a JSON value, through `redact`. */
export function redactTexts(value: unknown, redact: Redact, depth = 0): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return MASK;
  if (Array.isArray(value)) return value.map((each) => redactTexts(each, redact, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [redact(name), redactTexts(inner, redact, depth + 1)]));
}

/** The same for text that may be JSON. */
export function maskText(text: string): string {
  try {
    return JSON.stringify(maskSecrets(JSON.parse(text)));
  } catch {
    return text;
  }
}

function maskLeaves(value: unknown, depth: number): unknown {
  if (value === null) return null;
  if (typeof value !== 'object' || depth > MAX_DEPTH) return MASK;
  if (Array.isArray(value)) return value.map((each) => maskLeaves(each, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, maskLeaves(inner, depth + 1)]));
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
}
