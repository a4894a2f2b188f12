/** Random histories of starts at a server that fails, kills included: nothing is made twice, and nothing is lost. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiClient, OnceOutcome } from '../../src/client/client.js';
import type { Clock } from '../../src/clock.js';
import { NetworkError, SkyvernError } from '../../src/errors.js';
import { isSettled, Journal } from '../../src/journal/journal.js';
import { LATE_MS } from '../../src/journal/lookUp.js';
import { recover } from '../../src/journal/recover.js';
import { startTask, taskSearch } from '../../src/journal/startTask.js';
import { decodeRun } from '../../src/protocol/run.js';
import { formatServerTime } from '../../src/protocol/time.js';
import { seededRandom } from '../support/clock.js';

/** The process ends here: whatever would have come after does not happen. */
class Killed extends Error {}

interface Made {
  readonly runId: string;
  readonly createdAt: number;
  readonly prompt: string;
  /** Null: someone else's. */
  readonly op: string | null;
}

const FATES = [
  'answered',
  'lost_before',
  'lost_after',
  'late',
  'never_sent',
  'rate_limited',
  'rejected',
  'no_run_id',
  'killed_before',
  'killed_after',
] as const;
type Fate = (typeof FATES)[number];

type Step =
  | {
      readonly do: 'start';
      readonly prompt: string;
      readonly fates: readonly Fate[];
      readonly deafMs: number;
      readonly runKey: string | undefined;
    }
  /** Killed before the n-th write to the disk. */
  | { readonly do: 'start_killed'; readonly write: number; readonly fate: Fate }
  | { readonly do: 'twin'; readonly prompt: string; readonly agoMs: number }
  | { readonly do: 'recover'; readonly deaf: boolean }
  | { readonly do: 'wait'; readonly ms: number };

const prompts = fc.constantFrom('Get the title canary-51', 'Get the price canary-51');
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('start' as const),
      prompt: prompts,
      fates: fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 3 }),
      deafMs: fc.constantFrom(0, 0, 20_000, 200_000),
      runKey: fc.constantFrom(undefined, undefined, undefined, 'ci-1'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('start_killed' as const),
      write: fc.integer({ min: 1, max: 9 }),
      fate: fc.constantFrom(...FATES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('twin' as const), prompt: prompts, agoMs: fc.constantFrom(0, 5_000, 120_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recover' as const), deaf: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 300_000, LATE_MS) }) },
);

/** Time that passes only when someone sleeps, without a turn of the event loop: thousands of starts in seconds. */
function quickClock(): Clock {
  let elapsed = 0;
  return {
    now: () => Date.UTC(2026, 0, 20) + elapsed,
    monotonic: () => elapsed,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      elapsed += ms;
    },
  };
}

class World {
  readonly clock = quickClock();
  readonly made: Made[] = [];
  readonly reported = new Map<string, string>();
  readonly folder = mkdtempSync(join(tmpdir(), 'skyvern-model-'));
  starts = 0;
  readonly #late: { at: number; make: () => void }[] = [];
  #deafUntil = 0;
  readonly #random: ReturnType<typeof seededRandom>;
  #writesLeft = Number.POSITIVE_INFINITY;
  readonly #replays: boolean;

  /** @param replays what the starts believe of the server: that it answers a repeated key with the first answer. It does not. */
  constructor(seed: number, replays: boolean) {
    this.#random = seededRandom(seed);
    this.#replays = replays;
  }

  readonly owner = { pid: process.pid, platform: process.platform, kill: process.kill.bind(process) as typeof process.kill };
  readonly random = {
    fraction: () => this.#random.fraction(),
    // Every write to the disk asks for a name first.
    bytes: (size: number) => {
      if (size === 8 && --this.#writesLeft < 0) throw new Killed();
      return this.#random.bytes(size);
    },
  };
  readonly journal = new Journal({ paths: { state: this.folder }, owner: this.owner, clock: this.clock, random: this.random });

  make(prompt: string, op: string | null, createdAt = this.clock.now()): string {
    const runId = `tsk_${this.made.length + 1}`;
    this.made.push({ runId, createdAt, prompt, op });
    return runId;
  }

  client(fates: readonly Fate[]): Pick<ApiClient, 'runs' | 'starts' | 'sessions'> {
    const left = [...fates];
    const wire = (made: Made) => ({
      run_id: made.runId,
      run_type: 'task_v1',
      status: 'running',
      created_at: formatServerTime(made.createdAt),
      run_request: { prompt: made.prompt, url: 'https://x.example/' },
    });
    const read = () => {
      for (const each of this.#late.splice(0)) each.at <= this.clock.now() ? each.make() : this.#late.push(each);
      if (this.clock.now() < this.#deafUntil) throw new NetworkError('connection_lost', 'deaf');
    };
    const failed = (kind: 'unknown' | 'never_sent' | 'rate_limited' | 'rejected'): OnceOutcome => ({
      kind,
      error: kind === 'rejected' ? new SkyvernError('refused', 'invalid', 'no') : new NetworkError('connection_lost', 'lost'),
      retryAfterMs: kind === 'rate_limited' ? 1_000 : undefined,
      serverNow: null,
    });
    return {
      starts: {
        task: async (body: { prompt: string }, { idempotencyKey }: { idempotencyKey: string }): Promise<OnceOutcome> => {
          this.starts++;
          const fate = left.shift() ?? 'answered';
          switch (fate) {
            case 'answered':
            case 'no_run_id': {
              const runId = this.make(body.prompt, idempotencyKey);
              const value = fate === 'answered' ? wire(this.made.find((made) => made.runId === runId) as Made) : {};
              return { kind: 'answered', reply: { status: 200, value, headers: {}, serverNow: this.clock.now() } };
            }
            case 'lost_after':
              this.make(body.prompt, idempotencyKey);
              return failed('unknown');
            case 'late':
              this.#arriveLater(body.prompt, idempotencyKey);
              return failed('unknown');
            case 'killed_after':
              this.make(body.prompt, idempotencyKey);
              throw new Killed();
            case 'killed_before':
              throw new Killed();
            case 'lost_before':
              return failed('unknown');
            default:
              return failed(fate);
          }
        },
      },
      runs: {
        listPage: async ({ page = 1 }: { page?: number }) => {
          read();
          const items = [...this.made].sort((a, b) => b.createdAt - a.createdAt).slice((page - 1) * 100, page * 100);
          return { items: items.map((made) => ({ ...wire(made), task_run_type: 'task_v1' })), serverNow: this.clock.now() };
        },
        get: async (runId: string) => {
          read();
          return decodeRun(wire(this.made.find((made) => made.runId === runId) as Made));
        },
      },
    } as unknown as Pick<ApiClient, 'runs' | 'starts' | 'sessions'>;
  }

  #arriveLater(prompt: string, op: string): void {
    const at = this.clock.now() + 1 + Math.floor(this.#random.fraction() * 400_000);
    this.#late.push({ at, make: () => this.make(prompt, op, at) });
  }

  async start(prompt: string, fates: readonly Fate[], runKey?: string, killAtWrite?: number): Promise<void> {
    const deps = {
      client: this.client(fates),
      journal: this.journal,
      clock: this.clock,
      random: this.random,
      signal: new AbortController().signal,
      server: { baseUrl: new URL('https://x.example'), profile: 'default', local: false, replays: this.#replays },
      cwd: '/',
    };
    this.#writesLeft = killAtWrite ?? Number.POSITIVE_INFINITY;
    try {
      const { run, op } = await startTask(deps, { prompt, url: 'https://x.example' }, { runKey });
      this.reported.set(run.run_id, op);
    } catch (error) {
      if (!(error instanceof SkyvernError || error instanceof Killed)) throw error;
    } finally {
      this.#writesLeft = Number.POSITIVE_INFINITY;
    }
  }

  deaf(ms: number): void {
    this.#deafUntil = this.clock.now() + ms;
  }

  recover() {
    return recover({ journal: this.journal, clock: this.clock, searchFor: async () => taskSearch(this.client([]).runs) });
  }

  async apply(step: Step): Promise<void> {
    switch (step.do) {
      case 'start':
        this.deaf(step.deafMs);
        return this.start(step.prompt, step.fates, step.runKey);
      case 'start_killed':
        return this.start('Get the title canary-51', [step.fate], undefined, step.write);
      case 'twin':
        return void this.make(step.prompt, null, this.clock.now() - step.agoMs);
      case 'recover':
        this.deaf(step.deaf ? 1 : 0);
        return void (await this.recover());
      case 'wait':
        return this.clock.sleep(step.ms);
    }
  }

  /** Waits until nothing can arrive any more, recovers, and checks what must hold. */
  async check(): Promise<void> {
    await this.clock.sleep(LATE_MS + 1);
    this.deaf(0);
    await this.recover();
    const entries = this.journal.entries();
    const ours = this.made.filter(({ op }) => op !== null);
    const perOp = Map.groupBy(ours, ({ op }) => op);
    for (const [op, runs] of perOp) expect(runs, `runs of ${op}`).toHaveLength(1);
    const adopted = entries.flatMap(({ run_id }) => run_id ?? []);
    expect(new Set(adopted).size, 'no run belongs to two starts').toBe(adopted.length);
    const twins = this.made.some(({ op }) => op === null);
    for (const { runId, op } of ours) {
      const entry = entries.find((each) => each.op === op);
      expect(entry, `the entry of ${runId}`).toBeDefined();
      const known =
        adopted.includes(runId) ||
        this.reported.has(runId) ||
        entries.some(({ candidates, state }) => state === 'ambiguous' && candidates.includes(runId));
      // Two starts with one content, both lost, and a twin of someone else: told as a question, or the other's run.
      if (!known)
        expect(isSettled(entry as never) && !twins && entry?.run_id === null, `${runId} is lost: ${JSON.stringify(entry)}`).toBe(false);
      if (!known && !twins) expect(entry?.state, runId).not.toBe('absent');
    }
    for (const { run_id, op } of entries) {
      const made = this.made.find(({ runId }) => runId === run_id);
      if (run_id !== null) expect(made, `${op} has a run that exists`).toBeDefined();
    }
    for (const name of readdirSync(join(this.folder, 'ops')))
      expect(readFileSync(join(this.folder, 'ops', name), 'utf8').replaceAll(/"label": ".*"/g, '')).not.toMatch(/canary-51/);
  }
}

/** How many starts the histories held; rejects with the seed and the shortest history that breaks a promise. */
async function runHistories(numRuns: number, replays: boolean): Promise<number> {
  let starts = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 1_000_000 }), async (history, seed) => {
      const world = new World(seed, replays);
      try {
        for (const step of history) await world.apply(step);
        if (world.starts > 0) await world.check();
        starts += world.starts;
      } finally {
        rmSync(world.folder, { recursive: true, force: true });
      }
    }),
    { numRuns, seed: 7 },
  );
  return starts;
}

const HISTORIES = 400;

test(`${HISTORIES} random histories: at most one run per start, and every run known or in the journal`, async () => {
  expect(await runHistories(HISTORIES, false)).toBeGreaterThan(HISTORIES);
}, 300_000);

test('a start that is sent again after a lost answer is caught', async () => {
  await expect(runHistories(HISTORIES, true)).rejects.toMatchObject({ cause: { message: expect.stringContaining('runs of') } });
}, 300_000);
