/**
 * A server of tasks on loopback that fails where it is told to: before it reads, after it read, after it made the run, in the
 * middle of headers or body. It counts what it made; its clock is the test's, so that its times and its `Date` agree.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { formatServerTime } from '../../src/protocol/time.js';

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
  readonly key: string;
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
  /** Puts in a run that someone else made. */
  twin(request: Record<string, unknown>, createdAt: number): string;
  /** Open connections. */
  readonly sockets: ReadonlySet<Socket>;
}

export interface FaultServerOptions {
  /** The server's wall time, epoch milliseconds. */
  readonly now?: () => number;
  /** False: no `Date` header. */
  readonly tellsTime?: boolean;
  readonly status?: (run: MadeRun) => string;
}

export async function faultServer({
  now = () => Date.now(),
  tellsTime = true,
  status = () => 'running',
}: FaultServerOptions = {}): Promise<FaultServer> {
  const seen: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const made: MadeRun[] = [];
  const late: { readonly at: number; readonly make: () => void }[] = [];
  const faults: Fault[] = [];
  const sessions: MadeSession[] = [];
  const sockets = new Set<Socket>();
  let ids = 0;

  const make = (request: Record<string, unknown>, key: string, createdAt = now()): MadeRun => {
    const run = { run_id: `tsk_${7_000 + ++ids}`, createdAt, request, key };
    made.push(run);
    // A run in a session that has been closed exists, and cannot act.
    const session = sessions.find((each) => each.browser_session_id === request['browser_session_id']);
    if (session?.status === 'created') session.runnable_id = run.run_id;
    return run;
  };
  const wire = (run: MadeRun) => ({
    run_id: run.run_id,
    run_type: 'task_v1',
    status: status(run),
    output: null,
    failure_reason: null,
    created_at: formatServerTime(run.createdAt),
    run_request: { engine: 'skyvern-1.0', title: null, webhook_url: null, data_extraction_schema: null, ...run.request },
  });
  const answer = (request: IncomingMessage, body: string): [number, unknown] => {
    for (const each of late.splice(0)) {
      if (each.at <= now()) each.make();
      else late.push(each);
    }
    const url = new URL(request.url ?? '/', 'http://x');
    if (request.method === 'POST' && url.pathname === '/v1/run/tasks')
      return [200, wire(make(JSON.parse(body), String(request.headers['idempotency-key'])))];
    if (request.method === 'POST' && url.pathname === '/v1/browser_sessions') {
      const session: MadeSession = { browser_session_id: `pbs_${++ids}`, status: 'created', runnable_id: null };
      sessions.push(session);
      return [200, session];
    }
    const session = sessions.find(({ browser_session_id: id }) => url.pathname.startsWith(`/v1/browser_sessions/${id}`));
    if (session && request.method === 'POST') session.status = 'completed';
    if (session) return [200, session];
    if (url.pathname === '/v1/runs') {
      const size = Number(url.searchParams.get('page_size') ?? 10);
      const from = (Number(url.searchParams.get('page') ?? 1) - 1) * size;
      const newest = [...made].sort((a, b) => b.createdAt - a.createdAt).slice(from, from + size);
      return [
        200,
        newest.map((run) => ({
          run_id: run.run_id,
          task_run_type: 'task_v1',
          status: status(run),
          created_at: formatServerTime(run.createdAt),
        })),
      ];
    }
    const run = made.find(({ run_id }) => url.pathname === `/v1/runs/${run_id}`);
    return run ? [200, wire(run)] : [404, { detail: `Task run not found ${url.pathname}` }];
  };

  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
    const { socket } = request;
    const fault = faults.shift() ?? { kind: 'ok' };
    const isStart = request.method === 'POST';
    if (fault.kind === 'late') {
      const at = now() + fault.afterMs;
      late.push({ at, make: () => make(JSON.parse(body), '', at) });
      return socket.resetAndDestroy();
    }
    if ('made' in fault && fault.made && isStart) answer(request, body);
    if (fault.kind === 'reset') return socket.resetAndDestroy();
    if (fault.kind === 'close') return socket.end();
    if (fault.kind === 'raw') return socket.end(fault.bytes);
    const date: Record<string, string> = tellsTime ? { date: new Date(now()).toUTCString() } : {};
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
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    headers,
    made,
    sessions,
    sockets,
    plan: (...more) => void faults.push(...more),
    twin: (request, createdAt) => make(request, '', createdAt).run_id,
  };
}

/** Bytes that are no HTTP, headers that never end, and the like: the whole answer of a server that is none. */
export const page = (title: string): string =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
