/**
 * What an answer, or the lack of one, means: one sentence, a stable code, an exit code, and whether anything may have happened.
 */
import {
  apiError,
  type ErrorOptions,
  type ExitName,
  IntegrityError,
  NetworkError,
  type SkyvernError,
  SkyvernTimeoutError,
} from '../errors.js';
import { isLoopback } from '../origin.js';
import { asObject, type Wire } from '../protocol/decode.js';
import type { ExchangeError } from './connection.js';
import { JsonError, parseJson } from './json.js';
import { maskSecrets, type Redact, redactTexts } from './redact.js';
import { retryAfterMs } from './retry.js';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** An answer that was read to its end. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What we know of the server's side after a failure. */
export type Received =
  /** No byte was written. */
  | 'never_sent'
  /** Refused before any work: nothing exists. */
  | 'rejected'
  | 'rate_limited'
  /** It may have been done. */
  | 'unknown';

export interface Failure {
  readonly error: SkyvernError;
  readonly received: Received;
  /** Whether the same read may succeed a moment later. */
  readonly transient: boolean;
  readonly timedOut: boolean;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly baseUrl: URL;
  readonly redact: Redact;
  /** Our wall time, epoch milliseconds. */
  now(): number;
  /** Origin of the proxy on the way, unless NO_PROXY takes it off. */
  readonly proxy?: URL | undefined;
}

const MAX_DETAIL = 600;
/** Where nothing better is known. */
export const LOOK_AROUND = '`skyvern doctor` looks for what is in the way';
/** Where an answer is none that a Skyvern gives, broken or of something else. */
export const ODD_ANSWER = `if that is no Skyvern, check SKYVERN_BASE_URL or --base-url; ${LOOK_AROUND}`;
const WRONG_PLACE = 'check SKYVERN_BASE_URL or --base-url (the cloud is https://api.skyvern.com), and whether this network wants a log-in';

export const header = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};

const REQUEST_ID_HEADERS = ['x-request-id', 'request-id', 'x-correlation-id', 'x-amzn-requestid', 'x-amz-cf-id', 'cf-ray'];

/** The id by which whoever runs the server, or a gateway before it, finds this request; undefined when there is none. */
function requestId(headers: Headers, redact: Redact): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const value = header(headers, name);
    if (value) return redact(value).slice(0, 200);
  }
  return undefined;
}

/** The failure that an answer is, or null for a success (2xx, and 304 where it was asked for). */
export function failureOf(reply: Reply, asked: Asked): Failure | null {
  const { status, headers } = reply;
  if ((status >= 200 && status < 300) || status === 304) return null;
  if (status < 400) return redirected(reply, asked);
  const detail = detailOf(reply, asked.redact);
  const [exit, code, sentence] = foreign(reply, asked) ?? verdict(status, detail, asked);
  const url = `${asked.baseUrl.origin}${asked.path}`;
  const body = maskSecrets(jsonOrText(reply.text, asked.redact));
  const received = status === 429 ? 'rate_limited' : isUnclear(status) ? 'unknown' : 'rejected';
  const wait = retryAfterMs(header(headers, 'retry-after'), header(headers, 'date'), asked.now());
  const fields = {
    hint: hintFor(code, asked),
    reply: { status, headers, url },
    maybeDone: received === 'unknown',
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
  const options = withRequestId(fields, headers, asked.redact);
  return {
    error: apiError(exit, code, status, sentence, body, options),
    received,
    transient: received !== 'rejected',
    timedOut: status === 408 || status === 504,
  };
}

/** Whether the work may have been done all the same. Not where a server says that it cannot do such a thing, or not by this protocol. */
const isUnclear = (status: number): boolean =>
  (status >= 500 && status !== 501 && status !== 505) || status === 408 || status === 425 || status === 499;

/** What it means that no answer came. */
export function failureOfExchange(error: ExchangeError, asked: Asked): Failure {
  const { origin } = asked.baseUrl;
  const fail = (code: string, message: string, options: { hint?: string; transient?: boolean; timedOut?: boolean } = {}): Failure => ({
    error: new (options.timedOut ? SkyvernTimeoutError : NetworkError)(code, asked.redact(message), {
      hint: options.hint ?? LOOK_AROUND,
      cause: error,
      maybeDone: error.sent,
    }),
    received: error.sent ? 'unknown' : 'never_sent',
    transient: options.transient ?? true,
    timedOut: options.timedOut ?? false,
  });
  const check = 'check the address in SKYVERN_BASE_URL or --base-url';
  const proxyHint = 'check HTTPS_PROXY and NO_PROXY';
  if (asked.proxy && !error.sent && isAbout(error, asked.proxy))
    return fail('proxy', `the proxy ${asked.proxy.host} on the way to ${origin} cannot be reached (${error.code})`, { hint: proxyHint });
  switch (error.code) {
    case 'ECONNREFUSED':
      return fail('unreachable', `no server listens at ${origin}`, {
        hint: isLoopback(asked.baseUrl) ? 'start it, or add --local to use the one that comes with this tool' : check,
      });
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return fail('name_not_found', `the name ${asked.baseUrl.hostname} cannot be resolved`, { hint: `${check}, and the network` });
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return fail('unreachable', `there is no way to ${origin} from here`, { hint: 'check the network' });
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return fail('connect_timeout', `${origin} does not accept the connection`, { hint: `${check}, and the network`, timedOut: true });
    case 'UND_ERR_HEADERS_TIMEOUT':
      return fail('timeout', `${origin} took the request and did not answer in time`, { timedOut: true });
    case 'UND_ERR_BODY_TIMEOUT':
      return fail('timeout', `the answer of ${origin} stopped in the middle`, { timedOut: true });
    case 'DEADLINE':
      return fail('timeout', `the answer of ${origin} took too long`, { timedOut: true });
    case 'UND_ERR_HEADERS_OVERFLOW':
      return fail('answer_too_large', `the answer of ${origin} has more headers than an API answer has`, { transient: false });
    case 'TOO_LARGE':
      return fail(
        'answer_too_large',
        `the answer of ${origin} to ${asked.method} ${asked.path} is larger than this tool takes (${error.message})`,
        { transient: false },
      );
    case 'ENCODED':
      return fail('unexpected_encoding', `${origin} compressed its answer (${error.message}) although it was asked not to`, {
        transient: false,
      });
    case 'UND_ERR_PRX':
    case 'UND_ERR_PRX_TLS':
    case 'UND_ERR_PRX_CONN':
      return fail('proxy', `the proxy did not open a way to ${origin}`, { hint: proxyHint });
    default:
      if (isTlsFault(error.code)) {
        return fail('tls', `the certificate of ${origin} cannot be trusted (${error.code})`, {
          hint: 'if your network has its own certificate authority, set NODE_EXTRA_CA_CERTS to its PEM file',
          transient: false,
        });
      }
      if (error.message.includes('HTTP Tunneling')) return fail('proxy', `the proxy did not open a way to ${origin}`, { hint: proxyHint });
      if (error.code.startsWith('HPE_')) return fail('not_http', `${origin} does not answer in HTTP`, { hint: check, transient: false });
      return fail('connection_lost', `the connection to ${origin} was lost${error.sent ? ' before the answer came' : ''}`);
  }
}

/** Whether it was this host that could not be found or reached: the system's errors name it. */
function isAbout(error: unknown, { hostname, port, protocol }: URL): boolean {
  type Cause = { hostname?: unknown; port?: unknown; cause?: unknown; errors?: unknown[] } | undefined;
  for (let at = error as Cause; at; at = (at.cause ?? at.errors?.[0]) as Cause) {
    if (at.hostname === hostname) return true;
    if (at.port !== undefined) return Number(at.port) === Number(port || (protocol === 'https:' ? 443 : 80));
  }
  return false;
}

/** The JSON of a successful answer, or the failure that it is none. What was asked for may have been done all the same. */
export function jsonOf(reply: Reply, asked: Asked): { readonly value: unknown } | { readonly failure: Failure } {
  const type = header(reply.headers, 'content-type') ?? '';
  const what = `the answer of ${asked.baseUrl.origin} to ${asked.method} ${asked.path}`;
  const bad = (code: string, sentence: string, transient: boolean, hint = ODD_ANSWER): { failure: Failure } => ({
    failure: {
      error: new NetworkError(code, asked.redact(sentence), withRequestId({ hint, maybeDone: true }, reply.headers, asked.redact)),
      received: 'unknown',
      transient,
      timedOut: false,
    },
  });
  if (looksLikeHtml(reply.text, type)) {
    const title = titleOf(reply.text);
    return bad('not_an_api', `${what} is a web page${title ? `, "${title}"` : ''}, not an API answer`, false, WRONG_PLACE);
  }
  try {
    return { value: parseJson(reply.text) };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return bad(
      'bad_answer',
      `${what} ${error.message}${error.kind === 'invalid' && type ? ` (${type.slice(0, 80)})` : ''}`,
      error.kind !== 'duplicate' && error.kind !== 'invalid',
    );
  }
}

function redirected({ status, headers }: Reply, asked: Asked): Failure {
  const { origin } = asked.baseUrl;
  const location = header(headers, 'location') ?? '';
  const target = URL.canParse(location, asked.baseUrl) ? new URL(location, asked.baseUrl) : null;
  const where =
    target === null
      ? 'without saying where'
      : target.origin === origin
        ? `to ${target.pathname} of the same server`
        : `to ${target.origin}`;
  // 301, 307 and 308 say that the address is another one: nothing was done here. 302 and 303 may follow upon work that was done.
  const nothingDone = status === 301 || status === 307 || status === 308;
  return {
    error: new IntegrityError(
      'redirect',
      asked.redact(`${origin} sent the request on ${where} (${status}); it was not followed, because the key belongs to ${origin} alone`),
      withRequestId(
        {
          hint: target && target.origin !== origin ? `if ${target.origin} is right, set it as the base URL` : '',
          maybeDone: !nothingDone,
        },
        headers,
        asked.redact,
      ),
    ),
    received: nothingDone ? 'rejected' : 'unknown',
    transient: false,
    timedOut: false,
  };
}

/**
 * What cannot be a Skyvern's word that there is no such thing: that is JSON with a `detail` or an `error`, or nothing at all. Also what
 * an access point says until somebody logs in (511). Null for the rest.
 */
function foreign({ status, headers, text }: Reply, { method, path, baseUrl, redact }: Asked): Row | null {
  const type = header(headers, 'content-type') ?? '';
  const isPage = looksLikeHtml(text, type);
  if (status === 511) return ['network', 'not_an_api', `this network lets nothing through to ${baseUrl.origin} before a log-in (511)`];
  if (status !== 404 && status !== 405) return null;
  const value = isPage ? null : jsonOrText(text, redact);
  if (text === '' || (typeof value === 'object' && value !== null && ('detail' in value || 'error' in value))) return null;
  const words = bounded(redact(isPage ? titleOf(text) : text)).slice(0, 80);
  const server = header(headers, 'server');
  const who = server ? ` of ${redact(server).slice(0, 40)}` : '';
  return [
    'network',
    'not_an_api',
    `what answers at ${baseUrl.origin} is no Skyvern: ${method} ${path} gave ${isPage ? 'a web page' : 'a text'}${who}${words && `, "${words}"`} (${status})`,
  ];
}

type Row = readonly [exit: ExitName, code: string, sentence: string];

function verdict(status: number, detail: string, { method, path, baseUrl }: Asked): Row {
  const says = detail ? `: ${detail}` : '';
  switch (status) {
    case 401:
    case 403:
      if (/\b(credits?|quota|billing|plan|subscription|payment)\b/i.test(detail))
        return ['refused', 'payment_required', `the account does not cover this${says}`];
      if (detail === '' || /credential|token|api key|authenticat|unauthori[sz]ed/i.test(detail)) {
        return ['auth', 'key_refused', `${baseUrl.origin} refused the key${says}`];
      }
      return ['auth', 'forbidden', `${baseUrl.origin} does not allow this${says}`];
    case 402:
      return ['refused', 'payment_required', `the account does not cover this${says}`];
    case 404:
      if (detail === 'Not Found') return ['notFound', 'no_such_route', `${baseUrl.origin} has no ${method} ${path}`];
      return ['notFound', 'not_found', detail || `${baseUrl.origin} found nothing at ${path}`];
    case 405:
      return ['network', 'no_such_route', `${baseUrl.origin} has no ${method} ${path}`];
    case 429:
      return ['rateLimited', 'rate_limited', `${baseUrl.origin} takes no more requests for now${says}`];
    case 408:
      return ['network', 'timeout', `${baseUrl.origin} gave up waiting for the request${says}`];
    case 409:
      return ['refused', 'conflict', `${baseUrl.origin} refused${says || ': it conflicts with what is there'}`];
    case 410:
      return ['refused', 'gone', `${baseUrl.origin} refused${says || ': it is gone'}`];
    case 422:
      return ['refused', 'invalid', `${baseUrl.origin} refused the request${says}`];
    default:
      if (status < 500)
        return [
          'refused',
          status === 400 ? 'bad_request' : `refused_${status}`,
          `${baseUrl.origin} refused the request${says || ` (${status})`}`,
        ];
      return ['network', 'server_error', `${baseUrl.origin} failed with ${status}${says}`];
  }
}

function hintFor(code: string, { baseUrl }: Asked): string {
  switch (code) {
    case 'key_refused':
      return `check that the key in SKYVERN_API_KEY is one of ${baseUrl.origin}`;
    case 'no_such_route':
      return 'check SKYVERN_BASE_URL or --base-url, and the version of the server';
    case 'not_an_api':
      return WRONG_PLACE;
    case 'rate_limited':
      return 'try again later';
    case 'not_found':
      return 'check the id; `skyvern auth status` shows which server and account are asked';
    case 'forbidden':
      return '`skyvern auth status` shows whose key is used';
    case 'payment_required':
      return 'check the plan and the credits of the account';
    case 'server_error':
    case 'timeout':
      return LOOK_AROUND;
    default:
      return 'change what it names, and try again';
  }
}

/** The server's own words: all three forms of `detail`, `error`, a web page's title, or plain text. */
function detailOf({ text, headers }: Reply, redact: Redact): string {
  if (looksLikeHtml(text, header(headers, 'content-type') ?? '')) return bounded(redact(titleOf(text)));
  const value = jsonOrText(text, redact);
  if (typeof value === 'string') return bounded(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  const { detail, error, message } = asObject(value);
  return bounded(redact(wordsOf(detail) || wordsOf(error) || wordsOf(message)));
}

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const problems = value.slice(0, 5).map((each) => {
      if (typeof each !== 'object' || each === null) return String(each);
      const { loc, msg } = each as Wire;
      const place = Array.isArray(loc) ? loc.filter((part) => !['body', 'query', 'path', 'header'].includes(String(part))).join('.') : '';
      return [place, typeof msg === 'string' ? msg : ''].filter(Boolean).join(': ');
    });
    if (value.length > problems.length) problems.push(`and ${value.length - problems.length} more`);
    return problems.filter(Boolean).join('; ');
  }
  if (typeof value === 'object' && value !== null) {
    const { message, detail, code, error_code: errorCode } = value as Wire;
    return [message, detail, code ?? errorCode].filter((part) => typeof part === 'string').join(' ');
  }
  return '';
}

function jsonOrText(text: string, redact: Redact): unknown {
  try {
    return redactTexts(JSON.parse(text), redact);
  } catch {
    return redact(text);
  }
}

const looksLikeHtml = (text: string, type: string): boolean => /\bhtml\b/i.test(type) || /^\s*<(?:!doctype|html|head|body)\b/i.test(text);

function titleOf(html: string): string {
  const title = /<title[^>]{0,200}>([^<]{0,300})/i.exec(html)?.[1] ?? /<h1[^>]{0,200}>([^<]{0,300})/i.exec(html)?.[1] ?? '';
  return title.replace(/\s+/g, ' ').trim().slice(0, 120);
}

const bounded = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL).toWellFormed()}...` : line;
};

function withRequestId(options: ErrorOptions, headers: Headers, redact: Redact): ErrorOptions {
  const id = requestId(headers, redact);
  return id === undefined ? options : { ...options, requestId: id };
}

const TLS_FAULTS =
  /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|EPROTO$)/;
const isTlsFault = (code: string): boolean => TLS_FAULTS.test(code);
