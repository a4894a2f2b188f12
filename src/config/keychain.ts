/** The operating system's keychain, when there is one that answers. */
import { LocalError } from '../errors.js';

/** Where keys may be kept. Every method rejects with `LocalError` `no_keychain` when it does not answer in time. */
export interface Keychain {
  get(account: string): Promise<string | null>;
  set(account: string, value: string): Promise<void>;
  remove(account: string): Promise<void>;
}

/** What is used of the package `@napi-rs/keyring`. */
export interface KeyringModule {
  readonly AsyncEntry: new (
    service: string,
    username: string,
    options: { linux: { store: 'secret-service' } },
  ) => {
    getPassword(signal?: AbortSignal): Promise<string | null>;
    setPassword(password: string, signal?: AbortSignal): Promise<void>;
    deletePassword(signal?: AbortSignal): Promise<boolean>;
  };
}

const SERVICE = 'skyvern-cli';
/** A locked keychain may wait for a person who is not there. */
const PATIENCE_MS = 3_000;

/**
 * @param load imports the optional package; rejects where it is not installed
 * @param patienceMs real time: a keychain that hangs does so outside of this process
 */
export async function openKeychain(load: () => Promise<KeyringModule>, patienceMs = PATIENCE_MS): Promise<Keychain> {
  const keyring = await answered(load, patienceMs);
  // Without this, Linux falls back to a store in memory that is gone after a restart.
  const entry = (account: string) => new keyring.AsyncEntry(SERVICE, account, { linux: { store: 'secret-service' } });
  return {
    get: (account) => answered((signal) => entry(account).getPassword(signal), patienceMs),
    set: (account, value) => answered((signal) => entry(account).setPassword(value, signal), patienceMs),
    remove: async (account) => {
      await answered((signal) => entry(account).deletePassword(signal), patienceMs);
    },
  };
}

/** The outcome of `work`, which may throw, hang or ignore its signal. */
async function answered<T>(work: (signal: AbortSignal) => Promise<T>, patienceMs: number): Promise<T> {
  const signal = AbortSignal.timeout(patienceMs);
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error(`no answer in ${patienceMs} ms`)), { once: true }),
  );
  try {
    return await Promise.race([Promise.resolve(signal).then(work), late]);
  } catch (error) {
    throw new LocalError('no_keychain', `the keychain cannot be used (${error instanceof Error ? error.message : 'unknown'})`, {
      cause: error,
    });
  }
}
