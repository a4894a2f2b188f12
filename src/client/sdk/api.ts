/** Errors and wire types under one name, as the official SDK has them: `SkyvernApi.NotFoundError`. */
export {
  BadRequestError,
  ConflictError,
  ForbiddenError,
  InternalServerError,
  NotFoundError,
  RangeNotSatisfiableError,
  UnprocessableEntityError,
} from '../../errors.js';
export type { Artifact } from '../../protocol/artifact.js';
export type { BrowserProfile } from '../../protocol/browserProfile.js';
export type { BrowserSession } from '../../protocol/browserSession.js';
export type { Credential } from '../../protocol/credential.js';
export type { CustomLlm } from '../../protocol/customLlm.js';
export type { Folder } from '../../protocol/folder.js';
export type { FilesRunRequest, LoginRunRequest } from '../../protocol/readyMade.js';
export type { Run, RunListItem } from '../../protocol/run.js';
export type { Schedule, ScheduleAnswer, ScheduleBody, SchedulePage } from '../../protocol/schedule.js';
export type { Script } from '../../protocol/script.js';
export type { RunStatus, RunType } from '../../protocol/status.js';
export type { TaskRunRequest } from '../../protocol/task.js';
export type { TimelineItem } from '../../protocol/timeline.js';
export type { UploadedFile } from '../../protocol/upload.js';
export type { WebhookReplay } from '../../protocol/webhookReplay.js';
export type { Workflow, WorkflowBody, WorkflowRunItem } from '../../protocol/workflow.js';
export type { WorkflowRunRequest } from '../../protocol/workflowRun.js';
