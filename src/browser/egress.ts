/**
 * The way out of the browser: an HTTP proxy on loopback, one for each run, that lets pages reach the public internet and nothing else.
 *
 * It resolves names itself and connects to the very address that it checked, so a name cannot point elsewhere between the two.
 * Origins that the user typed are reachable whatever they are, by host and port; a name among them that was public when it was first
 * looked up stays so, since its owner may point it at this machine a moment later. A run has a port of its own, so what one run may
 * reach no other may. It listens on loopback, where everybody can connect: what is open to all users of the machine they reach without it,
 * but not a company's proxy that wants a log-in. With one only the browser's user gets an answer.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, isIP, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { refusalAround } from './address.js';
import { userAtTheOtherEnd } from './peer.js';
import { type Connect, proxyOf, tunnel, type Upstream } from './upstream.js';

export interface Egress {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** Every address of a name, in the order to try. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export interface EgressOptions {
  /** URLs that the user typed. */
  readonly allowedUrls: readonly string[];
  readonly onRefused?: (host: string, reason: string) => void;
  /** The way out of this machine; null: straight. */
  readonly upstream?: Upstream | null;
  /** Whether the upstream proxy gets names in place of addresses, for one that takes no others or where names cannot be looked up here. */
  readonly upstreamNames?: boolean;
  /** Ids of the users whose programs get an answer when `upstream` wants a log-in; null or left out: all do. */
  readonly users?: readonly number[] | null;
  readonly network?: Partial<Network>;
}

/** What the proxy knows of the world around it. */
export interface Network {
  readonly lookup: Lookup;
  readonly connect: Connect;
  /** Why an address may not be reached, in words; null when it may. */
  readonly refusal: (address: string) => string | null;
}

/** Raised inside when an address may not be reached; `message` is the reason. */
class Refused extends Error {}

const STRANGER = 'this proxy answers its own browser only';
/** Tells our own answers from a server's (RFC 9209). */
export const PROXY_STATUS = 'proxy-status';

/** Headers between one hop and the next (RFC 9110, section 7.6.1): not to be handed on. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  PROXY_STATUS,
];

const resolveAll: Lookup = async (host) => (await systemLookup(host, { all: true })).map(({ address }) => address);

export async function startEgress(options: EgressOptions): Promise<Egress> {
  const { allowedUrls, onRefused = () => {}, upstream = null, upstreamNames = false } = options;
  const users = upstream && wantsLogin(upstream) ? (options.users ?? null) : null;
  const network: Network = { lookup: resolveAll, connect: connectTo, refusal: refusalAround(networkInterfaces()), ...options.network };
  const typed = new Set(allowedUrls.map((url) => hostPort(new URL(url))));
  /** Addresses of typed names that are not public. */
  const pinned = new Map<string, ReadonlySet<string>>();
  const closed = new AbortController();
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };

  /** The addresses of `host` that may be reached at `port`; rejects with `Refused` when there is none. */
  const checked = async (host: string, port: number): Promise<readonly string[]> => {
    const addresses = isIP(host) ? [host] : await network.lookup(host);
    const isPublic = (address: string) => network.refusal(address) === null;
    const isTyped = typed.has(`${host}:${port}`);
    if (isTyped && !pinned.has(host)) pinned.set(host, new Set(addresses.some(isPublic) ? [] : addresses));
    const open = addresses.filter((address) => isPublic(address) || (isTyped && pinned.get(host)?.has(address)));
    if (open.length > 0) return open;
    const reason = network.refusal(addresses[0] ?? '') ?? 'no address';
    onRefused(`${host}:${port}`, reason);
    throw new Refused(`${host} is ${reason}: pages may not reach it`);
  };
  const open = async (host: string, port: number): Promise<Socket> => {
    const proxy = upstream && proxyOf(upstream, host, port);
    const isUnknownHere = (error: unknown): readonly string[] => {
      if (error instanceof Refused || !proxy || !upstreamNames) throw error;
      return [host]; // the proxy may know it
    };
    let last: unknown = new Error(`${host} has no address`);
    for (const address of await checked(host, port).catch(isUnknownHere)) {
      // What is not public was typed, and is here or near: a proxy at the edge of the network is no way to it.
      const way = isIP(address) === 0 || network.refusal(address) === null ? proxy : null;
      try {
        const opening = way
          ? tunnel(way, upstreamNames ? host : address, port, network.connect, closed.signal)
          : network.connect(address, port, closed.signal);
        return keep(await opening);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  };

  // Keeps connections to the same host and port for the next request; each was opened to a checked address.
  const agent = new Agent({ keepAlive: true });
  agent.createConnection = (options, done) => {
    open(String(options.host), Number(options.port)).then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, null as never),
    );
    return undefined as never;
  };

  /** Where the system does not tell whose program it is, nobody is refused. */
  const isStranger = async (socket: Socket): Promise<boolean> => {
    const user = users === null ? null : await userAtTheOtherEnd(socket);
    return user !== null && users !== null && !users.includes(user);
  };

  const forward = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (await isStranger(incoming.socket)) return deny(outgoing, 403, STRANGER);
    const url = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : null;
    if (url?.protocol !== 'http:') return deny(outgoing, 400, 'this is a proxy');
    const upstream = request({
      agent,
      host: bare(url),
      port: Number(url.port || 80),
      path: url.pathname + url.search,
      method: incoming.method ?? 'GET',
      headers: withoutHops(incoming.headers),
      setHost: false,
    });
    upstream.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, withoutHops(answer.headers));
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    upstream.on('error', (error) => {
      if (outgoing.headersSent) return outgoing.destroy();
      deny(outgoing, error instanceof Refused ? 403 : 502, error.message);
    });
    incoming.pipe(upstream);
    outgoing.on('close', () => upstream.destroy());
  };

  const passThrough = async (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => client.destroy());
    const url = URL.canParse(`http://${incoming.url}`) ? new URL(`http://${incoming.url}`) : null;
    try {
      if (await isStranger(client as Socket)) throw new Refused(STRANGER);
      if (!url) throw new Refused('not a host and port');
      const upstream = await open(bare(url), Number(url.port || 80));
      if (client.destroyed) return void upstream.destroy();
      upstream.on('error', () => client.destroy());
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    } catch (error) {
      client.end(`HTTP/1.1 ${error instanceof Refused ? '403 Forbidden' : '502 Bad Gateway'}\r\nContent-Length: 0\r\n\r\n`);
    }
  };

  const server = createServer((incoming, outgoing) => void forward(incoming, outgoing));
  server.on('connect', (incoming, client, head) => void passThrough(incoming, client, head));
  server.on('connection', keep);
  // Pages keep connections open for as long as they like.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        closed.abort();
        agent.destroy();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const wantsLogin = ({ http, https }: Upstream): boolean => [http, https].some((proxy) => Boolean(proxy?.username || proxy?.password));

const bare = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

const defaultPort = (url: URL): number => (url.protocol === 'https:' || url.protocol === 'wss:' ? 443 : 80);

const hostPort = (url: URL): string => `${bare(url)}:${url.port || defaultPort(url)}`;

const connectTo: Connect = (host, port, signal) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, signal });
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });

function withoutHops(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const named = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(/\s*,\s*/);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name) && !named.includes(name)));
}

function deny(outgoing: ServerResponse, status: number, reason: string): void {
  const details = reason.replace(/[^ -~]|["\\]/g, '');
  outgoing
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', [PROXY_STATUS]: `skyvern; details="${details}"` })
    .end(`${reason}\n`);
}
