/**
 * A run that somebody else's server carries out, on a virtual clock: what it does and when is drawn from a seed, and so is what the
 * network does to those who ask: slow reads, single failures, outages up to a day.
 */
import { ApiError, NetworkError } from '../../src/errors.js';
import { decodeRun, type Run } from '../../src/protocol/run.js';
import { formatServerTime } from '../../src/protocol/time.js';
import { type Action, decodeAction, decodeStep, decodeTimelineItem, type Step, type TimelineItem } from '../../src/protocol/timeline.js';
import type { Random } from '../../src/random.js';
import type { ReadOptions, RunPoll, RunSource } from '../../src/runs/source.js';
import type { ManualClock } from '../support/clock.js';
import { apiError } from './sources.js';

export type HistoryKind = 'task' | 'task_v2' | 'workflow_run';
const PREFIX: Readonly<Record<HistoryKind, string>> = { task: 'tsk_', task_v2: 'tsk_v2_', workflow_run: 'wr_' };
const ENDS = ['completed', 'failed', 'terminated', 'canceled', 'timed_out'] as const;

/** A step, block, action or thought, and when it was what. */
export interface Item {
  readonly kind: 'step' | 'block' | 'action' | 'thought';
  readonly id: string;
  /** The block around it; null at the top. */
  readonly parent: Item | null;
  /** Moments, rising; the first is when it came to be. Version `n` has the note `n`. */
  readonly changes: readonly number[];
}

interface Entered {
  readonly at: number;
  readonly status: string;
  readonly attempt: number;
}

/** What one read did. */
interface Read {
  readonly from: number;
  readonly to: number;
  readonly ok: boolean;
  readonly details: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Times are milliseconds since the watch began; what was before is negative. */
export class HistoryServer implements RunSource {
  readonly runId: string;
  readonly kind: HistoryKind;
  /** Every status that the run entered, in order. */
  readonly statuses: readonly Entered[];
  readonly items: readonly Item[];
  readonly endAt: number;
  /** Whether the run was started for this watch: a watch of another's run gives up where its first read fails. */
  isOurs: boolean;
  /** Holds a poll until something changes, as the embedded server does. */
  readonly holds: boolean;
  readonly reads: Read[] = [];
  readonly #clock: ManualClock;
  readonly #dice: Random;
  readonly #failures: number;
  readonly #detailFailures: number;
  readonly #outages: readonly (readonly [from: number, to: number])[];
  readonly #slowMs: number;
  readonly #skewMs: number;
  readonly #lacksOutput: boolean;
  #wasRead = false;
  #missing = 0;
  /** Where the reads of this watch begin. */
  #firstRead = 0;

  constructor(clock: ManualClock, dice: Random) {
    this.#clock = clock;
    this.#dice = dice;
    this.kind = this.#pick(['task', 'task_v2', 'workflow_run']);
    this.runId = `${PREFIX[this.kind]}${1 + Math.floor(dice.fraction() * 1e9)}`;
    this.isOurs = this.#chance(0.7);
    this.holds = this.#chance(0.25);
    this.#skewMs = Math.round((dice.fraction() - 0.5) * 20 * HOUR);
    this.#slowMs = this.#chance(0.1) ? 5_000 : 400;
    this.#failures = this.#pick([0, 0.1, 0.3, 0.3, 0.6]);
    this.#detailFailures = this.#pick([0, 0.1, 0.3]);
    const startAt = this.isOurs ? 0 : -this.#long(10 * MINUTE);
    const items: Item[] = [];
    this.statuses = this.#life(startAt, items);
    this.items = items;
    this.endAt = (this.statuses.at(-1) as Entered).at;
    this.#lacksOutput = this.kind === 'workflow_run' && this.#chance(0.2);
    this.#outages = Array.from({ length: this.#pick([0, 0, 1, 2]) }, () => {
      // Often about the end, where it hurts most.
      const from = this.#chance(0.5) ? this.endAt - dice.fraction() * 30_000 : dice.fraction() * this.endAt;
      return [Math.max(1_000, from), Math.max(1_000, from) + this.#long(this.#chance(0.02) ? 24 * HOUR : 20 * MINUTE)] as const;
    });
  }

  /** Another watch begins, of somebody who did not start the run. */
  watchedByAnother(): void {
    this.isOurs = false;
    this.#wasRead = false;
    this.#missing = 0;
    this.#firstRead = this.reads.length;
  }

  /** When the network last failed a read; 0 for never. */
  get troubleAt(): number {
    return this.reads.reduce((last, { ok, to }) => (ok ? last : Math.max(last, to)), 0);
  }

  /** Until when what the run did is known by reads of this watch that went well: of a task those of its steps and of its actions, at the same time. */
  get detailsKnownUntil(): number {
    const wanted = this.kind === 'task' ? 2 : 1;
    const good = this.reads.slice(this.#firstRead).filter(({ ok, details }) => ok && details);
    return good.findLast(({ from }) => good.filter((read) => read.from === from).length >= wanted)?.from ?? Number.NEGATIVE_INFINITY;
  }

  /** The version of an item at a moment, -1 before it came to be. */
  versionAt = ({ changes }: Item, now: number): number => changes.findLastIndex((at) => at <= now);

  async get(_id: string, call?: ReadOptions): Promise<Run> {
    return this.#read(false, call, () => this.#run());
  }

  async poll(_id: string, etag: string | null, waitSeconds: number, call?: ReadOptions): Promise<RunPoll> {
    return this.#read(false, call, async () => {
      if (!this.holds) return { run: this.#run(), etag: null, waited: false };
      const now = this.#clock.monotonic();
      if (etag === this.#version()) {
        const next = this.#moments().find((at) => at > now) ?? Number.POSITIVE_INFINITY;
        await this.#clock.sleep(Math.min(next - now, waitSeconds * 1_000), call?.signal);
      }
      const version = this.#version();
      return { run: etag === version ? null : this.#run(), etag: version, waited: true };
    });
  }

  async timeline(_id: string, call?: ReadOptions): Promise<TimelineItem[]> {
    return this.#read(true, call, () => {
      if (this.kind === 'task' || (this.kind === 'task_v2' && this.#entered().at(-1)?.status === 'queued')) throw apiError(400);
      return this.#children(null);
    });
  }

  async steps(_id: string, call?: ReadOptions): Promise<Step[]> {
    return this.#read(true, call, () => this.#wires('step').map((wire) => decodeStep(wire)));
  }

  async actions(_id: string, call?: ReadOptions): Promise<Action[]> {
    return this.#read(true, call, () => this.#wires('action').map((wire) => decodeAction(wire)));
  }

  async #read<T>(details: boolean, call: ReadOptions | undefined, answer: () => T | Promise<T>): Promise<T> {
    const from = this.#clock.monotonic();
    const note = (ok: boolean) => void this.reads.push({ from, to: this.#clock.monotonic(), ok, details });
    await this.#clock.sleep(5 + this.#dice.fraction() * this.#slowMs, call?.signal);
    const problem = this.#problem(details);
    if (problem) {
      if (this.#chance(0.1)) await this.#clock.sleep(30_000, call?.signal);
      note(false);
      throw problem;
    }
    try {
      const value = await answer();
      if (!details) [this.#wasRead, this.#missing] = [true, 0];
      note(true);
      return value;
    } catch (error) {
      if (error instanceof ApiError) note(true);
      throw error;
    }
  }

  #problem(details: boolean): Error | null {
    // A watch that never saw the run, nor started it, rightly ends with the first failure.
    if (!this.isOurs && !this.#wasRead) return null;
    const now = this.#clock.monotonic();
    const isOut = this.#outages.some(([from, to]) => from <= now && now < to);
    if (!isOut && !this.#chance(details ? this.#detailFailures : this.#failures)) return null;
    const kind = this.#dice.fraction();
    if (kind < 0.3) return apiError(502);
    if (kind < 0.5) return apiError(429);
    if (details && kind < 0.6) return apiError(404);
    // Four in a row and the run is rightly taken for gone.
    if (!details && kind < 0.55 && this.#wasRead && this.#missing++ < 3) return apiError(404);
    return kind < 0.8
      ? new NetworkError('connection_lost', 'the connection was lost', { hint: '`skyvern doctor`' })
      : new NetworkError('not_an_api', 'that is a web page, "Hotel"', { hint: 'check --base-url' });
  }

  /** Statuses and what happens in them, attempt after attempt. */
  #life(startAt: number, items: Item[]): Entered[] {
    const entered: Entered[] = [];
    let at = startAt;
    const enter = (status: string, attempt: number) => void entered.push({ at: Math.round(at), status, attempt });
    enter('created', 1);
    const attempts = this.kind === 'workflow_run' && this.#chance(0.2) ? 2 : 1;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      at += this.#long(5_000);
      enter('queued', attempt);
      at += this.#long(5_000);
      enter('running', attempt);
      at = this.#work(at, items);
      if (this.#chance(0.15)) {
        enter('paused', attempt);
        at += this.#long(HOUR);
        enter('running', attempt);
        at = this.#work(at, items);
      }
      at += this.#long(3_000);
      enter(attempt < attempts ? 'failed' : this.#pick(ENDS), attempt);
    }
    return entered;
  }

  /** Adds some items from `at` on. @returns when the last of them is done */
  #work(start: number, items: Item[]): number {
    let [at, last] = [start, start];
    const kinds: readonly Item['kind'][] =
      this.kind === 'task' ? ['step', 'action'] : this.kind === 'task_v2' ? ['block', 'thought', 'action'] : ['block', 'action', 'action'];
    for (let count = Math.floor(this.#dice.fraction() ** 2 * 25); count > 0; count--) {
      // Some things happen within the same millisecond, some after minutes of nothing.
      if (!this.#chance(0.2)) at += this.#long(this.#chance(0.03) ? 20 * MINUTE : 8_000);
      const kind = this.#pick(kinds);
      const blocks = items.filter((item) => item.kind === 'block');
      const parent = this.kind !== 'task' && this.#chance(0.8) ? (blocks.at(-1 - Math.floor(this.#dice.fraction() * 2)) ?? null) : null;
      if (kind === 'action' && this.kind !== 'task' && parent === null) continue;
      const changes = [at];
      for (let more = this.#pick([0, 1, 1, 2]); more > 0; more--) changes.push((changes.at(-1) as number) + 1 + this.#long(6_000));
      const whole = changes.map(Math.round);
      last = Math.max(last, ...whole);
      items.push({ kind, id: `${kind}_${items.length}`, parent, changes: whole });
    }
    return last;
  }

  #entered = (now = this.#clock.monotonic()): readonly Entered[] => this.statuses.filter(({ at }) => at <= now);

  #moments = (): number[] =>
    [...this.statuses.map(({ at }) => at), ...this.items.flatMap(({ changes }) => changes)].sort((one, other) => one - other);

  #version = (): string => {
    const now = this.#clock.monotonic();
    return `"${this.#moments().filter((at) => at <= now).length}"`;
  };

  #time = (at: number): string => formatServerTime(Math.round(Date.UTC(2026, 0, 20, 12) + this.#skewMs + at));

  #run(): Run {
    const entered = this.#entered();
    const now = entered.at(-1) ?? (this.statuses[0] as Entered);
    const when = (attempt: number, wanted: (status: string) => boolean) => {
      const found = entered.find((each) => each.attempt === attempt && wanted(each.status));
      return found ? this.#time(found.at) : null;
    };
    const isEnd = (status: string) => ENDS.some((end) => end === status);
    const last = (this.statuses.at(-1) as Entered).attempt;
    // Between two attempts the server still gives the times of the earlier one.
    const restarted =
      when(now.attempt, (status) => status === 'running') ?? (now.attempt > 1 ? when(1, (status) => status === 'running') : null);
    return decodeRun({
      run_id: this.runId,
      run_type: this.kind === 'task' ? 'task_v1' : this.kind,
      status: now.status,
      output: this.#lacksOutput ? null : 'fine',
      created_at: this.#time((this.statuses[0] as Entered).at),
      modified_at: this.#time(now.at),
      queued_at: when(now.attempt, (status) => status === 'queued'),
      started_at: restarted,
      finished_at: when(now.attempt, isEnd),
      ...(last > 1 && {
        attempt: now.attempt,
        retry_pending: isEnd(now.status) && now.attempt < last,
        attempts: Array.from({ length: now.attempt }, (_, index) => ({
          attempt_number: index + 1,
          status: entered.findLast(({ attempt }) => attempt === index + 1)?.status,
          started_at: when(index + 1, (status) => status === 'running'),
          finished_at: when(index + 1, isEnd),
        })),
      }),
    });
  }

  #wire(item: Item): Record<string, unknown> {
    const version = this.versionAt(item, this.#clock.monotonic());
    const { kind, id, changes } = item;
    const done = version === changes.length - 1 && version > 0;
    return {
      ...(kind === 'step' && { step_id: id, task_id: this.runId }),
      ...(kind === 'block' && { workflow_run_block_id: id, block_type: 'task', label: id }),
      ...(kind === 'action' && { action_id: id, action_type: 'click', ...(done && { screenshot_artifact_id: `a_${id}` }) }),
      ...(kind === 'thought' ? { thought_id: id, thought: `thought ${version}` } : { status: done ? 'completed' : 'running' }),
      description: version > 1 ? 'late' : null,
      note: version,
      created_at: this.#time(changes[0] as number),
      modified_at: this.#time(changes[version] as number),
    };
  }

  /** Of those that exist by now, oldest first. */
  #existing = (kind: Item['kind'], parent?: Item | null): Item[] =>
    this.items.filter(
      (item) =>
        item.kind === kind && (parent === undefined || item.parent === parent) && this.versionAt(item, this.#clock.monotonic()) >= 0,
    );

  #wires = (kind: Item['kind']): Record<string, unknown>[] => this.#existing(kind).map((item) => this.#wire(item));

  /** Newest first at every level, as the server sends them. */
  #children(parent: Item | null): TimelineItem[] {
    const blocks = this.#existing('block', parent).map((item) =>
      decodeTimelineItem({
        type: 'block',
        block: {
          ...this.#wire(item),
          actions: this.#existing('action', item)
            .map((action) => this.#wire(action))
            .reverse(),
        },
        children: this.#children(item),
      }),
    );
    const thoughts = this.#existing('thought', parent).map((item) => decodeTimelineItem({ type: 'thought', thought: this.#wire(item) }));
    return [...blocks, ...thoughts].reverse();
  }

  #chance = (share: number): boolean => this.#dice.fraction() < share;
  #pick = <T>(choices: readonly T[]): T => choices[Math.floor(this.#dice.fraction() * choices.length)] as T;
  /** Mostly short, sometimes long: each order of magnitude up to `most` as likely as the next. */
  #long = (most: number): number => most ** this.#dice.fraction();
}
