/** `tail --after ID`: a new process that sees only the present tells exactly what the first one had not told. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatServerTime } from '../../src/protocol/time.js';
import type { Action, Step } from '../../src/protocol/timeline.js';
import type { RunEvent } from '../../src/runs/events.js';
import type { RunSource } from '../../src/runs/source.js';
import { watchRun } from '../../src/runs/watch.js';
import { anAction, apiError, aRun, aStep, eventsOf, watchOptions } from './sources.js';

type Change =
  | { readonly kind: 'action' | 'step' | 'status'; readonly afterMs: number }
  | { readonly kind: 'update'; readonly of: number; readonly afterMs: number };

const START = Date.UTC(2026, 0, 20, 12);

/** A server whose run changes between the reads, and between the parts of one look too. */
class MovingServer implements RunSource {
  readonly #changes: readonly Change[];
  readonly #pace: readonly number[];
  #applied = 0;
  #reads = 0;
  #now = START;
  readonly steps_: Step[] = [];
  readonly actions_: Action[] = [];
  run = aRun({ status: 'created', created_at: formatServerTime(START), modified_at: formatServerTime(START) });

  constructor(changes: readonly Change[], pace: readonly number[]) {
    this.#changes = changes;
    this.#pace = pace;
  }

  #move(): void {
    const count = this.#pace[this.#reads++ % this.#pace.length] ?? 1;
    for (let index = 0; index < count; index++) this.#apply(this.#changes[this.#applied++]);
  }

  #apply(change: Change | undefined): void {
    this.#now += change?.afterMs ?? 1;
    const at = formatServerTime(this.#now);
    const times = { created_at: at, modified_at: at };
    if (!change) {
      if (this.run.status !== 'completed') this.run = aRun({ ...this.run, status: 'completed', finished_at: at, modified_at: at });
    } else if (change.kind === 'status') {
      this.run = aRun({ ...this.run, status: 'running', started_at: this.run.started_at ?? at, modified_at: at });
    } else if (change.kind === 'step') {
      this.steps_.push(aStep({ step_id: `stp_${this.steps_.length}`, order: this.steps_.length, ...times }));
    } else if (change.kind === 'action') {
      this.actions_.push(anAction({ action_id: `act_${this.actions_.length}`, status: 'pending', ...times }));
    } else if (change.kind === 'update') {
      const items: (Action | Step)[] = change.of % 2 === 0 ? this.actions_ : this.steps_;
      const index = Math.floor(change.of / 2) % Math.max(1, items.length);
      const item = items[index];
      if (item) items[index] = { ...item, status: 'completed', modified_at: at, note: at } as Action | Step;
    }
  }

  async get() {
    return this.run;
  }
  async poll() {
    this.#move();
    return { run: this.run, etag: null, waited: false };
  }
  async timeline(): Promise<never> {
    throw apiError(400);
  }
  async steps() {
    this.#move();
    return [...this.steps_];
  }
  async actions() {
    this.#move();
    return [...this.actions_];
  }
}

/** What an event tells, as text; null for events that may be told again. */
function telling(event: RunEvent): string | null {
  if (event.type === 'status') return `status ${event.to}`;
  if (event.type === 'step') return `step ${JSON.stringify(event.step)}`;
  if (event.type === 'action') return `action ${JSON.stringify(event.action)}`;
  return null;
}

const afterMs = fc.constantFrom(0, 0, 1, 7, 900);
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('action' as const), afterMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('step' as const), afterMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('status' as const), afterMs }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('update' as const), of: fc.nat(40), afterMs }) },
);

test('a stream cut anywhere and resumed tells everything once', async () => {
  const property = fc.asyncProperty(
    fc.array(change, { maxLength: 60 }),
    fc.array(fc.nat(4), { minLength: 1, maxLength: 7 }).filter((pace) => pace.some((count) => count > 0)),
    fc.nat(200),
    async (changes, pace, cut) => {
      const server = new MovingServer(changes, pace);
      const before: RunEvent[] = [];
      for await (const event of watchRun(server, 'tsk_1', watchOptions())) {
        before.push(event);
        if (before.length > cut) break;
      }
      const last = before.at(-1) as RunEvent;
      const resumed = await eventsOf(server, { after: last.id });
      const told = [...before, ...resumed].flatMap((event) => telling(event) ?? []);
      expect(new Set(told).size).toBe(told.length);
      const present = [
        ...server.steps_.map((step) => `step ${JSON.stringify(step)}`),
        ...server.actions_.map((action) => `action ${JSON.stringify(action)}`),
      ];
      for (const item of present) expect(told).toContain(item);
      expect(told.filter((each) => each === 'status completed')).toHaveLength(1);
      expect(resumed.at(-1)).toMatchObject({ type: 'result', exit_code: 0 });
    },
  );
  await fc.assert(property, { numRuns: 400, seed: 20260120 });
});

test('two streams of the same finished run have the same ids, each once', async () => {
  const changes = Array.from(
    { length: 80 },
    (_, index): Change => (index % 3 === 0 ? { kind: 'update', of: index, afterMs: index % 2 } : { kind: 'action', afterMs: 0 }),
  );
  const server = new MovingServer(changes, [200]);
  await eventsOf(server);
  const [first, second] = [await eventsOf(server), await eventsOf(server)];
  expect(first.map((event) => event.id)).toEqual(second.map((event) => event.id));
  expect(new Set(first.map((event) => event.id)).size).toBe(first.length);
  expect(Math.max(...first.map((event) => event.id.length))).toBeLessThan(100);
});
