import type { Clock } from '../clock.js';
import type { ModelDesk, PromptRefusal } from '../engine/task.js';
import type { TaskRunRequest } from '../protocol/task.js';
import type { ArtifactFiles } from './artifactFiles.js';
import type { BrowserStates } from './browserStates.js';
import type { CodeStore } from './codeStore.js';
import type { CredentialStore } from './credentialStore.js';
import type { Pauses } from './pauses.js';
import type { ProfileStore } from './profileStore.js';
import type { Queue } from './queue.js';
import type { Retention } from './retention.js';
import type { ScheduleStore } from './scheduleStore.js';
import type { SessionStore } from './sessionStore.js';
import type { SessionUse } from './sessionUse.js';
import type { Store } from './store.js';
import type { UploadStore } from './uploadStore.js';
import type { Waiters } from './waiters.js';
import type { RunSecrets, Worker } from './worker.js';
import type { WorkflowStore } from './workflowStore.js';

/** Says before a run exists what an engine does not understand of a task; null when it is fine. */
export type CheckTask = (
  request: TaskRunRequest,
  engine: string,
  secretNames: readonly string[],
) => PromptRefusal | null | Promise<PromptRefusal | null>;

/** What the routes work with. */
export interface RouteDeps {
  readonly store: Store;
  readonly workflows: WorkflowStore;
  readonly schedules: ScheduleStore;
  readonly profiles: ProfileStore;
  readonly sessions: SessionStore;
  readonly sessionUse: SessionUse;
  readonly browserStates: BrowserStates;
  readonly uploads: UploadStore;
  readonly credentials: CredentialStore;
  readonly codes: CodeStore;
  readonly queue: Queue;
  readonly worker: Worker;
  readonly waiters: Waiters;
  readonly pauses: Pauses;
  /** What a receiver is told of a run, as it is now: exactly this text is signed. */
  readonly webhookPayload: (runId: string) => string;
  readonly files: ArtifactFiles;
  readonly retention: Retention;
  readonly secrets: Map<string, RunSecrets>;
  readonly clock: Clock;
  readonly checkTask: CheckTask;
  readonly models: ModelDesk;
  /** Runs tasks that name no engine of ours; null: only tasks that do are accepted. */
  readonly defaultEngine: string | null;
  readonly token: string;
  readonly version: string;
  readonly pid: number;
  readonly concurrency: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly dataFolder: string;
  readonly notices: readonly string[];
  /** `http://127.0.0.1:PORT` */
  baseUrl(): string;
  /** Asks the server to end; `graceMs` for the runs at work. */
  stop(graceMs: number): void;
  stopping(): boolean;
}
