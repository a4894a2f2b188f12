/** The schedule commands, against a loopback server that answers as the real one does. It is 2026-01-20, 12:00 UTC. */
import { describe, expect, test } from 'vitest';
import { type FakeSkyvern, fakeSkyvern, type Json } from '../support/fakeSkyvern.js';
import { skyvern } from '../support/skyvern.js';

const PARAMETERS = [
  { parameter_type: 'workflow', key: 'city', workflow_parameter_type: 'string' },
  { parameter_type: 'workflow', key: 'days', workflow_parameter_type: 'integer', default_value: 3 },
];
const DAILY = { cron_expression: '0 7 * * *', timezone: 'Europe/Berlin', parameters: { city: 'Oslo' }, name: 'Mornings', description: 'D' };

async function withWorkflow(): Promise<FakeSkyvern> {
  const api = await fakeSkyvern();
  api.workflow('wpid_1', { title: 'Weather', workflow_definition: { parameters: PARAMETERS, blocks: [] } });
  return api;
}

const env = { TZ: 'America/New_York' };
const create = (api: FakeSkyvern, ...flags: string[]) =>
  skyvern(api, ['schedule', 'create', 'wpid_1', '--param', 'city=Oslo', ...flags], { env });
const posted = (api: FakeSkyvern): Json[] => api.seen('POST /v1/workflows/wpid_1/schedules').map(({ body }) => body as Json);

describe('schedule create', () => {
  test('shows the next five times, in words and in both zones, and prints the id', async () => {
    const api = await withWorkflow();
    const { code, io } = await create(api, '--cron', '30 6 * * 1-5', '--timezone', 'Europe/Berlin', '--name', 'Weekdays');
    expect(code).toBe(0);
    expect(io.stdout.text()).toMatch(/^wfs_\d+\n$/);
    expect(io.stderr.lines()).toEqual([
      'at 06:30, Monday through Friday (Europe/Berlin)',
      ...['21', '22', '23', '26', '27'].map(
        (day) => `  2026-01-${day} 06:30 +01:00 Europe/Berlin  =  2026-01-${day} 00:30 -05:00 America/New_York`,
      ),
    ]);
    expect(posted(api)).toEqual([
      { cron_expression: '30 6 * * 1-5', timezone: 'Europe/Berlin', parameters: { city: 'Oslo' }, name: 'Weekdays' },
    ]);
  });

  test.each([
    [
      'an interval',
      ['--every', '6h', '--first-at', '2026-01-21T08:00Z'],
      { interval_seconds: 21_600, first_fire_at: '2026-01-21T08:00:00Z', timezone: 'America/New_York' },
    ],
    ['an interval from now', ['--every', '1d'], { interval_seconds: 86_400, timezone: 'America/New_York' }],
    [
      'once, in the zone',
      ['--at', '2026-01-21T09:00', '--timezone', 'Asia/Kolkata'],
      { run_at: '2026-01-21T03:30:00Z', timezone: 'Asia/Kolkata' },
    ],
    [
      'one that rests',
      ['--cron', '0 7 * * *', '--timezone', 'UTC', '--disabled'],
      { cron_expression: '0 7 * * *', timezone: 'UTC', enabled: false },
    ],
  ])('%s', async (_, flags, body) => {
    const api = await withWorkflow();
    expect((await create(api, ...flags)).code).toBe(0);
    expect(posted(api)).toEqual([{ ...body, parameters: { city: 'Oslo' } }]);
  });

  test.each([
    ['no time at all', [], '--cron, --every and --at'],
    ['two of them', ['--cron', '0 7 * * *', '--every', '1h'], 'cannot be used with'],
    ['a cron that is none', ['--cron', '0 7 * *'], 'it is no cron expression'],
    ['runs too near each other', ['--cron', '*/7 * * * *'], 'it fires at 12:56 and again at 13:00: runs are at least 5 minutes apart'],
    ['a cron that never fires', ['--cron', '0 0 30 2 *'], 'it never fires'],
    ['an interval too short', ['--every', '4m'], 'it is shorter than 5 minutes'],
    ['a time that is over', ['--at', '2026-01-20T06:59'], 'it is over'],
    ['a time too near', ['--at', '2026-01-20T12:00:30Z'], 'it is less than 60 seconds ahead'],
    ['a time that no clock shows', ['--at', '2026-03-29T02:30', '--timezone', 'Europe/Berlin'], 'does not exist in Europe/Berlin'],
    [
      'a time that clocks show twice',
      ['--at', '2026-10-25T02:30', '--timezone', 'Europe/Berlin'],
      'say which: 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00',
    ],
    ['a zone that is none', ['--cron', '0 7 * * *', '--timezone', 'Berlin'], 'did you mean Europe/Berlin?'],
    ['a parameter of another type', ['--cron', '0 7 * * *', '--param', 'days=many'], 'the parameter days is a whole number'],
  ])('%s is refused here, and nothing is sent', async (_, flags, message) => {
    const api = await withWorkflow();
    const { code, io } = await create(api, ...flags);
    expect([code, posted(api)]).toEqual([2, []]);
    expect(io.stderr.text()).toContain(message);
  });

  test('says when the server announces other times, and is quiet when told so', async () => {
    const api = await withWorkflow();
    const id = api.workflows.schedule('wpid_1', DAILY);
    const answer = { schedule: api.workflows.schedules.get(id), next_runs: ['2026-01-21T05:00:00Z', '2026-01-22T06:00:00Z'] };
    api.on('POST /v1/workflows/wpid_1/schedules', { body: answer }, { body: answer });
    const flags = ['--cron', '0 7 * * *', '--timezone', 'Europe/Berlin'];
    expect((await create(api, ...flags)).io.stderr.text()).toContain(
      'notice: the server announces 2026-01-21 06:00 +01:00 where the expression and the time zone give 2026-01-21 07:00 +01:00',
    );
    expect((await create(api, ...flags, '--quiet')).io.stderr.text()).toBe('');
  });
});

describe('F62 a schedule is made once', () => {
  const ROUTE = 'POST /v1/workflows/wpid_1/schedules';
  test('its answer is lost: it is found among the schedules, and nothing is sent again', async () => {
    const api = await withWorkflow();
    api.on(ROUTE, 'lost');
    const { code, io } = await create(api, '--cron', '0 7 * * *');
    expect([code, posted(api).length]).toEqual([0, 1]);
    expect(io.stdout.text()).toMatch(/^wfs_\d+\n$/);
    expect(io.stderr.text()).toContain('the answer was lost; the schedule was made, and found');
  });

  test.each([
    ['502, and none was made', { status: 502, body: { detail: 'Failed to sync schedule' } }, 7, /Failed to sync schedule/],
    ['501, a server without schedules', { status: 501, body: { detail: 'Schedules are not available' } }, 3, /Schedules are not available/],
  ])('%s: said so, with what to look at, and not sent again', async (_, reply, code, why) => {
    const api = await withWorkflow();
    api.on(ROUTE, reply);
    const { code: ended, io } = await create(api, '--cron', '0 7 * * *');
    expect([ended, posted(api).length, io.stdout.text()], io.stderr.text()).toEqual([code, 1, '']);
    expect(io.stderr.text()).toMatch(why);
    expect(io.stderr.lines().at(-1)).toMatch(/^hint: .*`skyvern/);
  });
});

describe('an id alone is enough', () => {
  test.each([
    ['schedule get', 'wfs_7'],
    ['schedule next', '2026-01-21 07:00 +01:00 Europe/Berlin'],
    ['schedule enable', 'on'],
    ['schedule disable', 'off'],
    ['schedule delete --yes', 'deleted'],
  ])('%s', async (command, expected) => {
    const api = await withWorkflow();
    api.workflows.schedule('wpid_1', { ...DAILY, workflow_schedule_id: 'wfs_7' });
    // More than a page of others before it.
    for (let index = 0; index < 120; index++) api.workflows.schedule('wpid_1', DAILY);
    const { code, io } = await skyvern(api, `${command} wfs_7`);
    expect([code, io.stderr.text()]).toEqual([0, '']);
    expect(io.stdout.text()).toContain(expected);
  });

  test('with --workflow it is not looked for', async () => {
    const api = await withWorkflow();
    api.workflows.schedule('wpid_1', { ...DAILY, workflow_schedule_id: 'wfs_7' });
    expect((await skyvern(api, 'schedule get wfs_7 --workflow wpid_1')).code).toBe(0);
    expect(api.seen('GET /v1/schedules')).toEqual([]);
  });

  test.each([
    ['an unknown one', 'schedule get wfs_404', 5],
    ['an unknown one of a workflow', 'schedule runs wfs_404 --workflow wpid_1', 5],
    ['what is no id', 'schedule get wpid_1', 2],
    ['a delete that nobody confirmed', 'schedule delete wfs_7', 2],
    ['cancelling one that comes again', 'schedule cancel wfs_7', 9],
  ])('%s', async (_, line, code) => {
    const api = await withWorkflow();
    api.workflows.schedule('wpid_1', { ...DAILY, workflow_schedule_id: 'wfs_7' });
    expect((await skyvern(api, line)).code).toBe(code);
    expect(api.workflows.schedules.has('wfs_7')).toBe(true);
  });
});

describe('schedule update', () => {
  const put = (api: FakeSkyvern): Json[] => api.seen('PUT /v1/workflows/wpid_1/schedules/wfs_7').map(({ body }) => body as Json);
  async function withSchedule(): Promise<FakeSkyvern> {
    const api = await withWorkflow();
    api.workflows.schedule('wpid_1', { ...DAILY, workflow_schedule_id: 'wfs_7' });
    return api;
  }

  test.each([
    ['when it runs', ['--cron', '0 8 * * *'], { ...DAILY, cron_expression: '0 8 * * *' }],
    ['from cron to an interval', ['--every', '6h'], { interval_seconds: 21_600, ...DAILY, cron_expression: undefined }],
    ['one parameter', ['--param', 'days=5'], { ...DAILY, parameters: { city: 'Oslo', days: 5 } }],
    ['all parameters', ['--params', '{"city":"Rome"}'], { ...DAILY, parameters: { city: 'Rome' } }],
    ['its name', ['--name', 'Dawn'], { ...DAILY, name: 'Dawn' }],
    ['no description', ['--clear-description'], { ...DAILY, description: null }],
    ['its state', ['--disabled'], { ...DAILY, enabled: false }],
    ['its zone', ['--timezone', 'UTC'], { ...DAILY, timezone: 'UTC' }],
  ])('%s: the rest is sent as it was', async (_, flags, body) => {
    const api = await withSchedule();
    expect((await skyvern(api, ['schedule', 'update', 'wfs_7', ...flags])).code).toBe(0);
    expect(put(api)).toEqual([JSON.parse(JSON.stringify(body))]);
  });

  test('refuses when somebody changed it meanwhile', async () => {
    const api = await withSchedule();
    const path = 'GET /v1/workflows/wpid_1/schedules/wfs_7';
    api.on(path, 'pass', () => {
      Object.assign(api.workflows.schedules.get('wfs_7')!, { name: 'Theirs', modified_at: '2026-01-20T12:00:01' });
      return 'pass';
    });
    const { code, io } = await skyvern(api, 'schedule update wfs_7 --name Ours');
    expect([code, put(api)]).toEqual([9, []]);
    expect(io.stderr.text()).toContain('was changed by somebody else meanwhile');
  });

  test.each([
    ['nothing', [], 'there is nothing to change'],
    ['a bad cron', ['--cron', '* * * * *'], 'at least 5 minutes apart'],
    ['an unknown parameter', ['--param', 'zz=1'], 'the workflow has no parameter zz'],
    ['parameters without one that is needed', ['--clear-parameters'], 'the parameter city (string) is missing'],
  ])('%s is refused, and nothing is sent', async (_, flags, message) => {
    const api = await withSchedule();
    const { code, io } = await skyvern(api, ['schedule', 'update', 'wfs_7', ...flags]);
    expect([code, put(api)]).toEqual([2, []]);
    expect(io.stderr.text()).toContain(message);
  });
});

describe('schedules', () => {
  test('list: all, of one workflow, filtered', async () => {
    const api = await withWorkflow();
    api.workflow('wpid_2', { title: 'News' });
    const first = api.workflows.schedule('wpid_1', DAILY);
    const second = api.workflows.schedule('wpid_2', { interval_seconds: 3600, timezone: 'UTC', enabled: false });
    const ids = async (flags: string) =>
      (await skyvern(api, `schedule list ${flags}`.trim())).io.stdout.lines().map((line) => line.split('\t')[0]);
    expect(await ids('')).toEqual([second, first]);
    expect(await ids('--status paused')).toEqual([second]);
    expect(await ids('--search weather')).toEqual([first]);
    expect(await ids('--workflow wpid_2')).toEqual([second]);
    expect(await ids('--workflow wpid_2 --status active')).toEqual([]);
    const { io } = await skyvern(api, 'schedule list');
    expect(io.stdout.lines()[1]).toBe(`${first}\ton\t0 7 * * * (Europe/Berlin)\t2026-01-21 07:00 +01:00\twpid_1\tMornings`);
  });

  test('next is offline without a schedule, and tells what changed clocks do', async () => {
    const api = await fakeSkyvern();
    const line = ['schedule', 'next', '--cron', '30 2 29 3 *', '--timezone', 'Europe/Berlin', '-n', '1'];
    expect((await skyvern(api, line, { env })).io.stdout.text()).toBe(
      '  2026-03-29 03:30 +02:00 Europe/Berlin  =  2026-03-28 21:30 -04:00 America/New_York  (02:30 does not exist that day: clocks go from 02:00 to 03:00)\n',
    );
    expect(JSON.parse((await skyvern(api, [...line, '--json'], { env })).io.stdout.text())).toEqual([
      {
        at: '2026-03-29T01:30:00.000Z',
        local: '2026-03-29 03:30 +02:00',
        timezone: 'Europe/Berlin',
        note: expect.stringContaining('02:30'),
      },
    ]);
    expect(api.requests).toEqual([]);
  });

  test('runs are those of the schedule', async () => {
    const api = await withWorkflow();
    const id = api.workflows.schedule('wpid_1', DAILY);
    const request = { run_request: { workflow_id: 'wpid_1' }, status: 'completed' };
    api.run('wr_1', { ...request, workflow_schedule_id: id });
    for (let index = 2; index <= 150; index++) api.run(`wr_${index}`, request);
    api.run('wr_151', { ...request, workflow_schedule_id: id });
    const { io } = await skyvern(api, `schedule runs ${id}`);
    expect(io.stdout.lines().map((line) => line.split('\t')[0])).toEqual(['wr_151', 'wr_1']);
  });

  test('trigger starts the workflow now, with the parameters of the schedule', async () => {
    const api = await withWorkflow();
    const id = api.workflows.schedule('wpid_1', DAILY);
    api.scriptStarts({}, { status: 'completed', output: { rain: true } });
    const { code, io } = await skyvern(api, `schedule trigger ${id} --param days=9 --wait`);
    expect([code, JSON.parse(io.stdout.text())]).toEqual([0, { rain: true }]);
    expect(api.seen('POST /v1/run/workflows').map(({ body }) => body)).toMatchObject([
      { workflow_id: 'wpid_1', proxy_location: null, parameters: { city: 'Oslo', days: 9 } },
    ]);
  });

  test('one that runs once can be called off, once', async () => {
    const api = await withWorkflow();
    const id = api.workflows.schedule('wpid_1', { run_at: '2026-02-01T00:00:00Z', timezone: 'UTC', parameters: { city: 'Oslo' } });
    expect((await skyvern(api, `schedule cancel ${id}`)).io.stdout.text()).toBe(`${id}\tcanceled\n`);
    expect((await skyvern(api, `schedule cancel ${id}`)).code).toBe(9);
  });
});
