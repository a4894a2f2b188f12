/** Schedules fire while the server runs: each of their times once, whatever happens to servers and clocks, and nothing is missed silently. */
import { expect, test } from 'vitest';
import type { Clock } from '../../src/clock.js';
import { type ManualClock, manualClock } from '../support/clock.js';
import { type Answered, type Embedded, embedded } from '../support/embedded.js';
import { scriptedRunner, untilAborted } from '../support/scriptedRunner.js';

const START = Date.UTC(2026, 10, 22, 8, 0);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

interface World extends Embedded {
  readonly clock: ManualClock;
  readonly workflow: string;
  schedule(fields: Record<string, unknown>): Promise<Answered['body']>;
  runs(): Promise<Answered['body'][]>;
  /** Lets time pass, and all that follows from it happen: until `done` says so. */
  pass(ms: number, done: () => Promise<boolean>): Promise<void>;
  notices(): Promise<readonly string[]>;
}

const hold = scriptedRunner({ hold: (_, recorder, signal) => recorder.acting().then(() => untilAborted(signal)) });

async function world({
  start = START,
  folder,
  offset = () => 0,
  workflow = '',
  sequentially = false,
}: {
  start?: number;
  folder?: string;
  offset?: () => number;
  workflow?: string;
  sequentially?: boolean;
} = {}): Promise<World> {
  const clock = manualClock({ start, auto: false });
  const seen: Clock = { ...clock, now: () => clock.now() + offset() };
  const server = await embedded({
    clock: seen,
    runner: hold,
    concurrency: 4,
    ...(folder !== undefined && { folder, pid: process.pid + 1 }),
  });
  const parameters = [{ parameter_type: 'workflow', key: 'n', workflow_parameter_type: 'integer', default_value: 1 }];
  const blocks = [
    {
      block_type: 'conditional',
      label: 'how',
      branch_conditions: [
        { criteria: { expression: '{{ n == 7 }}' }, next_block_label: 'long' },
        { is_default: true, next_block_label: 'get' },
      ],
    },
    { block_type: 'http_request', label: 'get', url: 'https://a.example/' },
    { block_type: 'task', label: 'long', navigation_goal: 'hold on' },
  ];
  const id =
    workflow ||
    (
      await server.ask('POST', '/v1/workflows', {
        body: { json_definition: { title: 'T', run_sequentially: sequentially, workflow_definition: { parameters, blocks } } },
      })
    ).body.workflow_permanent_id;
  const pass: World['pass'] = async (ms, done) => {
    await clock.advance(ms);
    while (!(await done())) await clock.advance(0);
  };
  return {
    ...server,
    clock,
    workflow: id,
    pass,
    schedule: async (fields) =>
      (await server.ask('POST', `/v1/workflows/${id}/schedules`, { body: { timezone: 'UTC', ...fields } })).body.schedule,
    runs: async () => (await server.ask('GET', `/v1/workflows/${id}/runs?page_size=1000`)).body,
    notices: async () => (await server.ask('GET', '/v1/local/status')).body.notices,
  };
}

const count =
  (of: World, n: number, status = 'completed') =>
  async () =>
    (await of.runs()).filter((run) => run.status === status).length === n;

test('a schedule fires at each of its times, once, with its parameters, and says so', async () => {
  const here = await world();
  const hourly = await here.schedule({ cron_expression: '0 * * * *', parameters: { n: 2 } });
  const every = await here.schedule({ interval_seconds: 1800, first_fire_at: new Date(START + 15 * MINUTE).toISOString() });
  await here.schedule({ cron_expression: '*/5 * * * *', enabled: false });
  expect(here.server.idleMs()).toBe(0);
  await here.pass(15 * MINUTE, count(here, 1));
  await here.pass(45 * MINUTE, count(here, 3));
  const runs = await here.runs();
  expect(new Set(runs.map((run) => run.trigger_type))).toEqual(new Set(['scheduled']));
  const started = (schedule: Answered['body']) => runs.filter((run) => run.workflow_schedule_id === schedule.workflow_schedule_id).length;
  expect([started(hourly), started(every)]).toEqual([1, 2]);
  const ofHour = runs.find((run) => run.workflow_schedule_id === hourly.workflow_schedule_id);
  expect((await here.ask('GET', `/v1/runs/${ofHour.workflow_run_id}`)).body.run_request.parameters).toEqual({ n: 2 });
  expect(await here.notices()).toEqual(['2 enabled schedules: the server does not stop for idleness']);
});

test('F60 a server that comes back fires nothing twice; the row of the firing is what keeps it from that', async () => {
  const first = await world();
  const { workflow_schedule_id: id } = await first.schedule({ cron_expression: '0 * * * *' });
  await first.pass(61 * MINUTE, count(first, 1));
  await first.stop();
  const second = await world({ start: START + 62 * MINUTE, folder: first.folder, workflow: first.workflow });
  await second.pass(5 * MINUTE, count(second, 1));
  second.db.prepare('UPDATE schedules SET settled_at = NULL WHERE schedule_id = ?').run(id);
  await second.stop();
  // What was settled is forgotten, and still the time has its firing.
  const third = await world({ start: START + 68 * MINUTE, folder: first.folder, workflow: first.workflow });
  await third.pass(MINUTE, count(third, 1));
  third.db.prepare('UPDATE schedules SET settled_at = NULL').run();
  third.db.prepare('DELETE FROM firings').run();
  await third.stop();
  const twin = await world({ start: START + 69 * MINUTE, folder: first.folder, workflow: first.workflow });
  await twin.pass(0, count(twin, 2));
});

test('F60 what fell due while no server ran for three days is made up for when it is fresh, and else counted and told', async () => {
  const first = await world();
  const { workflow_schedule_id: id } = await first.schedule({ cron_expression: '*/5 * * * *' });
  await first.stop();
  const back = START + 3 * DAY + 2 * MINUTE;
  const second = await world({ start: back, folder: first.folder, workflow: first.workflow });
  await second.pass(0, count(second, 1)); // of two that fell due, while the first of them goes on
  const missed = (3 * DAY) / (5 * MINUTE) - 2;
  const last = new Date(START + 3 * DAY - 10 * MINUTE).toISOString();
  expect(await second.notices()).toContain(`${id} was missed ${missed} times, last for ${last}: no server ran`);
  expect(second.log.join('\n')).toContain(`${id}: missed ${missed} times`);
  await second.pass(3 * MINUTE, count(second, 2));
});

test('F60 a clock that is set forward, or a machine that slept, makes misses, and one that is set back no second run', async () => {
  let offset = 0;
  const here = await world({ offset: () => offset });
  await here.schedule({ cron_expression: '0 * * * *' });
  await here.pass(60 * MINUTE, count(here, 1));
  offset = -90 * MINUTE;
  await here.pass(60 * MINUTE, count(here, 1)); // 9:00 comes again by this clock, later
  offset = 0;
  await here.pass(2 * MINUTE, count(here, 2)); // 10:00 was two minutes ago
  offset = DAY + 30 * MINUTE;
  await here.pass(2 * MINUTE, async () => (await here.notices()).some((notice) => notice.includes('was missed 24 times')));
  expect(await here.runs()).toHaveLength(2);
});

test('one that fires once has its run, or is failed when its time is long over; a change settles what was due', async () => {
  const here = await world();
  const once = await here.schedule({ run_at: new Date(START + 5 * MINUTE).toISOString() });
  const later = await here.schedule({ run_at: new Date(START + 60 * MINUTE).toISOString() });
  await here.pass(5 * MINUTE, count(here, 1));
  const path = (schedule: Answered['body']) => `/v1/workflows/${here.workflow}/schedules/${schedule.workflow_schedule_id}`;
  const [run] = await here.runs();
  expect((await here.ask('GET', path(once))).body).toMatchObject({
    schedule: { dispatch_status: 'fired', workflow_run_id: run.workflow_run_id },
    next_runs: [],
  });
  await here.stop();
  const second = await world({ start: START + 2 * DAY, folder: here.folder, workflow: here.workflow });
  await second.pass(0, async () => (await second.ask('GET', path(later))).body.schedule.dispatch_status === 'failed');
  expect(await second.runs()).toHaveLength(1);
  await second.clock.advance(MINUTE);
  expect(second.server.idleMs()).toBeGreaterThan(0); // nothing waits any more
});

test.each([
  ['a time that no clock shows fires as much later as clocks skip', '30 2 * * *', '2027-03-28T00:50:00Z', ['2027-03-28T01:30:00.000Z']],
  ['a time that comes twice fires the first time', '30 2 * * *', '2027-10-31T00:20:00Z', ['2027-10-31T00:30:00.000Z']],
  ['each hour fires in both', '0 * * * *', '2027-10-30T23:50:00Z', ['2027-10-31T00:00:00.000Z', '2027-10-31T01:00:00.000Z']],
])('F60 on changed clocks %s, once, also for a server that was away for a minute', async (_, cron_expression, from, expected) => {
  const start = Date.parse(from);
  const first = await world({ start });
  await first.schedule({ cron_expression, timezone: 'Europe/Berlin' });
  const nominal = ({ db }: World) =>
    db
      .prepare("SELECT nominal_at FROM firings WHERE outcome = 'started' ORDER BY nominal_at")
      .all()
      .map((row) => new Date(Number(row['nominal_at'])).toISOString());
  for (let passed = 0; passed < expected.length; passed++) await first.pass(60 * MINUTE, count(first, passed + 1));
  await first.stop();
  const second = await world({ start: start + expected.length * 60 * MINUTE + MINUTE, folder: first.folder, workflow: first.workflow });
  await second.pass(2 * MINUTE, count(second, expected.length));
  expect(nominal(second)).toEqual(expected);
});

test('what cannot be started is told', async () => {
  const here = await world();
  const bad = await here.schedule({ cron_expression: '0 9 * * *', parameters: { n: 'many' } });
  await here.pass(60 * MINUTE, async () =>
    (await here.notices()).includes(`${bad.workflow_schedule_id} could not be started 1 time, last for 2026-11-22T09:00:00.000Z`),
  );
  expect(here.log.join('\n')).toContain('Expected parameter type: integer');
});

test('F61 a time that comes while the run before goes on is skipped, and recorded; the one after its end fires', async () => {
  const here = await world();
  const { workflow_schedule_id: id } = await here.schedule({ cron_expression: '0,15,30,45 9 * * *', parameters: { n: 7 } });
  await here.pass(60 * MINUTE, count(here, 1, 'running'));
  await here.pass(15 * MINUTE, async () => here.log.join('\n').includes(`${id}: skipped for 2026-11-22T09:15:00.000Z`));
  await here.pass(15 * MINUTE, async () =>
    (await here.notices()).includes(`${id} was skipped 2 times, last for 2026-11-22T09:30:00.000Z: its run before still went on`),
  );
  const [running] = await here.runs();
  expect(here.db.prepare("SELECT run_id, count(*) AS count FROM firings WHERE outcome = 'skipped'").get()).toEqual({
    run_id: running.workflow_run_id,
    count: 2,
  });
  await here.ask('POST', `/v1/runs/${running.workflow_run_id}/cancel`);
  await here.pass(15 * MINUTE, count(here, 1, 'running'));
  expect((await here.runs()).map((run) => run.status)).toEqual(['running', 'canceled']);
});

test('F61 twin: of a workflow whose runs wait for each other, so does one of a schedule', async () => {
  const here = await world({ sequentially: true });
  await here.schedule({ cron_expression: '0,30 9 * * *', parameters: { n: 7 } });
  await here.pass(60 * MINUTE, count(here, 1, 'running'));
  await here.pass(30 * MINUTE, count(here, 1, 'queued'));
  const running = (await here.runs()).find((run) => run.status === 'running');
  await here.ask('POST', `/v1/runs/${running.workflow_run_id}/cancel`);
  await here.pass(0, count(here, 1, 'running'));
  expect((await here.runs()).map((run) => run.status)).toEqual(['running', 'canceled']);
});
