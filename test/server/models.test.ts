import { expect, test } from 'vitest';
import type { ActionRecord, Recorder, TaskSpec } from '../../src/engine/task.js';
import { embedded } from '../support/embedded.js';
import { expectSchema } from '../support/openapi.js';
import { anAction, noModels, type Script, scriptedRunner, untilAborted } from '../support/scriptedRunner.js';

const TASK = { prompt: 'plan it', url: 'http://127.0.0.1:9/' };
const withModel = { ...noModels, refusal: async () => null };

/** A run that planned two parts, and what each step cost. */
const planned: Script = async (_, recorder) => {
  const usage = { inputTokens: 1_200, cachedTokens: 1_000, outputTokens: 80, reasoningTokens: 20, cost: 0.004 };
  const step = async (order: number, action: Partial<ActionRecord>, to: Recorder = recorder) => {
    await to.stepStarted(order);
    await to.stepArtifact(order, { type: 'llm_prompt', content: 'What now?' });
    await to.action(order, anAction(action));
    await to.stepEnded(order, { status: 'completed', isLast: order === 1, usage: { ...usage, model: 'anthropic/claude' } });
  };
  await recorder.acting();
  await recorder.thought({
    type: 'plan',
    scenario: 'generate_plan',
    observation: 'a form',
    thought: 'so',
    answer: 'Send it',
    output: null,
    usage,
  });
  await recorder.subtaskStarted(0, { type: 'navigation', goal: 'Send it' });
  await step(0, { reasoning: 'first' });
  await recorder.subtaskEnded({ status: 'completed', reason: null, output: null });
  await recorder.subtaskStarted(1, { type: 'extraction', goal: 'Read it' });
  await step(1, { reasoning: 'second' });
  await recorder.subtaskEnded({ status: 'completed', reason: null, output: { ticket: 1 } });
  return { status: 'completed', output: { ticket: 1 } };
};

test('a planned run: its id, type, cost by step, sub-tasks as blocks with their actions, thoughts between', async () => {
  const runner = scriptedRunner({ plan: planned });
  const { ask, until } = await embedded({ runner, models: withModel, defaultEngine: null });
  const started = await ask('POST', '/v1/run/tasks', {
    body: { ...TASK, engine: 'skyvern-2.0', model: { model_name: 'anthropic/claude' }, max_cost: 0.5 },
  });
  expect(started.body).toMatchObject({
    run_id: expect.stringMatching(/^tsk_v2_/),
    run_type: 'task_v2',
    run_request: { model: { model_name: 'anthropic/claude' } },
  });
  const id = started.body.run_id;
  expectSchema('TaskRunResponse', await until(id, 'completed'));
  expect(runner.specs[0]).toMatchObject({ engine: 'skyvern-2.0', model: 'anthropic/claude', maxCost: 0.5, maxSteps: 25 });
  const steps = (await ask('GET', `/api/v1/tasks/${id}/steps`)).body;
  expect(steps).toMatchObject(
    [0, 1].map(() => ({
      input_token_count: 1_200,
      cached_token_count: 1_000,
      output_token_count: 80,
      reasoning_token_count: 20,
      step_cost: 0.004,
      last_llm_model: 'anthropic/claude',
    })),
  );
  const timeline = (await ask('GET', `/v1/runs/${id}/timeline`)).body;
  expect(
    timeline.map(
      (item: { block: { navigation_goal: string } | null; thought: { answer: string } | null }) =>
        item.block?.navigation_goal ?? item.thought?.answer,
    ),
  ).toEqual(['Read it', 'Send it', 'Send it']); // newest first
  expect(timeline[0].block).toMatchObject({
    block_type: 'extraction',
    status: 'completed',
    output: { ticket: 1 },
    actions: [{ reasoning: 'second' }],
  });
  expect(timeline[1].block).toMatchObject({ block_type: 'navigation', actions: [{ reasoning: 'first' }] });
  expect(timeline[2].thought).toMatchObject({
    thought_type: 'plan',
    thought_scenario: 'generate_plan',
    input_token_count: 1_200,
    thought_cost: 0.004,
  });
  const [prompt] = (await ask('GET', `/v1/runs/${id}/artifacts?artifact_type=llm_prompt`)).body;
  const content = await ask('GET', `/v1/artifacts/${prompt.artifact_id}/content`);
  expect([content.headers.get('content-type'), content.body]).toEqual(['text/plain; charset=utf-8', 'What now?']);
  expect((await ask('GET', '/v1/runs?run_type=task_v2')).body).toHaveLength(1);
  expect((await ask('GET', '/v1/runs?run_type=task_v1')).body).toEqual([]);
});

test.each<[string, Record<string, unknown>, string]>([
  ['no model', {}, 'add `--engine rules`'],
  ['an engine that acts by coordinates', { engine: 'openai-cua' }, 'acts by screen coordinates'],
  ['a model for the rules', { engine: 'rules', model: { model_name: 'a/b' } }, 'asks no language model'],
])('a start is refused at once: %s', async (_, fields, said) => {
  const { ask } = await embedded({ defaultEngine: null });
  const { status, body } = await ask('POST', '/v1/run/tasks', { body: { ...TASK, ...fields } });
  expect([status, body.detail]).toEqual([422, expect.stringContaining(said)]);
  expect((await ask('GET', '/v1/runs')).body).toEqual([]);
});

test('whoever names a model means an engine that asks one, also where the rules are the default', async () => {
  const runner = scriptedRunner({ plan: (_, __, signal) => untilAborted(signal) });
  const { ask, until } = await embedded({ runner, models: withModel, defaultEngine: 'rules' });
  const { body } = await ask('POST', '/v1/run/tasks', { body: { ...TASK, model: { model_name: 'anthropic/claude' } } });
  await until(body.run_id, 'running');
  expect(runner.specs[0]?.engine).toBe('skyvern-1.0');
});

test('files of file_ids are given to the engine by name; one that is not there is refused', async () => {
  const seen: TaskSpec[] = [];
  const runner = scriptedRunner({
    plan: async (spec, recorder) => {
      seen.push(spec);
      await recorder.acting();
      return { status: 'completed', output: null };
    },
  });
  const { ask, until, url, token } = await embedded({ runner, models: withModel, defaultEngine: null });
  const form = new FormData();
  form.set('file', new Blob(['I am Ada']), 'cv.txt');
  const uploaded = (await (
    await fetch(`${url}/v1/upload_file`, { method: 'POST', headers: { 'x-api-key': token }, body: form })
  ).json()) as { file_id: string };
  const { body } = await ask('POST', '/v1/run/tasks', { body: { ...TASK, file_ids: [uploaded.file_id] } });
  await until(body.run_id, 'completed');
  expect(seen[0]?.files).toMatchObject([{ name: 'cv.txt' }]);
  expect(await ask('POST', '/v1/run/tasks', { body: { ...TASK, file_ids: ['file_404'] } })).toMatchObject({ status: 404 });
});

test('log in and download are workflow runs of one block', async () => {
  const runner = scriptedRunner({
    Log: async (_, recorder) => {
      await recorder.acting();
      await recorder.stepStarted(0);
      await recorder.action(0, anAction());
      return { status: 'completed', output: null };
    },
    Get: async (_, recorder) => {
      await recorder.acting();
      return { status: 'failed', reason: 'no file', errors: [], output: null };
    },
  });
  const { ask, until } = await embedded({ runner, models: withModel, defaultEngine: null });
  const credential = { name: 'shop', credential_type: 'password', credential: { username: 'ada', password: 'hunter2-long' } };
  const { credential_id } = (await ask('POST', '/v1/credentials', { body: credential })).body;
  const login = await ask('POST', '/v1/run/tasks/login', {
    body: { url: TASK.url, credential_type: 'skyvern', credential_id, prompt: 'Choose English.' },
  });
  expect(login.body).toMatchObject({
    run_id: expect.stringMatching(/^wr_/),
    run_type: 'workflow_run',
    run_request: { workflow_id: expect.stringMatching(/^w_/), title: 'Login' },
  });
  const run = await until(login.body.run_id, 'completed');
  expectSchema('WorkflowRunResponse', login.body);
  expectSchema('WorkflowRunResponse', run);
  expect(run).toMatchObject({
    output: { login_output: { status: 'completed' }, extracted_information: [] },
    run_with: 'agent',
    retry_pending: false,
  });
  expect(runner.specs[0]).toMatchObject({
    maxSteps: 10,
    prompt: expect.stringContaining('Choose English.'),
    credential: { plain: { username: 'ada' } },
    mustDownload: false,
  });
  expect((await ask('GET', `/v1/runs/${login.body.run_id}/timeline`)).body).toMatchObject([
    { block: { block_type: 'login', label: 'login', actions: [{}] } },
  ]);

  const files = await ask('POST', '/v1/run/tasks/download_files', {
    body: { url: TASK.url, navigation_goal: 'Get the report', max_steps_per_run: 3, download_suffix: 'may', download_timeout: 2.5 },
  });
  const failed = await until(files.body.run_id, 'failed');
  expect(failed.output).toMatchObject({ file_download_output: { failure_reason: 'no file' } });
  expect(runner.specs[1]).toMatchObject({
    maxSteps: 3,
    prompt: 'Get the report',
    mustDownload: true,
    downloads: { suffix: 'may', timeoutMs: 2_500 },
  });
  expect((await ask('GET', '/v1/runs?run_type=workflow_run')).body).toHaveLength(2);
});

test.each<[string, Record<string, unknown>, number, string]>([
  ['login without a credential', { credential_type: 'skyvern' }, 400, 'credential_id is required to login with Skyvern credential'],
  ['login from a vault elsewhere', { credential_type: 'bitwarden' }, 422, 'skyvern credential create'],
  ['login with what was never stored', { credential_type: 'skyvern', credential_id: 'cred_404' }, 404, 'Credential cred_404 not found'],
])('%s is refused', async (_, fields, status, said) => {
  const { ask } = await embedded({ models: withModel });
  const answer = await ask('POST', '/v1/run/tasks/login', { body: { url: TASK.url, ...fields } });
  expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(said)]);
});

test('a model is handed over by our own client: what is no model is refused, and a key is never echoed', async () => {
  const shared: unknown[] = [];
  const { ask } = await embedded({ models: { ...withModel, share: (access) => `${shared.push(access)}` } });
  const access = { provider: 'anthropic', name: 'claude', base_url: 'https://api.anthropic.com/v1', api_key: 'sk-secret-1', price: null };
  const { body } = await ask('PUT', '/v1/local/model', { body: access });
  expect(shared).toEqual([
    { provider: 'anthropic', name: 'claude', baseUrl: 'https://api.anthropic.com/v1', apiKey: 'sk-secret-1', price: null },
  ]);
  expect(JSON.stringify(body)).not.toContain('sk-secret-1');
  for (const wrong of [{ provider: 'nobody' }, { base_url: 'file:///etc' }, { name: 'a b' }, { api_key: 7 }]) {
    const refused = await ask('PUT', '/v1/local/model', { body: { ...access, ...wrong } });
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).not.toContain('sk-secret-1');
  }
});
