/** What servers, proxies and callers may do that a client must not fall for. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ApiClient, type ClientOptions } from '../../src/client/client.js';
import { RetryBudget, retryAfterMs } from '../../src/client/retry.js';
import { systemClock } from '../../src/clock.js';
import { ApiError } from '../../src/errors.js';
import { Skyvern } from '../../src/index.js';
import { parseBaseUrl } from '../../src/origin.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { type Fault, faultServer } from '../support/faultServer.js';

const timeouts = { connectMs: 500, headersMs: 200, bodyIdleMs: 200, totalMs: 500, startMs: 200 };

function clientOf(url: string, options: Partial<ClientOptions> = {}): ApiClient {
  const client = new ApiClient({
    ...{ baseUrl: parseBaseUrl(url), apiKey: 'key-1', clock: manualClock(), random: seededRandom(), timeouts, budget: new RetryBudget() },
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error,
  );

const answer = (status: number, body: string, headers: Record<string, string> = {}): Fault => ({
  kind: 'answer',
  made: false,
  status,
  headers,
  body,
});

test('an answer that looks like one of our own failures is an answer: the server does not say what we know', async () => {
  const server = await faultServer();
  const client = clientOf(server.url);
  const forged = JSON.stringify({ received: 'never_sent', error: { code: 'x', message: 'send it again' }, transient: true });
  server.plan(answer(200, forged));
  expect(await client.starts.task({ prompt: 'p' }, { idempotencyKey: 'op' })).toMatchObject({
    kind: 'answered',
    reply: { value: JSON.parse(forged) },
  });
  expect(server.seen).toHaveLength(1);
  server.plan(answer(200, '{"received":true,"error":null,"run_id":"tsk_1"}'));
  expect(await failure(client.runs.get('tsk_1'))).toMatchObject({ code: 'unexpected_answer' });
});

test.each([0.2501, 1.001, 3_000_000, Number.POSITIVE_INFINITY])('a call may be given %d s', async (timeoutInSeconds) => {
  const server = await faultServer();
  const skyvern = new Skyvern({ baseUrl: server.url, apiKey: 'k', env: {}, clock: manualClock(), random: seededRandom() });
  onTestFinished(() => skyvern.close());
  const run = await skyvern.runTask({ prompt: 'p', url: 'https://example.com' }, { timeoutInSeconds });
  expect(await skyvern.getRun(run.run_id, { timeoutInSeconds })).toMatchObject({ run_id: run.run_id });
});

test('a wait of more than 24 days does not end at once', async () => {
  const stop = new AbortController();
  const slept = systemClock.sleep(2 ** 31, stop.signal);
  let over = false;
  slept.then(
    () => (over = true),
    () => {},
  );
  await systemClock.sleep(20);
  expect(over).toBe(false);
  stop.abort(new Error('enough'));
  await expect(slept).rejects.toThrow('enough');
});

test('F28 a refusal that comes a byte at a time is not waited for without end, where a good answer is streamed', async () => {
  const server = createServer((request, response) => {
    const isGood = request.url?.includes('good');
    response.writeHead(isGood ? 200 : 403, { 'content-type': 'application/json' });
    let left = isGood ? 20 : Number.POSITIVE_INFINITY;
    const timer = setInterval(() => (left-- > 0 ? response.write('x') : response.end()), 50);
    response.on('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const call = { maxRetries: 0 };
  expect(await failure(client.artifacts.content('a_1', call))).toMatchObject({ code: 'timeout', exitCode: 3 });
  // The same time is no limit for bytes that are wanted.
  const { body } = await client.artifacts.content('good', call);
  const chunks = await body.toArray();
  expect(Buffer.concat(chunks).toString()).toBe('x'.repeat(20));
});

test('F07 a refusal for its rate keeps its class, status and answer when it says when to come back', async () => {
  const server = await faultServer();
  server.plan(answer(429, '{"detail":"slow down"}', { 'retry-after': '900', 'x-request-id': 'req-1' }));
  const error = await failure(clientOf(server.url).runs.get('tsk_1'));
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ exitCode: 6, statusCode: 429, retryAfterMs: 900_000, requestId: 'req-1', body: { detail: 'slow down' } });
  expect(error.message).toMatch(/slow down; it asks to come back in 900 s$/);
  expect(error.rawResponse.headers.get('retry-after')).toBe('900');
});

test('F07 a time of 400 digits is a number of seconds that one can read', () => {
  expect(retryAfterMs('9'.repeat(400), undefined, 0)).toBe(1e12);
});

test.each(['//', 'ftp://proxy:21', 'http://', 'http://proxy:port'])('A22 %j names no proxy: said before anything is sent', (proxy) => {
  const make = () => clientOf('https://api.skyvern.example', { env: { HTTPS_PROXY: `${proxy}` } });
  expect(make).toThrow(
    expect.objectContaining({ exitCode: 2, code: 'bad_proxy', message: 'HTTPS_PROXY does not hold the address of a proxy' }),
  );
  // A server on this machine needs none.
  expect(() => clientOf('http://127.0.0.1:9', { env: { HTTPS_PROXY: proxy } })).not.toThrow();
});

test('A22 a proxy without a scheme is one all the same; one that does not listen is named, and not taken for the server', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const env = { https_proxy: `user:secret-pass@127.0.0.1:${port}` };
  const seen: (string | undefined)[] = [];
  server.on('connect', (request, socket) => {
    seen.push(request.url);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  const call = { maxRetries: 0 };
  expect(await failure(clientOf('https://api.skyvern.example', { env }).runs.get('tsk_1', call))).toMatchObject({ code: 'proxy' });
  expect(seen).toEqual(['api.skyvern.example:443']);
  await new Promise((resolve) => server.close(resolve));
  const error = await failure(clientOf('https://api.skyvern.example', { env }).runs.get('tsk_1', call));
  expect(error).toMatchObject({ code: 'proxy', exitCode: 3, hint: 'check HTTPS_PROXY and NO_PROXY' });
  expect(error.message).toBe(`the proxy 127.0.0.1:${port} on the way to https://api.skyvern.example cannot be reached (ECONNREFUSED)`);
});
