/** The first kind of start: a task. */
import type { SkyvernClient } from '../client/client.js';
import { UsageError } from '../errors.js';
import { DecodeError, type Wire } from '../protocol/decode.js';
import { runKind } from '../protocol/ids.js';
import { decodeRun, type Run } from '../protocol/run.js';
import type { TaskRunRequest } from '../protocol/task.js';
import { parseServerTime } from '../protocol/time.js';
import type { Candidate, Search } from './lookUp.js';
import { shortLabel } from './runStore.js';
import { type Start, type StartDeps, type StartOptions, startOnce } from './startOnce.js';

type TaskClient = Pick<SkyvernClient, 'runs' | 'tasks' | 'sessions'>;

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
  if (options.fence && (body.browser_session_id || body.browser_address || body.start_fresh_browser)) {
    throw new UsageError('a fenced start runs in a session of its own, so it takes no other browser', {
      code: 'fence_browser',
      hint: 'leave one of them out',
    });
  }
  const started = await startOnce(deps, taskStart(client, body), options);
  return { run: await runOf(started.answer, started.runId, client, signal), op: started.op, adopted: started.adopted };
}

/** The run as answered; read again where the answer was not one that can be decoded. */
async function runOf(answer: unknown, runId: string, { runs }: TaskClient, signal: AbortSignal): Promise<Run> {
  try {
    if (answer !== null) return decodeRun(answer);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return runs.get(runId, { signal });
}

function taskStart(client: TaskClient, body: TaskRunRequest): Start {
  return {
    kind: 'task',
    label: shortLabel(body.title || body.prompt),
    request: body as unknown as Wire,
    content: taskContent(body),
    send: (idempotencyKey, signal, sessionId) =>
      client.tasks.start(sessionId === null ? body : { ...body, browser_session_id: sessionId }, { idempotencyKey, signal }),
    isRunId: isTaskId,
    search: taskSearch(client.runs, client.sessions),
    fence: {
      open: async (signal) => (await client.sessions.create({}, { signal })).browser_session_id,
      close: (sessionId, signal) => client.sessions.close(sessionId, { signal }),
    },
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
function normalUrl(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return null;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `https://${value}`;
  return URL.canParse(text) ? new URL(text).href : value;
}

/** Pages of 100 that are read for one look. */
const PAGES = 5;

/**
 * How a task is looked for: the newest runs, and the request of each that is a task of the right time. A fenced one: the run
 * that occupies its session.
 */
export function taskSearch(
  runs: Pick<SkyvernClient['runs'], 'get' | 'listPage'>,
  sessions?: Pick<SkyvernClient['sessions'], 'get'>,
): Search {
  return {
    async exact({ session_id }, signal) {
      if (session_id === null || !sessions) return [];
      const { runnable_id: runId } = await sessions.get(session_id, signal && { signal });
      if (runId === null || !isTaskId(runId)) return [];
      const { status, created_at } = await runs.get(runId, signal && { signal });
      return [{ run_id: runId, status, created_at: parseServerTime(created_at) }];
    },
    async since(since, signal) {
      const candidates: Candidate[] = [];
      const call = signal && { signal };
      let serverNow: number | null = null;
      for (let page = 1; page <= PAGES; page++) {
        const { items, serverNow: now } = await runs.listPage({ page, pageSize: 100 }, call);
        serverNow ??= now;
        for (const { run_id, status, created_at } of items) {
          if (isTaskId(run_id)) candidates.push({ run_id, status, created_at: parseServerTime(created_at) });
        }
        const oldest = parseServerTime(items.at(-1)?.created_at);
        if (items.length < 100 || (oldest !== null && oldest < since))
          return { candidates: inOrder(candidates), serverNow, complete: true };
      }
      return { candidates: inOrder(candidates), serverNow, complete: false };
    },
    async content(runId, signal) {
      const { run_request } = await runs.get(runId, signal && { signal });
      return run_request && taskContent(run_request);
    },
  };
}

/** Oldest first, each once: runs that start while the pages are read push others to the next page. */
function inOrder(candidates: readonly Candidate[]): Candidate[] {
  const byId = new Map(candidates.map((each) => [each.run_id, each]));
  return [...byId.values()].sort((a, b) => (a.created_at ?? 0) - (b.created_at ?? 0));
}
