/**
 * `npm run torture`: what must never happen, tried for as long as one likes. By hand and before a release; CI runs a part of it.
 *
 *   --starts N    faulted starts (100,000)
 *   --seed S      first seed, drawn when left out
 *   --jobs J      processes (as many as there are cores)
 *   --only PART   starts, kills or settings
 *   --replay S    one world of 20 starts again, told line by line
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setSetting } from '../../src/config/edit.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { openFaultServer } from '../support/faultd.js';
import { addTally, emptyTally, KINDS, runWorld, STARTS_PER_WORLD, type Tally } from './faultedStarts.js';
import { hasStrace, killSetting, killStart, SYSCALLS } from './killPoints.js';

const { values: flags } = parseArgs({
  options: {
    starts: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' },
    replay: { type: 'string' },
    /** For the processes that this one starts: `FIRST COUNT`. */
    worlds: { type: 'string' },
  },
});
const PROCESSES = 64;
const UPDATES = 200;
const say = (line: string) => void process.stdout.write(`${line}\n`);
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const sources = ['--no-warnings', '--import', new URL('../support/runSources.mjs', import.meta.url).pathname];

if (flags.worlds !== undefined) await work(flags.worlds);
else if (flags.replay !== undefined) await replay(Number(flags.replay));
else await torture();

async function work(range: string): Promise<void> {
  const [first = 0, count = 0] = range.split(' ').map(Number);
  const tally = emptyTally();
  for (let seed = first; seed < first + count; seed++) {
    await runWorld(seed, tally);
    if (tally.worlds % 100 === 0) process.stderr.write('.');
  }
  say(JSON.stringify(tally));
}

async function replay(seed: number): Promise<void> {
  const tally = emptyTally();
  await runWorld(seed, tally, {}, say);
  for (const { kind, entry } of tally.asked) say(`a person is asked: ${kind} ${JSON.stringify(entry)}`);
  for (const { how } of tally.broken) say(`BROKEN: ${how}`);
  process.exitCode = tally.broken.length > 0 ? 1 : 0;
}

async function torture(): Promise<void> {
  const wanted = (part: string) => flags.only === undefined || flags.only === part;
  let ok = true;
  if (wanted('starts')) ok = (await starts()) && ok;
  if (wanted('kills')) ok = (await kills()) && ok;
  if (wanted('settings')) ok = (await settings()) && ok;
  say(ok ? 'nothing was lost, doubled or torn' : 'BROKEN');
  process.exitCode = ok ? 0 : 1;
}

async function starts(): Promise<boolean> {
  const began = performance.now();
  const seed = flags.seed === undefined ? 1 + Math.floor(Math.random() * 2 ** 31) : Number(flags.seed);
  const worlds = Math.ceil(Number(flags.starts) / STARTS_PER_WORLD);
  const jobs = Math.min(Number(flags.jobs), worlds);
  say(`seed ${seed}: ${worlds * STARTS_PER_WORLD} faulted starts in ${jobs} processes`);
  const each = Math.ceil(worlds / jobs);
  const sum = emptyTally();
  const tallies = Array.from({ length: jobs }, (_, job) => tallyOf(seed + job * each, Math.min(each, worlds - job * each)));
  for (const tally of await Promise.all(tallies)) addTally(sum, tally);
  process.stderr.write('\n');
  say(`${sum.starts} starts were written down, ${sum.runs} runs were made, in ${seconds(began)}`);
  say(`duplicates ${sum.duplicates}, unreported ${sum.unreported}, runs of someone else taken by content alone ${sum.foreign}`);
  for (const kind of KINDS) {
    const { lost, atOnce, settled } = sum.byKind[kind];
    const percent = (part: number) => `${((100 * part) / Math.max(1, lost)).toFixed(2)} %`;
    say(
      `${kind.padEnd(8)} ${String(lost).padStart(6)} without an answer: settled at once ${percent(atOnce)}, without a person ${percent(settled)}`,
    );
  }
  for (const { seed: world, how } of sum.broken) say(`BROKEN: --replay ${world}: ${how}`);
  return sum.broken.length === 0 && sum.duplicates === 0 && sum.unreported === 0;
}

function tallyOf(first: number, count: number): Promise<Tally> {
  const script = new URL(import.meta.url).pathname;
  const child = spawn(process.execPath, [...sources, script, '--worlds', `${first} ${count}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  return new Promise((resolve, reject) =>
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`worlds ${first} to ${first + count - 1} ended with ${code}`)),
    ),
  );
}

/** Every call of every kind, Node's own at its start included, until a process comes to its end. */
async function kills(): Promise<boolean> {
  if (!hasStrace()) {
    say('kill points: skipped, there is no strace');
    return true;
  }
  const began = performance.now();
  const wrong: string[] = [];
  const counts: string[] = [];
  const note = async (what: string, point: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await point();
    } catch (error) {
      wrong.push(`${what}: ${(error as Error).message}`);
      return true;
    }
  };
  for (const syscall of SYSCALLS) {
    for (const what of ['start', 'setting'] as const) {
      let n = 0;
      let more = true;
      while (more) {
        n++;
        const folder = mkdtempSync(join(tmpdir(), 'skyvern-kill-'));
        if (what === 'setting') await plainSetting(folder);
        // A server of its own: the run of an earlier point would be a twin.
        const server = await openFaultServer();
        more = await note(what, () => (what === 'start' ? killStart(server, folder, syscall, n) : killSetting(folder, syscall, n)));
        server.close();
        rmSync(folder, { recursive: true, force: true });
      }
      counts.push(`${what} ${syscall} ${n - 1}`);
    }
  }
  say(`kill points: ${counts.join(', ')}, in ${seconds(began)}`);
  for (const each of wrong) say(`BROKEN: ${each}`);
  return wrong.length === 0;
}

function plainSetting(config: string): Promise<string> {
  const deps = { paths: { config }, owner: process, clock: manualClock(), random: seededRandom() };
  return setSetting(deps, 'default', 'output', 'plain');
}

async function settings(): Promise<boolean> {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-settings-'));
  const script = new URL('./updater.ts', import.meta.url).pathname;
  const codes = await Promise.all(
    Array.from({ length: PROCESSES }, (_, index) => {
      const child = spawn(process.execPath, [...sources, script, folder, String(index), String(UPDATES)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      return new Promise((resolve) => child.on('close', resolve));
    }),
  );
  const { counts } = JSON.parse(readFileSync(join(folder, 'counts.json'), 'utf8')) as { counts: Record<string, number> };
  const kept = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const left = readdirSync(folder).filter((name) => name !== 'counts.json');
  rmSync(folder, { recursive: true, force: true });
  say(`settings: ${kept} of ${PROCESSES * UPDATES} updates of ${PROCESSES} processes kept, in ${seconds(began)}`);
  return kept === PROCESSES * UPDATES && codes.every((code) => code === 0) && left.length === 0;
}
