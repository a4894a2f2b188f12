import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { manualClock } from '../support/clock.js';
import { embedded } from '../support/embedded.js';
import { tempFolder } from '../support/io.js';
import { expectSchema } from '../support/openapi.js';

const recordedFolder = new URL('../recorded/', import.meta.url);
const recorded = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, recordedFolder), 'utf8'));
/** When the recordings were made. */
const RECORDED_AT = Date.UTC(2026, 10, 22, 8, 25, 46, 585);

/** A server at the time of the recordings with their workflow on it. */
async function world(folder = tempFolder()) {
  const server = await embedded({ folder, clock: manualClock({ start: RECORDED_AT, auto: false }) });
  const { agent_id } = (await server.ask('POST', '/v1/workflows', { body: recorded('schedule-workflow').request.body })).body;
  const path = `/v1/workflows/${agent_id}/schedules`;
  const body = { cron_expression: '30 6 * * 1-5', timezone: 'Europe/Berlin', parameters: { n: 2, must: 'x' }, name: 'Weekdays' };
  const create = async (fields: Record<string, unknown> = {}) => (await server.ask('POST', path, { body: { ...body, ...fields } })).body;
  return { ...server, workflow: agent_id as string, path, body, create };
}

/** Without what differs from server to server. */
const skeleton = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, each) =>
    /^(?:workflow_schedule_id|workflow_permanent_id|organization_id|temporal_schedule_id|created_at|modified_at)$/.test(key) ? null : each,
  );

const posts = readdirSync(recordedFolder)
  .filter((name) => name.startsWith('schedule-'))
  .map((name) => name.replace('.json', ''))
  .filter((name) => recorded(name).request?.method === 'POST' && /\/schedules$/.test(recorded(name).request.path));

test.each(posts)('%s is answered as the real server did', async (name) => {
  const { ask, workflow } = await world();
  const { request, response } = recorded(name);
  const known = /wpid_\d{3,}/.exec(request.path)?.[0] ?? 'none';
  const answer = await ask('POST', request.path.replace(known, workflow), { body: request.body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(response.status);
  const wanted = JSON.parse(JSON.stringify(response.body).replaceAll(known, workflow));
  // The real server is an hour off here: the 31st of March begins at 22:00 UTC in Berlin.
  if (name === 'schedule-cron-last-day') wanted.next_runs[4] = '2027-03-30T22:00:00Z';
  expect(skeleton(answer.body)).toEqual(skeleton(wanted));
  if (answer.status === 200) expect(answer.headers.get('x-skyvern-notice')).toContain('fire while the local server runs');
});

test('there are recordings of creations', () => expect(posts.length).toBeGreaterThan(25));

test('a schedule is replaced whole, switched off and on, and deleted', async () => {
  const { ask, path, create, stop, folder } = await world();
  const made = await create({ enabled: false });
  expectSchema('WorkflowScheduleResponse', made);
  const one = `${path}/${made.schedule.workflow_schedule_id}`;
  const replaced = (await ask('PUT', one, { body: { cron_expression: '0 7 * * *', timezone: 'UTC', parameters: { must: 'z' } } })).body;
  expect(replaced.schedule).toMatchObject({ name: null, parameters: { must: 'z' }, enabled: false, timezone: 'UTC' });
  expect((await ask('POST', `${one}/enable`)).body.schedule.enabled).toBe(true);
  expect((await ask('POST', `${one}/disable`)).body).toMatchObject({ schedule: { enabled: false }, next_runs: { length: 5 } });
  for (const [name, body] of [
    ['schedule-update-empty', {}],
    ['schedule-update-bad-cron', recorded('schedule-update-bad-cron').request.body],
  ] as const) {
    const { response } = recorded(name);
    const refused = await ask('PUT', one, { body });
    expect([refused.status, refused.body], name).toEqual([response.status, response.body]);
  }
  expect((await ask('PATCH', one, { body: { name: 'x' } })).status).toBe(405);
  await stop();
  const again = await embedded({ folder, clock: manualClock({ start: RECORDED_AT }) });
  expect((await again.ask('GET', one)).body.schedule).toMatchObject({ cron_expression: '0 7 * * *', enabled: false });
  expect((await again.ask('DELETE', one)).body).toEqual({ ok: true });
  for (const [method, of] of [
    ['GET', one],
    ['DELETE', one],
    ['POST', `${one}/enable`],
  ] as const) {
    const gone = await again.ask(method, of);
    expect([gone.status, gone.body.detail]).toEqual([404, `Schedule ${made.schedule.workflow_schedule_id} not found`]);
  }
});

test('only a one-time schedule is cancelled, and only once', async () => {
  const { ask, path, create } = await world();
  const recurring = await create();
  const refused = await ask('POST', `${path}/${recurring.schedule.workflow_schedule_id}/cancel`);
  expect([refused.status, refused.body]).toEqual([422, recorded('schedule-cancel').response.body]);
  const once = await create({ cron_expression: null, run_at: '2026-12-24T18:00:00+01:00' });
  expect(once).toMatchObject({
    schedule: { run_at: '2026-12-24T17:00:00Z', dispatch_status: 'pending' },
    next_runs: ['2026-12-24T17:00:00Z'],
  });
  const cancel = () => ask('POST', `${path}/${once.schedule.workflow_schedule_id}/cancel`);
  expect((await cancel()).body).toMatchObject({ schedule: { dispatch_status: 'canceled' }, next_runs: [] });
  expect((await cancel()).status).toBe(409);
});

test('next runs follow the zone over the change to daylight saving', async () => {
  const { create } = await world();
  const yearly = await create({ cron_expression: '30 2 27-29 3 *', timezone: 'Europe/Berlin' });
  // On 28 March 2027 there is no 02:30 in Berlin: it fires as much later as the clocks skip, at 03:30.
  expect(yearly.next_runs.slice(0, 3)).toEqual(['2027-03-27T01:30:00Z', '2027-03-28T01:30:00Z', '2027-03-29T00:30:00Z']);
});

test('schedules of all workflows are listed newest first, by page, state and words, and go with their workflow', async () => {
  const { ask, workflow, create, path } = await world();
  const [off, on] = [await create({ name: 'Nightly', enabled: false }), await create()];
  const ids = async (query: string) =>
    (await ask('GET', `/v1/schedules?${query}`)).body.schedules.map((each: { workflow_schedule_id: string }) => each.workflow_schedule_id);
  const all = (await ask('GET', '/v1/schedules')).body;
  expect(all).toMatchObject({ total_count: 2, page: 1, page_size: 10 });
  expect(Object.keys(all.schedules[0]).sort()).toEqual(Object.keys(recorded('schedule-list-all').response.body.schedules[0]).sort());
  expect(all.schedules[0]).toMatchObject({ workflow_title: 'Scheduled', next_run: '2026-11-23T05:30:00Z' });
  expect(all.schedules[1].next_run).toBeNull();
  const [offId, onId] = [off.schedule.workflow_schedule_id, on.schedule.workflow_schedule_id];
  expect(await ids('')).toEqual([onId, offId]);
  expect(await ids('status=paused')).toEqual([offId]);
  expect(await ids('search=NIGHT')).toEqual([offId]);
  expect(await ids('search=scheduled&page_size=1&page=2')).toEqual([offId]);
  for (const name of ['schedule-list-all-bad-status', 'schedule-list-all-bad-page']) {
    const { request, response } = recorded(name);
    const refused = await ask('GET', request.path);
    expect([refused.status, refused.body], name).toEqual([response.status, response.body]);
  }
  expect((await ask('GET', '/v1/local/status')).body.notices).toEqual(['1 enabled schedule: the server does not stop for idleness']);
  expect((await ask('GET', path)).body.schedules).toHaveLength(2);
  await ask('POST', `/v1/workflows/${workflow}/delete`);
  expect(await ids('')).toEqual([]);
  const gone = await ask('GET', path);
  expect([gone.status, gone.body.detail]).toEqual([404, `Workflow ${workflow} not found`]);
  expect((await ask('GET', '/v1/local/status')).body.notices).toEqual([]);
});
