/**
 * How requests reach a model: one origin, no redirects, by the proxy of the environment, bounded in size and time.
 *
 * The providers' libraries take a function of the shape of `fetch`. The global one would carry keys along redirects.
 */
import { Connection, type ProxyEnv, type Timeouts } from '../client/connection.js';

/** Some models think for minutes before the first byte. */
export const MODEL_TIMEOUTS: Timeouts = { connectMs: 10_000, headersMs: 180_000, bodyIdleMs: 60_000, totalMs: 240_000, startMs: 180_000 };
/** An answer is one small object; what is longer than this is none. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export interface ModelExchange {
  readonly fetch: typeof globalThis.fetch;
  /** Drops every connection. */
  close(): Promise<void>;
}

export function openExchange(baseUrl: string, env: ProxyEnv, timeouts: Timeouts = MODEL_TIMEOUTS): ModelExchange {
  const base = new URL(baseUrl);
  const connection = new Connection({ baseUrl: base, timeouts, env });
  return {
    fetch: async (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.origin !== base.origin) throw new Error(`a request for ${url.origin} does not go to ${base.origin}`);
      const answer = await connection.exchange({
        method: init.method === 'GET' ? 'GET' : 'POST',
        path: url.pathname + url.search,
        headers: Object.fromEntries(new Headers(init.headers)),
        body: typeof init.body === 'string' ? init.body : null,
        timeouts,
        fresh: false,
        signal: init.signal ?? undefined,
      });
      if (answer.status >= 300 && answer.status < 400) {
        answer.body.destroy();
        throw new RedirectError(base.origin);
      }
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
        chunks.push(chunk);
      }
      const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((each): [string, string] => [name, each]),
      );
      return new Response(Buffer.concat(chunks), { status: answer.status, headers });
    },
    close: () => connection.close(),
  };
}

export class RedirectError extends Error {
  constructor(origin: string) {
    super(`${origin} answers with a redirect, which is not followed: the key would go along`);
  }
}
