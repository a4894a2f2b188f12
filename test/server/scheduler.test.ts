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
}: {
  start?: number;
  folder?: string;
  offset?: () => number;
  workflow?: string;
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
    (await server.ask('POST', '/v1/workflows', { body: { json_definition: { title: 'T', workflow_definition: { parameters, blocks } } } }))
      .body.workflow_permanent_id;
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

test('a server that comes back fires nothing twice; the row of the firing is what keeps it from that', async () => {
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

test('what fell due while no server ran is made up for when it is fresh, and else counted and told', async () => {
  const first = await world();
  const { workflow_schedule_id: id } = await first.schedule({ cron_expression: '*/5 * * * *' });
  await first.stop();
  const back = START + 3 * DAY + 2 * MINUTE;
  const second = await world({ start: back, folder: first.folder, workflow: first.workflow });
  await second.pass(0, count(second, 2));
  const missed = (3 * DAY) / (5 * MINUTE) - 2;
  const last = new Date(START + 3 * DAY - 10 * MINUTE).toISOString();
  expect(await second.notices()).toContain(`${id} was missed ${missed} times, last for ${last}: no server ran`);
  expect(second.log.join('\n')).toContain(`${id}: missed ${missed} times`);
  await second.pass(3 * MINUTE, count(second, 3));
});

test('a clock that is set forward makes misses, and one that is set back no second run', async () => {
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

test('what cannot be started is told, and a run that goes on makes the next one of its schedule wait', async () => {
  const here = await world();
  const bad = await here.schedule({ cron_expression: '0 9 * * *', parameters: { n: 'many' } });
  await here.schedule({ cron_expression: '0,30 10 * * *', parameters: { n: 7 } });
  await here.pass(60 * MINUTE, async () =>
    (await here.notices()).includes(`${bad.workflow_schedule_id} could not be started 1 time, last for 2026-11-22T09:00:00.000Z`),
  );
  expect(here.log.join('\n')).toContain('Expected parameter type: integer');
  await here.pass(60 * MINUTE, count(here, 1, 'running'));
  await here.pass(30 * MINUTE, count(here, 1, 'queued'));
  const running = (await here.runs()).find((run) => run.status === 'running');
  await here.ask('POST', `/v1/runs/${running.workflow_run_id}/cancel`);
  await here.pass(0, count(here, 1, 'running'));
  expect((await here.runs()).map((run) => run.status)).toEqual(['running', 'canceled']);
});
