import { main, type World } from '../../src/cli/main.js';
import type { Keychain } from '../../src/config/keychain.js';
import { LocalError } from '../../src/errors.js';
import { manualClock, seededRandom } from './clock.js';
import type { FakeSkyvern } from './fakeSkyvern.js';
import { type TestIo, type TestIoOptions, testIo } from './io.js';

export interface SkyvernOptions extends TestIoOptions, World {
  readonly home?: string;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs one command line against the server, as a shell in CI would: no terminal, no keychain, the key in the environment. */
export async function skyvern(
  api: Pick<FakeSkyvern, 'url' | 'apiKey'>,
  line: string | readonly string[],
  options: SkyvernOptions = {},
): Promise<{ readonly code: number; readonly io: TestIo }> {
  const {
    home,
    signal = new AbortController().signal,
    env,
    clock = manualClock(),
    random = seededRandom(),
    keychain = noKeychain,
  } = options;
  const { timeouts } = options;
  const io = testIo({ SKYVERN_BASE_URL: api.url, SKYVERN_API_KEY: api.apiKey, ...(home && { SKYVERN_HOME: home }), ...env }, options);
  const argv = typeof line === 'string' ? line.split(' ') : line;
  const code = await main(argv, io, signal, { clock, random, keychain, ...(timeouts && { timeouts }) });
  return { code, io };
}

export const noKeychain = (): Promise<Keychain> => Promise.reject(new LocalError('no_keychain', 'the keychain cannot be used (none here)'));

/** A keychain in memory. */
export function memoryKeychain(kept = new Map<string, string>()): {
  readonly kept: Map<string, string>;
  readonly keychain: () => Promise<Keychain>;
} {
  return {
    kept,
    keychain: async () => ({
      get: async (account) => kept.get(account) ?? null,
      set: async (account, value) => void kept.set(account, value),
      remove: async (account) => void kept.delete(account),
    }),
  };
}
