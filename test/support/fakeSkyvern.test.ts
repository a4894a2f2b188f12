/** Of the fake, what the contract suite does not cover: the faults that other tests plan. */
import { expect, test } from 'vitest';
import { fakeSkyvern } from './fakeSkyvern.js';

const headers = { 'x-api-key': 'fake-api-key', 'content-type': 'application/json' };

test('planned replies are used once, in order, then the fake answers as usual', async () => {
  const server = await fakeSkyvern();
  server.run('tsk_1', { status: 'running' });
  server.on(
    'GET /v1/runs/tsk_1',
    { status: 503, headers: { 'retry-after': '1' }, body: { error: 'x' } },
    { redirect: 'http://other.test/' },
    'reset',
  );
  server.on('GET /v1/runs/tsk_1', { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"run_id": ' }, { body: '<html>' }, ({ query }) => ({
    body: query.get('n'),
  }));
  const get = () => fetch(`${server.url}/v1/runs/tsk_1?n=7`, { headers, redirect: 'manual' });
  const down = await get();
  expect([down.status, down.headers.get('retry-after'), await down.json()]).toEqual([503, '1', { error: 'x' }]);
  const elsewhere = await get();
  expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([307, 'http://other.test/']);
  await expect(get()).rejects.toThrow();
  await expect(get().then((cut) => cut.text())).rejects.toThrow();
  expect(await (await get()).text()).toBe('<html>');
  expect(await (await get()).text()).toBe('7');
  expect(await (await get()).json()).toMatchObject({ run_id: 'tsk_1', status: 'running' });
  expect(server.seen('GET /v1/runs/tsk_1')).toHaveLength(7);
});

test('a lost answer has its effect, a reset has none, a hang ends with the client', async () => {
  const server = await fakeSkyvern();
  const post = (signal?: AbortSignal) =>
    fetch(`${server.url}/v1/run/tasks`, { method: 'POST', headers, body: '{"prompt":"x"}', ...(signal && { signal }) });
  server.on('POST /v1/run/tasks', 'reset', 'lost', 'hang');
  await expect(post()).rejects.toThrow();
  expect(server.started).toHaveLength(0);
  await expect(post()).rejects.toThrow();
  expect(server.started).toHaveLength(1);
  await expect(post(AbortSignal.timeout(50))).rejects.toThrow();
  expect(server.requests.map(({ body }) => body.prompt)).toEqual(['x', 'x', 'x']);
});

test('runs move by hand, by script, and by kind', async () => {
  const server = await fakeSkyvern();
  const get = async (path: string) => {
    const response = await fetch(server.url + path, { headers });
    return { status: response.status, body: await response.json() };
  };
  server.scriptStarts({ status: 'running' }, { status: 'completed', output: 1 });
  await fetch(`${server.url}/v1/run/tasks`, { method: 'POST', headers, body: '{"prompt":"x","engine":"skyvern-2.0"}' });
  const [id] = server.started;
  expect(id).toMatch(/^tsk_v2_/);
  expect((await get(`/v1/runs/${id}`)).body).toMatchObject({ status: 'running', run_type: 'task_v2', finished_at: null });
  expect((await get(`/v1/runs/${id}`)).body).toMatchObject({ status: 'completed', output: 1, finished_at: expect.any(String) });
  server.run('wr_1', { status: 'failed', retry_pending: true });
  server.timeline('wr_1', [{ type: 'block' }]);
  expect((await get('/v1/runs/wr_1')).body).toMatchObject({ run_type: 'workflow_run', retry_pending: true, attempts: [] });
  expect((await get('/v1/runs/wr_1/timeline')).body).toEqual([{ type: 'block' }]);
  server.run('tsk_1');
  expect(await get('/v1/runs/tsk_1/timeline')).toEqual({ status: 400, body: { detail: 'Timeline not available for run type task_v1' } });
  expect(await get('/v1/nothing')).toMatchObject({ status: 501, body: { detail: expect.stringContaining('GET /v1/nothing') } });
});
