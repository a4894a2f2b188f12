/** Sessions, profiles, credentials, uploads and `api`. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';

describe('browser session', () => {
  test('is made, listed, shown and closed', async () => {
    const api = await fakeSkyvern();
    const made = await skyvern(api, 'browser session create --minutes 30 --keep-profile');
    const id = made.io.stdout.text().trim();
    expect(id).toMatch(/^pbs_\d+$/);
    expect(api.seen('POST /v1/browser_sessions')[0]?.body).toEqual({ timeout: 30, generate_browser_profile: true });
    expect((await skyvern(api, 'browser session list')).io.stdout.text()).toContain(`${id}\tcreated\t30`);
    expect((await skyvern(api, `browser session get ${id}`)).io.stdout.text()).toContain(`session\t${id}\nstatus\tcreated\n`);
    expect((await skyvern(api, `browser session close ${id}`)).io.stdout.text()).toBe(`${id}\tclosed\n`);
    expect((await skyvern(api, 'browser session list')).io.stdout.text()).toBe('');
    expect((await skyvern(api, 'browser session close pbs_1')).code).toBe(5);
  });

  test('what the server did otherwise than asked is a warning', async () => {
    const { io } = await skyvern(await fakeSkyvern(), 'browser session create --minutes 999');
    expect(io.stderr.text()).toMatch(/^warning: Requested timeout of 999 minutes exceeds .* capped at 240 minutes\.\n$/);
  });

  test.each([
    ['browser', '`skyvern browser` needs a command after it', '`skyvern browser --help`'],
    ['browser session', '`skyvern browser session` needs a command after it', '`skyvern browser session --help`'],
    ['browser session craete', "unknown command 'craete'", '`skyvern browser session --help`'],
    ['browser session get', "missing required argument 'session'", '`skyvern browser session get --help`'],
  ])('skyvern %s says what to type', async (line, why, hint) => {
    const { code, io } = await skyvern(await fakeSkyvern(), line);
    expect([code, io.stderr.text()]).toEqual([2, expect.stringContaining(why)]);
    expect(io.stderr.text()).toContain(hint);
  });
});

describe('browser profile', () => {
  test('is made, listed, shown and deleted, but not without a yes', async () => {
    const api = await fakeSkyvern();
    const id = (await skyvern(api, ['browser', 'profile', 'create', 'my shop', '--from-session', 'pbs_1'])).io.stdout.text().trim();
    expect(api.seen('POST /v1/browser_profiles')[0]?.body).toEqual({ name: 'my shop', browser_session_id: 'pbs_1' });
    expect((await skyvern(api, ['browser', 'profile', 'create', 'my shop'])).code).toBe(9);
    expect((await skyvern(api, 'browser profile list')).io.stdout.text()).toContain(`${id}\tmy shop`);
    expect((await skyvern(api, `browser profile get ${id} --query name`)).io.stdout.text()).toBe('"my shop"\n');
    const asked = await skyvern(api, `browser profile delete ${id}`);
    expect([asked.code, asked.io.stderr.text()]).toEqual([2, expect.stringContaining('this deletes the profile my shop')]);
    expect(api.resources.profiles.size).toBe(1);
    expect((await skyvern(api, `browser profile delete ${id} --yes`)).code).toBe(0);
    expect(api.resources.profiles.size).toBe(0);
  });

  test.each([
    ['y', 0],
    ['n', 2],
    ['', 2],
  ])('on a terminal it is asked for: %j ends %i', async (answer, code) => {
    const api = await fakeSkyvern();
    const id = (await skyvern(api, 'browser profile create x')).io.stdout.text().trim();
    const { io, code: ended } = await skyvern(api, `browser profile delete ${id}`, { tty: true, stdin: `${answer}\n` });
    expect(ended).toBe(code);
    expect(io.stderr.text()).toContain('Go on? [y/N]');
    expect(api.resources.profiles.has(id)).toBe(code !== 0);
  });

  test('a list of more than one page is read to its end', async () => {
    const api = await fakeSkyvern();
    for (let number = 0; number < 130; number++)
      api.resources.profiles.set(`bp_${number}`, { browser_profile_id: `bp_${number}`, name: `${number}` });
    expect((await skyvern(api, 'browser profile list -n 500')).io.stdout.lines()).toHaveLength(130);
    expect((await skyvern(api, 'browser profile list -n 3')).io.stdout.lines()).toHaveLength(3);
  });
});

test('credential list shows whose they are and no secret', async () => {
  const api = await fakeSkyvern();
  const base = { vault_type: 'skyvern' };
  api.resources.credentials.push(
    { ...base, credential_id: 'cred_1', name: 'Shop', credential_type: 'password', credential: { username: 'ada' } },
    { ...base, credential_id: 'cred_2', name: 'Card', credential_type: 'credit_card', credential: { last_four: '4242', brand: 'visa' } },
    { ...base, credential_id: 'cred_3', name: 'Token', credential_type: 'secret', credential: { secret_label: 'api' } },
  );
  const { io } = await skyvern(api, 'credential list');
  expect(io.stdout.lines()).toEqual([
    'cred_1\tpassword\tShop\tskyvern\tada',
    'cred_2\tcredit_card\tCard\tskyvern\tvisa ...4242',
    'cred_3\tsecret\tToken\tskyvern\tapi',
  ]);
});

describe('upload', () => {
  test('streams the file as a form, with a name that cannot break out of it', async () => {
    const api = await fakeSkyvern();
    const file = join(tempFolder(), 'people.csv');
    writeFileSync(file, 'name\nAda\n');
    const { code, io } = await skyvern(api, ['upload', file, '--name', 'a"\r\nX: y.csv', '--retention-days', '5']);
    expect(code).toBe(0);
    expect(io.stdout.text()).toMatch(/^file:\/\/\/srv\/skyvern\/artifacts\/local\/file_\d+_a%22%0D%0AX: y\.csv\n$/);
    const [sent] = api.seen('POST /v1/upload_file');
    expect(sent?.headers['content-length']).toBe(String(Buffer.byteLength(sent?.text ?? '')));
    expect(sent?.text).toContain('\r\n\r\nname\nAda\n\r\n--');
    expect(sent?.text).toMatch(/name="retention_days"\r\n\r\n5\r\n/);
    expect(sent?.headers['x-api-key']).toBe(api.apiKey);
  });

  test.each([
    ['nothing there', 'no-such-file', 0, 'cannot be read (ENOENT)'],
    ['an empty file', 'empty', 0, 'is empty'],
    ['more than 30 MB', 'big', 30 * 1024 * 1024 + 1, 'more than the server takes'],
  ])('%s is refused before anything is sent', async (_, name, size, why) => {
    const api = await fakeSkyvern();
    const folder = tempFolder();
    if (name !== 'no-such-file') writeFileSync(join(folder, name), Buffer.alloc(size));
    const { code, io } = await skyvern(api, ['upload', join(folder, name)]);
    expect([code, io.stderr.text(), api.requests]).toEqual([2, expect.stringContaining(why), []]);
  });

  test('an upload that may have arrived is not sent again', async () => {
    const api = await fakeSkyvern();
    const file = join(tempFolder(), 'a.txt');
    writeFileSync(file, 'a');
    api.on('POST /v1/upload_file', 'lost');
    expect((await skyvern(api, ['upload', file])).code).toBe(3);
    expect(api.seen('POST /v1/upload_file')).toHaveLength(1);
  });
});

describe('api', () => {
  test('fields of a GET go into its query, those of others into the body', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'failed' });
    const read = await skyvern(api, 'api get /v1/runs -f status=failed -F page_size=5 --query [].run_id');
    expect([read.code, read.io.stdout.text()]).toEqual([0, '["tsk_1"]\n']);
    expect(api.requests[0]?.query.toString()).toBe('status=failed&page_size=5');
    await skyvern(api, [
      'api',
      'POST',
      '/v1/browser_sessions',
      '-F',
      'timeout=10',
      '-f',
      'url=5',
      '-F',
      'extensions=["a"]',
      '-F',
      'x=plain',
    ]);
    expect(api.seen('POST /v1/browser_sessions')[0]?.body).toEqual({ timeout: 10, url: '5', extensions: ['a'], x: 'plain' });
  });

  test('--input is the body, and a query in the path stays', async () => {
    const api = await fakeSkyvern();
    const { code } = await skyvern(api, 'api POST /v1/browser_profiles?a=1 --input -', { stdin: '{"name":"n"}' });
    expect(code).toBe(0);
    expect(api.seen('POST /v1/browser_profiles')[0]).toMatchObject({ body: { name: 'n' } });
    expect(api.seen('POST /v1/browser_profiles')[0]?.query.get('a')).toBe('1');
    expect((await skyvern(api, 'api POST /v1/browser_profiles --input -', { stdin: '{oops' })).code).toBe(2);
  });

  test('--paginate reads a list to its end; -i shows the headers first', async () => {
    const api = await fakeSkyvern();
    for (let number = 0; number < 205; number++) api.run(`tsk_${number}`);
    expect((await skyvern(api, 'api GET /v1/runs --paginate --query length(@)')).io.stdout.text()).toBe('205\n');
    const { io } = await skyvern(api, 'api GET /v1/version -i');
    expect(io.stdout.text()).toMatch(/^HTTP 200\n(?:[\w-]+: .*\n)+\n\{"version":"1\.0\.56"\}\n$/);
  });

  test('an answer without a body, and one that is an error', async () => {
    const api = await fakeSkyvern();
    api.resources.profiles.set('bp_1', {});
    expect((await skyvern(api, 'api DELETE /v1/browser_profiles/bp_1')).code).toBe(0);
    const { code, io } = await skyvern(api, 'api DELETE /v1/browser_profiles/bp_1');
    expect([code, io.stdout.text(), io.stderr.text()]).toEqual([5, '', expect.stringContaining('not found')]);
  });

  test.each([
    ['/v1/run/tasks', 'skyvern task run'],
    ['/v1/run/tasks/', 'skyvern task run'],
    ['/v1/%72un/tasks', 'skyvern task run'],
    ['/v1/x/../run/tasks', 'skyvern task run'],
    ['//v1//run/tasks', 'skyvern task run'],
    ['/v1/run/tasks/login', 'skyvern task login'],
    ['/v1/run/agents', 'skyvern workflow run'],
    ['/v1/workflows/runs/wr_1/retry', 'skyvern run retry'],
    ['/api/v1/workflows/wpid_1/run', 'skyvern workflow run'],
    ['/api/v1/tasks', 'skyvern task run'],
    ['/api/v2/tasks', 'skyvern task run'],
  ])('a start by POST %s is refused with the command to use', async (path, command) => {
    const api = await fakeSkyvern();
    const { code, io } = await skyvern(api, ['api', 'POST', path, '-f', 'prompt=x']);
    expect([code, io.stderr.text(), api.requests]).toEqual([2, expect.stringContaining(`\`${command}\``), []]);
  });

  test('the key goes to its own origin and nowhere else', async () => {
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(String(request.headers['x-api-key']));
      response.end('{}');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void elsewhere.close());
    await new Promise((resolve) => elsewhere.once('listening', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    const api = await fakeSkyvern();
    for (const path of [`http://127.0.0.1:${port}/x`, `//127.0.0.1:${port}/x`, `@127.0.0.1:${port}/`, `/\\127.0.0.1:${port}/x`, '/a b']) {
      expect((await skyvern(api, ['api', 'GET', path])).code, path).not.toBe(0);
    }
    api.on('GET /v1/x', { redirect: `http://127.0.0.1:${port}/x` });
    expect((await skyvern(api, 'api GET /v1/x')).code).toBe(16);
    expect(asked).toEqual([]);
  });
});
