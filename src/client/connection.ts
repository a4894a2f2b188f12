/**
 * One HTTP exchange: what goes over the socket, with every phase and size bounded.
 *
 * Not here: retries, JSON, what a status means. Redirects are answers like any other; nothing here follows one.
 * The limits run on real time, like the sockets that they guard; the injected clock is for waits that we choose.
 */
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import Agent from 'undici/lib/dispatcher/agent.js';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { isLoopback } from '../origin.js';

export interface Timeouts {
  /** Name look-up, TCP and TLS. */
  readonly connectMs: number;
  /** From the request's last byte to the answer's headers. */
  readonly headersMs: number;
  /** Between two pieces of the body. */
  readonly bodyIdleMs: number;
  /** The whole exchange, body included. A good answer that is streamed to the caller is held to it only until it begins. */
  readonly totalMs: number;
  /** In place of `headersMs` for a start: some servers ask a model before they answer. */
  readonly startMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 10_000, headersMs: 30_000, bodyIdleMs: 30_000, totalMs: 120_000, startMs: 120_000 };

/** Node's own limit is 16 KB; some gateways set long cookies. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Shorter than the 5 s after which common servers close an idle connection under our next request. */
const KEEP_ALIVE_MS = 4_000;

export type ProxyEnv = Pick<Io, 'env'>['env'];

export interface ConnectionOptions {
  readonly baseUrl: URL;
  readonly timeouts: Timeouts;
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` are looked up here, in either case. */
  readonly env: ProxyEnv;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ExchangeRequest {
  readonly method: Method;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Readable | null;
  readonly timeouts: Timeouts;
  /** A connection of its own, closed afterwards: no idle one that the server may be closing right now. */
  readonly fresh: boolean;
  /** A good answer's body takes as long as it takes, while bytes keep coming. */
  readonly streamed?: boolean;
  readonly signal: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** An exchange without an answer. */
export class ExchangeError extends Error {
  /** False when no byte of the request was written: the server cannot have received anything. */
  readonly sent: boolean;
  /** The system's, TLS's or HTTP library's code: `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`, ... */
  readonly code: string;
  constructor(cause: Error, sent: boolean) {
    super(cause.message, { cause });
    this.name = 'ExchangeError';
    this.sent = sent;
    this.code = codeOf(cause);
  }
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #proxy: Proxy | null;
  #shared: Promise<Dispatcher> | null = null;

  /** @throws UsageError `bad_proxy` when the environment names a proxy that is no address */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#proxy = proxyFor(options.baseUrl, options.env);
  }

  /** The proxy that the environment names for this server, without user and password. */
  get proxy(): URL | undefined {
    return this.#proxy ? new URL(new URL(this.#proxy.uri).origin) : undefined;
  }

  /**
   * Sends one request and answers with status, headers and a body still to be read.
   * Rejects with `ExchangeError`, code `ABORTED` when the signal aborts. A body that is cut short fails its stream with one.
   */
  async exchange(request: ExchangeRequest): Promise<Answer> {
    const dispatcher = await (request.fresh ? this.#dispatcher() : this.#reused());
    const { signal, timeouts } = request;
    if (signal?.aborted) throw new ExchangeError(new AbortedError(signal.reason), false);
    return new Promise<Answer>((resolve, reject) => {
      const handler = new Exchange(request, resolve, reject, () => {
        if (request.fresh) void dispatcher.destroy();
      });
      dispatcher.dispatch(
        {
          origin: this.#options.baseUrl.origin,
          method: request.method,
          path: request.path,
          headers: request.headers,
          body: request.body,
          headersTimeout: timeouts.headersMs,
          bodyTimeout: timeouts.bodyIdleMs,
          reset: request.fresh,
        },
        handler,
      );
    });
  }

  /** Drops every connection, one that is still being made too: nothing then keeps the process alive. */
  async close(): Promise<void> {
    const shared = this.#shared;
    this.#shared = null;
    await (await shared)?.destroy();
  }

  #reused(): Promise<Dispatcher> {
    this.#shared ??= this.#dispatcher();
    return this.#shared;
  }

  async #dispatcher(): Promise<Dispatcher> {
    const { timeouts } = this.#options;
    // Certificates are checked whatever NODE_TLS_REJECT_UNAUTHORIZED says: the key goes through this connection.
    const tls = { rejectUnauthorized: true };
    const shared = {
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
    } as const;
    const proxy = this.#proxy;
    if (!proxy) return new Agent({ ...shared, connect: { timeout: timeouts.connectMs, ...tls } });
    const { EnvHttpProxyAgent } = await import('undici');
    return new EnvHttpProxyAgent({
      ...shared,
      connectTimeout: timeouts.connectMs,
      httpProxy: proxy.uri,
      httpsProxy: proxy.uri,
      noProxy: proxy.except,
      // Always a tunnel: a proxy that forwards plain requests would read the key.
      proxyTunnel: true,
      requestTls: tls,
      proxyTls: tls,
    });
  }
}

export interface Proxy {
  readonly uri: string;
  /** As `NO_PROXY` has it. */
  readonly except: string;
}

/**
 * The proxy for a server, or null. Never for this machine: a proxy could not reach it and must not see its token.
 * @throws UsageError `bad_proxy`
 */
export function proxyFor(baseUrl: URL, env: ProxyEnv): Proxy | null {
  if (isLoopback(baseUrl)) return null;
  const names = baseUrl.protocol === 'https:' ? ['https_proxy', 'http_proxy'] : ['http_proxy'];
  const name = names.flatMap((each) => [each, each.toUpperCase()]).find((each) => env[each]);
  if (name === undefined) return null;
  const text = (env[name] as string).trim();
  // Without a scheme, as curl and others take it.
  const uri = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(uri) || !['http:', 'https:', 'socks5:', 'socks:'].includes(new URL(uri).protocol)) {
    throw new UsageError(`${name} does not hold the address of a proxy`, {
      code: 'bad_proxy',
      hint: `write it like http://proxy.example.com:3128, or take it away with \`unset ${name}\``,
    });
  }
  return { uri, except: env['no_proxy'] || env['NO_PROXY'] || '' };
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: ExchangeRequest;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #done: () => void;
  readonly #deadline: AbortSignal;
  #controller: Dispatcher.DispatchController | null = null;
  #body: Readable | null = null;
  #sent = false;
  #over = false;

  constructor(request: ExchangeRequest, resolve: (answer: Answer) => void, reject: (error: unknown) => void, done: () => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#done = done;
    this.#deadline = AbortSignal.timeout(request.timeouts.totalMs);
    this.#deadline.addEventListener('abort', this.#onDeadline);
    request.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // The library puts some requests whose connection broke back into its queue; what may have been received is never sent again.
    if (this.#over || (this.#sent && this.#request.method !== 'GET')) return void controller.abort(new Error('not sent again'));
    this.#controller = controller;
    this.#sent = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Answer['headers']): void {
    if (status < 200) return;
    if (this.#request.streamed && status < 300) this.#deadline.removeEventListener('abort', this.#onDeadline);
    this.#body = new Readable({
      read: () => controller.resume(),
      destroy: (error, callback) => {
        if (!this.#over) controller.abort(error ?? new Error('not read to its end'));
        callback(error);
      },
    });
    // Whoever reads the body gets its error; a body that nobody reads must not bring the process down.
    this.#body.on('error', () => {});
    this.#resolve({ status, headers, body: this.#body });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body?.push(chunk) === false) controller.pause();
  }

  onResponseEnd(): void {
    this.#finish();
    this.#body?.push(null);
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#fail(new ExchangeError(error, this.#sent));
  }

  #onAbort = (): void => this.#fail(new ExchangeError(new AbortedError(this.#request.signal?.reason), this.#sent));

  #onDeadline = (): void => this.#fail(new ExchangeError(new DeadlineError(this.#request.timeouts.totalMs), this.#sent));

  #fail(error: ExchangeError): void {
    if (this.#over) return;
    this.#finish();
    this.#controller?.abort(error);
    this.#reject(error);
    this.#body?.destroy(error);
  }

  #finish(): void {
    this.#over = true;
    this.#deadline.removeEventListener('abort', this.#onDeadline);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
    this.#done();
  }
}

class AbortedError extends Error {
  readonly code = 'ABORTED';
  constructor(reason: unknown) {
    super('aborted', { cause: reason });
  }
}

class DeadlineError extends Error {
  readonly code = 'DEADLINE';
  constructor(totalMs: number) {
    super(`not finished after ${totalMs} ms`);
  }
}

/** The first code there is: happy eyeballs and proxies wrap what really happened. */
function codeOf(error: unknown): string {
  for (
    let at = error as { name?: unknown; code?: unknown; cause?: unknown; errors?: unknown[] } | undefined;
    at;
    at = (at.cause ?? at.errors?.[0]) as typeof at
  ) {
    if (typeof at.code === 'string' && at.code !== 'UND_ERR') return at.code;
    // The parser's errors have a code only where they come from its older half.
    if (at.name === 'HTTPParserError') return 'HPE_INVALID';
  }
  return 'UNKNOWN';
}
