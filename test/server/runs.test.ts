import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Recorder } from '../../src/engine/task.js';
import { manualClock, turn } from '../support/clock.js';
import { embedded } from '../support/embedded.js';
import { tempFolder } from '../support/io.js';
import { expectSchema } from '../support/openapi.js';
import { anAction, PNG, scriptedRunner, untilAborted } from '../support/scriptedRunner.js';

/** A promise that a test settles. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

test('a waiting request is answered as soon as the run changes, and again when it ends', async () => {
  const go = gate();
  const runner = scriptedRunner({
    async gated(_, recorder) {
      await recorder.acting();
      await go.opened;
      return { status: 'completed', output: 1 };
    },
  });
  const { start, until, ask } = await embedded({ runner });
  const id = await start('gated');
  await until(id, 'running');
  const known = await ask('GET', `/v1/runs/${id}`, { headers: { prefer: 'wait=20' } });
  expect([known.status, known.headers.get('preference-applied')]).toEqual([200, 'wait']); // nothing known yet: at once
  const waiting = ask('GET', `/v1/runs/${id}`, { headers: { prefer: 'wait=20', 'if-none-match': known.headers.get('etag')! } });
  expect(await Promise.race([waiting, ask('GET', '/v1/version').then(() => 'still waiting')])).toBe('still waiting');
  const openedAt = performance.now();
  go.open();
  const changed = await waiting;
  expect(performance.now() - openedAt).toBeLessThan(500);
  expect([changed.status, changed.body.status]).toEqual([200, 'completed']);
  expect(changed.headers.get('etag')).not.toBe(known.headers.get('etag'));
  // an ended run has no more news: not even a waiting request is kept
  const ended = await ask('GET', `/v1/runs/${id}`, { headers: { prefer: 'wait=20', 'if-none-match': changed.headers.get('etag')! } });
  expect([ended.status, ended.headers.get('preference-applied')]).toEqual([304, null]);
});

test('a wait without news ends after its time with 304, and is never longer than 25 seconds', async () => {
  const clock = manualClock({ auto: false });
  const { server, url, token } = await embedded({ clock });
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body: string | null = null) => {
    const all = { host: new URL(url).host, 'x-api-key': token, 'content-type': 'application/json', ...headers };
    return server.handle(new Request(url + path, { method, headers: all, body }));
  };
  const started = await ask('POST', '/v1/run/tasks', {}, JSON.stringify({ prompt: 'wait', url: 'http://127.0.0.1:9/' }));
  const { run_id } = (await started.json()) as { run_id: string };
  await clock.advance(0); // lets the worker take it
  const etag = (await ask('GET', `/v1/runs/${run_id}`)).headers.get('etag')!;
  for (const [prefer, waitMs] of [
    ['wait=3', 3_000],
    ['respond-async, wait=9999', 25_000],
  ] as const) {
    let answered: Response | null = null;
    void ask('GET', `/v1/runs/${run_id}`, { prefer, 'if-none-match': etag }).then((response) => {
      answered = response;
    });
    await turn();
    await clock.advance(waitMs - 1);
    expect(answered).toBeNull();
    await clock.advance(1);
    expect((answered as Response | null)?.status).toBe(304);
  }
  expect((await ask('GET', `/v1/runs/${run_id}`, { 'if-none-match': `W/${etag}, "x"` })).status).toBe(304);
});

test('a client that goes away while waiting does not keep the server busy', async () => {
  const clock = manualClock({ auto: false }); // so the wait itself never ends
  const { start, ask, url, token, server } = await embedded({ clock });
  const id = await start('wait');
  await clock.advance(0);
  const etag = (await ask('GET', `/v1/runs/${id}`)).headers.get('etag')!;
  const client = new AbortController();
  const headers = { 'x-api-key': token, prefer: 'wait=20', 'if-none-match': etag };
  const waiting = fetch(`${url}/v1/runs/${id}`, { headers, signal: client.signal });
  while (clock.sleepers === 0) await turn();
  client.abort();
  await expect(waiting).rejects.toThrow();
  while (clock.sleepers > 0) await turn();
  await ask('POST', `/v1/runs/${id}/cancel`);
  while (server.idleMs() > 0) await turn();
  await clock.advance(5);
  expect(server.idleMs()).toBe(5);
});

test('the timeline of a task is one block: its actions newest first, where the browser is, how it ended', async () => {
  const { start, until, ask } = await embedded();
  const id = await start('complete');
  await until(id, 'completed');
  const { body } = await ask('GET', `/v1/runs/${id}/timeline`);
  expectSchema('WorkflowRunTimeline', body[0]);
  expect(body).toMatchObject([{ type: 'block', thought: null, children: [], block: { block_type: 'task', status: 'completed' } }]);
  const { block } = body[0];
  expect(block).toMatchObject({ url: 'http://127.0.0.1:9/page-2', output: { title: 'A page' }, task_id: id, error_codes: [] });
  expect(block.actions.map((action: { action_type: string }) => action.action_type)).toEqual(['click', 'goto_url']);
  expect(block.workflow_run_block_id).toMatch(/^wrb_\d+$/);
});

test('screenshots and downloads are private files, served to be saved and never shown', async () => {
  const runner = scriptedRunner({
    async download(spec, recorder) {
      await recorder.acting();
      await recorder.stepStarted(0);
      await recorder.action(0, anAction());
      const path = join(spec.downloadsDir, '1');
      writeFileSync(path, '<script>alert(1)</script>');
      await recorder.downloaded({ name: 'ré"port\n.html', path, sizeBytes: 25, checksum: 'c'.repeat(64), url: 'http://127.0.0.1:9/f' });
      return { status: 'completed', output: null };
    },
  });
  const { start, until, ask, folder, url } = await embedded({ runner });
  const id = await start('download');
  const run = await until(id, 'completed');
  expect(run.screenshot_urls).toEqual([expect.stringMatching(new RegExp(`^${url}/v1/artifacts/a_\\d+/content$`))]);
  const [file] = run.downloaded_files;
  expect(file).toMatchObject({ filename: 'ré"port\n.html', file_size: 25, checksum: 'c'.repeat(64) });
  const got = await ask('GET', new URL(file.url).pathname);
  expect(got.body).toBe('<script>alert(1)</script>');
  expect(Object.fromEntries(got.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="r__port_.html"; filename*=UTF-8''r%C3%A9%22port%0A.html`,
    'content-security-policy': expect.stringContaining('sandbox'),
    'x-content-type-options': 'nosniff',
  });
  const artifacts = (await ask('GET', `/v1/runs/${id}/artifacts`)).body;
  const shot = join(folder, 'artifacts', id, `${artifacts[0].artifact_id}.png`);
  if (process.platform !== 'win32') expect(statSync(shot).mode & 0o777).toBe(0o600);
  expect(artifacts[0].file_size).toBe(PNG.length);
});

test('cancelling stops the engine at once, keeps what was done, and refuses everything it writes later', async () => {
  const afterwards = gate();
  let late: unknown;
  const runner = scriptedRunner({
    async stubborn(_, recorder, signal) {
      await recorder.acting();
      await recorder.stepStarted(0);
      await recorder.action(0, anAction());
      await untilAborted(signal).catch(() => {});
      late = await recorder.action(0, anAction({ actionType: 'input_text' })).catch((error: unknown) => error);
      afterwards.open();
      return { status: 'completed', output: 'too late' };
    },
  });
  const { start, untilActions, ask } = await embedded({ runner, concurrency: 1 });
  const id = await start('stubborn');
  await untilActions(id, 1);
  const next = await start('complete');
  const canceledAt = performance.now();
  expect((await ask('POST', `/v1/runs/${id}/cancel`)).body).toBeNull();
  expect((await ask('GET', `/v1/runs/${id}`)).body).toMatchObject({ status: 'canceled', output: null });
  expect(performance.now() - canceledAt).toBeLessThan(1_000);
  await afterwards.opened;
  expect(late).toMatchObject({ name: 'LeaseLost' });
  await untilActions(next, 2); // the place is free again
  expect((await ask('GET', `/v1/runs/${id}`)).body).toMatchObject({ status: 'canceled', output: null });
  expect((await ask('GET', `/api/v1/tasks/${id}/actions`)).body).toHaveLength(1);
  expect((await ask('GET', `/api/v1/tasks/${id}/steps`)).body).toMatchObject([{ status: 'canceled' }]);
});

test('runs beyond the places wait as queued, in order, and a waiting one can be cancelled', async () => {
  const { start, until, ask } = await embedded({ concurrency: 1 });
  const first = await start('hold');
  await until(first, 'running');
  const [second, third] = [await start('complete'), await start('complete')];
  const waiting = await until(second, 'queued');
  expect(waiting).toMatchObject({ queued_at: expect.any(String), started_at: null, finished_at: null });
  expect((await ask('GET', `/v1/runs/${second}/timeline`)).body).toEqual([]);
  await ask('POST', `/v1/runs/${second}/cancel`);
  await ask('POST', `/v1/runs/${first}/cancel`);
  expect(await until(third, 'completed')).toMatchObject({ output: { title: 'A page' } });
  expect((await ask('GET', `/v1/runs/${second}`)).body).toMatchObject({ status: 'canceled', started_at: null });
});

test('an engine that breaks fails its run and nothing else', async () => {
  const runner = scriptedRunner({ break: () => Promise.reject(new TypeError('cannot read x of undefined')) });
  const { start, until, log } = await embedded({ runner });
  const id = await start('break');
  expect(await until(id, 'failed')).toMatchObject({ failure_reason: 'cannot read x of undefined' });
  expect(log.join()).toContain(id);
  expect((await until(await start('complete'), 'completed')).failure_reason).toBeNull();
});

test('an engine that records an action before it said that it acts is stopped', async () => {
  let error: unknown;
  const runner = scriptedRunner({
    async hasty(_, recorder: Recorder) {
      await recorder.stepStarted(0);
      error = await recorder.action(0, anAction()).catch((each: unknown) => each);
      throw error;
    },
  });
  const { start, ask } = await embedded({ runner });
  const id = await start('hasty');
  while (error === undefined) await turn();
  expect(error).toMatchObject({ name: 'LeaseLost' });
  expect((await ask('GET', `/api/v1/tasks/${id}/actions`)).body).toEqual([]);
});

test('F50 F51 after a stop: acting runs are failed with their evidence, untouched ones and those without their secrets are told apart', async () => {
  const folder = tempFolder();
  const first = await embedded({ folder, concurrency: 2, pid: 1 });
  const acting = await first.start('hold');
  const untouched = await first.start('wait');
  await first.untilActions(acting, 2);
  await first.until(untouched, 'running');
  const queued = await first.start('complete');
  const secret = await first.start('complete', { secrets: { PASSWORD: 'x' } });
  await first.stop();

  const runner = scriptedRunner({ wait: async () => ({ status: 'completed', output: 'second time' }) });
  const second = await embedded({ folder, pid: 2, runner });
  expect((await second.ask('GET', `/v1/runs/${acting}`)).body).toMatchObject({
    status: 'failed',
    failure_reason: expect.stringMatching(/^interrupted: /),
    errors: [{ error_code: 'INTERRUPTED' }],
    step_count: 1,
    screenshot_urls: [expect.any(String), expect.any(String)],
  });
  expect((await second.ask('GET', `/api/v1/tasks/${acting}/steps`)).body).toMatchObject([{ status: 'failed' }]);
  expect(await second.until(untouched, 'completed')).toMatchObject({ output: 'second time' });
  expect(await second.until(queued, 'completed')).toMatchObject({ output: { title: 'A page' } });
  expect(await second.until(secret, 'failed')).toMatchObject({
    failure_reason: expect.stringContaining('secrets'),
    started_at: expect.any(String),
  });
  expect(runner.specs.map(({ runId }) => runId).sort()).toEqual([untouched, queued].sort());
});

test('F51 told to stop, what is at work has its time to end; what takes longer is failed, what waits is kept', async () => {
  const go = gate();
  const runner = scriptedRunner({
    async gated(_, recorder) {
      await recorder.acting();
      await go.opened;
      return { status: 'completed', output: 'in time' };
    },
  });
  const [folder, clock] = [tempFolder(), manualClock({ auto: false })];
  const first = await embedded({ folder, pid: 1, runner, clock, concurrency: 2 });
  const [inTime, late] = [await first.start('gated'), await first.start('hold')];
  const queued = await first.start('complete');
  await clock.advance(0);
  await first.untilActions(late, 2);
  const stopping = first.server.stop(10_000);
  go.open();
  await first.until(inTime, 'completed');
  await clock.advance(9_999);
  expect((await first.ask('GET', `/v1/runs/${late}`)).body.status).toBe('running');
  await clock.advance(1);
  await stopping;
  await first.stop();
  const second = await embedded({ folder, pid: 2 });
  expect((await second.until(inTime, 'completed')).output).toBe('in time');
  expect(await second.until(late, 'failed')).toMatchObject({ failure_reason: expect.stringMatching(/^interrupted: /) });
  await second.until(queued, 'completed');
});

test('F41 a full disk: a start says so and leaves no run; a run at work ends once there is room', async () => {
  const go = gate();
  const runner = scriptedRunner({
    async gated(_, recorder) {
      await recorder.acting();
      await go.opened;
      return { status: 'completed', output: 'x'.repeat(100_000) };
    },
  });
  const clock = manualClock();
  const { start, until, ask, db, log } = await embedded({ runner, clock });
  const id = await start('gated');
  await until(id, 'running');
  const pages = db.prepare('PRAGMA page_count').get()!['page_count'];
  db.exec(`PRAGMA max_page_count = ${pages}`);
  const refused = await ask('POST', '/v1/run/tasks', { body: { prompt: `complete ${'x'.repeat(500_000)}`, url: 'http://127.0.0.1:9/' } });
  expect([refused.status, refused.body.detail]).toEqual([507, expect.stringContaining('the disk is full')]);
  expect((await ask('GET', '/v1/runs')).body).toHaveLength(1);
  go.open();
  while (!log.some((line) => line.startsWith(id))) await turn();
  expect((await ask('GET', `/v1/runs/${id}`)).body.status).toBe('running');
  db.exec('PRAGMA max_page_count = 1000000');
  expect((await until(id, 'completed')).output).toHaveLength(100_000);
});

test('an output that is no JSON fails its run', async () => {
  const { start, until } = await embedded({ runner: scriptedRunner({ odd: async () => ({ status: 'completed', output: 1n }) }) });
  expect(await until(await start('odd'), 'failed')).toMatchObject({ output: null, failure_reason: expect.stringContaining('BigInt') });
});
