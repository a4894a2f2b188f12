/** Which runs were started from here, and at which server: so that an id, or `@last`, finds its server again. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import { makePrivateFolder, type Owner, readIfThere, removeIfThere, writeDurably } from '../durable.js';
import type { Paths } from '../paths.js';
import { runKind } from '../protocol/ids.js';
import type { Random } from '../random.js';

export interface KnownRun {
  readonly run_id: string;
  /** `task`, `workflow`, ...: what was started. */
  readonly kind: string;
  readonly base_url: string;
  readonly profile: string;
  /** Started at the embedded server: its address changes, so it is found by its state file and not by `base_url`. */
  readonly local: boolean;
  readonly cwd: string;
  /** As in the journal: knows the key again with which it was started. */
  readonly key_mark?: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The first words of the prompt, or the workflow's title. */
  readonly label: string;
}

/** One file per run. More than this many: the oldest go. */
const KEPT = 1_000;
/** How far the folder may grow before it is cut back, so that not every start sorts it. */
const SLACK = 100;

export interface RunStoreDeps {
  readonly paths: Pick<Paths, 'state'>;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly random: Random;
}

export class RunStore {
  readonly #folder: string;
  readonly #deps: RunStoreDeps;
  constructor(deps: RunStoreDeps) {
    this.#deps = deps;
    this.#folder = join(deps.paths.state, 'runs');
  }

  /** Keeps a run, or what is now known of one that is kept already. `LocalError` (17) when the disk does not let it. */
  remember(run: Omit<KnownRun, 'at'>): void {
    if (!runKind(run.run_id)) throw new TypeError(`no run id: ${run.run_id}`);
    makePrivateFolder(this.#folder, this.#deps.owner);
    writeDurably(
      this.#path(run.run_id),
      `${JSON.stringify({ ...run, label: shortLabel(run.label), at: this.#deps.clock.now() })}\n`,
      this.#deps.random,
    );
    const ids = this.#ids();
    if (ids.length > KEPT + SLACK) for (const id of this.#newestFirst(ids).slice(KEPT)) removeIfThere(this.#path(id));
  }

  find(runId: string): KnownRun | null {
    return runKind(runId) ? this.#read(runId) : null;
  }

  /** The newest run started in this folder, or else the newest of all; null when there is none. */
  last(cwd: string): KnownRun | null {
    let newest: KnownRun | null = null;
    for (const id of this.#newestFirst(this.#ids())) {
      const run = this.#read(id);
      if (run?.cwd === cwd) return run;
      newest ??= run;
    }
    return newest;
  }

  /** The newest `count` runs, newest first. */
  recent(count: number): KnownRun[] {
    return this.#newestFirst(this.#ids())
      .slice(0, count)
      .flatMap((id) => this.#read(id) ?? []);
  }

  #path(runId: string): string {
    return join(this.#folder, `${runId}.json`);
  }

  #ids(): string[] {
    try {
      return readdirSync(this.#folder).flatMap((name) => (name.endsWith('.json') && runKind(name.slice(0, -5)) ? [name.slice(0, -5)] : []));
    } catch {
      return [];
    }
  }

  #newestFirst(ids: readonly string[]): string[] {
    const times = new Map(ids.map((id) => [id, statSync(this.#path(id), { throwIfNoEntry: false, bigint: true })?.mtimeNs ?? 0n]));
    return [...ids].sort((a, b) => Number((times.get(b) ?? 0n) - (times.get(a) ?? 0n)));
  }

  /** A file that cannot be read as what we wrote is passed over and kept. */
  #read(runId: string): KnownRun | null {
    try {
      const run = JSON.parse(readIfThere(this.#path(runId)) ?? 'null') as KnownRun | null;
      return run?.run_id === runId && typeof run.base_url === 'string' ? run : null;
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }
}

/** The first words of a text: one line, at most 80 characters. */
export function shortLabel(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79).toWellFormed()}…` : line;
}
