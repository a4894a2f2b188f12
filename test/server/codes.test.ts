import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { verifyWebhook } from '../../src/protocol/webhookSignature.js';
import { authenticatorCode } from '../../src/server/authenticator.js';
import { codeIn } from '../../src/server/codeRequest.js';
import { codeSource } from '../../src/server/codeSource.js';
import type { CodeStore } from '../../src/server/codeStore.js';
import { manualClock, turn } from '../support/clock.js';
import { embedded } from '../support/embedded.js';
import { expectSchema } from '../support/openapi.js';
import { noModels, scriptedRunner } from '../support/scriptedRunner.js';

const recorded = (name: string) => JSON.parse(readFileSync(new URL(`../recorded/${name}.json`, import.meta.url), 'utf8'));
const withoutIds = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, each) => (/(?:code_id|organization_id|_at)$/.test(key) && typeof each === 'string' ? key : each));
const PASSWORD = recorded('credential-create-password').request.body;

/** A server whose runs ask for as many codes as their prompt says, and give them as output. */
const withCodes = () =>
  embedded({
    defaultEngine: 'scripted',
    models: { ...noModels, refusal: async () => null },
    runner: scriptedRunner({
      async codes({ prompt, codes }, recorder, signal) {
        await recorder.acting();
        const got: (string | null)[] = [];
        for (let left = Number(prompt.split(' ')[1]); left > 0; left--) got.push((await codes?.next(signal)) ?? null);
        return { status: 'completed', output: got };
      },
      async credential({ credential, secrets }, recorder) {
        await recorder.acting();
        const fits = secrets.get('password') === PASSWORD.credential.password;
        return { status: 'completed', output: { credential, names: [...secrets.keys()], fits } };
      },
    }),
  });

test.each(['credential-totp-push', 'credential-totp-legacy', 'credential-totp-push-empty', 'credential-totp-push-bad-run'])(
  '%s is answered as the real server did',
  async (name) => {
    const { ask } = await embedded();
    const { request, response } = recorded(name);
    const answer = await ask(request.method, request.path, { body: request.body });
    expect([answer.status, withoutIds(answer.body)]).toEqual([response.status, withoutIds(response.body)]);
    if (answer.status === 200) expectSchema('TOTPCode', answer.body);
  },
);

test('a run gets the code that is sent under its name, for it alone, once, and none that another run had', async () => {
  const { ask, start, until } = await withCodes();
  const path = '/v1/credentials/totp';
  const send = (content: string, more = {}) => ask('POST', path, { body: { totp_identifier: 'ada@example.com', content, ...more } });
  await ask('POST', path, { body: { totp_identifier: 'bob@example.com', content: '000000' } });
  await send('111111');
  const first = await start('codes 2', { totp_identifier: 'ada@example.com' });
  await until(first, 'running');
  const second = await start('codes 1', { totp_identifier: 'ada@example.com' });
  await until(second, 'running');
  await send('222222', { task_id: second });
  expect((await until(second, 'completed')).output).toEqual(['222222']);
  await send('Hello, nothing is in here.');
  await send('Your code is 333 333. It ends in 10 minutes.');
  expect((await until(first, 'completed')).output).toEqual(['111111', '333333']);
  expect((await ask('GET', `/v1/runs/${first}`)).body.run_request.totp_identifier).toBe('ada@example.com');
  const listed = (await ask('GET', `${path}?totp_identifier=ada@example.com`)).body;
  expect(listed.map((each: { code: string }) => each.code)).toEqual(['333333', '', '222222', '111111']);
});

test('a code lies in the database encrypted only', async () => {
  const { ask, folder, log } = await embedded();
  await ask('POST', '/v1/credentials/totp', { body: { totp_identifier: 'ada@example.com', content: 'The code is 918273, dear Ada.' } });
  const files = ['server.db', 'server.db-wal'].map((name) => readFileSync(join(folder, name), 'latin1'));
  expect(files.join()).toContain('ada@example.com'); // twin: what lies there in the clear is found
  for (const text of [...files, log.join()]) expect(text).not.toMatch(/918273|dear Ada/);
});

test('the rules engine, which asks for no code, refuses the fields by name', async () => {
  const { ask } = await embedded();
  const body = { prompt: 'complete', totp_identifier: 'ada', totp_url: 'https://example.com/' };
  const answer = await ask('POST', '/v1/run/tasks', { body });
  expect([answer.status, answer.body.detail]).toEqual([422, expect.stringContaining('`totp_identifier`, `totp_url`')]);
});

test('a run gets the parts of the credential that it names; the secret ones are in no answer', async () => {
  const { ask, start, until, folder } = await withCodes();
  const { credential_id: id } = (await ask('POST', '/v1/credentials', { body: PASSWORD })).body;
  const run = await until(await start('credential', { credential_id: id }), 'completed');
  const credential = { id, name: 'Garden shop', type: 'password', plain: { username: 'ada' }, secretNames: ['password'] };
  expect(run.output).toEqual({ credential, names: ['password'], fits: true });
  for (const name of ['server.db', 'server.db-wal']) {
    expect(readFileSync(join(folder, name), 'latin1')).not.toContain(PASSWORD.credential.password);
  }
  const unknown = await ask('POST', '/v1/run/tasks', { body: { prompt: 'credential', credential_id: 'cred_1' } });
  expect([unknown.status, unknown.body.detail]).toEqual([404, 'Credential cred_1 not found']);
});

test('a run whose credential was deleted while it waited fails and says why', async () => {
  const { ask, start, until } = await embedded({
    defaultEngine: 'scripted',
    models: { ...noModels, refusal: async () => null },
    concurrency: 1,
  });
  const { credential_id: id } = (await ask('POST', '/v1/credentials', { body: PASSWORD })).body;
  const holder = await start('hold');
  const waiting = await start('complete', { credential_id: id });
  await ask('POST', `/v1/credentials/${id}/delete`);
  await ask('POST', `/v1/runs/${holder}/cancel`);
  expect((await until(waiting, 'failed')).failure_reason).toContain(`the credential ${id} was deleted`);
});

test('an authenticator gives the codes of RFC 6238', () => {
  const key = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'; // "12345678901234567890", as in the RFC's appendix B, of whose eight digits six are used
  for (const [seconds, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ] as const) {
    expect(authenticatorCode(key, seconds * 1000)).toBe(code);
  }
});

test('an authenticator gives no code twice and none that is about to change', async () => {
  const clock = manualClock({ start: 59_000 });
  const deps = { codes: undefined as unknown as CodeStore, clock, token: 'key' };
  const key = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  const source = codeSource(deps, { runId: 'tsk_1', key, url: null, identifier: null })!;
  const { signal } = new AbortController();
  expect([await source.next(signal), clock.now()]).toEqual([authenticatorCode(key, 60_000), 60_000]);
  expect([await source.next(signal), clock.now()]).toEqual([authenticatorCode(key, 90_000), 90_000]);
});

test('an address is asked, signed, until it has a code; after a quarter of an hour there is none', async () => {
  const answers = ['{"detail":"not yet"}', 'nonsense', '{"verification_code":"424242"}'];
  const asked: { body: string; signature: string }[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    asked.push({ body, signature: String(incoming.headers['x-skyvern-signature']) });
    const answer = answers.shift() ?? '{"verification_code":"424242"}'; // the old one, again and again
    outgoing.writeHead(asked.length === 1 ? 404 : 200).end(answer);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const clock = manualClock({ auto: false });
  const source = codeSource(
    { codes: undefined as unknown as CodeStore, clock, token: 'key' },
    { runId: 'tsk_1', key: null, url, identifier: null },
  )!;
  const { signal } = new AbortController();
  /** Time moves on only when the source waits between two questions: the real socket answers when it does. */
  const drive = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    void work.finally(() => (done = true));
    while (!done) {
      await turn();
      if (clock.slept.at(-1) === 5_000 && clock.sleepers === 1) await clock.advance(5_000);
    }
    return work;
  };
  expect(await drive(source.next(signal))).toBe('424242');
  expect(JSON.parse(asked[0]!.body)).toEqual({ task_id: 'tsk_1', workflow_run_id: null, workflow_permanent_id: null });
  expect(verifyWebhook(Buffer.from(asked[0]!.body), asked[0]!.signature, 'key')).toBe(true);
  expect(await drive(source.next(signal))).toBeNull();
});

test.each([
  ['123456', '123456'],
  [' AB12 ', 'AB12'],
  ['Your code is 123 456.', '123456'],
  ['G-482913 is your Google verification code.', '482913'],
  ['Use 4821 to log in, call 0800 1234567 for help. Code: 4821', '4821'],
  ['Order 20260120 shipped. Your one-time password: 771204', '771204'],
  ['Paid 1234.50 at 10:30 on 2026-01-20', ''],
  ['Either 123456 or 654321 is meant.', ''],
  ['nothing in here at all', ''],
])('the code in %j is %j', (content, code) => {
  expect(codeIn(content)).toBe(code);
});
