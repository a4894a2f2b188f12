/**
 * Runs and what they did, in SQLite.
 *
 * Here: rows, reads, and the writes that are made inside somebody's transaction. Not here: who may write when (queue.ts),
 * what goes over the wire (wire.ts), the bytes of artifacts (artifactFiles.ts).
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Clock } from '../clock.js';
import type { ActionRecord, StepUsage, SubtaskEnd, SubtaskStart, TaskError, ThoughtRecord } from '../engine/task.js';
import { newId } from '../protocol/ids.js';
import { isTerminalStatus } from '../protocol/status.js';
import type { TaskRunRequest } from '../protocol/task.js';
import type { Random } from '../random.js';
import { kindsOf, looksOf, type RunKind } from './runKind.js';

export interface RunRow {
  readonly run_id: string;
  readonly task_run_id: string;
  /** A `RunKind`. */
  readonly kind: string;
  readonly status: string;
  readonly version: number;
  readonly title: string | null;
  readonly engine: string;
  readonly request: string;
  readonly holds_secrets: number;
  /** `w_...`, the version that it is a run of; null for a task. */
  readonly workflow_id: string | null;
  readonly workflow_permanent_id: string | null;
  readonly trigger_type: string | null;
  readonly schedule_id: string | null;
  /** The run whose block started it; null: none did. */
  readonly parent_run_id: string | null;
  /** JSON: `EndedAttempt`s. */
  readonly attempts: string;
  /** Null unless it is between two attempts. */
  readonly next_attempt_at: number | null;
  readonly output: string | null;
  readonly failure_reason: string | null;
  readonly errors: string;
  readonly page_url: string | null;
  /** What a paused run asks a person; null unless it is paused. */
  readonly instructions: string | null;
  readonly created_at: number;
  readonly modified_at: number;
  readonly queued_at: number | null;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  /** Counted when read. */
  readonly step_count: number;
}

export interface StepRow {
  readonly step_id: string;
  readonly run_id: string;
  readonly step_order: number;
  readonly status: string;
  readonly is_last: number;
  readonly input_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
  /** US dollars; null: no model was asked, or its price is not known. */
  readonly cost: number | null;
  readonly model: string | null;
  readonly created_at: number;
  readonly modified_at: number;
}

/** A part of a planned task. */
export interface SubtaskRow {
  readonly block_id: string;
  readonly first_step: number;
  readonly block_type: string;
  readonly goal: string;
  readonly status: string;
  readonly failure_reason: string | null;
  readonly output: string | null;
  readonly created_at: number;
  readonly modified_at: number;
}

export interface ThoughtRow {
  readonly thought_id: string;
  readonly run_id: string;
  readonly thought_type: string;
  readonly thought_scenario: string;
  readonly observation: string | null;
  readonly thought: string;
  readonly answer: string;
  readonly output: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cost: number | null;
  readonly created_at: number;
}

export interface ActionRow {
  readonly action_id: string;
  readonly run_id: string;
  readonly step_id: string;
  readonly step_order: number;
  readonly action_order: number;
  readonly action_type: string;
  readonly status: string;
  readonly reasoning: string | null;
  readonly intention: string | null;
  readonly text: string | null;
  readonly confidence: number | null;
  readonly output: string | null;
  readonly url: string | null;
  readonly response: string | null;
  readonly file_name: string | null;
  readonly screenshot_artifact_id: string | null;
  readonly started_at: number;
  readonly finished_at: number;
  readonly created_at: number;
}

export interface ArtifactRow {
  readonly artifact_id: string;
  readonly run_id: string;
  readonly step_id: string | null;
  readonly artifact_type: string;
  readonly file: string;
  readonly file_name: string | null;
  readonly file_size: number;
  readonly checksum: string;
  readonly created_at: number;
}

export interface WebhookRow {
  readonly run_id: string;
  readonly url: string;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly tries: number;
  readonly failure_reason: string | null;
}

export interface NewRun {
  readonly kind: RunKind;
  readonly title: string | null;
  readonly engine: string;
  readonly request: TaskRunRequest;
  readonly holdsSecrets: boolean;
  /** Left out: it is a task's. */
  readonly workflow?: RunOfWorkflow;
}

export interface RunOfWorkflow {
  readonly versionId: string;
  readonly permanentId: string;
  /** Runs with the same one are at work one at a time; null: with any other. */
  readonly sequential: string | null;
  readonly trigger: 'api' | 'scheduled' | null;
  readonly scheduleId: string | null;
  /** The run whose block starts it. */
  readonly parent: string | null;
}

export type NewArtifact = Omit<ArtifactRow, 'artifact_id' | 'created_at'>;

/** How a run ended, as it is written. */
export interface RunEnd {
  readonly status: 'completed' | 'failed' | 'terminated' | 'canceled' | 'timed_out';
  readonly reason?: string | null;
  readonly output?: unknown;
  readonly errors?: readonly TaskError[];
}

export interface RunFilter {
  readonly statuses: readonly string[];
  readonly runTypes: readonly string[];
  /** Lower case; null: no search. */
  readonly search: string | null;
  /** Permanent ids of workflows; none: runs of all kinds. */
  readonly workflows?: readonly string[];
  /** Each of them fits one of the run's tags, which are its `run_metadata`; none: whatever they are. */
  readonly tags?: readonly TagFilter[];
  readonly limit: number;
  readonly offset: number;
}

export interface TagFilter {
  /** Null: any. */
  readonly key: string | null;
  /** Null: any. */
  readonly values: readonly string[] | null;
}

export interface FlowFilter {
  /** `wpid_...`; null: of all. */
  readonly workflow: string | null;
  readonly statuses: readonly string[];
  /** Lower case; null: no search. */
  readonly search: string | null;
  readonly errorCode: string | null;
  /** Epoch milliseconds. */
  readonly from: number | null;
  readonly until: number | null;
  /** Whether runs that runs started are among them. */
  readonly children: boolean;
  readonly limit: number;
  readonly offset: number;
}

const RUN_COLUMNS = 'runs.*, (SELECT count(*) FROM steps WHERE steps.run_id = runs.run_id) AS step_count';

export class Store {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #statements = new Map<string, StatementSync>();
  readonly #onChange: (runId: string) => void;
  #changed: Set<string> | null = null;
  #sync = 'FULL'; // as openDatabase() left it

  /** @param onChange called after the commit with each run that has a new version */
  constructor(db: DatabaseSync, clock: Clock, random: Random, onChange: (runId: string) => void = () => {}) {
    this.#db = db;
    this.#clock = clock;
    this.#random = random;
    this.#onChange = onChange;
  }

  /**
   * All or nothing. What was committed outlives this process; a power cut only what was committed with `FULL`, or before it.
   * State is `FULL`. Evidence is `NORMAL`: after a power cut its run is failed anyway, and a sync for each action is slow.
   */
  transact<T>(work: () => T, sync: 'FULL' | 'NORMAL' = 'FULL'): T {
    if (sync !== this.#sync) this.#db.exec(`PRAGMA synchronous = ${sync}`);
    this.#sync = sync;
    this.#db.exec('BEGIN IMMEDIATE');
    const changed = new Set<string>();
    this.#changed = changed;
    let result: T;
    try {
      result = work();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      this.#changed = null;
    }
    for (const runId of changed) this.#onChange(runId);
    return result;
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | null {
    return (this.#prepared(sql).get(...values) as Row | undefined) ?? null;
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  /** Inside a transaction: gives the run a new version. */
  touch(runId: string): void {
    this.run('UPDATE runs SET version = version + 1, modified_at = ? WHERE run_id = ?', this.#clock.now(), runId);
    this.#changed?.add(runId);
  }

  newId(prefix: string): string {
    return newId(prefix, this.#random);
  }

  insertRun(run: NewRun): RunRow {
    const runId = this.newId(looksOf(run).prefix);
    const now = this.#clock.now();
    this.run(
      `INSERT INTO runs (run_id, task_run_id, kind, status, title, engine, request, holds_secrets, created_at, modified_at,
         workflow_id, workflow_permanent_id, sequential, trigger_type, schedule_id, parent_run_id)
       VALUES (?, ?, ?, 'created', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      runId,
      this.newId('tr'),
      run.kind,
      run.title,
      run.engine,
      JSON.stringify(run.request),
      run.holdsSecrets ? 1 : 0,
      now,
      now,
      run.workflow?.versionId ?? null,
      run.workflow?.permanentId ?? null,
      run.workflow?.sequential ?? null,
      run.workflow?.trigger ?? null,
      run.workflow?.scheduleId ?? null,
      run.workflow?.parent ?? null,
    );
    this.#changed?.add(runId);
    return this.runById(runId)!;
  }

  runById(runId: string): RunRow | null {
    return this.get<RunRow>(`SELECT ${RUN_COLUMNS} FROM runs WHERE run_id = ?`, runId);
  }

  /** Newest first, without runs that runs started. */
  listRuns({ statuses, runTypes, search, workflows = [], tags = [], limit, offset }: RunFilter): RunRow[] {
    // Few runs are under way, however many have ended: these are found by their index.
    const live = statuses.length > 0 && !statuses.some(isTerminalStatus);
    return this.all<RunRow>(
      `SELECT ${RUN_COLUMNS} FROM runs ${live ? 'INDEXED BY runs_live' : ''}
       WHERE ${live ? 'finished_at IS NULL AND ' : ''}(json_array_length(?1) = 0 OR status IN (SELECT value FROM json_each(?1)))
         AND parent_run_id IS NULL AND (?5 IS NULL OR kind IN (SELECT value FROM json_each(?5)))
         AND NOT EXISTS (SELECT 1 FROM json_each(?7) AS wanted WHERE NOT EXISTS (
           SELECT 1 FROM json_each(request, '$.run_metadata') AS tag
           WHERE (wanted.value ->> 'key' IS NULL OR tag.key = wanted.value ->> 'key')
             AND (wanted.value ->> 'values' IS NULL OR tag.value IN (SELECT value FROM json_each(wanted.value, '$.values')))))
         AND (json_array_length(?6) = 0 OR workflow_permanent_id IN (SELECT value FROM json_each(?6)))
         AND (?2 IS NULL OR instr(lower(
           run_id || char(10) || coalesce(title, '') || char(10) || coalesce(json_extract(request, '$.url'), '')
              || char(10) || coalesce(workflow_permanent_id, '') || char(10) || coalesce(json_extract(request, '$.parameters'), '')
             || char(10) || coalesce(json_extract(request, '$.extra_http_headers'), '')), ?2) > 0)
       ORDER BY seq DESC LIMIT ?3 OFFSET ?4`,
      JSON.stringify(statuses),
      search,
      limit,
      offset,
      runTypes.length === 0 ? null : JSON.stringify(kindsOf(runTypes)),
      JSON.stringify(workflows),
      JSON.stringify(tags),
    );
  }

  /** Runs of workflows, newest first. */
  listFlows({ workflow, statuses, search, errorCode, from, until, children, limit, offset }: FlowFilter): RunRow[] {
    return this.all<RunRow>(
      `SELECT ${RUN_COLUMNS} FROM runs INDEXED BY runs_of_workflow
       WHERE ${workflow === null ? 'workflow_permanent_id IS NOT NULL' : 'workflow_permanent_id = ?1'}
         AND (json_array_length(?2) = 0 OR status IN (SELECT value FROM json_each(?2)))
         AND (?3 IS NULL OR instr(lower(run_id || char(10) || coalesce(title, '') || char(10)
           || coalesce(json_extract(request, '$.parameters'), '')), ?3) > 0)
         AND (?4 IS NULL OR EXISTS (SELECT 1 FROM json_each(errors) WHERE json_extract(value, '$.error_code') = ?4))
         AND (?5 IS NULL OR created_at >= ?5) AND (?6 IS NULL OR created_at <= ?6)
         ${children ? '' : 'AND parent_run_id IS NULL'}
       ORDER BY seq DESC LIMIT ?7 OFFSET ?8`,
      workflow,
      JSON.stringify(statuses),
      search,
      errorCode,
      from,
      until,
      limit,
      offset,
    );
  }

  /** In whose turn a run was. */
  turnOf(runId: string): string | null {
    return this.get<{ sequential: string | null }>('SELECT sequential FROM runs WHERE run_id = ?', runId)?.sequential ?? null;
  }

  /** Oldest first. */
  steps(runId: string): StepRow[] {
    return this.all<StepRow>('SELECT * FROM steps WHERE run_id = ? ORDER BY step_order', runId);
  }

  /** Oldest first. */
  actions(runId: string): ActionRow[] {
    return this.all<ActionRow>('SELECT * FROM actions WHERE run_id = ? ORDER BY seq', runId);
  }

  /** Oldest first; no types means all. */
  artifacts(runId: string, types: readonly string[] = []): ArtifactRow[] {
    return this.all<ArtifactRow>(
      `SELECT * FROM artifacts WHERE run_id = ?1
       AND (json_array_length(?2) = 0 OR artifact_type IN (SELECT value FROM json_each(?2))) ORDER BY seq`,
      runId,
      JSON.stringify(types),
    );
  }

  artifact(artifactId: string): ArtifactRow | null {
    return this.get<ArtifactRow>('SELECT * FROM artifacts WHERE artifact_id = ?', artifactId);
  }

  /** Everything kept so far. */
  holdings(): { readonly runs: number; readonly artifacts: number; readonly artifact_bytes: number } {
    return this.get(
      `SELECT (SELECT count(*) FROM runs) AS runs, count(*) AS artifacts, coalesce(sum(file_size), 0) AS artifact_bytes FROM artifacts`,
    )!;
  }

  /** How many runs wait and how many are at work. */
  counts(): { readonly queued: number; readonly running: number } {
    const row = this.get<{ queued: number; running: number }>(
      `SELECT count(*) FILTER (WHERE state = 'queued') AS queued, count(*) FILTER (WHERE state IN ('leased', 'acting')) AS running
       FROM queue WHERE state <> 'done'`,
    );
    return { queued: row?.queued ?? 0, running: row?.running ?? 0 };
  }

  insertStep(runId: string, order: number): void {
    const now = this.#clock.now();
    this.run(
      "INSERT INTO steps (step_id, run_id, step_order, status, created_at, modified_at) VALUES (?, ?, ?, 'running', ?, ?)",
      this.newId('stp'),
      runId,
      order,
      now,
      now,
    );
    this.touch(runId);
  }

  /** Of a run that goes back to the queue: its steps were begun and nothing was done in them. */
  forgetSteps(runId: string): void {
    this.run('DELETE FROM steps WHERE run_id = ?', runId);
    this.run('DELETE FROM thoughts WHERE run_id = ?', runId);
    this.run('DELETE FROM subtasks WHERE run_id = ?', runId);
    this.run('DELETE FROM blocks WHERE run_id = ?', runId);
  }

  endStep(runId: string, order: number, status: string, isLast: boolean, usage: StepUsage | null = null): void {
    const sql = 'UPDATE steps SET status = ?, is_last = ?, modified_at = ? WHERE run_id = ? AND step_order = ?';
    this.run(sql, status, isLast ? 1 : 0, this.#clock.now(), runId, order);
    if (usage) {
      this.run(
        `UPDATE steps SET input_tokens = ?, cached_tokens = ?, output_tokens = ?, reasoning_tokens = ?, cost = ?, model = ?
         WHERE run_id = ? AND step_order = ?`,
        usage.inputTokens,
        usage.cachedTokens,
        usage.outputTokens,
        usage.reasoningTokens,
        usage.cost,
        usage.model,
        runId,
        order,
      );
    }
    this.touch(runId);
  }

  insertSubtask(runId: string, firstStep: number, { type, goal }: SubtaskStart): void {
    // A thought and what follows from it are told in this order.
    const last = this.get<{ at: number | null }>('SELECT max(created_at) AS at FROM thoughts WHERE run_id = ?', runId);
    const now = Math.max(this.#clock.now(), (last?.at ?? 0) + 1);
    this.run(
      `INSERT INTO subtasks (block_id, run_id, first_step, block_type, goal, status, created_at, modified_at)
       VALUES (?, ?, ?, ?, ?, 'running', ?, ?)`,
      this.newId('wrb'),
      runId,
      firstStep,
      type,
      goal,
      now,
      now,
    );
    this.touch(runId);
  }

  /** Of the one that is under way. */
  endSubtask(runId: string, { status, reason, output }: SubtaskEnd): void {
    this.run(
      "UPDATE subtasks SET status = ?, failure_reason = ?, output = ?, modified_at = ? WHERE run_id = ? AND status = 'running'",
      status,
      reason,
      output === null || output === undefined ? null : JSON.stringify(output),
      this.#clock.now(),
      runId,
    );
    this.touch(runId);
  }

  /** Oldest first. */
  subtasks(runId: string): SubtaskRow[] {
    return this.all<SubtaskRow>('SELECT * FROM subtasks WHERE run_id = ? ORDER BY seq', runId);
  }

  insertThought(runId: string, { type, scenario, observation, thought, answer, output, usage }: ThoughtRecord): void {
    this.run(
      `INSERT INTO thoughts (thought_id, run_id, thought_type, thought_scenario, observation, thought, answer, output, input_tokens,
         output_tokens, cost, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      this.newId('ot'),
      runId,
      type,
      scenario,
      observation,
      thought,
      answer,
      output === null || output === undefined ? null : JSON.stringify(output),
      usage?.inputTokens ?? null,
      usage?.outputTokens ?? null,
      usage?.cost ?? null,
      this.#clock.now(),
    );
    this.touch(runId);
  }

  /** Oldest first. */
  thoughts(runId: string): ThoughtRow[] {
    return this.all<ThoughtRow>('SELECT * FROM thoughts WHERE run_id = ? ORDER BY seq', runId);
  }

  stepId(runId: string, order: number): string | null {
    const row = this.get<{ step_id: string }>('SELECT step_id FROM steps WHERE run_id = ? AND step_order = ?', runId, order);
    return row?.step_id ?? null;
  }

  insertAction(runId: string, stepId: string, stepOrder: number, action: ActionRecord, screenshotId: string | null): void {
    this.run(
      `INSERT INTO actions (action_id, run_id, step_id, step_order, action_order, action_type, status, reasoning, intention, text,
         confidence, output, url, response, file_name, screenshot_artifact_id, started_at, finished_at, created_at)
       VALUES (?, ?, ?, ?, (SELECT count(*) FROM actions WHERE step_id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      this.newId('act'),
      runId,
      stepId,
      stepOrder,
      stepId,
      action.actionType,
      action.status,
      action.reasoning,
      action.intention,
      action.text,
      action.confidence,
      action.output === null || action.output === undefined ? null : JSON.stringify(action.output),
      action.url,
      action.response,
      action.fileName,
      screenshotId,
      Math.round(action.startedAt),
      Math.round(action.finishedAt),
      this.#clock.now(),
    );
    if (action.url !== null) this.run('UPDATE runs SET page_url = ? WHERE run_id = ?', action.url, runId);
    this.touch(runId);
  }

  insertArtifact(artifactId: string, artifact: NewArtifact): void {
    this.run(
      `INSERT INTO artifacts (artifact_id, run_id, step_id, artifact_type, file, file_name, file_size, checksum, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      artifactId,
      artifact.run_id,
      artifact.step_id,
      artifact.artifact_type,
      artifact.file,
      artifact.file_name,
      artifact.file_size,
      artifact.checksum,
      this.#clock.now(),
    );
    this.touch(artifact.run_id);
  }

  /** Moves a run to `status`; the time of its first `queued`, `running` and end is kept. */
  setStatus(runId: string, status: 'queued' | 'running'): void {
    const column = status === 'queued' ? 'queued_at' : 'started_at';
    this.run(`UPDATE runs SET status = ?, ${column} = coalesce(${column}, ?) WHERE run_id = ?`, status, this.#clock.now(), runId);
    this.touch(runId);
  }

  /** @param instructions what is asked of a person; null: the run goes on */
  setPaused(runId: string, instructions: string | null): void {
    const status = instructions === null ? 'running' : 'paused';
    this.run('UPDATE runs SET status = ?, instructions = ? WHERE run_id = ?', status, instructions, runId);
    this.touch(runId);
  }

  /** What a run gave so far: it stays when it ends without saying more. */
  keepOutput(runId: string, output: unknown): void {
    this.run('UPDATE runs SET output = ? WHERE run_id = ?', JSON.stringify(output), runId);
    this.touch(runId);
  }

  /** The run is not over: there is to be another attempt. */
  endAttempt(runId: string, { status, reason = null, errors = [] }: RunEnd, nextAt: number): void {
    const { started_at, attempts } = this.runById(runId)!;
    const now = this.#clock.now();
    const times = { started_at: started_at ?? now, finished_at: now, next_at: nextAt };
    const all = [...(JSON.parse(attempts) as unknown[]), { status, reason, errors, ...times, revoked: false }];
    this.run('UPDATE runs SET attempts = ?, next_attempt_at = ? WHERE run_id = ?', JSON.stringify(all), nextAt, runId);
    this.#endParts(runId, status, now);
    this.touch(runId);
  }

  beginAttempt(runId: string): void {
    const sql = 'UPDATE runs SET next_attempt_at = NULL, output = NULL, started_at = ? WHERE run_id = ?';
    this.run(sql, this.#clock.now(), runId);
    this.touch(runId);
  }

  /** There is to be no other attempt: the run ended as the last one did. */
  revokeAttempt(runId: string): RunEnd | null {
    const { attempts, next_attempt_at } = this.runById(runId)!;
    if (next_attempt_at === null) return null;
    const all = JSON.parse(attempts) as (RunEnd & { revoked: boolean })[];
    const last = all.at(-1)!;
    this.run('UPDATE runs SET attempts = ? WHERE run_id = ?', JSON.stringify([...all.slice(0, -1), { ...last, revoked: true }]), runId);
    return { status: last.status, reason: last.reason ?? null, errors: last.errors ?? [] };
  }

  webhook(runId: string): WebhookRow | null {
    return this.get<WebhookRow>('SELECT * FROM webhooks WHERE run_id = ?', runId);
  }

  /** Ends a run, and with it any step that still runs. Whom to tell is noted with it. */
  setEnd(runId: string, { status, reason = null, output = null, errors = [] }: RunEnd): void {
    const now = this.#clock.now();
    this.run(
      // A clock that was set back meanwhile makes no run that ended before it began.
      `UPDATE runs SET status = ?, failure_reason = ?, output = coalesce(?, output), errors = ?, instructions = NULL, next_attempt_at = NULL,
         finished_at = max(?, coalesce(started_at, created_at))
       WHERE run_id = ?`,
      status,
      reason,
      output === null ? null : JSON.stringify(output),
      JSON.stringify(errors.slice(0, 100)),
      now,
      runId,
    );
    this.#endParts(runId, status, now);
    this.run(
      `INSERT INTO webhooks (run_id, url)
       SELECT run_id, json_extract(request, '$.webhook_url') FROM runs
       WHERE run_id = ? AND json_extract(request, '$.webhook_url') IS NOT NULL`,
      runId,
    );
    this.touch(runId);
  }

  /** Steps, blocks and sub-tasks that still run end with what they are part of. */
  #endParts(runId: string, status: RunEnd['status'], now: number): void {
    const subtask = "UPDATE subtasks SET status = ?, modified_at = ? WHERE run_id = ? AND status = 'running'";
    this.run(subtask, status, now, runId);
    this.run("UPDATE blocks SET status = ?, modified_at = ? WHERE run_id = ? AND status = 'running'", status, now, runId);
    const stepStatus = status === 'completed' || status === 'canceled' ? status : 'failed';
    this.run("UPDATE steps SET status = ?, modified_at = ? WHERE run_id = ? AND status = 'running'", stepStatus, now, runId);
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
