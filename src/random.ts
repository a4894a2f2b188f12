/** Where unpredictable values come from; tests pass a seeded one. */
export interface Random {
  bytes(size: number): Uint8Array;
  /** Uniform in [0, 1). For jitter, never for secrets. */
  fraction(): number;
}

export const systemRandom: Random = {
  // The global one is loaded when it is first used, `node:crypto` (3 ms) at once.
  bytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
  fraction: () => Math.random(),
};
