/**
 * A server that plays a scenario: enough of the API for a pipeline to start runs, follow, answer and cancel them.
 *
 * It knows no browser and no model, keeps everything in memory and takes any body. What it does not play is answered 501, by name.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.js';
import type { Random } from '../random.js';
import type { Fault, Scenario } from './scenarios.js';
import { actionsAnswer, rowAnswer, runAnswer, type SimulatedRun, stateOf, stepsAnswer, timelineAnswer } from './story.js';

export interface Simulation {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** What came of it so far. */
  summary(): {
    readonly requests: number;
    readonly faults: number;
    readonly runs: readonly { readonly id: string; readonly status: string }[];
  };
  close(): Promise<void>;
}

export interface SimulationOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** 0: any free one. */
  readonly port: number;
  /** How many times faster than the scenario says. */
  readonly speed: number;
}

type Json = Readonly<Record<string, unknown>>;
interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

const MAX_BODY_BYTES = 10_000_000;
const CROWD_SPREAD_MS = 60_000;
const FIRST_NUMBER = 480_000_000_000_000_001n;

/** Rejects with what listening rejects with: a port that is taken. */
export async function simulate(scenario: Scenario, { clock, random, port, speed }: SimulationOptions): Promise<Simulation> {
  const apiKey = `simulated-${Buffer.from(random.bytes(12)).toString('hex')}`;
  const beganAt = clock.now();
  const beganMs = clock.monotonic();
  /** Simulated epoch ms. */
  const now = () => beganAt + (clock.monotonic() - beganMs) * speed;
  const runs = new Map<string, SimulatedRun>();
  const asked = new Map<string, number>();
  let number = FIRST_NUMBER;
  let firstAt: number | null = null;
  let requests = 0;
  let faults = 0;

  const begin = (prefix: string, request: Json, startedAt = now()): SimulatedRun => {
    const id = `${prefix}_${number}`;
    number += 2n;
    const text = [request['title'], request['prompt']].find((each): each is string => typeof each === 'string');
    const run = {
      id,
      story: scenario.story(runs.size),
      request,
      title: text?.slice(0, 200) ?? null,
      startedAt,
      releases: [],
      canceledAt: null,
    };
    runs.set(id, run);
    return run;
  };
  const crowd = scenario.crowd ?? 0;
  for (let index = 0; index < crowd; index++) {
    begin('wr', { workflow_id: 'wpid_simulated', title: `Order ${index + 1}` }, beganAt - (1 - index / crowd) * CROWD_SPREAD_MS);
  }
  const find = (id: string): SimulatedRun => {
    const run = runs.get(id);
    if (!run) throw { status: 404, body: { detail: `Task run not found ${id}` } } satisfies Answer;
    return run;
  };
  const isOver = (run: SimulatedRun): boolean => stateOf(run, now()).endedAt !== null;
  const release = (run: SimulatedRun, what: 'continue' | 'totp'): boolean => {
    if (stateOf(run, now()).waitsFor !== what) return false;
    run.releases.push(now());
    return true;
  };
  const cancel = (run: SimulatedRun): void => {
    if (!isOver(run)) run.canceledAt = now();
  };

  const list = (query: URLSearchParams): readonly Json[] => {
    const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('page_size') ?? 10)];
    const [statuses, workflows, search] = [query.getAll('status'), query.getAll('workflow_permanent_id'), query.get('search_key')];
    const rows = [...runs.values()]
      .reverse()
      .map((run) => rowAnswer(run, now()))
      .filter((row) => statuses.length === 0 || statuses.includes(String(row['status'])))
      .filter((row) => workflows.length === 0 || workflows.includes(String(row['workflow_permanent_id'])))
      .filter((row) => search === null || `${row['run_id']} ${row['title']}`.toLowerCase().includes(search.toLowerCase()));
    return rows.slice((page - 1) * size, page * size);
  };

  const workflow = (id: string): Json => ({
    workflow_id: 'w_simulated',
    workflow_permanent_id: id,
    title: 'Simulated workflow',
    version: 1,
    is_saved_task: false,
    workflow_definition: { parameters: [], blocks: [] },
  });

  type Handler = (match: readonly string[], body: Json, query: URLSearchParams) => Answer;
  const routes: readonly (readonly [route: RegExp, handler: Handler])[] = [
    [/^POST \/v1\/run\/(?:tasks|tasks\/login|tasks\/download_files)$/, (_, body) => ({ body: runAnswer(begin('tsk', body), now()) })],
    [/^POST \/v1\/run\/(?:workflows|agents)$/, (_, body) => ({ body: runAnswer(begin('wr', body), now()) })],
    [/^GET \/v1\/runs$/, (_match, _body, query) => ({ body: list(query) })],
    [/^GET \/v1\/runs\/([^/]+)$/, ([id = '']) => ({ body: runAnswer(find(id), now()) })],
    [
      /^GET \/v1\/runs\/([^/]+)\/timeline$/,
      ([id = '']) => {
        if (id.startsWith('tsk_')) throw { status: 400, body: { detail: `Run ${id} has no timeline` } } satisfies Answer;
        return { body: timelineAnswer(find(id), now()) };
      },
    ],
    [/^GET \/v1\/runs\/([^/]+)\/artifacts$/, () => ({ body: [] })],
    [/^GET \/api\/v1\/tasks\/([^/]+)\/steps$/, ([id = '']) => ({ body: stepsAnswer(find(id), now()) })],
    [/^GET \/api\/v1\/tasks\/([^/]+)\/actions$/, ([id = '']) => ({ body: actionsAnswer(find(id), now()) })],
    [
      /^POST \/v1\/runs\/([^/]+)\/cancel$/,
      ([id = '']) => {
        const run = find(id);
        if (isOver(run)) throw { status: 400, body: { detail: `Run ${id} has already ended` } } satisfies Answer;
        cancel(run);
        return { body: null };
      },
    ],
    [
      /^POST \/v1\/runs\/cancel$/,
      (_, body) => {
        const ids = Array.isArray(body['run_ids']) ? body['run_ids'].map(String) : [];
        const open = ids.filter((id) => runs.has(id) && !isOver(find(id)));
        for (const id of open) cancel(find(id));
        return { body: { cancelled: open, failed: ids.filter((id) => !open.includes(id)) } };
      },
    ],
    [
      /^POST \/v1\/(?:workflows|agents)\/runs\/([^/]+)\/continue$/,
      ([id = '']) => {
        if (release(find(id), 'continue')) return { body: { status: 'success' } };
        throw { status: 404, body: { detail: `Workflow run ${id} not found or not in paused status` } } satisfies Answer;
      },
    ],
    [/^POST \/v1\/(?:workflows|agents)\/runs\/([^/]+)\/retry$/, ([id = '']) => ({ body: runAnswer(begin('wr', find(id).request), now()) })],
    [
      /^POST \/v1\/credentials\/totp$/,
      (_, body) => {
        for (const run of runs.values()) release(run, 'totp');
        return { body: { totp_code_id: 'totp_simulated', ...body, created_at: null } };
      },
    ],
    [/^GET \/(?:api\/)?v1\/(?:workflows|agents)\/(wpid_[^/]+)$/, ([id = '']) => ({ body: workflow(id) })],
    [/^GET \/v1\/version$/, () => ({ body: { version: '1.0.56' } })],
    [/^GET \/api\/v1\/heartbeat$/, () => ({ body: 'Server is running.' })],
    [
      /^GET \/api\/v1\/organizations\/me$/,
      () => ({ body: { organization_id: 'o_simulated', organization_name: `simulation: ${scenario.name}` } }),
    ],
  ];

  const answer = (method: string, path: string, body: Json, query: URLSearchParams): Answer => {
    try {
      for (const [route, handler] of routes) {
        const match = route.exec(`${method} ${path}`);
        if (match) return handler(match.slice(1).map(decodeURIComponent), body, query);
      }
    } catch (thrown) {
      if (typeof thrown === 'object' && thrown !== null && 'status' in thrown) return thrown as Answer;
      throw thrown;
    }
    return { status: 501, body: { detail: `the simulation does not play ${method} ${path}` } };
  };

  const faultOf = (method: string, path: string): Fault | null => {
    firstAt ??= now();
    const name = `${method} ${path}`;
    const before = asked.get(name) ?? 0;
    asked.set(name, before + 1);
    const fault = scenario.fault?.({ method, path, before, elapsedMs: now() - firstAt }) ?? null;
    requests++;
    if (fault !== null) faults++;
    return fault;
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    response.setHeader('date', new Date(now()).toUTCString());
    const { pathname, searchParams } = new URL(url, 'http://simulated');
    const path = pathname.replace(/(?<=.)\/$/, '');
    const text = await textOf(request);
    const fault = faultOf(method, path);
    if (fault === 'cut') return void request.socket.destroy();
    if (fault !== null && fault !== 'lost') return send(response, fault.status, fault.body, fault.headers);
    const isOpen = path === '/v1/version' || path === '/api/v1/heartbeat';
    if (!isOpen && headers['x-api-key'] !== apiKey && headers.authorization !== `Bearer ${apiKey}`) {
      return send(response, 403, { detail: 'Invalid credentials' });
    }
    const { status = 200, body } = answer(method, path, bodyOf(text), searchParams);
    if (fault === 'lost') return void request.socket.destroy();
    send(response, status, body);
  }

  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  await promise;
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    summary: () => ({ requests, faults, runs: [...runs.values()].map((run) => ({ id: run.id, status: stateOf(run, now()).status })) }),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const isJson = headers['content-type'] === undefined;
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(isJson ? JSON.stringify(body) : String(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw new Error('too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Any body is taken; what is no object counts as an empty one. */
function bodyOf(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
  } catch {
    return {};
  }
}
