/** The first kind of start: a task. */
import type { ApiClient, CallOptions } from '../client/client.js';
import type { Wire } from '../protocol/decode.js';
import { runKind } from '../protocol/ids.js';
import type { Run } from '../protocol/run.js';
import type { TaskRunRequest } from '../protocol/task.js';
import { assertFenceable, runInSession, sessionFence } from './fence.js';
import type { Search } from './lookUp.js';
import { runOf } from './runOf.js';
import { shortLabel } from './runStore.js';
import { runsSince } from './runsSince.js';
import { type Start, type StartDeps, type StartOptions, startOnce } from './startOnce.js';

type TaskClient = Pick<ApiClient, 'runs' | 'starts' | 'sessions'>;

/**
 * Starts a task at most once. `adopted`: the run was found, or belongs to an earlier start with the same `--run-key`.
 * Rejects as `startOnce` does. Not here: remembering the run for `@last`, see `RunStore`.
 */
export async function startTask(
  deps: StartDeps & { readonly client: TaskClient },
  body: TaskRunRequest,
  options: StartOptions = {},
): Promise<{ run: Run; op: string; adopted: boolean }> {
  const { client, signal } = deps;
  assertFenceable(options.fence, body);
  const started = await startOnce(deps, taskStart(client, body), options);
  return { run: await runOf(started.answer, started.runId, client.runs, { signal }), op: started.op, adopted: started.adopted };
}

export function taskStart(client: TaskClient, body: TaskRunRequest, call: CallOptions = {}): Start {
  return {
    kind: 'task',
    label: shortLabel(body.title || body.prompt),
    request: body as unknown as Wire,
    content: taskContent(body),
    send: (idempotencyKey, signal, sessionId) =>
      client.starts.task(sessionId === null ? body : { ...body, browser_session_id: sessionId }, {
        ...call,
        idempotencyKey,
        signal,
      }),
    isRunId: isTaskId,
    search: taskSearch(client.runs, client.sessions),
    fence: sessionFence(client.sessions),
  };
}

/** The cloud may run a 2.0 request as another engine, so the kind of task says nothing. */
const isTaskId = (text: string): boolean => ['task', 'task_v2'].includes(runKind(text) ?? '');

/** Fields that a server gives back as it got them, or not at all. */
const AS_SENT = ['data_extraction_schema', 'error_code_mapping', 'totp_identifier', 'browser_address'] as const;

/**
 * What a task is recognized by, in the form in which servers give it back. Empty for an engine that rewrites the prompt: all
 * but 2.0 do when they are given no `url` (API reference 3.1).
 */
export function taskContent(body: TaskRunRequest | Wire): Record<string, unknown> {
  const sent = body as Wire;
  if (!sent['url'] && sent['engine'] !== 'skyvern-2.0') return {};
  return {
    prompt: sent['prompt'],
    // Engine 2.0 fills in a start page of its own choice, later.
    ...(sent['url'] ? { url: normalUrl(sent['url']) } : {}),
    ...Object.fromEntries(['webhook_url', 'totp_url'].map((field) => [field, normalUrl(sent[field])])),
    ...Object.fromEntries(AS_SENT.map((field) => [field, sent[field] ?? null])),
  };
}

/** As the server stores it: https where no scheme was given, the standard's own spelling. */
export function normalUrl(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return null;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `https://${value}`;
  return URL.canParse(text) ? new URL(text).href : value;
}

/**
 * How a task is looked for: the newest runs, and the request of each that is a task of the right time. A fenced one: the run
 * that occupies its session.
 */
export function taskSearch(runs: Pick<ApiClient['runs'], 'get' | 'listPage'>, sessions?: Pick<ApiClient['sessions'], 'get'>): Search {
  return {
    async exact({ session_id }, signal) {
      return sessions ? runInSession(session_id, { sessions, runs }, isTaskId, signal) : [];
    },
    since: (since, signal) => runsSince(runs, since, isTaskId, { signal }),
    async content(runId, signal) {
      const { status, run_request } = await runs.get(runId, signal && { signal });
      return { status, fields: run_request && taskContent(run_request) };
    },
  };
}
