/** The embedded server on a socket: loopback only. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Clock } from '../clock.js';
import { LocalError } from '../errors.js';

export interface Listening {
  readonly port: number;
  /** Lets answers under way finish for a second, then closes every connection. */
  close(clock: Clock): Promise<void>;
}

/** Slow or silent clients are dropped: all of a request within this time, in milliseconds. */
const REQUEST_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 60_000;
const CLOSE_GRACE_MS = 1_000;
const MAX_CONNECTIONS = 1_000;

/**
 * @param port 0: any free one
 * @throws LocalError (17) when the port is taken or not allowed
 */
export async function listen(handle: (request: Request) => Promise<Response>, port: number): Promise<Listening> {
  const answer = getRequestListener((request) => handle(request), { overrideGlobalObjects: false });
  const limits = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: 5_000 };
  const server = createServer({ ...limits, keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, outgoing) => {
    // Two Host headers mean two opinions on where the request goes; Node keeps the first and tells nobody.
    const hosts = incoming.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host');
    if (hosts.length === 1) return answer(incoming, outgoing);
    outgoing.writeHead(400, { 'content-type': 'application/json', connection: 'close' }).end('{"detail":"Bad Request"}');
  });
  server.maxConnections = MAX_CONNECTIONS;
  await bind(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    async close(clock) {
      const closed = new AbortController();
      const done = new Promise<void>((resolve) => server.close(() => resolve())).then(() => closed.abort());
      server.closeIdleConnections();
      await clock.sleep(CLOSE_GRACE_MS, closed.signal).catch(() => {});
      server.closeAllConnections();
      await done;
    },
  };
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const message = taken ? `port ${port} of 127.0.0.1 is taken` : `cannot listen on port ${port} of 127.0.0.1: ${error.message}`;
      reject(
        new LocalError(taken ? 'port_taken' : 'listen', message, { hint: 'name another port, or none for any free one', cause: error }),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}
