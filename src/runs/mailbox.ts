/** Letters from work in the background to one reader. */
export class Mailbox<T> {
  #letters: T[] = [];
  #failure: { readonly error: unknown } | null = null;
  #wake: (value: null) => void = () => {};

  post(letter: T): void {
    this.#letters.push(letter);
    this.#wake(null);
  }

  /** The reader's next `take` throws. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake(null);
  }

  /** Resolves, with null, when there is something to take. Only the newest of these promises does: no reader, no memory. */
  arrived(): Promise<null> {
    if (this.#letters.length > 0 || this.#failure) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  take(): T[] {
    if (this.#failure) throw this.#failure.error;
    return this.#letters.splice(0);
  }
}
