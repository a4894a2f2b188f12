/**
 * One POST to a receiver: signed, bounded in time and size, to the typed address and nowhere else.
 *
 * A redirect is an answer like any other. What the receiver says is data of a stranger: a little of it is kept, nothing is
 * believed but the status and `Retry-After`.
 */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Clock } from '../clock.js';
import { SIGNATURE_HEADER, signWebhook, standardHeaders, TIMESTAMP_HEADER } from '../protocol/webhookSignature.js';

/** Of a receiver's answer, as upstream keeps; in bytes. */
const KEPT_BYTES = 2_048;
const CUT = '\n... (truncated)';

export interface WebhookAnswer {
  readonly status: number;
  /** What `Retry-After` says, in milliseconds from now; null when it says nothing that can be understood. */
  readonly retryAfterMs: number | null;
  /** The first 2 KB as text. */
  readonly text: string;
}

/** The headers that a receiver checks, as upstream spells them. */
export const signedHeaders = (key: string, body: Uint8Array, nowMs: number): Readonly<Record<string, string>> => ({
  [TIMESTAMP_HEADER]: String(Math.floor(nowMs / 1000)),
  [SIGNATURE_HEADER]: signWebhook(body, key),
  'Content-Type': 'application/json',
});

/** Signed as upstream does, and as Standard Webhooks says: the end of a run is one message, however often it is sent. */
export const webhookHeaders = (key: string, runId: string, body: Uint8Array, nowMs: number): Readonly<Record<string, string>> => ({
  ...signedHeaders(key, body, nowMs),
  ...standardHeaders({ id: `msg_${runId}`, timestamp: Math.floor(nowMs / 1000), body }, key),
});

/**
 * @param timeoutMs for all of it, from the connection to the last byte that is kept
 * @throws Error when there was no answer: refused, unknown host, broken TLS, too slow; or `signal.reason`
 */
export async function postWebhook(
  url: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
  { clock, timeoutMs, signal }: { readonly clock: Clock; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<WebhookAnswer> {
  const settled = new AbortController();
  const late = new AbortController();
  void clock.sleep(timeoutMs, settled.signal).then(
    () => late.abort(new Error(`no answer within ${timeoutMs / 1000} s`)),
    () => {}, // answered in time
  );
  const cut = AbortSignal.any([signal, late.signal]);
  try {
    const response = await send(new URL(url), body, headers, cut);
    const text = await firstText(response);
    return { status: response.statusCode ?? 0, retryAfterMs: retryAfter(response.headers['retry-after'], clock.now()), text };
  } catch (error) {
    throw cut.aborted ? cut.reason : error;
  } finally {
    settled.abort();
  }
}

function send(url: URL, body: Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const all = { ...headers, 'Content-Length': body.length, 'User-Agent': 'skyvern-local', Accept: '*/*' };
    request(url, { method: 'POST', headers: all, agent: false, signal }, resolve).on('error', reject).end(body);
  });
}

async function firstText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > KEPT_BYTES) break; // which destroys the connection
  }
  const text = Buffer.concat(chunks).subarray(0, KEPT_BYTES).toString('utf8');
  return size > KEPT_BYTES ? text + CUT : text;
}

/** Seconds, or a date. */
function retryAfter(text: string | undefined, nowMs: number): number | null {
  if (text === undefined) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
