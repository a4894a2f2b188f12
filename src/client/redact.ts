/**
 * Taking secrets out of text that is shown: first those we know, by value, then what looks like one.
 */
import type { Wire } from '../protocol/decode.js';

export const MASK = '***';

/** Fields whose values are secrets or lead to one, in requests and in the answers that give them back. */
const SECRET_FIELDS = ['secrets', 'extra_http_headers', 'cdp_connect_headers', 'totp_identifier', 'totp_url', 'browser_address'];
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

/** A function that masks the given values, as they are and as JSON and URLs write them, and all that looks like a secret. */
export function redactor(secrets: Iterable<string>): Redact {
  const known = new Set<string>();
  for (const secret of secrets) {
    // A shorter value would mask half of every message.
    if (secret.length < 4) continue;
    known.add(secret).add(JSON.stringify(secret).slice(1, -1)).add(encodeURIComponent(secret.toWellFormed()));
  }
  const values = [...known].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const value of values) clean = clean.replaceAll(value, MASK);
    for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
    return clean;
  };
}

/** The secret values of a request body. */
export function secretsOf(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  return SECRET_FIELDS.flatMap((field) => leaves((body as Wire)[field])).flatMap((value) => [value, ...partsOf(value)]);
}

/** What of an address is secret: the values of its query, and segments of its path that are too long to be names. */
function partsOf(value: string): string[] {
  if (!/^[a-z]+:\/\//i.test(value) || !URL.canParse(value)) return [];
  const { pathname, searchParams } = new URL(value);
  return [...searchParams.values(), ...pathname.split('/').filter((segment) => segment.length >= 12)];
}

/** A body with secrets, and what an error repeats of its request, masked: shape and names stay, values go. */
export function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const masked = (key: string, inner: unknown) =>
    key === ECHO_FIELD || SECRET_FIELDS.includes(key) ? maskLeaves(inner) : maskSecrets(inner);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(key, inner)]));
}

/** The same for text that may be JSON. */
export function maskText(text: string): string {
  try {
    return JSON.stringify(maskSecrets(JSON.parse(text)));
  } catch {
    return text;
  }
}

function maskLeaves(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskLeaves);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskLeaves(inner)]));
  return value === null ? null : MASK;
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
}
