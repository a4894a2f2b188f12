/** An immutable list of keys. Lists that grow at their end share one array, so that 100,000 keys that come in order are not copied for each. */
export class KeyList {
  readonly length: number;
  /** May hold more than is ours: what a later list added. */
  readonly #shared: string[];
  #all: readonly string[] | null = null;

  constructor(shared: string[] = [], length = shared.length) {
    this.#shared = shared;
    this.length = length;
  }

  at(index: number): string | undefined {
    return index < this.length ? this.#shared[index] : undefined;
  }

  get all(): readonly string[] {
    this.#all ??= this.#shared.slice(0, this.length);
    return this.#all;
  }

  /** @param index from 0 to `length` */
  inserted(index: number, key: string): KeyList {
    // Where another list went on from this one already, the array is its.
    if (index < this.length || this.#shared.length > this.length) return new KeyList(this.all.toSpliced(index, 0, key));
    this.#shared.push(key);
    return new KeyList(this.#shared);
  }
}
