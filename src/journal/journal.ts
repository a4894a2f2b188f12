/**
 * The journal of starts: what was about to be sent, written down before, and what came of it.
 *
 * One file per start, `<state>/ops/<op>.json`. Every change is durable before it counts. What identifies the request is kept
 * as HMACs under a key that never leaves this machine, so that no prompt, parameter or secret is in the file, and yet a run
 * can be recognized by them.
 */
import { createHmac } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import {
  createDurably,
  makePrivateFolder,
  namesIn,
  type Owner,
  readIfThere,
  removeIfThere,
  removeStrays,
  writeDurably,
} from '../durable.js';
import { LocalError } from '../errors.js';
import { type Held, isRunning, lockHolder, type ProcessMark, processMark, withLock } from '../lock.js';
import type { Paths } from '../paths.js';
import type { Random } from '../random.js';
import { isUlid, ulid, ulidTime } from './ulid.js';

/**
 * - `intended`: nothing was sent. `sent`: it may have been.
 * - `unknown`: it was, and no usable answer came. `ambiguous`: several runs may be it.
 * - The rest is settled. `acked`: the server answered with the run. `adopted`: the run was found. `absent`: there is none.
 */
export type OpState = 'intended' | 'sent' | 'unknown' | 'ambiguous' | 'acked' | 'adopted' | 'absent';

export interface Attempt {
  /** Our wall time, epoch milliseconds. */
  readonly sent_at: number;
  readonly ended_at: number | null;
  /** What came of it, once that is known: the words of the client's `Received`, and `fenced` (none
   *  of its runs can act); of answers `answered`, `no_run_id`, `bad_run_id`. */
  readonly outcome: string | null;
}

export interface Op {
  readonly v: 1;
  readonly op: string;
  readonly kind: string;
  readonly origin: string;
  readonly base_url: string;
  readonly profile: string;
  readonly local: boolean;
  readonly cwd: string;
  readonly label: string;
  /** HMAC of the key with which it was started; null where there was none. */
  readonly key_mark: string | null;
  /** HMAC of the whole request: equal requests have equal ones. */
  readonly fingerprint: string;
  /** HMAC of each field that servers give back unchanged, null where the field was not sent. Empty: cannot be recognized. */
  readonly content: Readonly<Record<string, string | null>>;
  /** Adopt a run that is recognized by content alone, or only one that is certain. */
  readonly adopt: 'content' | 'exact';
  readonly state: OpState;
  readonly attempts: readonly Attempt[];
  readonly run_id: string | null;
  /** When the first try was sent, by the server's clock (epoch milliseconds); null until that is known for certain. */
  readonly server_sent_at: number | null;
  /** Browser session that fences this start, when one does. */
  readonly session_id: string | null;
  readonly candidates: readonly string[];
  readonly closed_at: number | null;
  /** Whether the id of its run has reached who started it. Left out where it is the answer of a call: a caller has it at once. */
  readonly told?: boolean;
  /** The process that makes this start, and tells of it. */
  readonly by?: ProcessMark;
}

export type Intent = Pick<
  Op,
  'kind' | 'origin' | 'base_url' | 'profile' | 'local' | 'cwd' | 'label' | 'key_mark' | 'fingerprint' | 'content' | 'adopt' | 'told'
>;

export const isSettled = ({ state }: Pick<Op, 'state'>): boolean => state === 'acked' || state === 'adopted' || state === 'absent';

/** How long settled entries are kept. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** A process elsewhere cannot be asked whether it lives: it has told of its run by now, or never will. */
const TELLS_WITHIN_MS = 60_000;

/** No start takes this long from its lock to its entry. */
const UNWRITTEN_MS = 3_600_000;

export interface JournalDeps {
  readonly paths: Pick<Paths, 'state'>;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly random: Random;
}

export class Journal {
  readonly #folder: string;
  readonly #deps: JournalDeps;
  #key: Buffer | null = null;

  constructor(deps: JournalDeps) {
    this.#deps = deps;
    this.#folder = join(deps.paths.state, 'ops');
  }

  /**
   * Writes down a start that is about to be made, and holds it while `work` runs: there is no moment in which another process could
   * take it for one that was left behind. `work` begins when it is on the disk; `LocalError` (17) when it cannot be.
   */
  begin<T>(intent: Intent, work: (op: Op, held: Held) => Promise<T>): Promise<T> {
    makePrivateFolder(this.#folder, this.#deps.owner);
    const id = ulid(this.#deps.clock.now(), this.#deps.random);
    return this.hold(id, (held) => work(this.#open(id, intent), held));
  }

  #open(id: string, intent: Intent): Op {
    const op: Op = {
      v: 1,
      op: id,
      ...intent,
      state: 'intended',
      attempts: [],
      run_id: null,
      server_sent_at: null,
      session_id: null,
      candidates: [],
      closed_at: null,
      by: processMark(this.#deps.owner),
    };
    if (!createDurably(this.#path(op.op), text(op), this.#deps.random))
      throw new LocalError('eexist', `${this.#path(op.op)} is there already`);
    // Looking through the folder costs more than a write: one start in 32 tidies up.
    if (op.op.endsWith('0')) this.#prune();
    return op;
  }

  /** Replaces an entry by its changed self, durably. */
  update(op: Op, change: Partial<Pick<Op, 'state' | 'attempts' | 'run_id' | 'server_sent_at' | 'session_id' | 'candidates' | 'told'>>): Op {
    const changed = { ...op, ...change };
    const next: Op = { ...changed, closed_at: isSettled(changed) ? (op.closed_at ?? this.#deps.clock.now()) : null };
    writeDurably(this.#path(op.op), text(next), this.#deps.random);
    return next;
  }

  find(op: string): Op | null {
    return isUlid(op) ? this.#read(op) : null;
  }

  /**
   * Entries that can be read, oldest first. Others, and those of a newer version, are passed over and kept.
   * @param newest only so many: reading all of a month costs what a start should not
   */
  entries(newest = Number.POSITIVE_INFINITY): Op[] {
    return this.#ids()
      .slice(-newest)
      .flatMap((id) => this.#read(id) ?? []);
  }

  /** Starts of which it is not known what came of them, oldest first, among the newest entries. */
  unsettled(newest?: number): Op[] {
    return this.entries(newest).filter((op) => !isSettled(op));
  }

  /** Whether the run of this start is known and nobody was told: the process that was to say it is dead. */
  isUntold({ run_id, told, by, closed_at }: Op): boolean {
    if (run_id === null || told !== false || by === undefined) return false;
    const isAlive = isRunning(by, this.#deps.owner) ?? this.#deps.clock.now() - (closed_at ?? 0) < TELLS_WITHIN_MS;
    return !isAlive;
  }

  /** The id of its run has reached a person or a program. Where that cannot be written down it is told again, no more. */
  markTold(op: string): void {
    try {
      const start = this.find(op);
      if (start?.told === false && start.run_id !== null) this.update(start, { told: true });
    } catch (error) {
      if (!(error instanceof LocalError)) throw error;
    }
  }

  /** Runs that are known to belong to a start. */
  claimed(): Set<string> {
    return new Set(this.entries().flatMap((op) => op.run_id ?? []));
  }

  /**
   * Writes down which run a start made, when that was found out afterwards; null when the run belongs to another start.
   * One at a time: of two that lost their answers, both may find the only run there is.
   */
  async adopt(op: Op, runId: string, candidates: readonly string[] = op.candidates): Promise<Op | null> {
    return withLock(join(this.#folder, 'adopt.lock'), this.#deps, () =>
      this.claimed().has(runId) ? null : this.update(op, { state: 'adopted', run_id: runId, candidates }),
    );
  }

  /** Holds the entry while `work` runs: of two processes that settle it, one waits. `LocalError` `locked` after `patienceMs`. */
  hold<T>(op: string, work: (held: Held) => T | Promise<T>, patienceMs = 10_000): Promise<T> {
    return withLock(`${this.#path(op)}.lock`, { ...this.#deps, patienceMs }, work);
  }

  /** The process that holds the entry now, in words; null when none does. */
  holder(op: string): string | null {
    return lockHolder(`${this.#path(op)}.lock`, this.#deps);
  }

  /** HMAC-SHA256 of a JSON value under this machine's key, whatever the order of its keys. */
  hmac(value: unknown): string {
    return createHmac('sha256', this.#localKey()).update(canonical(value)).digest('base64url');
  }

  /**
   * Ties a user's key to a start. Returns the start that has it: `op`, or an earlier one.
   * A start that is known to have made no run gives its key up.
   */
  async claimRunKey(runKey: string, op: string): Promise<Op> {
    const path = join(this.#folder, `key-${this.hmac(runKey)}.json`);
    // Thousands of keys may be there: one start in a thousand looks at them.
    if (op.endsWith('00')) await this.#pruneRunKeys();
    return withLock(`${path}.lock`, this.#deps, () => {
      const earlier = this.find(readIfThere(path)?.trim() ?? '');
      const own = this.find(op);
      // The holder of a key is held from here to its end: one that nobody holds and that sent nothing was killed.
      const died = earlier?.state === 'intended' && this.holder(earlier.op) === null;
      if (earlier && earlier.op !== op && earlier.state !== 'absent' && !died) return earlier;
      if (!own) throw new LocalError('enoent', `${this.#path(op)} is gone`);
      writeDurably(path, `${op}\n`, this.#deps.random);
      return own;
    });
  }

  /** Keys go with their starts: one whose start is gone names nothing any more. Under its lock: it may just get another start. */
  async #pruneRunKeys(): Promise<void> {
    const before = this.#deps.clock.now() - KEPT_MS;
    for (const name of this.#names()) {
      const path = join(this.#folder, name);
      if (!/^key-[\w-]+\.json$/.test(name) || (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? before) >= before) continue;
      const isGone = () => this.find(readIfThere(path)?.trim() ?? '') === null;
      if (isGone()) await withLock(`${path}.lock`, this.#deps, () => isGone() && removeIfThere(path));
    }
  }

  #localKey(): Buffer {
    if (this.#key) return this.#key;
    makePrivateFolder(this.#folder, this.#deps.owner);
    const path = join(this.#folder, 'local.key');
    createIfMissing(path, () => Buffer.from(this.#deps.random.bytes(32)).toString('base64url'), this.#deps.random);
    this.#key = Buffer.from(readIfThere(path) ?? '', 'base64url');
    if (this.#key.length !== 32)
      throw new LocalError('bad_key_file', `${path} does not hold a key`, {
        hint: 'remove it; starts that are not settled yet are then not recognized',
      });
    return this.#key;
  }

  #path(op: string): string {
    return join(this.#folder, `${op}.json`);
  }

  #ids(): string[] {
    return this.#names()
      .flatMap((name) => (name.endsWith('.json') && isUlid(name.slice(0, -5)) ? [name.slice(0, -5)] : []))
      .sort();
  }

  /** None where there is no folder yet. One that cannot be read is a fault: what is in it must not be taken for nothing. */
  #names(): string[] {
    return namesIn(this.#folder);
  }

  #read(op: string): Op | null {
    const content = readIfThere(this.#path(op));
    if (content === null) return null;
    try {
      const entry = JSON.parse(content) as Partial<Op> | null;
      return entry?.v === 1 && entry.op === op ? (entry as Op) : null;
    } catch {
      return null;
    }
  }

  /** Settled entries go after a month, whole; the age is in the name, so young ones are not even read. */
  #prune(): void {
    removeStrays(this.#folder, this.#deps.clock);
    this.#pruneLocks();
    const before = this.#deps.clock.now() - KEPT_MS;
    for (const id of this.#ids()) {
      if (ulidTime(id) >= before) break;
      const op = this.#read(id);
      if (op && isSettled(op)) removeIfThere(this.#path(id));
    }
  }

  /** Locks of starts that were killed before their entry was there: nobody will ever want them. */
  #pruneLocks(): void {
    const before = this.#deps.clock.now() - UNWRITTEN_MS;
    for (const name of this.#names()) {
      const id = name.endsWith('.json.lock') ? name.slice(0, -'.json.lock'.length) : '';
      if (isUlid(id) && ulidTime(id) < before && this.#read(id) === null && this.holder(id) === null)
        removeIfThere(`${this.#path(id)}.lock`);
    }
  }
}

const text = (op: Op): string => `${JSON.stringify(op, null, 1)}\n`;

function createIfMissing(path: string, content: () => string, random: Random): void {
  if (readIfThere(path) === null) createDurably(path, content(), random);
}

/** JSON with sorted keys; members without a value are left out. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'null'
  );
}
