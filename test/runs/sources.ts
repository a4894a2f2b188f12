/** Sources of runs for tests: played from recorded answers or from a list of states. */
import { readFileSync } from 'node:fs';
import { ApiError } from '../../src/errors.js';
import { decodeRun, type Run } from '../../src/protocol/run.js';
import { type Action, decodeAction, decodeStep, decodeTimelineItem, type Step, type TimelineItem } from '../../src/protocol/timeline.js';
import type { RunEvent } from '../../src/runs/events.js';
import type { RunPoll, RunSource } from '../../src/runs/source.js';
import { type WatchOptions, watchRun } from '../../src/runs/watch.js';
import { manualClock, seededRandom } from '../support/clock.js';

// biome-ignore lint/suspicious/noExplicitAny: the body of any recorded answer
export function recorded(name: string): any {
  return JSON.parse(readFileSync(new URL(`../recorded/${name}.json`, import.meta.url), 'utf8')).response.body;
}

export const aRun = (fields: Record<string, unknown> = {}): Run =>
  decodeRun({
    run_id: 'tsk_1',
    run_type: 'task_v1',
    status: 'running',
    created_at: '2026-01-20T12:00:00',
    modified_at: '2026-01-20T12:00:00',
    app_url: 'http://localhost:8080/tasks/tsk_1',
    run_request: { prompt: 'Get the title', url: 'https://shop.example/' },
    ...fields,
  });

export const aStep = (fields: Record<string, unknown> = {}): Step =>
  decodeStep({ step_id: 'stp_1', task_id: 'tsk_1', status: 'running', order: 0, created_at: '2026-01-20T12:00:01', ...fields });

export const anAction = (fields: Record<string, unknown> = {}): Action =>
  decodeAction({
    action_type: 'click',
    status: 'completed',
    action_id: 'act_1',
    task_id: 'tsk_1',
    step_id: 'stp_1',
    step_order: 0,
    action_order: 0,
    created_at: '2026-01-20T12:00:02',
    ...fields,
  });

export const timelineOf = (body: unknown): TimelineItem[] => (body as unknown[]).map((item) => decodeTimelineItem(item));

export const apiError = (status: number): ApiError => {
  const exit =
    status === 404 ? 'notFound' : status === 401 ? 'auth' : status === 400 ? 'refused' : status === 429 ? 'rateLimited' : 'network';
  return new ApiError(exit, `http_${status}`, status, `the server says ${status}`, null);
};

/** What one look at the server finds. An error in place of a value is thrown by that read. */
export interface Moment {
  readonly run: Run | Error;
  readonly etag?: string;
  readonly waited?: boolean;
  readonly steps?: readonly Step[] | Error;
  readonly actions?: readonly Action[];
  /** Without one the kind of run has none: 400. */
  readonly timeline?: readonly TimelineItem[] | Error;
}

export interface ScriptedSource extends RunSource {
  /** Reads so far, by name. */
  readonly reads: string[];
}

/** Each poll moves on to the next moment; the last one stays. */
export function scripted(moments: readonly Moment[]): ScriptedSource {
  let index = -1;
  const reads: string[] = [];
  const now = () => moments[Math.max(0, index)] as Moment;
  const orThrow = <T>(value: T | Error): T => {
    if (value instanceof Error) throw value;
    return value;
  };
  return {
    reads,
    async get() {
      reads.push('get');
      index = Math.min(index + 1, moments.length - 1);
      return orThrow(now().run);
    },
    async poll(): Promise<RunPoll> {
      reads.push('poll');
      index = Math.min(index + 1, moments.length - 1);
      return { run: orThrow(now().run), etag: now().etag ?? null, waited: now().waited ?? false };
    },
    async timeline() {
      reads.push('timeline');
      const { timeline } = now();
      return [...orThrow(timeline ?? apiError(400))];
    },
    async steps() {
      reads.push('steps');
      return [...orThrow(now().steps ?? [])];
    },
    async actions() {
      reads.push('actions');
      return [...(now().actions ?? [])];
    },
  };
}

export const watchOptions = (changes: Partial<WatchOptions> = {}): WatchOptions => ({
  clock: manualClock(),
  random: seededRandom(),
  signal: new AbortController().signal,
  onPause: 'wait',
  deadlineMs: null,
  details: true,
  ...changes,
});

export async function eventsOf(source: RunSource, changes: Partial<WatchOptions> = {}, runId = 'tsk_1'): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of watchRun(source, runId, watchOptions(changes))) events.push(event);
  return events;
}

/** Events as short words, to compare whole streams. */
export function told(events: readonly RunEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case 'status':
        return event.to;
      case 'block':
        return `block ${event.block.label} ${event.block.status}`;
      case 'step':
        return `step ${event.step.order} ${event.step.status}`;
      case 'action':
        return `${event.action.action_type} ${event.action.status}`;
      case 'thought':
        return `thought ${event.thought.thought}`;
      case 'notice':
        return `notice ${event.code}`;
      case 'attention':
        return event.resolved ? 'answered' : `attention ${event.instructions}`;
      case 'result':
        return `result ${event.exit_code}${event.error ? ` ${event.error.code}` : ''}`;
      default:
        return event.type;
    }
  });
}
