/**
 * Signatures of webhooks: `x-skyvern-signature` is the lower-case hex of HMAC-SHA256 over the exact bytes of the body, under an
 * API key of the organization (reference: Skyvern API, webhooks). The timestamp header is not signed.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const SIGNATURE_HEADER = 'x-skyvern-signature';
export const TIMESTAMP_HEADER = 'x-skyvern-timestamp';

/** @param body the raw bytes, or text that is sent as UTF-8 */
export const signWebhook = (body: string | Uint8Array, key: string): string => createHmac('sha256', key).update(body).digest('hex');

/** A message as Standard Webhooks 1.0.0 signs it. */
export interface StandardMessage {
  /** The same for every try of one message, so that a receiver can tell a repetition. */
  readonly id: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly body: string | Uint8Array;
}

/**
 * The headers of Standard Webhooks, which many receivers check with a library: the time is signed, and old messages can be refused.
 * @param key the API key; libraries want it as `standardSecret` writes it
 */
export function standardHeaders({ id, timestamp, body }: StandardMessage, key: string): Readonly<Record<string, string>> {
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}

/** An API key in the form in which libraries for Standard Webhooks take a secret. */
export const standardSecret = (key: string): string => `whsec_${Buffer.from(key).toString('base64')}`;

/**
 * Whether the body was signed with one of the keys.
 *
 * Every key is tried, whichever fits, and none is compared faster than another: the time tells nothing.
 * @param body the raw bytes as they were received; an object that was parsed and written again is another text
 * @param signature the header; missing, or not of the form of one, gives false
 * @param keys several while keys are being exchanged: a run's webhook is signed with the key that started the run
 */
export function verifyWebhook(body: string | Uint8Array, signature: string | null | undefined, keys: string | readonly string[]): boolean {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) throw new TypeError('verifyWebhook needs the raw body, not a parsed one');
  const given = /^[0-9a-f]{64}$/i.test(signature?.trim() ?? '') ? Buffer.from(signature?.trim() ?? '', 'hex') : null;
  let signed = false;
  for (const key of [keys].flat()) {
    // An empty key would let anyone sign.
    const fits = given !== null && key !== '' && timingSafeEqual(createHmac('sha256', key).update(body).digest(), given);
    signed ||= fits;
  }
  return signed;
}
