/**
 * An append-only log in words, for pipes, CI and screen readers: no colour, no glyph that carries meaning, the message first.
 */
import type { Clock } from '../clock.js';
import type { Out } from '../io.js';
import type { RunEvent } from '../runs/events.js';
import { NOT_MET } from '../runs/exit.js';
import { elapsedMs, emptyView, type RunView, reduce } from '../runs/view.js';
import type { Activity } from './activity.js';
import { failingOf, filesOf, nextCommands, recordingOf } from './ending.js';
import { happenedAt } from './happened.js';
import { type Renderer, Writer } from './renderer.js';
import { printable } from './sanitize.js';
import { type Described, describeAction, describeBlock, describeThought, duration, plural, silence } from './words.js';

export interface PlainOptions {
  readonly clock: Clock;
  readonly title?: string | null;
  readonly activity?: Activity;
  /** Whether it is told how often the server is asked. */
  readonly verbose?: boolean;
  /** Whether each line begins with when it happened: UTC, to the millisecond. */
  readonly timestamps?: boolean;
}

const HEARTBEAT_MS = 30_000;
const REASON_LENGTH = 500;

export function plainRenderer(out: Out, options: PlainOptions): Renderer {
  const writer = new Writer(out);
  const closed = new AbortController();
  let view = emptyView('');
  let lastMs = options.clock.monotonic();
  /** What was last said of each item: a change that reads the same is not said twice. */
  const said = new Map<string, string>();

  const say = async (line: string, atMs = options.clock.now()) => {
    lastMs = options.clock.monotonic();
    await writer.write(`${options.timestamps ? `${new Date(atMs).toISOString()} ` : ''}${line}\n`);
  };
  void beat(
    options.clock,
    closed.signal,
    () => lastMs,
    (silentMs) => say(heartbeat(view, silentMs) + requestRate(options)),
  );

  return {
    audience: 'human',
    async event(event) {
      const wasSilent = view.retrying !== null;
      view = reduce(view.runId === '' ? emptyView(event.run_id) : view, event);
      // Once for each outage, however long it takes: the heartbeat tells that it goes on.
      if (event.type === 'retrying' && wasSilent) return;
      const [key, ...lines] = linesOf(event, view, options);
      if (lines.length === 0 || (key !== '' && said.get(key as string) === lines.join('\n'))) return;
      if (key) said.set(key, lines.join('\n'));
      for (const line of lines) await say(line, happenedAt(event));
    },
    close: () => closed.abort(),
  };
}

async function beat(clock: Clock, signal: AbortSignal, lastMs: () => number, tell: (silentMs: number) => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    const waitMs = lastMs() + HEARTBEAT_MS - clock.monotonic();
    try {
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      else await tell(clock.monotonic() - lastMs());
    } catch {
      return; // closed, or nobody can be told any more: the next event says why
    }
  }
}

function heartbeat(view: RunView, silentMs: number): string {
  const status = view.status ?? 'waiting for the first answer';
  const trouble = view.retrying === null ? '' : `; no answer from the server: ${view.retrying.reason}`;
  return `still ${status}, nothing new for ${duration(silentMs)}${trouble}`;
}

/** `; 12 requests in the last minute`, where somebody wants to know. */
const requestRate = ({ activity, verbose, clock }: PlainOptions): string =>
  activity && verbose ? `; ${plural(activity.perMinute(clock.now()), 'request')} in the last minute` : '';

/** The item an event is about, or `''`, and what is to be said of it. */
function linesOf(event: RunEvent, view: RunView, options: PlainOptions): [key: string, ...lines: string[]] {
  switch (event.type) {
    case 'run': {
      const { run } = event;
      const title = options.title ? ` ${printable(options.title)}` : '';
      return ['', `run ${run.run_id}${title}`, ...(run.app_url === null ? [] : [`link: ${run.app_url}`])];
    }
    case 'status':
      // The end is told with its reason, by the result.
      return ['', `status: ${event.to}`];
    case 'block':
      return [event.block.workflow_run_block_id, line('block', event.block.status, describeBlock(event.block))];
    case 'step': {
      const { order, retry_index, status, step_id } = event.step;
      return [step_id, `step ${order + 1}${retry_index > 0 ? ` retry ${retry_index}` : ''} ${status}`];
    }
    case 'action': {
      const { action } = event;
      return [action.action_id ?? '', line('action', action.status === 'completed' ? null : action.status, describeAction(action))];
    }
    case 'thought':
      return [event.thought.thought_id, line('thought', null, describeThought(event.thought))];
    case 'attention': {
      if (event.resolved) return ['', 'attention: answered, the run goes on'];
      return ['', `attention: ${event.message}${event.instructions === null ? '' : `: ${event.instructions}`}`];
    }
    case 'retrying':
      return ['', silence(event)];
    case 'reconnected':
      return ['', `the server answers again, after ${duration(event.silent_ms)}`];
    case 'stalled':
      return ['', `nothing has changed for ${duration(event.silent_ms)}; to stop the run: skyvern run cancel ${event.run_id}`];
    case 'notice':
      return ['', `notice: ${event.message}`];
    case 'result':
      return ['', ...ending(event, view, options)];
    default:
      return [''];
  }
}

function line(noun: string, status: string | null, { kind, label, reason }: Described): string {
  const head = [noun, kind, label && printable(label, { maxLength: REASON_LENGTH }), status].filter(Boolean).join(' ');
  return reason === '' ? head : `${head}: ${printable(reason, { maxLength: REASON_LENGTH })}`;
}

/** The last lines: what came of it, how long it took, where to look, what to type next. Nothing when the watch ended before the run. */
function ending(event: Extract<RunEvent, { type: 'result' }>, view: RunView, { activity, verbose }: PlainOptions): string[] {
  if ((event.error !== null && event.error.code !== NOT_MET) || event.status === null) return [];
  const { steps, actions } = view.counts;
  const did = [steps > 0 && plural(steps, 'step'), actions > 0 && plural(actions, 'action')].filter(Boolean).join(', ');
  const [failing, recording] = [failingOf(view), recordingOf(view)];
  const reason = event.run?.failure_reason ? `: ${event.run.failure_reason}` : '';
  return [
    `run ${event.status} in ${duration(elapsedMs(view, event.at))}${did === '' ? '' : ` (${did})`}${reason}`,
    ...(failing ? [`at: ${failing.at}`, ...(failing.last === null ? [] : [`last: ${failing.last}`])] : []),
    ...filesOf(view).map((file) => `file: ${file}`),
    ...(recording === null ? [] : [`recording: ${recording}`]),
    ...(event.run?.app_url ? [`link: ${event.run.app_url}`] : []),
    ...(activity && verbose ? [`requests: ${activity.count}`] : []),
    ...nextCommands(view).map((command) => `next: ${command}`),
  ];
}
