/**
 * The client of the library: one method for each endpoint, named and shaped as in the official SDK.
 *
 * Here: both shapes of a request, options of a call, starts that are made at most once, waiting. Not here: routes and decoding,
 * which are the REST client's.
 */
import { systemClock } from '../../clock.js';
import { type ReplyHead, UsageError } from '../../errors.js';
import { assertFenceable } from '../../journal/fence.js';
import { Journal } from '../../journal/journal.js';
import { type Recovered, recover } from '../../journal/recover.js';
import { runOf } from '../../journal/runOf.js';
import { searchOf } from '../../journal/searchOf.js';
import { type Start, type Started, startOnce } from '../../journal/startOnce.js';
import { retryStart } from '../../journal/startRetry.js';
import { taskStart } from '../../journal/startTask.js';
import { startUnrecorded } from '../../journal/startUnrecorded.js';
import { downloadStart, loginStart, workflowStart } from '../../journal/startWorkflow.js';
import type { Artifact } from '../../protocol/artifact.js';
import type { BrowserProfile, BrowserProfileRequest, BrowserProfileUpdate } from '../../protocol/browserProfile.js';
import type { BrowserSession, BrowserSessionRequest } from '../../protocol/browserSession.js';
import type { Credential, CredentialRequest, TotpCode, TotpPush } from '../../protocol/credential.js';
import type { CustomLlm, CustomLlmConfig } from '../../protocol/customLlm.js';
import type { Wire } from '../../protocol/decode.js';
import type { Folder, FolderRequest } from '../../protocol/folder.js';
import type { FilesRunRequest, LoginRunRequest } from '../../protocol/readyMade.js';
import type { Run, RunListItem } from '../../protocol/run.js';
import type { Script, ScriptFile, ScriptRequest } from '../../protocol/script.js';
import type { Tag, TagChange, TaggedThing } from '../../protocol/tag.js';
import { type TaskRunRequest, wireEngine } from '../../protocol/task.js';
import type { TimelineItem } from '../../protocol/timeline.js';
import type { UploadedFile } from '../../protocol/upload.js';
import type { WebhookReplay } from '../../protocol/webhookReplay.js';
import type { Workflow, WorkflowBody, WorkflowRunItem } from '../../protocol/workflow.js';
import type { WorkflowRunRequest } from '../../protocol/workflowRun.js';
import { systemRandom } from '../../random.js';
import type { RunEvent } from '../../runs/events.js';
import type { RunSource } from '../../runs/source.js';
import { ApiClient, type CallOptions, type ClientOptions, type SdkActionRequest } from '../client.js';
import { ApiPromise } from './apiPromise.js';
import {
  callOf,
  clientOptions,
  type RequestOptions,
  type SkyvernOptions,
  type StartRequestOptions,
  withHeaders,
  withQuery,
} from './options.js';
import {
  type GetRunsRequest,
  type GetWorkflowRunsByIdRequest,
  type GetWorkflowRunsRequest,
  type GetWorkflowsRequest,
  type Page,
  type Shape,
  type StartExtras,
  type TagHistoryRequest,
  unpack,
  unpackStart,
  type WorkflowStartExtras,
} from './requests.js';
import { Agents, Artifacts, Schedules, Scripts } from './subclients.js';
import { type UploadFileRequest, uploadOf } from './upload.js';
import { sourceWith, type WatchRunOptions, waitForRun, watchRun } from './watch.js';
import { world } from './world.js';

/** Seconds, as in the official SDK. */
const DEFAULT_WAIT = 1800;

/**
 * A client of one server with one key. Opens nothing until it is used; nothing that it holds keeps the process alive.
 *
 * Methods reject with `ApiError` (by status: `NotFoundError`, ...), `NetworkError` or `SkyvernTimeoutError` when no usable answer
 * came, `IntegrityError` for a redirect, `UsageError` for what cannot be sent, or the reason of `abortSignal`.
 */
export class Skyvern {
  readonly schedules = new Schedules(this);
  readonly artifacts = new Artifacts(this);
  readonly scripts = new Scripts(this);
  readonly agents = new Agents(this);
  /** Where runs are read: what `watchRun` takes. */
  readonly runSource: RunSource;
  readonly #options: SkyvernOptions;
  readonly #rest: ClientOptions;
  readonly #api: ApiClient;
  readonly #journal: Journal | null;

  constructor(options: SkyvernOptions = {}) {
    this.#options = options;
    const { clock = systemClock, random = systemRandom, env = world.env, journal } = options;
    this.#rest = clientOptions(options, { clock, random, env });
    this.#api = new ApiClient(this.#rest);
    this.runSource = sourceWith(this.#api.runs, callOf(options));
    this.#journal = journal === undefined ? null : new Journal({ paths: { state: journal }, owner: world, clock, random });
  }

  // Starts

  /** Starts a task: `POST /v1/run/tasks`. */
  runTask(request: Shape<TaskRunRequest, StartExtras>, options?: StartRequestOptions): ApiPromise<Run> {
    const { body, extras } = unpackStart<TaskRunRequest>(request);
    const sent = typeof body.engine === 'string' ? { ...body, engine: wireEngine(body.engine) } : body;
    return this.#start((call) => taskStart(this.#api, sent, call), extras, options);
  }

  /** Starts a workflow: `POST /v1/run/workflows`. */
  runWorkflow(request: Shape<WorkflowRunRequest, WorkflowStartExtras>, options?: StartRequestOptions): ApiPromise<Run> {
    const { body, extras } = unpackStart<WorkflowRunRequest>(request);
    return this.#start((call) => workflowStart(this.#api, body, call, extras.template), extras, options);
  }

  /** Logs in somewhere with a stored credential: `POST /v1/run/tasks/login`. */
  login(request: Shape<LoginRunRequest, StartExtras>, options?: StartRequestOptions): ApiPromise<Run> {
    const { body, extras } = unpackStart<LoginRunRequest>(request);
    return this.#start((call) => loginStart(this.#api, body, call), extras, options);
  }

  /** Downloads files from a site: `POST /v1/run/tasks/download_files`. */
  downloadFiles(request: Shape<FilesRunRequest, StartExtras>, options?: StartRequestOptions): ApiPromise<Run> {
    const { body, extras } = unpackStart<FilesRunRequest>(request);
    return this.#start((call) => downloadStart(this.#api, body, call), extras, options);
  }

  /** Tries a workflow run again: a new run. `POST /v1/workflows/runs/{id}/retry`. */
  retryWorkflowRun(
    runId: string,
    request: StartExtras & Pick<WorkflowStartExtras, 'x-max-steps-override'> = {},
    options?: StartRequestOptions,
  ): ApiPromise<Run> {
    return this.#start(async (call) => retryStart(this.#api, await this.#api.runs.get(runId, call), call), request, options);
  }

  // Runs

  /** `GET /v1/runs/{id}`: a run of any kind. */
  getRun(runId: string, options?: RequestOptions): ApiPromise<Run> {
    return this.call(options, (api, call) => api.runs.get(runId, call));
  }

  /** `POST /v1/runs/{id}/cancel`. The run as it is then; one that has ended already is no error. */
  cancelRun(runId: string, options?: RequestOptions): ApiPromise<Run> {
    return this.call(options, (api, call) => api.runs.cancel(runId, call));
  }

  /** `POST /v1/runs/cancel`: at most 100 ids. Unknown ids and ended tasks are in `failed`. */
  bulkCancelRuns(
    request: Shape<{ readonly run_ids: readonly string[] }>,
    options?: RequestOptions,
  ): ApiPromise<{ readonly cancelled: string[]; readonly failed: string[] }> {
    return this.call(options, async (api, call) => {
      const { canceled, failed } = await api.runs.cancelMany(unpack<{ readonly run_ids: readonly string[] }>(request).run_ids, call);
      return { cancelled: canceled, failed };
    });
  }

  /** `GET /v1/runs`: one page of all runs, newest first. */
  getRunsV2(request?: GetRunsRequest, options?: RequestOptions): ApiPromise<RunListItem[]> {
    return this.call(options, (api, call) => api.runs.list({}, withQuery(call, request)));
  }

  /** `GET /v1/runs/{id}/timeline`: newest first at every level. `BadRequestError` for tasks of other engines than 2.0. */
  getRunTimeline(runId: string, options?: RequestOptions): ApiPromise<TimelineItem[]> {
    return this.call(options, (api, call) => api.runs.timeline(runId, call));
  }

  /** `GET /v1/runs/{id}/artifacts`: oldest first. */
  getRunArtifacts(
    runId: string,
    request?: { readonly artifact_type?: string | readonly string[] },
    options?: RequestOptions,
  ): ApiPromise<Artifact[]> {
    return this.call(options, (api, call) => api.runs.artifacts(runId, [request?.artifact_type ?? []].flat(), call));
  }

  /** `GET /v1/artifacts/{id}`. */
  getArtifact(artifactId: string, options?: RequestOptions): ApiPromise<Artifact> {
    return this.call(options, (api, call) => api.artifacts.get(artifactId, call));
  }

  /** `POST /v1/runs/{id}/retry_webhook`: sends it once, now, and says what the receiver answered. */
  retryRunWebhook(
    runId: string,
    request?: { readonly webhook_url?: string | undefined },
    options?: RequestOptions,
  ): ApiPromise<WebhookReplay> {
    return this.call(options, (api, call) => api.runs.retryWebhook(runId, request?.webhook_url, call));
  }

  /** `POST /v1/workflows/runs/{id}/continue`: answers a paused run. */
  continueRun(runId: string, options?: RequestOptions): ApiPromise<void> {
    return this.call(options, (api, call) => api.runs.continue(runId, call));
  }

  /** The run when it has ended, however it did. `WaitTimeoutError` after `timeout` seconds, 1800 when left out. */
  waitForRun(runId: string, options: WatchRunOptions = {}): Promise<Run> {
    return waitForRun(this, runId, { clock: this.#rest.clock, random: this.#rest.random, timeout: DEFAULT_WAIT, ...options });
  }

  /** What a run does, as it happens, see `watchRun`. */
  watchRun(runId: string, options: WatchRunOptions = {}): AsyncGenerator<RunEvent, void> {
    return watchRun(this, runId, { clock: this.#rest.clock, random: this.#rest.random, ...options });
  }

  /** With a `journal`: looks once for the runs of starts whose outcome is unknown, those of a crashed process included. */
  async recoverStarts(options?: RequestOptions): Promise<Recovered[]> {
    if (!this.#journal) throw new UsageError('there is no journal', { code: 'no_journal', hint: 'pass { journal: FOLDER } to the client' });
    const { clock, baseUrl } = this.#rest;
    const call = callOf(this.#options, options);
    const searchFor = async (op: { readonly kind: string; readonly origin: string }) =>
      op.origin === baseUrl.origin ? searchOf(op, this.#api) : null;
    return recover({ journal: this.#journal, clock, searchFor, ...(call.signal && { signal: call.signal }) });
  }

  // Workflows

  /** `GET /v1/workflows`: one page of the latest versions, newest first. */
  getWorkflows(request?: GetWorkflowsRequest, options?: RequestOptions): ApiPromise<Workflow[]> {
    return this.call(options, (api, call) => api.workflows.list({}, withQuery(call, request)));
  }

  /** `GET /v1/workflows/{wpid}`. */
  getWorkflow(
    workflowId: string,
    request?: { readonly version?: number; readonly template?: boolean },
    options?: RequestOptions,
  ): ApiPromise<Workflow> {
    return this.call(options, (api, call) => api.workflows.get(workflowId, undefined, withQuery(call, request)));
  }

  /** `GET /v1/workflows/{wpid}/versions`: newest first. */
  getWorkflowVersions(workflowId: string, request?: { readonly template?: boolean }, options?: RequestOptions): ApiPromise<Workflow[]> {
    return this.call(options, (api, call) => api.workflows.versions(workflowId, withQuery(call, request)));
  }

  /** `POST /v1/workflows`. With an `Idempotency-Key` among the headers, a repeat gives the workflow of the first. */
  createWorkflow(request: Shape<WorkflowBody, { readonly folder_id?: string }>, options?: RequestOptions): ApiPromise<Workflow> {
    const body = unpack<WorkflowBody>(request, ['folder_id']);
    return this.call(options, (api, call) => api.workflows.create(body, { folderId: request.folder_id }, call));
  }

  /** `POST /v1/workflows/{wpid}`: a new version. The whole definition; what is left out goes back to its default. */
  updateWorkflow(workflowId: string, request: Shape<WorkflowBody>, options?: RequestOptions): ApiPromise<Workflow> {
    return this.call(options, (api, call) => api.workflows.update(workflowId, unpack(request), call));
  }

  /** `POST /v1/workflows/{wpid}/delete`, with its schedules. */
  deleteWorkflow(workflowId: string, options?: RequestOptions): ApiPromise<void> {
    return this.call(options, (api, call) => api.workflows.delete(workflowId, call));
  }

  /** `PUT /v1/workflows/{wpid}/folder`: null takes it out of its folder. */
  updateWorkflowFolder(
    workflowId: string,
    request: Shape<{ readonly folder_id?: string | null }>,
    options?: RequestOptions,
  ): ApiPromise<Workflow> {
    const { folder_id = null } = unpack<{ readonly folder_id?: string | null }>(request);
    return this.call(options, (api, call) => api.workflows.move(workflowId, folder_id, call));
  }

  /** `GET /v1/workflows/runs`: one page of the runs of all workflows, newest first. */
  getWorkflowRuns(request?: GetWorkflowRunsRequest, options?: RequestOptions): ApiPromise<WorkflowRunItem[]> {
    return this.call(options, (api, call) => api.workflows.allRuns({}, withQuery(call, request)));
  }

  /** `GET /v1/workflows/{wpid}/runs`: one page, newest first. */
  getWorkflowRunsById(workflowId: string, request?: GetWorkflowRunsByIdRequest, options?: RequestOptions): ApiPromise<WorkflowRunItem[]> {
    return this.call(options, (api, call) => api.workflows.runs(workflowId, {}, withQuery(call, request)));
  }

  // Files

  /** `POST /v1/upload_file`: its `s3_uri` goes into a `file_url` parameter. */
  uploadFile(request: UploadFileRequest, options?: RequestOptions): ApiPromise<UploadedFile> {
    return this.call(options, async (api, call) => {
      const boundary = Buffer.from(this.#rest.random.bytes(24)).toString('hex');
      return api.files.upload(await uploadOf(request), boundary, call);
    });
  }

  /** `DELETE /v1/files/{id}`. */
  deleteFile(fileId: string, options?: RequestOptions): ApiPromise<void> {
    return this.call(options, (api, call) => api.files.delete(fileId, call));
  }

  // Browser sessions

  /** `GET /v1/browser_sessions`: those that are open. */
  getBrowserSessions(options?: RequestOptions): ApiPromise<BrowserSession[]> {
    return this.call(options, (api, call) => api.sessions.list(call));
  }

  /** `POST /v1/browser_sessions`. */
  createBrowserSession(request: Shape<BrowserSessionRequest> = {}, options?: RequestOptions): ApiPromise<BrowserSession> {
    return this.call(options, (api, call) => api.sessions.create(unpack(request), call));
  }

  /** `GET /v1/browser_sessions/{id}`. */
  getBrowserSession(sessionId: string, options?: RequestOptions): ApiPromise<BrowserSession> {
    return this.call(options, (api, call) => api.sessions.get(sessionId, call));
  }

  /** `PATCH /v1/browser_sessions/{id}`. */
  updateBrowserSession(
    sessionId: string,
    request: Shape<{ readonly generate_browser_profile: boolean }>,
    options?: RequestOptions,
  ): ApiPromise<BrowserSession> {
    return this.call(options, (api, call) => api.sessions.update(sessionId, unpack(request), call));
  }

  /** `POST /v1/browser_sessions/{id}/extend`. */
  extendBrowserSession(
    sessionId: string,
    request: Shape<{ readonly additional_minutes: number }>,
    options?: RequestOptions,
  ): ApiPromise<BrowserSession> {
    return this.call(options, (api, call) =>
      api.sessions.extend(sessionId, unpack<{ readonly additional_minutes: number }>(request).additional_minutes, call),
    );
  }

  /** `POST /v1/browser_sessions/{id}/close`: fine also when it is closed already. */
  closeBrowserSession(sessionId: string, options?: RequestOptions): ApiPromise<void> {
    return this.call(options, (api, call) => api.sessions.close(sessionId, call));
  }

  /** `GET /v1/browser_types`. */
  getBrowserTypes(options?: RequestOptions): ApiPromise<Wire[]> {
    return this.call(options, (api, call) => api.server.browserTypes(call));
  }

  // Browser profiles

  /** `GET /v1/browser_profiles`. */
  listBrowserProfiles(
    request?: Page & { readonly include_deleted?: boolean; readonly search_key?: string; readonly managed?: boolean },
    options?: RequestOptions,
  ): ApiPromise<BrowserProfile[]> {
    return this.call(options, (api, call) => api.profiles.list({}, withQuery(call, request)));
  }

  /** `POST /v1/browser_profiles`. */
  createBrowserProfile(request: Shape<BrowserProfileRequest>, options?: RequestOptions): ApiPromise<BrowserProfile> {
    return this.call(options, (api, call) => api.profiles.create(unpack(request), call));
  }

  /** `GET /v1/browser_profiles/{id}`. */
  getBrowserProfile(profileId: string, options?: RequestOptions): ApiPromise<BrowserProfile> {
    return this.call(options, (api, call) => api.profiles.get(profileId, call));
  }

  /** `PATCH /v1/browser_profiles/{id}`. */
  updateBrowserProfile(profileId: string, request: Shape<BrowserProfileUpdate>, options?: RequestOptions): ApiPromise<BrowserProfile> {
    return this.call(options, (api, call) => api.profiles.update(profileId, unpack(request), call));
  }

  /** `DELETE /v1/browser_profiles/{id}`. */
  deleteBrowserProfile(profileId: string, options?: RequestOptions): ApiPromise<void> {
    return this.call(options, (api, call) => api.profiles.delete(profileId, call));
  }

  /** `GET /v1/browser_profiles/{id}/usage`. */
  getBrowserProfileUsage(profileId: string, options?: RequestOptions): ApiPromise<Wire> {
    return this.call(options, (api, call) => api.profiles.usage(profileId, call));
  }

  // Credentials

  /** `GET /v1/credentials`. */
  getCredentials(
    request?: Page & { readonly vault_type?: string; readonly credential_type?: string; readonly search?: string },
    options?: RequestOptions,
  ): ApiPromise<Credential[]> {
    return this.call(options, (api, call) => api.credentials.list({}, withQuery(call, request)));
  }

  /** `POST /v1/credentials`. */
  createCredential(request: Shape<CredentialRequest>, options?: RequestOptions): ApiPromise<Credential> {
    return this.call(options, (api, call) => api.credentials.create(unpack(request), call));
  }

  /** `GET /v1/credentials/{id}`: without its secrets. */
  getCredential(credentialId: string, options?: RequestOptions): ApiPromise<Credential> {
    return this.call(options, (api, call) => api.credentials.get(credentialId, call));
  }

  /** `POST /v1/credentials/{id}/update`: replaces it whole. */
  updateCredential(credentialId: string, request: Shape<CredentialRequest>, options?: RequestOptions): ApiPromise<Credential> {
    return this.call(options, (api, call) => api.credentials.update(credentialId, unpack(request), call));
  }

  /** `POST /v1/credentials/{id}/delete`. */
  deleteCredential(credentialId: string, options?: RequestOptions): ApiPromise<void> {
    return this.call(options, (api, call) => api.credentials.delete(credentialId, call));
  }

  /** `POST /v1/credentials/totp`: gives a run the one-time code that it waits for. */
  sendTotpCode(request: Shape<TotpPush>, options?: RequestOptions): ApiPromise<TotpCode> {
    return this.call(options, (api, call) => api.credentials.pushTotp(unpack(request), call));
  }

  // Folders

  /** `GET /v1/folders`. */
  getFolders(request?: Page & { readonly search?: string }, options?: RequestOptions): ApiPromise<Folder[]> {
    return this.call(options, (api, call) => api.folders.list({}, withQuery(call, request)));
  }

  /** `POST /v1/folders`. */
  createFolder(request: Shape<FolderRequest>, options?: RequestOptions): ApiPromise<Folder> {
    return this.call(options, (api, call) => api.folders.create(unpack(request), call));
  }

  /** `GET /v1/folders/{id}`. */
  getFolder(folderId: string, options?: RequestOptions): ApiPromise<Folder> {
    return this.call(options, (api, call) => api.folders.get(folderId, call));
  }

  /** `PUT /v1/folders/{id}`. */
  updateFolder(folderId: string, request: Shape<Partial<FolderRequest>>, options?: RequestOptions): ApiPromise<Folder> {
    return this.call(options, (api, call) => api.folders.update(folderId, unpack(request), call));
  }

  /** `DELETE /v1/folders/{id}`; with `delete_workflows` what is in it, too. */
  deleteFolder(folderId: string, request?: { readonly delete_workflows?: boolean }, options?: RequestOptions): ApiPromise<Wire> {
    return this.call(options, (api, call) => api.folders.delete(folderId, request?.delete_workflows, call));
  }

  // Tags

  /** `GET /v1/workflows/{wpid}/tags`. */
  getWorkflowTags(workflowId: string, options?: RequestOptions): ApiPromise<TaggedThing> {
    return this.call(options, (api, call) => api.tags.get('workflows', workflowId, call));
  }

  /** `POST /v1/workflows/{wpid}/tags`. */
  applyWorkflowTags(workflowId: string, request: Shape<TagChange>, options?: RequestOptions): ApiPromise<TaggedThing> {
    return this.call(options, (api, call) => api.tags.apply('workflows', workflowId, unpack(request), call));
  }

  /** `DELETE /v1/workflows/{wpid}/tags/{key}`. */
  deleteWorkflowTag(workflowId: string, key: string, options?: RequestOptions): ApiPromise<TaggedThing> {
    return this.call(options, (api, call) => api.tags.delete('workflows', workflowId, key, call));
  }

  /** `GET /v1/workflows/{wpid}/tags/history`. */
  getWorkflowTagHistory(workflowId: string, request?: TagHistoryRequest, options?: RequestOptions): ApiPromise<Wire> {
    return this.call(options, (api, call) => api.tags.history('workflows', workflowId, {}, withQuery(call, request)));
  }

  /** `POST /v1/workflow-tags`: of up to 200 workflows, by id. */
  batchGetWorkflowTags(
    request: Shape<{ readonly workflow_permanent_ids: readonly string[] }>,
    options?: RequestOptions,
  ): ApiPromise<{ readonly workflow_tags: Readonly<Record<string, readonly Tag[]>> }> {
    const { workflow_permanent_ids } = unpack<{ readonly workflow_permanent_ids: readonly string[] }>(request);
    return this.call(options, async (api, call) => ({ workflow_tags: await api.tags.many('workflows', workflow_permanent_ids, call) }));
  }

  /** `GET /v1/runs/{wr}/tags`. */
  getRunTags(runId: string, options?: RequestOptions): ApiPromise<TaggedThing> {
    return this.call(options, (api, call) => api.tags.get('runs', runId, call));
  }

  /** `POST /v1/runs/{wr}/tags`. */
  applyRunTags(runId: string, request: Shape<TagChange>, options?: RequestOptions): ApiPromise<TaggedThing> {
    return this.call(options, (api, call) => api.tags.apply('runs', runId, unpack(request), call));
  }

  /** `DELETE /v1/runs/{wr}/tags/{key}`. */
  deleteRunTag(runId: string, key: string, options?: RequestOptions): ApiPromise<TaggedThing> {
    return this.call(options, (api, call) => api.tags.delete('runs', runId, key, call));
  }

  /** `GET /v1/runs/{wr}/tags/history`. */
  getRunTagHistory(runId: string, request?: TagHistoryRequest, options?: RequestOptions): ApiPromise<Wire> {
    return this.call(options, (api, call) => api.tags.history('runs', runId, {}, withQuery(call, request)));
  }

  /** `POST /v1/run-tags`: of up to 200 runs, by id. */
  batchGetRunTags(
    request: Shape<{ readonly workflow_run_ids: readonly string[] }>,
    options?: RequestOptions,
  ): ApiPromise<{ readonly run_tags: Readonly<Record<string, readonly Tag[]>> }> {
    const { workflow_run_ids } = unpack<{ readonly workflow_run_ids: readonly string[] }>(request);
    return this.call(options, async (api, call) => ({ run_tags: await api.tags.many('runs', workflow_run_ids, call) }));
  }

  /** `GET /v1/run-tag-suggestions`. */
  getRunTagSuggestions(options?: RequestOptions): ApiPromise<Wire> {
    return this.call(options, (api, call) => api.tags.suggestions(call));
  }

  /** `GET /v1/tag-keys`. */
  listTagKeys(options?: RequestOptions): ApiPromise<Wire[]> {
    return this.call(options, (api, call) => api.tags.keys(call));
  }

  /** `PATCH /v1/tag-keys/{key}`. */
  updateTagKey(key: string, request: Shape<{ readonly description?: string | null }>, options?: RequestOptions): ApiPromise<Wire> {
    return this.call(options, (api, call) => api.tags.updateKey(key, unpack(request), call));
  }

  /** `DELETE /v1/tag-keys/{key}`. */
  deleteTagKey(key: string, options?: RequestOptions): ApiPromise<Wire> {
    return this.call(options, (api, call) => api.tags.deleteKey(key, call));
  }

  /** `GET /v1/tag-values`. */
  listTagValues(request?: { readonly key?: string }, options?: RequestOptions): ApiPromise<Wire[]> {
    return this.call(options, (api, call) => api.tags.values(request?.key, call));
  }

  /** `POST /v1/tag-values`. */
  createTagValue(request: Shape<Wire>, options?: RequestOptions): ApiPromise<Wire> {
    return this.call(options, (api, call) => api.tags.createValue(unpack(request), call));
  }

  /** `PATCH /v1/tag-values/{key}`. */
  updateTagValue(key: string, request: Shape<Wire>, options?: RequestOptions): ApiPromise<Wire> {
    return this.call(options, (api, call) => api.tags.updateValue(key, unpack(request), call));
  }

  /** `PATCH /v1/tag-values/{key}/rename`. */
  renameTagValue(key: string, request: Shape<Wire>, options?: RequestOptions): ApiPromise<Wire> {
    return this.call(options, (api, call) => api.tags.renameValue(key, unpack(request), call));
  }

  /** `DELETE /v1/tag-values/{key}`. */
  deleteTagValue(key: string, request: Shape<Wire>, options?: RequestOptions): ApiPromise<Wire> {
    return this.call(options, (api, call) => api.tags.deleteValue(key, unpack(request), call));
  }

  // Scripts and models

  /** `GET /v1/scripts`. */
  getScripts(request?: Page, options?: RequestOptions): ApiPromise<Script[]> {
    return this.call(options, (api, call) => api.scripts.list({}, withQuery(call, request)));
  }

  /** `POST /v1/scripts`. */
  createScript(request: Shape<ScriptRequest> = {}, options?: RequestOptions): ApiPromise<Script> {
    return this.call(options, (api, call) => api.scripts.create(unpack(request), call));
  }

  /** `GET /v1/scripts/{id}`. */
  getScript(scriptId: string, options?: RequestOptions): ApiPromise<Script> {
    return this.call(options, (api, call) => api.scripts.get(scriptId, call));
  }

  /** `POST /v1/scripts/{id}/deploy`: a new revision. */
  deployScript(scriptId: string, request: Shape<{ readonly files: readonly ScriptFile[] }>, options?: RequestOptions): ApiPromise<Script> {
    const { files } = unpack<{ readonly files: readonly ScriptFile[] }>(request);
    return this.call(options, (api, call) => api.scripts.deploy(scriptId, files, call));
  }

  /** `POST /v1/sdk/run_action`: one action in an open browser. */
  runSdkAction(request: Shape<SdkActionRequest>, options?: RequestOptions): ApiPromise<Wire & { readonly workflow_run_id: string }> {
    return this.call(options, (api, call) => api.server.runAction(unpack(request), call));
  }

  /** `GET /v1/custom-llms`. */
  listCustomLlms(options?: RequestOptions): ApiPromise<{ readonly custom_llms: CustomLlm[] }> {
    return this.call(options, async (api, call) => ({ custom_llms: await api.customLlms.list(call) }));
  }

  /** `POST /v1/custom-llms`. */
  createCustomLlm(
    request: Shape<{ readonly config: CustomLlmConfig }>,
    options?: RequestOptions,
  ): ApiPromise<{ readonly custom_llm: CustomLlm }> {
    const { config } = unpack<{ readonly config: CustomLlmConfig }>(request);
    return this.call(options, async (api, call) => ({ custom_llm: await api.customLlms.create(config, call) }));
  }

  /** `PUT /v1/custom-llms/{id}`. */
  updateCustomLlm(
    id: string,
    request: Shape<{ readonly config: CustomLlmConfig }>,
    options?: RequestOptions,
  ): ApiPromise<{ readonly custom_llm: CustomLlm }> {
    const { config } = unpack<{ readonly config: CustomLlmConfig }>(request);
    return this.call(options, async (api, call) => ({ custom_llm: await api.customLlms.update(id, config, call) }));
  }

  /** `DELETE /v1/custom-llms/{id}`. */
  deleteCustomLlm(id: string, options?: RequestOptions): ApiPromise<void> {
    return this.call(options, (api, call) => api.customLlms.delete(id, call));
  }

  // The server

  /** `GET /v1/version`. */
  getVersion(options?: RequestOptions): ApiPromise<{ readonly version: string }> {
    return this.call(options, async (api, call) => ({ version: await api.server.version(call) }));
  }

  /** `GET /api/v1/organizations/me`: whose key this is. */
  getOrganization(options?: RequestOptions): ApiPromise<Wire & { readonly organization_id: string }> {
    return this.call(options, (api, call) => api.server.me(call));
  }

  /** Drops idle connections. The client may be used again. */
  close(): Promise<void> {
    return this.#api.close();
  }

  /** Any call of the REST client, with the options of a request and with `withRawResponse()`. */
  call<T>(options: RequestOptions | undefined, work: (api: ApiClient, call: CallOptions) => Promise<T>): ApiPromise<T> {
    const answer = async () => {
      let head: ReplyHead | null = null;
      const onReply = (reply: ReplyHead) => {
        head = reply;
      };
      return { data: await work(this.#api, { ...callOf(this.#options, options), onReply }), head };
    };
    return new ApiPromise(answer());
  }

  #start(
    make: (call: CallOptions) => Start | Promise<Start>,
    extras: WorkflowStartExtras,
    options: StartRequestOptions = {},
  ): ApiPromise<Run> {
    return this.call(options, async (api, call) => {
      const headers = { 'x-user-agent': extras['x-user-agent'], 'x-max-steps-override': extras['x-max-steps-override'] };
      const started = await this.#startOnce(await make(withHeaders(call, headers)), options);
      if (!extras.waitForCompletion) return runOf(started.answer, started.runId, api.runs, call);
      const { clock, random } = this.#rest;
      return waitForRun(sourceWith(api.runs, call), started.runId, {
        clock,
        random,
        signal: call.signal,
        timeout: extras.timeout ?? DEFAULT_WAIT,
        createdMs: clock.monotonic(),
      });
    });
  }

  async #startOnce(start: Start, { abortSignal, runKey, adopt, fence, maxRetries }: StartRequestOptions): Promise<Started> {
    const { clock, random, baseUrl } = this.#rest;
    const signal = abortSignal ?? new AbortController().signal;
    const journal = this.#journal;
    if (!journal) {
      const needing = runKey !== undefined ? 'a runKey' : fence ? 'a fence' : null;
      if (needing !== null) {
        throw new UsageError(`${needing} needs a journal`, { code: 'no_journal', hint: 'pass { journal: FOLDER } to the client' });
      }
      return startUnrecorded({ clock, random, signal, maxRetries: maxRetries ?? this.#options.maxRetries ?? 2 }, start);
    }
    assertFenceable(fence, start.request);
    const server = { baseUrl, profile: 'default', local: false, replays: false };
    const settleHint = () => 'recoverStarts() looks for it again';
    return startOnce({ journal, clock, random, signal, server, cwd: world.cwd(), settleHint }, start, {
      runKey,
      ...(adopt !== undefined && { adopt }),
      ...(fence !== undefined && { fence }),
    });
  }
}
