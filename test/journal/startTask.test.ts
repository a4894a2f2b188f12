import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Interrupted } from '../../src/errors.js';
import { settleByHand } from '../../src/journal/recover.js';
import { startTask } from '../../src/journal/startTask.js';
import { manualClock } from '../support/clock.js';
import type { Fault } from '../support/faultServer.js';
import { page } from '../support/faultServer.js';
import { BODY, bench } from './bench.js';

const settled = (promise: Promise<unknown>) =>
  promise.then(
    (value) => ({ value }) as never,
    (error) => error,
  );

test('a start is on the disk before its POST, private, without a word of the request, and acked with its run', async () => {
  const { server, deps, journal, opsFolder } = await bench();
  const { run, op, adopted } = await startTask(deps, BODY);
  expect(journal.find(op)).toMatchObject({ op, state: 'acked', run_id: run.run_id, attempts: [{ outcome: 'answered' }] });
  expect(adopted).toBe(false);
  expect(server.made.map(({ run_id, key }) => [run_id, key])).toEqual([[run.run_id, op]]);
  expect(statSync(opsFolder).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(opsFolder)) {
    expect(statSync(join(opsFolder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(opsFolder, name), 'utf8')).not.toMatch(/canary-9f8e7d|news\.ycombinator|key-1/);
  }
  expect(readdirSync(opsFolder).filter((name) => !/^(\w{26}\.json|local\.key)$/.test(name))).toEqual([]);
});

test('while the POST is under way its entry says `sent`', async () => {
  const { deps, journal } = await bench();
  const seen: unknown[] = [];
  const starts = {
    task: async (...args: Parameters<typeof deps.client.starts.task>) => {
      seen.push(journal.find(args[1].idempotencyKey)?.state);
      return deps.client.starts.task(...args);
    },
  } as typeof deps.client.starts;
  await startTask({ ...deps, client: { runs: deps.client.runs, sessions: deps.client.sessions, starts } }, BODY);
  expect(seen).toEqual(['sent']);
});

test('F41 no journal, no POST', async () => {
  const { server, deps, io } = await bench();
  mkdirSync(io.home, { recursive: true });
  writeFileSync(join(io.home, 'state'), 'a file where the folder should be');
  await expect(startTask(deps, BODY)).rejects.toMatchObject({ exitCode: 17 });
  expect(server.seen).toEqual([]);
});

const html502: Fault = { kind: 'answer', made: true, status: 502, headers: { 'content-type': 'text/html' }, body: page('502 Bad Gateway') };
const LOST: readonly (readonly [string, Fault])[] = [
  ['F01 a reset after the run was made', { kind: 'reset', made: true }],
  ['F01 an end of the connection after the run was made', { kind: 'close', made: true }],
  ['F03 a 502 page after the run was made', html502],
  ['F03 a 504 after the run was made', { kind: 'answer', made: true, status: 504, body: '' }],
  ['F04 no answer in time', { kind: 'stall', bytes: 0 }],
  ['F05 JSON that is cut', { kind: 'cut', bytes: 300 }],
  ['F05 headers that are cut', { kind: 'cut', bytes: 20 }],
  ['F05 a body that stops', { kind: 'stall', bytes: 300 }],
  ['F05 an empty 200', { kind: 'answer', made: true, status: 200, body: '' }],
  [
    'F05 a log-in page with 200',
    { kind: 'answer', made: true, status: 200, headers: { 'content-type': 'text/html' }, body: page('Log in') },
  ],
  ['F05 JSON without a run id', { kind: 'answer', made: true, status: 200, body: '{"status":"created"}' }],
  ['F05 JSON null', { kind: 'answer', made: true, status: 200, body: 'null' }],
  ['F05 a run id twice', { kind: 'answer', made: true, status: 200, body: '{"run_id":"tsk_1","run_id":"tsk_2"}' }],
  [
    'F05 a body longer than announced',
    { kind: 'raw', made: true, bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{"run_id":"tsk_1"}' },
  ],
  ['F09 a 500 after the run was made', { kind: 'answer', made: true, status: 500, body: '{"error":"Unexpected error: LLM"}' }],
  ['F27 a 408 after the run was made', { kind: 'answer', made: true, status: 408, body: '{"detail":"slow"}' }],
  [
    'F30 a compressed answer',
    { kind: 'answer', made: true, status: 200, headers: { 'content-encoding': 'br' }, body: Buffer.from([1, 2, 3]) },
  ],
];

test.each(LOST)('%s: found and adopted, one run, one POST', async (_name, fault) => {
  const { server, deps, journal, progress } = await bench();
  server.plan(fault);
  const { run, op, adopted } = await startTask(deps, BODY);
  expect(adopted).toBe(true);
  expect(server.made.map(({ run_id }) => run_id)).toEqual([run.run_id]);
  expect(server.seen.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  expect(journal.find(op)).toMatchObject({ state: 'adopted', run_id: run.run_id });
  expect(progress.map(({ type }) => type)).toEqual(['sending', 'lost', 'looking', 'found']);
});

test('F04 a run that appears 100 s after its request is adopted', async () => {
  const { server, deps } = await bench();
  server.plan({ kind: 'late', afterMs: 100_000 });
  const { run } = await startTask(deps, BODY);
  expect(server.made.map(({ run_id }) => run_id)).toEqual([run.run_id]);
});

test('F04 a run that appears after the search has ended is found by recover, which proves a lost one absent only when none can appear any more', async () => {
  const { server, deps, clock, recoverAll } = await bench();
  server.plan({ kind: 'late', afterMs: 200_000 });
  const lost = await settled(startTask(deps, BODY));
  expect(lost).toMatchObject({ exitCode: 7, code: 'start_unknown', hint: `\`skyvern run recover --op ${lost.op}\` looks again` });
  expect(await recoverAll()).toMatchObject([{ op: lost.op, result: 'waiting' }]);
  await clock.sleep(100_000);
  expect(await recoverAll()).toMatchObject([{ op: lost.op, result: 'found', run_id: server.made[0]?.run_id }]);
  expect(await recoverAll()).toEqual([]);

  server.plan({ kind: 'reset', made: false });
  const absent = await settled(startTask(deps, BODY));
  expect(absent).toMatchObject({ exitCode: 7 });
  await clock.sleep(600_000);
  expect(await recoverAll()).toMatchObject([{ op: absent.op, result: 'none' }]);
  expect(server.made).toHaveLength(1);
});

const REFUSED: readonly (readonly [number, string, number, string])[] = [
  [400, '{"detail":"Invalid url: malformed."}', 9, 'bad_request'],
  [401, '{"detail":"Invalid credentials"}', 4, 'key_refused'],
  [402, '{"detail":"Insufficient credits"}', 9, 'payment_required'],
  [403, '{"detail":"Invalid credentials"}', 4, 'key_refused'],
  [403, '{"detail":"Quota of this plan is used up"}', 9, 'payment_required'],
  [404, '{"detail":"Browser session pbs_1 does not exist or is not live."}', 5, 'not_found'],
  [409, '{"detail":"Concurrent update"}', 9, 'conflict'],
  [422, '{"detail":[{"type":"missing","loc":["body","prompt"],"msg":"Field required","input":{"canary":"canary-9f8e7d"}}]}', 9, 'invalid'],
];

test.each(REFUSED)('F11 %d %s: nothing made, not looked for, exit %d', async (status, body, exit, code) => {
  const { server, deps, journal } = await bench();
  server.plan({ kind: 'answer', made: false, status, body });
  const error = await settled(startTask(deps, BODY));
  expect(error).toMatchObject({ exitCode: exit, code, status });
  expect(JSON.stringify([error.message, error.body])).not.toContain('canary-9f8e7d');
  expect(server.seen).toEqual(['POST /v1/run/tasks']);
  expect(journal.unsettled()).toEqual([]);
});

test('F06 an answer with something that is no run id: 16, and nothing of it is kept', async () => {
  const { server, deps, journal } = await bench();
  server.plan({ kind: 'answer', made: true, status: 200, body: '{"run_id":"../../etc/passwd"}' });
  expect(await settled(startTask(deps, BODY))).toMatchObject({ exitCode: 16, code: 'bad_run_id' });
  expect(JSON.stringify(journal.entries())).not.toContain('etc/passwd');
  expect(journal.unsettled()).toMatchObject([{ state: 'unknown', run_id: null }]);
});

const redirect = (status: number): Fault => ({
  kind: 'answer',
  made: false,
  status,
  headers: { location: 'http://127.0.0.1:9/v1/run/tasks' },
  body: '',
});
test.each([301, 302, 303, 307, 308])('A15 a start sent on with %d is not followed: 16', async (status) => {
  const { server, deps } = await bench();
  server.plan(redirect(status));
  const error = await settled(startTask(deps, BODY));
  expect(error).toMatchObject({ exitCode: 16, code: 'redirect' });
  expect(error.message).toContain(server.url);
  expect(error.message).toContain('http://127.0.0.1:9');
  expect(server.seen).toHaveLength(1);
});

test('F02 a connection reset before the request had any effect: asked, not sent again', async () => {
  const { server, deps, journal } = await bench();
  server.plan({ kind: 'reset', made: false });
  const error = await settled(startTask(deps, BODY));
  expect(error).toMatchObject({ exitCode: 7 });
  expect(journal.find(error.op)?.state).toBe('unknown');
  expect(server.made).toEqual([]);
  expect(server.seen.filter((line) => line.startsWith('POST'))).toHaveLength(1);
});

test('F02 a connection reset when it opens is tried again where nothing was written, and asked about where it was', async () => {
  const { server, deps } = await bench();
  server.plan({ kind: 'reset_unread' });
  const outcome = await settled(startTask(deps, BODY));
  expect(server.made).toHaveLength('value' in outcome ? 1 : 0);
  if (!('value' in outcome)) expect(outcome).toMatchObject({ exitCode: 7 });
});

test('never sent: tried three times, then 3, and nothing is left open', async () => {
  const { deps, journal, progress } = await bench();
  const server = { ...deps.server, baseUrl: new URL('http://127.0.0.1:1') };
  const { ApiClient } = await import('../../src/client/client.js');
  const client = new ApiClient({ baseUrl: server.baseUrl, apiKey: 'key-1', clock: deps.clock, random: deps.random });
  expect(await settled(startTask({ ...deps, client, server }, BODY))).toMatchObject({ exitCode: 3, code: 'unreachable' });
  expect(progress.map(({ type }) => type)).toEqual(['sending', 'retrying', 'sending', 'retrying', 'sending']);
  expect(journal.unsettled()).toEqual([]);
});

test('F07 429 is waited out and sent again as the same start; past the patience it is 6 with the time', async () => {
  const { server, deps, clock } = await bench();
  const limited = (after: string): Fault => ({
    kind: 'answer',
    made: false,
    status: 429,
    headers: { 'retry-after': after },
    body: '{"detail":"Rate limit exceeded"}',
  });
  server.plan(limited('30'), limited('soon'));
  const began = clock.monotonic();
  const { op } = await startTask(deps, BODY);
  expect(clock.monotonic() - began).toBeGreaterThanOrEqual(30_000);
  expect(server.made).toMatchObject([{ key: op }]);
  server.plan(limited('1000000000'));
  const error = await settled(startTask(deps, BODY));
  expect(error).toMatchObject({ exitCode: 6 });
  expect(error.message).toContain('1000000000 s');
});

test('two runs that may be it: 7 with both, settled by hand', async () => {
  const { server, deps, clock, journal } = await bench();
  server.plan({ kind: 'reset', made: true });
  server.twin({ ...BODY, url: 'https://news.ycombinator.com/' }, clock.now() + 5);
  const error = await settled(startTask(deps, BODY));
  expect(error).toMatchObject({ exitCode: 7, candidates: [{ run_id: 'tsk_7002' }, { run_id: 'tsk_7001' }] });
  const ours = server.made[1]?.run_id as string;
  expect(await settleByHand(journal, error.op, ours)).toMatchObject({ result: 'found', run_id: ours });
  await expect(settleByHand(journal, error.op, null)).rejects.toMatchObject({ exitCode: 2 });
});

test('a twin from before the request, of another content, or claimed by another start is not adopted', async () => {
  const one = await bench();
  const { server, deps, clock } = one;
  server.twin({ ...BODY, url: 'https://news.ycombinator.com/' }, clock.now() - 90_000);
  server.twin({ ...BODY, url: 'https://news.ycombinator.com/', webhook_url: 'https://example.com/' }, clock.now());
  server.twin({ ...BODY, prompt: 'Something else' }, clock.now());
  const other = await startTask((await bench({ beside: one })).deps, BODY);
  server.plan({ kind: 'reset', made: false });
  expect(await settled(startTask(deps, BODY))).toMatchObject({ exitCode: 7, candidates: [] });
  server.plan({ kind: 'reset', made: true });
  const { run } = await startTask(deps, BODY);
  expect(run.run_id).toBe(server.made.at(-1)?.run_id);
  expect(run.run_id).not.toBe(other.run.run_id);
});

test('F19 a server clock that is hours off changes nothing; without its time nobody but a person decides', async () => {
  const ahead = await bench({ skewMs: 9 * 3_600_000 });
  ahead.server.plan({ kind: 'reset', made: true });
  expect((await startTask(ahead.deps, BODY)).adopted).toBe(true);
  const silent = await bench({ tellsTime: false });
  silent.server.plan({ kind: 'reset', made: true });
  expect(await settled(startTask(silent.deps, BODY))).toMatchObject({
    exitCode: 7,
    candidates: [{ run_id: silent.server.made[0]?.run_id }],
  });
});

test('`adopt: exact` adopts nothing by content, and a prompt that the server rewrites is never compared', async () => {
  const { server, deps } = await bench();
  server.plan({ kind: 'reset', made: true });
  expect(await settled(startTask(deps, BODY, { adopt: 'exact' }))).toMatchObject({ exitCode: 7, candidates: [{ run_id: 'tsk_7001' }] });
  const blind = await bench();
  blind.server.plan({ kind: 'reset', made: true });
  expect(await settled(startTask(blind.deps, { prompt: 'Find the weather' }))).toMatchObject({
    exitCode: 7,
    candidates: [{ run_id: 'tsk_7001' }],
  });
});

test('`allowDuplicate` sends again once the search has ended, and only then', async () => {
  const { server, deps, clock } = await bench();
  server.plan({ kind: 'reset', made: false });
  const began = clock.monotonic();
  const { run } = await startTask(deps, BODY, { allowDuplicate: true });
  expect(server.made.map(({ run_id }) => run_id)).toEqual([run.run_id]);
  expect(clock.monotonic() - began).toBeGreaterThan(100_000);
});

test('a server that replays a repeated key is simply asked again, with the same key', async () => {
  const { server, deps } = await bench({ replays: true });
  server.plan({ kind: 'reset', made: false });
  const { op, adopted } = await startTask(deps, BODY);
  expect(server.made).toMatchObject([{ key: op }]);
  expect(adopted).toBe(false);
});

const fenced = { fence: true };
const ok: Fault = { kind: 'ok' };

test('a fenced start whose answer is lost is known by its session, whatever else has its content', async () => {
  const { server, deps, clock } = await bench();
  server.twin({ ...BODY, url: 'https://news.ycombinator.com/' }, clock.now());
  server.plan(ok, { kind: 'reset', made: true });
  const { run } = await startTask(deps, BODY, fenced);
  expect(run.run_id).toBe(server.sessions[0]?.runnable_id);
});

test('a fenced start that is not found ends its session and is sent again in another: one run can act', async () => {
  const { server, deps, journal } = await bench();
  server.plan(ok, { kind: 'reset', made: false });
  const { run, op } = await startTask(deps, BODY, fenced);
  expect(server.sessions).toMatchObject([
    { status: 'completed', runnable_id: null },
    { status: 'created', runnable_id: run.run_id },
  ]);
  expect(journal.find(op)).toMatchObject({
    state: 'acked',
    run_id: run.run_id,
    attempts: [{ outcome: 'fenced' }, { outcome: 'answered' }],
  });
});

test('a fenced start takes no run by its content: not one of someone else that is at work', async () => {
  const { server, deps, clock } = await bench();
  server.twin({ ...BODY, url: 'https://news.ycombinator.com/' }, clock.now());
  server.plan(ok, { kind: 'reset', made: false });
  const { run } = await startTask(deps, BODY, fenced);
  expect(run.run_id).toBe(server.sessions[1]?.runnable_id);
});

test('a fenced start waits for the run in its session, though the one of an earlier session shows first', async () => {
  const { server, deps, journal } = await bench();
  server.on('POST /v1/run/tasks', { kind: 'late', afterMs: 150_000 }, { kind: 'late', afterMs: 60_000 });
  const { run, op } = await startTask(deps, BODY, fenced);
  expect(server.made.map(({ run_id, acts }) => [run_id === run.run_id, acts])).toEqual([
    [false, false],
    [true, true],
  ]);
  expect(journal.find(op)).toMatchObject({ state: 'adopted', run_id: server.sessions[1]?.runnable_id });
});

test("a run that was fenced off is nobody's: a later start of the same content does not take it for its own", async () => {
  const { server, deps, clock } = await bench();
  server.on('POST /v1/run/tasks', { kind: 'late', afterMs: 200_000 });
  await startTask(deps, BODY, fenced);
  await clock.sleep(30_000);
  server.on('POST /v1/run/tasks', { kind: 'late', afterMs: 400_000 });
  expect(await settled(startTask(deps, BODY))).toMatchObject({ exitCode: 7, candidates: [{ status: 'failed' }] });
});

test('a fenced start that nobody answers, three times, leaves nothing that can act and nothing open', async () => {
  const { server, deps, journal } = await bench();
  const hush: Fault = { kind: 'reset', made: false };
  let count = 0;
  const starts = {
    task: (...args: Parameters<typeof deps.client.starts.task>) => {
      server.plan(hush);
      count++;
      return deps.client.starts.task(...args);
    },
  } as typeof deps.client.starts;
  const client = { runs: deps.client.runs, sessions: deps.client.sessions, starts };
  expect(await settled(startTask({ ...deps, client }, BODY, fenced))).toMatchObject({ exitCode: 3, code: 'connection_lost' });
  expect(count).toBe(3);
  expect(server.sessions.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
  expect(journal.unsettled()).toEqual([]);
});

test('a fenced start that arrives after its session was ended cannot act', async () => {
  const { server, deps, clock } = await bench();
  server.plan(ok, { kind: 'late', afterMs: 400_000 });
  const { run } = await startTask(deps, BODY, fenced);
  await clock.sleep(400_000);
  await deps.client.runs.list();
  expect(server.made).toHaveLength(2);
  expect(server.sessions.map(({ runnable_id }) => runnable_id)).toEqual([null, run.run_id]);
});

test('a fenced start whose session cannot be made, or that names another browser, is not sent', async () => {
  const { server, deps, journal } = await bench();
  server.plan({ kind: 'answer', made: false, status: 402, body: '{"detail":"no credits"}' });
  expect(await settled(startTask(deps, BODY, fenced))).toMatchObject({ exitCode: 9 });
  expect(await settled(startTask(deps, { ...BODY, browser_session_id: 'pbs_9' }, fenced))).toMatchObject({
    exitCode: 2,
    code: 'fence_browser',
  });
  expect(server.seen).toEqual(['POST /v1/browser_sessions']);
  expect(journal.unsettled()).toEqual([]);
});

test('a run key: the same request attaches to the first run, another one is refused, a refused start gives the key up', async () => {
  const one = await bench();
  const { server, deps } = one;
  const two = await bench({ beside: one });
  server.plan({ kind: 'answer', made: false, status: 422, body: '{"detail":"no"}' });
  expect(await settled(startTask(deps, BODY, { runKey: 'ci-17' }))).toMatchObject({ exitCode: 9 });
  const first = await startTask(deps, BODY, { runKey: 'ci-17' });
  const second = await startTask(two.deps, BODY, { runKey: 'ci-17' });
  expect(second).toMatchObject({ adopted: true, op: first.op, run: { run_id: first.run.run_id } });
  expect(await settled(startTask(two.deps, { ...BODY, prompt: 'Another' }, { runKey: 'ci-17' }))).toMatchObject({
    exitCode: 2,
    code: 'run_key_used',
  });
  expect(server.made).toHaveLength(1);
});

test('a run key whose start was cut off leads to the run that it made', async () => {
  const one = await bench();
  one.server.plan({ kind: 'reset', made: true });
  const dying = {
    ...one.deps,
    onProgress: ({ type }: { type: string }) => type === 'lost' && one.controller.abort(new Interrupted('interrupted')),
  };
  expect(await settled(startTask(dying as typeof one.deps, BODY, { runKey: 'k' }))).toMatchObject({ exitCode: 130 });
  const { run, adopted } = await startTask((await bench({ beside: one })).deps, BODY, { runKey: 'k' });
  expect([run.run_id, adopted]).toEqual([one.server.made[0]?.run_id, true]);
  expect(one.server.made).toHaveLength(1);
});

test('starts with one run key at the same time make one run', async () => {
  const one = await bench();
  const others = await Promise.all([3, 4, 5].map((seed) => bench({ beside: one, seed })));
  const runs = await Promise.all([one, ...others].map(({ deps }) => startTask(deps, BODY, { runKey: 'k' })));
  expect(one.server.made).toHaveLength(1);
  expect(new Set(runs.map(({ run }) => run.run_id))).toEqual(new Set([one.server.made[0]?.run_id]));
});

test('F34 an interrupt before anything was sent sends nothing', async () => {
  const { server, deps, controller, journal } = await bench();
  controller.abort(new Interrupted('interrupted'));
  expect(await settled(startTask(deps, BODY))).toMatchObject({ exitCode: 130 });
  expect(server.seen).toEqual([]);
  expect(journal.entries()).toEqual([]);
});

test('F34 an interrupt while the answer is under way waits for the id', async () => {
  const { server, deps, controller, journal } = await bench({ clock: manualClock({ auto: false }) });
  const stop = { ...deps, onProgress: () => controller.abort(new Interrupted('interrupted')) };
  const { run } = await startTask(stop, BODY);
  expect(run.run_id).toBe(server.made[0]?.run_id);
  expect(journal.unsettled()).toEqual([]);
});

test('F34 an interrupt whose answer does not come in 5 s ends 130, and recover finds the run', async () => {
  const { server, deps, controller, clock, journal, recoverAll } = await bench({ clock: manualClock({ auto: false }) });
  server.plan({ kind: 'stall', bytes: 0 });
  const start = settled(startTask({ ...deps, onProgress: () => controller.abort(new Interrupted('interrupted')) }, BODY));
  while (server.made.length === 0) await clock.advance(0);
  await clock.advance(5_000);
  const error = await start;
  expect(error).toMatchObject({ exitCode: 130, hint: expect.stringContaining(`skyvern run recover --op ${error.op}`) });
  expect(journal.find(error.op)?.state).toBe('unknown');
  expect(await recoverAll(error.op)).toMatchObject([{ result: 'found', run_id: server.made[0]?.run_id }]);
});

test('F44 an entry that a living process holds is left to it', async () => {
  const { server, deps, journal, clock, recoverAll } = await bench({ clock: manualClock({ auto: false }) });
  server.plan({ kind: 'stall', bytes: 0 });
  const start = settled(startTask(deps, BODY));
  while (server.made.length === 0) await clock.advance(0);
  const [entry] = journal.unsettled();
  expect(await recoverAll()).toMatchObject([{ op: entry?.op, result: 'busy', detail: `process ${process.pid} is at it` }]);
  expect(await start).toMatchObject({ value: { adopted: true } });
});

test('settled entries go after a month, unsettled ones stay', async () => {
  const { server, deps, clock, journal } = await bench();
  const old = await startTask(deps, BODY);
  server.plan({ kind: 'reset', made: false });
  const lost = await settled(startTask(deps, BODY));
  await clock.sleep(31 * 24 * 3_600_000);
  for (let count = 0; count < 200 && journal.find(old.op); count++) await startTask(deps, BODY);
  expect(journal.find(old.op)).toBeNull();
  expect(journal.find(lost.op)).not.toBeNull();
});

test('F45 entries that are cut, or of a newer version, are passed over and kept', async () => {
  const { deps, journal, opsFolder } = await bench();
  await startTask(deps, BODY);
  const newer = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  writeFileSync(join(opsFolder, `${newer}.json`), JSON.stringify({ v: 2, op: newer }));
  writeFileSync(join(opsFolder, '01ARZ3NDEKTSV4RRFFQ69G5FAW.json'), '{"v":1,"op":"01AR');
  expect(journal.entries()).toHaveLength(1);
  await startTask(deps, BODY);
  expect(readdirSync(opsFolder)).toEqual(expect.arrayContaining([`${newer}.json`, '01ARZ3NDEKTSV4RRFFQ69G5FAW.json']));
});
