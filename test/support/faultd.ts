/**
 * `faultd`: a server of runs on loopback that fails where it is told to: before it reads, after it read, after it made the run, in
 * the middle of headers or body. It counts what it made; its clock is the caller's, so that its times and its `Date` agree.
 *
 * Faults are planned for the next requests, or for those of a route; `seededFault` draws one, the same for the same seed.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { formatServerTime } from '../../src/protocol/time.js';
import type { Random } from '../../src/random.js';

/** What happens to one request. `made`: for a start, whether the run exists afterwards. */
export type Fault =
  | { readonly kind: 'ok' }
  /** The connection is reset before a byte is read. */
  | { readonly kind: 'reset_unread' }
  | { readonly kind: 'reset'; readonly made: boolean }
  /** The connection ends in good order, without an answer. */
  | { readonly kind: 'close'; readonly made: boolean }
  | {
      readonly kind: 'answer';
      readonly made: boolean;
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body: string | Buffer;
    }
  /** The right answer, its first `bytes` bytes only (headers count), then a reset. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** The right answer, `bytes` bytes of it, then nothing more, ever. */
  | { readonly kind: 'stall'; readonly bytes: number }
  /** The right answer, one byte each `everyMs`. */
  | { readonly kind: 'trickle'; readonly everyMs: number }
  /** Bytes in place of an answer. */
  | { readonly kind: 'raw'; readonly bytes: string; readonly made: boolean }
  /** No answer; the run appears `afterMs` later on the server's clock. */
  | { readonly kind: 'late'; readonly afterMs: number };

export interface MadeRun {
  readonly run_id: string;
  readonly createdAt: number;
  readonly request: Record<string, unknown>;
  /** The `Idempotency-Key`: the start that made it. Empty: someone else's. */
  readonly key: string;
  /** False in a session that had been closed: it exists, and does nothing. */
  readonly acts: boolean;
}

export interface MadeSession {
  readonly browser_session_id: string;
  status: string;
  runnable_id: string | null;
}

export interface FaultServer {
  readonly url: string;
  /** `METHOD /path?query` of each request that was read, oldest first. */
  readonly seen: string[];
  readonly headers: IncomingMessage['headers'][];
  /** Runs that were made, oldest first. */
  readonly made: MadeRun[];
  readonly sessions: readonly MadeSession[];
  /** Faults for the next requests, in order; after them all goes well. */
  plan(...faults: Fault[]): void;
  /** The same for the next requests to `METHOD /path` (without query). */
  on(route: string, ...faults: Fault[]): void;
  /** Drops what was planned and not used. */
  forget(): void;
  /** Puts in a run that someone else made. */
  twin(request: Record<string, unknown>, createdAt: number): string;
  /** Open connections. */
  readonly sockets: ReadonlySet<Socket>;
  /** Ends every connection and the port. */
  close(): void;
}

export interface FaultServerOptions {
  /** The server's wall time, epoch milliseconds. */
  readonly now?: () => number;
  /** False: no `Date` header. */
  readonly tellsTime?: boolean;
  readonly status?: (run: MadeRun) => string;
  /** False: an account without tags, whose filter is refused. */
  readonly hasTags?: boolean;
  /** A repeated `Idempotency-Key` is answered with the first run, as the embedded server does. */
  readonly replays?: boolean;
  /** False: every answer ends its connection, so that no later request depends on when that is noticed. */
  readonly keepsAlive?: boolean;
}

export async function openFaultServer({
  now = () => Date.now(),
  tellsTime = true,
  // In a session that is closed a run ends as it begins.
  status = ({ acts }) => (acts ? 'running' : 'failed'),
  hasTags = true,
  replays = false,
  keepsAlive = true,
}: FaultServerOptions = {}): Promise<FaultServer> {
  const seen: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const made: MadeRun[] = [];
  const late: { readonly at: number; readonly make: () => void }[] = [];
  const faults: Fault[] = [];
  const ofRoute = new Map<string, Fault[]>();
  const sessions: MadeSession[] = [];
  const sockets = new Set<Socket>();
  let ids = 0;

  /** A workflow, or one of the two ready-made runs, which are workflows. */
  const isWorkflow = (request: object) => ['workflow_id', 'credential_type', 'navigation_goal'].some((field) => field in request);
  const make = (request: Record<string, unknown>, key: string, createdAt = now()): MadeRun => {
    const session = sessions.find((each) => each.browser_session_id === request['browser_session_id']);
    const prefix = isWorkflow(request) ? 'wr' : 'tsk';
    const run = { run_id: `${prefix}_${7_000 + ++ids}`, createdAt, request, key, acts: session?.status !== 'completed' };
    made.push(run);
    if (session?.status === 'created') session.runnable_id = run.run_id;
    return run;
  };
  const kindOf = ({ request }: MadeRun) => (isWorkflow(request) ? 'workflow_run' : 'task_v1');
  const wire = (run: MadeRun) => {
    // Tags are stored apart from the request.
    const { run_metadata: _, ...request } = run.request;
    return {
      run_id: run.run_id,
      run_type: kindOf(run),
      status: status(run),
      output: null,
      failure_reason: null,
      created_at: formatServerTime(run.createdAt),
      run_request: { engine: 'skyvern-1.0', title: null, webhook_url: null, data_extraction_schema: null, ...request },
    };
  };
  const START = /^\/v1\/run\/(?:tasks(?:\/login|\/download_files)?|workflows)$/;
  const answer = (request: IncomingMessage, body: string): [number, unknown] => {
    for (const each of late.splice(0)) {
      if (each.at <= now()) each.make();
      else late.push(each);
    }
    const url = new URL(request.url ?? '/', 'http://x');
    if (request.method === 'POST' && START.test(url.pathname)) {
      const key = String(request.headers['idempotency-key']);
      const first = replays ? made.find((run) => run.key === key) : undefined;
      return [200, wire(first ?? make(JSON.parse(body), key))];
    }
    if (request.method === 'POST' && url.pathname === '/v1/browser_sessions') {
      const session: MadeSession = { browser_session_id: `pbs_${++ids}`, status: 'created', runnable_id: null };
      sessions.push(session);
      return [200, session];
    }
    const session = sessions.find(({ browser_session_id: id }) => url.pathname.split('/')[3] === id);
    if (session && request.method === 'POST') session.status = 'completed';
    if (session) return [200, session];
    if (url.pathname === '/v1/runs') {
      const tag = url.searchParams.get('tags');
      if (tag !== null && !hasTags) return [403, { detail: 'Tags are not enabled for this organization' }];
      const tagged = ({ request: { run_metadata: tags } }: MadeRun) =>
        Object.entries((tags ?? {}) as Record<string, string>).some(([name, value]) => `${name}:${value}` === tag);
      const types = url.searchParams.getAll('run_type');
      const size = Number(url.searchParams.get('page_size') ?? 10);
      const from = (Number(url.searchParams.get('page') ?? 1) - 1) * size;
      const newest = made
        .filter((run) => (tag === null || tagged(run)) && (types.length === 0 || types.includes(kindOf(run))))
        .sort((a, b) => b.createdAt - a.createdAt)
        .slice(from, from + size);
      return [
        200,
        newest.map((run) => ({
          run_id: run.run_id,
          task_run_type: kindOf(run),
          status: status(run),
          created_at: formatServerTime(run.createdAt),
        })),
      ];
    }
    if (url.pathname === '/api/v1/organizations/me') return [200, { organization_id: 'o_1', organization_name: 'Faults' }];
    if (url.pathname === '/v1/version') return [200, { version: '1.0.56' }];
    if (/^\/api\/v1\/tasks\/[^/]+\/(?:steps|actions)$/.test(url.pathname)) return [200, []];
    if (/^\/v1\/runs\/tsk_\w+\/timeline$/.test(url.pathname)) return [400, { detail: 'Timeline not available for run type task_v1' }];
    if (/^\/v1\/runs\/[^/]+\/(?:timeline|artifacts)$/.test(url.pathname)) return [200, []];
    const canceled = /^\/v1\/runs\/([^/]+)\/cancel$/.exec(url.pathname)?.[1];
    if (canceled !== undefined)
      return made.some(({ run_id }) => run_id === canceled) ? [200, null] : [404, { detail: `Run not found ${canceled}` }];
    const run = made.find(({ run_id }) => url.pathname === `/v1/runs/${run_id}`);
    return run ? [200, wire(run)] : [404, { detail: `Task run not found ${url.pathname}` }];
  };

  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
    const { socket } = request;
    const route = `${request.method} ${(request.url ?? '').replace(/\?.*$/, '')}`;
    const fault = ofRoute.get(route)?.shift() ?? faults.shift() ?? { kind: 'ok' };
    const changes = request.method === 'POST';
    if (fault.kind === 'late') {
      const at = now() + fault.afterMs;
      const key = String(request.headers['idempotency-key'] ?? '');
      if (changes)
        late.push({ at, make: () => void (replays && made.some((run) => run.key === key) ? null : make(JSON.parse(body), key, at)) });
      return socket.resetAndDestroy();
    }
    if ('made' in fault && fault.made && changes) answer(request, body);
    if (fault.kind === 'reset' || fault.kind === 'reset_unread') return socket.resetAndDestroy();
    if (fault.kind === 'close') return socket.end();
    if (fault.kind === 'raw') return socket.end(fault.bytes);
    const date: Record<string, string> = {
      ...(tellsTime && { date: new Date(now()).toUTCString() }),
      ...(!keepsAlive && { connection: 'close' }),
    };
    response.sendDate = false;
    if (fault.kind === 'answer') {
      response.writeHead(fault.status, { ...date, 'content-type': 'application/json', ...fault.headers });
      return response.end(fault.body);
    }
    const [code, value] = answer(request, body);
    const text = JSON.stringify(value);
    if (fault.kind === 'ok') {
      response.writeHead(code, { ...date, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      return response.end(text);
    }
    const head = Object.entries({ ...date, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).map(
      ([name, each]) => `${name}: ${each}\r\n`,
    );
    const whole = Buffer.from(`HTTP/1.1 ${code} OK\r\n${head.join('')}\r\n${text}`);
    if (fault.kind === 'trickle') {
      let sent = 0;
      const timer = setInterval(
        () => (socket.destroyed || sent >= whole.length ? clearInterval(timer) : socket.write(whole.subarray(sent, ++sent))),
        fault.everyMs,
      );
      return;
    }
    if (!('bytes' in fault)) return;
    socket.write(whole.subarray(0, fault.bytes), () => {
      // A moment for the bytes to arrive: a reset discards what was not read.
      if (fault.kind === 'cut') setImmediate(() => setImmediate(() => socket.destroy()));
    });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    if (faults[0]?.kind === 'reset_unread') {
      faults.shift();
      socket.resetAndDestroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    headers,
    made,
    sessions,
    sockets,
    plan: (...more) => void faults.push(...more),
    on: (route, ...more) => void ofRoute.set(route, [...(ofRoute.get(route) ?? []), ...more]),
    forget() {
      faults.length = 0;
      ofRoute.clear();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
    twin: (request, createdAt) => make(request, '', createdAt).run_id,
  };
}

/** A web page where an API answer should be. */
export const page = (title: string): string =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;

const HTML = { 'content-type': 'text/html' };
const JSON_TYPE = { 'content-type': 'application/json' };
const failing = (made: boolean, status: number, body: string, headers: Record<string, string> = JSON_TYPE): Fault => ({
  kind: 'answer',
  made,
  status,
  body,
  headers,
});

/** Every way in which an answer is lost, is none, or cannot be read: `made` says whether the run exists then. */
export const lostAnswers = (made: boolean, random: Random): readonly Fault[] => [
  { kind: 'reset', made },
  { kind: 'close', made },
  failing(made, 500, '{"error":"Unexpected error: OperationalError"}'),
  failing(made, 502, page('502 Bad Gateway'), HTML),
  failing(made, 503, ''),
  failing(made, 504, page('504 Gateway Time-out'), HTML),
  failing(made, 408, '{"detail":"Request Timeout"}'),
  failing(made, 200, page('Sign in to the network'), HTML),
  failing(made, 200, ''),
  failing(made, 200, '{}'),
  failing(made, 200, '{"run_id":"tsk_1","run_id":"tsk_2"}'),
  failing(made, 200, '{"run_id":', { 'content-type': 'text/plain' }),
  failing(made, 200, '"run_id"', { 'content-type': 'image/png' }),
  { kind: 'raw', made, bytes: 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"run_id":' },
  { kind: 'raw', made, bytes: 'SSH-2.0-OpenSSH_9.2\r\n' },
  // The right answer, cut at any of its bytes, head included: the run was made then.
  ...(made ? [{ kind: 'cut' as const, bytes: Math.floor(random.fraction() * 420) }] : []),
];

/** Answers before any work: nothing is made, for certain. */
export const refusals: readonly Fault[] = [
  failing(false, 429, '{"detail":"Rate limit exceeded"}', { ...JSON_TYPE, 'retry-after': '1' }),
  failing(false, 422, '{"detail":[{"loc":["body","url"],"msg":"no","input":"x"}]}'),
  failing(false, 402, '{"detail":"Insufficient credits"}'),
  failing(false, 307, '', { location: 'http://127.0.0.1:9/' }),
];

/** How late a request may still arrive: gateways have delivered some after minutes. */
const LATEST_MS = 300_000;

/** A fault for a start. */
export function seededFault(random: Random): Fault {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random.fraction() * choices.length)] as T;
  const kind = random.fraction();
  if (kind < 0.55) return pick(lostAnswers(true, random));
  if (kind < 0.75) return pick(lostAnswers(false, random));
  if (kind < 0.9) return pick(refusals);
  return { kind: 'late', afterMs: Math.floor(random.fraction() * LATEST_MS) };
}

/** A fault for a read. */
export const seededReadFault = (random: Random): Fault => {
  const choices = [...lostAnswers(false, random), refusals[0] as Fault];
  return choices[Math.floor(random.fraction() * choices.length)] as Fault;
};
