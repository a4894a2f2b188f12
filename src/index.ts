/** The library under the `skyvern` command. */
export * from './client/client.js';
export { type Clock, systemClock } from './clock.js';
export * from './errors.js';
export type * from './protocol/artifact.js';
export type * from './protocol/run.js';
export { isEnded, isTerminalStatus, RUN_STATUSES, RUN_TYPES, type RunStatus, type RunType } from './protocol/status.js';
export { ENGINES, RULES_ENGINE, type TaskRunRequest } from './protocol/task.js';
export type * from './protocol/timeline.js';
export { type Random, systemRandom } from './random.js';
export type { RunEvent, RunEventBody } from './runs/events.js';
export type { RunSource } from './runs/source.js';
export { emptyView, type RunView, reduce } from './runs/view.js';
export { type WatchOptions, watchRun } from './runs/watch.js';
