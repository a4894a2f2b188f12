import type { Random } from '../random.js';

/** Crockford's alphabet: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID: 10 characters of time and 16 random ones, so that names sort by time. @param nowMs epoch milliseconds */
export function ulid(nowMs: number, random: Random): string {
  let time = '';
  for (let rest = Math.floor(nowMs), place = 0; place < 10; place++) {
    time = ALPHABET[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  return time + [...random.bytes(16)].map((byte) => ALPHABET[byte % 32]).join('');
}

export const isUlid = (text: string): boolean => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(text);

/** The time in a ULID, in epoch milliseconds. */
export const ulidTime = (id: string): number => [...id.slice(0, 10)].reduce((time, letter) => time * 32 + ALPHABET.indexOf(letter), 0);
