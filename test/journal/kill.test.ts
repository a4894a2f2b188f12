import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SkyvernClient } from '../../src/client/client.js';
import { Journal } from '../../src/journal/journal.js';
import { recover } from '../../src/journal/recover.js';
import { taskSearch } from '../../src/journal/startTask.js';
import { parseBaseUrl } from '../../src/origin.js';
import { faultServer } from '../client/faultServer.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { tempFolder } from '../support/io.js';

const here = (path: string) => new URL(path, import.meta.url).pathname;
const hasStrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** Runs a start and kills it at its n-th call of a syscall. Answers with what it printed. */
function killedStart(url: string, state: string, syscall: string, n: number): Promise<{ printed: string; killed: boolean }> {
  const node = [process.execPath, '--no-warnings', '--import', here('../client/runSources.mjs'), here('./starter.ts'), url, state];
  // The process, not its threads: every write of the journal is made there.
  const child = spawn(
    'strace',
    ['-o', '/dev/null', '-e', `trace=${syscall}`, '-e', `inject=${syscall}:signal=SIGKILL:when=${n}`, ...node],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  return new Promise((resolve) =>
    child.on('close', (code, signal) => resolve({ printed: printed.trim(), killed: signal === 'SIGKILL' || code === 137 })),
  );
}

// From the key and the entry over the lock and `sent` to `acked`: a sample of each call; the torture run takes all.
const POINTS: readonly (readonly [string, number])[] = [
  ['fsync', 1],
  ['fsync', 3],
  ['link', 2],
  ['unlink', 2],
  ['link', 3],
  ['rename', 1],
  ['fsync', 6],
  ['fsync', 7],
  ['rename', 2],
  ['fsync', 8],
  ['unlink', 4],
];

test.skipIf(!hasStrace).each(POINTS)(
  'F36 killed at %s %d: the run is found, or there is none',
  async (syscall, n) => {
    const server = await faultServer();
    const state = tempFolder();
    const { printed, killed } = await killedStart(server.url, state, syscall, n);
    expect(killed).toBe(true);
    expect(server.made.length).toBeLessThanOrEqual(1);

    const clock = manualClock({ start: Date.now() });
    const owner = { pid: process.pid, platform: process.platform, kill: process.kill.bind(process) as typeof process.kill };
    const journal = new Journal({ paths: { state }, owner, clock, random: seededRandom() });
    const client = new SkyvernClient({ baseUrl: parseBaseUrl(server.url), apiKey: 'key-1', clock, random: seededRandom() });
    const unsettled = journal.unsettled();
    const results = await recover({ journal, clock, searchFor: async () => taskSearch(client.runs) });
    const [made] = server.made;
    if (made) {
      expect(journal.find(made.key)).toMatchObject({ run_id: made.run_id });
      expect(results.map(({ result }) => result)).toEqual(unsettled.length === 0 ? [] : ['found']);
    } else {
      expect(results.every(({ result }) => result === 'none' || result === 'waiting')).toBe(true);
    }
    if (printed !== '') expect(printed).toBe(made?.run_id);
    expect(server.made.length).toBeLessThanOrEqual(1);
    expect(readdirSync(join(state, 'ops')).filter((name) => name.endsWith('.json.lock') && results.length > 0)).toEqual([]);
  },
  20_000,
);
