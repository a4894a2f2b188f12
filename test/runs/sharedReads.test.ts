/** Many runs over the list: how few requests they cost, and that no verdict comes from a row. */
import { expect, test } from 'vitest';
import { NetworkError } from '../../src/errors.js';
import { decodeRunListItem, type Run, type RunListItem } from '../../src/protocol/run.js';
import { isTerminalStatus } from '../../src/protocol/status.js';
import type { RunEvent } from '../../src/runs/events.js';
import { type ListSource, SharedReads } from '../../src/runs/sharedReads.js';
import { watchMany } from '../../src/runs/watchMany.js';
import { type ManualClock, manualClock, seededRandom, turn } from '../support/clock.js';
import { apiError, aRun, scripted } from './sources.js';

/** A server with runs that move by the clock: `[statuses, at ms]`. */
class Server {
  readonly clock: ManualClock;
  readonly asked = { list: 0, get: 0 };
  /** What the list says, where it is not what is true. */
  readonly stale = new Map<string, string>();
  down = (_ms: number): boolean => false;
  readonly #plans = new Map<string, readonly (readonly [atMs: number, status: string])[]>();

  constructor(clock: ManualClock = manualClock()) {
    this.clock = clock;
  }

  put(id: string, ...plan: (readonly [atMs: number, status: string])[]): void {
    this.#plans.set(id, plan);
  }

  #status(id: string): string | undefined {
    return this.#plans.get(id)?.findLast(([atMs]) => atMs <= this.clock.monotonic())?.[1];
  }

  readonly source: ListSource = {
    ...scripted([]),
    get: async (id) => {
      this.asked.get++;
      const status = this.#status(id);
      if (status === undefined) throw apiError(404);
      return aRun({ run_id: id, status, finished_at: isTerminalStatus(status) ? '2026-01-20T12:00:09' : null });
    },
    list: async ({ page = 1, pageSize = 10, status }) => {
      this.asked.list++;
      if (this.down(this.clock.monotonic())) throw new NetworkError('unreachable', 'no answer');
      const rows = [...this.#plans.keys()].map((id) => row(id, this.stale.get(id) ?? this.#status(id) ?? 'created'));
      return rows.filter((each) => status?.includes(each.status)).slice((page - 1) * pageSize, page * pageSize);
    },
  };

  async watch(ids: readonly string[], deadlineMs: number | null = null): Promise<{ codes: Record<string, number>; events: RunEvent[] }> {
    const { clock } = this;
    const { signal } = new AbortController();
    const random = seededRandom();
    const shared = new SharedReads(this.source, { clock, random, signal });
    const events: RunEvent[] = [];
    const options = {
      clock,
      random,
      signal,
      deadlineMs,
      onPause: 'wait',
      until: 'all',
      onEvent: (event: RunEvent) => events.push(event),
    } as const;
    const { results } = await watchMany(() => shared.source, ids, options);
    return { codes: Object.fromEntries(results.map(({ run_id, exit_code }) => [run_id, exit_code])), events };
  }
}

const row = (id: string, status: string): RunListItem =>
  decodeRunListItem({ run_id: id, task_run_type: 'task_v1', status, title: `Run ${id}`, created_at: '2026-01-20T12:00:00' });

test('1,000 runs cost a request for each hundred of them in a round, and one for each change', async () => {
  const server = new Server();
  const ids = Array.from({ length: 1_000 }, (_, index) => `tsk_${index}`);
  for (const [index, id] of ids.entries())
    server.put(id, [0, 'running'], [60_000 + index * 100, index % 10 === 0 ? 'failed' : 'completed']);
  const { codes } = await server.watch(ids);
  expect(Object.values(codes).filter((code) => code === 10)).toHaveLength(100);
  expect(Object.values(codes).filter((code) => code === 0)).toHaveLength(900);
  // Each end is read once; beside that one run a round, so that none is forgotten.
  const rounds = server.asked.get - 1_000;
  expect(rounds).toBeGreaterThanOrEqual(0);
  expect(rounds).toBeLessThan(60);
  // At most 160 s, a round a second while runs end, ten pages each while all are there, and one more to be sure.
  expect(server.asked.list).toBeLessThan(160 * 11);
});

test.each([
  ['a run that is over', [[0, 'failed']], 10],
  [
    'a run that ends later',
    [
      [0, 'running'],
      [9_000, 'completed'],
    ],
    0,
  ],
  [
    'a run that pauses on its way',
    [
      [0, 'running'],
      [5_000, 'paused'],
      [20_000, 'running'],
      [30_000, 'terminated'],
    ],
    11,
  ],
  [
    'a run in a status that nobody knows',
    [
      [0, 'hibernating'],
      [30_000, 'completed'],
    ],
    0,
  ],
  ['a run that is not there', [], 5],
] as const)('%s', async (_, plan, code) => {
  const server = new Server();
  if (plan.length > 0) server.put('tsk_a', ...plan);
  server.put('tsk_b', [0, 'completed']);
  expect((await server.watch(['tsk_a', 'tsk_b'])).codes).toEqual({ tsk_a: code, tsk_b: 0 });
});

test('a row that got stuck holds nothing up: the run itself is read, in its turn', async () => {
  const server = new Server();
  for (const id of ['tsk_a', 'tsk_b', 'tsk_c']) {
    server.put(id, [0, 'running'], [5_000, 'completed']);
    server.stale.set(id, 'running');
  }
  expect((await server.watch(['tsk_a', 'tsk_b', 'tsk_c'])).codes).toEqual({ tsk_a: 0, tsk_b: 0, tsk_c: 0 });
});

test('a row that says ended too early decides nothing', async () => {
  const server = new Server();
  server.put('tsk_a', [0, 'running'], [20_000, 'failed']);
  server.put('tsk_b', [0, 'completed']);
  server.stale.set('tsk_a', 'completed');
  expect((await server.watch(['tsk_a', 'tsk_b'])).codes).toMatchObject({ tsk_a: 10 });
});

test('an outage of an hour is told once a try, not once a run, and ends nothing', async () => {
  const server = new Server();
  const ids = Array.from({ length: 200 }, (_, index) => `tsk_${index}`);
  for (const id of ids) server.put(id, [0, 'running'], [1_800_000, 'completed']);
  server.down = (ms) => ms > 10_000 && ms < 3_610_000;
  const { codes, events } = await server.watch(ids);
  expect(new Set(Object.values(codes))).toEqual(new Set([0]));
  const retries = events.filter(({ type }) => type === 'retrying');
  expect(retries.length).toBeGreaterThan(100);
  expect(retries.length).toBeLessThan(1_000); // of 200 runs each would tell of its own
});

test('a run that joins is looked at at once, and once: a batch does not wait for a pause at each of its rows', async () => {
  const clock = manualClock({ auto: false });
  const server = new Server(clock);
  server.put('tsk_long', [0, 'running']);
  server.put('tsk_quick', [0, 'completed']);
  const shared = new SharedReads(server.source, { clock, random: seededRandom(), signal: new AbortController().signal });
  expect((await shared.source.poll('tsk_long', null, 0)).run?.status).toBe('running');
  const news = shared.source.poll('tsk_long', null, 0);
  while (clock.sleepers === 0) await turn();
  const { list } = server.asked;
  expect((await shared.source.poll('tsk_quick', null, 0)).run?.status).toBe('completed');
  while (clock.sleepers === 0) await turn();
  expect(server.asked.list).toBe(list + 1);
  expect(clock.monotonic()).toBe(0);
  server.put('tsk_long', [0, 'completed']);
  await clock.advance(2_000);
  expect((await news).run?.status).toBe('completed');
});

test('the time limit ends all of them', async () => {
  const server = new Server();
  server.put('tsk_a', [0, 'running']);
  server.put('tsk_b', [0, 'completed']);
  expect((await server.watch(['tsk_a', 'tsk_b'], 60_000)).codes).toEqual({ tsk_a: 124, tsk_b: 0 });
});

test('without an answer at all, the network is the reason', async () => {
  const server = new Server();
  server.put('tsk_a', [0, 'running']);
  server.put('tsk_b', [0, 'running']);
  server.down = () => true;
  expect((await server.watch(['tsk_a', 'tsk_b'])).codes).toEqual({ tsk_a: 3, tsk_b: 3 });
});

test('a condition ends the wait for a run, and one that ends before it does not meet it', async () => {
  const moments = (...statuses: string[]) => statuses.map((status) => ({ run: aRun({ status, finished_at: '2026-01-20T12:00:09' }) }));
  const runs: Record<string, ReturnType<typeof moments>> = {
    tsk_holds: moments('created', 'running', 'running', 'running'),
    tsk_never: moments('created', 'completed'),
    tsk_failed: moments('created', 'failed'),
  };
  const options = { clock: manualClock(), random: seededRandom(), signal: new AbortController().signal, deadlineMs: null } as const;
  const { results } = await watchMany((id) => scripted(runs[id] ?? []), Object.keys(runs), {
    ...options,
    onPause: 'wait',
    until: 'all',
    holds: ({ status }: Run) => status === 'running',
  });
  expect(results.map(({ exit_code, error }) => [exit_code, error?.code ?? null])).toEqual([
    [0, null],
    [15, 'not_met'],
    [10, null],
  ]);
});
