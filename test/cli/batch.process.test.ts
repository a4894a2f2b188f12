/** Batches as real processes: killed without warning, and gone on with. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type FaultServer, faultServer } from '../support/faultServer.js';
import { tempFolder } from '../support/io.js';
import { hasStrace } from '../torture/killPoints.js';
import { SOURCES } from '../torture/part.js';

const PROGRAM = new URL('../support/program.ts', import.meta.url).pathname;

function world(server: FaultServer, rows: number) {
  const home = tempFolder();
  const input = join(home, 'rows.csv');
  writeFileSync(input, `city\n${Array.from({ length: rows }, (_, row) => `city-${row + 1}`).join('\n')}\n`);
  const env = { ...process.env, SKYVERN_HOME: join(home, 'skyvern'), HOME: home, SKYVERN_BASE_URL: server.url, SKYVERN_API_KEY: 'key-1' };
  const line = ['task', 'batch', '--prompt-template', 'Weather in {{city}}', '--url', 'https://x.example', '-i', input, '-c', '3'];
  const argv = [...SOURCES, PROGRAM, ...line];
  return { home, ledger: `${input}.ledger`, env, argv };
}

const made = ({ made: runs }: FaultServer): string[] => runs.map(({ request }) => String(request['prompt'])).sort();

test('a batch that is killed again and again starts no row twice, and --resume ends with every row whose start was received', async () => {
  const ROWS = 30;
  const server = await faultServer({ status: () => 'completed' });
  const { env, argv, ledger } = world(server, ROWS);
  let kills = 0;
  let unsent: number[] = [];
  for (let round = 0; ; round++) {
    const child = spawn(process.execPath, [...argv, ...(round > 0 ? ['--resume'] : [])], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text) => (stderr += text));
    let lines = 0;
    // In the middle of whatever comes after the third row of each round; the last one is left alone.
    child.stdout.on('data', (text) => {
      lines += String(text).split('\n').length - 1;
      if (round < 4 && lines >= 3 && child.exitCode === null) child.kill('SIGKILL');
    });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => child.on('close', (...how) => resolve(how)));
    if (signal === 'SIGKILL') kills++;
    else if (round >= 4) {
      // Killed between what it wrote down and what it sent: for ten minutes a run of it may still appear.
      unsent = [...stderr.matchAll(/row (\d+) was not started: the run key .* is not known/g)].map(([, row]) => Number(row));
      expect([code, stderr]).toEqual([unsent.length > 0 ? 7 : 0, expect.stringContaining(`${ROWS} of ${ROWS} rows`)]);
      break;
    }
  }
  expect(kills).toBe(4);
  const rows = Array.from({ length: ROWS }, (_, row) => row + 1).filter((row) => !unsent.includes(row));
  expect(unsent.length).toBeLessThanOrEqual(3 * kills);
  expect(made(server)).toEqual(rows.map((row) => `Weather in city-${row}`).sort());
  const ended = new Set(
    readFileSync(ledger, 'utf8')
      .split('\n')
      .flatMap((line) => (line.includes('"exit_code":0') ? [JSON.parse(line).row] : [])),
  );
  expect([...ended].sort((a, b) => a - b)).toEqual(rows);
});

test.skipIf(!hasStrace())(
  'what names a batch is on the disk before its first start: without it a power failure would start rows again',
  async () => {
    const server = await faultServer({ status: () => 'completed' });
    const { env, argv, home, ledger } = world(server, 2);
    const log = join(home, 'trace');
    const child = spawn('strace', ['-y', '-o', log, '-e', 'trace=fsync,connect', process.execPath, ...argv], { env, stdio: 'ignore' });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    const calls = readFileSync(log, 'utf8').split('\n');
    const synced = calls.findIndex((call) => call.startsWith('fsync') && call.includes(`<${ledger}>`));
    const connected = calls.findIndex((call) => call.startsWith('connect') && call.includes(`htons(${new URL(server.url).port})`));
    expect(connected).toBeGreaterThan(0);
    expect(synced).toBeGreaterThanOrEqual(0);
    expect(synced).toBeLessThan(connected);
  },
);
