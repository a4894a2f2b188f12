/** What is known of many runs at once, and in which order people want to see them. */
import { exitCode } from '../../errors.js';
import { isEnded } from '../../protocol/status.js';
import type { RunEvent } from '../../runs/events.js';
import type { RunView } from '../../runs/view.js';
import { Views } from '../../runs/views.js';

/** Those that need a person come first, then what went wrong, then what moves, then what waits, then what is over. */
export type Standing = 'attention' | 'bad' | 'moving' | 'waiting' | 'stopped' | 'good';
const ORDER: readonly Standing[] = ['attention', 'bad', 'moving', 'waiting', 'stopped', 'good'];

export function standingOf({ attention, result, run, status }: RunView): Standing {
  if (attention || status === 'paused') return 'attention';
  if (result && isCutShort(result)) return 'moving';
  if (result) return result.exit_code === 0 ? 'good' : result.exit_code === exitCode('runCanceled') ? 'stopped' : 'bad';
  if (run && status !== null && isEnded({ ...run, status })) return status === 'completed' ? 'good' : 'bad';
  return status === 'created' || status === 'queued' || status === null ? 'waiting' : 'moving';
}

/** Somebody, or a time limit, ended the watch: the run goes on. */
const isCutShort = ({ error, exit_code }: Extract<RunEvent, { type: 'result' }>): boolean =>
  error !== null && (exit_code === exitCode('timeout') || exit_code >= exitCode('hangup'));

export class Board {
  readonly #views = new Views();
  readonly #expected: number;
  #trouble: Extract<RunEvent, { type: 'retrying' }> | null = null;

  /** @param expected how many runs are watched */
  constructor(expected: number) {
    this.#expected = expected;
  }

  event(event: RunEvent): void {
    this.#trouble = event.type === 'retrying' ? event : null;
    this.#views.event(event);
  }

  /** The server answered, with or without news. */
  answered(): void {
    this.#trouble = null;
  }

  /** Set while the network fails us. */
  get trouble(): Extract<RunEvent, { type: 'retrying' }> | null {
    return this.#trouble;
  }

  /** Of all, those that nothing is known of yet included. */
  get expected(): number {
    return this.#expected;
  }

  /** Those that need attention first; among equals, as they came. */
  ordered(): readonly RunView[] {
    return this.#views
      .all()
      .map((view) => ({ view, rank: ORDER.indexOf(standingOf(view)) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ view }) => view);
  }

  all(): readonly RunView[] {
    return this.#views.all();
  }

  /** How many runs are in each status, the most frequent first. */
  counts(): readonly (readonly [status: string, count: number])[] {
    const counts = new Map<string, number>();
    for (const { status } of this.#views.all()) counts.set(status ?? 'unknown', (counts.get(status ?? 'unknown') ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  }

  /** How many are over, whatever ended them. */
  ended(): number {
    return this.#views.all().filter(({ result }) => result !== null).length;
  }
}

/** What there is to say of a run in a few words: why it needs somebody, why it failed, or else what it is about. */
export function remarkOf(view: RunView, subject: string | null): string {
  const { attention, result, run } = view;
  if (attention) return [attention.message, attention.instructions].filter(Boolean).join(': ');
  if (result?.error && !isCutShort(result)) return result.error.message;
  if (view.status === 'paused') return 'the run waits for a person';
  return run?.failure_reason ?? subject ?? '';
}
