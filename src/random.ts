import { randomBytes } from 'node:crypto';

/** Where unpredictable values come from; tests pass a seeded one. */
export interface Random {
  bytes(size: number): Uint8Array;
  /** Uniform in [0, 1). For jitter, never for secrets. */
  fraction(): number;
}

export const systemRandom: Random = {
  bytes: (size) => randomBytes(size),
  fraction: () => Math.random(),
};
