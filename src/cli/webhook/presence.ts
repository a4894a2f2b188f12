/** When a listener was last there, and under which addresses webhooks reached it: what tells the next one what it missed. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makePrivateFolder, readIfThere, writeDurably } from '../../durable.js';
import type { SeenDeps } from './seen.js';

/** More than the tunnels that one person has. */
const MAX_HOSTS = 20;
/** A run that ended this long before a listener did may not have been told yet: its server tries three times, with pauses. */
const UNDER_WAY_MS = 5 * 60_000;

interface Kept {
  /** Epoch milliseconds. */
  readonly since: number;
  /** Host and port. */
  readonly hosts: readonly string[];
}

export class Presence {
  readonly #deps: SeenDeps;
  readonly #path: string;
  /** Of the listener before this one; null: there was none. */
  readonly before: Kept | null;
  #kept: Kept;
  #isCaughtUp = false;

  /**
   * Takes over from the last listener of that name.
   * @param hosts where this one listens
   * @throws LocalError (17) when its folder cannot be used
   */
  constructor(deps: SeenDeps, name: string, hosts: readonly string[]) {
    this.#deps = deps;
    const folder = join(deps.paths.state, 'listeners');
    makePrivateFolder(folder, deps.owner);
    this.#path = join(folder, createHash('sha256').update(name).digest('hex'));
    this.before = keptIn(readIfThere(this.#path));
    // Until what was missed is told, the next one has to look as far back as this one.
    this.#kept = { since: this.before?.since ?? deps.clock.now(), hosts: [...new Set([...(this.before?.hosts ?? []), ...hosts])] };
    this.#write();
  }

  get hosts(): ReadonlySet<string> {
    return new Set(this.#kept.hosts);
  }

  /** A webhook came by this address. */
  reachedAt(host: string): void {
    if (this.#kept.hosts.includes(host)) return;
    this.#kept = { ...this.#kept, hosts: [...this.#kept.hosts, host].slice(-MAX_HOSTS) };
    this.#write();
  }

  /** What ended before `nowMs` is told, but for what may still be on its way: all that follows comes to this listener. */
  caughtUp(nowMs: number): void {
    this.#isCaughtUp = true;
    this.left(nowMs);
  }

  /** It is there no more. One that is killed leaves more to the next one, which knows what was taken. */
  left(nowMs: number): void {
    if (!this.#isCaughtUp) return;
    this.#kept = { ...this.#kept, since: nowMs - UNDER_WAY_MS };
    this.#write();
  }

  #write(): void {
    writeDurably(this.#path, JSON.stringify(this.#kept), this.#deps.random);
  }
}

function keptIn(text: string | null): Kept | null {
  try {
    const { since, hosts } = JSON.parse(text ?? 'null') as Partial<Record<keyof Kept, unknown>>;
    if (typeof since !== 'number' || !Array.isArray(hosts)) return null;
    return { since, hosts: hosts.filter((host) => typeof host === 'string') };
  } catch {
    return null; // none, or one that is damaged: nothing is known of before
  }
}
