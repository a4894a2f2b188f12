/** The API, one class per resource and one method per endpoint. Methods take their call options last. */
import type { Readable } from 'node:stream';
import { NetworkError, SkyvernError } from '../errors.js';
import { type Artifact, decodeArtifact } from '../protocol/artifact.js';
import { asObject, asString, decodeList, listOf, type Wire } from '../protocol/decode.js';
import { decodeRun, decodeRunListItem, type Run, type RunListItem } from '../protocol/run.js';
import { isTerminalStatus } from '../protocol/status.js';
import { type Action, decodeAction, decodeStep, decodeTimelineItem, type Step, type TimelineItem } from '../protocol/timeline.js';
import { decodeWebhookReplay, type WebhookReplay } from '../protocol/webhookReplay.js';
import type { RunPoll, RunSource } from '../runs/source.js';
import { header } from './answers.js';
import { ProfilesApi } from './browserProfiles.js';
import { SessionsApi } from './browserSessions.js';
import { CredentialsApi } from './credentials.js';
import { CustomLlmsApi } from './customLlms.js';
import { FilesApi } from './files.js';
import { FoldersApi } from './folders.js';
import { type CallOptions, type ClientOptions, Http } from './http.js';
import { RawApi } from './raw.js';
import { type Redact, redactor } from './redact.js';
import { SchedulesApi } from './schedules.js';
import { ScriptsApi } from './scripts.js';
import { StartsApi } from './starts.js';
import { TagsApi } from './tags.js';
import { WorkflowsApi } from './workflows.js';

export type { BrowserSession } from '../protocol/browserSession.js';
export type { CallOptions, ClientOptions, Exchanged, JsonReply, OnceOutcome } from './http.js';

export class ApiClient {
  readonly runs: RunsApi;
  readonly starts: StartsApi;
  readonly workflows: WorkflowsApi;
  readonly schedules: SchedulesApi;
  readonly server: ServerApi;
  readonly sessions: SessionsApi;
  readonly profiles: ProfilesApi;
  readonly credentials: CredentialsApi;
  readonly files: FilesApi;
  readonly artifacts: ArtifactsApi;
  readonly folders: FoldersApi;
  readonly tags: TagsApi;
  readonly scripts: ScriptsApi;
  readonly customLlms: CustomLlmsApi;
  readonly raw: RawApi;
  /** Masks the key of this client wherever it stands. */
  readonly redact: Redact;
  readonly #http: Http;

  /** Opens nothing yet. Throws `UsageError` `insecure_http` and `SkyvernError` `bad_key`. */
  constructor(options: ClientOptions) {
    this.#http = new Http(options);
    this.runs = new RunsApi(this.#http);
    this.starts = new StartsApi(this.#http);
    this.workflows = new WorkflowsApi(this.#http);
    this.schedules = new SchedulesApi(this.#http);
    this.server = new ServerApi(this.#http);
    this.sessions = new SessionsApi(this.#http);
    this.profiles = new ProfilesApi(this.#http);
    this.credentials = new CredentialsApi(this.#http);
    this.files = new FilesApi(this.#http);
    this.artifacts = new ArtifactsApi(this.#http);
    this.folders = new FoldersApi(this.#http);
    this.tags = new TagsApi(this.#http);
    this.scripts = new ScriptsApi(this.#http);
    this.customLlms = new CustomLlmsApi(this.#http);
    this.raw = new RawApi(this.#http);
    this.redact = redactor([options.apiKey]);
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
    return this.#http.get(`/v1/runs/${segment(runId)}/timeline`, decodeList(decodeTimelineItem), { call });
  }

  /** `GET /api/v1/tasks/{id}/steps`. */
  steps(taskId: string, call?: CallOptions): Promise<Step[]> {
    return this.#http.get(`/api/v1/tasks/${segment(taskId)}/steps`, decodeList(decodeStep), { call });
  }

  /** `GET /api/v1/tasks/{id}/actions`. */
  actions(taskId: string, call?: CallOptions): Promise<Action[]> {
    return this.#http.get(`/api/v1/tasks/${segment(taskId)}/actions`, decodeList(decodeAction), { call });
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
      decodeList(decodeRunListItem),
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

  /** `POST /v1/runs/{id}/retry_webhook`: sends the webhook once, now, and waits for the receiver. `ApiError` 400 for a run that goes on. */
  retryWebhook(runId: string, webhookUrl: string | undefined, call?: CallOptions): Promise<WebhookReplay> {
    const body = webhookUrl === undefined ? {} : { webhook_url: webhookUrl };
    const timeouts = { headersMs: 90_000 };
    return this.#http.change(
      { method: 'POST', path: `/v1/runs/${segment(runId)}/retry_webhook`, body, timeouts },
      decodeWebhookReplay,
      call,
    );
  }

  /** `POST /v1/workflows/runs/{id}/continue`: answers a paused run. `ApiError` 404 for one that is not paused. */
  continue(runId: string, call?: CallOptions): Promise<void> {
    return this.#http.post(`/v1/workflows/runs/${segment(runId)}/continue`, undefined, () => undefined, call);
  }

  /** `GET /v1/runs/{id}/artifacts`: oldest first, `[]` for an unknown run. */
  artifacts(runId: string, types: readonly string[] = [], call?: CallOptions): Promise<Artifact[]> {
    return this.#http.get(`/v1/runs/${segment(runId)}/artifacts`, decodeList(decodeArtifact), {
      query: { artifact_type: types },
      call,
    });
  }
}

/** The bytes of an artifact. The type is what the server says, and often wrong: look at the first bytes. */
export interface ArtifactContent {
  readonly contentType: string | null;
  /** Of `body`. Null when the server does not say. */
  readonly sizeBytes: number | null;
  /** Where `body` begins in the whole: 0 when the server sent it all, whatever was asked for. */
  readonly offset: number;
  /** From `content-disposition`: the name that the page gave its file. */
  readonly fileName: string | null;
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

  /**
   * `GET /v1/artifacts/{id}/content`, streamed.
   * @param offset bytes that are here already: the answer begins there, where the server can; `ApiError` 416 at or past the end
   */
  async content(artifactId: string, call?: CallOptions, offset = 0): Promise<ArtifactContent> {
    const range: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
    const { status, body, headers } = await this.#http.stream(`/v1/artifacts/${segment(artifactId)}/content`, call, range);
    const length = header(headers, 'content-length');
    const from = /^bytes (\d+)-/.exec(header(headers, 'content-range') ?? '')?.[1];
    return {
      body,
      contentType: header(headers, 'content-type') ?? null,
      sizeBytes: length !== undefined && /^\d+$/.test(length) ? Number(length) : null,
      offset: status === 206 && from !== undefined ? Number(from) : 0,
      fileName: dispositionName(header(headers, 'content-disposition') ?? ''),
    };
  }
}

/** The name in a `content-disposition` (RFC 6266); null when it has none. */
function dispositionName(text: string): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(text)?.[1];
  try {
    if (encoded) return decodeURIComponent(encoded);
  } catch {
    // Not what the standard says; the plain one may be there.
  }
  return /filename="((?:[^"\\]|\\.)*)"/i.exec(text)?.[1]?.replace(/\\(.)/g, '$1') ?? null;
}

/** Body of `POST /v1/sdk/run_action`. */
export interface SdkActionRequest {
  readonly url: string;
  /** By its `type`: `ai_click`, `ai_input_text`, `ai_act`, `extract`, `validate`, `prompt`, ... */
  readonly action: Wire & { readonly type: string };
  readonly browser_session_id?: string | null;
  readonly browser_address?: string | null;
  readonly workflow_run_id?: string | null;
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

  /** `GET /v1/browser_types` (servers from 1.0.56): those that a session may ask for. */
  browserTypes(call?: CallOptions): Promise<Wire[]> {
    return this.#http.get('/v1/browser_types', decodeList(asObject), { call });
  }

  /** `POST /v1/sdk/run_action`: one action in a browser that is open. */
  runAction(body: SdkActionRequest, call?: CallOptions): Promise<Wire & { readonly workflow_run_id: string }> {
    const decode = (value: unknown) => ({
      ...asObject(value),
      workflow_run_id: asString(asObject(value)['workflow_run_id'], 'workflow_run_id'),
    });
    return this.#http.post('/v1/sdk/run_action', body, decode, call);
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
