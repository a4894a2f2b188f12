import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { NetworkError, StartUnknown, UsageError, WaitTimeoutError } from '../../src/index.js';
import { manualClock } from '../support/clock.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { type Fault, faultServer, page } from '../support/faultServer.js';
import { clientOf, failure, meanwhile } from './client.js';

const TASK = { prompt: 'Get the title of the top post', url: 'https://news.ycombinator.com' };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'skyvern-library-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const LOST: readonly (readonly [string, Fault])[] = [
  ['a reset after the run was made', { kind: 'reset', made: true }],
  ['a 502 after the run was made', { kind: 'answer', made: true, status: 502, body: page('Bad Gateway') }],
  ['an answer that is cut', { kind: 'cut', bytes: 300 }],
  ['an answer without a run id', { kind: 'answer', made: true, status: 200, body: '{"status":"created"}' }],
];

test.each(LOST)('without a journal, a start is sent once: %s', async (_, fault) => {
  const server = await faultServer();
  server.plan(fault);
  const error = await failure(clientOf(server.url, { maxRetries: 5 }).runTask(TASK));
  expect(error).toBeInstanceOf(StartUnknown);
  expect(error).toMatchObject({ code: 'start_unknown', exitCode: 7, hint: expect.stringContaining('getRunsV2') });
  expect(server.seen).toEqual(['POST /v1/run/tasks']);
  // What it was sent with: a server that keeps such keys can be asked.
  expect(server.headers[0]?.['idempotency-key']).toBe(error['op']);
});

test.each(LOST)('with a journal, its run is found: %s', async (_, fault) => {
  const server = await faultServer({ now: () => clock.now() });
  const clock = manualClock();
  server.plan(fault);
  const run = await clientOf(server.url, { clock, journal: folder() }).runTask({ body: TASK });
  expect(run.run_id).toBe(server.made[0]?.run_id);
  expect(server.seen.filter((each) => each.startsWith('POST'))).toHaveLength(1);
});

test('what a crashed process left in the journal is found by the next', async () => {
  const clock = manualClock();
  const server = await faultServer({ now: () => clock.now() });
  const journal = folder();
  server.plan({ kind: 'late', afterMs: 200_000 });
  const first = await failure(clientOf(server.url, { clock, journal }).runTask(TASK));
  expect(first).toMatchObject({ code: 'start_unknown', hint: 'recoverStarts() looks for it again' });
  await clock.advance(200_000);
  const [found] = await clientOf(server.url, { clock, journal }).recoverStarts();
  expect(found).toMatchObject({ op: first['op'], result: 'found', run_id: server.made[0]?.run_id });
  expect(await clientOf(server.url, { clock, journal }).recoverStarts()).toEqual([]);
});

test('a run key is one run, and another request under it is refused', async () => {
  const server = await faultServer();
  const client = clientOf(server.url, { journal: folder() });
  const first = await client.runTask(TASK, { runKey: 'order-1' });
  expect((await client.runTask(TASK, { runKey: 'order-1' })).run_id).toBe(first.run_id);
  expect(await failure(client.runTask({ ...TASK, prompt: 'Another' }, { runKey: 'order-1' }))).toMatchObject({ code: 'run_key_used' });
  expect(server.made).toHaveLength(1);
  expect(await failure(clientOf(server.url).runTask(TASK, { runKey: 'order-1' }))).toMatchObject({ code: 'no_journal' });
});

test('a fenced start ends all doubt, whatever it starts; it needs a journal, and a browser of its own', async () => {
  const clock = manualClock();
  const server = await faultServer({ now: () => clock.now(), hasTags: false });
  const client = clientOf(server.url, { clock, journal: folder() });
  const login = { credential_type: 'skyvern', credential_id: 'cred_1' };
  for (const start of [
    () => client.runTask(TASK, { fence: true }),
    () => client.runWorkflow({ workflow_id: 'wpid_1' }, { fence: true }),
    () => client.login(login, { fence: true }),
    () => client.downloadFiles({ navigation_goal: 'the report' }, { fence: true }),
  ]) {
    server.plan({ kind: 'ok' }, { kind: 'reset', made: false });
    const run = await start();
    const [ended, open] = server.sessions.slice(-2);
    expect([ended?.status, ended?.runnable_id, open?.runnable_id]).toEqual(['completed', null, run.run_id]);
  }
  const made = server.made.length;
  const refused = client.runTask({ ...TASK, browser_session_id: 'pbs_1' }, { fence: true });
  expect(await failure(refused)).toMatchObject({ code: 'fence_browser' });
  expect(await failure(clientOf(server.url).runTask(TASK, { fence: true }))).toMatchObject({ code: 'no_journal' });
  expect(server.made).toHaveLength(made);
});

test('what the server did not receive is sent again, what it refused is not', async () => {
  const server = await faultServer();
  const limited: Fault = { kind: 'answer', made: false, status: 429, headers: { 'retry-after': '3' }, body: '{"detail":"slow down"}' };
  const clock = manualClock();
  const client = clientOf(server.url, { clock });
  server.plan(limited);
  await client.runTask(TASK);
  expect(clock.slept).toEqual([3_000]);
  server.plan(limited);
  expect(await failure(client.runTask(TASK, { maxRetries: 0 }))).toMatchObject({ statusCode: 429, code: 'rate_limited' });
  server.plan({ kind: 'answer', made: false, status: 400, body: '{"detail":"bad url"}' });
  expect(await failure(client.runTask(TASK))).toMatchObject({ name: 'BadRequestError', statusCode: 400, body: { detail: 'bad url' } });
  expect(server.made).toHaveLength(1);
});

test('nobody listens: nothing was made, and that is said', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const clock = manualClock();
  const error = await failure(clientOf(`http://127.0.0.1:${port}`, { clock }).runTask(TASK));
  expect(error).toBeInstanceOf(NetworkError);
  expect(error).toMatchObject({ code: 'unreachable' });
  expect(clock.slept).toHaveLength(2);
});

test('no journal, no POST', async () => {
  const server = await faultServer();
  const client = clientOf(server.url, { journal: '/dev/null/journal' });
  expect(await failure(client.runTask(TASK))).toMatchObject({ exitCode: 17 });
  expect(server.seen).toEqual([]);
});

test('both shapes of a request, and headers beside it, are the same start', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  const client = clientOf(api.url);
  await client.runTask({ ...TASK, engine: 'skyvern_v2', 'x-user-agent': 'my-app' });
  await client.runTask({ body: { ...TASK, engine: 'skyvern-2.0' }, 'x-user-agent': 'my-app', waitForCompletion: false, timeout: 3 });
  const [flat, wrapped] = api.seen('POST /v1/run/tasks');
  expect(JSON.parse(flat?.text ?? '')).toEqual({ ...TASK, engine: 'skyvern-2.0' });
  expect(wrapped?.text).toBe(flat?.text);
  expect(flat?.headers['x-user-agent']).toBe('my-app');
});

test('a workflow run has our mark, keeps the proxy of its workflow, and is found by the mark', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  api.workflow('wpid_1');
  const client = clientOf(api.url, { journal: folder() });
  const item = { task_run_type: 'workflow_run', status: 'running', created_at: '2026-01-20T11:52:29' };
  api.on('POST /v1/run/workflows', 'lost');
  api.on('GET /v1/runs', ({ query }) => {
    const [start] = api.seen('POST /v1/run/workflows');
    expect(query.getAll('tags')).toEqual([`cli-op:${start?.headers['idempotency-key']}`]);
    return { body: [{ ...item, run_id: api.started[0] }] };
  });
  const run = await client.runWorkflow({
    workflow_id: 'wpid_1',
    run_metadata: { team: 'garden' },
    template: true,
    'x-max-steps-override': 3,
  });
  expect(run.run_id).toBe(api.started[0]);
  const [start, again] = api.seen('POST /v1/run/workflows');
  expect(again).toBeUndefined();
  expect(JSON.parse(start?.text ?? '')).toEqual({
    workflow_id: 'wpid_1',
    proxy_location: null,
    run_metadata: { team: 'garden', 'cli-op': start?.headers['idempotency-key'] },
  });
  expect(start?.query.get('template')).toBe('true');
  expect(start?.headers['x-max-steps-override']).toBe('3');
});

test('without a journal, the error says how to find the run of a workflow', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  api.workflow('wpid_1');
  api.on('POST /v1/run/workflows', 'lost');
  const error = await failure(clientOf(api.url).runWorkflow({ workflow_id: 'wpid_1' }));
  const mark = JSON.parse(api.requests[0]?.text ?? '').run_metadata['cli-op'];
  expect(error['hint']).toContain(`getRunsV2({ tags: 'cli-op:${mark}' })`);
});

test('a run of the same workflow is never adopted for its content where there are tags', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  api.workflow('wpid_1');
  api.run('wr_9', { created_at: '2026-01-20T12:00:00', run_request: { workflow_id: 'wpid_1' } });
  api.on('POST /v1/run/workflows', 'reset');
  api.on(
    'GET /v1/runs',
    ...(Array.from(
      { length: 40 },
      () =>
        ({ query }: { query: URLSearchParams }) =>
          query.has('tags') ? { body: [] } : 'pass',
    ) as never[]),
  );
  const error = await failure(clientOf(api.url, { journal: folder() }).runWorkflow({ workflow_id: 'wpid_1' }));
  expect(error).toMatchObject({ code: 'start_unknown' });
});

/** A client on a clock that does not jump, and a time limit that is never reached. */
async function waiting() {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  const clock = manualClock({ auto: false });
  return { api, clock, client: clientOf(api.url, { clock }), wait: { waitForCompletion: true, timeout: 1e7 } };
}

test('login and downloadFiles go to their routes and wait when asked to', async () => {
  const { api, clock, client, wait } = await waiting();
  for (const [route, id] of [
    ['login', 'wr_1'],
    ['download_files', 'wr_2'],
  ] as const) {
    api.on(`POST /v1/run/tasks/${route}`, { body: api.run(id, { status: 'created' }) });
    api.script(id, { status: 'running' }, { status: 'failed', failure_reason: 'no such user' });
  }
  const login = await meanwhile(clock, client.login({ credential_type: 'skyvern', credential_id: 'cred_1', ...wait }));
  expect(login).toMatchObject({ run_id: 'wr_1', status: 'failed', failure_reason: 'no such user' });
  expect(api.seen('POST /v1/run/tasks/login')[0]?.body).toEqual({ credential_type: 'skyvern', credential_id: 'cred_1' });
  const files = await meanwhile(clock, client.downloadFiles({ body: { navigation_goal: 'The report' }, ...wait }));
  expect(files).toMatchObject({ run_id: 'wr_2', status: 'failed' });
});

test('waiting outlives bad answers, ends at its time, and leaves the run alone', async () => {
  const { api, clock, client, wait } = await waiting();
  api.on('POST /v1/run/tasks', { body: api.run('tsk_2', { status: 'created' }) });
  api.script('tsk_2', { status: 'running' }, { status: 'completed', output: 1 });
  api.on('GET /v1/runs/tsk_2', 'reset', { status: 502, body: 'Bad Gateway' }, 'reset', 'reset', 'reset');
  expect(await meanwhile(clock, client.runTask({ ...TASK, ...wait }))).toMatchObject({ status: 'completed', output: 1 });
  api.run('tsk_1', { status: 'running' });
  const error = await meanwhile(clock, failure(client.waitForRun('tsk_1', { timeout: 30 })));
  expect(error).toBeInstanceOf(WaitTimeoutError);
  expect(error).toMatchObject({ message: 'Timeout waiting for run tsk_1 to complete after 30 seconds', runId: 'tsk_1', exitCode: 124 });
  expect(api.seen('POST /v1/runs/tsk_1/cancel')).toEqual([]);
});

test('the signal of a call ends its wait with its own reason', async () => {
  const { api, client, wait } = await waiting();
  const controller = new AbortController();
  const reason = new Error('enough');
  api.on('POST /v1/run/tasks', { body: api.run('tsk_1', { status: 'running' }) });
  api.on('GET /v1/runs/tsk_1', () => {
    controller.abort(reason);
    return 'hang';
  });
  expect(await failure(client.runTask({ ...TASK, ...wait }, { abortSignal: controller.signal }))).toBe(reason);
});

test('a key of the call is for all of its requests, its time limit for the start', async () => {
  const { api, clock, client, wait } = await waiting();
  api.on('POST /v1/run/tasks', { body: api.run('tsk_1', { status: 'running' }) }, 'hang');
  api.script('tsk_1', { status: 'running' }, { status: 'completed' });
  // As a server does that answers when something changes: later than the limit.
  api.on('GET /v1/runs/tsk_1', ({ headers }) => {
    expect(headers.prefer).toBe('wait=25');
    return new Promise((resolve) => setTimeout(() => resolve('pass'), 80));
  });
  await meanwhile(clock, client.runTask({ ...TASK, ...wait }, { apiKey: 'key-1', timeoutInSeconds: 0.05 }));
  const others = { apiKey: 'key-2', timeoutInSeconds: 0.05 };
  expect(await failure(client.runTask(TASK, others))).toMatchObject({
    code: 'start_unknown',
    cause: { name: 'SkyvernTimeoutError', code: 'timeout' },
  });
  expect(api.requests.map(({ headers }) => headers['x-api-key'])).toEqual(['key-1', 'key-1', 'key-1', 'key-2']);
});

test('nothing is written without a journal', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  const home = folder();
  await clientOf(api.url, { env: { SKYVERN_HOME: home } }).runTask(TASK);
  expect(readdirSync(home)).toEqual([]);
});

test('what no server could read is refused here', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  const client = clientOf(api.url);
  for (const options of [
    { timeoutInSeconds: 0 },
    { maxRetries: 1.5 },
    { headers: { 'x-a': 'b\r\nc: d' } },
    { headers: { host: 'evil' } },
  ]) {
    expect(await failure(client.getRun('tsk_1', options))).toBeInstanceOf(UsageError);
  }
  expect(api.requests).toEqual([]);
});
