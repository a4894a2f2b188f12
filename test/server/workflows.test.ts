import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BLOCK_FIELDS, PARAMETER_FIELDS } from '../../src/protocol/workflowFields.js';
import { manualClock } from '../support/clock.js';
import { embedded } from '../support/embedded.js';
import { tempFolder } from '../support/io.js';
import { expectSchema } from '../support/openapi.js';

const recordedFolder = new URL('../recorded/', import.meta.url);
const recorded = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, recordedFolder), 'utf8'));

const definition = (fields: Record<string, unknown> = {}, workflow: Record<string, unknown> = {}) => ({
  json_definition: { title: 'Mine', workflow_definition: { parameters: [], blocks: [], ...fields }, ...workflow },
});
const wait = (label: string, fields: Record<string, unknown> = {}) => ({ block_type: 'wait', label, wait_sec: 1, ...fields });

/** Every recorded creation that stands for itself. */
const creations = readdirSync(recordedFolder)
  .filter((name) => /^(?:workflow-create-|.*-create\.json$)/.test(name))
  .map((name) => name.replace('.json', ''))
  .filter((name) => /\/(?:workflows|agents)$/.test(recorded(name).request?.path ?? ''))
  .filter((name) => name !== 'workflow-create-idempotent-again');

test.each(creations)('%s is answered as the real server did', async (name) => {
  const { ask } = await embedded();
  const { request, response } = recorded(name);
  const key = request.headers['idempotency-key'];
  const answer = await ask('POST', request.path, { body: request.body, headers: key === undefined ? {} : { 'idempotency-key': key } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(response.status);
  if (answer.status === 200) {
    expectSchema('Workflow', answer.body);
    expect(skeleton(answer.body)).toEqual(skeleton(response.body));
  } else if (name === 'workflow-create-yaml-syntax') {
    expect(answer.body.detail).toMatch(/^Invalid YAML: .+ at line \d+, column \d+$/); // another parser's words
  } else if (name === 'workflow-create-block-type') {
    expect(answer.body.detail).toMatchObject([{ type: 'union_tag_invalid', loc: response.body.detail[0].loc }]);
  } else expect(answer.body).toEqual(response.body);
});

/** Without what differs from server to server: ids, times, the title that a model makes up. */
function skeleton(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, each) => {
    if (/(?:^id|_id|_at)$/.test(key) && typeof each === 'string') return key;
    return key === 'title' && each === 'Read garden shop' ? 'New Workflow' : each;
  });
}

test('every kind of block and parameter is kept and shown as the API documents it', async () => {
  const { ask } = await embedded();
  const filled = (fields: (typeof BLOCK_FIELDS)[string]) =>
    Object.fromEntries(
      fields.filter(({ required }) => required).map(({ name, type }) => [name, type === 'list' ? [] : type === 'object' ? {} : 'x']),
    );
  const parameters = Object.entries(PARAMETER_FIELDS)
    .filter(([kind]) => kind !== 'output')
    .map(([kind, fields]) => ({
      parameter_type: kind,
      key: `p_${kind}`,
      ...filled(fields),
      ...(kind === 'workflow' && { workflow_parameter_type: 'string' }),
      ...(kind === 'context' && { source_parameter_key: 'b_wait_output' }),
    }));
  const special: Record<string, Record<string, unknown>> = {
    wait: { wait_sec: 1 },
    email_inbox: { email_client: 'gmail' },
    while_loop: { condition: { criteria_type: 'jinja2_template', expression: 'false' } },
    send_email: Object.fromEntries(
      ['host', 'port', 'username', 'password'].map((part) => [`smtp_${part}_secret_parameter_key`, 'p_aws_secret']),
    ),
    for_loop: { loop_blocks: [wait('inner')], loop_over_parameter_key: 'p_workflow' },
    code: { code: 'return 1', parameter_keys: ['p_workflow', 'b_wait_output'] },
  };
  const kinds = Object.keys(BLOCK_FIELDS).filter((kind) => kind !== 'conditional');
  const blocks = kinds.map((kind) => ({ block_type: kind, label: `b_${kind}`, ...filled(BLOCK_FIELDS[kind]!), ...special[kind] }));
  const { status, body } = await ask('POST', '/v1/workflows', { body: definition({ parameters, blocks }) });
  expect(status, JSON.stringify(body)).toBe(200);
  expectSchema('Workflow', body);
  const shown = body.workflow_definition;
  expect(shown.version).toBe(1);
  expect(shown.blocks.map((block: { block_type: string }) => block.block_type)).toEqual(kinds);
  const code = shown.blocks.find((block: { block_type: string }) => block.block_type === 'code');
  expect(code.parameters.map((parameter: { key: string }) => parameter.key)).toEqual(['p_workflow', 'b_wait_output']);
  const loop = shown.blocks.find((block: { block_type: string }) => block.block_type === 'for_loop');
  expect(loop).toMatchObject({
    loop_over: { key: 'p_workflow' },
    loop_blocks: [{ label: 'inner', output_parameter: { key: 'inner_output' } }],
  });
  const context = shown.parameters.find((parameter: { key: string }) => parameter.key === 'p_context');
  expect(context.source).toMatchObject({ key: 'b_wait_output', parameter_type: 'output' });
});

const branch = (next: string | null, fields: Record<string, unknown>) => ({ next_block_label: next, ...fields });
const yes = { criteria: { expression: 'true' } };

test.each<[string, unknown[], RegExp]>([
  [
    'a circle behind a start',
    [wait('a', { next_block_label: 'b' }), wait('b', { next_block_label: 'c' }), wait('c', { next_block_label: 'b' })],
    /^Circular reference detected: .*b, c/,
  ],
  [
    'a branch that leads nowhere',
    [{ block_type: 'conditional', label: 'a', branch_conditions: [branch('zz', yes)] }],
    /unknown next_block_label zz/,
  ],
  [
    'two starts',
    [wait('a', { next_block_label: 'c' }), wait('b', { next_block_label: 'c' }), wait('c')],
    /^Disconnected blocks detected: blocks \(a, b\)/,
  ],
  [
    'a wrong order in a loop',
    [wait('x', { next_block_label: 'l' }), { block_type: 'for_loop', label: 'l', loop_blocks: [wait('a'), wait('b')] }],
    /^Disconnected blocks detected: blocks \(a, b\)/,
  ],
])('%s is refused', async (_, blocks, detail) => {
  const { ask } = await embedded();
  const refused = await ask('POST', '/v1/workflows', { body: definition({ blocks }) });
  expect([refused.status, refused.body.detail]).toEqual([422, expect.stringMatching(detail)]);
  expect((await ask('GET', '/v1/workflows')).body).toEqual([]);
});

test('branches that meet again, and a finally block on the side, are a whole graph', async () => {
  const { ask } = await embedded();
  const branches = [branch('b', yes), branch('c', { is_default: true })];
  const blocks = [
    { block_type: 'conditional', label: 'a', next_block_label: 'd', branch_conditions: branches },
    wait('b', { next_block_label: 'd' }),
    wait('c', { next_block_label: 'd' }),
    wait('d'),
    wait('last'),
  ];
  const { status, body } = await ask('POST', '/v1/agents', { body: definition({ blocks, finally_block_label: 'last' }) });
  expect(status, JSON.stringify(body)).toBe(200);
  expectSchema('Workflow', body);
  expect(body.workflow_definition.version).toBe(2);
});

test.each<[string, Record<string, unknown>, unknown]>([
  ['a title in numbers', definition({}, { title: 5 }), [{ type: 'string_type', loc: ['body', 'json_definition', 'title'] }]],
  ['an unknown status', definition({}, { status: 'gone' }), [{ type: 'enum', loc: ['body', 'json_definition', 'status'] }]],
  ['too many minutes', definition({}, { max_elapsed_time_minutes: 481 }), [{ type: 'less_than_equal' }]],
  ['a parameter of output', definition({ parameters: [{ parameter_type: 'output', key: 'a' }] }), expect.stringContaining('type output')],
  ['a block without type', definition({ blocks: [{ label: 'a' }] }), [{ type: 'union_tag_not_found' }]],
  ['an unknown engine', definition({ blocks: [{ block_type: 'task', label: 'a', engine: 'x' }] }), [{ type: 'enum' }]],
  [
    'a key in numbers',
    definition({ blocks: [{ block_type: 'code', label: 'a', code: 'x', parameter_keys: [5] }] }),
    [{ type: 'string_type', input: 5 }],
  ],
  ['six retries', definition({ retry_policy: { max_retries: 6, retry_on: [{ status: 'failed' }] } }), [{ type: 'less_than_equal' }]],
  [
    'an empty conditional',
    definition({ blocks: [{ block_type: 'conditional', label: 'a', branch_conditions: [] }] }),
    [{ type: 'value_error' }],
  ],
  ['secret headers', definition({}, { cdp_connect_headers: { a: 'b' } }), [{ type: 'value_error', input: '***' }]],
  [
    'a context of nothing',
    definition({ parameters: [{ parameter_type: 'context', key: 'c', source_parameter_key: 'zz' }] }),
    expect.stringContaining("'zz'"),
  ],
])('%s is refused', async (_, body, detail) => {
  const { ask } = await embedded();
  const refused = await ask('POST', '/v1/workflows', { body });
  expect(refused.status).toBe(422);
  expect(refused.body.detail).toEqual(Array.isArray(detail) ? detail.map((each) => expect.objectContaining(each)) : detail);
});

test('loops nested without end are refused, not followed', async () => {
  const { ask } = await embedded();
  let block: Record<string, unknown> = wait('b0');
  for (let depth = 1; depth < 30; depth++) block = { block_type: 'for_loop', label: `b${depth}`, loop_blocks: [block] };
  expect((await ask('POST', '/v1/workflows', { body: definition({ blocks: [block] }) })).status).toBe(422);
});

test('folders cannot be had here', async () => {
  const { ask } = await embedded();
  const folder = await ask('POST', '/v1/workflows?folder_id=fld_1', { body: definition() });
  expect([folder.status, folder.body.detail]).toEqual([400, 'Folder fld_1 not found']);
});

test('YAML wins over JSON, keeps what an update leaves out, and is refused in one text', async () => {
  const { ask } = await embedded();
  const yaml = (title: string, more = '') => `title: ${title}\n${more}workflow_definition:\n  parameters: []\n  blocks: []\n`;
  const first = await ask('POST', '/v1/workflows', { body: { ...definition(), yaml_definition: yaml('First', 'code_version: 1\n') } });
  expect(first.body).toMatchObject({ title: 'First', code_version: 1 });
  const second = await ask('POST', `/v1/workflows/${first.body.agent_id}`, { body: { yaml_definition: yaml('Second') } });
  expect(second.body).toMatchObject({ title: 'Second', code_version: 1, version: 2 });
  for (const [text, detail] of [
    ['5', /Input should be a valid dictionary/],
    [yaml('x').replace('[]', '5'), /^workflow_definition -> parameters: Input should be a valid list$/],
    [
      'a: &a [1, 1]\nb: &b [*a, *a]\n'.concat(
        ...Array.from({ length: 30 }, (_, i) => `c${i}: &c${i} [*${i ? `c${i - 1}` : 'b'}, *${i ? `c${i - 1}` : 'b'}]\n`),
      ),
      /./,
    ],
  ] as const) {
    const refused = await ask('POST', '/v1/workflows', { body: { yaml_definition: text } });
    expect([refused.status, refused.body.detail]).toEqual([422, expect.stringMatching(detail)]);
  }
});

test('an update makes a new version: what it leaves out goes back to its default, but for what upstream keeps', async () => {
  const folder = tempFolder();
  const { ask, stop } = await embedded({ folder });
  const fields = { description: 'first', mask_secrets: true, max_elapsed_time_minutes: 7, pin_saved_session_ip: true, code_version: 1 };
  const first = (await ask('POST', '/v1/workflows', { body: definition({}, fields) })).body;
  const path = `/v1/workflows/${first.workflow_permanent_id}`;
  const second = (await ask('POST', path, { body: definition({}, { title: 'Second', mask_secrets: null }) })).body;
  expect(second).toMatchObject({ version: 2, title: 'Second', description: null, mask_secrets: true, max_elapsed_time_minutes: 7 });
  expect(second).toMatchObject({ pin_saved_session_ip: true, code_version: 1, agent_id: first.workflow_permanent_id });
  expect(second.workflow_id).not.toBe(first.workflow_id);
  await stop();
  const again = await embedded({ folder });
  expect((await again.ask('GET', path)).body).toEqual({ ...second, effective_default_engine: null });
  expect((await again.ask('GET', `${path}?version=1`)).body).toEqual({ ...first, effective_default_engine: null });
  expect((await again.ask('GET', `${path}/versions`)).body).toEqual([second, first]);
  const missing = await again.ask('GET', `${path}?version=9`);
  expect([missing.status, missing.body.detail]).toEqual([404, `Workflow not found. workflow_permanent_id=${first.agent_id}, version=9`]);
  expect((await again.ask('POST', path, { body: {} })).body).toEqual(recorded('workflow-update-empty').response.body);
  expect((await again.ask('PUT', path, { body: definition() })).status).toBe(405);
  expect((await again.ask('DELETE', path)).status).toBe(405);
  expect((await again.ask('POST', '/v1/workflows/wpid_1', { body: definition() })).status).toBe(404);
});

test('a key makes one workflow, whatever is sent with it later, also when it was deleted', async () => {
  const { ask } = await embedded();
  const create = (title: string) =>
    ask('POST', '/v1/workflows', { body: definition({}, { title }), headers: { 'idempotency-key': 'k-1' } });
  const first = (await create('One')).body;
  expect(first.workflow_permanent_id).toMatch(/^wpid_[0-9a-f]{64}$/);
  expect((await create('Two')).body).toEqual(first);
  await ask('POST', `/v1/workflows/${first.agent_id}/delete`);
  expect((await create('Three')).body).toMatchObject({ title: 'One', deleted_at: expect.any(String) });
  expect((await ask('GET', '/v1/workflows')).body).toEqual([]);
});

test('workflows are listed by their latest version, newest first, by page, words, kind and status', async () => {
  const { ask } = await embedded({ clock: manualClock() });
  const make = async (title: string, workflow: Record<string, unknown> = {}, fields: Record<string, unknown> = {}) =>
    (await ask('POST', '/v1/workflows', { body: definition(fields, { title, ...workflow }) })).body.agent_id as string;
  const garden = await make(
    'Garden',
    {},
    {
      parameters: [{ parameter_type: 'workflow', key: 'plant', workflow_parameter_type: 'string', default_value: 'Rose' }],
    },
  );
  const draft = await make('Draft', { status: 'draft' });
  const task = await make('Saved', { is_saved_task: true });
  const auto = await make('Auto', { status: 'auto_generated' });
  await ask('POST', `/v1/workflows/${garden}`, { body: definition({}, { title: 'Garden 2' }) });
  const list = async (query: string) =>
    (await ask('GET', `/v1/workflows?${query}`)).body.map((each: { agent_id: string }) => each.agent_id);
  expect(await list('')).toEqual([garden, task, draft]);
  expect(await list('page_size=1&page=2')).toEqual([task]);
  expect(await list('page=999')).toEqual([]);
  expect(await list('search_key=GARDEN')).toEqual([garden]);
  expect(await list('search_key=rose')).toEqual([]); // the latest version has no such parameter
  expect(await list('only_saved_tasks=true')).toEqual([task]);
  expect(await list('only_workflows=true')).toEqual([garden, draft]);
  expect(await list('status=auto_generated')).toEqual([auto]);
  expect(await list('tags=a:b')).toEqual([]);
  for (const name of ['workflow-list-conflict', 'workflow-list-bad-status', 'workflow-list-page-0']) {
    const { request, response } = recorded(name);
    const answer = await ask('GET', request.path);
    expect([answer.status, answer.body], name).toEqual([response.status, response.body]);
  }
  expect((await ask('GET', '/api/v1/workflows')).body).toHaveLength(3);
});

test('deleting is for every version, and answers the same for what is not there', async () => {
  const { ask } = await embedded();
  const { agent_id } = (await ask('POST', '/v1/agents', { body: definition() })).body;
  for (const id of [agent_id, agent_id, 'wpid_1']) {
    const deleted = await ask('POST', `/v1/agents/${id}/delete`);
    expect([deleted.status, deleted.body]).toEqual([200, null]);
  }
  expect((await ask('GET', `/v1/workflows/${agent_id}`)).status).toBe(404);
  expect((await ask('GET', `/v1/workflows/${agent_id}/versions`)).body).toEqual([]);
  expect((await ask('DELETE', `/api/v1/workflows/${agent_id}`)).body).toBeNull();
});

test('a run is checked as upstream checks it, and what does not pass leaves none behind', async () => {
  const { ask } = await embedded();
  const types = ['integer', 'boolean', 'json', 'credential_id'];
  const optional = types.map((type) => ({ parameter_type: 'workflow', key: type, workflow_parameter_type: type, default_value: null }));
  const { agent_id } = (
    await ask('POST', '/v1/workflows', {
      body: definition({
        parameters: [
          { parameter_type: 'workflow', key: 'n', workflow_parameter_type: 'integer', default_value: 1 },
          { parameter_type: 'workflow', key: 'note', workflow_parameter_type: 'string' },
          ...optional.filter(({ key }) => key === 'credential_id'),
        ],
      }),
    })
  ).body;
  const run = async (body: Record<string, unknown>) => {
    const answer = await ask('POST', '/v1/run/workflows', { body: { workflow_id: agent_id, ...body } });
    return [answer.status, answer.body.detail];
  };
  expect(await run({})).toEqual([400, `Missing value for parameter note in workflow ${agent_id}`]);
  expect(await run({ parameters: { n: 'many', note: 'x' } })).toEqual([
    400,
    'Invalid workflow parameter. Expected parameter type: integer. Value: many.',
  ]);
  expect(await run({ parameters: { note: 'x', credential_id: 'x' } })).toEqual([400, 'Invalid credential ID: x']);
  expect(await run({ max_elapsed_time_minutes: 0 })).toEqual([422, [expect.objectContaining({ type: 'greater_than_equal' })]]);
  expect(await run({ parameters: [] })).toEqual([422, [expect.objectContaining({ type: 'dict_type' })]]);
  expect((await ask('GET', '/v1/runs')).body).toEqual([]);
});

test('the recordings are there', () => {
  expect(existsSync(recordedFolder)).toBe(true);
  expect(creations.length).toBeGreaterThan(15);
});
