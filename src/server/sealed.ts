import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { Random } from '../random.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Values that lie encrypted in the database (AES-256-GCM, key derived from the server's token): who gets the file alone, in
 * a backup, gets none of them.
 */
export class Sealed {
  readonly #key: Buffer;
  readonly #random: Random;

  constructor(token: string, random: Random) {
    this.#key = createHmac('sha256', token).update('credentials').digest();
    this.#random = random;
  }

  /** @param owner what the value belongs to: it cannot be opened as another's */
  seal(value: unknown, owner: string): Uint8Array {
    const iv = this.#random.bytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  }

  /** Null when it was sealed with another key or for another owner, or was changed. */
  open(sealed: Uint8Array, owner: string): unknown {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, IV_BYTES)).setAAD(Buffer.from(owner));
      decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
      return JSON.parse(text);
    } catch {
      return null;
    }
  }
}
