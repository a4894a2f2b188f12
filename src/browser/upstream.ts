/**
 * The proxy through which this machine reaches the internet, as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name it.
 *
 * What a page asks for was checked before it comes here. The proxy gets the address that was checked and not the name, because it would
 * look the name up again and may find another address. Always by a tunnel: a plain request would be sent on by the name in it.
 */
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Io } from '../io.js';

export interface Upstream {
  /** For connections to the port of http, and to all others. */
  readonly http: URL | null;
  readonly https: URL | null;
  /** `NO_PROXY`: hosts, and ends of hosts, in lower case. */
  readonly except: readonly string[];
}

/** Opens a connection; rejects when there is none, or `signal` aborts. */
export type Connect = (host: string, port: number, signal: AbortSignal) => Promise<Socket>;

/** An answer longer than this is none of a proxy's. */
const MAX_ANSWER_BYTES = 16 * 1024;

/** Null where no proxy is named. Text that is no http or https address names none. */
export function upstreamOf(env: Io['env']): Upstream | null {
  const look = (name: string) => env[name.toLowerCase()] || env[name.toUpperCase()] || '';
  const proxy = (text: string): URL | null => {
    const full = text === '' || text.includes('://') ? text : `http://${text}`;
    const url = URL.canParse(full) ? new URL(full) : null;
    return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : null;
  };
  const http = proxy(look('http_proxy') || look('all_proxy'));
  const https = proxy(look('https_proxy') || look('all_proxy')) ?? http;
  const except = look('no_proxy')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  return http || https ? { http, https, except } : null;
}

/** The proxy for `host`, which is a name or an address without brackets; null: none is needed. */
export function proxyOf(upstream: Upstream, host: string, port: number): URL | null {
  const isExcept = upstream.except.some((written) => {
    const rule = written.replace(/^\[(.*)\]$/, '$1');
    if (rule === '*') return true;
    if (isIP(rule) === 6) return rule === host;
    const [, name = '', rulePort] = /^(?:\*?\.)?(.+?)(?::(\d+))?$/.exec(rule) ?? [];
    return (rulePort === undefined || Number(rulePort) === port) && (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)));
  });
  return isExcept ? null : port === 80 ? upstream.http : upstream.https;
}

/** A connection to `host` by way of `proxy`. Rejects when the proxy does not open one. */
export async function tunnel(proxy: URL, host: string, port: number, connect: Connect, signal: AbortSignal): Promise<Socket> {
  const name = proxy.hostname.replace(/^\[|\]$/g, '');
  const secure = proxy.protocol === 'https:';
  const plain = await connect(name, Number(proxy.port || (secure ? 443 : 80)), signal);
  const socket = secure ? connectTls({ socket: plain, ...(isIP(name) === 0 && { servername: name }) }) : plain;
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const { username, password } = proxy;
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const answered = answerOf(socket);
  socket.write(
    `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${username || password ? `Proxy-Authorization: Basic ${login}\r\n` : ''}\r\n`,
  );
  try {
    const status = await answered;
    if (status !== 200) throw new Error(`the proxy ${proxy.host} did not open a way to ${target} (${status})`);
    return socket;
  } catch (error) {
    socket.destroy();
    plain.destroy();
    throw error;
  }
}

/** Status of the answer; what follows it stays to be read. */
function answerOf(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const settle = (error: Error | null, status = 0) => {
      socket.off('readable', read).off('error', fail).off('close', closed);
      if (error) reject(error);
      else resolve(status);
    };
    const fail = (error: Error) => settle(error);
    const closed = () => settle(new Error('the proxy closed the connection'));
    const read = () => {
      for (let data = socket.read(); data !== null; data = socket.read()) seen = Buffer.concat([seen, data]);
      const end = seen.indexOf('\r\n\r\n');
      if (end < 0 && seen.length <= MAX_ANSWER_BYTES) return;
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(seen.subarray(0, Math.max(end, 0)).toString('latin1'))?.[1];
      if (status === undefined) return settle(new Error('the proxy does not answer as one'));
      if (seen.length > end + 4) socket.unshift(seen.subarray(end + 4));
      settle(null, Number(status));
    };
    socket.on('readable', read).on('error', fail).on('close', closed);
  });
}
