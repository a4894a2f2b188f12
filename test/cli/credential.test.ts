/** `skyvern credential`: what is stored, what is asked for, and that no secret stands on the command line or comes back. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';

const env = { SHOP_PASSWORD: 'correct horse', TOTP: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', CARD: '4242424242424242', CVV: '123' };
const create = (api: Awaited<ReturnType<typeof fakeSkyvern>>, argv: readonly string[], options = {}) =>
  skyvern(api, ['credential', 'create', '--name', 'Mine', ...argv], { env, ...options });

test('is stored, listed, shown and deleted, but not without a yes', async () => {
  const api = await fakeSkyvern();
  const made = await create(api, ['--username', 'ada', '--password', 'env:SHOP_PASSWORD']);
  const id = made.io.stdout.text().trim();
  expect(id).toMatch(/^cred_\d+$/);
  expect((await skyvern(api, 'credential list')).io.stdout.text()).toBe(`${id}\tpassword\tMine\tskyvern\tada\n`);
  expect((await skyvern(api, `credential get ${id}`)).io.stdout.text()).toBe(
    `credential\t${id}\nname\tMine\ntype\tpassword\nwho\tada\nvault\tskyvern\n`,
  );
  const asked = await skyvern(api, `credential delete ${id}`);
  expect([asked.code, asked.io.stderr.text()]).toEqual([2, expect.stringContaining(`this deletes the credential Mine (${id})`)]);
  expect((await skyvern(api, `credential delete ${id} --yes`)).io.stdout.text()).toBe(`${id}\tdeleted\n`);
  expect((await skyvern(api, `credential get ${id}`)).code).toBe(5);
});

const file = (text: string) => {
  const path = join(tempFolder(), 'secret.txt');
  writeFileSync(path, text);
  return `@${path}`;
};

test.each<[string, () => readonly string[], object]>([
  [
    'a log-in with an authenticator',
    () => ['--username', 'ada', '--password', file('correct horse\n'), '--totp', 'env:TOTP'],
    { credential_type: 'password', credential: { username: 'ada', password: 'correct horse', totp: env.TOTP, totp_type: 'authenticator' } },
  ],
  [
    'a log-in whose codes come by mail',
    () => ['--username', 'ada', '--password', '-', '--totp-type', 'email', '--totp-identifier', 'ada@example.com'],
    {
      credential_type: 'password',
      credential: { username: 'ada', password: 'from stdin', totp_type: 'email', totp_identifier: 'ada@example.com' },
    },
  ],
  [
    'a card',
    () =>
      '--card-number env:CARD --card-cvv env:CVV --card-exp-month 12 --card-exp-year 2030 --card-brand visa --card-holder-name Ada'.split(
        ' ',
      ),
    {
      credential_type: 'credit_card',
      credential: {
        card_number: env.CARD,
        card_cvv: '123',
        card_exp_month: '12',
        card_exp_year: '2030',
        card_brand: 'visa',
        card_holder_name: 'Ada',
      },
    },
  ],
  [
    'another secret, with fields that have no flag',
    () => ['--type', 'secret', '--secret-value', 'env:CVV', '--vault', 'skyvern', '--body', '{"auto_profile_disabled":true}'],
    { credential_type: 'secret', credential: { secret_value: '123' }, vault_type: 'skyvern', auto_profile_disabled: true },
  ],
])('%s is sent as the API wants it', async (_, argv, body) => {
  const api = await fakeSkyvern();
  expect((await create(api, argv(), { stdin: 'from stdin\n' })).code).toBe(0);
  expect(api.seen('POST /v1/credentials').map((request) => request.body)).toEqual([{ name: 'Mine', ...body }]);
});

test.each<[string, string, string]>([
  ['a password on the command line', '--username ada --password hunter2', 'the value of --password must not stand on the command line'],
  ['nothing to store', '', 'nothing says what to store'],
  ['two things at once', '--username ada --secret-value env:CVV', 'the flags are of a log-in and a secret'],
  ['a part of another type', '--type secret --username ada', '--username is no part of a secret'],
  ['a log-in without a password', '--username ada', 'a log-in needs --password'],
  ['a variable that is not set', '--username ada --password env:NO_SUCH', 'the environment variable NO_SUCH is not set'],
])('%s ends 2 before anything is sent', async (_, line, why) => {
  const api = await fakeSkyvern();
  const { code, io } = await create(api, line.split(' ').filter(Boolean));
  expect([code, io.stderr.text(), api.requests]).toEqual([2, expect.stringContaining(why), []]);
  expect(io.stderr.text()).not.toContain('hunter2');
});

test('on a terminal a missing secret is asked for, and not shown', async () => {
  const api = await fakeSkyvern();
  const { code, io } = await create(api, ['--username', 'ada'], { tty: true, stdin: 'correct horse\n' });
  expect(code).toBe(0);
  expect(api.seen('POST /v1/credentials')[0]?.body.credential).toEqual({ username: 'ada', password: 'correct horse' });
  expect(io.stderr.text()).toContain('password: ');
  expect(io.stderr.text() + io.stdout.text()).not.toContain('correct horse');
});

describe('what is made once', () => {
  const SCHEDULE = ['schedule', 'create', 'wpid_1', '--cron', '0 7 * * *', '--timezone', 'UTC', '--name', 'Morning'];
  const SCHEDULES = 'POST /v1/workflows/wpid_1/schedules';

  test.each<[string, string, readonly string[], string]>([
    ['the credential', 'POST /v1/credentials', ['credential', 'create', '--name', 'x', '--secret-value', 'env:CVV'], 'credential list'],
    ['the session', 'POST /v1/browser_sessions', ['browser', 'session', 'create'], 'browser session list'],
    ['the profile', 'POST /v1/browser_profiles', ['browser', 'profile', 'create', 'x'], 'browser profile list'],
    // Not made, as far as its list says: nothing is claimed.
    ['the schedule', SCHEDULES, SCHEDULE, 'schedule list --workflow wpid_1'],
  ])('a lost answer to %s is told, with where to look, and nothing is sent again', async (what, route, argv, look) => {
    for (const reply of ['reset', { status: 502, body: '' }, { body: '<html>' }] as const) {
      const api = await fakeSkyvern();
      api.workflow('wpid_1');
      api.on(route, reply);
      const { code, io } = await skyvern(api, argv, { env });
      expect([code, io.stderr.text()]).toEqual([7, expect.stringContaining(`${what} may have been made, and was not sent again`)]);
      expect(io.stderr.lines().at(-1)).toBe(`hint: \`skyvern ${look}\` shows whether it is there`);
      expect(api.seen(route)).toHaveLength(1);
    }
  });

  test('F62 a schedule whose server has no scheduler is refused, and is not looked for', async () => {
    const api = await fakeSkyvern();
    api.workflow('wpid_1');
    api.on(SCHEDULES, { status: 501, body: { detail: 'Schedules are not available' } });
    const { code, io } = await skyvern(api, SCHEDULE);
    expect([code, io.stderr.text()]).toEqual([3, expect.stringContaining('Schedules are not available')]);
    expect(io.stderr.text()).not.toContain('may have been made');
    expect(api.seen('GET /v1/workflows/wpid_1/schedules')).toHaveLength(1);
  });

  test('a refusal is no lost answer', async () => {
    const api = await fakeSkyvern();
    api.on('POST /v1/credentials', { status: 409, body: { detail: 'busy' } });
    const { code, io } = await skyvern(api, ['credential', 'create', '--name', 'x', '--secret-value', 'env:CVV'], { env });
    expect([code, io.stderr.text()]).toEqual([9, expect.not.stringContaining('may have been made')]);
  });

  test('a schedule whose answer is lost is found again, by what it says and that it was not there', async () => {
    const api = await fakeSkyvern();
    api.workflow('wpid_1');
    const first = (await skyvern(api, SCHEDULE)).io.stdout.text();
    api.on(SCHEDULES, 'lost');
    const { code, io } = await skyvern(api, SCHEDULE);
    expect([code, io.stderr.text()]).toEqual([0, expect.stringContaining('notice: the answer was lost; the schedule was made, and found')]);
    expect(io.stdout.text()).toMatch(/^wfs_\d+\n$/);
    expect(io.stdout.text()).not.toBe(first);
    expect(api.seen(SCHEDULES)).toHaveLength(2);
  });

  test('two that fit are not chosen between', async () => {
    const api = await fakeSkyvern();
    api.workflow('wpid_1');
    api.on(SCHEDULES, async () => {
      await fetch(`${api.url}/v1/workflows/wpid_1/schedules`, {
        method: 'POST',
        headers: { 'x-api-key': api.apiKey, 'content-type': 'application/json' },
        body: JSON.stringify({ cron_expression: '0 7 * * *', timezone: 'UTC', name: 'Morning' }),
      });
      return 'lost' as const;
    });
    expect((await skyvern(api, SCHEDULE)).code).toBe(7);
  });
});
