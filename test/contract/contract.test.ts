/** One suite for the API as clients see it, run against the embedded server and against the fake that other tests use. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectSchema } from '../support/openapi.js';
import { PNG } from '../support/scriptedRunner.js';
import { type State, visit, worlds } from './worlds.js';

const SERVER_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/;

describe.each(Object.entries(worlds))('%s', (_, open) => {
  const world = () => visit(open);

  test.each([
    ['no key', { 'x-api-key': '' }, 'Invalid credentials'],
    ['a wrong key', { 'x-api-key': 'wrong' }, 'Could not validate credentials'],
    ['a bearer token', { 'x-api-key': '', authorization: 'Bearer x' }, 'Invalid authentication method'],
  ])('%s is answered 403, also for a start with a faulty body', async (_name, headers, detail) => {
    const { send } = await world();
    for (const [method, path, body] of [
      ['GET', '/v1/runs', undefined],
      ['GET', '/v1/artifacts/a_1/content', undefined],
      ['POST', '/v1/run/tasks', {}],
    ] as const) {
      const answer = await send(method, path, body, headers);
      expect([answer.status, answer.body]).toEqual([403, { detail }]);
    }
  });

  test('a start answers created, with every field there and the URL normalised', async () => {
    const { send } = await world();
    const { status, body } = await send('POST', '/v1/run/tasks', {
      prompt: 'wait',
      url: 'example.com',
      title: 'Mine',
      max_steps: 5,
      some_unknown_field: 1,
    });
    expect(status).toBe(200);
    expectSchema('TaskRunResponse', body);
    expect(body).toMatchObject({ status: 'created', run_type: 'task_v1', output: null, errors: null, step_count: null, queued_at: null });
    expect(body.run_id).toMatch(/^tsk_\d+$/);
    expect(body.created_at).toMatch(SERVER_TIME);
    expect(body.run_request).toMatchObject({ prompt: 'wait', url: 'https://example.com/', title: null, engine: 'skyvern-1.0' });
    const recorded = JSON.parse(readFileSync(new URL('../recorded/task-start.json', import.meta.url), 'utf8')).response.body;
    expect(Object.keys(body).sort()).toEqual(Object.keys(recorded).sort());
    expect(Object.keys(body.run_request).sort()).toEqual(Object.keys(recorded.run_request).sort());
  });

  test.each<[string, unknown, number, unknown]>([
    ['no body', '', 422, [{ type: 'missing', loc: ['body'] }]],
    ['no prompt', {}, 422, [{ type: 'missing', loc: ['body', 'prompt'], msg: 'Field required' }]],
    ['a prompt of null', { prompt: null }, 422, [{ type: 'string_type', loc: ['body', 'prompt'] }]],
    ['a number for a prompt', { prompt: 5 }, 422, [{ type: 'string_type', loc: ['body', 'prompt'], input: 5 }]],
    ['an array', [], 422, [{ type: 'model_attributes_type', loc: ['body'] }]],
    ['broken JSON', '{"prompt": "x",}', 422, [{ type: 'json_invalid', msg: 'JSON decode error' }]],
    ['an unknown engine', { prompt: 'x', engine: 'skyvern_v2' }, 422, [{ type: 'enum', loc: ['body', 'engine'], input: 'skyvern_v2' }]],
    ['max_steps in words', { prompt: 'x', max_steps: 'ten' }, 422, [{ type: 'int_parsing', loc: ['body', 'max_steps'] }]],
    ['a script as URL', { prompt: 'x', url: 'javascript:alert(1)' }, 400, expect.stringMatching(/^Invalid url: unsupported scheme\. /)],
    ['a long URL', { prompt: 'x', url: `http://a/${'a'.repeat(2100)}` }, 400, expect.stringMatching(/^Invalid url: malformed\. /)],
  ])("a start with %s is refused in upstream's words", async (_name, body, status, detail) => {
    const { send } = await world();
    const answer = await send('POST', '/v1/run/tasks', body);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ detail: Array.isArray(detail) ? detail.map((each) => expect.objectContaining(each)) : detail });
    expect((await send('GET', '/v1/runs')).body).toEqual([]);
  });

  test('a body that is not sent as JSON is refused', async () => {
    const { send } = await world();
    const answer = await send('POST', '/v1/run/tasks', '{"prompt":"x"}', { 'content-type': 'text/plain' });
    expect([answer.status, answer.body.detail[0].type]).toEqual([422, 'model_attributes_type']);
  });

  test.each<[State, Record<string, unknown>]>([
    ['running', { finished_at: null, failure_reason: null }],
    ['completed', { failure_reason: null, errors: [], finished_at: expect.stringMatching(SERVER_TIME) }],
    ['failed', { failure_reason: expect.any(String), errors: [expect.objectContaining({ error_code: 'NO_ELEMENT' })] }],
    ['canceled', { failure_reason: null, finished_at: expect.stringMatching(SERVER_TIME) }],
  ])('a %s task shows its status, times and counts', async (state, fields) => {
    const { send, task } = await world();
    const id = await task(state);
    const { status, body } = await send('GET', `/v1/runs/${id}`);
    expect(status).toBe(200);
    expectSchema('TaskRunResponse', body);
    expect(body).toMatchObject({ run_id: id, status: state, step_count: 1, started_at: expect.stringMatching(SERVER_TIME), ...fields });
  });

  test.each([
    ['GET', '/v1/runs/tsk_404', 'Task run not found tsk_404'],
    ['GET', '/v1/runs/tsk_404/timeline', 'Run not found tsk_404'],
    ['POST', '/v1/runs/tsk_404/cancel', 'Run not found tsk_404'],
    ['GET', '/v1/artifacts/a_404', 'Artifact not found a_404'],
    ['GET', '/v1/artifacts/a_404/content', 'Artifact not found a_404'],
  ])('%s %s is 404 with the id', async (method, path, detail) => {
    const { send } = await world();
    const answer = await send(method, path);
    expect([answer.status, answer.body]).toEqual([404, { detail }]);
  });

  test('steps and actions are oldest first, and empty lists for an unknown id', async () => {
    const { send, task } = await world();
    const id = await task('completed');
    const steps = (await send('GET', `/api/v1/tasks/${id}/steps`)).body;
    expect(steps).toEqual([expect.objectContaining({ task_id: id, status: 'completed', order: 0, is_last: true, retry_index: 0 })]);
    expect(steps[0].step_id).toMatch(/^stp_\d+$/);
    const actions = (await send('GET', `/api/v1/tasks/${id}/actions`)).body;
    expect(actions.map((action: { action_type: string }) => action.action_type)).toEqual(['goto_url', 'click']);
    expect(actions[1]).toMatchObject({ task_id: id, status: 'completed', step_order: 0, action_order: 1 });
    expect(actions[1].action_id).toMatch(/^act_\d+$/);
    for (const what of ['steps', 'actions']) expect((await send('GET', `/api/v1/tasks/tsk_404/${what}`)).body).toEqual([]);
    expect((await send('GET', '/v1/runs/tsk_404/artifacts')).body).toEqual([]);
  });

  test('cancelling ends a running task at once, and says why it cannot end it twice', async () => {
    const { send, task } = await world();
    const [running, completed] = [await task('running'), await task('completed')];
    const cancel = (id: string) => send('POST', `/v1/runs/${id}/cancel`);
    const first = await cancel(running);
    expect([first.status, first.body]).toEqual([200, null]);
    expect((await send('GET', `/v1/runs/${running}`)).body.status).toBe('canceled');
    for (const [id, detail] of [
      [running, `Invalid task status transition to canceled for ${running} because task is already canceled`],
      [completed, `Invalid task status transition from completed to canceled for ${completed}`],
    ] as const) {
      const again = await cancel(id);
      expect([again.status, again.body]).toEqual([400, { detail }]);
    }
  });

  test('cancelling many never fails as a whole', async () => {
    const { send, task } = await world();
    const [running, completed] = [await task('running'), await task('completed')];
    const { body } = await send('POST', '/v1/runs/cancel', { run_ids: [running, completed, 'tsk_404', running] });
    expectSchema('BulkCancelRunsResponse', body);
    expect(body).toEqual({ cancelled: [running], failed: [completed, 'tsk_404'] });
    const missing = await send('POST', '/v1/runs/cancel', {});
    expect([missing.status, missing.body.detail[0]]).toEqual([422, expect.objectContaining({ type: 'missing', loc: ['body', 'run_ids'] })]);
    const many = await send('POST', '/v1/runs/cancel', { run_ids: Array(101).fill('tsk_1') });
    expect([many.status, many.body.detail[0].type]).toEqual([422, 'too_long']);
  });

  test('runs are listed newest first, by page, status, type and words', async () => {
    const { send, task } = await world();
    const ids = [await task('completed', { title: 'First of all' }), await task('failed'), await task('running')];
    const list = async (query: string) => (await send('GET', `/v1/runs?${query}`)).body.map((item: { run_id: string }) => item.run_id);
    const all = (await send('GET', '/v1/runs')).body;
    for (const item of all) expectSchema('TaskRunListItem', item);
    expect(all[2]).toMatchObject({
      run_id: ids[0],
      task_run_type: 'task_v1',
      status: 'completed',
      title: 'First of all',
      trigger_type: null,
    });
    expect(await list('')).toEqual([ids[2], ids[1], ids[0]]);
    expect(await list('page_size=2')).toEqual([ids[2], ids[1]]);
    expect(await list('page_size=2&page=2')).toEqual([ids[0]]);
    expect(await list('page=100&page_size=100')).toEqual([]);
    expect(await list('status=completed&status=failed')).toEqual([ids[1], ids[0]]);
    expect(await list('run_type=task_v1&status=running')).toEqual([ids[2]]);
    expect(await list('run_type=workflow_run')).toEqual([]);
    expect(await list('search_key=FIRST')).toEqual([ids[0]]);
    expect(await list("search_key=' OR 1=1 --")).toEqual([]);
  });

  test.each([
    ['page=0', 'greater_than_equal', ['query', 'page']],
    ['page=101', 'less_than_equal', ['query', 'page']],
    ['page_size=101', 'less_than_equal', ['query', 'page_size']],
    ['page=x', 'int_parsing', ['query', 'page']],
    ['status=done', 'enum', ['query', 'status', 0]],
    ['status=failed,completed', 'enum', ['query', 'status', 0]],
    ['run_type=task', 'enum', ['query', 'run_type', 0]],
    ['search_key=ab', 'string_too_short', ['query', 'search_key']],
  ])('a list with %s is 422 %s', async (query, type, loc) => {
    const { send } = await world();
    const { status, body } = await send('GET', `/v1/runs?${query}`);
    expect([status, body.detail]).toEqual([422, [expect.objectContaining({ type, loc })]]);
  });

  test('a screenshot is an artifact, oldest first, whose bytes come whole or in part', async () => {
    const { send, task } = await world();
    const id = await task('completed');
    const artifacts = (await send('GET', `/v1/runs/${id}/artifacts?artifact_type=screenshot_action`)).body;
    const artifact = artifacts.at(-1);
    expectSchema('Artifact', artifact);
    expect(artifact).toMatchObject({ artifact_type: 'screenshot_action', run_id: id, file_size: PNG.length });
    expect((await send('GET', `/v1/artifacts/${artifact.artifact_id}`)).body).toEqual(artifact);
    expect((await send('GET', `/v1/runs/${id}/artifacts?artifact_type=har`)).body).toEqual([]);
    const action = (await send('GET', `/api/v1/tasks/${id}/actions`)).body.at(-1);
    expect(action.screenshot_artifact_id).toBe(artifact.artifact_id);

    const content = `/v1/artifacts/${artifact.artifact_id}/content`;
    const get = (range?: string) => send('GET', content, undefined, range === undefined ? {} : { range });
    const whole = await get();
    expect([whole.status, whole.headers.get('content-type'), whole.bytes.equals(PNG)]).toEqual([200, 'image/png', true]);
    const size = PNG.length;
    for (const [range, from, to] of [
      ['bytes=0-7', 0, 7],
      ['bytes=4-', 4, size - 1],
      ['bytes=-3', size - 3, size - 1],
      ['bytes=4-9999', 4, size - 1],
    ] as const) {
      const part = await get(range);
      expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes ${from}-${to}/${size}`]);
      expect(part.bytes.equals(PNG.subarray(from, to + 1))).toBe(true);
    }
    const bad = await get('bytes=9999-');
    expect([bad.status, bad.headers.get('content-range'), bad.bytes.length]).toEqual([416, `bytes */${size}`, 0]);
    expect((await send('GET', `/v1/runs/${id}/artifacts?artifact_type=photo`)).status).toBe(422);
  });

  test.each([
    ['PUT', '/v1/run/tasks', 'POST'],
    ['DELETE', '/v1/runs/tsk_1', 'GET'],
    ['HEAD', '/v1/runs', 'GET'],
    ['OPTIONS', '/v1/runs', 'GET'],
  ])('%s %s is 405 and names %s', async (method, path, allow) => {
    const { send } = await world();
    const answer = await send(method, path);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
  });

  test('workflows under either name: none, and none to be run', async () => {
    const { send } = await world();
    for (const name of ['workflows', 'agents']) {
      expect((await send('GET', `/v1/${name}`)).body).toEqual([]);
      expect((await send('GET', `/v1/${name}/runs`)).body).toEqual([]);
      const start = await send('POST', `/v1/run/${name}`, { workflow_id: 'wpid_1' });
      expect([start.status, start.body]).toEqual([404, { detail: 'Workflow not found. workflow_permanent_id=wpid_1' }]);
      const nameless = await send('POST', `/v1/run/${name}`, {});
      expect([nameless.status, nameless.body.detail[0].loc]).toEqual([422, ['body', 'agent_id']]);
    }
  });

  test('a webhook is sent again only where there is one, and only of a run that has ended', async () => {
    const { send, task } = await world();
    for (const [id, status, detail] of [
      ['tsk_404', 404, 'Run tsk_404 not found'],
      [await task('running'), 400, expect.stringMatching(/^Run tsk_\d+ has not reached a terminal state \(status=running\)\.$/)],
      [await task('completed'), 400, 'No webhook URL configured for the run.'],
    ] as const) {
      const answer = await send('POST', `/v1/runs/${id}/retry_webhook`, {});
      expect([answer.status, answer.body]).toEqual([status, { detail }]);
    }
  });

  test('a file is uploaded as a form, and nothing else is taken for one', async () => {
    const { send } = await world();
    const form = '--x\r\ncontent-disposition: form-data; name="file"; filename="people.csv"\r\n\r\nname\nAda\n\r\n--x--\r\n';
    const answer = await send('POST', '/v1/upload_file', form, { 'content-type': 'multipart/form-data; boundary=x' });
    expect(answer.status).toBe(200);
    expectSchema('UploadFileResponse', answer.body);
    expect(answer.body).toMatchObject({
      s3_uri: expect.stringContaining('people.csv'),
      file_id: expect.stringMatching(/^file_\d+$/),
      expires_at: null,
    });
    const empty = await send('POST', '/v1/upload_file', '--x--\r\n', { 'content-type': 'multipart/form-data; boundary=x' });
    expect([empty.status, empty.body.detail[0]]).toEqual([422, expect.objectContaining({ type: 'missing', loc: ['body', 'file'] })]);
  });

  test('version and heartbeat need no key, the organization does', async () => {
    const { send } = await world();
    const nameless = { 'x-api-key': '' };
    expect((await send('GET', '/v1/version', undefined, nameless)).body).toEqual({ version: expect.any(String) });
    expect((await send('GET', '/api/v1/heartbeat', undefined, nameless)).bytes.toString()).toBe('Server is running.');
    expect((await send('GET', '/api/v1/organizations/me')).body.organization_id).toMatch(/^o_\d+$/);
    expect((await send('GET', '/api/v1/organizations/me', undefined, nameless)).status).toBe(403);
    expect((await send('GET', '/v1/runs/?page_size=1')).status).toBe(200);
  });
});
