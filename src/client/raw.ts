import type { Readable } from 'node:stream';
import type { Headers } from './answers.js';
import type { Method } from './connection.js';
import type { CallOptions, Http } from './http.js';

export type { Method } from './connection.js';

export interface RawRequest {
  readonly method: Method;
  /** Begins with a slash; may have a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readable;
}

/** Any endpoint, for what has no method of its own. */
export class RawApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** One request, with the key, to the server's own origin: `IntegrityError` for a path that leads elsewhere. Reads are repeated as all reads are. */
  request(request: RawRequest, call?: CallOptions): Promise<RawAnswer> {
    return this.#http.open(request, call);
  }
}
