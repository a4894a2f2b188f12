/** Workflows that start workflows: one after the other or side by side, never themselves, and with no more than their parents may. */
import { describe, expect, test } from 'vitest';
import { type Answered, embedded } from '../support/embedded.js';
import { type Flows, flows, type Wire } from '../support/flows.js';
import { noModels, scriptedRunner, spending } from '../support/scriptedRunner.js';

const trigger = (id: string, more: Wire = {}) => ({ block_type: 'workflow_trigger', label: 'go', workflow_permanent_id: id, ...more });
const goal = (text: string, more: Wire = {}) => ({ block_type: 'task', label: 'x', navigation_goal: text, ...more });
const fetched = (label: string, more: Wire = {}) => ({ block_type: 'http_request', label, url: 'https://api.example/x', ...more });
const stop = (reason: string) => ({ block_type: 'terminate', label: 'stop', reason });
const parameter = (key: string, value: unknown = null, type = 'string') => ({
  parameter_type: 'workflow',
  key,
  workflow_parameter_type: type,
  ...(value !== null && { default_value: value }),
});
const found = () => ({ body: '{"link":"http://127.0.0.1:8099"}' });

/** Keeps a workflow; returns its id. */
async function kept(server: Flows, blocks: readonly Wire[], parameters: readonly Wire[] = [], id?: string): Promise<string> {
  const path = id === undefined ? '/v1/workflows' : `/v1/workflows/${id}`;
  const body = { json_definition: { title: 'Child', workflow_definition: { parameters, blocks } } };
  const { status, body: made } = await server.ask('POST', path, { body });
  if (status !== 200) throw new Error(JSON.stringify(made));
  return made.workflow_permanent_id;
}

const runs = async (server: Flows, path: string): Promise<Answered['body'][]> => (await server.ask('GET', path)).body;

test('a run waits for the one that it starts, gives its place to it, and has what it gave', async () => {
  const server = await flows({ concurrency: 1 }, {}, () => ({ body: '{"n":7}' }));
  const child = await kept(server, [fetched('get', { url: 'https://api.example/{{ what }}' })], [parameter('what')]);
  const run = await server.finish(
    [
      trigger(child, { payload: { what: '{{ word }}' } }),
      fetched('after', { url: 'https://api.example/{{ go_output.outputs.get_output.body.n }}' }),
    ],
    { parameters: [parameter('word', 'pots')] },
  );
  expect(run).toMatchObject({
    status: 'completed',
    output: {
      go_output: { workflow_permanent_id: child, status: 'completed', failure_reason: null, outputs: { get_output: { body: { n: 7 } } } },
    },
  });
  expect(server.runner.requests.map(({ url }) => url)).toEqual(['https://api.example/pots', 'https://api.example/7']);
  const childRun = run.output.go_output.workflow_run_id;
  expect((await server.timeline(run.run_id)).at(-1).block).toMatchObject({
    block_type: 'workflow_trigger',
    block_workflow_run_id: childRun,
  });
  expect((await server.ask('GET', `/v1/workflows/runs/${childRun}`)).body).toMatchObject({ parent_workflow_run_id: run.run_id });
  // Runs that runs started are told of only where they are asked for.
  expect((await runs(server, '/v1/runs')).map(({ run_id: id }) => id)).toEqual([run.run_id]);
  expect((await runs(server, '/v1/workflows/runs')).map(({ workflow_run_id: id }) => id)).toEqual([run.run_id]);
  expect(await runs(server, `/v1/workflows/${child}/runs`)).toEqual([]);
  expect(await runs(server, `/v1/workflows/${child}/runs?include_child_runs=true`)).toHaveLength(1);
  expect(await runs(server, `/api/v1/workflows/${child}/runs`)).toHaveLength(1);
});

test('or it goes on, and both come to their ends', async () => {
  const server = await flows();
  const child = await kept(server, [goal('complete it')]);
  const run = await server.finish([trigger(child, { wait_for_completion: false })]);
  expect(run.output.go_output).toMatchObject({ status: 'created', outputs: null });
  await server.until(run.output.go_output.workflow_run_id, 'completed');
});

test.each<[string, Wire[], string]>([
  ['fails', [goal('fail now')], 'failed: task block failed. failure reason: no element fits "Buy"'],
  ['ends itself', [stop('enough')], 'terminated: terminate block terminated. Reason: enough'],
])('one that %s fails the block, which may be passed over', async (_, blocks, reason) => {
  const server = await flows();
  const child = await kept(server, blocks);
  const run = await server.finish([trigger(child)]);
  const { workflow_run_id: id } = run.output.go_output;
  expect(run).toMatchObject({
    status: 'failed',
    failure_reason: `workflow_trigger block failed. failure reason: the workflow run ${id} is ${reason}`,
  });
  expect((await server.finish([trigger(child, { continue_on_failure: true })])).status).toBe('completed');
});

test('a run that is cancelled takes the one with it that it waits for', async () => {
  const server = await flows();
  const child = await kept(server, [goal('hold on')]);
  const { body } = await server.begin([trigger(child)]);
  await server.until(body.run_id, 'running');
  const [{ workflow_run_id: id }] = await (async () => {
    for (;;) {
      const all = await runs(server, `/api/v1/workflows/${child}/runs`);
      if (all.length > 0) return all;
    }
  })();
  await server.untilActions(id, 2);
  await server.ask('POST', `/v1/runs/${body.run_id}/cancel`);
  await server.until(body.run_id, 'canceled');
  await server.until(id, 'canceled');
});

test('when the server dies the run that waited is failed, and what it waited for is not begun', async () => {
  const dead = await flows({ concurrency: 1 });
  const child = await kept(dead, [goal('complete it')]);
  const { body: parent } = await dead.begin([goal('hold on'), trigger(child)]);
  await dead.untilActions(parent.run_id, 2);
  // As if the child had been accepted a moment before: in the queue, with its parent at work.
  dead.db.exec(`INSERT INTO runs (run_id, task_run_id, kind, status, engine, request, holds_secrets, created_at, modified_at, parent_run_id, workflow_permanent_id)
    VALUES ('wr_1', 'tr_1', 'workflow', 'created', 'rules', '{"triggered_by":{"waits":true}}', 0, 1, 1, '${parent.run_id}', '${child}'),
           ('wr_2', 'tr_2', 'workflow', 'created', 'rules', '{"triggered_by":{"waits":false}}', 0, 1, 1, '${parent.run_id}', '${child}')`);
  dead.db.exec("INSERT INTO queue (run_id, state) VALUES ('wr_1', 'queued'), ('wr_2', 'queued')");
  const next = await embedded({ folder: dead.folder, pid: 99_999, runner: scriptedRunner(), concurrency: 0 });
  expect(next.interrupted).toEqual([parent.run_id]);
  const status = async (id: string) => (await next.ask('GET', `/v1/runs/${id}`)).body.status;
  expect([await status('wr_1'), await status('wr_2')]).toEqual(['canceled', 'queued']);
});

describe('what is refused', () => {
  test('before there is a run: a workflow that is not there, that cannot be run, that comes back to itself', async () => {
    const server = await flows();
    const python = await kept(server, [{ block_type: 'code', label: 'py', code: 'return 1' }]);
    const first = await kept(server, [stop('x')]);
    const second = await kept(server, [trigger(first)]);
    await kept(server, [trigger(second)], [], first);
    const start = async (blocks: Wire[]) => (await server.begin(blocks)).body.detail;
    expect(await start([trigger('wpid_0')])).toMatch(/block go \(workflow_trigger\): there is no workflow wpid_0/);
    expect(await start([trigger(python)])).toMatch(/cannot be run: block py \(code\): it is Python/);
    expect(await start([trigger(first)])).toMatch(new RegExp(`it starts itself again: .*${first} -> ${second} -> ${first}`));
    expect(await start([trigger(python, { use_parent_browser_session: true })])).toMatch(/use_parent_browser_session is not honoured/);
    expect(await runs(server, '/v1/workflows/runs')).toEqual([]);
  });

  test('when its turn comes: ids that were not known before, and levels without an end', async () => {
    const server = await flows({}, {}, () => ({ body: '{}' }));
    const self = await kept(server, [stop('x')], [parameter('next', '')]);
    await kept(server, [trigger('{{ next }}', { payload: { next: '{{ next }}' } })], [parameter('next')], self);
    const again = await server.finish([trigger(self, { payload: { next: self } })]);
    expect(again.failure_reason).toMatch(new RegExp(`${self} would start itself again`));
    let below = await kept(server, [fetched('last')]);
    for (let level = 0; level < 5; level++) below = await kept(server, [trigger(below)]);
    const deep = await server.ask('POST', '/v1/run/workflows', { body: { workflow_id: below } });
    expect((await server.until(deep.body.run_id, 'failed')).failure_reason).toMatch(/workflows start each other 5 levels deep at most/);
    const none = await server.finish([trigger('{{ nothing }}')]);
    expect(none.failure_reason).toMatch(/there is no workflow \(no id\)/);
  });
});

test('an address that a run found is not one that people typed, also for the run that gets it', async () => {
  const server = await flows({}, {}, found);
  const child = await kept(server, [{ block_type: 'goto_url', label: 'open', url: '{{ page }}' }], [parameter('page')]);
  const payload = (page: string) => trigger(child, { payload: { page } });
  await server.finish([fetched('find'), payload('{{ find_output.body.link }}')]);
  await server.finish([payload('{{ mine }}')], { parameters: [parameter('mine', 'http://127.0.0.1:8099/')] });
  const [, untyped, , typed] = server.runner.shared;
  expect([untyped!.allowedUrls, typed!.allowedUrls]).toEqual([[], ['http://127.0.0.1:8099']]);
  expect(server.runner.specs.map(({ url, home }) => [url, home])).toEqual([
    ['http://127.0.0.1:8099', null],
    ['http://127.0.0.1:8099/', 'http://127.0.0.1:8099/'],
  ]);
  const withSecret = await kept(server, [goal('complete it')], [parameter('who', null, 'credential_id')]);
  const stolen = await server.finish([fetched('find'), trigger(withSecret, { payload: { who: 'cred_{{ find_output.status_code }}' } })]);
  expect(stolen.failure_reason).toMatch(/The parameter who is a credential, and nobody typed which one/);
});

test('what runs cost that a run starts is what it costs itself', async () => {
  const spend = spending(0.3, { status: 'completed', output: null });
  const models = { ...noModels, refusal: async () => null };
  const server = await flows({ defaultEngine: null, models }, { spend });
  const child = await kept(server, [goal('spend it')]);
  const nested = await kept(server, [trigger(child)]);
  const body = { max_cost: 0.5 };
  const run = await server.finish([trigger(nested), goal('spend it'), goal('spend it', { label: 'y' })], { body });
  expect(server.runner.specs.map(({ maxCost }) => maxCost?.toFixed(1))).toEqual(['0.5', '0.2']);
  expect(run.failure_reason).toMatch(/asking the language model cost 0\.6000 dollars so far, and may cost 0\.5/);
  const side = await server.finish([trigger(child, { wait_for_completion: false })], { body });
  expect(side.failure_reason).toMatch(/counted only where it is waited for/);
});
