/** The embedded server as the built program, told to stop: `npm test` builds first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../support/clock.js';
import { tempFolder } from '../support/io.js';

const PROGRAM = join(import.meta.dirname, '../../bin/skyvern.js');

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

interface Waiting {
  readonly home: string;
  readonly server: ChildProcess;
  /** Its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly stateFile: string;
  readonly runId: string;
  /** Of what stands in the place of a browser. */
  readonly browserPid: number;
}

/** A server that waits for a browser which starts and says nothing. */
async function waitingForABrowser(fields: object): Promise<Waiting> {
  const home = tempFolder();
  const browser = join(home, 'browser');
  writeFileSync(browser, `#!/bin/sh\necho $$ > ${home}/pid\nexec sleep 600\n`);
  chmodSync(browser, 0o755);
  chmodSync(home, 0o777); // the browser of root is another user
  const temporary = join(home, 'temporary');
  mkdirSync(temporary);
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, SKYVERN_HOME: join(home, 'skyvern'), TMPDIR: temporary };
  const server = spawn(process.execPath, [PROGRAM, 'local', 'start', '--foreground', '--engine', 'rules'], { env, stdio: 'ignore' });
  onTestFinished(() => void server.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => server.on('exit', resolve));
  const stateFile = join(home, 'skyvern/state/local/server.json');
  const { base_url, token } = await until(() => (existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : null));
  const headers = { 'x-api-key': token, 'content-type': 'application/json' };
  const task = { prompt: 'Get the title of the page', url: 'http://127.0.0.1:9/', engine: 'rules', browser_path: browser, ...fields };
  const answer = await fetch(`${base_url}/v1/run/tasks`, { method: 'POST', headers, body: JSON.stringify(task) });
  const { run_id: runId } = (await answer.json()) as { run_id: string };
  const browserPid = await until(() => (existsSync(join(home, 'pid')) ? Number(readFileSync(join(home, 'pid'), 'utf8')) || null : null));
  onTestFinished(() => {
    if (isAlive(browserPid)) process.kill(browserPid, 'SIGKILL');
  });
  return { home, server, ended, stateFile, runId, browserPid };
}

function stateOf({ home, runId }: Waiting): unknown {
  const db = new DatabaseSync(join(home, 'skyvern/data/local/server.db'), { readOnly: true });
  try {
    return db.prepare('SELECT state FROM queue WHERE run_id = ?').get(runId)?.['state'];
  } finally {
    db.close();
  }
}

describe.skipIf(process.platform === 'win32')('F51 a server told to stop while a browser does not come up', { timeout: 60_000 }, () => {
  test('one SIGTERM ends it and all processes and folders of that browser; the run, which did nothing, waits for the next server', async () => {
    const waiting = await waitingForABrowser({});
    waiting.server.kill('SIGTERM');
    // Playwright alone would wait three minutes for the browser, which is more than the time of this test.
    expect(await waiting.ended).toBe(0);
    expect(isAlive(waiting.browserPid)).toBe(false);
    expect(readdirSync(join(waiting.home, 'temporary'))).toEqual([]);
    expect(stateOf(waiting)).toBe('queued');
  });

  test('a second SIGTERM does not wait for a run whose secrets the next server would not have, and leaves it to that one', async () => {
    const waiting = await waitingForABrowser({ secrets: { PASSWORD: 'hunter2' } });
    waiting.server.kill('SIGTERM');
    await until(() => (existsSync(waiting.stateFile) ? null : true));
    expect(isAlive(waiting.browserPid), 'the first lets the run go on').toBe(true);
    waiting.server.kill('SIGTERM');
    expect(await waiting.ended).toBe(143);
    await until(() => (isAlive(waiting.browserPid) ? null : true));
    expect(stateOf(waiting), 'one that was given its time would have been given back').toBe('leased');
  });
});
