import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { systemRandom } from '../../src/random.js';
import {
  type DaemonDeps,
  ensureLocalServer,
  findLocalServer,
  type LocalServer,
  localStatus,
  stopLocalServer,
} from '../../src/server/daemon.js';
import { turn } from '../support/clock.js';
import { testIo } from '../support/io.js';

// The server as a program of its own, as the CLI starts it: one file that a plain Node runs.
const folder = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
const program = join(folder, 'server.mjs');
vi.setConfig({ testTimeout: 20_000 }); // real processes on a busy machine
beforeAll(async () => {
  const bundle = await rolldown({ input: fileURLToPath(new URL('../support/localServerProgram.ts', import.meta.url)), platform: 'node' });
  await bundle.write({ file: program, format: 'esm', codeSplitting: false });
  await bundle.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A client on a home of its own, whose server is gone when the test ends. */
function client(env: Record<string, string> = {}): DaemonDeps {
  const io = testIo({ PATH: process.env['PATH'], ...env }, { argv: [process.execPath, program] });
  const deps = { io, clock: systemClock, random: systemRandom, signal: new AbortController().signal, version: '9.9.9' };
  onTestFinished(async () => {
    await stopLocalServer(deps);
  });
  return deps;
}

const again = (deps: DaemonDeps, changes: Partial<DaemonDeps> = {}): DaemonDeps => ({ ...deps, ...changes });

// biome-ignore lint/suspicious/noExplicitAny: fields of answers are checked right here
async function ask({ baseUrl, token }: LocalServer, method: string, path: string, body?: unknown, headers = {}): Promise<any> {
  const response = await fetch(baseUrl + path, {
    method,
    headers: { 'x-api-key': token, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return response.status === 304 ? null : response.json();
}

const start = async (server: LocalServer, prompt: string, fields = {}): Promise<string> =>
  (await ask(server, 'POST', '/v1/run/tasks', { prompt, url: 'http://127.0.0.1:9/', engine: 'rules', ...fields })).run_id;

/** Looks, a turn of the event loop apart, until what is seen is as wanted. */
async function until<T>(look: () => T | Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    await turn();
  }
}

const gone = (pid: number) =>
  until(
    () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    },
    (alive) => !alive,
  );

test.each([
  ['in its own words', "console.error('port taken'); process.exit(17)", /did not start: port taken$/],
  ['with what its code means, where it could write no word, as on a full disk', 'process.exit(17)', /it ended with 17 \(local disk, lock/],
  ['with a code that means nothing here', 'process.exit(99)', /it ended with 99$/],
])('a server that ends at once is told of %s', async (_, source, message) => {
  const script = join(folder, 'ends.mjs');
  writeFileSync(script, source);
  const deps = client();
  const io = { ...deps.io, argv: [process.execPath, script] };
  await expect(ensureLocalServer(again(deps, { io }))).rejects.toThrow(message);
});

test('without a server nothing is found; one is started when needed, found by the next, and keeps key and port', async () => {
  const deps = client();
  expect(await findLocalServer(deps)).toBeNull();
  expect(await localStatus(deps)).toBeNull();
  expect(await stopLocalServer(deps)).toBe(false);
  const progress: string[] = [];
  const server = await ensureLocalServer(deps, { args: ['--engine', 'rules'], onProgress: (text) => progress.push(text) });
  expect(progress).toEqual(['starting the local server']);
  expect(await findLocalServer(deps)).toEqual(server);
  expect(await ensureLocalServer(again(deps))).toEqual(server);
  expect(await localStatus(deps)).toMatchObject({
    pid: server.pid,
    version: '9.9.9',
    default_engine: 'rules',
    runs: { queued: 0, running: 0 },
  });
  const local = join(deps.io.env['SKYVERN_HOME']!, 'state', 'local');
  if (process.platform !== 'win32') {
    expect(statSync(local).mode & 0o777).toBe(0o700);
    for (const name of ['server.json', 'token', 'port', 'server.log']) expect(statSync(join(local, name)).mode & 0o777, name).toBe(0o600);
  }
  expect(await stopLocalServer(deps)).toBe(true);
  expect(existsSync(join(local, 'server.json'))).toBe(false);
  expect(await ensureLocalServer(deps)).toMatchObject({ baseUrl: server.baseUrl, token: server.token });
});

test('two clients that start at once get one server', async () => {
  const deps = client();
  const servers = await Promise.all([1, 2, 3].map(() => ensureLocalServer(again(deps))));
  expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
  await stopLocalServer(deps);
  expect(await findLocalServer(deps)).toBeNull(); // none of the others was waiting for the folder
});

test('F50 after kill -9 the run that was acting is failed with its evidence and never run again; queued ones go on', async () => {
  const deps = client();
  const first = await ensureLocalServer(deps);
  const acting = await start(first, 'hold');
  const actions = (server: LocalServer) => ask(server, 'GET', `/api/v1/tasks/${acting}/actions`);
  await until(
    () => actions(first),
    (list) => list.length === 2,
  );
  const queued = await start(first, 'complete');
  const secret = await start(first, 'complete', { secrets: { PASSWORD: 'x' } });
  process.kill(first.pid, 'SIGKILL');
  await gone(first.pid);
  expect(await findLocalServer(deps)).toBeNull(); // its state file is still there

  const second = await ensureLocalServer(deps);
  expect(second.pid).not.toBe(first.pid);
  const run = (id: string) => ask(second, 'GET', `/v1/runs/${id}`);
  expect(await run(acting)).toMatchObject({ status: 'failed', failure_reason: expect.stringMatching(/^interrupted: /), step_count: 1 });
  const evidence = await actions(second);
  expect(evidence).toHaveLength(2);
  const shot = await fetch(`${second.baseUrl}/v1/artifacts/${evidence[1].screenshot_artifact_id}/content`, {
    headers: { 'x-api-key': second.token },
  });
  expect(
    Buffer.from(await shot.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  expect(
    await until(
      () => run(queued),
      ({ status }) => status === 'completed',
    ),
  ).toMatchObject({ output: { title: 'A page' } });
  expect(
    await until(
      () => run(secret),
      ({ status }) => status === 'failed',
    ),
  ).toMatchObject({ failure_reason: expect.stringContaining('secrets') });
  expect((await run(acting)).status).toBe('failed');
});

test('F51 SIGTERM ends the server in order: state file gone, queued runs kept', async () => {
  const deps = client();
  const first = await ensureLocalServer(deps);
  const held = await start(first, 'wait');
  await until(
    () => ask(first, 'GET', `/v1/runs/${held}`),
    ({ status }) => status === 'running',
  );
  const queued = await start(first, 'complete');
  await ask(first, 'POST', `/v1/runs/${held}/cancel`);
  process.kill(first.pid, 'SIGTERM');
  await gone(first.pid);
  expect(await findLocalServer(deps)).toBeNull();
  const second = await ensureLocalServer(deps);
  await until(
    () => ask(second, 'GET', `/v1/runs/${queued}`),
    ({ status }) => status === 'completed',
  );
});

test('A46 the key is not shown to a process that took the port, and a new server is started beside it', async () => {
  const deps = client();
  const first = await ensureLocalServer(deps);
  process.kill(first.pid, 'SIGKILL');
  await gone(first.pid);
  const seen: string[] = [];
  const thief = createServer((incoming, outgoing) => {
    seen.push(JSON.stringify([incoming.url, incoming.rawHeaders]));
    outgoing.end(JSON.stringify({ pid: first.pid, version: '9.9.9', proof: 'f'.repeat(64) }));
  });
  await new Promise<void>((resolve) => thief.listen(Number(new URL(first.baseUrl).port), '127.0.0.1', resolve));
  onTestFinished(() => void thief.close());
  expect(await findLocalServer(deps)).toBeNull();
  const second = await ensureLocalServer(deps);
  expect(second.baseUrl).not.toBe(first.baseUrl);
  expect((thief.address() as AddressInfo).port).toBe(Number(new URL(first.baseUrl).port));
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.join()).not.toContain(first.token);
});

test('a state file that others can read is not believed', async () => {
  if (process.platform === 'win32') return;
  const deps = client();
  await ensureLocalServer(deps);
  const file = join(deps.io.env['SKYVERN_HOME']!, 'state', 'local', 'server.json');
  chmodSync(file, 0o644);
  await expect(findLocalServer(deps)).rejects.toMatchObject({ code: 'state_file_open', exitCode: 17 });
  chmodSync(file, 0o600);
  const text = readFileSync(file, 'utf8');
  for (const broken of ['', '{"port":', '{"port":"x"}', '[]']) {
    writeFileSync(file, broken);
    expect(await findLocalServer(deps), broken).toBeNull();
  }
  writeFileSync(file, text);
  expect(await findLocalServer(deps)).not.toBeNull();
});

test('a server of another version is replaced when it does nothing, and named when it is at work', async () => {
  const deps = client();
  const old = await ensureLocalServer(deps);
  const newer = again(deps, { version: '10.0.0', io: { ...deps.io, env: { ...deps.io.env, TEST_VERSION: '10.0.0' } } });
  const id = await start(old, 'wait');
  await expect(ensureLocalServer(newer)).rejects.toMatchObject({
    code: 'local_version',
    message: expect.stringContaining(`pid ${old.pid}`),
  });
  await ask(old, 'POST', `/v1/runs/${id}/cancel`);
  await until(
    () => localStatus(deps),
    (status) => status?.runs.running === 0,
  );
  const replaced = await ensureLocalServer(newer);
  expect(replaced).toMatchObject({ version: '10.0.0', token: old.token });
  expect(replaced.pid).not.toBe(old.pid);
});

test('a server that cannot start says why', async () => {
  const deps = client();
  const folderOf = join(deps.io.env['SKYVERN_HOME']!, 'data', 'local');
  const server = await ensureLocalServer(deps);
  await stopLocalServer(deps);
  expect(server.pid).toBeGreaterThan(0);
  const db = new DatabaseSync(join(folderOf, 'server.db'));
  db.exec('PRAGMA user_version = 99');
  db.close();
  await expect(ensureLocalServer(deps)).rejects.toMatchObject({
    code: 'local_start',
    exitCode: 17,
    message: expect.stringContaining('newer version of skyvern'),
  });
});

test('a server that has nothing to do for long ends by itself', async () => {
  const deps = client({ TEST_IDLE_MS: '2000' });
  const { pid } = await ensureLocalServer(deps);
  await gone(pid);
  expect(await findLocalServer(deps)).toBeNull();
});
