/** Schedules in SQLite, and what became of the times at which they were due. */
import type { Clock } from '../clock.js';
import { formatServerTime } from '../protocol/time.js';
import { nextFirings, type Timing } from '../schedule/timing.js';
import type { ScheduleRequest } from './scheduleRequest.js';
import type { Store } from './store.js';
import { ORGANIZATION_ID } from './wire.js';

export interface ScheduleRow {
  readonly schedule_id: string;
  readonly workflow_permanent_id: string;
  readonly cron: string | null;
  readonly interval_seconds: number | null;
  readonly first_fire_at: number | null;
  readonly run_at: number | null;
  readonly dispatch_status: 'pending' | 'fired' | 'failed' | 'canceled' | null;
  readonly timezone: string;
  readonly enabled: number;
  /** JSON. */
  readonly parameters: string | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly settled_at: number | null;
  readonly created_at: number;
  readonly modified_at: number;
}

export interface ListedSchedule extends ScheduleRow {
  readonly workflow_title: string;
}

export interface ScheduleFilter {
  /** Null: both. */
  readonly enabled: boolean | null;
  /** Lower case; null: no search. */
  readonly search: string | null;
  readonly limit: number;
  readonly offset: number;
}

/** Only of workflows that are there: a deleted one takes its schedules with it. */
const LIVE = `FROM schedules JOIN workflows AS w USING (workflow_permanent_id)
  WHERE w.deleted_at IS NULL AND w.version = (SELECT max(version) FROM workflows WHERE workflow_permanent_id = w.workflow_permanent_id)
    AND (?1 IS NULL OR schedules.enabled = ?1)
    AND (?2 IS NULL OR instr(lower(w.title || char(10) || coalesce(schedules.name, '')), ?2) > 0)`;

export class ScheduleStore {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  create(permanentId: string, request: ScheduleRequest): ScheduleRow {
    const id = this.#store.newId('wfs');
    return this.#store.transact(() => {
      const now = this.#clock.now();
      const sql = `INSERT INTO schedules (schedule_id, workflow_permanent_id, timezone, enabled, created_at, modified_at)
        VALUES (?, ?, ?, 1, ?, ?)`;
      this.#store.run(sql, id, permanentId, request.timezone, now, now);
      return this.#write(id, request);
    });
  }

  /** Replaces everything; `enabled` stays when it was left out. */
  replace(row: ScheduleRow, request: ScheduleRequest): ScheduleRow {
    return this.#store.transact(() => this.#write(row.schedule_id, request));
  }

  setEnabled(row: ScheduleRow, enabled: boolean): ScheduleRow {
    return this.#set(row, 'enabled = ?', enabled ? 1 : 0);
  }

  cancel(row: ScheduleRow): ScheduleRow {
    return this.#set(row, 'dispatch_status = ?', 'canceled');
  }

  delete(row: ScheduleRow): void {
    this.#store.transact(() => this.#store.run('DELETE FROM schedules WHERE schedule_id = ?', row.schedule_id));
  }

  get(permanentId: string, scheduleId: string): ScheduleRow | null {
    const sql = 'SELECT * FROM schedules WHERE workflow_permanent_id = ? AND schedule_id = ?';
    return this.#store.get<ScheduleRow>(sql, permanentId, scheduleId);
  }

  /** Oldest first. */
  of(permanentId: string): ScheduleRow[] {
    return this.#store.all<ScheduleRow>('SELECT * FROM schedules WHERE workflow_permanent_id = ? ORDER BY seq', permanentId);
  }

  /** Newest first, of all workflows, with how many there are. */
  list({ enabled, search, limit, offset }: ScheduleFilter): { readonly rows: ListedSchedule[]; readonly total: number } {
    const filter = [enabled === null ? null : Number(enabled), search] as const;
    const { total } = this.#store.get<{ total: number }>(`SELECT count(*) AS total ${LIVE}`, ...filter)!;
    const sql = `SELECT schedules.*, w.title AS workflow_title ${LIVE} ORDER BY schedules.seq DESC LIMIT ?3 OFFSET ?4`;
    return { rows: this.#store.all<ListedSchedule>(sql, ...filter, limit, offset), total };
  }

  /** How many will fire. */
  waiting(): number {
    const sql = `SELECT count(*) AS total ${LIVE} AND (dispatch_status IS NULL OR dispatch_status = 'pending')`;
    return this.#store.get<{ total: number }>(sql, 1, null)!.total;
  }

  /** Those that will fire, oldest first. */
  live(): ScheduleRow[] {
    const sql = `SELECT schedules.* ${LIVE} AND (dispatch_status IS NULL OR dispatch_status = 'pending') ORDER BY schedules.seq`;
    return this.#store.all<ScheduleRow>(sql, 1, null);
  }

  /** Until when all that was due is settled, epoch milliseconds: a change settles what was before it. */
  settledAt(row: ScheduleRow): number {
    return Math.max(row.settled_at ?? 0, row.modified_at);
  }

  hasFired(scheduleId: string, at: number): boolean {
    return this.#store.get('SELECT 1 AS fired FROM firings WHERE schedule_id = ? AND nominal_at = ?', scheduleId, at) !== null;
  }

  /** Inside a transaction, with the run. Throws when this time has a firing. */
  fired(row: ScheduleRow, at: number, runId: string): void {
    this.#settle(row, at, 'started', { runId });
  }

  refused(row: ScheduleRow, at: number, reason: string): void {
    this.#store.transact(() => this.#settle(row, at, 'refused', { reason }));
  }

  /** @param at the last of them */
  missed(row: ScheduleRow, at: number, count: number): void {
    if (this.hasFired(row.schedule_id, at)) return;
    this.#store.transact(() => this.#settle(row, at, 'missed', { count }));
  }

  /** @param runId of the firing before, which has not ended */
  skipped(row: ScheduleRow, at: number, runId: string): void {
    this.#store.transact(() => this.#settle(row, at, 'skipped', { runId, reason: `${runId} still goes on` }));
  }

  /** The newest run that the schedule started, while it has not ended. */
  underWay(scheduleId: string): string | null {
    const sql = `SELECT run_id FROM runs WHERE finished_at IS NULL AND run_id =
      (SELECT run_id FROM firings WHERE schedule_id = ? AND outcome = 'started' ORDER BY nominal_at DESC LIMIT 1)`;
    return this.#store.get<{ run_id: string }>(sql, scheduleId)?.run_id ?? null;
  }

  /** What was missed, refused or skipped since `sinceMs`, by schedule. */
  lost(
    sinceMs: number,
  ): readonly { readonly schedule_id: string; readonly outcome: string; readonly count: number; readonly at: number }[] {
    return this.#store.all(
      `SELECT schedule_id, outcome, sum(count) AS count, max(nominal_at) AS at FROM firings JOIN schedules USING (schedule_id)
       WHERE outcome <> 'started' AND firings.created_at >= ? GROUP BY schedule_id, outcome ORDER BY schedules.seq`,
      sinceMs,
    );
  }

  /** The run that a schedule which fires once started. */
  runOf(row: ScheduleRow): string | null {
    if (row.dispatch_status !== 'fired') return null;
    return (
      this.#store.get<{ run_id: string }>("SELECT run_id FROM firings WHERE schedule_id = ? AND outcome = 'started'", row.schedule_id)
        ?.run_id ?? null
    );
  }

  #settle(
    row: ScheduleRow,
    at: number,
    outcome: 'started' | 'missed' | 'refused' | 'skipped',
    {
      runId = null,
      reason = null,
      count = 1,
    }: { readonly runId?: string | null; readonly reason?: string | null; readonly count?: number },
  ): void {
    this.#store.run(
      'INSERT INTO firings (schedule_id, nominal_at, outcome, count, run_id, reason, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      row.schedule_id,
      at,
      outcome,
      count,
      runId,
      reason,
      this.#clock.now(),
    );
    const dispatch = row.run_at === null ? null : outcome === 'started' ? 'fired' : 'failed';
    this.#store.run(
      'UPDATE schedules SET settled_at = max(coalesce(settled_at, 0), ?), dispatch_status = ? WHERE schedule_id = ?',
      at,
      dispatch,
      row.schedule_id,
    );
  }

  #write(id: string, request: ScheduleRequest): ScheduleRow {
    const now = this.#clock.now();
    const firstFireAt = request.firstFireAt ?? Math.floor(now / 1000) * 1000 + (request.intervalSeconds ?? 0) * 1000;
    this.#store.run(
      `UPDATE schedules SET cron = ?, interval_seconds = ?, first_fire_at = ?, run_at = ?, dispatch_status = ?, timezone = ?,
         enabled = coalesce(?, enabled), parameters = ?, name = ?, description = ?, modified_at = ? WHERE schedule_id = ?`,
      request.cron,
      request.intervalSeconds,
      request.intervalSeconds === null ? null : firstFireAt,
      request.runAt,
      request.runAt === null ? null : 'pending',
      request.timezone,
      request.enabled === null ? null : Number(request.enabled),
      request.parameters && JSON.stringify(request.parameters),
      request.name,
      request.description,
      now,
      id,
    );
    return this.#byId(id);
  }

  #set(row: ScheduleRow, change: string, value: string | number): ScheduleRow {
    return this.#store.transact(() => {
      this.#store.run(`UPDATE schedules SET ${change}, modified_at = ? WHERE schedule_id = ?`, value, this.#clock.now(), row.schedule_id);
      return this.#byId(row.schedule_id);
    });
  }

  #byId(id: string): ScheduleRow {
    return this.#store.get<ScheduleRow>('SELECT * FROM schedules WHERE schedule_id = ?', id)!;
  }
}

/** As upstream: five. */
const SHOWN_RUNS = 5;

/** UTC with a Z, seconds only when there are no fractions: how upstream writes times that it computed. */
const computed = (atMs: number | null): string | null => (atMs === null ? null : `${formatServerTime(atMs)}Z`);

/** When it would fire next, whether or not it is enabled. */
export function nextRuns(row: ScheduleRow, nowMs: number): string[] {
  if (row.dispatch_status !== null && row.dispatch_status !== 'pending') return [];
  return nextFirings(timingOf(row), row.timezone, nowMs, SHOWN_RUNS).map(({ at }) => computed(at)!);
}

function timingOf(row: ScheduleRow): Timing {
  if (row.run_at !== null) return { kind: 'once', at: row.run_at };
  if (row.cron !== null) return { kind: 'cron', expression: row.cron };
  return { kind: 'interval', seconds: row.interval_seconds!, firstAt: row.first_fire_at };
}

export interface Firings {
  /** Those after `from` until now, oldest first. */
  readonly past: readonly number[];
  /** Whether there were more than are told. */
  readonly more: boolean;
  /** The first one after now; null: there is none. */
  readonly next: number | null;
}

/** Of a server that was away for long, no more are counted. */
const MOST_PAST = 10_000;
const AT_A_TIME = 100;

/** The nominal times of a schedule around now. */
export function firingsAfter(row: ScheduleRow, fromMs: number, nowMs: number): Firings {
  const timing = timingOf(row);
  const past: number[] = [];
  let from = fromMs;
  while (past.length < MOST_PAST) {
    const found = nextFirings(timing, row.timezone, from, AT_A_TIME).map(({ at }) => at);
    past.push(...found.filter((at) => at <= nowMs));
    const next = found.find((at) => at > nowMs);
    if (next !== undefined) return { past, more: false, next };
    const last = found.at(-1);
    if (last === undefined || last <= from) return { past, more: false, next: null };
    from = last;
  }
  return { past, more: true, next: nextFirings(timing, row.timezone, nowMs, 1)[0]?.at ?? null };
}

const said = (row: ScheduleRow, runId: string | null) => ({
  workflow_schedule_id: row.schedule_id,
  organization_id: ORGANIZATION_ID,
  workflow_permanent_id: row.workflow_permanent_id,
  cron_expression: row.cron,
  interval_seconds: row.interval_seconds,
  first_fire_at: computed(row.first_fire_at),
  run_at: computed(row.run_at),
  dispatch_status: row.dispatch_status,
  workflow_run_id: runId,
  timezone: row.timezone,
  enabled: row.enabled === 1,
  parameters: row.parameters === null ? null : (JSON.parse(row.parameters) as unknown),
  name: row.name,
  description: row.description,
});
const times = (row: ScheduleRow) => ({ created_at: formatServerTime(row.created_at), modified_at: formatServerTime(row.modified_at) });

export const scheduleWire = (row: ScheduleRow, runId: string | null = null) => ({
  ...said(row, runId),
  temporal_schedule_id: null,
  ...times(row),
  deleted_at: null,
});

export const listedScheduleWire = (row: ListedSchedule, nowMs: number, runId: string | null) => ({
  ...said(row, runId),
  workflow_title: row.workflow_title || 'Untitled Workflow',
  next_run: row.enabled === 1 ? (nextRuns(row, nowMs)[0] ?? null) : null,
  ...times(row),
});
