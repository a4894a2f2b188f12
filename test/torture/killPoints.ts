/**
 * Killing a process at its n-th call of a syscall, by strace: a start, and a change of the settings. What a process leaves at any
 * of these points must be whole, and a start must be found again, or be known to have made nothing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from '../../src/client/client.js';
import { Journal } from '../../src/journal/journal.js';
import { LATE_MS } from '../../src/journal/lookUp.js';
import { recover } from '../../src/journal/recover.js';
import { taskSearch } from '../../src/journal/startTask.js';
import { parseBaseUrl } from '../../src/origin.js';
import { manualClock, seededRandom } from '../support/clock.js';
import type { FaultServer } from '../support/faultd.js';

/** What a durable write is made of. */
export const SYSCALLS = ['write', 'fsync', 'link', 'rename', 'unlink', 'openat'] as const;

export const hasStrace = (): boolean => spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

const here = (path: string) => new URL(path, import.meta.url).pathname;

export interface Killed {
  readonly printed: string;
  /** False: it ended before its n-th call, so there are no more points. */
  readonly killed: boolean;
}

/** Runs a script of this folder and kills it at its n-th call of the syscall. */
export function killedAt(syscall: string, n: number, script: string, args: readonly string[]): Promise<Killed> {
  const node = [process.execPath, '--no-warnings', '--import', here('../support/runSources.mjs'), here(`./${script}`), ...args];
  // The process, not its threads: every write of ours is made there.
  const child = spawn(
    'strace',
    ['-o', '/dev/null', '-e', `trace=${syscall}`, '-e', `inject=${syscall}:signal=SIGKILL:when=${n}`, ...node],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  return new Promise((resolve) =>
    child.on('close', (code, signal) => resolve({ printed: printed.trim(), killed: signal === 'SIGKILL' || code === 137 })),
  );
}

const owner = { pid: process.pid, platform: process.platform, kill: process.kill.bind(process) as typeof process.kill };

/**
 * Kills a start, recovers, and answers with whether there was such a point. Rejects when something was lost, doubled or torn.
 * @param writtenTo another folder than is looked into, to see that the check would notice
 */
export async function killStart(server: FaultServer, state: string, syscall: string, n: number, writtenTo = state): Promise<boolean> {
  const before = server.made.length;
  const { printed, killed } = await killedAt(syscall, n, 'starter.ts', [server.url, writtenTo]);
  const made = server.made.slice(before);
  const problem = (what: string) => new Error(`${syscall} ${n}: ${what}`);
  if (made.length > 1) throw problem(`${made.length} runs`);
  const [run] = made;

  const clock = manualClock({ start: Date.now() });
  const journal = new Journal({ paths: { state }, owner, clock, random: seededRandom() });
  const client = new ApiClient({ baseUrl: parseBaseUrl(server.url), apiKey: 'key-1', clock, random: seededRandom() });
  const look = () => recover({ journal, clock, searchFor: async () => taskSearch(client.runs) });
  const results = await look();
  if (run && journal.find(run.key)?.run_id !== run.run_id) throw problem(`${run.run_id} is lost: ${JSON.stringify(results)}`);
  if (!run && results.some(({ result }) => result !== 'none' && result !== 'waiting'))
    throw problem(`found what is not: ${JSON.stringify(results)}`);
  if (printed !== '' && printed !== run?.run_id) throw problem(`printed ${printed}`);
  // Once nothing can arrive any more, nothing is open.
  await clock.sleep(LATE_MS + 1);
  await look();
  if (journal.unsettled().length > 0) throw problem(`still open: ${JSON.stringify(journal.unsettled())}`);
  if (server.made.length > before + 1) throw problem('made another one');
  await client.close();
  for (const name of entries(join(state, 'ops'))) if (name.endsWith('.json')) JSON.parse(readFileSync(join(state, 'ops', name), 'utf8'));
  return killed;
}

/** Kills a change of the settings from `plain` to `json`. Rejects when the file is neither, torn, or readable by others. */
export async function killSetting(folder: string, syscall: string, n: number): Promise<boolean> {
  mkdirSync(folder, { recursive: true });
  const { killed } = await killedAt(syscall, n, 'setter.ts', [folder, 'json']);
  const path = join(folder, 'config.json');
  const { profiles } = JSON.parse(readFileSync(path, 'utf8')) as { profiles: { default: { output: string } } };
  const { output } = profiles.default;
  if (output !== 'plain' && output !== 'json') throw new Error(`${syscall} ${n}: ${output}`);
  if (!killed && output !== 'json') throw new Error(`${syscall} ${n}: nothing was changed`);
  if ((statSync(path).mode & 0o077) !== 0) throw new Error(`${syscall} ${n}: others may read it`);
  return killed;
}

const entries = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};
