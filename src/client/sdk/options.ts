/** What a client and a single call can be told, and what that means to the REST client. */
import type { Clock } from '../../clock.js';
import { SkyvernError, UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import { isLoopback, parseBaseUrl } from '../../origin.js';
import type { Random } from '../../random.js';
import type { CallOptions, ClientOptions, Query } from '../http.js';

export const SkyvernEnvironment = {
  Cloud: 'https://api.skyvern.com',
  Staging: 'https://api-staging.skyvern.com',
  Local: 'http://localhost:8000',
} as const;

export interface SkyvernOptions {
  /** `SKYVERN_API_KEY` when left out. */
  readonly apiKey?: string | undefined;
  /** One of `SkyvernEnvironment`, or any address; `baseUrl` goes before it. */
  readonly environment?: string | undefined;
  /** `SKYVERN_BASE_URL` when left out, else the cloud. */
  readonly baseUrl?: string | URL | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For one request. When left out: 30 s until an answer begins, 120 s for starts. */
  readonly timeoutInSeconds?: number | undefined;
  /** Repeats of reads, and of what the server did not receive: 2 when left out. A start that may have been received is never repeated. */
  readonly maxRetries?: number | undefined;
  /**
   * A folder in which starts are written down before they are sent. With it a start whose answer was lost is looked for, and its run
   * adopted, also after a crash of this process, and `runKey` works; without it such a start rejects with `StartUnknown`.
   */
  readonly journal?: string | undefined;
  /** Plain http to another machine: whoever is on the way reads the key. */
  readonly allowInsecureHttp?: boolean | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Where variables are looked up, those of proxies included; the process' own when left out. */
  readonly env?: Io['env'] | undefined;
}

/** Of one call: the last argument of every method. */
export interface RequestOptions {
  readonly timeoutInSeconds?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly queryParams?: Readonly<Record<string, unknown>> | undefined;
  /** Ends the request and a wait for the run; the run itself goes on. */
  readonly abortSignal?: AbortSignal | undefined;
  readonly apiKey?: string | undefined;
}

/** Of a start, with a `journal`. */
export interface StartRequestOptions extends RequestOptions {
  /** A name of your own: a second start with the same key and request gives the run of the first. */
  readonly runKey?: string | undefined;
  /** After a lost answer: take the run of the same content, or only one that is certainly ours. */
  readonly adopt?: 'content' | 'exact' | undefined;
  /**
   * Start in a browser session made for this start alone: after a lost answer its run is known by the session, or ended for certain, and the
   * start is sent again. Not of `retryWorkflowRun`.
   */
  readonly fence?: boolean | undefined;
}

/** Throws `UsageError` `base_url` and `insecure_http`, `SkyvernError` `no_key` and `bad_key`. */
export function clientOptions(
  options: SkyvernOptions,
  world: { readonly env: Io['env']; readonly clock: Clock; readonly random: Random },
): ClientOptions {
  const { env } = world;
  const baseUrl = parseBaseUrl(String(options.baseUrl ?? options.environment ?? (env['SKYVERN_BASE_URL'] || SkyvernEnvironment.Cloud)));
  const apiKey = options.apiKey ?? env['SKYVERN_API_KEY'] ?? '';
  if (apiKey === '' && !isLoopback(baseUrl)) {
    throw new SkyvernError('auth', 'no_key', `there is no API key for ${baseUrl.origin}`, {
      hint: 'pass { apiKey }, or set SKYVERN_API_KEY',
    });
  }
  return {
    ...world,
    baseUrl,
    apiKey,
    userAgent: `skyvern-cli/${__VERSION__} (library)`,
    ...(options.allowInsecureHttp !== undefined && { allowInsecureHttp: options.allowInsecureHttp }),
  };
}

/** The call that the options of a client and of a request make together; the request's go first. */
export function callOf(client: SkyvernOptions, request: RequestOptions = {}): CallOptions {
  const timeoutInSeconds = request.timeoutInSeconds ?? client.timeoutInSeconds;
  const maxRetries = request.maxRetries ?? client.maxRetries;
  if (timeoutInSeconds !== undefined && !(timeoutInSeconds > 0)) throw new UsageError('timeoutInSeconds is not a positive number');
  if (maxRetries !== undefined && !(Number.isInteger(maxRetries) && maxRetries >= 0)) throw new UsageError('maxRetries is not a count');
  return {
    headers: { ...client.headers, ...withoutUndefined(request.headers) },
    ...(request.queryParams && { query: queryOf(request.queryParams) }),
    ...(request.abortSignal && { signal: request.abortSignal }),
    ...(request.apiKey !== undefined && { apiKey: request.apiKey }),
    ...(timeoutInSeconds !== undefined && { timeoutMs: timeoutInSeconds * 1000 }),
    ...(maxRetries !== undefined && { maxRetries }),
  };
}

/** A call with the fields of a request as its query: they have the names of the wire. Null and undefined are left out. */
export const withQuery = (call: CallOptions, request: object | undefined): CallOptions => ({
  ...call,
  query: { ...queryOf({ ...request }), ...call.query },
});

export const withHeaders = (call: CallOptions, headers: Readonly<Record<string, unknown>>): CallOptions => ({
  ...call,
  headers: {
    ...Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]]))),
    ...call.headers,
  },
});

function queryOf(request: Readonly<Record<string, unknown>>): Query {
  const text = (value: unknown) => (value instanceof Date ? value.toISOString() : String(value));
  return Object.fromEntries(
    Object.entries(request).flatMap(([name, value]) =>
      value == null ? [] : [[name, Array.isArray(value) ? value.map(text) : text(value)]],
    ),
  );
}

const withoutUndefined = (headers: RequestOptions['headers'] = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
