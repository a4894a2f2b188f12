/** The API, one class per resource and one method per endpoint. Methods take their call options last. */
import type { Readable } from 'node:stream';
import { NetworkError, SkyvernError } from '../errors.js';
import { type Artifact, decodeArtifact } from '../protocol/artifact.js';
import { asArray, asObject, asString, listOf, optionalString, type Wire } from '../protocol/decode.js';
import { decodeRun, decodeRunListItem, type Run, type RunListItem } from '../protocol/run.js';
import { isTerminalStatus } from '../protocol/status.js';
import type { TaskRunRequest } from '../protocol/task.js';
import { type Action, decodeAction, decodeStep, decodeTimelineItem, type Step, type TimelineItem } from '../protocol/timeline.js';
import type { RunPoll, RunSource } from '../runs/source.js';
import { header } from './answers.js';
import { type CallOptions, type ClientOptions, Http, type OnceOutcome } from './http.js';

export type { CallOptions, ClientOptions, Exchanged, JsonReply, OnceOutcome } from './http.js';

export class SkyvernClient {
  readonly runs: RunsApi;
  readonly tasks: TasksApi;
  readonly server: ServerApi;
  readonly sessions: SessionsApi;
  readonly artifacts: ArtifactsApi;
  readonly #http: Http;

  /** Opens nothing yet. Throws `UsageError` `insecure_http` and `SkyvernError` `bad_key`. */
  constructor(options: ClientOptions) {
    this.#http = new Http(options);
    this.runs = new RunsApi(this.#http);
    this.tasks = new TasksApi(this.#http);
    this.server = new ServerApi(this.#http);
    this.sessions = new SessionsApi(this.#http);
    this.artifacts = new ArtifactsApi(this.#http);
  }

  /** Drops all connections, so that nothing keeps the process alive. The client may be used again. */
  close(): Promise<void> {
    return this.#http.close();
  }
}

/** Query of `GET /v1/runs`. */
export interface RunListQuery {
  /** 1..100. */
  readonly page?: number;
  /** 1..100, 10 when left out. */
  readonly pageSize?: number;
  readonly status?: readonly string[];
  readonly runType?: readonly string[];
  readonly workflowPermanentId?: readonly string[];
  /** At least three characters. */
  readonly searchKey?: string;
  readonly tags?: readonly string[];
}

export interface RunListPage {
  /** Newest first. */
  readonly items: RunListItem[];
  /** The server's wall time in epoch milliseconds; null when it does not say. */
  readonly serverNow: number | null;
}

const segment = encodeURIComponent;

/** `/v1/runs`, and the progress of tasks in `/api/v1/tasks`. */
export class RunsApi implements RunSource {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `GET /v1/runs/{id}`: a run of any kind. */
  get(runId: string, call?: CallOptions): Promise<Run> {
    return this.#http.get(`/v1/runs/${segment(runId)}`, decodeRun, { call });
  }

  /** `GET /v1/runs/{id}`, answered when something changed or after `waitSeconds`, by servers that can (RFC 7240, `wait`). */
  async poll(runId: string, etag: string | null, waitSeconds: number, call?: CallOptions): Promise<RunPoll> {
    const { decoded, reply } = await this.#http.reply(
      {
        method: 'GET',
        path: `/v1/runs/${segment(runId)}`,
        headers: { ...(waitSeconds > 0 && { prefer: `wait=${waitSeconds}` }), ...(etag !== null && { 'if-none-match': etag }) },
        timeouts: { headersMs: (waitSeconds + 30) * 1000, totalMs: (waitSeconds + 120) * 1000 },
      },
      call,
      (value) => (value === null ? null : decodeRun(value)),
    );
    if (decoded === null && reply.status !== 304)
      throw new NetworkError('unexpected_answer', `the server answered null for the run ${runId}`);
    return {
      run: decoded,
      etag: header(reply.headers, 'etag') ?? (reply.status === 304 ? etag : null),
      waited: /\bwait\b/i.test(header(reply.headers, 'preference-applied') ?? ''),
    };
  }

  /** `GET /v1/runs/{id}/timeline`. `ApiError` 400 where this kind of run has none. */
  timeline(runId: string, call?: CallOptions): Promise<TimelineItem[]> {
    return this.#http.get(`/v1/runs/${segment(runId)}/timeline`, (value) => list(value, decodeTimelineItem), { call });
  }

  /** `GET /api/v1/tasks/{id}/steps`. */
  steps(taskId: string, call?: CallOptions): Promise<Step[]> {
    return this.#http.get(`/api/v1/tasks/${segment(taskId)}/steps`, (value) => list(value, decodeStep), { call });
  }

  /** `GET /api/v1/tasks/{id}/actions`. */
  actions(taskId: string, call?: CallOptions): Promise<Action[]> {
    return this.#http.get(`/api/v1/tasks/${segment(taskId)}/actions`, (value) => list(value, decodeAction), { call });
  }

  /** `GET /v1/runs`: one page. */
  async list(query: RunListQuery = {}, call?: CallOptions): Promise<RunListItem[]> {
    return (await this.listPage(query, call)).items;
  }

  /** `GET /v1/runs`: one page, and what time it is at the server. */
  async listPage(query: RunListQuery = {}, call?: CallOptions): Promise<RunListPage> {
    const { decoded, reply } = await this.#http.reply(
      {
        method: 'GET',
        path: '/v1/runs',
        query: {
          page: query.page,
          page_size: query.pageSize,
          status: query.status,
          run_type: query.runType,
          workflow_permanent_id: query.workflowPermanentId,
          search_key: query.searchKey,
          tags: query.tags,
        },
      },
      call,
      (value) => list(value, decodeRunListItem),
    );
    return { items: decoded, serverNow: reply.serverNow };
  }

  /**
   * `POST /v1/runs/{id}/cancel`, and the run as it is afterwards.
   *
   * A run that has ended already is an answer, not an error: servers say so with 400, 500 or 200, by kind of run. When the
   * answer is lost, the run tells whether the request arrived; rejects with the first failure when the run goes on.
   */
  async cancel(runId: string, call?: CallOptions): Promise<Run> {
    try {
      await this.#http.post(`/v1/runs/${segment(runId)}/cancel`, undefined, () => undefined, call);
    } catch (error) {
      if (!(error instanceof SkyvernError) || !['refused', 'network'].includes(error.exit)) throw error;
      const run = await this.get(runId, call);
      if (isTerminalStatus(run.status)) return run;
      throw error;
    }
    return this.get(runId, call);
  }

  /** `POST /v1/runs/cancel`: at most 100 ids. Unknown ids and ended tasks are in `failed`. */
  cancelMany(runIds: readonly string[], call?: CallOptions): Promise<{ canceled: string[]; failed: string[] }> {
    const decode = (value: unknown) => {
      const wire = asObject(value);
      return { canceled: listOf(wire['cancelled'], 'cancelled', asString), failed: listOf(wire['failed'], 'failed', asString) };
    };
    return this.#http.post('/v1/runs/cancel', { run_ids: runIds }, decode, call);
  }

  /** `GET /v1/runs/{id}/artifacts`: oldest first, `[]` for an unknown run. */
  artifacts(runId: string, types: readonly string[] = [], call?: CallOptions): Promise<Artifact[]> {
    return this.#http.get(`/v1/runs/${segment(runId)}/artifacts`, (value) => list(value, decodeArtifact), {
      query: { artifact_type: types },
      call,
    });
  }
}

/** The bytes of an artifact. The type is what the server says, and often wrong: look at the first bytes. */
export interface ArtifactContent {
  readonly contentType: string | null;
  /** Null when the server does not say. */
  readonly sizeBytes: number | null;
  /** Ends in an error when the connection is cut. */
  readonly body: Readable;
}

/** `/v1/artifacts`. */
export class ArtifactsApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `GET /v1/artifacts/{id}`. */
  get(artifactId: string, call?: CallOptions): Promise<Artifact> {
    return this.#http.get(`/v1/artifacts/${segment(artifactId)}`, decodeArtifact, { call });
  }

  /** `GET /v1/artifacts/{id}/content`, streamed. */
  async content(artifactId: string, call?: CallOptions): Promise<ArtifactContent> {
    const { body, headers } = await this.#http.stream(`/v1/artifacts/${segment(artifactId)}/content`, call);
    const length = header(headers, 'content-length');
    return {
      body,
      contentType: header(headers, 'content-type') ?? null,
      sizeBytes: length !== undefined && /^\d+$/.test(length) ? Number(length) : null,
    };
  }
}

/** `/v1/run/tasks`. */
export class TasksApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * `POST /v1/run/tasks`, once. Only the journal may call it: a start that is not written down before can be lost, or made twice.
   * Never rejects for what happens on the way: it says what came of it, and what the server may have received.
   */
  start(body: TaskRunRequest, options: { readonly idempotencyKey: string; readonly signal?: AbortSignal }): Promise<OnceOutcome> {
    return this.#http.once(
      {
        method: 'POST',
        path: '/v1/run/tasks',
        body,
        headers: { 'idempotency-key': options.idempotencyKey },
      },
      options.signal,
    );
  }
}

export interface BrowserSession extends Wire {
  readonly browser_session_id: string;
  readonly status: string | null;
  /** The run that uses it, or used it last. */
  readonly runnable_id: string | null;
}

function decodeSession(value: unknown): BrowserSession {
  const wire = asObject(value);
  return {
    ...wire,
    browser_session_id: asString(wire['browser_session_id'], 'browser_session_id'),
    status: optionalString(wire['status']),
    runnable_id: optionalString(wire['runnable_id']),
  };
}

/** `/v1/browser_sessions`. */
export class SessionsApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `POST /v1/browser_sessions`. `timeout` in minutes, 60 when left out. */
  create(body: { readonly timeout?: number }, call?: CallOptions): Promise<BrowserSession> {
    return this.#http.post('/v1/browser_sessions', body, decodeSession, call);
  }

  /** `GET /v1/browser_sessions/{id}`. */
  get(sessionId: string, call?: CallOptions): Promise<BrowserSession> {
    return this.#http.get(`/v1/browser_sessions/${segment(sessionId)}`, decodeSession, { call });
  }

  /** `POST /v1/browser_sessions/{id}/close`: fine also when it is closed already. */
  close(sessionId: string, call?: CallOptions): Promise<void> {
    return this.#http.post(`/v1/browser_sessions/${segment(sessionId)}/close`, undefined, () => undefined, call);
  }
}

/** The server itself. */
export class ServerApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `GET /v1/version`: needs no key. */
  version(call?: CallOptions): Promise<string> {
    return this.#http.get('/v1/version', (value) => asString(asObject(value)['version'], 'version'), { call });
  }

  /** `GET /api/v1/organizations/me`: the cheapest test of a key, and whose it is. */
  me(call?: CallOptions): Promise<Wire & { readonly organization_id: string }> {
    const decode = (value: unknown) => ({
      ...asObject(value),
      organization_id: asString(asObject(value)['organization_id'], 'organization_id'),
    });
    return this.#http.get('/api/v1/organizations/me', decode, { call });
  }

  /** `GET /api/v1/heartbeat`: its text. Needs no key. */
  async heartbeat(call?: CallOptions): Promise<string> {
    const { body } = await this.#http.stream('/api/v1/heartbeat', call);
    let text = '';
    for await (const chunk of body) {
      text += chunk;
      if (text.length > 1000) break;
    }
    return text;
  }
}

const list = <T>(value: unknown, item: (value: unknown, path: string) => T): T[] =>
  asArray(value).map((each, index) => item(each, `[${index}]`));
