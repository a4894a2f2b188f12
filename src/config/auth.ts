/** `auth login | status | logout`: where keys are kept, and for which server. */
import { LocalError } from '../errors.js';
import type { Paths } from '../paths.js';
import { DEFAULT_PROFILE, keyStore, type StoredKey } from './files.js';
import type { Keychain } from './keychain.js';
import { checkProfileName } from './schema.js';
import { accountOf, cleanKey } from './settings.js';
import type { StoreDeps } from './store.js';

export interface AuthDeps extends StoreDeps {
  readonly paths: Pick<Paths, 'config'>;
  /** Rejects with `LocalError` `no_keychain` where there is none. */
  readonly keychain: () => Promise<Keychain>;
}

export interface Kept {
  readonly store: StoredKey['store'];
  /** The file, or `keychain`. */
  readonly where: string;
  /** Why it is not in a keychain; empty when it is. To be said openly. */
  readonly reason: string;
}

/**
 * Keeps a key for one server under a profile: in the keychain when one answers, else in a 0600 file.
 * Check it with the server first: what is kept is used.
 */
export async function storeKey(
  deps: AuthDeps,
  input: { readonly profile?: string; readonly baseUrl: URL; readonly key: string },
): Promise<Kept> {
  return keep(deps, checkProfileName(input.profile ?? DEFAULT_PROFILE), input);
}

/** Keeps the key of a language model beside that of the server: under the profile, for one address only. */
export const storeModelKey = (
  deps: AuthDeps,
  input: { readonly profile: string; readonly baseUrl: URL; readonly key: string },
): Promise<Kept> => keep(deps, modelSlot(checkProfileName(input.profile)), input);

/** The key of a language model that was kept for this origin; null when there is none. */
export async function readModelKey(
  deps: Pick<AuthDeps, 'paths' | 'owner' | 'keychain'>,
  profile: string,
  origin: string,
): Promise<string | null> {
  const slot = modelSlot(profile);
  const stored = keyStore(deps.paths, deps.owner).read().keys[slot];
  if (stored?.origin !== origin) return null;
  return stored.store === 'file' ? stored.value : (await deps.keychain()).get(accountOf(slot, origin));
}

/** No profile has a colon in its name. */
const modelSlot = (profile: string): string => `${profile}:model`;

async function keep(deps: AuthDeps, slot: string, input: { readonly baseUrl: URL; readonly key: string }): Promise<Kept> {
  const { origin } = input.baseUrl;
  const key = cleanKey(input.key);
  const reason = await tryKeychain(deps, async (keychain) => {
    await keychain.set(accountOf(slot, origin), key);
    // One that takes a key and does not give it back would lose it.
    if ((await keychain.get(accountOf(slot, origin))) !== key)
      throw new LocalError('no_keychain', 'the keychain does not give back what it takes');
  });
  const stored: StoredKey = reason === '' ? { origin, store: 'keychain' } : { origin, store: 'file', value: key };
  const store = keyStore(deps.paths, deps.owner);
  let before: StoredKey | undefined;
  await store.update(deps, (file) => {
    before = file.keys[slot];
    return { ...file, keys: { ...file.keys, [slot]: stored } };
  });
  if (before?.store === 'keychain' && before.origin !== origin) await forgetInKeychain(deps, slot, before.origin);
  return { store: stored.store, where: stored.store === 'file' ? store.path : 'keychain', reason };
}

/** Forgets a profile's key; null when there was none. `problem`: the keychain still has it, and why. */
export async function forgetKey(
  deps: AuthDeps,
  profile: string = DEFAULT_PROFILE,
): Promise<{ readonly origin: string; readonly problem: string } | null> {
  let stored: StoredKey | undefined;
  await keyStore(deps.paths, deps.owner).update(deps, (file) => {
    const { [profile]: own, ...rest } = file.keys;
    stored = own;
    return { ...file, keys: rest };
  });
  if (!stored) return null;
  return { origin: stored.origin, problem: stored.store === 'keychain' ? await forgetInKeychain(deps, profile, stored.origin) : '' };
}

/** Which server a profile's stored key is for, and where it is; null when there is none. Reads no key. */
export function storedKey(
  deps: Pick<AuthDeps, 'paths' | 'owner'>,
  profile: string = DEFAULT_PROFILE,
): { readonly origin: string; readonly store: StoredKey['store']; readonly where: string } | null {
  const store = keyStore(deps.paths, deps.owner);
  const stored = store.read().keys[profile];
  return stored ? { origin: stored.origin, store: stored.store, where: stored.store === 'file' ? store.path : 'keychain' } : null;
}

const forgetInKeychain = (deps: AuthDeps, profile: string, origin: string): Promise<string> =>
  tryKeychain(deps, (keychain) => keychain.remove(accountOf(profile, origin)));

/** Empty when it worked, else why not. */
async function tryKeychain(deps: AuthDeps, work: (keychain: Keychain) => Promise<void>): Promise<string> {
  try {
    await work(await deps.keychain());
    return '';
  } catch (error) {
    if (error instanceof LocalError) return error.message;
    throw error;
  }
}
