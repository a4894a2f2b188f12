/** What the worker does when the ground gives way: a database that takes no writes, a session whose time is over. */
import { expect, test } from 'vitest';
import { manualClock } from '../support/clock.js';
import { type Embedded, embedded } from '../support/embedded.js';
import { scriptedRunner } from '../support/scriptedRunner.js';

/** Makes every write fail that `when` describes, until the returned function is called. */
function refuseWrites({ db }: Embedded, table: string, when: string): () => void {
  db.exec(`CREATE TRIGGER refused BEFORE UPDATE ON ${table} WHEN ${when} BEGIN SELECT RAISE(ABORT, 'not now'); END`);
  return () => db.exec('DROP TRIGGER refused');
}

const MINUTE = 60_000;

/** A run at work in a session that lives for five minutes, on a clock that the test moves. */
async function inSession() {
  const clock = manualClock({ auto: false });
  const server = await embedded({ clock });
  const session = (await server.ask('POST', '/v1/browser_sessions', { body: { timeout: 5 } })).body.browser_session_id as string;
  const id = await server.start('hold', { browser_session_id: session });
  await clock.advance(0);
  await server.untilActions(id, 2);
  const status = async () => (await server.ask('GET', `/v1/runs/${id}`)).body;
  return { clock, server, session, id, status };
}

test('a run ends with the time of its session, as with its being closed', async () => {
  const { clock, session, status } = await inSession();
  await clock.advance(4.9 * MINUTE);
  expect((await status()).status).toBe('running');
  await clock.advance(0.2 * MINUTE);
  expect(await status()).toMatchObject({ status: 'failed', failure_reason: `Browser session ${session} was closed: its time was over` });
});

test('twin: in a session that was made longer it goes on until the later end', async () => {
  const { clock, server, session, status } = await inSession();
  await server.ask('POST', `/v1/browser_sessions/${session}/extend`, { body: { additional_minutes: 5 } });
  await clock.advance(9 * MINUTE);
  expect((await status()).status).toBe('running');
  await clock.advance(2 * MINUTE);
  expect((await status()).status).toBe('failed');
});

test('a run that could not be taken from the queue is taken later, though nobody else comes', async () => {
  const clock = manualClock({ auto: false });
  const server = await embedded({ clock });
  const allow = refuseWrites(server, 'queue', "NEW.state = 'leased'");
  const id = await server.start('complete');
  await clock.advance(0);
  expect(server.log.join()).toMatch(/no run can be taken from the queue: not now/);
  allow();
  await clock.advance(10_000);
  expect((await server.until(id, 'completed')).status).toBe('completed');
});

test('a run whose session cannot be entered fails, and does not stay under way for ever', async () => {
  const server = await embedded();
  const session = (await server.ask('POST', '/v1/browser_sessions', { body: {} })).body.browser_session_id;
  refuseWrites(server, 'browser_sessions', '1');
  const id = await server.start('complete', { browser_session_id: session });
  expect((await server.until(id, 'failed')).failure_reason).toBe('not now');
  expect(server.server.idleMs()).toBeGreaterThanOrEqual(0);
});

test('output that the database does not take fails the run with words for it', async () => {
  const server = await embedded();
  refuseWrites(server, 'runs', 'NEW.output IS NOT NULL');
  const id = await server.start('complete');
  expect((await server.until(id, 'failed')).failure_reason).toBe('its output cannot be kept: not now');
});

test('a server whose database takes no writes ends all the same: every run is stopped, and the browser closed', async () => {
  const runner = scriptedRunner();
  const server = await embedded({ runner, concurrency: 2 });
  const ids = [await server.start('wait'), await server.start('wait')];
  for (const id of ids) await server.until(id, 'running');
  refuseWrites(server, 'queue', "NEW.state = 'queued'");
  await server.stop();
  expect(runner.closed).toBe(true);
  expect(server.log.filter((line) => line.includes('left for the next server: not now'))).toHaveLength(2);
});

test('a key means the same request wherever it is sent from: whether somebody is there is not what is asked for', async () => {
  const { ask } = await embedded();
  const post = (more: object) =>
    ask('POST', '/v1/run/tasks', {
      body: { prompt: 'complete', url: 'http://127.0.0.1:9/', ...more },
      headers: { 'idempotency-key': 'k' },
    });
  const first = await post({});
  expect((await post({ unattended: true })).body).toEqual(first.body);
  expect((await post({ title: 'another' })).status).toBe(422);
});
