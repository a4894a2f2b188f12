import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** A nonce of a challenge: hex only, so that an answer can never pass for a signature of anything else made with the key. */
export const NONCE = /^[0-9a-f]{32,128}$/;

/** What only a holder of the key can answer: HMAC-SHA256 of the nonce, hex. */
export const challengeProof = (token: string, nonce: string): string => createHmac('sha256', token).update(nonce).digest('hex');

/** Compares in the same time whatever was sent. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string) => hash('sha256', text, 'buffer');
  return timingSafeEqual(digest(a), digest(b));
}
