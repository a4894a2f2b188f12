/**
 * Firing schedules while the server runs.
 *
 * Each has its nominal times, by its cron, interval or moment; each of them starts one run at most, because the firing is written with
 * the run in one transaction and a time has one firing. What fell due while no server ran is made up for when it is not long ago, and
 * else counted as missed: told in the log and in `local status`, never silently. Changing a schedule settles what was due before.
 * A time that comes while the run of an earlier one still goes on is skipped, unless the workflow says that its runs wait for each other.
 */
import type { Clock } from '../../clock.js';
import type { RouteDeps } from '../deps.js';
import { HttpError } from '../httpError.js';
import { type Firings, firingsAfter, type ScheduleRow } from '../scheduleStore.js';
import { startedWire } from '../wire.js';
import { checkFlow, waitsForOthers } from './flowRequest.js';

/** A firing that is later than this is missed, in milliseconds. */
const CATCH_UP_MS = 10 * 60_000;
/** A clock that was set, or a machine that slept, is noticed within this time. */
const LONGEST_SLEEP_MS = 60_000;

export class Scheduler {
  readonly #deps: RouteDeps;
  readonly #log: (line: string) => void;
  readonly #stopped = new AbortController();
  #changed = new AbortController();
  #work: Promise<void> = Promise.resolve();

  constructor(deps: RouteDeps, log: (line: string) => void) {
    this.#deps = deps;
    this.#log = log;
  }

  /** Fires what is due, and from now on. */
  start(): void {
    this.#work = this.#loop();
  }

  /** There is a schedule that was not there, or is another one now. */
  wake(): void {
    this.#changed.abort();
  }

  /** Resolves when nothing is started any more. */
  stop(): Promise<void> {
    this.#stopped.abort();
    this.wake();
    return this.#work;
  }

  async #loop(): Promise<void> {
    const { clock } = this.#deps;
    while (!this.#stopped.signal.aborted) {
      this.#changed = new AbortController();
      let next: number | null = null;
      try {
        next = await this.#fireAll();
      } catch (error) {
        this.#log(`schedules: ${error instanceof Error ? error.message : error}`);
        next = clock.now() + LONGEST_SLEEP_MS;
      }
      if (this.#stopped.signal.aborted) return;
      await waitFor(clock, next, this.#changed.signal);
    }
  }

  /** Everything that is due. @returns when the next one is; null: there is none */
  async #fireAll(): Promise<number | null> {
    const { schedules, clock } = this.#deps;
    let next: number | null = null;
    for (const row of schedules.live()) {
      if (this.#stopped.signal.aborted) return null;
      const due = firingsAfter(row, schedules.settledAt(row), clock.now());
      await this.#settle(row, due);
      if (due.next !== null) next = Math.min(due.next, next ?? Number.POSITIVE_INFINITY);
    }
    return next;
  }

  async #settle(row: ScheduleRow, { past, more }: Firings): Promise<void> {
    const { schedules, clock } = this.#deps;
    const late = past.filter((at) => at < clock.now() - CATCH_UP_MS);
    const lastLate = late.at(-1);
    if (lastLate !== undefined) {
      schedules.missed(row, lastLate, late.length);
      const count = `${late.length}${more ? ' or more' : ''}`;
      this.#log(
        `${row.schedule_id}: missed ${count} times, last at ${new Date(lastLate).toISOString()}: no server ran, or the clock was set`,
      );
    }
    for (const at of past.slice(late.length)) {
      if (this.#stopped.signal.aborted) return;
      await this.#fire(row, at);
    }
  }

  async #fire(row: ScheduleRow, at: number): Promise<void> {
    const { schedules, workflows, queue, worker, clock } = this.#deps;
    const workflow = workflows.latest(row.workflow_permanent_id);
    if (!workflow || schedules.hasFired(row.schedule_id, at)) return;
    const before = waitsForOthers(workflow) ? null : schedules.underWay(row.schedule_id);
    if (before !== null) {
      schedules.skipped(row, at, before);
      this.#log(`${row.schedule_id}: skipped for ${new Date(at).toISOString()}: ${before} still goes on`);
      return;
    }
    const parameters = row.parameters === null ? null : (JSON.parse(row.parameters) as Record<string, unknown>);
    const origin = { trigger: 'scheduled', scheduleId: row.schedule_id } as const;
    try {
      const run = await checkFlow(this.#deps, workflow, { parameters, proxy_location: null }, null, origin);
      queue.accept(run, null, (started) => {
        schedules.fired(row, at, started.run_id);
        return JSON.stringify(startedWire(started));
      });
      this.#log(`${row.schedule_id}: fired for ${new Date(at).toISOString()}`);
      void clock.sleep(0).then(() => worker.pump());
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const { detail } = error.body as { readonly detail?: unknown };
      const reason = typeof detail === 'string' ? detail : JSON.stringify(detail);
      schedules.refused(row, at, reason);
      this.#log(`${row.schedule_id}: not started for ${new Date(at).toISOString()}: ${reason}`);
    }
  }
}

/** Until `at`, or for a while at most, or until `changed`. With null until `changed`. */
async function waitFor(clock: Clock, at: number | null, changed: AbortSignal): Promise<void> {
  if (at === null) {
    if (!changed.aborted) await new Promise<void>((resolve) => changed.addEventListener('abort', () => resolve(), { once: true }));
    return;
  }
  await clock.sleep(Math.min(Math.max(0, at - clock.now()), LONGEST_SLEEP_MS), changed).catch(() => {});
}
