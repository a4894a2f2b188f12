/**
 * Locks that survive their owner: files that say which process holds them.
 *
 * A lock is stale when its owner is dead, however old it is. Whether it is can be asked only where the owner's pid means something:
 * on the same running system, in the same pid namespace. An owner elsewhere (a container or a machine that shares the disk) is known
 * by its renewing the lock while it holds it: one that was not renewed for `LEASE_MS`, by the disk's own clock, is stale.
 */
import { closeSync, fstatSync, openSync, readFileSync, readlinkSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Clock } from './clock.js';
import { codeOf, guarded, type Owner, placed, readIfThere, removeIfThere, writeBeside } from './durable.js';
import { LocalError } from './errors.js';
import type { Random } from './random.js';

/** A process, for those who come later: whether it still runs. */
export interface ProcessMark {
  readonly pid: number;
  /** Its start, in ticks since boot: a pid that was given to another process is not it. Null where unknown. */
  readonly started: string | null;
  /** Where that pid means something. Null where unknown: taken for here. */
  readonly world: string | null;
}

interface LockText extends ProcessMark {
  /** Names this lock and no later one at the same path. */
  readonly nonce: string;
}

export interface LockDeps {
  readonly owner: Owner;
  readonly clock: Clock;
  readonly random: Random;
  /** How long to wait for an owner that lives, in milliseconds. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
  /** How often the lock is renewed while it is held, in milliseconds. */
  readonly renewMs?: number;
}

/** A lock that is held. */
export interface Held {
  /** Rejects what must not be done without it: `LocalError` `lock_lost` when this process was stopped for so long that it was taken. */
  assertHeld(): void;
}

/** Renewed this often, a lock of an owner elsewhere outlives a few that fail. */
const RENEW_MS = 5_000;
/** How long a lock of an owner elsewhere holds since it was renewed. */
const LEASE_MS = 60_000;

/**
 * Holds the lock file at `path` while `work` runs.
 *
 * Only who holds the lock on a stale lock may remove it, so that two that find it stale cannot remove each other's new one.
 * Rejects with `LocalError` `locked` (17), naming the owner, after `patienceMs` (10 s).
 */
export async function withLock<T>(path: string, deps: LockDeps, work: (held: Held) => T | Promise<T>): Promise<T> {
  const { owner, clock, random, patienceMs = 10_000, renewMs = RENEW_MS, signal } = deps;
  const nonce = Buffer.from(random.bytes(8)).toString('hex');
  const text = JSON.stringify({ ...processMark(owner), nonce } satisfies LockText);
  const giveUpAt = clock.monotonic() + patienceMs;
  let last: string | null = null;
  for (;;) {
    const holder = readLock(path);
    // Looking costs a tenth of trying, and many may be waiting.
    if (!holder && createLock(path, text, random)) break;
    // Whoever took it since the last look was alive a moment ago: to ask costs more than to look.
    const isSuspect = holder !== null && (last === null || holder.nonce === last);
    last = holder?.nonce ?? '';
    if (isSuspect && isStale(path, holder, deps)) {
      await withLock(`${path}.${holder.nonce}`, deps, () => {
        if (readLock(path)?.nonce === holder.nonce) removeIfThere(path);
      });
      continue;
    }
    if (clock.monotonic() >= giveUpAt) throw stillHeld(path, holder, owner);
    await clock.sleep(2 + 48 * random.fraction(), signal);
  }
  const isOurs = () => readLock(path)?.nonce === nonce;
  const stopRenewing = every(renewMs, () => renew(path, nonce));
  try {
    return await work({
      assertHeld() {
        if (!isOurs()) throw new LocalError('lock_lost', `${path} was taken over: this process was stopped for more than a minute`);
      },
    });
  } finally {
    stopRenewing();
    release(path, isOurs);
  }
}

function stillHeld(path: string, holder: LockText | null, owner: Owner): LocalError {
  const [isElsewhere, who] = holder ? [isFrom(holder, owner) === 'elsewhere', nameOf(holder, owner)] : [false, 'an unknown process'];
  return new LocalError('locked', `${path} is held by ${who}, which is still running`, {
    hint: isElsewhere
      ? 'wait for it to end, or stop it: one that was killed there is taken for dead after a minute'
      : 'wait for it to end, or stop it, and try again',
  });
}

/** What was done counts: a lock that cannot be removed is stale as soon as we end. */
function release(path: string, isOurs: () => boolean): void {
  try {
    if (isOurs()) removeIfThere(path);
  } catch (error) {
    if (!(error instanceof LocalError)) throw error;
  }
}

/** The process that holds the lock now, in words; null when none does. */
export function lockHolder(path: string, deps: Pick<LockDeps, 'owner' | 'random'>): string | null {
  const holder = readLock(path);
  return holder && !isStale(path, holder, deps) ? nameOf(holder, deps.owner) : null;
}

const nameOf = (mark: ProcessMark, owner: Owner): string =>
  `process ${mark.pid}${isFrom(mark, owner) === 'here' ? '' : ' of another machine or container'}`;

/** The lock appears with its text in it, so that no reader sees one without an owner. */
function createLock(path: string, text: string, random: Random): boolean {
  return guarded(path, 'lock', () => placed(writeBeside(path, text, random, false), path));
}

function readLock(path: string): LockText | null {
  const text = readIfThere(path);
  return text === null ? null : parsed(text);
}

function parsed(text: string): LockText {
  try {
    const { pid, started, world, nonce } = JSON.parse(text) as Partial<LockText>;
    if (typeof pid === 'number' && typeof nonce === 'string') return { pid, started: started ?? null, world: world ?? null, nonce };
  } catch {
    // As below.
  }
  return TORN;
}

/** A lock appears whole, but is not synced: after a power failure it may be empty. Its owner is as dead as every process of that time. */
const TORN: LockText = { pid: 0, started: null, world: null, nonce: 'torn' };

function isStale(path: string, holder: LockText, { owner, random }: Pick<LockDeps, 'owner' | 'random'>): boolean {
  return !(isRunning(holder, owner) ?? silentMs(path, random) < LEASE_MS);
}

/** How long ago the lock was renewed, by the clock of the disk it is on: that of its owner may be another. */
function silentMs(path: string, random: Random): number {
  return guarded(path, 'lock', () => {
    const probe = writeBeside(path, '', random, false);
    try {
      return statSync(probe).mtimeMs - renewedAt(path);
    } finally {
      unlinkSync(probe);
    }
  });
}

/** By opening it: what a network file system says of a file that is not open may be a minute old. */
function renewedAt(path: string): number {
  try {
    const file = openSync(path, 'r');
    try {
      return fstatSync(file).mtimeMs;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return Number.POSITIVE_INFINITY; // given back meanwhile
    throw error;
  }
}

/** Written again in place, so that the disk says when: into our own file, whoever has its name by now. */
function renew(path: string, nonce: string): void {
  try {
    const file = openSync(path, 'r+');
    try {
      const text = readFileSync(file, 'utf8');
      if (parsed(text).nonce === nonce) writeSync(file, text, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    // Whether it still holds is asked before anything that needs it.
  }
}

/** Calls `work` again and again, in real time as disks have it, until the answer is called; keeps no process alive. */
function every(ms: number, work: () => void): () => void {
  let stopped = false;
  const again = () => {
    AbortSignal.timeout(ms).addEventListener('abort', () => {
      if (stopped) return;
      work();
      again();
    });
  };
  again();
  return () => {
    stopped = true;
  };
}

export const processMark = (owner: Owner): ProcessMark => ({
  pid: owner.pid,
  started: startOf(owner.pid, owner),
  world: worldOf(owner),
});

/** Whether a process still runs; null when that cannot be seen from here. */
export function isRunning({ pid, started, world }: ProcessMark, owner: Owner): boolean | null {
  if (pid <= 0) return false;
  if (isFrom({ world }, owner) === 'elsewhere') return null;
  try {
    owner.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const now = startOf(pid, owner);
  return now !== ENDED && (started === null || now === null || now === started);
}

function isFrom({ world }: Pick<ProcessMark, 'world'>, owner: Owner): 'here' | 'elsewhere' {
  const here = worldOf(owner);
  return world === null || here === null || world === here ? 'here' : 'elsewhere';
}

/** Names what pids count in: this boot of this machine and the pid namespace, elsewhere the machine's name. Null where unknown. */
function worldOf({ platform }: Owner): string | null {
  if (platform !== 'linux') return hostname() || null;
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return null;
  }
}

/** Of a process that has ended, and that its parent has not asked about yet: it keeps its pid. */
const ENDED = 'ended';

/** When a process started, in clock ticks since boot (field 22 of /proc/PID/stat), or that it has ended; null where there is no /proc. */
function startOf(pid: number, { platform }: Owner): string | null {
  if (platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in the second field may hold spaces and brackets: count from its end.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? ENDED : (rest[18] ?? null);
  } catch {
    return null;
  }
}
