import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { manualClock } from '../support/clock.js';
import { embedded } from '../support/embedded.js';
import { tempFolder } from '../support/io.js';
import { expectSchema } from '../support/openapi.js';

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

test('a session is made with a lifetime, made longer, and closed once; it says that it has no browser', async () => {
  const { ask } = await embedded({ clock: manualClock() });
  const made = await ask('POST', path, { body: { timeout: 10 } });
  expectSchema('BrowserSessionResponse', made.body);
  expect(Object.keys(made.body).sort()).toEqual(Object.keys(recorded('session-create').response.body).sort());
  expect(made.body).toMatchObject({ status: 'created', timeout: 10, browser_address: null, remaining_lifetime_seconds: 600 });
  expect(made.headers.get('x-skyvern-notice')).toContain('no browser');
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

test('what a session cannot have is refused by name, too long a life is cut with a warning, and no run can be in it', async () => {
  const { ask } = await embedded();
  for (const [name, value] of [
    ['url', 'http://127.0.0.1:9/'],
    ['browser_profile_id', 'bp_1'],
    ['proxy_location', 'RESIDENTIAL_DE'],
    ['generate_browser_profile', true],
  ] as const) {
    const refused = await ask('POST', path, { body: { [name]: value } });
    expect([refused.status, refused.body.detail]).toEqual([422, expect.stringContaining(`\`${name}\``)]);
  }
  const long = (await ask('POST', path, { body: { timeout: 1440 } })).body;
  expect(long).toMatchObject({ timeout: 240, warning: expect.stringContaining('capped at 240 minutes') });
  const task = await ask('POST', '/v1/run/tasks', { body: { prompt: 'complete', browser_session_id: long.browser_session_id } });
  expect([task.status, task.body.detail]).toEqual([422, expect.stringContaining('`browser_session_id`')]);
});
