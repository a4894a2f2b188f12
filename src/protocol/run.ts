/** A run as `GET /v1/runs/{run_id}` answers it, for every kind of run (reference: Skyvern API, runs). */
import { asObject, asString, optionalNumber, optionalString, type Wire } from './decode.js';
import type { RunStatus, RunType } from './status.js';

/** Known fields typed, all others kept as sent. Times are the server's text: `parseServerTime` reads them. */
export interface Run extends Wire {
  readonly run_id: string;
  readonly run_type: RunType;
  readonly status: RunStatus;
  readonly output: unknown;
  readonly failure_reason: string | null;
  readonly app_url: string | null;
  readonly created_at: string | null;
  readonly modified_at: string | null;
  readonly queued_at: string | null;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly step_count: number | null;
  readonly run_request: Wire | null;
  /** A terminal status with this set is not the end: the run starts again under the same id. */
  readonly retry_pending: boolean;
  readonly next_attempt_at: string | null;
  readonly attempt: number | null;
}

export function decodeRun(value: unknown): Run {
  const wire = asObject(value);
  return {
    ...wire,
    run_id: asString(wire['run_id'], 'run_id'),
    run_type: asString(wire['run_type'], 'run_type'),
    status: asString(wire['status'], 'status'),
    output: wire['output'] ?? null,
    failure_reason: optionalString(wire['failure_reason']),
    app_url: optionalString(wire['app_url']),
    created_at: optionalString(wire['created_at']),
    modified_at: optionalString(wire['modified_at']),
    queued_at: optionalString(wire['queued_at']),
    started_at: optionalString(wire['started_at']),
    finished_at: optionalString(wire['finished_at']),
    step_count: optionalNumber(wire['step_count']),
    run_request: typeof wire['run_request'] === 'object' && wire['run_request'] !== null ? asObject(wire['run_request']) : null,
    retry_pending: wire['retry_pending'] === true,
    next_attempt_at: optionalString(wire['next_attempt_at']),
    attempt: optionalNumber(wire['attempt']),
  };
}

/** A row of `GET /v1/runs`. The kind is in `task_run_type`, not `run_type`; the status of a task is a best-effort copy. */
export interface RunListItem extends Wire {
  readonly run_id: string;
  readonly task_run_type: RunType;
  readonly status: RunStatus;
  readonly title: string | null;
  readonly created_at: string | null;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly workflow_permanent_id: string | null;
  readonly retry_pending: boolean;
}

export function decodeRunListItem(value: unknown, path = ''): RunListItem {
  const wire = asObject(value, path);
  return {
    ...wire,
    run_id: asString(wire['run_id'], `${path}.run_id`),
    task_run_type: asString(wire['task_run_type'], `${path}.task_run_type`),
    status: asString(wire['status'], `${path}.status`),
    title: optionalString(wire['title']),
    created_at: optionalString(wire['created_at']),
    started_at: optionalString(wire['started_at']),
    finished_at: optionalString(wire['finished_at']),
    workflow_permanent_id: optionalString(wire['workflow_permanent_id']),
    retry_pending: wire['retry_pending'] === true,
  };
}
