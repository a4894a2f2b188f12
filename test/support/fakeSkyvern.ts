/**
 * A Skyvern API on loopback for tests: it answers in upstream's manner, and misbehaves when told to.
 *
 * It shares no code with the embedded server: a contract suite runs against both, so that neither drifts. A test puts runs
 * in and moves them by hand, or lets each read of a run move it one state on (`script`). Planned replies (`on`) are used
 * once, in order. A route it does not know gets a 501 that names it.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { Created, type FakeResources, fakeResources, NO_CONTENT } from './fakeResources.js';
import { type FakeWorkflows, fakeWorkflows } from './fakeWorkflows.js';

export type Json = Record<string, unknown>;

export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON, or undefined when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read fields of bodies whose shape they state themselves
  readonly body: any;
}

export type Reply =
  /** An answer of its own; `body` is sent as JSON, a string or Buffer as it is. */
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  /** Bytes written to the socket as they are, which is then closed. */
  | { readonly raw: string | Uint8Array }
  | { readonly redirect: string; readonly status?: 301 | 302 | 303 | 307 | 308 }
  /** Handled as usual. */
  | 'pass'
  /** The connection is reset before the request has any effect. */
  | 'reset'
  /** The request has its effect, then the connection is reset: a lost answer. */
  | 'lost'
  /** No answer, ever. */
  | 'hang'
  | ((request: SeenRequest) => Reply | Promise<Reply>);

export interface FakeArtifact {
  readonly artifact_type: string;
  readonly content: string | Uint8Array;
  readonly [field: string]: unknown;
}

export interface FakeSkyvern {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly apiKey: string;
  /** Everything that was asked, oldest first. */
  readonly requests: readonly SeenRequest[];
  /** Requests to `METHOD /path`. */
  seen(route: string): SeenRequest[];
  /** Puts in a run. Its kind follows from the id (`tsk_`, `tsk_v2_`, `wr_`); `fields` overwrite the defaults. Returns the run. */
  run(id: string, fields?: Json): Json;
  /** Changes a run. `modified_at`, and `started_at` or `finished_at` where the status asks for it, follow unless given. */
  update(id: string, fields: Json): Json;
  /** Each GET of the run first applies the next of these changes. */
  script(id: string, ...changes: Json[]): void;
  /** Like `script`, for every run started from now on. */
  scriptStarts(...changes: Json[]): void;
  /** Ids of runs started over the API, oldest first. */
  readonly started: readonly string[];
  /** Sets the timeline items of a run, in the order they are sent: newest first. */
  timeline(id: string, items: readonly Json[]): void;
  /** Sets the steps of a task, oldest first. Fields left out get upstream's defaults. */
  steps(id: string, steps: readonly Json[]): void;
  /** Sets the actions of a task, oldest first. */
  actions(id: string, actions: readonly Json[]): void;
  /** Adds an artifact to a run; returns its id. */
  artifact(id: string, artifact: FakeArtifact): string;
  /** Plans replies for `METHOD /path` (path without query), each used once. */
  on(route: string, ...replies: Reply[]): void;
  /** Makes a workflow known, so that it can be started. */
  workflow(wpid: string, fields?: Json): void;
  /** Workflows and their schedules. */
  readonly workflows: Pick<FakeWorkflows, 'find' | 'schedule' | 'schedules'>;
  /** Browser sessions and profiles, credentials, one-time codes. */
  readonly resources: FakeResources;
  /** Closes every open connection and the port. Called by itself at the end of the test. */
  close(): Promise<void>;
}

export interface FakeOptions {
  readonly apiKey?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
}

const TERMINAL = ['completed', 'failed', 'terminated', 'canceled', 'timed_out'];
const STATUSES = ['created', 'queued', 'running', 'paused', 'timed_out', 'failed', 'terminated', 'completed', 'canceled'];
const TYPES = ['task_v1', 'task_v2', 'task_v3', 'workflow_run', 'openai_cua', 'anthropic_cua', 'ui_tars', 'yutori_navigator'];
const ENGINES = ['skyvern-1.0', 'skyvern-2.0', 'skyvern-3.0', 'openai-cua', 'anthropic-cua', 'ui-tars', 'yutori-navigator'];
const ARTIFACT_TYPES = ['recording', 'screenshot_llm', 'screenshot_action', 'screenshot_final', 'download', 'html_scrape', 'har'];
const CONTENT_TYPES: Record<string, string> = {
  screenshot_llm: 'image/png',
  screenshot_action: 'image/png',
  screenshot_final: 'image/png',
  recording: 'video/webm',
  html_scrape: 'text/html',
  download: 'application/octet-stream',
};
const ORGANIZATION = 'o_500000000000000001';

/** `'a', 'b' or 'c'`, as in upstream's validation texts. */
const oneOf = (values: readonly string[]) =>
  `${values
    .slice(0, -1)
    .map((value) => `'${value}'`)
    .join(', ')} or '${values.at(-1)}'`;
const invalid = (type: string, loc: readonly (string | number)[], msg: string, input: unknown, ctx?: Json) => ({
  type,
  loc,
  msg,
  input,
  ...(ctx && { ctx }),
});
const notOneOf = (loc: readonly (string | number)[], values: readonly string[], input: unknown) =>
  invalid('enum', loc, `Input should be ${oneOf(values)}`, input, { expected: oneOf(values) });

/** What a handler throws to answer with an error. */
class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    super(`${status}`);
    this.status = status;
    this.body = body;
  }
}
const detail = (status: number, text: unknown) => new Refusal(status, { detail: text });

const runTypeOf = (id: string) => (id.startsWith('tsk_v2_') ? 'task_v2' : id.startsWith('tsk_') ? 'task_v1' : 'workflow_run');

const TASK_REQUEST: Json = {
  prompt: 'Read the title',
  url: 'https://example.com/',
  engine: 'skyvern-1.0',
  title: null,
  proxy_location: 'RESIDENTIAL',
  data_extraction_schema: null,
  error_code_mapping: null,
  max_steps: null,
  webhook_url: null,
  totp_identifier: null,
  totp_url: null,
  browser_session_id: null,
  browser_profile_id: null,
  start_fresh_browser: false,
  model: null,
  extra_http_headers: null,
  cdp_connect_headers: null,
  publish_workflow: false,
  include_action_history_in_verification: false,
  max_screenshot_scrolls: null,
  browser_address: null,
  run_with: null,
  file_ids: null,
};
const WORKFLOW_REQUEST: Json = {
  workflow_id: 'wpid_1',
  parameters: null,
  title: null,
  proxy_location: 'RESIDENTIAL',
  webhook_url: null,
  totp_url: null,
  totp_identifier: null,
  browser_session_id: null,
};
const WORKFLOW_FIELDS: Json = {
  attempt: 1,
  retry_pending: false,
  next_attempt_at: null,
  attempts: [],
  run_with: 'agent',
  ai_fallback: null,
  script_id: null,
  browser_seed_source: 'fresh',
  browser_settings_receipt: null,
};
const ACTION: Json = {
  action_type: 'click',
  status: 'completed',
  source_action_id: null,
  organization_id: ORGANIZATION,
  workflow_run_id: null,
  confidence_float: null,
  description: null,
  reasoning: null,
  intention: null,
  response: null,
  element_id: null,
  screenshot_artifact_id: null,
  errors: null,
  output: null,
  text: null,
  file_name: null,
  verified: false,
  terminal_user_errors: false,
  skip_auto_complete_tab: false,
  started_at: null,
  finished_at: null,
};

export async function fakeSkyvern(options: FakeOptions = {}): Promise<FakeSkyvern> {
  const apiKey = options.apiKey ?? 'fake-api-key';
  const requests: SeenRequest[] = [];
  const runs = new Map<string, Json>();
  const scripts = new Map<string, Json[]>();
  const timelines = new Map<string, readonly Json[]>();
  const stepsOf = new Map<string, readonly Json[]>();
  const actionsOf = new Map<string, readonly Json[]>();
  const artifacts = new Map<string, { readonly wire: Json; readonly content: Buffer }>();
  const planned = new Map<string, Reply[]>();
  const started: string[] = [];
  let startScript: readonly Json[] = [];
  let number = 486305187432193500n;
  let tick = 0;

  const nextNumber = () => {
    number += 2n;
    return number;
  };
  /** The server's wall time, epoch milliseconds: its `Date` and the times of its runs agree. */
  const now = () => Date.UTC(2026, 0, 20, 11, 52, 29) + tick * 250;
  /** A later moment at each call, in the server's form. */
  const moment = () => {
    tick++;
    return `${new Date(now()).toISOString().slice(0, -1)}851`;
  };

  const resources = fakeResources({
    organization: ORGANIZATION,
    nextNumber,
    moment,
    detail,
    invalid,
    hasRun: (id) => runs.has(id),
  });

  const workflows = fakeWorkflows({
    organization: ORGANIZATION,
    nextNumber,
    moment,
    detail,
    invalid,
    hasRun: (id) => runs.has(id),
    now,
    runsOf: (wpid) =>
      [...runs.values()]
        .reverse()
        .filter((run) => run['run_type'] === 'workflow_run' && [null, (run['run_request'] as Json)['workflow_id']].includes(wpid))
        .map((run) => ({
          workflow_run_id: run['run_id'],
          workflow_permanent_id: (run['run_request'] as Json)['workflow_id'],
          organization_id: ORGANIZATION,
          status: run['status'],
          workflow_title: run['title'] ?? null,
          failure_reason: run['failure_reason'],
          trigger_type: run['trigger_type'] ?? 'api',
          workflow_schedule_id: run['workflow_schedule_id'] ?? null,
          created_at: run['created_at'],
          modified_at: run['modified_at'],
          queued_at: run['queued_at'],
          started_at: run['started_at'],
          finished_at: run['finished_at'],
        })),
  });

  const setRun = (id: string, fields: Json = {}): Json => {
    const type = fields['run_type'] ?? runTypeOf(id);
    const created = moment();
    const request = type === 'workflow_run' ? WORKFLOW_REQUEST : { ...TASK_REQUEST, ...(type === 'task_v2' && { engine: 'skyvern-2.0' }) };
    const run: Json = {
      run_id: id,
      status: type === 'task_v2' ? 'queued' : 'created',
      output: null,
      downloaded_files: null,
      recording_url: null,
      recording_archived: false,
      screenshot_urls: null,
      failure_reason: null,
      created_at: created,
      modified_at: created,
      queued_at: null,
      started_at: null,
      finished_at: null,
      app_url: `http://localhost:8080/runs/${id}`,
      browser_session_id: null,
      browser_profile_id: null,
      max_screenshot_scrolls: null,
      script_run: null,
      errors: null,
      step_count: null,
      run_type: type,
      ...(type === 'workflow_run' && WORKFLOW_FIELDS),
      run_request: request,
    };
    runs.set(id, run);
    return change(id, fields);
  };
  const change = (id: string, fields: Json): Json => {
    const run = runs.get(id);
    if (!run) throw new Error(`the test put in no run ${id}`);
    const status = fields['status'] ?? run['status'];
    run['modified_at'] = moment();
    if (status === 'running') run['started_at'] ??= moment();
    if (TERMINAL.includes(String(status)) && run['retry_pending'] !== true) run['finished_at'] ??= moment();
    Object.assign(run, fields);
    return run;
  };

  const readRun = (id: string): Json => {
    const run = runs.get(id);
    if (!run) throw detail(404, `Task run not found ${id}`);
    const next = scripts.get(id)?.shift();
    if (next) change(id, next);
    return run;
  };

  /** Without the JSON content type upstream takes a body for text. */
  const jsonBody = ({ headers, text, body }: SeenRequest): unknown =>
    text === '' ? undefined : /^application\/(?:[\w.+-]+\+)?json/i.test(headers['content-type'] ?? '') ? body : text;

  const startTask = (body: unknown): Json => {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw body === undefined
        ? detail(422, [invalid('missing', ['body'], 'Field required', null)])
        : detail(422, [
            invalid('model_attributes_type', ['body'], 'Input should be a valid dictionary or object to extract fields from', body),
          ]);
    }
    const sent = body as Json;
    const faults = [];
    if (!('prompt' in sent)) faults.push(invalid('missing', ['body', 'prompt'], 'Field required', sent));
    else if (typeof sent['prompt'] !== 'string') {
      faults.push(invalid('string_type', ['body', 'prompt'], 'Input should be a valid string', sent['prompt']));
    }
    const engine = sent['engine'] ?? 'skyvern-1.0';
    if (!ENGINES.includes(String(engine))) faults.push(notOneOf(['body', 'engine'], ENGINES, engine));
    const maxSteps = sent['max_steps'];
    if (typeof maxSteps === 'string' && !/^\s*-?\d+\s*$/.test(maxSteps)) {
      const text = 'Input should be a valid integer, unable to parse string as an integer';
      faults.push(invalid('int_parsing', ['body', 'max_steps'], text, maxSteps));
    }
    if (faults.length > 0) throw detail(422, faults);
    for (const name of ['url', 'webhook_url', 'totp_url']) {
      if (typeof sent[name] === 'string') sent[name] = normalised(name, sent[name]);
    }
    if (engine !== 'skyvern-2.0') {
      for (const name of ['browser_profile_id', 'start_fresh_browser']) {
        if (sent[name]) throw detail(400, `${name} is not supported for the skyvern_v1 or CUA task engines; use engine=skyvern_v2.`);
      }
    }
    const session = sent['browser_session_id'] ? resources.sessions.get(String(sent['browser_session_id'])) : null;
    if (session === undefined) throw detail(404, `Browser session ${sent['browser_session_id']} does not exist or is not live.`);
    if (session && session['status'] === 'completed') {
      const words = 'is no longer usable (status: completed). Create a new browser session and retry.';
      throw detail(410, `Browser session ${session['browser_session_id']} ${words}`);
    }
    const id = `${engine === 'skyvern-2.0' ? 'tsk_v2' : 'tsk'}_${nextNumber()}`;
    const known = Object.fromEntries(Object.keys(TASK_REQUEST).map((key) => [key, sent[key] ?? TASK_REQUEST[key]]));
    return begin(id, { run_request: { ...known, title: null, url: sent['url'] ?? null }, title: sent['title'] ?? null });
  };
  const begin = (id: string, fields: Json): Json => {
    const run = setRun(id, fields);
    started.push(id);
    if (startScript.length > 0) scripts.set(id, [...startScript]);
    return run;
  };
  const startWorkflow = (body: unknown): Json => {
    const sent = (body ?? {}) as Json;
    const wpid = String(sent['workflow_id'] ?? sent['agent_id'] ?? '');
    if (wpid === '') throw detail(422, [invalid('missing', ['body', 'agent_id'], 'Field required', sent)]);
    const workflow = workflows.find(wpid);
    workflows.checkParameters(wpid, (sent['parameters'] ?? {}) as Json);
    return begin(`wr_${nextNumber()}`, { run_request: { ...WORKFLOW_REQUEST, ...sent, workflow_id: wpid }, title: workflow['title'] });
  };

  const startReadyMade = (body: unknown, kind: 'login' | 'download'): Json => {
    const sent = (body ?? {}) as Json;
    const needed = kind === 'login' ? 'credential_type' : 'navigation_goal';
    if (!(needed in sent)) throw detail(422, [invalid('missing', ['body', needed], 'Field required', sent)]);
    if (kind === 'login' && sent['credential_type'] === 'skyvern') {
      if (!sent['credential_id']) throw detail(400, 'credential_id is required to login with Skyvern credential');
      if (!resources.credentials.some(({ credential_id }) => credential_id === sent['credential_id'])) {
        throw detail(404, `Credential ${sent['credential_id']} not found`);
      }
    }
    const title = kind === 'login' ? 'Login' : 'File Download';
    return begin(`wr_${nextNumber()}`, { run_request: { ...WORKFLOW_REQUEST, title, workflow_id: `w_${nextNumber()}` }, title });
  };
  const retry = (id: string): Json => {
    const run = runs.get(id);
    if (run?.['run_type'] !== 'workflow_run') throw detail(404, `Workflow run not found ${id}`);
    if (!TERMINAL.includes(String(run['status']))) throw detail(400, 'Only terminal workflow runs can be retried');
    return begin(`wr_${nextNumber()}`, { run_request: run['run_request'], title: run['title'] ?? null });
  };
  const goOn = (id: string): null => {
    if (runs.get(id)?.['status'] !== 'paused') throw detail(404, `Workflow run not found ${id}`);
    change(id, { status: 'running' });
    return null;
  };
  /** Nothing is sent: a test plans what the receiver says. */
  const retryWebhook = (id: string, body: unknown): Json => {
    const run = runs.get(id);
    if (!run) throw detail(404, `Run ${id} not found`);
    const status = String(run['status']);
    if (!TERMINAL.includes(status)) throw detail(400, `Run ${id} has not reached a terminal state (status=${status}).`);
    const own = (run['run_request'] as Json)['webhook_url'] ?? null;
    const target = (body as Json | undefined)?.['webhook_url'] ?? own;
    if (target === null) throw detail(400, 'No webhook URL configured for the run.');
    return {
      run_id: id,
      run_type: run['run_type'],
      default_webhook_url: own,
      target_webhook_url: target,
      payload: JSON.stringify({ run_id: id, status }),
      headers: { 'Content-Type': 'application/json' },
      status_code: 200,
      latency_ms: 12,
      response_body: '{"received":true}',
      error: null,
    };
  };

  const cancel = (id: string): null => {
    const run = runs.get(id);
    if (!run) throw detail(404, `Run not found ${id}`);
    const status = String(run['status']);
    if (run['retry_pending'] === true) change(id, { retry_pending: false, next_attempt_at: null });
    else if (!TERMINAL.includes(status)) change(id, { status: 'canceled' });
    else if (run['run_type'] === 'workflow_run' || run['run_type'] === 'task_v2') return null;
    else if (status === 'canceled') {
      throw detail(400, `Invalid task status transition to canceled for ${id} because task is already canceled`);
    } else if (status === 'timed_out') throw new Refusal(500, { error: 'Unexpected error: TaskAlreadyTimeout' });
    else throw detail(400, `Invalid task status transition from ${status} to canceled for ${id}`);
    return null;
  };
  const cancelMany = (body: unknown): Json => {
    const ids = (body as Json | undefined)?.['run_ids'];
    if (!Array.isArray(ids)) throw detail(422, [invalid('missing', ['body', 'run_ids'], 'Field required', body ?? null)]);
    if (ids.length > 100) {
      const text = `List should have at most 100 items after validation, not ${ids.length}`;
      const ctx = { field_type: 'List', max_length: 100, actual_length: ids.length };
      throw detail(422, [invalid('too_long', ['body', 'run_ids'], text, ids, ctx)]);
    }
    const cancelled: string[] = [];
    const failed: string[] = [];
    for (const id of new Set(ids.map(String))) {
      try {
        cancel(id);
        cancelled.push(id);
      } catch {
        failed.push(id);
      }
    }
    return { cancelled, failed };
  };

  const pageNumber = (query: URLSearchParams, name: string, fallback: number): number => {
    const text = query.get(name);
    if (text === null) return fallback;
    const bad = (type: string, msg: string, ctx?: Json) => detail(422, [invalid(type, ['query', name], msg, text, ctx)]);
    if (!/^-?\d+$/.test(text)) throw bad('int_parsing', 'Input should be a valid integer, unable to parse string as an integer');
    if (Number(text) < 1) throw bad('greater_than_equal', 'Input should be greater than or equal to 1', { ge: 1 });
    if (Number(text) > 100) throw bad('less_than_equal', 'Input should be less than or equal to 100', { le: 100 });
    return Number(text);
  };
  const filter = (query: URLSearchParams, name: string, allowed: readonly string[]): readonly string[] => {
    const wanted = query.getAll(name);
    const faults = wanted.flatMap((each, index) => (allowed.includes(each) ? [] : [notOneOf(['query', name, index], allowed, each)]));
    if (faults.length > 0) throw detail(422, faults);
    return wanted;
  };
  const list = (query: URLSearchParams): Json[] => {
    const page = pageNumber(query, 'page', 1);
    const pageSize = pageNumber(query, 'page_size', 10);
    const wantedStatus = filter(query, 'status', STATUSES);
    const wantedType = filter(query, 'run_type', TYPES);
    const search = query.get('search_key');
    if (search !== null && search.length < 3) {
      const ctx = { min_length: 3 };
      throw detail(422, [invalid('string_too_short', ['query', 'search_key'], 'String should have at least 3 characters', search, ctx)]);
    }
    const matches = (run: Json) =>
      (wantedStatus.length === 0 || wantedStatus.includes(String(run['status']))) &&
      (wantedType.length === 0 || wantedType.includes(String(run['run_type']))) &&
      (search === null ||
        [run['run_id'], run['title'], (run['run_request'] as Json)['url']].some((text) =>
          String(text ?? '')
            .toLowerCase()
            .includes(search.toLowerCase()),
        ));
    return [...runs.values()]
      .reverse()
      .filter(matches)
      .slice((page - 1) * pageSize, page * pageSize)
      .map((run) => ({
        task_run_id: String(run['run_id']).replace(/^[a-z_]+(?:v2_)?/, 'tr_'),
        run_id: run['run_id'],
        task_run_type: run['run_type'],
        status: run['status'],
        title: run['title'] ?? null,
        started_at: run['started_at'],
        finished_at: run['finished_at'],
        created_at: run['created_at'],
        workflow_permanent_id: (run['run_request'] as Json)['workflow_id'] ?? null,
        workflow_deleted: false,
        script_run: false,
        trigger_type: run['run_type'] === 'workflow_run' ? 'api' : null,
        created_by: null,
        attempt: run['attempt'] ?? 1,
        retry_pending: run['retry_pending'] ?? false,
        next_attempt_at: run['next_attempt_at'] ?? null,
      }));
  };

  const timeline = (id: string): readonly Json[] => {
    const run = runs.get(id);
    if (!run) throw detail(404, `Run not found ${id}`);
    const type = String(run['run_type']);
    if (type !== 'workflow_run' && type !== 'task_v2') throw detail(400, `Timeline not available for run type ${type}`);
    return timelines.get(id) ?? [];
  };

  const artifactsOf = (id: string, query: URLSearchParams): Json[] => {
    const wanted = filter(query, 'artifact_type', ARTIFACT_TYPES);
    return [...artifacts.values()]
      .map(({ wire }) => wire)
      .filter((wire) => wire['run_id'] === id && (wanted.length === 0 || wanted.includes(String(wire['artifact_type']))));
  };
  const artifact = (id: string) => {
    const found = artifacts.get(id);
    if (!found) throw detail(404, `Artifact not found ${id}`);
    return found;
  };
  const sendContent = (id: string, request: SeenRequest, response: ServerResponse) => {
    const { wire, content } = artifact(id);
    const headers: Record<string, string> = {
      'content-disposition': 'inline',
      'cache-control': 'private, no-cache',
      'accept-ranges': 'bytes',
      'content-type': CONTENT_TYPES[String(wire['artifact_type'])] ?? 'application/json',
    };
    const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
    if (!range || (range[1] === '' && range[2] === '')) return send(response, 200, content, headers);
    const size = content.length;
    const from = range[1] === '' ? Math.max(0, size - Number(range[2])) : Number(range[1]);
    const to = range[1] === '' || range[2] === '' ? size - 1 : Math.min(Number(range[2]), size - 1);
    if (from >= size || from > to) return send(response, 416, Buffer.alloc(0), { ...headers, 'content-range': `bytes */${size}` });
    send(response, 206, content.subarray(from, to + 1), { ...headers, 'content-range': `bytes ${from}-${to}/${size}` });
  };

  type Handler = (match: RegExpExecArray, request: SeenRequest, response: ServerResponse) => unknown;
  const routes: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
    ['POST', /^\/v1\/run\/tasks\/?$/, (_, request) => startTask(jsonBody(request))],
    ['POST', /^\/v1\/run\/(?:workflows|agents)\/?$/, (_, request) => startWorkflow(jsonBody(request))],
    ['POST', /^\/v1\/run\/tasks\/login\/?$/, (_, request) => startReadyMade(jsonBody(request), 'login')],
    ['POST', /^\/v1\/run\/tasks\/download_files\/?$/, (_, request) => startReadyMade(jsonBody(request), 'download')],
    ['POST', /^\/v1\/workflows\/runs\/([^/]+)\/retry\/?$/, ([, id]) => retry(id!)],
    ['POST', /^\/v1\/workflows\/runs\/([^/]+)\/continue\/?$/, ([, id]) => goOn(id!)],
    ['POST', /^\/v1\/runs\/([^/]+)\/retry_webhook\/?$/, ([, id], request) => retryWebhook(id!, jsonBody(request))],
    ...resources.routes,
    ['GET', /^\/v1\/runs\/?$/, (_, { query }) => list(query)],
    ['POST', /^\/v1\/runs\/cancel\/?$/, (_, request) => cancelMany(jsonBody(request))],
    ['GET', /^\/v1\/runs\/([^/]+)\/?$/, ([, id]) => readRun(id!)],
    ['GET', /^\/v1\/runs\/([^/]+)\/timeline\/?$/, ([, id]) => timeline(id!)],
    ['GET', /^\/v1\/runs\/([^/]+)\/artifacts\/?$/, ([, id], { query }) => artifactsOf(id!, query)],
    ['POST', /^\/v1\/runs\/([^/]+)\/cancel\/?$/, ([, id]) => cancel(id!)],
    ['GET', /^\/v1\/artifacts\/([^/]+)\/content\/?$/, ([, id], request, response) => sendContent(id!, request, response)],
    ['GET', /^\/v1\/artifacts\/([^/]+)\/?$/, ([, id]) => artifact(id!).wire],
    ['GET', /^\/api\/v1\/tasks\/([^/]+)\/steps\/?$/, ([, id]) => stepsOf.get(id!) ?? []],
    ['GET', /^\/api\/v1\/tasks\/([^/]+)\/actions\/?$/, ([, id]) => actionsOf.get(id!) ?? []],
    ...workflows.routes,
    [
      'GET',
      /^\/api\/v1\/organizations\/me\/?$/,
      () => ({
        organization_id: ORGANIZATION,
        organization_name: 'Fake',
        slug: 'fake',
        webhook_callback_url: null,
        max_steps_per_run: 10,
        max_retries_per_step: 3,
        domain: null,
        created_at: '2026-01-20T11:52:29.276851',
        modified_at: '2026-01-20T11:52:29.276851',
      }),
    ],
  ];

  const authenticate = ({ headers }: SeenRequest) => {
    const key = headers['x-api-key'];
    if (key === apiKey) return;
    if (key === undefined || key === '') {
      throw detail(403, /^bearer /i.test(headers.authorization ?? '') ? 'Invalid authentication method' : 'Invalid credentials');
    }
    throw detail(403, 'Could not validate credentials');
  };

  const send = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null));
    response.writeHead(status, {
      date: new Date(now()).toUTCString(),
      'content-type': 'application/json',
      'content-length': String(bytes.length),
      vary: 'Origin',
      'x-frame-options': 'DENY',
      'content-security-policy': "frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      ...headers,
    });
    response.end(response.req.method === 'HEAD' ? undefined : bytes);
  };

  const handle = (request: SeenRequest, response: ServerResponse) => {
    try {
      const { method, path } = request;
      if (method === 'GET' && /^\/(?:api\/)?v1\/version\/?$/.test(path)) return send(response, 200, { version: '1.0.56' });
      if (method === 'GET' && path === '/api/v1/heartbeat') return send(response, 200, 'Server is running.');
      const onPath = routes.filter(([, pattern]) => pattern.test(path));
      const route = onPath.find(([wanted]) => wanted === method);
      if (!route) {
        if (onPath.length > 0) {
          return send(response, 405, { detail: 'Method Not Allowed' }, { allow: [...new Set(onPath.map(([each]) => each))].join(', ') });
        }
        return send(response, 501, { detail: `the fake does not know ${method} ${path}: plan a reply with on('${method} ${path}', ...)` });
      }
      if (method === 'POST' && typeof jsonBody(request) === 'undefined' && request.text !== '') {
        throw detail(422, [invalid('json_invalid', ['body', 0], 'JSON decode error', {}, { error: 'Expecting value' })]);
      }
      authenticate(request);
      const answer = route[2](route[1].exec(path)!, request, response);
      if (answer === NO_CONTENT) response.writeHead(204).end();
      if (answer instanceof Created) send(response, 201, answer.body);
      if (!response.headersSent) {
        // A run keeps its title for the list; the run itself does not show it.
        const isRun = !Array.isArray(answer) && answer !== null && 'run_id' in (answer as Json);
        const { title: _, ...wire } = isRun ? (answer as Json) : {};
        send(response, 200, isRun ? wire : answer);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(response, error.status, error.body);
    }
  };

  const reply = async (planned: Reply, request: SeenRequest, response: ServerResponse): Promise<void> => {
    if (typeof planned === 'function') return reply(await planned(request), request, response);
    if (planned === 'pass') return handle(request, response);
    if (planned === 'hang') return;
    const { socket } = response.req;
    if (planned === 'reset') return void socket.resetAndDestroy();
    if (planned === 'lost') {
      response.end = () => {
        socket.resetAndDestroy();
        return response;
      };
      return handle(request, response);
    }
    if ('raw' in planned) return void socket.end(planned.raw);
    if ('redirect' in planned) return send(response, planned.status ?? 307, '', { location: planned.redirect });
    const { status = 200, body, headers } = planned;
    send(response, status, body instanceof Uint8Array ? Buffer.from(body) : (body ?? ''), headers);
  };

  const server = createServer((incoming, response) => {
    readRequest(incoming).then(
      (request) => {
        requests.push(request);
        const next = planned.get(`${request.method} ${request.path}`)?.shift() ?? 'pass';
        return reply(next, request, response);
      },
      () => {}, // the client went away in the middle of its request
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);

  return {
    resources,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    requests,
    started,
    seen: (route) => requests.filter(({ method, path }) => `${method} ${path}` === route),
    run: setRun,
    update: change,
    script: (id, ...changes) => void scripts.set(id, changes),
    scriptStarts: (...changes) => {
      startScript = changes;
    },
    timeline: (id, items) => void timelines.set(id, items),
    steps: (id, steps) => {
      const wire = steps.map((step, order) => ({
        created_at: moment(),
        modified_at: moment(),
        task_id: id,
        step_id: `stp_${nextNumber()}`,
        status: 'running',
        order,
        is_last: false,
        retry_index: 0,
        organization_id: ORGANIZATION,
        input_token_count: 0,
        output_token_count: 0,
        step_cost: 0,
        is_speculative: false,
        ...step,
      }));
      stepsOf.set(id, wire);
    },
    actions: (id, actions) => {
      const wire = actions.map((action, order) => ({
        ...ACTION,
        action_id: `act_${nextNumber()}`,
        task_id: id,
        step_order: 0,
        action_order: order,
        created_at: moment(),
        modified_at: moment(),
        ...action,
      }));
      actionsOf.set(id, wire);
    },
    artifact: (id, { content, ...fields }) => {
      const artifactId = String(fields['artifact_id'] ?? `a_${nextNumber()}`);
      const bytes = Buffer.from(content as string);
      const uri = `file:///srv/skyvern/artifacts/${artifactId}`;
      const wire: Json = {
        created_at: moment(),
        modified_at: moment(),
        artifact_id: artifactId,
        uri,
        bundle_key: null,
        checksum: null,
        file_size: bytes.length,
        task_id: id.startsWith('tsk_') ? id : null,
        step_id: null,
        workflow_run_id: id.startsWith('wr_') ? id : null,
        workflow_run_block_id: null,
        run_id: id,
        browser_session_id: null,
        observer_cruise_id: null,
        observer_thought_id: null,
        ai_suggestion_id: null,
        signed_url: uri,
        archived: false,
        organization_id: ORGANIZATION,
        ...fields,
      };
      artifacts.set(artifactId, { wire, content: bytes });
      return artifactId;
    },
    on: (route, ...replies) => void planned.set(route, [...(planned.get(route) ?? []), ...replies]),
    workflow: workflows.workflow,
    workflows,
    close,
  };
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://fake.invalid');
  return { method: incoming.method ?? '', path: pathname, query: searchParams, headers: incoming.headers, text, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As upstream keeps a URL of a body: `https://` when it has no scheme, and a path at least. */
function normalised(field: string, text: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/]+:\d+(?:\/|$)/.test(text) ? text : `https://${text}`;
  const advice = 'Use an HTTP or HTTPS URL with at most 2083 characters.';
  if (withScheme.length > 2083 || !URL.canParse(withScheme)) throw detail(400, `Invalid ${field}: malformed. ${advice}`);
  const url = new URL(withScheme);
  if (!['http:', 'https:'].includes(url.protocol)) throw detail(400, `Invalid ${field}: unsupported scheme. ${advice}`);
  return url.href;
}
