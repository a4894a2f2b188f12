/**
 * The one place that sends: one key, one origin.
 *
 * Here: headers, limits, which failures may be repeated, and when. Not here: routes and what their answers hold.
 */
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.js';
import { comeBackLater, IntegrityError, NetworkError, type ReplyHead, SkyvernError, UsageError } from '../errors.js';
import { isLoopback } from '../origin.js';
import { DecodeError } from '../protocol/decode.js';
import type { Random } from '../random.js';
import type { ReadOptions } from '../runs/source.js';
import {
  type Asked,
  type Failure,
  failureOf,
  failureOfExchange,
  type Headers,
  header,
  jsonOf,
  LOOK_AROUND,
  ODD_ANSWER,
  type Reply,
} from './answers.js';
import { type Answer, Connection, DEFAULT_TIMEOUTS, ExchangeError, type Method, type ProxyEnv, type Timeouts } from './connection.js';
import { isRead, type ReadOnly, readOnlyError } from './readOnly.js';
import { MASK, maskText, type Redact, redactor, secretsOf } from './redact.js';
import { backoffMs, DEFAULT_RETRIES, processBudget, type RetryBudget, type RetryPolicy, serverTime } from './retry.js';

export interface ClientOptions {
  /** From `parseBaseUrl`. Its origin is the only place where the key ever goes. */
  readonly baseUrl: URL;
  /** Empty: no key is sent. */
  readonly apiKey: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly userAgent?: string;
  /** Where proxies are looked up. NODE_EXTRA_CA_CERTS is Node's own: it reads it when it starts. */
  readonly env?: ProxyEnv;
  /** Plain http to another machine: whoever is on the way reads the key. */
  readonly allowInsecureHttp?: boolean;
  readonly timeouts?: Partial<Timeouts>;
  readonly retries?: Partial<RetryPolicy>;
  /** On `clock.monotonic()`: no wait for a repeat goes past it. */
  readonly deadlineAt?: number;
  /** Shared by all clients of a process unless a test brings its own. */
  readonly budget?: RetryBudget;
  /** Where there is one, whatever is no read is refused before it is sent. */
  readonly readOnly?: ReadOnly;
  /** Told of every exchange, secrets removed (`SKYVERN_DEBUG=http`). */
  readonly onExchange?: (exchange: Exchanged) => void;
  /** Told in few words of every exchange: cheap enough to be always on. */
  readonly onAsked?: (asked: AskedOnce) => void;
}

/** One exchange, in few words. */
export interface AskedOnce {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Null when no answer came. */
  readonly status: number | null;
  /** Why no answer came. */
  readonly error: string | null;
  readonly durationMs: number;
}

/** One exchange, for a log: no secret is in it. Bodies are cut at 4,000 characters. */
export interface Exchanged {
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string;
  /** Why no answer came. */
  readonly error: string | null;
  readonly durationMs: number;
}

/** What one call may have of its own, in place of the client's. */
export interface CallOptions extends ReadOptions {
  readonly apiKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Added to the method's own. */
  readonly query?: Query;
  /** For the whole exchange; where the answer is streamed, until it begins. */
  readonly timeoutMs?: number;
  /** Repeats, where what was asked may be repeated. */
  readonly maxRetries?: number;
  /** Told of every answer, refusals included, before it is decoded. */
  readonly onReply?: (reply: ReplyHead) => void;
}

/** A body that is no JSON: read anew for each try. */
export interface RawBody {
  readonly contentType: string;
  readonly sizeBytes: number;
  open(): Readable;
}

interface Send {
  readonly method: Method;
  readonly path: string;
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly raw?: RawBody;
  readonly timeouts?: Partial<Timeouts>;
  readonly fresh?: boolean;
  readonly streamed?: boolean;
  /** The server knows a repeat when it sees one. */
  readonly repeatable?: boolean;
}
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** An answer whose body was JSON. */
export interface JsonReply {
  readonly status: number;
  /** Null for 304, and for 204. */
  readonly value: unknown;
  readonly headers: Headers;
  /** The server's wall time when it answered, in epoch milliseconds; null when it did not say. */
  readonly serverNow: number | null;
}

/** What came of a request that was made once. */
export type OnceOutcome =
  | { readonly kind: 'answered'; readonly reply: JsonReply }
  /** The signal aborted. `sent` false: no byte was written. */
  | { readonly kind: 'aborted'; readonly sent: boolean }
  | {
      readonly kind: Failure['received'];
      readonly error: SkyvernError;
      readonly retryAfterMs: number | undefined;
      readonly serverNow: number | null;
    };

/** JSON answers larger than this are refused. The largest known outputs are some ten megabytes. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;
/** The longest time that a timer can count: 24 days. */
const NO_LIMIT_MS = 2 ** 31 - 1;
const MAX_LOGGED = 4_000;
/** A shorter one, of a server that does not care, may be a word of its answers. */
const SHORTEST_KEY = 16;

export class Http {
  readonly #options: ClientOptions;
  readonly #connection: Connection;
  readonly #timeouts: Timeouts;
  readonly #retries: RetryPolicy;
  readonly #budget: RetryBudget;

  constructor(options: ClientOptions) {
    const { baseUrl, apiKey, allowInsecureHttp = false } = options;
    if (baseUrl.protocol === 'http:' && !isLoopback(baseUrl) && !allowInsecureHttp) {
      throw new UsageError(`${baseUrl.origin} is plain http to another machine: whoever is on the way could read the key`, {
        code: 'insecure_http',
        hint: 'use https, or add --insecure-http where you trust the network',
      });
    }
    checkedKey(apiKey);
    this.#options = options;
    this.#timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.#retries = { ...DEFAULT_RETRIES, ...options.retries };
    this.#budget = options.budget ?? processBudget;
    this.#connection = new Connection({ baseUrl, timeouts: this.#timeouts, env: options.env ?? {} });
  }

  /**
   * A read: repeated when it fails for reasons that pass. `decode` gets the JSON.
   * Rejects with `ApiError`, `NetworkError`, `IntegrityError` (redirect), or with `signal.reason`.
   */
  async get<T>(path: string, decode: (value: unknown) => T, options: { query?: Query; call?: CallOptions | undefined } = {}): Promise<T> {
    const send: Send = { method: 'GET', path, ...(options.query && { query: options.query }) };
    return (await this.reply(send, options.call, decode)).decoded;
  }

  /** A read with its status and headers. */
  async reply<T>(send: Send, call: CallOptions = {}, decode: (value: unknown) => T): Promise<{ decoded: T; reply: JsonReply }> {
    const reply = await this.#repeat<JsonReply>(
      call,
      () => this.#once(send, call),
      (failure) => failure.transient,
    );
    if (reply.status === 304) return { decoded: decode(null), reply };
    return { decoded: this.#decode(send, reply, decode), reply };
  }

  /** A change: repeated only where it is known that the server received nothing, or refused it for its rate. */
  async post<T>(path: string, body: unknown, decode: (value: unknown) => T, call: CallOptions = {}): Promise<T> {
    return this.change({ method: 'POST', path, body }, decode, call);
  }

  /** A change by any method and with any body, repeated as a `post` is. */
  async change<T>(send: Send, decode: (value: unknown) => T, call: CallOptions = {}): Promise<T> {
    const mayRepeat = send.repeatable ? ({ transient }: Failure) => transient : isSafe;
    const reply = await this.#repeat<JsonReply>(call, () => this.#once(send, call), mayRepeat);
    return this.#decode(send, reply, decode);
  }

  /** A request that is made exactly once, on a connection of its own. Never rejects for a failure of the exchange: it says which. */
  async once(send: Omit<Send, 'fresh' | 'timeouts'>, call: CallOptions = {}): Promise<OnceOutcome> {
    const { startMs } = this.#timeouts;
    const timeouts = { headersMs: startMs, totalMs: startMs + this.#timeouts.bodyIdleMs };
    const forbidden = this.#forbidden(send);
    if (forbidden) return { kind: 'rejected', error: forbidden, retryAfterMs: undefined, serverNow: null };
    const result = await this.#once({ ...send, timeouts, fresh: true }, call);
    if ('aborted' in result) return { kind: 'aborted', sent: result.aborted };
    if (!('failure' in result)) return { kind: 'answered', reply: result };
    const { failure, retryAfter, serverNow } = result;
    return { kind: failure.received, error: failure.error, retryAfterMs: retryAfter, serverNow };
  }

  /** A read of bytes. Repeated until the answer begins; the body is the caller's, and ends in an error when it is cut. */
  async stream(
    path: string,
    call: CallOptions = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; body: Readable; headers: Headers }> {
    return this.open({ method: 'GET', path, headers }, call);
  }

  /** Any request whose answer is streamed; what is no read is repeated as a `post` is. */
  async open(request: Send, call: CallOptions = {}): Promise<{ status: number; body: Readable; headers: Headers }> {
    const send: Send = { ...request, streamed: true };
    const body = send.body === undefined ? null : JSON.stringify(send.body);
    const forbidden = this.#forbidden(send);
    if (forbidden) throw forbidden;
    const attempt = async () => {
      const asked = this.#asked(send, call);
      const { clock, onExchange } = this.#options;
      const startedAt = clock.monotonic();
      try {
        const answer = await this.#exchange(send, body, call);
        // The bytes are not for a log.
        onExchange?.(this.#log(send, call, body, { ...answer, text: '' }, null, asked.redact, clock.monotonic() - startedAt));
        this.#tellAsked(send, answer.status, null, clock.monotonic() - startedAt);
        call.onReply?.(this.#head(send, call, answer));
        if (answer.status >= 200 && answer.status < 300) return { answer };
        const reply = { status: answer.status, headers: answer.headers, text: await readText(answer, MAX_JSON_BYTES) };
        return this.#failed(failureOf(reply, asked) ?? unexpected(reply, asked), answer.headers);
      } catch (error) {
        const lost = asExchangeError(error);
        if (lost.code === 'ABORTED') return { aborted: lost.sent };
        const failure = failureOfExchange(lost, asked);
        this.#tellAsked(send, null, failure, clock.monotonic() - startedAt);
        return this.#failed(failure, {});
      }
    };
    const { answer } = await this.#repeat<{ answer: Answer }>(
      call,
      attempt,
      send.method === 'GET' ? (failure) => failure.transient : isSafe,
    );
    return { status: answer.status, body: answer.body, headers: answer.headers };
  }

  /** Drops all connections. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  #decode<T>(send: Send, reply: JsonReply, decode: (value: unknown) => T): T {
    try {
      return decode(reply.value);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new NetworkError(
        'unexpected_answer',
        `the answer of ${this.#options.baseUrl.origin} to ${send.method} ${send.path} is not as expected: ${error.message}`,
        { hint: ODD_ANSWER, cause: error, maybeDone: true },
      );
    }
  }

  async #repeat<T extends object>(
    call: CallOptions,
    attempt: () => Promise<T | Failed | Aborted>,
    mayRepeat: (failure: Failure) => boolean,
  ): Promise<T> {
    const { clock, random, deadlineAt = Number.POSITIVE_INFINITY } = this.#options;
    const { windowMs, rateLimitMs } = this.#retries;
    const tries = call.maxRetries === undefined ? this.#retries.tries : 1 + call.maxRetries;
    const startedAt = clock.monotonic();
    let paid = 0;
    for (let count = 1; ; count++) {
      const result = await attempt();
      if ('aborted' in result) throw call.signal?.reason;
      if (!('failure' in result)) {
        this.#budget.succeeded(paid);
        return result;
      }
      const { failure, retryAfter } = result;
      if (!mayRepeat(failure)) throw failure.error;
      const limited = failure.received === 'rate_limited';
      const delayMs = retryAfter ?? backoffMs(count, random);
      const patienceMs = Number.isFinite(deadlineAt) && limited ? Number.POSITIVE_INFINITY : limited ? rateLimitMs : windowMs;
      const wakeAt = clock.monotonic() + delayMs;
      if (count >= tries || wakeAt >= Math.min(deadlineAt, startedAt + patienceMs))
        throw limited ? comeBackLater(failure.error, retryAfter) : failure.error;
      paid = this.#budget.take(failure.timedOut);
      if (paid === 0) throw failure.error;
      call.onRetry?.({ attempt: count, delayMs, reason: failure.error.message });
      await clock.sleep(delayMs, call.signal);
    }
  }

  #forbidden({ method, path }: Send): UsageError | null {
    const { readOnly } = this.#options;
    return readOnly && !isRead(method) ? readOnlyError(`${method} ${path}`, readOnly) : null;
  }

  async #once(send: Send, call: CallOptions): Promise<JsonReply | Failed | Aborted> {
    const forbidden = this.#forbidden(send);
    if (forbidden) throw forbidden;
    const body = send.body === undefined ? null : JSON.stringify(send.body);
    const asked = this.#asked(send, call);
    const { clock, onExchange } = this.#options;
    const startedAt = clock.monotonic();
    let reply: Reply | null = null;
    let failure: Failure | null = null;
    try {
      const answer = await this.#exchange(send, body, call);
      call.onReply?.(this.#head(send, call, answer));
      reply = { status: answer.status, headers: answer.headers, text: this.#withoutKey(await readText(answer, MAX_JSON_BYTES), call) };
      failure = failureOf(reply, asked);
      if (!failure) {
        const json = reply.status === 304 || reply.status === 204 ? { value: null } : jsonOf(reply, asked);
        if ('value' in json)
          return { status: reply.status, value: json.value, headers: reply.headers, serverNow: serverNowOf(reply.headers) };
        failure = json.failure;
      }
    } catch (error) {
      const lost = asExchangeError(error);
      if (lost.code === 'ABORTED') return { aborted: lost.sent };
      failure = failureOfExchange(lost, asked);
    } finally {
      const durationMs = clock.monotonic() - startedAt;
      onExchange?.(this.#log(send, call, body, reply, failure, asked.redact, durationMs));
      this.#tellAsked(send, reply?.status ?? null, failure, durationMs);
    }
    return this.#failed(failure, reply?.headers ?? {});
  }

  /** Whatever a server gives back, no result of ours holds the key. */
  #withoutKey(text: string, { apiKey = this.#options.apiKey }: CallOptions): string {
    return apiKey.length >= SHORTEST_KEY && text.includes(apiKey) ? text.replaceAll(apiKey, MASK) : text;
  }

  #exchange(send: Send, body: string | null, call: CallOptions): Promise<Answer> {
    return this.#connection.exchange({
      method: send.method,
      path: this.#path(send, call),
      headers: this.#headers(send, call, body),
      body: send.raw?.open() ?? body,
      timeouts: { ...this.#timeouts, ...send.timeouts, ...limitOf(call) },
      fresh: send.fresh ?? false,
      streamed: send.streamed ?? false,
      signal: call.signal,
    });
  }

  #head(send: Send, call: CallOptions, { status, headers }: Answer): ReplyHead {
    return { status, headers, url: `${this.#options.baseUrl.origin}${this.#path(send, call)}` };
  }

  #failed(failure: Failure, headers: Headers): Failed {
    return { failure, retryAfter: failure.error.retryAfterMs, serverNow: serverNowOf(headers) };
  }

  #asked(send: Send, call: CallOptions): Asked {
    const { apiKey, baseUrl, clock } = this.#options;
    // A caller's own headers often hold secrets, and never anything that an error must show.
    const secrets = [apiKey, call.apiKey ?? '', ...Object.values(call.headers ?? {}), ...secretsOf(send.body)];
    return {
      method: send.method,
      path: send.path,
      baseUrl,
      redact: redactor(secrets),
      proxy: this.#connection.proxy,
      now: () => clock.now(),
    };
  }

  #path({ path, query }: Send, call: CallOptions): string {
    const url = new URL(`${this.#options.baseUrl.origin}${this.#options.baseUrl.pathname.replace(/\/$/, '')}${path}`);
    if (url.origin !== this.#options.baseUrl.origin)
      throw new IntegrityError('wrong_origin', `${path} leads away from ${this.#options.baseUrl.origin}`);
    for (const [name, value] of Object.entries({ ...query, ...call.query })) {
      if (value === undefined) continue;
      for (const each of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(each));
    }
    return `${url.pathname}${url.search}`;
  }

  #headers(send: Send, call: CallOptions, body: string | null): Record<string, string> {
    const { userAgent = 'skyvern-cli' } = this.#options;
    const apiKey = checkedKey(call.apiKey ?? this.#options.apiKey);
    return {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': userAgent,
      ...(apiKey && { 'x-api-key': apiKey }),
      ...(body !== null && { 'content-type': 'application/json' }),
      ...(send.raw && { 'content-type': send.raw.contentType, 'content-length': String(send.raw.sizeBytes) }),
      ...checkedHeaders(call.headers),
      ...send.headers,
    };
  }

  #tellAsked({ method, path }: Send, status: number | null, failure: Failure | null, durationMs: number): void {
    const error = status === null ? (failure?.error.message ?? 'interrupted') : null;
    this.#options.onAsked?.({ method, path, status, error, durationMs });
  }

  #log(
    send: Send,
    call: CallOptions,
    body: string | null,
    reply: Reply | null,
    failure: Failure | null,
    redact: Redact,
    durationMs: number,
  ): Exchanged {
    const clean = (text: string) => redact(maskText(text)).slice(0, MAX_LOGGED);
    const requestHeaders = Object.fromEntries(
      Object.entries(this.#headers(send, call, body)).map(([name, value]) => [name, name === 'x-api-key' ? MASK : clean(value)]),
    );
    const responseHeaders = Object.fromEntries(
      Object.entries(reply?.headers ?? {}).map(([name, value]) => [name, name === 'set-cookie' ? MASK : clean([value].flat().join(', '))]),
    );
    return {
      method: send.method,
      url: clean(`${this.#options.baseUrl.origin}${this.#path(send, call)}`),
      requestHeaders,
      requestBody: body === null ? '' : clean(body),
      status: reply?.status ?? null,
      responseHeaders,
      responseBody: reply ? clean(reply.text) : '',
      error: reply ? null : (failure?.error.message ?? 'interrupted'),
      durationMs,
    };
  }
}

function checkedKey(apiKey: string): string {
  if (/^[\x21-\x7e]*$/.test(apiKey)) return apiKey;
  throw new SkyvernError('auth', 'bad_key', 'the API key holds spaces, line breaks or characters that no key has', {
    hint: 'copy it again, without quotes',
  });
}

/** A caller's own headers, in lower case, so that none is sent twice. Those that frame the message are not a caller's. */
function checkedHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value) || FRAMING.has(lower)) {
      throw new UsageError(`the header ${JSON.stringify(name)} cannot be sent`, { code: 'bad_header' });
    }
    checked[lower] = value;
  }
  return checked;
}

/** The client's business: what they say must be true of the bytes that follow, or the answer cannot be read. */
const FRAMING = new Set(['accept-encoding', 'connection', 'content-length', 'expect', 'host', 'transfer-encoding', 'upgrade']);

/** The limits of a call with a time of its own. */
function limitOf({ timeoutMs }: CallOptions): Partial<Timeouts> {
  if (timeoutMs === undefined) return {};
  // A timer counts whole milliseconds, and no more than these.
  const limitMs = Math.ceil(Math.min(timeoutMs, NO_LIMIT_MS));
  return { headersMs: limitMs, bodyIdleMs: limitMs, totalMs: limitMs };
}

interface Failed {
  readonly failure: Failure;
  readonly retryAfter: number | undefined;
  readonly serverNow: number | null;
}

/** `aborted`: whether a byte had been written by then. */
interface Aborted {
  readonly aborted: boolean;
}

/** Whether a change may be made again: nothing was received, or it was refused for its rate. */
const isSafe = ({ transient, received }: Failure): boolean => transient && (received === 'never_sent' || received === 'rate_limited');

const serverNowOf = (headers: Headers): number | null => {
  const at = serverTime(header(headers, 'date'), Number.NaN);
  return Number.isNaN(at) ? null : at;
};

/** The body as text. More than `limit` bytes, or a compressed one, is an `ExchangeError` with code TOO_LARGE or ENCODED. */
async function readText({ headers, body }: Answer, limit: number): Promise<string> {
  const refuse = (code: string, message: string) => {
    body.destroy();
    return new ExchangeError(Object.assign(new Error(message), { code }), true);
  };
  const encoding = header(headers, 'content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') throw refuse('ENCODED', encoding.slice(0, 40));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw refuse('TOO_LARGE', `over ${limit / 1024 / 1024} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Errors of the exchange as they are; any other is a fault of ours and passes through. */
function asExchangeError(error: unknown): ExchangeError {
  if (error instanceof ExchangeError) return error;
  throw error;
}

function unexpected(reply: Reply, asked: Asked): Failure {
  return {
    error: new NetworkError('unexpected_answer', `${asked.baseUrl.origin} answered ${reply.status} to ${asked.method} ${asked.path}`, {
      hint: LOOK_AROUND,
    }),
    received: 'unknown',
    transient: false,
    timedOut: false,
  };
}
