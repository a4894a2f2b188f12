/**
 * The other kinds of start: a workflow, and the two ready-made runs, log in and download. All three are workflow runs.
 *
 * A run of a workflow carries our mark as one of its tags, where the server keeps tags: no other start can have it. A ready-made
 * run takes no tags and gives back nothing of its request: it can be looked for, but not recognized, unless it was fenced.
 */
import type { ApiClient, CallOptions } from '../client/client.js';
import { ApiError } from '../errors.js';
import type { Wire } from '../protocol/decode.js';
import { runKind } from '../protocol/ids.js';
import type { FilesRunRequest, LoginRunRequest } from '../protocol/readyMade.js';
import type { Run } from '../protocol/run.js';
import { parseServerTime } from '../protocol/time.js';
import type { WorkflowRunRequest } from '../protocol/workflowRun.js';
import { assertFenceable, runInSession, sessionFence } from './fence.js';
import type { Search } from './lookUp.js';
import { runOf } from './runOf.js';
import { shortLabel } from './runStore.js';
import { runsSince } from './runsSince.js';
import { type Start, type StartDeps, type StartOptions, startOnce } from './startOnce.js';
import { normalUrl } from './startTask.js';

type WorkflowClient = Pick<ApiClient, 'runs' | 'starts' | 'sessions'>;
type Deps = StartDeps & { readonly client: WorkflowClient };

/** A run that was started, or that turned out to be ours. */
export interface StartedRun {
  readonly run: Run;
  readonly op: string;
  readonly adopted: boolean;
}

/** Starts a workflow at most once. Rejects as `startOnce` does. Its parameters are the caller's to check. */
export const startWorkflow = (deps: Deps, body: WorkflowRunRequest, options: StartOptions & WorkflowStartOptions = {}) => {
  const headers: Record<string, string> = options.maxSteps === undefined ? {} : { 'x-max-steps-override': String(options.maxSteps) };
  assertFenceable(options.fence, body);
  return begin(deps, workflowStart(deps.client, body, { headers }, options.template), options);
};

export interface WorkflowStartOptions {
  /** A global template instead of a workflow of one's own. */
  readonly template?: boolean;
  /** Steps of the whole run. */
  readonly maxSteps?: number;
}

/** Starts a log-in at most once. */
export const startLogin = (deps: Deps, body: LoginRunRequest, options: StartOptions = {}) => {
  assertFenceable(options.fence, body);
  return begin(deps, loginStart(deps.client, body), options);
};

/** Starts a download at most once. */
export const startDownload = (deps: Deps, body: FilesRunRequest, options: StartOptions = {}) => {
  assertFenceable(options.fence, body);
  return begin(deps, downloadStart(deps.client, body), options);
};

async function begin(deps: Deps, start: Start, options: StartOptions): Promise<StartedRun> {
  const { answer, runId, op, adopted } = await startOnce(deps, start, options);
  return { run: await runOf(answer, runId, deps.client.runs, { signal: deps.signal }), op, adopted };
}

/** The tag of a run that says which start made it. */
export const MARK = 'cli-op';
/** More tags than this are refused (API reference 3.2). */
const MOST_TAGS = 20;

export function workflowStart(client: WorkflowClient, body: WorkflowRunRequest, call: CallOptions = {}, template?: boolean): Start {
  const marked = (op: string): WorkflowRunRequest => ({
    ...body,
    // Left out, the server takes one of its own instead of the workflow's.
    proxy_location: body.proxy_location ?? null,
    ...(Object.keys(body.run_metadata ?? {}).length < MOST_TAGS && { run_metadata: { ...body.run_metadata, [MARK]: op } }),
  });
  return {
    kind: 'workflow',
    label: shortLabel(body.title || body.workflow_id),
    request: { ...body, ...(template !== undefined && { template }) } as unknown as Wire,
    content: workflowContent(body as unknown as Wire),
    send: (idempotencyKey, signal, sessionId) =>
      client.starts.workflow(inSession(marked(idempotencyKey), sessionId), { ...call, idempotencyKey, signal }, template),
    isRunId: isWorkflowRunId,
    search: workflowSearch(client.runs, client.sessions),
    fence: sessionFence(client.sessions),
  };
}

export const loginStart = (client: WorkflowClient, body: LoginRunRequest, call: CallOptions = {}): Start => ({
  ...readyMade('login', body.url ?? 'log in', body, client),
  send: (idempotencyKey, signal, sessionId) => client.starts.login(inSession(body, sessionId), { ...call, idempotencyKey, signal }),
});

export const downloadStart = (client: WorkflowClient, body: FilesRunRequest, call: CallOptions = {}): Start => ({
  ...readyMade('download', body.navigation_goal, body, client),
  send: (idempotencyKey, signal, sessionId) => client.starts.downloadFiles(inSession(body, sessionId), { ...call, idempotencyKey, signal }),
});

const readyMade = (kind: string, label: string, body: object, client: WorkflowClient): Omit<Start, 'send'> => ({
  kind,
  label: shortLabel(label),
  request: body as Wire,
  content: {},
  isRunId: isWorkflowRunId,
  search: workflowSearch(client.runs, client.sessions),
  fence: sessionFence(client.sessions),
});

const inSession = <T extends object>(body: T, sessionId: string | null): T =>
  sessionId === null ? body : { ...body, browser_session_id: sessionId };

const isWorkflowRunId = (text: string): boolean => runKind(text) === 'workflow_run';

/** Fields that a server gives back as it got them, or not at all. */
const AS_SENT = ['workflow_id', 'totp_identifier', 'browser_session_id', 'browser_address'] as const;

/** What a workflow run is recognized by where there are no tags, in the form in which servers give it back. */
export function workflowContent(body: Wire): Record<string, unknown> {
  const parameters = typeof body['parameters'] === 'object' && body['parameters'] !== null ? (body['parameters'] as Wire) : {};
  return {
    ...Object.fromEntries(AS_SENT.map((field) => [field, body[field] ?? null])),
    ...Object.fromEntries(['webhook_url', 'totp_url'].map((field) => [field, normalUrl(body[field])])),
    ...Object.fromEntries(
      Object.entries(parameters).flatMap(([key, value]) =>
        // Null stands for the default, which is what comes back. Other values come back in the parameter's own type: "3" as 3.
        value === null || value === undefined ? [] : [[`parameters.${key}`, typeof value === 'string' ? value : JSON.stringify(value)]],
      ),
    ),
  };
}

/** How a workflow run is looked for: by its tag, in the session of a fenced one, else among the newest by its content. */
export function workflowSearch(runs: Pick<ApiClient['runs'], 'get' | 'listPage'>, sessions: Pick<ApiClient['sessions'], 'get'>): Search {
  let hasTags = true;
  return {
    async exact({ op, kind, session_id }, signal) {
      const occupant = await runInSession(session_id, { sessions, runs }, isWorkflowRunId, signal);
      if (kind !== 'workflow' || occupant.length > 0) return occupant;
      try {
        const { items } = await runs.listPage({ tags: [`${MARK}:${op}`], pageSize: 100 }, signal && { signal });
        hasTags = true;
        return items
          .filter(({ run_id }) => isWorkflowRunId(run_id))
          .map(({ run_id, status, created_at }) => ({ run_id, status, created_at: parseServerTime(created_at) }))
          .sort((a, b) => (a.created_at ?? 0) - (b.created_at ?? 0));
      } catch (error) {
        // Tags are a feature that an account may not have.
        if (!(error instanceof ApiError) || ![400, 403, 422].includes(error.status)) throw error;
        hasTags = false;
        return [];
      }
    },
    since: (since, signal) => runsSince(runs, since, isWorkflowRunId, { query: { runType: ['workflow_run'] }, signal }),
    async content(runId, signal) {
      const { status, run_request } = await runs.get(runId, signal && { signal });
      return { status, fields: run_request && workflowContent(run_request) };
    },
    // Schedules and other callers start the same workflow with the same parameters all day.
    contentIsProof: () => !hasTags,
  };
}
