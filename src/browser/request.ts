/**
 * One HTTP request that is not a page's, by the same way out: nothing on loopback or in a private network unless its origin was typed,
 * redirects included. Bounded in time, redirects and size.
 */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type EgressOptions, PROXY_STATUS, startEgress } from './egress.js';
import { PageError, type WebAnswer, type WebRequest } from './types.js';

const MAX_REDIRECTS = 10;
const MAX_BYTES = 10_000_000;
const REDIRECTS = [301, 302, 303, 307, 308];
/** Not told to another origin. */
const SECRET_HEADERS = /^(?:authorization|cookie|proxy-authorization|x-api-key)$/i;

/** Rejects with a `PageError`, or the reason of `signal`. */
export async function sendRequest(asked: WebRequest, options: EgressOptions, signal: AbortSignal): Promise<WebAnswer> {
  let refused: string | null = null;
  const egress = await startEgress({ ...options, onRefused: (host, reason) => (refused = `${host} may not be reached: ${reason}`) });
  try {
    let { url, method, headers, body } = asked;
    for (let hops = 0; ; hops++) {
      const answer = await exchange(new URL(egress.url), { ...asked, url, method, headers, body }, signal);
      const next = answer.headers['location'];
      if (!asked.followRedirects || !REDIRECTS.includes(answer.status) || next === undefined || !URL.canParse(next, url)) return answer;
      if (hops >= MAX_REDIRECTS) throw new PageError(`there are more than ${MAX_REDIRECTS} redirects`);
      const target = new URL(next, url);
      if (!/^https?:$/.test(target.protocol)) throw new PageError(`it is redirected to ${target.protocol}//, which is no web address`);
      if (target.origin !== new URL(url).origin)
        headers = Object.fromEntries(Object.entries(headers).filter(([name]) => !SECRET_HEADERS.test(name)));
      if (answer.status === 303 || (answer.status < 303 && method === 'POST')) [method, body] = ['GET', null];
      url = target.href;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new PageError(refused ?? (error instanceof Error ? error.message : String(error)));
  } finally {
    await egress.close();
  }
}

async function exchange(proxy: URL, { url, method, headers, body }: WebRequest, signal: AbortSignal): Promise<WebAnswer> {
  const target = new URL(url);
  const sent = {
    ...headers,
    host: target.host,
    'accept-encoding': 'identity',
    ...(body !== null && { 'content-length': String(Buffer.byteLength(body)) }),
  };
  const isSecure = target.protocol === 'https:';
  const name = target.hostname.replace(/^\[|\]$/g, '');
  const secure = isSecure ? await tunnelTo(proxy, `${target.hostname}:${target.port || 443}`, signal) : null;
  const outgoing = secure
    ? requestHttps({
        method,
        path: target.pathname + target.search,
        headers: sent,
        signal,
        createConnection: () => connectTls({ socket: secure, ...(isIP(name) === 0 && { servername: name }) }),
      })
    : requestHttp({ method, host: proxy.hostname, port: proxy.port, path: target.href, headers: sent, signal, agent: false });
  try {
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on('response', resolve).on('error', reject);
      outgoing.end(body ?? undefined);
    });
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of incoming as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > MAX_BYTES) throw new PageError(`the answer is longer than ${MAX_BYTES / 1_000_000} MB`);
      parts.push(part);
    }
    const bytes = Buffer.concat(parts);
    const answered = Object.fromEntries(
      Object.entries(incoming.headers).map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : String(value)]),
    );
    if (!isSecure && answered[PROXY_STATUS]?.startsWith('skyvern;')) throw new PageError(bytes.toString('utf8').trim());
    return { status: incoming.statusCode ?? 0, headers: answered, body: bytes, url };
  } finally {
    outgoing.destroy();
    secure?.destroy();
  }
}

function tunnelTo(proxy: URL, target: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asking = requestHttp({ method: 'CONNECT', host: proxy.hostname, port: proxy.port, path: target, signal, agent: false });
    asking.on('connect', (answer, socket: Socket) => {
      if (answer.statusCode === 200) resolve(socket);
      else {
        socket.destroy();
        reject(new PageError(`${target} cannot be reached`));
      }
    });
    asking.on('error', reject);
    asking.end();
  });
}
