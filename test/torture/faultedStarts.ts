/**
 * Starts against a server that fails, by the thousand: real journal, real sockets, a clock that jumps. A world is one server and
 * one home; its seed decides everything that happens in it, so that a world that breaks a promise can be had again.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../../src/client/client.js';
import { RetryBudget } from '../../src/client/retry.js';
import { Interrupted, SkyvernError } from '../../src/errors.js';
import { isSettled, Journal, type Op } from '../../src/journal/journal.js';
import { LATE_MS } from '../../src/journal/lookUp.js';
import { recover } from '../../src/journal/recover.js';
import { searchOf } from '../../src/journal/searchOf.js';
import type { StartOptions } from '../../src/journal/startOnce.js';
import { startTask } from '../../src/journal/startTask.js';
import { startWorkflow } from '../../src/journal/startWorkflow.js';
import { parseBaseUrl } from '../../src/origin.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { type FaultServer, openFaultServer, seededFault, seededReadFault } from '../support/faultd.js';

export type Kind = 'task' | 'fenced' | 'workflow' | 'embedded';
export const KINDS: readonly Kind[] = ['task', 'fenced', 'workflow', 'embedded'];

/** Of the starts whose answer was lost, or whose process was killed. */
export interface Shares {
  lost: number;
  /** Settled by the start itself. */
  atOnce: number;
  /** Settled without a person, then or by a later command. */
  settled: number;
}

export interface Tally {
  worlds: number;
  starts: number;
  runs: number;
  duplicates: number;
  unreported: number;
  /** Runs of someone else with the same content and time that were taken for ours: `--adopt exact` takes none. */
  foreign: number;
  readonly byKind: Readonly<Record<Kind, Shares>>;
  /** Starts that a person must settle, with the seeds of their worlds. */
  readonly asked: { readonly seed: number; readonly kind: Kind; readonly entry: Op }[];
  /** Seeds of worlds that broke a promise, each with how. */
  readonly broken: { readonly seed: number; readonly how: string }[];
}

export const emptyTally = (): Tally => ({
  worlds: 0,
  starts: 0,
  runs: 0,
  duplicates: 0,
  unreported: 0,
  foreign: 0,
  byKind: Object.fromEntries(KINDS.map((kind) => [kind, { lost: 0, atOnce: 0, settled: 0 }])) as Record<Kind, Shares>,
  asked: [],
  broken: [],
});

/** What is left out to see that the check would notice. */
export interface Negative {
  /** The starts believe that the server replays a repeated key. It does not. */
  readonly blindRetry?: boolean;
  /** What was left behind is never looked for. */
  readonly neverRecover?: boolean;
  /** What is not settled at once is forgotten, as without a journal. */
  readonly forgets?: boolean;
}

/** Adds one tally to another. */
export function addTally(sum: Tally, more: Tally): void {
  for (const field of ['worlds', 'starts', 'runs', 'duplicates', 'unreported', 'foreign'] as const) sum[field] += more[field];
  for (const kind of KINDS) for (const field of ['lost', 'atOnce', 'settled'] as const) sum.byKind[kind][field] += more.byKind[kind][field];
  sum.asked.push(...more.asked);
  sum.broken.push(...more.broken);
}

export const STARTS_PER_WORLD = 20;
/** In memory, where that is possible: what syncing is worth is tried by the kill points. */
const FOLDERS = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** The process ends here: whatever would have come after does not happen. */
class Killed extends Error {}

/** One world, from its seed. What happened is told line by line. */
export async function runWorld(
  seed: number,
  tally: Tally,
  negative: Negative = {},
  tell: (line: string) => void = () => {},
): Promise<void> {
  const world = await World.open(seed, negative, tell);
  try {
    for (let count = 0; count < STARTS_PER_WORLD; count++) await world.start(count);
    await world.settleAll();
    world.check(tally);
  } finally {
    world.close();
  }
}

class World {
  readonly #seed: number;
  readonly #negative: Negative;
  readonly #tell: (line: string) => void;
  readonly #clock = manualClock();
  readonly #dice: ReturnType<typeof seededRandom>;
  readonly #server: FaultServer;
  readonly #folder = mkdtempSync(join(FOLDERS, 'skyvern-torture-'));
  readonly #journal: Journal;
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #isEmbedded: boolean;
  /** Runs that a start ended with, by what the user saw. */
  readonly #reported = new Set<string>();
  readonly #kinds = new Map<string, Kind>();
  readonly #settledAtOnce = new Set<string>();
  readonly #client: ApiClient;
  #writesLeft = Number.POSITIVE_INFINITY;

  static async open(seed: number, negative: Negative, tell: (line: string) => void): Promise<World> {
    const isEmbedded = seed % 5 === 0;
    const holder: { now: () => number } = { now: () => 0 };
    const server = await openFaultServer({ now: () => holder.now(), replays: isEmbedded, keepsAlive: false });
    const world = new World(seed, negative, tell, server, isEmbedded);
    // The server's clock is some hours off, as clocks are.
    const skewMs = Math.floor((world.#dice.fraction() - 0.5) * 7_200_000);
    holder.now = () => world.#clock.now() + skewMs;
    return world;
  }

  private constructor(seed: number, negative: Negative, tell: (line: string) => void, server: FaultServer, isEmbedded: boolean) {
    this.#seed = seed;
    this.#negative = negative;
    this.#tell = tell;
    this.#server = server;
    this.#isEmbedded = isEmbedded;
    this.#dice = seededRandom(seed);
    const chance = seededRandom(seed ^ 0x5eed);
    this.#random = {
      fraction: () => chance.fraction(),
      // Every write to the disk asks for a name first.
      bytes: (size) => {
        if (size === 8 && --this.#writesLeft < 0) throw new Killed();
        return chance.bytes(size);
      },
    };
    const owner = { pid: process.pid, platform: process.platform, kill: process.kill.bind(process) as typeof process.kill };
    this.#journal = new Journal({ paths: { state: this.#folder }, owner, clock: this.#clock, random: this.#random });
    this.#client = this.#clientAt(server.url);
  }

  close(): void {
    this.#server.close();
    void this.#client.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async start(count: number): Promise<void> {
    const dice = this.#dice;
    const chance = (share: number) => dice.fraction() < share;
    const pick = dice.fraction();
    const kind: Kind = this.#isEmbedded ? 'embedded' : pick < 0.55 ? 'task' : pick < 0.8 ? 'workflow' : 'fenced';
    const what = chance(0.9) ? `Get item ${count} of ${this.#seed}` : 'Get the title';
    const faults = Array.from({ length: chance(0.2) ? 2 : 1 }, () => seededFault(dice));
    const route = kind === 'workflow' ? 'POST /v1/run/workflows' : 'POST /v1/run/tasks';
    this.#server.on(route, ...faults);
    if (chance(0.3))
      for (let each = Math.ceil(dice.fraction() * 4); each > 0; each--) this.#server.on('GET /v1/runs', seededReadFault(dice));
    const killAt = chance(0.1) ? 1 + Math.floor(dice.fraction() * 9) : Number.POSITIVE_INFINITY;
    const unreachable = chance(0.03);
    const options: StartOptions = { adopt: chance(0.05) ? 'exact' : 'content', fence: kind === 'fenced' };
    const request = kind === 'workflow' ? { workflow_id: 'wpid_1', parameters: { what } } : { prompt: what, url: 'https://x.example/' };
    if (chance(0.01)) this.#server.twin(request, this.#clock.now());
    await this.#settle(32);
    const before = new Set(this.#journal.entries().map(({ op }) => op));
    this.#writesLeft = killAt;
    const client = unreachable ? this.#clientAt('http://127.0.0.1:9') : this.#client;
    let ending: string;
    try {
      const run = await this.#begin(client, kind, request, options);
      this.#reported.add(run);
      ending = run;
    } catch (error) {
      if (!(error instanceof SkyvernError || error instanceof Killed)) throw error;
      ending = error instanceof SkyvernError ? `${error.exitCode} ${error.code}` : `killed at write ${killAt}`;
      if (error instanceof Interrupted) throw error;
    } finally {
      this.#writesLeft = Number.POSITIVE_INFINITY;
    }
    const ours = this.#journal.entries().find(({ op }) => !before.has(op));
    if (ours) this.#kinds.set(ours.op, kind);
    if (ours && ours.closed_at !== null) this.#settledAtOnce.add(ours.op);
    this.#tell(
      `start ${count}: ${kind} ${JSON.stringify(what)} ${faults.map(nameOf).join(', ')}${unreachable ? ', unreachable' : ''}: ${ending}`,
    );
    if (this.#negative.forgets && ours && ours.closed_at === null) rmSync(join(this.#folder, 'ops', `${ours.op}.json`));
    // What was planned and not used must not fall on the next start.
    this.#server.forget();
    await this.#clock.sleep(Math.floor(dice.fraction() * 120_000));
  }

  async #begin(client: ApiClient, kind: Kind, request: object, options: StartOptions): Promise<string> {
    const deps = {
      client,
      journal: this.#journal,
      clock: this.#clock,
      random: this.#random,
      signal: new AbortController().signal,
      server: {
        baseUrl: parseBaseUrl(this.#server.url),
        profile: 'default',
        local: false,
        replays: kind === 'embedded' || this.#negative.blindRetry === true,
      },
      cwd: '/',
    };
    const { run } =
      kind === 'workflow' ? await startWorkflow(deps, request as never, options) : await startTask(deps, request as never, options);
    return run.run_id;
  }

  /** As every start does first. */
  async #settle(newest?: number): Promise<void> {
    if (this.#negative.neverRecover) return;
    const searchFor = async (op: Op) => searchOf(op, this.#client);
    await recover({ journal: this.#journal, clock: this.#clock, searchFor }, this.#journal.unsettled(newest));
  }

  /** Once nothing can arrive any more, as the next command does: no person decides anything. */
  async settleAll(): Promise<void> {
    await this.#clock.sleep(LATE_MS + 60_000);
    await this.#settle();
  }

  check(tally: Tally): void {
    const entries = new Map(this.#journal.entries().map((entry) => [entry.op, entry]));
    const ours = this.#server.made.filter(({ key }) => key !== '');
    const wrong: string[] = [];
    for (const [op, runs] of Map.groupBy(ours, ({ key }) => key)) {
      const acting = runs.filter(({ acts }) => acts).length;
      if (acting > 1) wrong.push(`${acting} runs of ${op}`);
      tally.duplicates += Math.max(0, acting - 1);
    }
    const known = new Set(
      [...entries.values()].flatMap(({ run_id, state, candidates }) => [run_id, ...(state === 'ambiguous' ? candidates : [])]),
    );
    const isForeign = (runId: string | null | undefined) => this.#server.made.some(({ run_id, key }) => run_id === runId && key === '');
    for (const { run_id, key, acts } of ours) {
      if (isForeign(entries.get(key)?.run_id)) continue; // counted as that
      if (!acts || known.has(run_id) || this.#reported.has(run_id) || stillOpen(entries.get(key))) continue;
      wrong.push(`${run_id} of ${key} is known to nobody: ${JSON.stringify(entries.get(key))}`);
      tally.unreported++;
    }
    const taken = [...entries.values()].flatMap(({ run_id }) => run_id ?? []);
    if (new Set(taken).size !== taken.length) wrong.push('a run belongs to two starts');
    for (const { op, run_id, adopt } of entries.values()) {
      if (run_id === null) continue;
      const run = this.#server.made.find((each) => each.run_id === run_id);
      if (!run) wrong.push(`${op} has a run that does not exist`);
      // Fenced starts and workflows have a mark of their own; a task is known by its content.
      const isMarked = ['fenced', 'workflow'].includes(this.#kinds.get(op) ?? '');
      if (run?.key === '' && (adopt === 'exact' || isMarked)) wrong.push(`${op} took the run of someone else`);
      if (run?.key === '') tally.foreign++;
    }
    for (const name of readdirSync(join(this.#folder, 'ops'))) {
      if (/\.lock/.test(name) && this.#negative.neverRecover !== true) wrong.push(`${name} is left`);
    }
    for (const entry of entries.values()) {
      const kind = this.#kinds.get(entry.op) ?? 'task';
      const outcomes = entry.attempts.map(({ outcome }) => outcome ?? 'unknown');
      // `--adopt exact` asks for a person.
      if (entry.adopt === 'exact' || !outcomes.some((outcome) => LOST.has(outcome))) continue;
      const shares = tally.byKind[kind];
      shares.lost++;
      if (this.#settledAtOnce.has(entry.op)) shares.atOnce++;
      if (isSettled(entry)) shares.settled++;
      else tally.asked.push({ seed: this.#seed, kind, entry });
    }
    tally.worlds++;
    tally.starts += entries.size;
    tally.runs += ours.length;
    if (wrong.length > 0) tally.broken.push({ seed: this.#seed, how: wrong.join('; ') });
  }

  #clientAt(url: string): ApiClient {
    return new ApiClient({
      baseUrl: parseBaseUrl(url),
      apiKey: 'key-1',
      clock: this.#clock,
      random: this.#random,
      budget: new RetryBudget(),
    });
  }
}

/** Outcomes of a try after which a run may exist. */
const LOST = new Set(['unknown', 'no_run_id', 'bad_run_id', 'fenced']);

/** Not settled: the next `run recover` finds it, or says that it cannot. */
const stillOpen = (op: Op | undefined): boolean => op !== undefined && ['sent', 'unknown'].includes(op.state);

const nameOf = (fault: ReturnType<typeof seededFault>): string =>
  [
    fault.kind,
    'status' in fault && fault.status,
    'bytes' in fault && typeof fault.bytes === 'number' && fault.bytes,
    'made' in fault && (fault.made ? 'made' : 'not made'),
  ]
    .filter((each) => each !== false)
    .join(' ');
