/** Statuses known today. A server may send another one: it is data, and not terminal. */
export const RUN_STATUSES = [
  'created',
  'queued',
  'running',
  'paused',
  'completed',
  'failed',
  'terminated',
  'canceled',
  'timed_out',
] as const;
export type KnownRunStatus = (typeof RUN_STATUSES)[number];
/** Open on purpose: unknown statuses pass through. */
export type RunStatus = KnownRunStatus | (string & {});

const TERMINAL: ReadonlySet<string> = new Set(['completed', 'failed', 'terminated', 'canceled', 'timed_out']);

/** Whether a bare status is one of the five ends. For a run use `isEnded`: a retry may be pending. */
export const isTerminalStatus = (status: string): boolean => TERMINAL.has(status);

/** Whether a run is over for good: a terminal status, and no further attempt scheduled under the same id. */
export const isEnded = (run: { readonly status: string; readonly retry_pending?: boolean }): boolean =>
  isTerminalStatus(run.status) && run.retry_pending !== true;

export const RUN_TYPES = [
  'task_v1',
  'task_v2',
  'task_v3',
  'openai_cua',
  'anthropic_cua',
  'ui_tars',
  'yutori_navigator',
  'workflow_run',
] as const;
export type RunType = (typeof RUN_TYPES)[number] | (string & {});
