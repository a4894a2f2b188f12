/** Where a watcher reads: the client, or a stub of a few lines. */
import type { Run } from '../protocol/run.js';
import type { Action, Step, TimelineItem } from '../protocol/timeline.js';

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Called before each repeat of a read inside the client. */
  readonly onRetry?: (retry: { readonly attempt: number; readonly delayMs: number; readonly reason: string }) => void;
}

export interface RunPoll {
  /** Null when the server says that nothing changed since `etag` (304). */
  readonly run: Run | null;
  /** Version of this answer, to be sent with the next poll; null when the server gives none. */
  readonly etag: string | null;
  /** Whether the server kept the request waiting for a change (`Preference-Applied: wait`): ask again at once. */
  readonly waited: boolean;
}

export interface RunSource {
  get(runId: string, call?: ReadOptions): Promise<Run>;
  /** `GET /v1/runs/{id}` with `Prefer: wait=N` and `If-None-Match`; servers without it answer at once. */
  poll(runId: string, etag: string | null, waitSeconds: number, call?: ReadOptions): Promise<RunPoll>;
  /** Rejects with an `ApiError` of status 400 where this kind of run has no timeline. Newest first at every level. */
  timeline(runId: string, call?: ReadOptions): Promise<TimelineItem[]>;
  /** Steps of a task v1, oldest first. */
  steps(taskId: string, call?: ReadOptions): Promise<Step[]>;
  /** Actions of a task v1, oldest first. */
  actions(taskId: string, call?: ReadOptions): Promise<Action[]>;
}
