/** The built program, killed and cut off for real: `npm test` builds first. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import { LATE_MS } from '../../src/journal/lookUp.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { type FaultServer, faultServer, seededFault } from '../support/faultServer.js';
import { tempFolder } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';
import { hasStrace } from '../torture/killPoints.js';

const PROGRAM = join(import.meta.dirname, '../../bin/skyvern.js');

interface Ended {
  /** Null: it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function program(server: FaultServer, home: string, argv: readonly string[], killAfterMs?: number): Promise<Ended> {
  const { PATH } = process.env;
  const env = { PATH, SKYVERN_HOME: home, SKYVERN_BASE_URL: server.url, SKYVERN_API_KEY: 'key-1' };
  const child = spawn(process.execPath, [PROGRAM, ...argv], { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

const STARTS = 100;
const AT_ONCE = 4;
const SEED = 4_711;

describe(`${STARTS} faulted starts as real processes, seed ${SEED}`, () => {
  test('no run twice, none unreported, and each process says which run it made or how to find out', async () => {
    const dice = seededRandom(SEED);
    let ahead = 0;
    const server = await faultServer({ now: () => Date.now() + ahead });
    const homes = Array.from({ length: AT_ONCE }, () => tempFolder());
    // Faults meet requests in the order of their arrival, whichever process they come from.
    server.on('POST /v1/run/tasks', ...Array.from({ length: STARTS }, () => seededFault(dice)));
    const reported = new Set<string>();
    await Promise.all(
      homes.map(async (home, lane) => {
        for (let count = lane; count < STARTS; count += AT_ONCE) {
          const kill = dice.fraction() < 0.2 ? 60 + Math.floor(dice.fraction() * 300) : undefined;
          const argv = ['task', 'run', '--prompt', `Get item ${count}`, '--url', 'https://x.example', '--timeout', '3s'];
          const { code, stdout, stderr } = await program(server, home, argv, kill);
          if (stdout !== '') reported.add(stdout.trim());
          // One that was killed may have said its run before.
          expect(stdout).toMatch(code === 0 ? /^tsk_\d+\n$/ : code === null ? /^(?:tsk_\d+\n)?$/ : /^$/);
          if (code === 7 || code === 124) expect(stderr, stderr).toMatch(/`skyvern run recover --op 0\w+`|nothing was started/);
          expect(code, stderr).not.toBe(1);
        }
      }),
    );
    const runsOf = Map.groupBy(
      server.made.filter(({ key }) => key !== ''),
      ({ key }) => key,
    );
    expect([...runsOf.values()].filter((runs) => runs.length > 1)).toEqual([]);

    // Once nothing can arrive any more: the next command settles all, without a person.
    ahead = LATE_MS + 60_000;
    const open: string[] = [];
    for (const home of homes) {
      const clock = manualClock({ start: Date.now() + ahead });
      const { io } = await skyvern({ url: server.url, apiKey: 'key-1' }, 'run recover --json', { home, clock });
      for (const { result, run_id: runId } of io.stdout.json()[0]) if (result === 'found') reported.add(runId);
      const owner = { pid: process.pid, platform: process.platform, kill: process.kill.bind(process) as typeof process.kill };
      const journal = new Journal({ paths: { state: join(home, 'state') }, owner, clock, random: seededRandom() });
      for (const { run_id } of journal.entries()) if (run_id !== null) reported.add(run_id);
      open.push(...journal.unsettled().map(({ op }) => op));
      for (const name of readdirSync(join(home, 'state/ops')))
        if (name.endsWith('.json')) JSON.parse(readFileSync(join(home, 'state/ops', name), 'utf8'));
    }
    expect(open).toEqual([]);
    expect(server.made.map(({ run_id }) => run_id).filter((id) => !reported.has(id))).toEqual([]);
    expect(server.made.length).toBeGreaterThan(STARTS / 2);
  }, 300_000);
});

/** The built program under strace, killed at its n-th rename: 1 `sent`, 2 `acked`, 3 the run is remembered, 4 told. */
function killedAtRename(n: number, server: FaultServer, home: string): Promise<string> {
  const argv = [PROGRAM, 'task', 'run', '--prompt', 'Get the title', '--url', 'https://x.example'];
  const env = { PATH: process.env['PATH'], SKYVERN_HOME: home, SKYVERN_BASE_URL: server.url, SKYVERN_API_KEY: 'key-1' };
  const trace = ['-o', '/dev/null', '-e', 'trace=rename', '-e', `inject=rename:signal=SIGKILL:when=${n}`];
  const child = spawn('strace', [...trace, process.execPath, ...argv], { env, cwd: home, stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  return new Promise((resolve) => child.on('close', () => resolve(stdout)));
}

describe.skipIf(!hasStrace())('F36 a start that was killed when its run was known', () => {
  test.each([
    ['before its id was told: the run is named, once', 3, false, true],
    ['as it wrote down that it was told: the run is named again', 4, true, true],
    ['never: it told its run, which is not named', 99, true, false],
  ])('%s', async (_, n, saysIt, isNamed) => {
    const server = await faultServer();
    const home = tempFolder();
    const stdout = await killedAtRename(n, server, home);
    const [run] = server.made;
    expect(stdout).toBe(saysIt ? `${run?.run_id}\n` : '');
    const at = { url: server.url, apiKey: 'key-1' };
    const doctor = (await skyvern(at, 'doctor', { home })).io.stdout.text();
    expect(/1 run that nobody was told of/.test(doctor)).toBe(isNamed);
    const recovered = await skyvern(at, 'run recover --json', { home });
    expect([recovered.code, recovered.io.stdout.json()[0]]).toMatchObject([0, isNamed ? [{ result: 'found', run_id: run?.run_id }] : []]);
    expect((await skyvern(at, 'run recover --json', { home })).io.stdout.json()[0]).toEqual([]);
    expect(server.made).toHaveLength(1);
  });

  test('the next start names it, once, and starts its own', async () => {
    const server = await faultServer();
    const home = tempFolder();
    await killedAtRename(3, server, home);
    const next = () =>
      skyvern({ url: server.url, apiKey: 'key-1' }, ['task', 'run', '--prompt', 'x', '--url', 'https://x.example'], { home });
    const [first, second] = [await next(), await next()];
    expect([first.code, first.io.stderr.text()]).toEqual([
      0,
      `found ${server.made[0]?.run_id}, of an earlier start that was killed before it could say so: Get the title\n`,
    ]);
    expect([second.code, second.io.stderr.text()]).toEqual([0, '']);
    expect(server.made).toHaveLength(3);
  });
});
