/** Sending a webhook as Skyvern does: one POST with the bytes as they are, to any address, without any key of ours. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface Posted {
  /** Null when there was no answer; `error` says why. */
  readonly status: number | null;
  readonly body: string;
  readonly error: string | null;
}

/** What Skyvern waits for a receiver. */
const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 2_048;

/** Never rejects but for `signal`. Redirects are answers, as they are to Skyvern. */
export function post(url: URL, body: Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Posted> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const fail = (error: Error) => {
      if (signal.aborted) reject(signal.reason);
      else resolve({ status: null, body: '', error: limit.aborted ? `no answer after ${TIMEOUT_MS / 1000} s` : reasonOf(error) });
    };
    const request = send(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(body.length) },
      signal: limit,
      agent: false,
    });
    request.on('error', fail);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length <= MAX_ANSWER_BYTES) return;
        text = text.slice(0, MAX_ANSWER_BYTES);
        response.destroy();
      });
      response.on('close', () => resolve({ status: response.statusCode ?? null, body: text, error: null }));
      response.on('error', () => {});
    });
    request.end(body);
  });
}

const reasonOf = (error: Error & { readonly code?: string }): string =>
  error.code === 'ECONNREFUSED' ? 'nothing listens there' : (error.code ?? error.message);
