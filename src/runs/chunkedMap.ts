/** An immutable map whose `set` copies one small chunk and the way to it, not all: what a view of 100,000 items is held in. */
const BRANCHES = 256;
const CHUNKS = 64;

type Chunk<V> = ReadonlyMap<string, V>;
type Branch<V> = readonly (Chunk<V> | undefined)[];

/** Numbers of branch and chunk. Keys differ in their last digits alone: their bits are mixed. */
function placeOf(key: string): readonly [number, number] {
  let hash = 0;
  for (let index = 0; index < key.length; index++) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash ^= hash >>> 13;
  return [hash & (BRANCHES - 1), (hash >>> 8) & (CHUNKS - 1)];
}

export class ChunkedMap<V> {
  readonly #branches: readonly (Branch<V> | undefined)[];
  readonly size: number;

  constructor(branches: readonly (Branch<V> | undefined)[] = [], size = 0) {
    this.#branches = branches;
    this.size = size;
  }

  #chunkOf(key: string): Chunk<V> | undefined {
    const [branch, chunk] = placeOf(key);
    return this.#branches[branch]?.[chunk];
  }

  get(key: string): V | undefined {
    return this.#chunkOf(key)?.get(key);
  }

  has(key: string): boolean {
    return this.#chunkOf(key)?.has(key) ?? false;
  }

  with(key: string, value: V): ChunkedMap<V> {
    const [branch, chunk] = placeOf(key);
    const old = this.#branches[branch]?.[chunk];
    const chunks = [...(this.#branches[branch] ?? [])];
    chunks[chunk] = new Map(old).set(key, value);
    const branches = [...this.#branches];
    branches[branch] = chunks;
    return new ChunkedMap(branches, this.size + (old?.has(key) ? 0 : 1));
  }
}
