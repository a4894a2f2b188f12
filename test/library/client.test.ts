import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  ApiError,
  emptyView,
  IntegrityError,
  NetworkError,
  NotFoundError,
  type RunEvent,
  reduce,
  Skyvern,
  SkyvernApi,
  SkyvernClient,
  SkyvernEnvironment,
  SkyvernError,
  SkyvernTimeoutError,
  signWebhook,
  verifyWebhook,
  waitForRun,
  watchRun,
} from '../../src/index.js';
import { manualClock } from '../support/clock.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { clientOf, failure, meanwhile } from './client.js';

test('one class under both names of the official SDK', () => {
  expect(SkyvernClient).toBe(Skyvern);
  expect(new SkyvernClient({ apiKey: 'k', env: {} })).toBeInstanceOf(Skyvern);
});

test.each([
  ['no key', {}, 'no_key'],
  ['a key with a line break', { apiKey: 'a\nb' }, 'bad_key'],
  ['plain http to another machine', { apiKey: 'k', baseUrl: 'http://10.0.0.1:8000' }, 'insecure_http'],
  ['an address that is none', { apiKey: 'k', baseUrl: 'skyvern' }, 'base_url'],
])('%s is refused before anything is sent', (_, options, code) => {
  expect(() => new Skyvern({ env: {}, ...options })).toThrow(expect.objectContaining({ code }));
});

test('where it goes: options, then the environment, then the cloud', async () => {
  const api = await fakeSkyvern();
  const env = { SKYVERN_BASE_URL: api.url, SKYVERN_API_KEY: api.apiKey };
  const version = { version: '1.0.56' };
  expect(await clientOf('', { baseUrl: undefined, apiKey: undefined, env }).getVersion()).toEqual(version);
  const elsewhere = { ...env, SKYVERN_BASE_URL: 'http://127.0.0.1:9' };
  expect(await clientOf('', { baseUrl: undefined, environment: api.url, env: elsewhere }).getVersion()).toEqual(version);
  expect(
    await clientOf('', { baseUrl: new URL(`${api.url}/v1`), environment: SkyvernEnvironment.Cloud, env: elsewhere }).getVersion(),
  ).toEqual(version);
  // A server of one's own may want no key.
  await clientOf(api.url, { apiKey: undefined }).getVersion();
  expect(api.requests.map(({ headers }) => headers['x-api-key'])).toEqual([api.apiKey, 'key-1', 'key-1', undefined]);
});

test('options of a client and of a call', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  const clock = manualClock();
  const client = clientOf(api.url, { clock, headers: { 'X-Team': 'garden', 'x-a': '1' }, maxRetries: 1 });
  api.run('tsk_1');
  await client.getRun('tsk_1', { headers: { 'x-a': '2', 'x-none': undefined }, queryParams: { trace: true, many: [1, 2] } });
  const [request] = api.requests;
  expect(request?.headers).toMatchObject({ 'x-team': 'garden', 'x-a': '2', 'x-api-key': 'key-1' });
  expect(request?.headers).not.toHaveProperty('x-none');
  expect(String(request?.query)).toBe('trace=true&many=1&many=2');

  const bad = { status: 503, body: '{"error":"Database temporarily unavailable"}' };
  api.on('GET /v1/runs/tsk_1', bad, 'pass', bad, bad, bad, bad);
  expect(await client.getRun('tsk_1')).toMatchObject({ run_id: 'tsk_1' });
  expect(await failure(client.getRun('tsk_1', { maxRetries: 0 }))).toMatchObject({ statusCode: 503 });
  expect(await failure(client.getRun('tsk_1', { maxRetries: 2 }))).toMatchObject({ statusCode: 503 });
  expect(api.requests).toHaveLength(1 + 2 + 1 + 3);
});

test('a call may be aborted, with its own reason', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  const controller = new AbortController();
  api.on('GET /v1/runs/tsk_1', () => {
    controller.abort('enough');
    return 'hang';
  });
  expect(await failure(clientOf(api.url).getRun('tsk_1', { abortSignal: controller.signal }))).toBe('enough');
});

test.each([
  [400, 'BadRequestError'],
  [403, 'ForbiddenError'],
  [404, 'NotFoundError'],
  [409, 'ConflictError'],
  [416, 'RangeNotSatisfiableError'],
  [422, 'UnprocessableEntityError'],
  [500, 'InternalServerError'],
] as const)('%d is a %s, and a SkyvernError with status, body and answer', async (status, name) => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  api.on('GET /v1/runs/tsk_1', { status, body: { detail: 'words of the server' }, headers: { 'x-request-id': 'r-1' } });
  const error = await failure(clientOf(api.url, { maxRetries: 0 }).getRun('tsk_1'));
  expect(error).toBeInstanceOf(SkyvernApi[name]);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toBeInstanceOf(SkyvernError);
  expect(error).toMatchObject({ name, statusCode: status, body: { detail: 'words of the server' }, requestId: 'r-1' });
  const { rawResponse } = error as unknown as SkyvernError;
  expect([rawResponse?.status, rawResponse?.headers.get('x-request-id'), rawResponse?.url]).toEqual([
    status,
    'r-1',
    `${api.url}/v1/runs/tsk_1`,
  ]);
});

test('other failures have no status', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  api.on('GET /v1/runs/tsk_1', 'reset', 'hang', { redirect: 'http://127.0.0.1:9/' }, { status: 418, body: '' });
  const client = clientOf(api.url, { maxRetries: 0 });
  const lost = await failure(client.getRun('tsk_1'));
  expect(lost).toBeInstanceOf(NetworkError);
  expect(lost).toMatchObject({ statusCode: undefined, body: undefined, rawResponse: undefined });
  const slow = await failure(client.getRun('tsk_1', { timeoutInSeconds: 0.05 }));
  expect([slow instanceof SkyvernTimeoutError, slow instanceof NetworkError]).toEqual([true, true]);
  expect(await failure(client.getRun('tsk_1'))).toBeInstanceOf(IntegrityError);
  const teapot = await failure(client.getRun('tsk_1'));
  expect([teapot.name, teapot['statusCode'], teapot instanceof NotFoundError]).toEqual(['ApiError', 418, false]);
});

test('withRawResponse gives the data and the answer; without it a call is a promise like any other', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  api.run('tsk_1', { status: 'completed' });
  const client = clientOf(api.url);
  api.on('GET /v1/runs/tsk_1', { status: 200, body: api.run('tsk_1'), headers: { 'x-a': 'b', 'set-cookie': 'c=d' } });
  const { data, rawResponse } = await client.getRun('tsk_1').withRawResponse();
  expect([data.run_id, rawResponse.status, rawResponse.headers.get('X-A'), rawResponse.url]).toEqual([
    'tsk_1',
    200,
    'b',
    `${api.url}/v1/runs/tsk_1`,
  ]);
  expect(await Promise.all([client.getRun('tsk_1').then(({ status }) => status), client.getVersion()])).toEqual([
    'created',
    { version: '1.0.56' },
  ]);
  let ended = 0;
  expect(
    await client
      .getRun('nope')
      .catch(({ name }) => name)
      .finally(() => ended++),
  ).toBe('NotFoundError');
  await expect(client.getRun('nope').withRawResponse()).rejects.toBeInstanceOf(NotFoundError);
  expect(ended).toBe(1);
});

test('a key or header of the caller is in no message', async () => {
  const api = await fakeSkyvern();
  const canary = 'canary-5d1f';
  api.on('GET /v1/runs/tsk_1', { status: 400, body: { detail: `bad header ${canary}-h, key ${canary}-k` } });
  const error = await failure(clientOf(api.url).getRun('tsk_1', { apiKey: `${canary}-k`, headers: { authorization: `${canary}-h` } }));
  expect(JSON.stringify([error, error.message, error['body']])).not.toContain(canary);
});

test('watchRun tells a run as it happens, from a client or from anything that reads runs', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  const clock = manualClock({ auto: false });
  const client = clientOf(api.url, { clock });
  api.run('tsk_1', { status: 'created' });
  api.script('tsk_1', {}, { status: 'running' }, { status: 'completed', output: { title: 'T' } });
  const all = async (events: AsyncIterable<RunEvent>) => {
    const seen: RunEvent[] = [];
    for await (const event of events) seen.push(event);
    return seen;
  };
  const live = await meanwhile(clock, all(client.watchRun('tsk_1', { timeout: 1e7 })));
  expect(live.flatMap((event) => (event.type === 'status' ? [event.to] : []))).toEqual(['created', 'running', 'completed']);
  expect(live.at(-1)).toMatchObject({ type: 'result', exit_code: 0, run: { output: { title: 'T' } } });
  expect(live.reduce(reduce, emptyView('tsk_1'))).toMatchObject({ status: 'completed' });
  const later = await meanwhile(clock, all(watchRun(client.runSource, 'tsk_1', { clock, details: false })));
  expect(later.at(-1)).toMatchObject({ type: 'result', status: 'completed' });
  expect(await waitForRun(client, 'tsk_1', { clock })).toMatchObject({ run_id: 'tsk_1', status: 'completed' });
  expect(await failure(client.waitForRun('tsk_404', { timeout: 1e7 }))).toMatchObject({ code: 'not_found', exitCode: 5, runId: 'tsk_404' });
});

const BODY = '{"run_id":"tsk_1","status":"completed","output":{"score":1,"name":"Zoë"}}';
const SIGNATURE = '5a875b5619fa6762f5b04c3d0cce42b1055b8c0bce8ba635a6d285c0a2e1e37c';

test('verifyWebhook knows the bytes that were signed, by whichever key', () => {
  expect(Buffer.byteLength(BODY)).toBe(74);
  expect(signWebhook(BODY, 'test-key')).toBe(SIGNATURE);
  expect(verifyWebhook(BODY, SIGNATURE, 'test-key')).toBe(true);
  expect(verifyWebhook(new TextEncoder().encode(BODY), SIGNATURE.toUpperCase(), ['old-key', 'test-key'])).toBe(true);
});

test.each<[string, string | Uint8Array, string | null | undefined, string | string[]]>([
  ['another key', BODY, SIGNATURE, 'other-key'],
  ['no key', BODY, SIGNATURE, []],
  ['an empty key, with which anyone can sign', BODY, createHmac('sha256', '').update(BODY).digest('hex'), ['']],
  ['a byte more', `${BODY}\n`, SIGNATURE, 'test-key'],
  ['the same values, written again', JSON.stringify(JSON.parse(BODY), null, 1), SIGNATURE, 'test-key'],
  ['no signature', BODY, undefined, 'test-key'],
  ['an empty signature', BODY, '', 'test-key'],
  ['a signature that is cut', BODY, SIGNATURE.slice(0, -2), 'test-key'],
  ['a signature that is none', BODY, 'z'.repeat(64), 'test-key'],
])('verifyWebhook refuses %s', (_, body, signature, keys) => {
  expect(verifyWebhook(body, signature, keys)).toBe(false);
});

test('verifyWebhook takes no parsed body', () => {
  expect(() => verifyWebhook(JSON.parse(BODY), SIGNATURE, 'test-key')).toThrow(TypeError);
});
