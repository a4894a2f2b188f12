/** An immutable map whose `set` copies one chunk of 256, not all: what a view of 10,000 items is held in. */
const CHUNKS = 256;

function chunkOf(key: string): number {
  let hash = 0;
  for (let index = 0; index < key.length; index++) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0;
  return (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (CHUNKS - 1);
}

export class ChunkedMap<V> {
  readonly #chunks: readonly (ReadonlyMap<string, V> | undefined)[];
  readonly size: number;

  constructor(chunks: readonly (ReadonlyMap<string, V> | undefined)[] = [], size = 0) {
    this.#chunks = chunks;
    this.size = size;
  }

  get(key: string): V | undefined {
    return this.#chunks[chunkOf(key)]?.get(key);
  }

  has(key: string): boolean {
    return this.#chunks[chunkOf(key)]?.has(key) ?? false;
  }

  with(key: string, value: V): ChunkedMap<V> {
    const index = chunkOf(key);
    const old = this.#chunks[index];
    const chunks = [...this.#chunks];
    chunks[index] = new Map(old).set(key, value);
    return new ChunkedMap(chunks, this.size + (old?.has(key) ? 0 : 1));
  }
}
