/**
 * The listener: takes webhooks on this machine, and nothing else.
 *
 * Here: what a sender may do, and what it is answered. A delivery is answered as soon as it is known to be genuine and is written down
 * as seen; what follows from it happens afterwards. Not here: what is done with it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../clock.js';
import { LocalError } from '../../errors.js';
import { SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../../protocol/webhookSignature.js';
import { duration } from '../../render/words.js';
import { type SigningKey, signerOf } from './keys.js';
import type { News, SeenWebhooks } from './seen.js';

export interface Delivery {
  readonly body: Buffer;
  readonly signature: string;
  readonly timestamp: string | null;
  readonly contentType: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly news: News;
  /** The address that the sender asked for: host and port. */
  readonly host: string;
}

export interface ReceiverOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly keys: readonly SigningKey[];
  readonly seen: SeenWebhooks;
  /** One that was sent longer ago, or by a clock that is further ahead, is refused; null: none is, since neither clock need be right. */
  readonly maxAgeMs: number | null;
  readonly clock: Clock;
  onDelivery(delivery: Delivery): void;
  /** A request that was not taken, and why: for people. */
  onRefusal(status: number, why: string): void;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** The largest known payloads are some megabytes: an output with its page texts. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** Connections at once, and bytes held for all of them together: a flood cannot take the memory. */
const MAX_CONNECTIONS = 256;
const MAX_HELD_BYTES = 128 * 1024 * 1024;
/** For headers, and for the whole request: a genuine sender needs a moment. */
const HEADERS_MS = 5_000;
const REQUEST_MS = 15_000;

/** Listens on 127.0.0.1. Rejects with `LocalError` `port_taken` (17). */
export async function receive(options: ReceiverOptions): Promise<Receiver> {
  const held = { bytes: 0 };
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: 1_000,
      connectionsCheckingInterval: 500,
      maxHeaderSize: 16 * 1024,
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    (request, response) => {
      take(request, response, options, held).catch(() => request.socket.destroy());
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  // Asked before the body is sent: refused before it is.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers['content-length'] ?? 0) <= MAX_BODY_BYTES) response.writeContinue();
    take(request, response, options, held).catch(() => request.socket.destroy());
  });
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function take(request: IncomingMessage, response: ServerResponse, options: ReceiverOptions, held: { bytes: number }): Promise<void> {
  const answer = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json', ...(status >= 400 && { connection: 'close' }) });
    response.end(`${JSON.stringify(body)}\n`);
  };
  const refuse = (status: number, error: string) => {
    options.onRefusal(status, error);
    answer(status, { error });
    // What is left of the body is not read: the connection ends with the answer.
    request.resume();
    response.once('finish', () => request.socket.destroySoon());
  };
  if (request.method !== 'POST') return refuse(405, 'a webhook is a POST');
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return refuse(413, 'the body is too large');
  const mine: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      held.bytes += chunk.length;
      mine.push(chunk);
      if (size > MAX_BODY_BYTES) return refuse(413, 'the body is too large');
      if (held.bytes > MAX_HELD_BYTES) return refuse(503, 'too much is being received at once');
    }
  } finally {
    held.bytes -= size;
  }
  const body = Buffer.concat(mine);
  const signature = request.headers[SIGNATURE_HEADER];
  if (typeof signature !== 'string') return refuse(401, 'there is no signature');
  if (!signerOf(body, signature, options.keys)) return refuse(401, 'no key known here has signed these bytes');
  const timestamp = request.headers[TIMESTAMP_HEADER];
  const at = options.clock.now();
  const sent = typeof timestamp === 'string' ? timestamp : null;
  const tooOld = options.maxAgeMs === null ? null : refusedAge(ageMs(sent, at), options.maxAgeMs);
  if (tooOld !== null) return refuse(401, tooOld);
  const news = options.seen.take(body);
  answer(200, news === 'new' ? { received: true } : { received: true, [news]: true });
  options.onDelivery({
    body,
    signature,
    timestamp: sent,
    contentType: request.headers['content-type'] ?? 'application/json',
    at,
    news,
    host: request.headers.host ?? '',
  });
}

/** By the sender's clock and ours, in milliseconds: not signed, and either may be wrong. Null when the sender does not say. */
export const ageMs = (timestamp: string | null, at: number): number | null =>
  timestamp !== null && /^\d{1,12}(?:\.\d+)?$/.test(timestamp) ? Math.round(at - Number(timestamp) * 1000) : null;

function refusedAge(age: number | null, maxMs: number): string | null {
  if (age === null) return 'it does not say when it was sent';
  return Math.abs(age) > maxMs ? `by its clock it was sent ${ageText(age)}` : null;
}

/** `9h 00m ago`, `2m 05s ahead of the clock here`. */
export const ageText = (age: number): string => `${duration(Math.abs(age))} ${age < 0 ? 'ahead of the clock here' : 'ago'}`;

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return reject(error);
      reject(
        new LocalError('port_taken', `port ${port} of this machine ${error.code === 'EACCES' ? 'may not be used' : 'is taken'}`, {
          hint: 'choose another one with --port, or --port 0 for any free one',
        }),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}
