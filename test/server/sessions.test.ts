import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { manualClock } from '../support/clock.js';
import { type Embedded, embedded } from '../support/embedded.js';
import { tempFolder } from '../support/io.js';
import { expectSchema } from '../support/openapi.js';
import { type Script, scriptedRunner } from '../support/scriptedRunner.js';

const recorded = (name: string) => JSON.parse(readFileSync(new URL(`../recorded/${name}.json`, import.meta.url), 'utf8'));
const path = '/v1/browser_sessions';

test.each(['session-create-short', 'session-get-unknown', 'session-close-unknown'])(
  '%s is answered as the real server did',
  async (name) => {
    const { ask } = await embedded();
    const { request, response } = recorded(name);
    const answer = await ask(request.method, request.path, { body: request.body });
    expect([answer.status, answer.body]).toEqual([response.status, response.body]);
  },
);

test('a session is made with a lifetime, made longer, and closed once', async () => {
  const { ask } = await embedded({ clock: manualClock() });
  const made = await ask('POST', path, { body: { timeout: 10 } });
  expectSchema('BrowserSessionResponse', made.body);
  expect(Object.keys(made.body).sort()).toEqual(Object.keys(recorded('session-create').response.body).sort());
  expect(made.body).toMatchObject({ status: 'created', timeout: 10, browser_address: null, remaining_lifetime_seconds: 600 });
  const one = `${path}/${made.body.browser_session_id}`;
  const empty = await ask('POST', `${one}/extend`, { body: {} });
  expect([empty.status, empty.body]).toEqual([422, recorded('session-extend-empty').response.body]);
  expect((await ask('POST', `${one}/extend`, { body: { additional_minutes: 5 } })).body.timeout).toBe(15);
  expect((await ask('POST', `${one}/extend`, { body: { additional_minutes: 1000 } })).body.timeout).toBe(360);
  expect((await ask('PATCH', one, { body: { generate_browser_profile: false } })).status).toBe(200);
  expect((await ask('GET', path)).body).toHaveLength(1);
  for (let times = 0; times < 2; times++) expect((await ask('POST', `${one}/close`)).body).toEqual({ message: 'Browser session closed' });
  expect((await ask('GET', one)).body).toMatchObject({
    status: 'completed',
    completed_at: expect.any(String),
    remaining_lifetime_seconds: null,
  });
  const late = await ask('PATCH', one, { body: { generate_browser_profile: false } });
  expect([late.status, late.body.detail]).toEqual([409, expect.stringMatching(/has already ended and can no longer be updated\.$/)]);
  expect((await ask('GET', path)).body).toEqual([]);
  expect((await ask('GET', `${path}/history?page_size=1`)).body).toMatchObject([{ status: 'completed' }]);
});

test('a session ends when its time is over, also while the server was away', async () => {
  const folder = tempFolder();
  const first = await embedded({ folder, clock: manualClock({ start: 0 }) });
  const { browser_session_id } = (await first.ask('POST', path)).body;
  await first.stop();
  const second = await embedded({ folder, clock: manualClock({ start: 60 * 60_000 }) });
  const ended = (await second.ask('GET', `${path}/${browser_session_id}`)).body;
  expect(ended).toMatchObject({ status: 'timeout', timeout: 60, completed_at: '1970-01-01T01:00:00' });
  expect((await second.ask('GET', path)).body).toEqual([]);
});

test('what a session cannot have is refused by name, and too long a life is cut with a warning', async () => {
  const { ask } = await embedded();
  for (const [name, value] of [
    ['url', 'http://127.0.0.1:9/'],
    ['proxy_location', 'RESIDENTIAL_DE'],
    ['generate_browser_profile', true],
  ] as const) {
    const refused = await ask('POST', path, { body: { [name]: value } });
    expect([refused.status, refused.body.detail]).toEqual([422, expect.stringContaining(`\`${name}\``)]);
  }
  const long = (await ask('POST', path, { body: { timeout: 1440 } })).body;
  expect(long).toMatchObject({ timeout: 240, warning: expect.stringContaining('capped at 240 minutes') });
});

const STATE = { url: 'http://127.0.0.1:9/account', storage: { cookies: [{ name: 'sid', value: 'a-cookie-of-ada' }], origins: [] } };

/** Ends leaving `STATE` behind. */
const leaves: Script = async (spec) => {
  spec.keepBrowserState?.(STATE);
  return { status: 'completed', output: null };
};
const created = async ({ ask }: Embedded, body: object = {}): Promise<string> =>
  (await ask('POST', path, { body })).body.browser_session_id;

test('a run finds in its session what the last one left, and begins where that one ended', async () => {
  const runner = scriptedRunner({ leaves });
  const server = await embedded({ runner });
  const session = await created(server);
  const first = await server.start('leaves', { url: 'http://127.0.0.1:9/', browser_session_id: session });
  await server.until(first, 'completed');
  const one = await server.ask('GET', `${path}/${session}`);
  expect(one.body).toMatchObject({ status: 'running', runnable_type: 'task', runnable_id: first, started_at: expect.any(String) });
  const second = await server.start('complete', { url: null, browser_session_id: session });
  expect((await server.until(second, 'completed')).run_request).toMatchObject({ browser_session_id: session, url: null });
  expect(runner.specs.map((spec) => [spec.url, spec.browser.state])).toEqual([
    ['http://127.0.0.1:9/', null],
    [STATE.url, STATE],
  ]);
  const alone = await server.start('complete');
  await server.until(alone, 'completed');
  expect([runner.specs[2]?.browser.state, runner.specs[2]?.keepBrowserState]).toEqual([null, null]);
  expect(readFileSync(`${server.folder}/server.db`).includes('a-cookie-of-ada')).toBe(false);
  expect(readFileSync(`${server.folder}/server.db-wal`).includes('a-cookie-of-ada')).toBe(false);
});

test('a profile keeps what a session holds, and gives it to sessions and runs that begin with it', async () => {
  const runner = scriptedRunner({ leaves });
  const server = await embedded({ runner });
  const session = await created(server);
  const profile = (name: string) => server.ask('POST', '/v1/browser_profiles', { body: { name, browser_session_id: session } });
  expect((await profile('Ada')).status).toBe(400);
  await server.until(await server.start('leaves', { browser_session_id: session }), 'completed');
  await server.ask('POST', `${path}/${session}/close`);
  const { browser_profile_id } = (await profile('Ada')).body;
  const other = await created(server, { browser_profile_id });
  expect((await server.ask('GET', `${path}/${other}`)).body.browser_profile_id).toBe(browser_profile_id);
  await server.until(await server.start('complete', { browser_session_id: other }), 'completed');
  await server.until(await server.start('complete', { browser_profile_id }), 'completed');
  expect(runner.specs.slice(1).map(({ browser }) => browser.state)).toEqual([STATE, STATE]);
  expect(runner.specs[2]?.keepBrowserState).toBeNull();
  await server.ask('DELETE', `/v1/browser_profiles/${browser_profile_id}`);
  const gone = await server.ask('POST', '/v1/run/tasks', { body: { prompt: 'complete', url: 'http://127.0.0.1:9/', browser_profile_id } });
  expect([gone.status, gone.body.detail]).toEqual([404, `Browser profile ${browser_profile_id} not found`]);
  expect((await server.ask('POST', path, { body: { browser_profile_id } })).status).toBe(404);
});

test('one run at a time is in a session; closing the session ends it, and no other begins there', async () => {
  const server = await embedded({ concurrency: 2 });
  const session = await created(server);
  const first = await server.start('hold', { browser_session_id: session });
  await server.untilActions(first, 2);
  const second = await server.start('complete', { browser_session_id: session });
  expect((await server.until(second, 'failed')).failure_reason).toBe(`Browser session ${session} is already occupied by ${first}`);
  await server.ask('POST', `${path}/${session}/close`);
  expect((await server.until(first, 'failed')).failure_reason).toBe(`Browser session ${session} was closed`);
  const task = (id: string) =>
    server.ask('POST', '/v1/run/tasks', { body: { prompt: 'complete', url: 'http://127.0.0.1:9/', browser_session_id: id } });
  const late = await task(session);
  const text = recorded('session-task-closed').response.body.detail.replace(/pbs_\d+/, session);
  expect([late.status, late.body.detail]).toEqual([410, text]);
  const unknown = await task('pbs_1');
  expect([unknown.status, unknown.body]).toEqual([404, recorded('404-task-session').response.body]);
  const fresh = await server.ask('POST', '/v1/run/tasks', {
    body: { prompt: 'x', browser_session_id: session, start_fresh_browser: true },
  });
  expect(fresh.body.detail[0].msg).toBe(recorded('422-task-fresh-and-session-v2').response.body.detail[0].msg);
});

test.each([
  [29, 200],
  [31, 400],
])('what a session kept is there for a profile %d days later, or gone: %d', async (days, status) => {
  const folder = tempFolder();
  const first = await embedded({ folder, clock: manualClock({ start: 0 }), runner: scriptedRunner({ leaves }) });
  const session = await created(first);
  await first.until(await first.start('leaves', { browser_session_id: session }), 'completed');
  await first.stop();
  const second = await embedded({ folder, clock: manualClock({ start: days * 86_400_000 }) });
  const made = await second.ask('POST', '/v1/browser_profiles', { body: { name: 'Ada', browser_session_id: session } });
  expect(made.status).toBe(status);
});
