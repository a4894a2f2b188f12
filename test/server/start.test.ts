import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { embedded } from '../support/embedded.js';
import { tempFolder } from '../support/io.js';
import { anAction, scriptedRunner } from '../support/scriptedRunner.js';

const TASK = { prompt: 'complete', url: 'http://127.0.0.1:9/', engine: 'rules' };

test('two hundred equal starts at once make one run, and all get the same answer', async () => {
  const { ask } = await embedded();
  const post = () => ask('POST', '/v1/run/tasks', { body: TASK, headers: { 'idempotency-key': 'key-1' } });
  const answers = await Promise.all(Array.from({ length: 200 }, post));
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
  expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(199);
  expect((await ask('GET', '/v1/runs?page_size=100')).body).toHaveLength(1);
});

test('without a key, or with another one, each start makes a run', async () => {
  const { ask } = await embedded();
  await ask('POST', '/v1/run/tasks', { body: TASK });
  await ask('POST', '/v1/run/tasks', { body: TASK });
  await ask('POST', '/v1/run/tasks', { body: TASK, headers: { 'idempotency-key': 'a' } });
  await ask('POST', '/v1/run/tasks', { body: TASK, headers: { 'idempotency-key': 'b' } });
  expect((await ask('GET', '/v1/runs')).body).toHaveLength(4);
});

test('a key holds after a restart, for the same request only, whatever the order of its fields', async () => {
  const folder = tempFolder();
  const headers = { 'idempotency-key': 'key-1' };
  const first = await embedded({ folder });
  const { body } = await first.ask('POST', '/v1/run/tasks', { body: TASK, headers });
  await first.until(body.run_id, 'completed');
  await first.stop();
  const { ask } = await embedded({ folder });
  const { engine, url, prompt } = TASK;
  const again = await ask('POST', '/v1/run/tasks', { body: { engine, url, prompt }, headers });
  expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([200, body, 'true']);
  for (const other of [
    { ...TASK, prompt: 'fail' },
    { ...TASK, secrets: { PASSWORD: 'x' } },
  ]) {
    const refused = await ask('POST', '/v1/run/tasks', { body: other, headers });
    expect([refused.status, refused.headers.get('idempotent-replayed')]).toEqual([422, null]);
    expect(refused.body.detail).toContain('Idempotency-Key');
  }
  expect((await ask('POST', '/v1/run/tasks', { body: TASK, headers: { 'idempotency-key': 'a b' } })).status).toBe(422);
});

test.each<[string, unknown]>([
  ['totp_identifier', 'me'],
  ['totp_url', 'https://example.com/'],
  ['model', { model_name: 'x' }],
  ['proxy_location', 'RESIDENTIAL_DE'],
  ['proxy_location', { country: 'US' }],
  ['run_with', 'code'],
  ['publish_workflow', true],
  ['include_action_history_in_verification', true],
  ['file_ids', ['file_1']],
  ['max_screenshot_scrolls', 3],
])('%s cannot be honoured, so the start is refused by its name', async (name, value) => {
  const { ask } = await embedded();
  const { status, body } = await ask('POST', '/v1/run/tasks', { body: { ...TASK, [name]: value } });
  expect([status, body.detail]).toEqual([422, expect.stringContaining(`\`${name}\``)]);
  expect((await ask('GET', '/v1/runs')).body).toEqual([]);
});

test('what other clients send by default is accepted', async () => {
  const { start } = await embedded();
  const defaults = {
    proxy_location: 'RESIDENTIAL',
    webhook_url: null,
    publish_workflow: false,
    run_with: 'agent',
    file_ids: [],
    model: null,
  };
  expect(await start('complete', { ...defaults, engine: 'skyvern-1.0', start_fresh_browser: false })).toMatch(/^tsk_/);
  expect(await start('complete', { proxy_location: null })).toMatch(/^tsk_/);
});

test.each([
  [null, undefined, 422],
  [null, 'skyvern-1.0', 422],
  [null, 'skyvern-2.0', 422],
  [null, 'rules', 200],
  ['rules', undefined, 200],
  ['rules', 'skyvern-1.0', 200],
  ['rules', 'skyvern-2.0', 422],
])('with default engine %s a start with engine %s is answered %s', async (defaultEngine, engine, wanted) => {
  const runner = scriptedRunner();
  const { ask, until } = await embedded({ defaultEngine, runner });
  const { status, body } = await ask('POST', '/v1/run/tasks', { body: { prompt: 'complete', url: 'http://127.0.0.1:9/', engine } });
  expect(status).toBe(wanted);
  if (status === 422) return expect(body.detail).toContain('--engine rules');
  await until(body.run_id, 'completed');
  expect(runner.specs[0]).toMatchObject({ engine: 'rules', maxSteps: 10, url: 'http://127.0.0.1:9/' });
});

test('a prompt that is not understood is refused with its clause, and there is no run', async () => {
  const { ask } = await embedded({
    checkTask: ({ prompt }) => (prompt.includes('dance') ? { clause: 'then dance', reason: 'unknown verb' } : null),
  });
  const { status, body } = await ask('POST', '/v1/run/tasks', { body: { ...TASK, prompt: 'complete, then dance' } });
  expect([status, body.detail]).toEqual([422, expect.stringMatching(/"then dance".*unknown verb/)]);
  expect((await ask('GET', '/v1/runs')).body).toEqual([]);
});

test('secrets reach the engine and nothing else: no answer, no file', async () => {
  const secret = 'hunter2-very-secret';
  let seen: string | undefined;
  const runner = scriptedRunner({
    async login(spec, recorder) {
      seen = spec.secrets.get('PASSWORD');
      await recorder.acting();
      await recorder.stepStarted(0);
      await recorder.action(0, anAction({ actionType: 'input_text', text: '*****' }));
      return { status: 'completed', output: null };
    },
  });
  const { ask, until, folder, log } = await embedded({ runner });
  const body = { ...TASK, prompt: 'login', secrets: { PASSWORD: secret }, cdp_connect_headers: { authorization: secret } };
  const started = await ask('POST', '/v1/run/tasks', { body, headers: { 'idempotency-key': 'k' } });
  const id = started.body.run_id;
  await until(id, 'completed');
  expect(seen).toBe(secret);
  const answers = [
    started.body,
    ...(await Promise.all([`/v1/runs/${id}`, `/v1/runs/${id}/timeline`, '/v1/runs'].map((path) => ask('GET', path)))),
  ];
  const faulty = await ask('POST', '/v1/run/tasks', { body: { secrets: { PASSWORD: secret } } });
  expect(faulty.body.detail[0]).toMatchObject({ type: 'missing', loc: ['body', 'prompt'] });
  expect(JSON.stringify([...answers, faulty.body, log])).not.toContain(secret);
  expect(started.body.run_request.cdp_connect_headers).toEqual({ authorization: '***' });
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  expect(files.map(({ name }) => name)).toContain('server.db');
  for (const { parentPath, name } of files) expect(readFileSync(join(parentPath, name)).includes(secret), name).toBe(false);
});
