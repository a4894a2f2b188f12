/** The library under the `skyvern` command. */

export * from './client/client.js';
export * as SkyvernApi from './client/sdk/api.js';
export { ApiPromise, type WithRawResponse } from './client/sdk/apiPromise.js';
export { type RequestOptions, SkyvernEnvironment, type SkyvernOptions, type StartRequestOptions } from './client/sdk/options.js';
export type * from './client/sdk/requests.js';
export { Skyvern, Skyvern as SkyvernClient } from './client/sdk/skyvern.js';
export type { UploadFileRequest, UploadSource } from './client/sdk/upload.js';
export { type Watchable, type WatchRunOptions, waitForRun, watchRun } from './client/sdk/watch.js';
export { type Clock, systemClock } from './clock.js';
export * from './errors.js';
export { Journal, type JournalDeps } from './journal/journal.js';
export type { Candidate } from './journal/lookUp.js';
export type { Recovered } from './journal/recover.js';
export {
  type StartDeps,
  type Started,
  StartInterrupted,
  type StartOptions,
  type StartProgress,
  StartUnknown,
  startOnce,
} from './journal/startOnce.js';
export { startTask } from './journal/startTask.js';
export { type StartedRun, startDownload, startLogin, startWorkflow } from './journal/startWorkflow.js';
export { parseBaseUrl } from './origin.js';
export type * from './protocol/artifact.js';
export type { Wire } from './protocol/decode.js';
export type { FilesRunRequest, LoginRunRequest } from './protocol/readyMade.js';
export type * from './protocol/run.js';
export { isEnded, isTerminalStatus, RUN_STATUSES, RUN_TYPES, type RunStatus, type RunType } from './protocol/status.js';
export { ENGINES, type ProxyLocation, RULES_ENGINE, type TaskRunRequest } from './protocol/task.js';
export { parseServerTime } from './protocol/time.js';
export type * from './protocol/timeline.js';
export { SIGNATURE_HEADER, signWebhook, TIMESTAMP_HEADER, verifyWebhook } from './protocol/webhookSignature.js';
export type { WorkflowRunRequest } from './protocol/workflowRun.js';
export { type Random, systemRandom } from './random.js';
export type { RunEvent, RunEventBody } from './runs/events.js';
export type { RunSource } from './runs/source.js';
export { emptyView, type RunView, reduce } from './runs/view.js';
