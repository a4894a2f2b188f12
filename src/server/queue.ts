/**
 * Who may work on a run: `queued -> leased -> acting -> done`.
 *
 * A claim gives a lease with an epoch, the fencing token. Every write of a worker carries it and is refused once the run was
 * ended or given to somebody else. A lease lasts as long as the process that took it: the folder's lock, which the system lets
 * go when a process dies, proves its death, where a timer could only guess (and guesses wrong after a suspend or a blocked
 * loop). `acting` is on disk before the first action on a page, so after a crash we know which runs may have had an effect:
 * these are never run again.
 */
import type { Clock } from '../clock.js';
import type { NewRun, RunEnd, RunRow, Store } from './store.js';

/** A run that keeps taking the server down with it is not tried for ever. */
const MAX_REQUEUES = 1;
/** After this time a client's idempotency key is forgotten, in milliseconds. */
const KEY_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

export interface Lease {
  readonly runId: string;
  readonly epoch: number;
}

/** This worker no longer holds the run: whatever it was about to write is not written. */
export class LeaseLost extends Error {
  constructor(runId: string) {
    super(`the lease of ${runId} is lost`);
    this.name = 'LeaseLost';
  }
}

export interface Idempotency {
  readonly key: string;
  /** Of the request body, keyed: it tells nothing about the secrets in it. */
  readonly fingerprint: string;
}

export type Accepted =
  | { readonly kind: 'created'; readonly run: RunRow; readonly body: string }
  | { readonly kind: 'replayed'; readonly body: string }
  /** The key was used for another request. */
  | { readonly kind: 'conflict' };

export const INTERRUPTED =
  'interrupted: the local server stopped while this run was acting on a page. It is not run again, because its actions may already have had an effect';
const GAVE_UP = 'interrupted: the local server stopped twice while this run was about to start';

interface QueueRow {
  readonly run_id: string;
  readonly state: string;
  readonly epoch: number;
  readonly requeues: number;
}

export class Queue {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #owner: string;

  /** @param owner names this process among all that ever worked on this database */
  constructor(store: Store, clock: Clock, owner: string) {
    this.#store = store;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Key, fingerprint, run and queue entry in one transaction: after it there is exactly one run for the key. */
  accept(run: NewRun, idempotency: Idempotency | null, respond: (run: RunRow) => string): Accepted {
    const store = this.#store;
    return store.transact(() => {
      const now = this.#clock.now();
      if (idempotency) {
        store.run('DELETE FROM idempotency WHERE created_at < ?', now - KEY_KEPT_MS);
        const known = store.get<{ fingerprint: string; response: string }>(
          'SELECT fingerprint, response FROM idempotency WHERE key = ?',
          idempotency.key,
        );
        if (known) return known.fingerprint === idempotency.fingerprint ? { kind: 'replayed', body: known.response } : { kind: 'conflict' };
      }
      const row = store.insertRun(run);
      store.run("INSERT INTO queue (run_id, state) VALUES (?, 'queued')", row.run_id);
      const body = respond(row);
      if (idempotency) {
        const sql = 'INSERT INTO idempotency (key, fingerprint, run_id, response, created_at) VALUES (?, ?, ?, ?, ?)';
        store.run(sql, idempotency.key, idempotency.fingerprint, row.run_id, body, now);
      }
      return { kind: 'created', run: row, body };
    });
  }

  /** Takes the run that has waited longest, or null. It is `running` from now on. */
  claim(): Lease | null {
    const store = this.#store;
    return store.transact(() => {
      const next = store.get<QueueRow>(
        // As they were accepted, but for those that wait for one of their kind. The second condition is that of the index, which without it is not used.
        `SELECT * FROM queue WHERE state = 'queued' AND state <> 'done' AND NOT EXISTS (
           SELECT 1 FROM runs AS mine JOIN runs AS other ON other.sequential = mine.sequential
             AND other.sequential IS NOT NULL AND other.finished_at IS NULL AND other.run_id <> mine.run_id
           JOIN queue AS busy ON busy.run_id = other.run_id AND busy.state IN ('leased', 'acting')
           WHERE mine.run_id = queue.run_id)
         ORDER BY rowid LIMIT 1`,
      );
      if (!next) return null;
      const epoch = next.epoch + 1;
      store.run("UPDATE queue SET state = 'leased', epoch = ?, owner = ? WHERE run_id = ?", epoch, this.#owner, next.run_id);
      store.setStatus(next.run_id, 'running');
      return { runId: next.run_id, epoch };
    });
  }

  /** Says of the runs that have to wait that they do. */
  markWaiting(): void {
    const waiting = this.#store.all<{ run_id: string }>(
      "SELECT run_id FROM runs CROSS JOIN queue USING (run_id) WHERE status = 'created' AND state = 'queued'",
    );
    if (waiting.length === 0) return;
    this.#store.transact(() => {
      for (const { run_id } of waiting) this.#store.setStatus(run_id, 'queued');
    });
  }

  /** From here on the run is never run again. @throws LeaseLost */
  beginActing(lease: Lease): void {
    this.#fenced(lease, "state IN ('leased', 'acting')", () => {
      this.#store.run("UPDATE queue SET state = 'acting' WHERE run_id = ?", lease.runId);
    });
  }

  /** Evidence of the worker that holds the lease, in one transaction. @throws LeaseLost */
  write<T>(lease: Lease, work: () => T): T {
    return this.#fenced(lease, "state IN ('leased', 'acting')", work, 'NORMAL');
  }

  /** Evidence of an action: refused unless `acting` is on disk. @throws LeaseLost */
  writeAction<T>(lease: Lease, work: () => T): T {
    return this.#fenced(lease, "state = 'acting'", work, 'NORMAL');
  }

  /** The run waits for a person, or with null goes on. @throws LeaseLost */
  pause(lease: Lease, instructions: string | null): void {
    this.#fenced(lease, "state = 'acting'", () => this.#store.setPaused(lease.runId, instructions));
  }

  /**
   * What was seen of a run, which no action depends on: also after its end, whoever ended it, but not when it waits to be run
   * again. @throws LeaseLost
   */
  writeEvidence(lease: Lease, work: () => void): void {
    this.#store.transact(() => {
      const sql = "SELECT 1 AS kept FROM queue WHERE run_id = ? AND owner = ? AND state IN ('acting', 'done')";
      if (!this.#store.get(sql, lease.runId, this.#owner)) throw new LeaseLost(lease.runId);
      work();
    }, 'NORMAL');
  }

  /** Ends the run. @throws LeaseLost */
  finish(lease: Lease, end: RunEnd): void {
    this.#fenced(lease, "state IN ('leased', 'acting')", () => {
      this.#store.run("UPDATE queue SET state = 'done' WHERE run_id = ?", lease.runId);
      this.#store.setEnd(lease.runId, end);
    });
  }

  /** Gives back a run on which nothing was done yet; it waits again. @throws LeaseLost */
  giveBack(lease: Lease): void {
    this.#fenced(lease, "state = 'leased'", () => {
      this.#store.run("UPDATE queue SET state = 'queued', owner = NULL WHERE run_id = ?", lease.runId);
      this.#store.forgetSteps(lease.runId);
      this.#store.setStatus(lease.runId, 'queued');
    });
  }

  /** Ends a run from outside its worker, whose later writes are all refused. False when it had already ended. */
  cancel(runId: string): boolean {
    const store = this.#store;
    return store.transact(() => {
      const changed = store.run("UPDATE queue SET state = 'done', epoch = epoch + 1 WHERE run_id = ? AND state <> 'done'", runId);
      if (changed === 0) return false;
      store.setEnd(runId, store.revokeAttempt(runId) ?? { status: 'canceled' });
      return true;
    });
  }

  /**
   * Settles what other processes left: to be called once this process holds the folder, when they are all dead.
   * Acting runs are failed with their evidence kept; those not yet acting wait again, at most once.
   * @returns ids of the runs that were failed
   */
  recover(): string[] {
    const store = this.#store;
    return store.transact(() => {
      // The second condition is that of the index.
      const sql = "SELECT * FROM queue WHERE state IN ('leased', 'acting') AND state <> 'done' AND owner IS NOT ?";
      const left = store.all<QueueRow>(sql, this.#owner);
      const failed: string[] = [];
      for (const { run_id, state, requeues } of left) {
        if (state === 'leased' && requeues < MAX_REQUEUES) {
          const again = "UPDATE queue SET state = 'queued', epoch = epoch + 1, owner = NULL, requeues = requeues + 1 WHERE run_id = ?";
          store.run(again, run_id);
          store.forgetSteps(run_id);
          store.setStatus(run_id, 'queued');
          continue;
        }
        store.run("UPDATE queue SET state = 'done', epoch = epoch + 1 WHERE run_id = ?", run_id);
        store.setEnd(run_id, interrupted(state === 'acting' ? INTERRUPTED : GAVE_UP));
        failed.push(run_id);
      }
      for (const run_id of failed) this.#cancelAwaited(run_id);
      return failed;
    });
  }

  /** What a run that is no more waited for is not begun. */
  #cancelAwaited(parentId: string): void {
    const store = this.#store;
    const sql = `SELECT runs.run_id FROM runs JOIN queue USING (run_id) WHERE parent_run_id = ? AND parent_run_id IS NOT NULL
       AND finished_at IS NULL AND state = 'queued' AND json_extract(request, '$.triggered_by.waits')`;
    for (const { run_id } of store.all<{ run_id: string }>(sql, parentId)) {
      store.run("UPDATE queue SET state = 'done', epoch = epoch + 1 WHERE run_id = ?", run_id);
      store.setEnd(run_id, { status: 'canceled' });
    }
  }

  #fenced<T>(lease: Lease, condition: string, work: () => T, sync: 'FULL' | 'NORMAL' = 'FULL'): T {
    return this.#store.transact(() => {
      const sql = `SELECT 1 AS held FROM queue WHERE run_id = ? AND epoch = ? AND owner = ? AND ${condition}`;
      if (!this.#store.get(sql, lease.runId, lease.epoch, this.#owner)) throw new LeaseLost(lease.runId);
      return work();
    }, sync);
  }
}

export const interrupted = (reason: string): RunEnd => ({
  status: 'failed',
  reason,
  errors: [{ error_code: 'INTERRUPTED', reasoning: reason, error_type: 'SYSTEM_DEFINED_ERROR' }],
});
