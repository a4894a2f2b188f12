/** The embedded server as the built program, told to stop: `npm test` builds first. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { turn } from '../support/clock.js';
import { tempFolder } from '../support/io.js';

const PROGRAM = join(import.meta.dirname, '../../bin/skyvern.js');

async function until<T>(look: () => T | null | Promise<T | null>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    await turn();
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test.skipIf(process.platform === 'win32')(
  'F51 a second SIGTERM ends the server at once, with its browser, and leaves its run to the next one',
  async () => {
    const home = tempFolder();
    // A browser that never comes: its run is at work for as long as it is let.
    const browser = join(home, 'browser');
    writeFileSync(browser, `#!/bin/sh\necho $$ > ${home}/pid\nexec sleep 600\n`);
    chmodSync(browser, 0o755);
    chmodSync(home, 0o777); // the browser of root is another user
    const env = { PATH: process.env['PATH'] ?? '', HOME: home, SKYVERN_HOME: join(home, 'skyvern') };
    const server = spawn(process.execPath, [PROGRAM, 'local', 'start', '--foreground', '--engine', 'rules'], { env, stdio: 'ignore' });
    onTestFinished(() => void server.kill('SIGKILL'));
    const ended = new Promise<number | null>((resolve) => server.on('exit', resolve));
    const stateFile = join(home, 'skyvern/state/local/server.json');
    const { base_url, token } = await until(() => (existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : null));
    const headers = { 'x-api-key': token, 'content-type': 'application/json' };
    const body = JSON.stringify({
      prompt: 'Get the title of the page',
      url: 'http://127.0.0.1:9/',
      engine: 'rules',
      browser_path: browser,
    });
    const { run_id } = (await (await fetch(`${base_url}/v1/run/tasks`, { method: 'POST', headers, body })).json()) as { run_id: string };
    const pid = await until(() => (existsSync(join(home, 'pid')) ? Number(readFileSync(join(home, 'pid'), 'utf8')) || null : null));
    server.kill('SIGTERM');
    await until(() => (existsSync(stateFile) ? null : true));
    expect(isAlive(pid), 'the first lets the run go on').toBe(true);
    server.kill('SIGTERM');
    expect(await ended).toBe(143);
    await until(() => (isAlive(pid) ? null : true));
    const db = new DatabaseSync(join(home, 'skyvern/data/local/server.db'), { readOnly: true });
    onTestFinished(() => db.close());
    // One that was given its time would have been given back.
    expect(db.prepare('SELECT state FROM queue WHERE run_id = ?').get(run_id)).toEqual({ state: 'leased' });
  },
  60_000,
);
