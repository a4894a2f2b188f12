/** Workflows on the embedded server: accepted or refused at the start, run block by block, shown as a tree, ended as their blocks end. */
import { describe, expect, test } from 'vitest';
import { manualClock } from '../support/clock.js';
import { type Answered, embedded } from '../support/embedded.js';
import { type Flows, flows, type Wire } from '../support/flows.js';
import { recorded } from '../support/recorded.js';
import { scriptedRunner, spending, untilAborted } from '../support/scriptedRunner.js';

const seen = (name: string) => recorded(name).response.body as Answered['body'];

const visit = { block_type: 'goto_url', label: 'open', url: 'https://a.example/' };
const fetched = (label: string, more: Wire = {}) => ({ block_type: 'http_request', label, url: 'https://api.example/x', ...more });
const stop = (label: string, more: Wire = {}) => ({ block_type: 'terminate', label, reason: 'enough', ...more });
const say = { block_type: 'text_prompt', label: 'say', prompt: 'x' };
const ask = { block_type: 'human_interaction', label: 'ask', recipients: ['a@b.example'], instructions: 'Look at {{ what }}' };
const what = { parameter_type: 'workflow', key: 'what', workflow_parameter_type: 'string', default_value: 'this' };

test('blocks, branches and rounds run in their order, and are shown as a tree, newest first', async () => {
  const server = await flows({}, {}, ({ url }) => ({ body: JSON.stringify({ of: new URL(url).pathname }) }));
  const run = await server.finish(
    [
      { ...visit, url: '{{ site }}/list', next_block_label: 'each' },
      {
        block_type: 'for_loop',
        label: 'each',
        loop_variable_reference: '{{ names }}',
        next_block_label: 'check',
        loop_blocks: [fetched('one', { url: 'https://api.example/{{ current_value }}' })],
      },
      {
        block_type: 'conditional',
        label: 'check',
        next_block_label: 'read',
        branch_conditions: [
          { criteria: { expression: '{{ one_output.body.of == "/b" }}' }, next_block_label: 'good', description: 'as it should be' },
          { is_default: true, next_block_label: 'bad' },
        ],
      },
      fetched('good', { method: 'POST', body: { last: '{{ each_output[-1][0].output_value.body.of }}', all: '{{ names | tojson }}' } }),
      stop('bad'),
      { block_type: 'extraction', label: 'read', data_extraction_goal: 'complete it' },
    ],
    {
      parameters: [
        { parameter_type: 'workflow', key: 'site', workflow_parameter_type: 'string', default_value: 'http://127.0.0.1:8080' },
        { parameter_type: 'workflow', key: 'names', workflow_parameter_type: 'json', default_value: '["a","b"]' },
      ],
      body: { webhook_url: 'http://127.0.0.1:9/hook', run_metadata: { team: 'garden', 'skyvern.x': 'dropped' } },
    },
  );
  expect(run).toMatchObject({
    status: 'completed',
    run_type: 'workflow_run',
    failure_reason: null,
    step_count: 2,
    output: {
      read_output: { extracted_information: { title: 'A page' } },
      check_output: { branch_taken: 'good' },
      extracted_information: [{ title: 'A page' }, { title: 'A page' }],
    },
    run_request: { parameters: { names: ['a', 'b'], site: 'http://127.0.0.1:8080' }, run_metadata: { team: 'garden' }, title: 'T' },
  });
  expect(server.runner.requests.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['GET', 'https://api.example/a', null],
    ['GET', 'https://api.example/b', null],
    ['POST', 'https://api.example/x', '{"last":"/b","all":["a","b"]}'],
  ]);
  expect(server.runner.specs.map(({ url, home, engine, prompt }) => [url, home, engine, prompt])).toEqual([
    ['http://127.0.0.1:8080/list', 'http://127.0.0.1:8080/list', 'visit', ''],
    [null, 'http://127.0.0.1:8080/list', 'rules', 'complete it'],
  ]);
  expect(server.runner.shared).toHaveLength(1);
  expect(server.runner.shared[0]!.allowedUrls).toContain('http://127.0.0.1:8080');

  const told = (items: readonly Answered['body'][]): unknown[] =>
    [...items]
      .reverse()
      .map(({ block, children }) => [
        block.label,
        block.status,
        block.current_value,
        block.actions.length,
        ...(children.length > 0 ? [told(children)] : []),
      ]);
  expect(told(await server.timeline(run.run_id))).toEqual([
    ['open', 'completed', null, 2],
    [
      'each',
      'completed',
      null,
      0,
      [
        ['one', 'completed', 'a', 0],
        ['one', 'completed', 'b', 0],
      ],
    ],
    ['check', 'completed', null, 0, [['good', 'completed', null, 0]]],
    ['read', 'completed', null, 2],
  ]);
});

describe('answers look like those of a real server', () => {
  const nullable = (mine: unknown, theirs: unknown, path: string): string[] => {
    if (theirs === null || typeof theirs !== 'object' || Array.isArray(theirs)) return [];
    if (mine === null || typeof mine !== 'object') return mine === null ? [] : [`${path} is no object`];
    return Object.keys(theirs).flatMap((key) => (Object.hasOwn(mine, key) ? [] : [`${path}.${key}`]));
  };
  test('the same fields, whatever is in them', async () => {
    const server = await flows();
    const started = await server.begin([visit]);
    const id: string = started.body.run_id;
    const run = await server.until(id, 'completed');
    const [item] = await server.timeline(id);
    const wpid = run.run_request.workflow_id;
    const legacy = (await server.ask('GET', `/v1/workflows/runs/${id}`)).body;
    expect([
      ...nullable(started.body, seen('blocks-start'), 'start'),
      ...nullable(started.body.run_request, seen('blocks-start').run_request, 'request'),
      ...nullable(run, seen('blocks-run-final'), 'run'),
      ...nullable(run.attempts[0], seen('blocks-run-final').attempts[0], 'attempt'),
      ...nullable(item, seen('blocks-timeline-final')[0], 'item'),
      ...nullable(item.block, seen('blocks-timeline-final')[0].block, 'block'),
      ...nullable(legacy, seen('blocks-workflow-run'), 'legacy'),
      ...nullable((await server.ask('GET', `/v1/workflows/${wpid}/runs`)).body[0], seen('workflow-runs-all')[0], 'listed'),
      ...nullable(run.output.open_output, seen('blocks-run-final').output.open_output, 'output'),
    ]).toEqual([]);
    expect(started.body).toMatchObject({ status: 'created', output: null, run_request: { parameters: null } });
    expect((await server.ask('GET', '/v1/runs')).body[0]).toMatchObject({
      run_id: id,
      task_run_type: 'workflow_run',
      workflow_permanent_id: wpid,
    });
    expect((await server.ask('GET', `/v1/runs?workflow_permanent_id=${wpid}`)).body).toHaveLength(1);
    expect((await server.ask('GET', '/v1/runs?workflow_permanent_id=wpid_other')).body).toEqual([]);
    expect((await server.ask('GET', `/v1/agents/${wpid}/runs?status=failed`)).body).toEqual([]);
  });
});

describe('how a run ends', () => {
  test.each<[string, Wire[], Wire, Wire]>([
    [
      'a block that ends it',
      [stop('end', { error_code: 'E1' })],
      {},
      {
        status: 'terminated',
        failure_reason: 'terminate block terminated. Reason: enough',
        errors: [expect.objectContaining({ error_code: 'E1' })],
      },
    ],
    [
      'a goal that is not reached',
      [{ block_type: 'navigation', label: 'go', navigation_goal: 'fail now' }],
      {},
      {
        status: 'failed',
        failure_reason: 'navigation block failed. failure reason: no element fits "Buy"',
        errors: [expect.objectContaining({ error_code: 'NO_ELEMENT' })],
      },
    ],
    [
      'one that is passed over',
      [{ block_type: 'navigation', label: 'go', navigation_goal: 'fail now', continue_on_failure: true }, fetched('after')],
      {},
      { status: 'completed', output: expect.objectContaining({ after_output: expect.anything() }) },
    ],
    [
      'an answer that is an error',
      [fetched('get')],
      {},
      {
        status: 'failed',
        failure_reason: "http_request block failed. failure reason: HTTP 500: {'why': ['x', None, True]}",
        output: expect.objectContaining({ get_output: expect.objectContaining({ status_code: 500 }) }),
      },
    ],
    [
      'the last block, whatever happened',
      [stop('end'), fetched('fin', { url: 'https://fine.example/' })],
      { finally_block_label: 'fin' },
      { status: 'terminated', output: expect.objectContaining({ fin_output: expect.anything() }) },
    ],
    [
      'a criterion that is a template',
      [
        fetched('a', { url: 'https://fine.example/' }),
        { block_type: 'validation', label: 'v', complete_criterion: '{{ a_output.status_code == 201 }}' },
      ],
      {},
      {
        status: 'terminated',
        failure_reason: expect.stringMatching(/^validation block terminated\. Reason: the complete criterion does not hold/),
      },
    ],
    [
      'a criterion that holds',
      [
        fetched('a', { url: 'https://fine.example/' }),
        { block_type: 'validation', label: 'v', complete_criterion: '{{ a_output.status_code == 200 }}' },
      ],
      {},
      { status: 'completed' },
    ],
    [
      'a wait that is too long',
      [{ block_type: 'wait', label: 'w', wait_sec: 1801 }],
      {},
      { status: 'failed', failure_reason: expect.stringContaining('Invalid wait time') },
    ],
  ])('%s', async (_, blocks, definition, expected) => {
    const server = await flows({}, {}, ({ url }) =>
      url.includes('fine') ? { body: '{}' } : { status: 500, body: '{"why":["x",null,true]}' },
    );
    if (blocks[0]!['continue_on_failure'] === true) blocks[1]!['url'] = 'https://fine.example/';
    expect(await server.finish(blocks, { definition })).toMatchObject(expected);
  });

  test('files are read as what they are', async () => {
    const server = await flows({}, {}, ({ url }) => ({ body: url.endsWith('.csv') ? 'name,n\n"a, b",1\nc,2\n' : '[1]' }));
    const parse = (label: string, name: string) => ({ block_type: 'file_url_parser', label, file_url: `https://a.example/${name}` });
    expect((await server.finish([parse('csv', 'x.csv'), parse('json', 'x')])).output).toMatchObject({
      csv_output: [
        { name: 'a, b', n: '1' },
        { name: 'c', n: '2' },
      ],
      json_output: [1],
    });
  });

  test('cancelled within its block, with what it had; cancelled again it says nothing', async () => {
    const server = await flows();
    const { body } = await server.begin([
      fetched('first'),
      { block_type: 'task', label: 'long', navigation_goal: 'hold on' },
      fetched('never'),
    ]);
    await server.untilActions(body.run_id, 2);
    expect((await server.ask('POST', `/v1/runs/${body.run_id}/cancel`)).status).toBe(200);
    const run = await server.until(body.run_id, 'canceled');
    expect(run.output).toHaveProperty('first_output');
    expect((await server.timeline(body.run_id)).map(({ block }: Answered['body']) => [block.label, block.status])).toEqual([
      ['long', 'canceled'],
      ['first', 'completed'],
    ]);
    expect((await server.ask('POST', `/v1/runs/${body.run_id}/cancel`)).body).toBeNull();
  });

  test('its time is over', async () => {
    const clock = manualClock({ auto: false });
    const server = await flows({ clock });
    const { body } = await server.begin([fetched('first'), { block_type: 'task', label: 'long', navigation_goal: 'hold on' }], {
      body: { max_elapsed_time_minutes: 1 },
    });
    await clock.advance(0);
    await server.untilActions(body.run_id, 2);
    await clock.advance(61_000);
    const run = await server.until(body.run_id, 'timed_out');
    expect(run).toMatchObject({
      failure_reason: 'Workflow run exceeded max elapsed runtime limit of 1 minute.',
      output: { first_output: {} },
    });
  });

  test('a server that dies leaves it failed, with its blocks, and never runs it again', async () => {
    const dead = await flows();
    const { body } = await dead.begin([fetched('first'), { block_type: 'task', label: 'long', navigation_goal: 'hold on' }]);
    await dead.untilActions(body.run_id, 2);
    const runner = scriptedRunner();
    const next = await embedded({ folder: dead.folder, pid: 99_999, runner });
    expect(next.interrupted).toEqual([body.run_id]);
    const run = await next.until(body.run_id, 'failed');
    expect(run).toMatchObject({ errors: [{ error_code: 'INTERRUPTED' }], output: { first_output: {} } });
    expect((await next.ask('GET', `/v1/runs/${body.run_id}/timeline`)).body.map(({ block }: Answered['body']) => block.status)).toEqual([
      'failed',
      'completed',
    ]);
    expect(runner.specs).toEqual([]);
  });
});

describe('a person is asked', () => {
  test('the run is paused until they say yes', async () => {
    const server = await flows();
    const { body } = await server.begin([ask, fetched('after')], { parameters: [what], body: { parameters: { what: 'that' } } });
    await server.until(body.run_id, 'paused');
    const [item] = await server.timeline(body.run_id);
    expect(item.block).toMatchObject({ label: 'ask', status: 'running', instructions: 'Look at that', positive_descriptor: 'Approve' });
    expect((await server.ask('POST', `/v1/workflows/runs/${body.run_id}/continue`)).body).toBeNull();
    expect((await server.until(body.run_id, 'completed')).output.ask_output).toEqual({ success: true, reason: 'status_changed:running' });
    expect((await server.ask('POST', `/v1/workflows/runs/${body.run_id}/continue`)).status).toBe(404);
  });

  test('nobody answers', async () => {
    const clock = manualClock({ auto: false });
    const server = await flows({ clock });
    const { body } = await server.begin([{ ...ask, timeout_seconds: 60 }], { parameters: [what] });
    await clock.advance(0);
    await server.until(body.run_id, 'paused');
    await clock.advance(60_000);
    expect(await server.until(body.run_id, 'failed')).toMatchObject({
      failure_reason: 'human_interaction block timed out. Reason: Timeout elapsed with no human interaction',
    });
  });
});

test('what cannot be run is refused by name, and leaves no run behind', async () => {
  const server = await flows({
    defaultEngine: null,
    checkTask: ({ prompt }) => (prompt.startsWith('complete') ? null : { clause: prompt, reason: 'it is not understood' }),
  });
  const loop = (inner: Wire) => ({ block_type: 'for_loop', label: 'each', loop_variable_reference: '[1]', loop_blocks: [inner] });
  const goal = (text: string) => ({ block_type: 'navigation', label: 'go', navigation_goal: text });
  for (const [blocks, more, reason] of [
    [[loop({ block_type: 'code', label: 'py', code: 'return 1' })], {}, /block py \(code\): it is Python/],
    [
      [{ block_type: 'send_email', label: 'mail', sender: 'a@b.example', recipients: [], subject: 's', body: 'b' }],
      {},
      /block mail \(send_email\): it needs an account elsewhere/,
    ],
    [[{ block_type: 'pdf_fill', label: 'fill', file_url: 'x', prompt: 'x' }], {}, /block fill \(pdf_fill\): it is not run here/],
    [[say], {}, /Block say \(text_prompt\): The run needs a language model/],
    [[say], { body: { engine: 'rules' } }, /block say \(text_prompt\): a model answers it, which the engine "rules" does not ask/],
    [[{ ...say, llm_key: 'OPENAI_GPT' }], {}, /the field llm_key is not honoured/],
    [[fetched('f', { save_response_as_file: true })], {}, /block f \(http_request\): the field save_response_as_file is not honoured/],
    [
      [{ block_type: 'while_loop', label: 'w', condition: { criteria_type: 'prompt', expression: 'more' }, loop_blocks: [visit] }],
      { body: { engine: 'rules' } },
      /block w \(while_loop\): a condition in words is judged by a model, which the engine "rules" does not ask/,
    ],
    [[goal('complete it')], {}, /Block go \(navigation\): The run needs a language model/],
    [[goal('dance')], { body: { engine: 'rules' } }, /goal of block go .* cannot be carried out: "dance": it is not understood/],
    [[goal('{{ what }}')], { body: { engine: 'rules' }, parameters: [what] }, /"this": it is not understood/],
    [[goal('complete it')], { body: { engine: 'rules', cdp_connect_headers: { a: 'b' } } }, /cannot honour `cdp_connect_headers`/],
    [[visit], { workflow: { persist_browser_session: true } }, /cannot honour its `persist_browser_session`/],
    [
      [visit],
      { definition: { retry_policy: { retry_on: [{ status: 'canceled' }], webhook_on_retry: 'every_attempt' } } },
      /cannot honour its `webhook_on_retry`, `retry_on of canceled runs`/,
    ],
    [[{ ...goal('complete it'), engine: 'ui-tars' }], {}, /engine ui-tars acts by screen coordinates/],
    [[{ ...goal('complete it'), max_retries: 1 }], {}, /the field max_retries is not honoured/],
    [[], {}, /it has no blocks/],
    [[visit], { parameters: [{ parameter_type: 'aws_secret', key: 'k', aws_key: 'x' }] }, /parameter k is of type aws_secret/],
    [[visit], { parameters: [{ parameter_type: 'credential', key: 'k', credential_id: 'cred_1' }] }, /Credential cred_1 not found/],
    [[visit], { body: { browser_session_id: 'pbs_1' } }, /pbs_1 does not exist/],
  ] as [Wire[], Parameters<Flows['begin']>[1], RegExp][]) {
    const { status, body } = await server.begin(blocks, more);
    expect([400, 404, 422], JSON.stringify(body)).toContain(status);
    expect(body.detail).toMatch(reason);
  }
  expect((await server.ask('GET', '/v1/runs')).body).toEqual([]);
  // The twin: a goal that depends on what the run finds is judged when it is known.
  const late = await server.finish([fetched('f'), goal('{{ f.status_code }}')], { body: { engine: 'rules' } });
  expect(late.failure_reason).toBe('navigation block failed. failure reason: the goal cannot be carried out: "200": it is not understood');
});

test('a key starts one run, a terminal run can be tried again, and one that says so waits for its turn', async () => {
  const server = await flows(
    { concurrency: 4 },
    {
      hold: (_, recorder, signal) =>
        recorder
          .acting()
          .then(() => recorder.stepStarted(0))
          .then(() => untilAborted(signal)),
    },
  );
  const again = { headers: { 'idempotency-key': 'k1' } };
  const made = (
    await server.ask('POST', '/v1/workflows', {
      body: {
        json_definition: {
          title: 'T',
          run_sequentially: true,
          workflow_definition: { parameters: [what], blocks: [{ block_type: 'task', label: 'x', navigation_goal: '{{ what }} it' }] },
        },
      },
    })
  ).body;
  const start = async (value: string, headers = {}) =>
    (
      await server.ask('POST', '/v1/run/workflows', {
        body: { workflow_id: made.workflow_permanent_id, parameters: { what: value } },
        headers,
      })
    ).body;
  const first = await start('hold', again.headers);
  expect((await start('hold', again.headers)).run_id).toBe(first.run_id);
  await server.until(first.run_id, 'running');
  const second = await start('complete');
  await server.until(second.run_id, 'queued');
  expect((await server.ask('POST', `/v1/workflows/runs/${first.run_id}/retry`)).body.detail).toBe(
    'Only terminal workflow runs can be retried',
  );
  await server.ask('POST', `/v1/runs/${first.run_id}/cancel`);
  await server.until(second.run_id, 'completed');
  const retried = await server.ask('POST', `/v1/workflows/runs/${second.run_id}/retry`);
  expect(retried.body).toMatchObject({ status: 'created', run_request: { parameters: { what: 'complete' } } });
  expect(retried.body.run_id).not.toBe(second.run_id);
  await server.until(retried.body.run_id, 'completed');
  expect((await server.ask('POST', '/v1/workflows/runs/wr_0/retry')).body.detail).toBe('Workflow run not found wr_0');
});

test('a credential is used where it is typed into a page, and is sent nowhere', async () => {
  const server = await flows();
  const { credential_id: id } = (
    await server.ask('POST', '/v1/credentials', {
      body: { name: 'shop', credential_type: 'password', credential: { username: 'ada', password: 'hunter22' } },
    })
  ).body;
  const parameters = [{ parameter_type: 'credential', key: 'shop', credential_id: id }];
  const login = {
    block_type: 'login',
    label: 'log_in',
    url: 'https://shop.example/',
    navigation_goal: 'complete as {{ shop.username }} with {{ shop.password }}',
    parameter_keys: ['shop'],
  };
  const run = await server.finish([login, fetched('leak', { headers: { 'x-p': '{{ shop.password }}' } })], { parameters });
  expect(server.runner.specs[0]).toMatchObject({ prompt: 'complete as ada with {{password}}', credential: { id } });
  expect(server.runner.specs[0]!.secrets.get('password')).toBe('hunter22');
  expect(run).toMatchObject({
    status: 'failed',
    failure_reason: expect.stringContaining('a secret of a credential is only typed into pages'),
  });
  expect(server.runner.requests).toEqual([]);
  expect(JSON.stringify([run, await server.timeline(run.run_id)])).not.toContain('hunter22');
});

test('a model is the block’s, else the run’s, else the workflow’s; what all blocks cost together is bounded', async () => {
  const spend = spending(0.3, { status: 'completed', output: null });
  const models = {
    share: () => '',
    refusal: async ({ name }: { name: string | null }) => (name === 'none/such' ? 'there is no model none/such' : null),
  };
  const server = await flows({ defaultEngine: null, models }, { spend });
  const task = (label: string, more: Wire = {}) => ({ block_type: 'task', label, navigation_goal: 'spend it', ...more });
  const workflow = { model: { model_name: 'of/workflow' } };
  const own = { model: { model_name: 'of/block' }, engine: 'skyvern-2.0', ignore_workflow_system_prompt: true };
  const definition = { workflow_system_prompt: 'spend kindly' };
  const run = await server.finish([task('a'), task('b', own), task('c')], { workflow, definition, body: { max_cost: 0.5 } });
  expect(run).toMatchObject({
    status: 'failed',
    failure_reason: expect.stringMatching(/^task block failed\. failure reason: asking the language model cost 0\.6000 dollars/),
  });
  const { specs } = server.runner;
  expect(specs.map(({ model, engine, maxCost, prompt }) => [model, engine, maxCost?.toFixed(1), prompt])).toEqual([
    ['of/workflow', 'skyvern-1.0', '0.5', 'spend kindly\nspend it'],
    ['of/block', 'skyvern-2.0', '0.2', 'spend it'],
  ]);
  const none = await server.begin([task('a', { model: { model_name: 'none/such' } })]);
  expect([none.status, none.body.detail]).toEqual([422, 'Block a (task): there is no model none/such']);
});

test('in a browser session the first block begins where the last run ended, with what it left', async () => {
  const server = await flows();
  const { browser_session_id: session } = (await server.ask('POST', '/v1/browser_sessions', { body: {} })).body;
  const look = { block_type: 'task', label: 'look', navigation_goal: 'complete it' };
  const body = { browser_session_id: session };
  const hold = await server.begin(
    [
      { ...visit, next_block_label: 'stay' },
      { block_type: 'task', label: 'stay', navigation_goal: 'hold on' },
    ],
    { body },
  );
  await server.untilActions(hold.body.run_id, 4);
  expect(await server.finish([look], { body })).toMatchObject({
    status: 'failed',
    failure_reason: expect.stringContaining('already occupied'),
  });
  server.runner.shared[0]!.keepBrowserState!({ url: 'https://a.example/basket', storage: { cookies: [], origins: [] } });
  await server.ask('POST', `/v1/runs/${hold.body.run_id}/cancel`);
  await server.until(hold.body.run_id, 'canceled');
  await server.finish([look, { ...look, label: 'again' }], { body });
  expect(server.runner.specs.slice(2).map(({ url, home }) => [url, home])).toEqual([
    ['https://a.example/basket', 'https://a.example/basket'],
    [null, 'https://a.example/basket'],
  ]);
  expect(server.runner.shared.at(-1)!.browser.state).toMatchObject({ url: 'https://a.example/basket' });
});

test('what a start says of its run finds it again, and nothing finds the runs of others: a lost answer is looked for so', async () => {
  const server = await flows();
  const started = async (run_metadata: Wire | null): Promise<string> => (await server.finish([visit], { body: { run_metadata } })).run_id;
  const [a, b, c] = [
    await started({ 'cli-op': '01A', team: 'garden' }),
    await started({ 'cli-op': '01B', team: 'kitchen' }),
    await started(null),
  ];
  await server.start('complete'); // a task has none
  const found = async (...tags: string[]) => {
    const { body } = await server.ask('GET', `/v1/runs?${tags.map((tag) => `tags=${encodeURIComponent(tag)}`).join('&')}`);
    return body.map(({ run_id }: Wire) => run_id);
  };
  expect(await found('cli-op:01A')).toEqual([a]);
  expect(await found('cli-op:01C')).toEqual([]);
  expect(await found('team:garden', 'team:kitchen')).toEqual([b, a]);
  expect(await found('team:garden,cli-op:01B')).toEqual([]);
  expect(await found('team:*')).toEqual([b, a]);
  expect(await found('kitchen')).toEqual([b]);
  expect(await found('a:b:c')).toEqual(seen('400-runs-tags'));
  expect((await server.ask('GET', '/v1/runs?tags=:')).body).toEqual(seen('runs-tags-malformed'));
  expect((await server.ask('GET', '/v1/runs')).body.map(({ run_id }: Wire) => run_id)).toEqual(expect.arrayContaining([a, b, c]));
});
