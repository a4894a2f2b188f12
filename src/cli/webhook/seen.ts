/** Webhooks that were taken before, on disk: senders repeat what they got no answer to, and a person may send one again. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../clock.js';
import { createDurably, makePrivateFolder, namesIn, type Owner, removeIfThere } from '../../durable.js';
import type { Paths } from '../../paths.js';
import type { Random } from '../../random.js';
import { payloadOf, type Told, toldBy } from './told.js';

export const SEEN_KEPT_MS = 30 * 86_400_000;

/** `late`: a later state of the run was taken before. */
export type News = 'new' | 'duplicate' | 'late';

export interface SeenDeps {
  readonly paths: Pick<Paths, 'state'>;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * One empty file for each body, named by its SHA-256, and one for each state of a run: two listeners, or one that was killed, never take
 * the same twice. A server that sends again what it told before may well write it anew, with other times and addresses in it.
 */
export class SeenWebhooks {
  readonly #folder: string;
  readonly #random: Random;
  /** Of what was taken of a run, the highest; by the hash of its id. */
  readonly #ranks = new Map<string, number>();

  /** Forgets what is older than 30 days. `LocalError` (17) when the folder cannot be used. */
  constructor({ paths, owner, clock, random }: SeenDeps) {
    this.#folder = join(paths.state, 'webhooks');
    this.#random = random;
    makePrivateFolder(this.#folder, owner);
    for (const name of namesIn(this.#folder)) {
      const path = join(this.#folder, name);
      const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
      if (written !== undefined && clock.now() - written > SEEN_KEPT_MS) removeIfThere(path);
      else this.#remember(name);
    }
  }

  /** What this body is; from then on it is known, and so is what it tells. */
  take(body: Uint8Array): News {
    if (!this.#note(hash(body))) return 'duplicate';
    const told = toldBy(payloadOf(body));
    if (told === null) return 'new';
    const isLate = this.#rankOf(told.runId) > told.rank;
    if (!this.#note(nameOf(told))) return 'duplicate';
    return isLate ? 'late' : 'new';
  }

  /** Whether this state of the run, or a later one, was taken: by an earlier listener, or by this one. */
  knows(told: Told): boolean {
    return this.#rankOf(told.runId) >= told.rank;
  }

  #rankOf(runId: string): number {
    return this.#ranks.get(hash(runId)) ?? 0;
  }

  /** False when it was there. */
  #note(name: string): boolean {
    this.#remember(name);
    return createDurably(join(this.#folder, name), '', this.#random);
  }

  #remember(name: string): void {
    const [run = '', rank] = name.split('.');
    if (rank !== undefined) this.#ranks.set(run, Math.max(this.#ranks.get(run) ?? 0, Number(rank)));
  }
}

const hash = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');
const nameOf = ({ runId, status, rank }: Told): string => `${hash(runId)}.${rank}.${hash(status)}`;
