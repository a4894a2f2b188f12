/** Keys that a webhook may have been signed with: the one that started the run, and nobody remembers which that was. */
import type { Command } from 'commander';
import { keyStore } from '../../config/files.js';
import { accountOf, cleanKey } from '../../config/settings.js';
import { SkyvernError } from '../../errors.js';
import { verifyWebhook } from '../../protocol/webhookSignature.js';
import { findLocalServer } from '../../server/daemon.js';
import type { CliContext } from '../context.js';
import { daemonDeps } from '../local.js';
import { settingsOf } from '../settings.js';
import { keyFor } from '../target.js';

export interface SigningKey {
  readonly value: string;
  /** For people: the profile or variable it comes from. Never the key. */
  readonly where: string;
}

/** Where the key of the embedded server comes from. */
export const EMBEDDED_KEY = 'the embedded server';

/**
 * All that this machine knows: the one of this call first, then those of every profile, and the embedded server's.
 * @throws SkyvernError `no_key` (4) when there is none: an empty key would let anyone sign
 */
export async function signingKeys(ctx: CliContext, command: Command): Promise<readonly SigningKey[]> {
  const keys: SigningKey[] = [];
  const add = (value: string | undefined | null, where: string) => {
    if (value && !keys.some((known) => known.value === value)) keys.push({ value, where });
  };
  let missing: SkyvernError | null = null;
  try {
    const key = await keyFor(ctx, settingsOf(ctx, command));
    add(key.value, key.where);
  } catch (error) {
    if (!(error instanceof SkyvernError) || error.exit !== 'auth') throw error;
    missing = error;
  }
  // Keys of language models lie beside those of servers, and sign nothing.
  for (const [profile, stored] of Object.entries(keyStore(ctx.paths, ctx.io).read().keys)) {
    if (stored && !profile.includes(':')) add(await read(ctx, profile, stored), `profile ${profile}`);
  }
  add((await findLocalServer(daemonDeps(ctx)))?.token, EMBEDDED_KEY);
  if (keys.length > 0) return keys;
  throw new SkyvernError('auth', 'no_key', 'there is no API key that a webhook could have been signed with', {
    hint: '`skyvern auth login` stores one, and SKYVERN_API_KEY gives one',
    cause: missing,
  });
}

async function read(
  { keychain }: CliContext,
  profile: string,
  stored: { readonly origin: string; readonly store: string; readonly value?: string },
): Promise<string | null> {
  if (stored.store === 'file') return stored.value === undefined ? null : cleanKey(stored.value);
  try {
    return await (await keychain()).get(accountOf(profile, stored.origin));
  } catch {
    return null; // a keychain that is locked knows no key; the others are tried
  }
}

/** The key that signed these bytes; null when none of them did. */
export const signerOf = (body: Uint8Array, signature: string | null | undefined, keys: readonly SigningKey[]): SigningKey | null =>
  keys.find(({ value }) => verifyWebhook(body, signature, value)) ?? null;
