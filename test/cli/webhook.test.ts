/** Webhooks on this machine: genuine ones once, everything else refused, whatever the sender does. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { main } from '../../src/cli/main.js';
import { formatServerTime } from '../../src/protocol/time.js';
import { signWebhook } from '../../src/protocol/webhookSignature.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { type TestIo, tempFolder, testIo } from '../support/io.js';

const KEY = 'test-key';
const VECTOR = '{"run_id":"tsk_1","status":"completed","output":{"score":1,"name":"Zoë"}}';
const SIGNATURE = '5a875b5619fa6762f5b04c3d0cce42b1055b8c0bce8ba635a6d285c0a2e1e37c';
const ENV = { SKYVERN_API_KEY: KEY, SKYVERN_BASE_URL: 'http://127.0.0.1:1' };

const run = async (argv: readonly string[], io: TestIo) =>
  main(argv, io, new AbortController().signal, { clock: manualClock(), random: seededRandom() });

interface Listening {
  readonly io: TestIo;
  readonly port: number;
  readonly ended: Promise<number>;
  /** As by Ctrl-C. */
  leave(): Promise<void>;
}

/** `webhook listen --json` on a free port, ended with the test. */
async function listening(flags: readonly string[] = [], env: Record<string, string> = {}, start?: number): Promise<Listening> {
  const io = testIo({ ...ENV, ...env });
  const stop = new AbortController();
  const clock = manualClock(start === undefined ? {} : { start });
  const ended = main(['webhook', 'listen', '--json', '--port', '0', ...flags], io, stop.signal, { clock, random: seededRandom() });
  onTestFinished(async () => {
    stop.abort('SIGINT');
    await ended;
  });
  await io.stdout.seen(/"listening".*\n/);
  const leave = async () => {
    stop.abort('SIGINT');
    await ended;
  };
  return { io, port: io.stdout.json()[0].port, ended, leave };
}

interface Answer {
  readonly status: number;
  readonly body: { received?: boolean; duplicate?: boolean; late?: boolean; error?: string };
}

/** What one sender gets. @param headers a list gives a header twice */
function send(port: number, body: string | Buffer, headers: Record<string, string | string[]> = {}, method = 'POST'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path: '/hook', headers, agent: false }, (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text || '{}') }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
const signed = (body: string | Buffer, key = KEY) => ({ 'x-skyvern-signature': signWebhook(body, key) });

describe('webhook verify', () => {
  test.each([
    ['the published vector', VECTOR, SIGNATURE, 0],
    ['upper case', VECTOR, SIGNATURE.toUpperCase(), 0],
    ['another body', `${VECTOR} `, SIGNATURE, 16],
    ['A59 printed again', JSON.stringify(JSON.parse(VECTOR), null, 1), SIGNATURE, 16],
    ['another signature', VECTOR, SIGNATURE.replace('5', '6'), 16],
    ['no signature', VECTOR, '', 16],
    ['too short', VECTOR, 'abc', 16],
    ['no hex', VECTOR, 'ü'.repeat(64), 16],
  ])('%s', async (_, body, signature, code) => {
    const io = testIo(ENV, { stdin: body });
    expect(await run(['webhook', 'verify', '--signature', signature, '-'], io)).toBe(code);
    expect(io.stdout.text()).toBe(code === 0 ? 'genuine: signed with the key of SKYVERN_API_KEY\n' : '');
  });

  test('from a file, byte for byte', async () => {
    const file = join(tempFolder(), 'body');
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x00, 0x0a]);
    writeFileSync(file, bytes);
    expect(await run(['webhook', 'verify', '--signature', signWebhook(bytes, KEY), file], testIo(ENV))).toBe(0);
    expect(await run(['webhook', 'verify', '--signature', SIGNATURE, join(file, 'no')], testIo(ENV))).toBe(2);
  });

  test('A62 without any key nothing can be verified', async () => {
    const io = testIo({ SKYVERN_BASE_URL: 'https://skyvern.example.com' }, { stdin: VECTOR });
    expect(await run(['webhook', 'verify', '--signature', SIGNATURE, '-'], io)).toBe(4);
  });

  test('A62 every stored key is tried', async () => {
    const io = testIo({ SKYVERN_API_KEY: 'another-key', SKYVERN_BASE_URL: 'http://127.0.0.1:1' }, { stdin: VECTOR });
    const { storeKey } = await import('../../src/config/auth.js');
    const { paths } = await import('../../src/paths.js');
    const keychain = () => Promise.reject(new (class extends Error {})('none'));
    const deps = { paths: paths(io), owner: io, clock: manualClock(), random: seededRandom(), keychain };
    await storeKey(
      { ...deps, keychain: async () => ({ get: async () => null, set: async () => {}, delete: async () => {} }) as never },
      {
        profile: 'old',
        baseUrl: new URL('https://skyvern.example.com'),
        key: KEY,
      },
    );
    expect(await run(['webhook', 'verify', '--signature', SIGNATURE, '-'], io)).toBe(0);
    expect(io.stdout.text()).toContain('profile old');
  });
});

describe('webhook listen', () => {
  test('takes a genuine one, prints it as an event, and answers at once', async () => {
    const { io, port } = await listening();
    const { status, body } = await send(port, VECTOR, { ...signed(VECTOR), 'x-skyvern-timestamp': '1768910400' });
    expect([status, body]).toEqual([200, { received: true }]);
    await io.stdout.seen(/"webhook".*\n/);
    expect(io.stdout.json()[1]).toMatchObject({
      type: 'webhook',
      duplicate: false,
      run_id: 'tsk_1',
      status: 'completed',
      body: { output: { name: 'Zoë' } },
      age_ms: expect.any(Number),
    });
  });

  test.each([
    ['no signature', {}],
    ['an empty one', { 'x-skyvern-signature': '' }],
    ['a wrong one of the right length', { 'x-skyvern-signature': 'a'.repeat(64) }],
    ['two of them', { 'x-skyvern-signature': [SIGNATURE, SIGNATURE] }],
    ['one that is not ASCII', { 'x-skyvern-signature': 'é'.repeat(64) }],
    ['one of another key', signed(VECTOR, 'other-key')],
    ['one of an empty key', signed(VECTOR, '')],
    ['A59 the one of the same JSON, written otherwise', signed(VECTOR.replace(',', ', '))],
  ])('A58 %s: 401, and nothing happens', async (_, headers) => {
    const { io, port } = await listening();
    expect((await send(port, VECTOR, headers as Record<string, string>)).status).toBe(401);
    expect(io.stdout.lines()).toHaveLength(1);
  });

  test('A60 a body that was taken is a duplicate from then on, also after a restart and with another timestamp', async () => {
    const first = await listening(['--count', '2']);
    await send(first.port, VECTOR, signed(VECTOR));
    const again = await send(first.port, VECTOR, { ...signed(VECTOR), 'x-skyvern-timestamp': '1' });
    expect([again.status, again.body]).toEqual([200, { received: true, duplicate: true }]);
    expect(await first.ended).toBe(0);
    const second = await listening([], { SKYVERN_HOME: first.io.home });
    expect((await send(second.port, VECTOR, signed(VECTOR))).body).toEqual({ received: true, duplicate: true });
  });

  test('A60 what a run was told to be is a duplicate under other bytes too; a run that was told otherwise, or another one, is not', async () => {
    const { port } = await listening();
    const told = async (fields: object) => {
      const body = JSON.stringify({ run_id: 'tsk_1', status: 'failed', ...fields });
      return (await send(port, body, signed(body))).body;
    };
    expect(await told({ modified_at: '2026-01-20T12:00:00' })).toEqual({ received: true });
    expect(await told({ modified_at: '2026-01-20T12:00:09' })).toEqual({ received: true, duplicate: true });
    expect(await told({ run_id: 'tsk_2' })).toEqual({ received: true });
    expect(await told({ attempt: 2 })).toEqual({ received: true });
    expect(await told({ attempt: 2, status: 'completed' })).toEqual({ received: true });
    expect(await told({ run_id: 7 })).toEqual({ received: true });
    expect(await told({ run_id: 7, n: 1 })).toEqual({ received: true }); // no run to know it by
  });

  test.skipIf(process.platform === 'win32')(
    'F59 out of order: what a run was before its last known state is told as late, also after a restart, and nothing follows from it',
    async () => {
      const folder = tempFolder();
      const hook = join(folder, 'hook');
      writeFileSync(hook, `#!/bin/sh\necho "$SKYVERN_RUN_STATUS" >> "$1/followed"\n`);
      chmodSync(hook, 0o755);
      const flags = ['--exec', hook, '--', folder];
      const state = (status: string, attempt: number) => JSON.stringify({ run_id: 'wr_1', status, attempt });
      const first = await listening(['--count', '2', ...flags]);
      for (const body of [state('completed', 2), state('running', 2)]) await send(first.port, body, signed(body));
      expect(await first.ended).toBe(0);
      const second = await listening(['--count', '2', ...flags], { SKYVERN_HOME: first.io.home });
      const old = state('failed', 1);
      expect((await send(second.port, old, signed(old))).body).toEqual({ received: true, late: true });
      expect((await send(second.port, old, signed(old))).body).toEqual({ received: true, duplicate: true });
      expect(await second.ended).toBe(0);
      expect(first.io.stdout.json().map(({ late }) => late)).toEqual([undefined, false, true]);
      expect(second.io.stdout.json().map(({ late, duplicate }) => [late, duplicate])).toEqual([
        [undefined, undefined],
        [true, false],
        [false, true],
      ]);
      expect(readFileSync(join(folder, 'followed'), 'utf8')).toBe('completed\n');
    },
  );

  describe('A61 a clock that is 9 hours off', () => {
    const NOW = Date.UTC(2026, 0, 20, 12);
    const sentAt = (ms: number) => ({ 'x-skyvern-timestamp': String((NOW + ms) / 1000) });
    const HOURS = 9 * 3_600_000;

    test.each([
      ['behind', -HOURS],
      ['ahead', HOURS],
    ])('%s: taken, with its age', async (_, ms) => {
      const { io, port } = await listening(['--count', '1'], {}, NOW);
      expect((await send(port, VECTOR, { ...signed(VECTOR), ...sentAt(ms) })).status).toBe(200);
      await io.stdout.seen(/"webhook".*\n/);
      expect(io.stdout.json()[1]).toMatchObject({ age_ms: -ms, duplicate: false });
    });

    test('people read the age, where it is worth telling', async () => {
      const io = testIo(ENV);
      const ended = main(['webhook', 'listen', '--port', '0', '--count', '2'], io, new AbortController().signal, {
        clock: manualClock({ start: NOW }),
        random: seededRandom(),
      });
      await io.stderr.seen(/listening on .*\n/);
      const port = Number(/:(\d+)\//.exec(io.stderr.text())?.[1]);
      await send(port, VECTOR, { ...signed(VECTOR), ...sentAt(-HOURS) });
      const other = VECTOR.replace('tsk_1', 'tsk_2');
      await send(port, other, { ...signed(other), ...sentAt(-2_000) });
      expect(await ended).toBe(0);
      expect(io.stdout.lines()).toEqual([
        expect.stringMatching(/\ttsk_1\tcompleted\tsent 9h 00m ago$/),
        expect.stringMatching(/\ttsk_2\tcompleted\t$/),
      ]);
    });

    test('--max-age refuses it, and what says no time, and takes what is younger', async () => {
      const { io, port } = await listening(['--max-age', '5m'], {}, NOW);
      for (const when of [sentAt(-HOURS), sentAt(HOURS), {}]) {
        expect((await send(port, VECTOR, { ...signed(VECTOR), ...when })).status).toBe(401);
      }
      expect(io.stderr.text()).toContain('refused (401): by its clock it was sent 9h 00m ahead of the clock here');
      expect((await send(port, VECTOR, { ...signed(VECTOR), ...sentAt(-60_000) })).body).toEqual({ received: true });
    });
  });

  describe('F58 runs that ended while nobody listened', () => {
    /** The time of the server, from which the clock here is nine hours off. */
    const SERVER = Date.UTC(2026, 0, 20, 11, 52, 29);
    const HERE = SERVER + 9 * 3_600_000;

    /** A server with runs that ended `minutesAgo`. */
    async function away() {
      const api = await fakeSkyvern({ apiKey: KEY });
      const first = await listening([], { SKYVERN_BASE_URL: api.url }, HERE);
      const here = `http://127.0.0.1:${first.port}/`;
      const other = '{"run_id":"tsk_9","status":"completed"}';
      await send(first.port, other, { ...signed(other), host: 'tunnel.example' });
      await first.leave();
      const home = { SKYVERN_BASE_URL: api.url, SKYVERN_HOME: first.io.home };
      const ended = (id: string, minutesAgo: number, webhook_url: string | null, fields: object = {}) => {
        const at = formatServerTime(SERVER - minutesAgo * 60_000);
        api.run(id, { status: 'completed', created_at: at, finished_at: at, run_request: { webhook_url }, ...fields });
      };
      ended('tsk_2', 1, 'https://tunnel.example/hook', { status: 'failed', failure_reason: 'login wall' });
      ended('tsk_1', 2, here);
      ended('tsk_3', 1, null);
      ended('tsk_4', 1, 'https://elsewhere.example/hook');
      ended('tsk_5', 1, here, { status: 'running', finished_at: null });
      ended('tsk_6', 60, here);
      return { api, home };
    }
    const reconciled = ({ io }: Listening) => io.stdout.json().flatMap((event) => (event.reconciled ? [event.run_id] : []));

    test('are told by the next listener, once, marked, oldest first, with all that follows; those of others are not', async () => {
      const { home } = await away();
      const got: { body: string; signature: unknown }[] = [];
      const target = createServer(async (incoming, response) => {
        got.push({ body: Buffer.concat(await incoming.toArray()).toString(), signature: incoming.headers['x-skyvern-signature'] });
        response.end();
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void target.close());
      await new Promise((resolve) => target.once('listening', resolve));
      const forward = ['--forward', `http://127.0.0.1:${(target.address() as AddressInfo).port}/in`];
      const next = await listening([...forward, '--count', '1'], home, HERE);
      await next.io.stdout.seen(/tsk_2.*\n/);
      // That of the server, should it come after all; and one that the count waits for.
      const late = '{"run_id":"tsk_1","status":"completed","anything":"else"}';
      expect((await send(next.port, late, signed(late))).body).toEqual({ received: true, duplicate: true });
      expect(await next.ended).toBe(0);
      expect(reconciled(next)).toEqual(['tsk_1', 'tsk_2']);
      expect(next.io.stdout.json()[2]).toMatchObject({ type: 'webhook', status: 'failed', body: { failure_reason: 'login wall' } });
      expect(got.map(({ body }) => JSON.parse(body).run_id)).toEqual(['tsk_1', 'tsk_2']);
      for (const { body, signature } of got) expect(signature).toBe(signWebhook(body, KEY));
      const third = await listening([], home, HERE);
      await third.leave();
      expect(reconciled(third)).toEqual([]);
    });

    test('twin: with --no-reconcile they are left to the listener after it', async () => {
      const { api, home } = await away();
      const silent = await listening(['--no-reconcile'], home, HERE);
      await silent.leave();
      expect(reconciled(silent)).toEqual([]);
      expect(api.seen('GET /v1/runs')).toEqual([]);
      const next = await listening([], home, HERE);
      await next.io.stdout.seen(/tsk_2.*\n/);
      expect(reconciled(next)).toEqual(['tsk_1', 'tsk_2']);
    });

    test('a server that does not answer is told of, and keeps nobody from listening; they are told the next time', async () => {
      const { api, home } = await away();
      api.on('GET /v1/runs', { status: 400, body: { detail: 'not now' } });
      const deaf = await listening([], home, HERE);
      await deaf.io.stderr.seen(/whether runs ended while nobody listened is not known: .*not now/);
      const body = '{"run_id":"tsk_7","status":"completed"}';
      expect((await send(deaf.port, body, signed(body))).status).toBe(200);
      await deaf.leave();
      const next = await listening([], home, HERE);
      await next.io.stdout.seen(/tsk_2.*\n/);
      expect(reconciled(next)).toEqual(['tsk_1', 'tsk_2']);
    });

    test('the first listener of all has missed nothing, and asks no server', async () => {
      const api = await fakeSkyvern({ apiKey: KEY });
      const { leave } = await listening([], { SKYVERN_BASE_URL: api.url }, HERE);
      await leave();
      expect(api.requests).toEqual([]);
    });
  });

  test('--forward sends the same bytes under the same signature, and tries again where Skyvern would', async () => {
    const got: { body: Buffer; headers: IncomingMessage['headers'] }[] = [];
    const target = createServer(async (incoming, response) => {
      got.push({ body: Buffer.concat(await incoming.toArray()), headers: incoming.headers });
      response.writeHead(got.length === 1 ? 503 : 200).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void target.close());
    await new Promise((resolve) => target.once('listening', resolve));
    const { port, ended } = await listening(['--count', '1', '--forward', `http://127.0.0.1:${(target.address() as AddressInfo).port}/in`]);
    await send(port, VECTOR, { ...signed(VECTOR), 'x-skyvern-timestamp': '7', 'content-type': 'application/json' });
    expect(await ended).toBe(0);
    expect(got.map(({ body }) => body.toString())).toEqual([VECTOR, VECTOR]);
    expect(got[1]?.headers).toMatchObject({
      'x-skyvern-signature': SIGNATURE,
      'x-skyvern-timestamp': '7',
      'content-type': 'application/json',
    });
    expect(got[1]?.headers['x-api-key']).toBeUndefined();
  });

  test.skipIf(process.platform === 'win32')(
    'A64 --exec gets the body on stdin and no key; what the body says is never a command',
    async () => {
      const folder = tempFolder();
      const hook = join(folder, 'hook');
      writeFileSync(hook, `#!/bin/sh\ncat > "$1/body"\nenv > "$1/env"\nprintf '%s' "$#" > "$1/count"\n`);
      chmodSync(hook, 0o755);
      const hostile = '{"run_id":"$(touch pwned); `id` & \\u0000x","status":"completed"}';
      const { port, ended } = await listening(['--count', '1', '--exec', hook, '--', folder, '-x y']);
      await send(port, hostile, signed(hostile));
      expect(await ended).toBe(0);
      expect(readFileSync(join(folder, 'body'), 'utf8')).toBe(hostile);
      expect(readFileSync(join(folder, 'count'), 'utf8')).toBe('2');
      const env = readFileSync(join(folder, 'env'), 'utf8');
      expect(env).toContain('SKYVERN_RUN_ID=$(touch pwned); `id` & x');
      expect(env).not.toContain(KEY);
    },
  );

  test('a program that fails, or is not there, is told of, and the listener goes on', async () => {
    const { io, port } = await listening(['--exec', 'no-such-program-at-all']);
    await send(port, VECTOR, signed(VECTOR));
    await io.stderr.seen(/--exec: there is no program/);
    const other = '{"run_id":"tsk_2"}';
    expect((await send(port, other, signed(other))).status).toBe(200);
  });

  test.each([
    ['GET', 'GET', '', 405],
    ['PUT', 'PUT', VECTOR, 405],
  ])('%s is refused', async (_, method, body, status) => {
    const { port } = await listening();
    expect((await send(port, body, signed(body), method)).status).toBe(status);
  });

  test('A63 a body that is too large is refused before it is read', async () => {
    const { port } = await listening();
    const status = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 50000000\r\n\r\n'));
      socket.setEncoding('utf8').on('data', (text) => resolve(String(text).slice(0, 12)));
      socket.on('error', reject);
      onTestFinished(() => void socket.destroy());
    });
    expect(status).toBe('HTTP/1.1 413');
  });

  test.each([
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a length and chunks', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['no HTTP at all', '\u0000\u0001\u0002 nonsense\r\n\r\n'],
    ['headers without end', `POST / HTTP/1.1\r\nx: ${'a'.repeat(40_000)}`],
  ])('%s is refused, and the next sender is served', async (_, raw) => {
    const { port } = await listening();
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(raw));
      socket.setEncoding('latin1').on('data', (chunk) => {
        text += chunk;
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/);
    expect((await send(port, VECTOR, signed(VECTOR))).status).toBe(200);
  });

  test('A63 slow senders hold nobody up', async () => {
    const { port } = await listening();
    const slow = Array.from({ length: 100 }, () => {
      const socket = connect(port, '127.0.0.1', () => socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{'));
      socket.on('error', () => {});
      return socket;
    });
    onTestFinished(() => slow.forEach((socket) => void socket.destroy()));
    const bodies = Array.from({ length: 50 }, (_, number) => `{"run_id":"tsk_${number}"}`);
    const answers = await Promise.all(bodies.map((body) => send(port, body, signed(body))));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  test('a port that is taken ends 17 and says what to do', async () => {
    const { port } = await listening();
    const io = testIo(ENV);
    expect(await run(['webhook', 'listen', '--port', String(port)], io)).toBe(17);
    expect(io.stderr.text()).toContain('--port 0');
  });
});

describe('webhook test', () => {
  test('sends a sample that a listener takes for genuine', async () => {
    const { io: listener, port } = await listening();
    const io = testIo(ENV);
    expect(await run(['webhook', 'test', `http://127.0.0.1:${port}/`, '--type', 'workflow', '--status', 'failed'], io)).toBe(0);
    expect(io.stdout.text()).toMatch(/\t200 after \d+ ms\n/);
    await listener.stdout.seen(/"webhook".*\n/);
    expect(listener.stdout.json()[1]).toMatchObject({ run_type: 'workflow_run', status: 'failed' });
  });

  test.each([
    ['one that refuses it', true],
    ['nobody', false],
  ])('%s ends 3', async (_, listens) => {
    const port = listens ? (await listening([], { SKYVERN_API_KEY: 'other-key' })).port : 1;
    const io = testIo(ENV);
    expect(await run(['webhook', 'test', `http://127.0.0.1:${port}/`], io)).toBe(3);
    expect(io.stderr.text()).toContain('did not take the sample');
  });
});
