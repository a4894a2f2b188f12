/**
 * What programs that we start get of 25 secrets: nothing, in their arguments and environment; and the twin of `canary.test.ts`:
 * with the masking taken out of the sources the same commands show them. `npm test` builds the program first.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { signWebhook } from '../../src/protocol/webhookSignature.js';
import { turn } from '../support/clock.js';
import { tempFolder } from '../support/io.js';
import { ENVIRONMENT, FAULTS, filesOf, homeFor, LINES, NEVER_SENT, openEchoServer, SECRETS, sightings, VALUES } from './canaries.js';

const PROGRAM = join(import.meta.dirname, '../../bin/skyvern.js');
const SOURCES = join(import.meta.dirname, '../support/program.ts');
const hook = (name: string) => ['--import', new URL(`../support/${name}`, import.meta.url).pathname];

interface Running {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<number | null>;
}

function node(argv: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(process.execPath, ['--no-warnings', ...argv], {
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  onTestFinished(() => void child.kill('SIGKILL'));
  return { stdout: () => stdout, stderr: () => stderr, ended: new Promise((resolve) => child.on('close', resolve)) };
}

/** A turn of the event loop apart, until it gives something. */
async function until<T>(look: () => T | null | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found) return found;
    await turn();
  }
}

/** A program that writes down what it was given, and where. */
function recorder(name: string): { readonly path: string; readonly folder: string; given(): Promise<string> } {
  const folder = tempFolder();
  const [path, note] = [join(folder, name), join(folder, 'given')];
  writeFileSync(path, `#!/bin/sh\ncat > /dev/null\n{ printf '%s\\n' "$0" "$@"; env; } > '${note}.part'\nmv '${note}.part' '${note}'\n`);
  chmodSync(path, 0o755);
  return { path, folder, given: () => until(() => existsSync(note) && readFileSync(note, 'utf8')) };
}

/** Of somebody who has every kind of secret in the shell. */
const shell = (home: string, url: string) => ({
  ...ENVIRONMENT,
  SKYVERN_HOME: home,
  SKYVERN_BASE_URL: url,
  SKYVERN_API_KEY: SECRETS.key,
  SHOP_PASSWORD: SECRETS.localSecret,
});

test.skipIf(process.platform !== 'linux')('A28 the browser of `run open` gets the address, and no secret', async () => {
  const run = {
    run_id: 'tsk_1',
    run_type: 'task_v1',
    status: 'completed',
    output: null,
    run_request: {},
    app_url: 'https://x.example/tsk_1',
  };
  const server = createServer((_, response) => void response.setHeader('content-type', 'application/json').end(JSON.stringify(run)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const opener = recorder('xdg-open');
  const env = { ...shell(homeFor(url), url), DISPLAY: ':9', PATH: `${opener.folder}${delimiter}${process.env['PATH']}` };
  const { ended, stdout } = node([PROGRAM, 'run', 'open', 'tsk_1'], env);
  expect([await ended, stdout()]).toEqual([0, 'opened https://x.example/tsk_1\n']);
  const given = await opener.given();
  expect(given).toContain('https://x.example/tsk_1');
  expect(given).toContain('HTTPS_PROXY=http://proxy.example:3128');
  expect(sightings(given)).toEqual([]);
});

test.skipIf(process.platform === 'win32')('A28 A64 the program of `webhook listen --exec` gets the body, and no secret', async () => {
  const program = recorder('hook');
  const home = homeFor('http://127.0.0.1:1');
  const argv = ['webhook', 'listen', '--json', '--port', '0', '--count', '1', '--exec', program.path];
  const { ended, stdout, stderr } = node([PROGRAM, ...argv], shell(home, 'http://127.0.0.1:1'));
  const { url } = JSON.parse(await until(() => stdout().split('\n')[1] !== undefined && stdout().split('\n')[0])) as { url: string };
  const body = '{"run_id":"tsk_1; $(touch pwned)","status":"completed"}';
  const answer = await fetch(url, { method: 'POST', body, headers: { 'x-skyvern-signature': signWebhook(body, SECRETS.key) } });
  expect(answer.status).toBe(200);
  expect(await ended, stderr()).toBe(0);
  const given = await program.given();
  expect(given).toContain('SKYVERN_RUN_ID=tsk_1; $(touch pwned)');
  expect(sightings(`${given}${stdout()}${stderr()}${filesOf(home)}`)).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
  'A28 the embedded server gets the secret of a run by its socket alone, and keeps it nowhere',
  async () => {
    const home = tempFolder();
    const env = { ...shell(home, ''), SKYVERN_BASE_URL: '', SKYVERN_API_KEY: '', SKYVERN_BROWSER_PATH: '/bin/true' };
    onTestFinished(async () => {
      await node([PROGRAM, 'local', 'stop'], env).ended;
    });
    const prompt = 'Type "{{PASSWORD}}" into "Password"';
    const start = ['task', 'run', '--local', '--engine', 'rules', '--prompt', prompt, '--url', 'http://127.0.0.1:9/'];
    // That is no browser, so the run fails, with its secret in hand.
    const { ended, stdout, stderr } = node([PROGRAM, ...start, '--secret', 'PASSWORD=env:SHOP_PASSWORD', '--wait', '--json'], env);
    expect(await ended, stderr()).toBe(10);
    const { pid } = JSON.parse(readFileSync(join(home, 'state/local/server.json'), 'utf8')) as { pid: number };
    const given = `${readFileSync(`/proc/${pid}/environ`, 'utf8')}${readFileSync(`/proc/${pid}/cmdline`, 'utf8')}`;
    expect(given).toContain('SKYVERN_HOME=');
    expect(sightings(given + stdout() + stderr() + filesOf(home))).toEqual([]);
  },
);

test('without the masking the same commands show the secrets: the check would notice', async () => {
  const echoes = await openEchoServer();
  onTestFinished(() => echoes.close());
  const answerOf = (wanted: string) => FAULTS.find(([name]) => name === wanted)?.[1] as (typeof FAULTS)[number][1];
  echoes.answer = (asked, response) =>
    answerOf(/^GET \S*\/(?:workflows|runs)\//.test(`${asked.request.method} ${asked.request.url}`) ? 'all is well' : '422')(
      asked,
      response,
    );
  const commands = ['task run', 'workflow run', 'workflow create', 'run totp', 'auth login', 'schedule create', 'api'];
  const shownBy = async (command: string, imports: readonly string[]) => {
    const line = LINES[command];
    if (typeof line !== 'function') throw new Error(`${command} has no line`);
    const env = shell(homeFor(echoes.url), echoes.url);
    const { ended, stdout, stderr } = node([...imports, SOURCES, ...command.split(' '), ...line(echoes.url), '--no-input'], env);
    await ended;
    expect(stderr()).toContain('error: ');
    return stderr() + stdout();
  };
  const masked = await shownBy('task run', hook('runSources.mjs'));
  expect(sightings(masked)).toEqual([]);
  let seen = '';
  for (const command of commands) seen += await shownBy(command, [...hook('runSources.mjs'), ...hook('unredacted.mjs')]);
  // The stored key is not used where there is one in the environment.
  const missing = VALUES.filter((secret) => !sightings(seen).includes(secret));
  expect(missing).toEqual([SECRETS.storedKey, ...NEVER_SENT]);
});
