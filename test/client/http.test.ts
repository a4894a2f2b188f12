import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ApiClient } from '../../src/client/client.js';
import type { ClientOptions, Exchanged } from '../../src/client/http.js';
import { RetryBudget } from '../../src/client/retry.js';
import { parseBaseUrl } from '../../src/origin.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { type Fault, faultServer, page } from '../support/faultServer.js';

const KEY = 'eyJcanary.k3y-3f2a9c.sig';
const timeouts = { connectMs: 500, headersMs: 200, bodyIdleMs: 200, totalMs: 500, startMs: 200 };

function clientOf(url: string, options: Partial<ClientOptions> = {}) {
  const clock = manualClock();
  const client = new ApiClient({
    baseUrl: parseBaseUrl(url),
    apiKey: KEY,
    clock,
    random: seededRandom(),
    timeouts,
    budget: new RetryBudget(),
    ...options,
  });
  onTestFinished(() => client.close());
  return { client, clock };
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
const three = (fault: Fault): Fault[] => [fault, fault, fault];

test.each([301, 302, 303, 307, 308])(
  'A15 %d to another origin is not followed: the key stays, both origins are named, 16',
  async (status) => {
    const hits: unknown[] = [];
    const thief = createServer((request, response) => {
      hits.push(request.headers);
      response.end('{}');
    });
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void thief.close());
    const elsewhere = `http://127.0.0.1:${(thief.address() as AddressInfo).port}`;
    const server = await faultServer();
    const { client } = clientOf(server.url);
    server.plan(
      answer(status, '', { location: `${elsewhere}/v1/runs/tsk_1` }),
      answer(status, '', { location: `${elsewhere}/v1/runs/tsk_1` }),
    );
    const error = await failure(client.runs.get('tsk_1'));
    expect(error).toMatchObject({ exitCode: 16, code: 'redirect' });
    expect(error.message).toContain(server.url);
    expect(error.message).toContain(elsewhere);
    expect(await failure(client.runs.cancel('tsk_1'))).toMatchObject({ exitCode: 16 });
    expect(hits).toEqual([]);
    expect(server.seen).toHaveLength(2);
  },
);

/** Fault, exit code, JSON code, how many requests, and words of the sentence. */
const READS: readonly (readonly [string, readonly Fault[], number, string, number, RegExp])[] = [
  ['F01 reset', three({ kind: 'reset', made: false }), 3, 'connection_lost', 3, /lost before the answer came/],
  ['F29 end without an answer', three({ kind: 'close', made: false }), 3, 'connection_lost', 3, /lost/],
  [
    'F05 cut JSON',
    three({ kind: 'answer', made: false, status: 200, body: '{"run_id":"tsk_1"' }),
    3,
    'bad_answer',
    3,
    /ends in the middle/,
  ],
  [
    'F05 cut body',
    three({ kind: 'raw', made: false, bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{' }),
    3,
    'connection_lost',
    3,
    /lost/,
  ],
  ['F05 empty body', three(answer(200, '')), 3, 'bad_answer', 3, /is empty/],
  ['F05 not JSON', [answer(200, 'hello', { 'content-type': 'text/plain' })], 3, 'bad_answer', 1, /is not JSON \(text\/plain\)/],
  ['F05 a key twice', [answer(200, '{"status":"created","run_id":"tsk_1","status":"completed"}')], 3, 'bad_answer', 1, /has a key twice/],
  ['F05 another shape', [answer(200, '{"run_id":7}')], 3, 'unexpected_answer', 1, /run_id is not a text/],
  ['F05 a list', [answer(200, '[]')], 3, 'unexpected_answer', 1, /is not an object/],
  [
    'F25 a log-in page with 200',
    [answer(200, page('Hotel Wi-Fi'), { 'content-type': 'text/html' })],
    3,
    'not_an_api',
    1,
    /web page, "Hotel Wi-Fi"/,
  ],
  ['F25 a page that says it is JSON', [answer(200, page('Log in'))], 3, 'not_an_api', 1, /web page/],
  [
    'F03 a gateway page',
    three(answer(502, page('502 Bad Gateway'), { 'content-type': 'text/html' })),
    3,
    'server_error',
    3,
    /failed with 502: 502 Bad Gateway/,
  ],
  ['500 with `error`', three(answer(500, '{"error":"Unexpected error: KeyError"}')), 3, 'server_error', 3, /Unexpected error: KeyError/],
  ['A13 a million levels', three(answer(500, `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`)), 3, 'server_error', 3, /failed with 500/],
  [
    'A13 a million levels that are an answer',
    [answer(200, `{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`)],
    3,
    'unexpected_answer',
    1,
    /run_id/,
  ],
  ['501', [answer(501, '{"detail":"Schedules are not available"}')], 3, 'server_error', 1, /Schedules are not available/],
  [
    'F30 a cut compressed body',
    [{ kind: 'answer', made: false, status: 200, headers: { 'content-encoding': 'br' }, body: Buffer.from([0x1b, 0xff]) }],
    3,
    'unexpected_encoding',
    1,
    /compressed/,
  ],
  [
    'A23 a compressed bomb',
    [{ kind: 'answer', made: false, status: 200, headers: { 'content-encoding': 'gzip' }, body: Buffer.alloc(1000) }],
    3,
    'unexpected_encoding',
    1,
    /compressed/,
  ],
  ['A23 a header of 1 MB', [answer(200, '{}', { 'x-long': 'x'.repeat(1_000_000) })], 3, 'answer_too_large', 1, /headers/],
  [
    'A23 bytes that are no HTTP',
    [{ kind: 'raw', made: false, bytes: 'SSH-2.0-OpenSSH_9.2\r\n' }],
    3,
    'not_http',
    1,
    /does not answer in HTTP/,
  ],
  [
    'A23 chunks that lie',
    [{ kind: 'raw', made: false, bytes: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n{}' }],
    3,
    'not_http',
    1,
    /does not answer in HTTP/,
  ],
  ['401', [answer(401, '{"detail":"Invalid credentials"}')], 4, 'key_refused', 1, /refused the key: Invalid credentials/],
  ['403', [answer(403, '{"detail":"Auth token is expired"}')], 4, 'key_refused', 1, /Auth token is expired/],
  [
    '403 of a feature',
    [answer(403, '{"detail":"Workflow tagging is not enabled for this organization."}')],
    4,
    'forbidden',
    1,
    /does not allow this/,
  ],
  ['F11 403 of credits', [answer(403, '{"detail":"No credits left"}')], 9, 'payment_required', 1, /No credits left/],
  ['F11 402', [answer(402, '{"detail":"Insufficient credits"}')], 9, 'payment_required', 1, /Insufficient credits/],
  ['404', [answer(404, '{"detail":"Task run not found tsk_1"}')], 5, 'not_found', 1, /^Task run not found tsk_1$/],
  ['404 without a body', [answer(404, '')], 5, 'not_found', 1, /found nothing at/],
  ['F63 404 of a route', [answer(404, '{"detail":"Not Found"}')], 5, 'no_such_route', 1, /has no GET \/v1\/runs\/tsk_7001/],
  [
    'F25 404 of a web server',
    [answer(404, page('Not here'), { 'content-type': 'text/html', server: 'nginx/1.25' })],
    3,
    'not_an_api',
    1,
    /^what answers at \S+ is no Skyvern: GET \S+ gave a web page of nginx\/1\.25, "Not here" \(404\)$/,
  ],
  [
    'F25 404 of another program',
    [answer(404, '404 page not found', { 'content-type': 'text/plain' })],
    3,
    'not_an_api',
    1,
    /gave a text, "404 page not found"/,
  ],
  ['F25 405 of another API', [answer(405, '{"message":"no"}')], 3, 'not_an_api', 1, /is no Skyvern/],
  ['404 as an unforeseen error says it', [answer(404, '{"error":"gone"}')], 5, 'not_found', 1, /^gone$/],
  [
    'F25 511 of an access point',
    three(answer(511, page('Log in'), { 'content-type': 'text/html' })),
    3,
    'not_an_api',
    3,
    /before a log-in/,
  ],
  ['F63 405', [answer(405, '{"detail":"Method Not Allowed"}')], 3, 'no_such_route', 1, /has no GET/],
  [
    '410',
    [answer(410, '{"detail":{"code":"session_closed","message":"Browser session is closed"}}')],
    9,
    'gone',
    1,
    /Browser session is closed session_closed/,
  ],
  [
    '422',
    [answer(422, '{"detail":[{"loc":["query","page"],"msg":"too large","input":"101"},{"loc":["body","prompt"],"msg":"Field required"}]}')],
    9,
    'invalid',
    1,
    /page: too large; prompt: Field required/,
  ],
];

test.each(READS)('%s', async (_name, faults, exit, code, requests, words) => {
  const server = await faultServer();
  const id = server.twin({}, Date.now());
  server.plan(...faults);
  const { client } = clientOf(server.url);
  const error = await failure(client.runs.get(id));
  expect(error).toMatchObject({ exitCode: exit, code });
  expect(error.message).toMatch(words);
  expect(error.message).not.toMatch(/\n/);
  expect(error.message.length).toBeLessThan(900);
  expect(server.seen).toHaveLength(requests);
});

const SLOW: readonly (readonly [string, Fault, RegExp])[] = [
  ['F27 no headers', { kind: 'stall', bytes: 0 }, /did not answer in time/],
  ['F27 bytes stop in the headers', { kind: 'stall', bytes: 30 }, /did not answer in time/],
  ['F27 bytes stop in the body', { kind: 'stall', bytes: 200 }, /stopped in the middle/],
  ['F28 a byte now and then', { kind: 'trickle', everyMs: 40 }, /took too long/],
];
test.each(SLOW)('%s: given up, 3', async (_name, fault, words) => {
  const server = await faultServer();
  const id = server.twin({}, Date.now());
  server.plan(fault);
  // The library's own time limits are up to a second late.
  const limits = { ...timeouts, totalMs: fault.kind === 'trickle' ? 500 : 4_000 };
  const { client } = clientOf(server.url, { timeouts: limits, retries: { tries: 1 } });
  const error = await failure(client.runs.get(id));
  expect(error).toMatchObject({ exitCode: 3, code: 'timeout' });
  expect(error.message).toMatch(words);
});

test('F02 a read that fails once is repeated, and each repeat is told', async () => {
  const server = await faultServer();
  const id = server.twin({}, Date.now());
  server.plan({ kind: 'reset', made: false }, answer(503, ''));
  const { client, clock } = clientOf(server.url);
  const told: unknown[] = [];
  expect(await client.runs.get(id, { onRetry: (retry) => told.push(retry) })).toMatchObject({ run_id: id });
  expect(told).toMatchObject([
    { attempt: 1, reason: expect.stringContaining('lost') },
    { attempt: 2, reason: expect.stringContaining('503') },
  ]);
  expect(clock.slept).toHaveLength(2);
});

const limited = (after?: string, date?: string): Fault =>
  answer(429, '{"detail":"Rate limit exceeded"}', { ...(after && { 'retry-after': after }), ...(date && { date }) });
const SERVER_DATE = 'Tue, 20 Jan 2026 03:00:00 GMT';
const RATES: readonly (readonly [string, string | undefined, string | undefined, number, number])[] = [
  ['seconds', '30', undefined, 30_000, 30_000],
  ['a date, by the server’s clock', 'Tue, 20 Jan 2026 03:00:20 GMT', SERVER_DATE, 20_000, 20_000],
  ['a date in the past', 'Tue, 20 Jan 2026 02:00:00 GMT', SERVER_DATE, 1_000, 1_000],
  ['nonsense', 'soon', undefined, 0, 500],
  ['a negative number', '-5', undefined, 0, 500],
  ['nothing', undefined, undefined, 0, 500],
];
test.each(RATES)('F07 429 with %s', async (_name, after, date, atLeast, atMost) => {
  const server = await faultServer();
  const id = server.twin({}, Date.now());
  server.plan(limited(after, date));
  const { client, clock } = clientOf(server.url);
  await client.runs.get(id);
  expect(clock.slept[0]).toBeGreaterThanOrEqual(atLeast);
  expect(clock.slept[0]).toBeLessThanOrEqual(atMost);
});

test('F07 429 that goes on past the deadline is 6 at once, with the time to come back', async () => {
  const server = await faultServer();
  server.plan(limited('1000000000'), limited('30'));
  const { client, clock } = clientOf(server.url, { deadlineAt: 10_000 });
  for (const seconds of ['1000000000', '30']) {
    const error = await failure(client.runs.get('tsk_1'));
    expect(error).toMatchObject({ exitCode: 6, code: 'rate_limited' });
    expect(error.message).toContain(`${seconds} s`);
  }
  expect(clock.slept).toEqual([]);
});

test('F08 a dead server is asked no more than the budget of the process allows', async () => {
  const server = await faultServer();
  const budget = new RetryBudget();
  const { client } = clientOf(server.url, { budget });
  server.plan(...Array.from({ length: 400 }, (): Fault => answer(503, '')));
  for (let count = 0; count < 150; count++) await failure(client.runs.get('tsk_1'));
  // 500 tokens at 5 for each repeat.
  expect(server.seen).toHaveLength(150 + 100);
});

test('F26 A22 a certificate that cannot be trusted is not, whatever the environment says: once, and NODE_EXTRA_CA_CERTS is named', async () => {
  const { createServer: createTls } = await import('node:https');
  const tls = createTls({
    key: readFileSync(new URL('./expired.key', import.meta.url)),
    cert: readFileSync(new URL('./expired.crt', import.meta.url)),
  });
  let connections = 0;
  tls.on('connection', () => connections++);
  tls.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void tls.close());
  const { client } = clientOf(`https://localhost:${(tls.address() as AddressInfo).port}`);
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  onTestFinished(() => void vi.unstubAllEnvs());
  const error = await failure(client.runs.get('tsk_1'));
  expect(error).toMatchObject({ exitCode: 3, code: 'tls', hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') });
  expect(connections).toBe(1);
});

test('nobody listens: never sent, told with what to do', async () => {
  const { client } = clientOf('http://127.0.0.1:1');
  expect(await failure(client.runs.get('tsk_1'))).toMatchObject({
    exitCode: 3,
    code: 'unreachable',
    hint: expect.stringContaining('--local'),
  });
});

test('A20 plain http to another machine is refused unless it is allowed', () => {
  expect(() => clientOf('http://skyvern.example')).toThrow(expect.objectContaining({ exitCode: 2, code: 'insecure_http' }));
  expect(() => clientOf('http://localhost.evil.example')).toThrow(expect.objectContaining({ code: 'insecure_http' }));
  expect(() => clientOf('http://skyvern.example', { allowInsecureHttp: true })).not.toThrow();
});

test.each(['with space', 'line\nbreak', 'cr\r\nx-injected: 1', '\uFEFFkey', 'schlüssel'])(
  'A25 a key %j is refused before anything is sent',
  (apiKey) => {
    expect(() => clientOf('https://api.skyvern.com', { apiKey })).toThrow(expect.objectContaining({ exitCode: 4, code: 'bad_key' }));
  },
);

test('A22 a proxy gets a CONNECT without the key, NO_PROXY and loopback are not proxied', async () => {
  const seen: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket) => {
    seen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  proxy.on('request', (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const uri = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const env = { HTTP_PROXY: uri, https_proxy: uri };
  for (const url of ['https://skyvern.example', 'http://skyvern.example']) {
    const { client } = clientOf(url, { env, allowInsecureHttp: true, retries: { tries: 1 } });
    expect(await failure(client.runs.get('tsk_1'))).toMatchObject({ exitCode: 3, code: 'proxy' });
  }
  expect(seen).toHaveLength(2);
  expect(seen.every((line) => line.startsWith('CONNECT skyvern.example'))).toBe(true);
  expect(seen.join()).not.toContain(KEY);
  const server = await faultServer();
  const id = server.twin({}, Date.now());
  expect(await clientOf(server.url, { env }).client.runs.get(id)).toMatchObject({ run_id: id });
  const excepted = clientOf('https://skyvern.invalid', { env: { ...env, NO_PROXY: '.invalid' }, retries: { tries: 1 } });
  expect(await failure(excepted.client.runs.get('tsk_1'))).toMatchObject({ code: 'name_not_found' });
  expect(seen).toHaveLength(2);
});

test('A24 A28 A30 no key and no secret of a request is in an error or a logged exchange, whoever echoes it', async () => {
  const server = await faultServer();
  const canary = 'canary "quoted" 7d1';
  const echo = JSON.stringify({ detail: `bad header ${KEY} and ${canary}`, url: 'https://x/?sig=abcdef123&a=1' });
  server.plan(answer(400, echo, { 'x-request-id': 'req-7', 'x-echo': KEY, 'set-cookie': 'session=1' }));
  const log: Exchanged[] = [];
  const { client } = clientOf(server.url, { onExchange: (exchange) => log.push(exchange) });
  const outcome = await client.starts.task({ prompt: 'p', extra_http_headers: { authorization: canary } }, { idempotencyKey: 'op' });
  if (outcome.kind !== 'rejected') throw new Error(outcome.kind);
  expect(outcome.error.requestId).toBe('req-7');
  const all = JSON.stringify([log, outcome.error.message, (outcome.error as { body?: unknown }).body]);
  expect(log).toMatchObject([{ method: 'POST', status: 400, requestHeaders: { 'x-api-key': '***', 'idempotency-key': 'op' } }]);
  for (const secret of [KEY, encodeURIComponent(KEY), canary, JSON.stringify(canary).slice(1, -1), 'abcdef123', 'session=1'])
    expect(all).not.toContain(secret);
  expect(all).toContain('bad header *** and ***');
});

test('F33 a cancel says how the run is: answer lost, ended already, unknown', async () => {
  const lost = await faultServer({ status: () => 'canceled' });
  const id = lost.twin({}, Date.now());
  lost.plan({ kind: 'reset', made: false });
  expect(await clientOf(lost.url).client.runs.cancel(id)).toMatchObject({ status: 'canceled' });
  expect(lost.seen.filter((line) => line.startsWith('POST'))).toHaveLength(1);

  const running = await faultServer();
  const other = running.twin({}, Date.now());
  running.plan({ kind: 'reset', made: false });
  expect(await failure(clientOf(running.url).client.runs.cancel(other))).toMatchObject({ exitCode: 3, code: 'connection_lost' });

  const fake = await fakeSkyvern();
  const { client } = clientOf(fake.url, { apiKey: fake.apiKey });
  fake.run('tsk_9', { status: 'completed' });
  expect(await client.runs.cancel('tsk_9')).toMatchObject({ status: 'completed' });
  fake.run('tsk_8', { status: 'running' });
  expect(await client.runs.cancel('tsk_8')).toMatchObject({ status: 'canceled' });
  expect(await failure(client.runs.cancel('tsk_7'))).toMatchObject({ exitCode: 5 });
});

test('an abort ends a read with its reason, and nothing is repeated', async () => {
  const server = await faultServer();
  server.plan({ kind: 'stall', bytes: 0 });
  const { client } = clientOf(server.url);
  const controller = new AbortController();
  const reading = failure(client.runs.get('tsk_1', { signal: controller.signal }));
  const reason = new Error('enough');
  while (server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(reason);
  expect(await reading).toBe(reason);
  expect(server.seen).toHaveLength(1);
});

test('a start is sent on a connection of its own, which is closed', async () => {
  const server = await faultServer();
  const { client } = clientOf(server.url);
  await client.runs.list();
  const before = [...server.sockets];
  await client.starts.task({ prompt: 'p', url: 'https://example.com' }, { idempotencyKey: 'op' });
  await client.runs.list();
  expect(before).toHaveLength(1);
  expect([...server.sockets]).toEqual(before);
});

test('F18 every read of the API decodes what a server sends', async () => {
  const fake = await fakeSkyvern();
  const { client } = clientOf(`${fake.url}/v1`, { apiKey: fake.apiKey });
  fake.run('tsk_1', { status: 'running' });
  fake.steps('tsk_1', [{ step_id: 'stp_1', order: 0 }]);
  fake.actions('tsk_1', [{ action_id: 'act_1', reasoning: 'because' }]);
  const artifactId = fake.artifact('tsk_1', { artifact_type: 'screenshot_action', content: Buffer.from('PNG') });
  expect(await client.runs.list({ pageSize: 5, status: ['running'] })).toMatchObject([{ run_id: 'tsk_1' }]);
  expect(await client.runs.steps('tsk_1')).toMatchObject([{ step_id: 'stp_1' }]);
  expect(await client.runs.actions('tsk_1')).toMatchObject([{ action_id: 'act_1', reasoning: 'because' }]);
  expect(await client.runs.artifacts('tsk_1', ['screenshot_action'])).toMatchObject([{ artifact_id: artifactId }]);
  expect(await failure(client.runs.timeline('tsk_1'))).toMatchObject({ status: 400 });
  expect(await client.server.version()).toEqual(expect.any(String));
  expect(await client.server.me()).toMatchObject({ organization_id: expect.stringMatching(/^o_/) });
  expect(await client.server.heartbeat()).toContain('running');
  const content = await client.artifacts.content(artifactId);
  expect((await content.body.toArray()).join('')).toBe('PNG');
  expect(content).toMatchObject({ contentType: 'image/png' });
  expect(await client.runs.cancelMany(['tsk_1', 'tsk_404'])).toEqual({ canceled: ['tsk_1'], failed: ['tsk_404'] });
});

test('a poll says what it learned: a version, a wait, nothing new', async () => {
  const server = await faultServer();
  const { client } = clientOf(server.url);
  const run = JSON.stringify({ run_id: 'tsk_1', run_type: 'task_v1', status: 'running' });
  server.plan(answer(200, run, { etag: '"7"', 'preference-applied': 'wait=25' }), answer(304, '', { etag: '"7"' }), answer(200, run));
  expect(await client.runs.poll('tsk_1', null, 25)).toMatchObject({ run: { status: 'running' }, etag: '"7"', waited: true });
  expect(await client.runs.poll('tsk_1', '"7"', 25)).toEqual({ run: null, etag: '"7"', waited: false });
  expect(await client.runs.poll('tsk_1', '"7"', 0)).toMatchObject({ etag: null, waited: false });
  expect(server.headers.map(({ prefer, 'if-none-match': version }) => [prefer, version])).toEqual([
    ['wait=25', undefined],
    ['wait=25', '"7"'],
    [undefined, '"7"'],
  ]);
});
