/** Webhooks that were taken before, on disk: senders repeat what they got no answer to, and a person may send one again. */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../clock.js';
import { createDurably, makePrivateFolder, type Owner, removeIfThere } from '../../durable.js';
import type { Paths } from '../../paths.js';
import type { Random } from '../../random.js';

const KEPT_MS = 30 * 86_400_000;

export interface SeenDeps {
  readonly paths: Pick<Paths, 'state'>;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly random: Random;
}

/** One empty file for each body, named by its SHA-256: two listeners, or one that was killed, never take the same twice. */
export class SeenWebhooks {
  readonly #folder: string;
  readonly #random: Random;

  /** Forgets what is older than 30 days. `LocalError` (17) when the folder cannot be used. */
  constructor({ paths, owner, clock, random }: SeenDeps) {
    this.#folder = join(paths.state, 'webhooks');
    this.#random = random;
    makePrivateFolder(this.#folder, owner);
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
      if (written !== undefined && clock.now() - written > KEPT_MS) removeIfThere(path);
    }
  }

  /** True for a body that is seen for the first time; from then on it is known. */
  isNew(body: Uint8Array): boolean {
    return createDurably(join(this.#folder, createHash('sha256').update(body).digest('hex')), '', this.#random);
  }
}
