/** Work that follows from webhooks, in their order, one at a time, however fast they come. */
export class Chores {
  readonly #limit: number;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  /** @param limit more than this many waiting ones are not taken */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when too many wait already. `work` handles its own failures. */
  add(work: () => Promise<void>): boolean {
    if (this.#waiting >= this.#limit) return false;
    this.#waiting++;
    this.#last = this.#last.then(work).finally(() => this.#waiting--);
    this.#last.catch(() => {});
    return true;
  }

  /** All that was added is done. Rejects as the last of them did. */
  get done(): Promise<void> {
    return this.#last;
  }
}
