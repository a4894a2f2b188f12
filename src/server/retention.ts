/**
 * How long the evidence of runs is kept, and how much of it. The runs themselves stay: what was done and what came of it is small.
 *
 * Rows go before files, so that nothing is ever listed that is not there; a file that outlives its row, because the server was
 * killed in between or while it wrote, is removed by the next server.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import type { Store } from './store.js';

export interface RetentionLimits {
  /** Evidence of runs that ended longer ago than this goes, in milliseconds; null: none does. */
  readonly ageMs: number | null;
  /** While there is more than this, that of the runs that ended first goes; null: there is no limit. */
  readonly bytes: number | null;
}

export interface PruneOptions {
  /** Runs that ended before this, epoch milliseconds; null: none. */
  readonly endedBefore: number | null;
  readonly bytes: number | null;
  /** Only says what would go. */
  readonly dryRun: boolean;
}

export interface Pruned {
  readonly runs: number;
  readonly artifacts: number;
  readonly bytes: number;
}

interface Held {
  readonly run_id: string;
  readonly finished_at: number;
  readonly artifacts: number;
  readonly bytes: number;
}

/** Folders below the data folder that hold a folder for each run. */
const FOLDERS = ['artifacts', 'downloads'];
/** Between two looks, in milliseconds. */
const LOOK_MS = 60 * 60_000;

export class Retention {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #dataFolder: string;
  readonly #limits: RetentionLimits;
  readonly #log: (line: string) => void;
  /** On `clock.monotonic()`. */
  #lookedAt: number | null = null;
  #stopped = false;
  /** All that was begun; one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(store: Store, clock: Clock, dataFolder: string, limits: RetentionLimits, log: (line: string) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#dataFolder = dataFolder;
    this.#limits = limits;
    this.#log = log;
  }

  /** Puts in order what former servers left. Never rejects. */
  begin(): Promise<void> {
    return this.#told(() => this.#sweep(this.#clock.now()));
  }

  /** Keeps to the limits: to be called whenever a run ended, which is when there is more. Looks once in an hour. Never rejects. */
  async runEnded(): Promise<void> {
    const now = this.#clock.monotonic();
    if (this.#lookedAt !== null && now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    const { ageMs, bytes } = this.#limits;
    await this.#told(async () => {
      const pruned = await this.prune({ endedBefore: ageMs === null ? null : this.#clock.now() - ageMs, bytes, dryRun: false });
      if (pruned.artifacts > 0) this.#log(`retention: ${pruned.artifacts} files of ${pruned.runs} runs were removed`);
    });
  }

  /** Begins nothing more; resolves when what was begun needs the database no longer. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#work;
  }

  #told(work: () => Promise<unknown>): Promise<void> {
    this.#work = this.#work.then(async () => {
      try {
        if (!this.#stopped) await work();
      } catch (error) {
        this.#log(`retention: ${error instanceof Error ? error.message : error}`);
      }
    });
    return this.#work;
  }

  async prune({ endedBefore, bytes, dryRun }: PruneOptions): Promise<Pruned> {
    const all = this.#store.all<Held>(
      `SELECT run_id, finished_at, count(*) AS artifacts, sum(file_size) AS bytes FROM artifacts JOIN runs USING (run_id)
       WHERE finished_at IS NOT NULL GROUP BY run_id ORDER BY finished_at, runs.seq`,
    );
    let kept = this.#store.holdings().artifact_bytes;
    const going: Held[] = [];
    for (const run of all) {
      const tooOld = endedBefore !== null && run.finished_at < endedBefore;
      if (!tooOld && (bytes === null || kept <= bytes)) continue;
      going.push(run);
      kept -= run.bytes;
    }
    if (!dryRun) for (const { run_id } of going) if (!this.#stopped) await this.#forget(run_id);
    const sum = (count: (run: Held) => number) => going.reduce((total, run) => total + count(run), 0);
    return { runs: going.length, artifacts: sum((run) => run.artifacts), bytes: sum((run) => run.bytes) };
  }

  async #forget(runId: string): Promise<void> {
    const store = this.#store;
    store.transact(() => {
      store.run('UPDATE actions SET screenshot_artifact_id = NULL WHERE run_id = ?', runId);
      store.run('DELETE FROM artifacts WHERE run_id = ?', runId);
      store.touch(runId);
    });
    for (const folder of FOLDERS) await rm(join(this.#dataFolder, folder, runId), { recursive: true, force: true });
  }

  /** Files without a row, of runs that had ended before `nowMs`: later ones are still being written. */
  async #sweep(nowMs: number): Promise<void> {
    for (const folder of FOLDERS) {
      for (const runId of await namesIn(join(this.#dataFolder, folder))) {
        if (this.#stopped) return;
        const row = this.#store.runById(runId);
        if (row && (row.finished_at === null || row.finished_at >= nowMs)) continue;
        const listed = new Set(this.#store.artifacts(runId).map(({ file }) => file));
        const path = join(this.#dataFolder, folder, runId);
        const names = await namesIn(path);
        const strays = names.filter((name) => !listed.has(`${folder}/${runId}/${name}`));
        const gone = strays.length === names.length ? [path] : strays.map((name) => join(path, name));
        for (const each of gone) await rm(each, { recursive: true, force: true });
      }
    }
  }
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
