/** Watching several runs: one watch each, without details, one stream of all their events, and one exit code. */
import { type ExitCode, exitCode } from '../errors.js';
import type { Run } from '../protocol/run.js';
import { isEnded } from '../protocol/status.js';
import type { RunEvent } from './events.js';
import { NOT_MET, worstExit } from './exit.js';
import { Mailbox } from './mailbox.js';
import type { RunSource } from './source.js';
import { type WatchOptions, watchRun } from './watch.js';

export interface WatchManyOptions extends Omit<WatchOptions, 'details' | 'after'> {
  /** `any` is over with the first run that ends, `all` with the last. */
  readonly until: 'any' | 'all';
  /** A run counts as ended, and well, as soon as this holds of it; one that ends before that does not meet what was asked for. */
  readonly holds?: (run: Run) => boolean;
  /** Every event of every run, as it comes. */
  readonly onEvent?: (event: RunEvent) => void;
  /** What is made of the events of each run before anybody reads them. */
  readonly through?: (events: AsyncIterable<RunEvent>) => AsyncIterable<RunEvent>;
}

export interface RunResult {
  readonly run_id: string;
  readonly run: Run | null;
  readonly status: string | null;
  readonly exit_code: ExitCode;
  readonly error: Extract<RunEvent, { type: 'result' }>['error'];
}

export interface ManyResults {
  /** In the order of the ids, whatever the order of the ends. */
  readonly results: readonly RunResult[];
  /** `any`: that of the run that ended first. `all`, or when none ended: the worst of them (`SEVERITY`). */
  readonly exitCode: ExitCode;
}

/** The run's own end, not something that ended the watch. */
const hasEnded = ({ run }: { readonly run: Run | null }): boolean => run !== null && isEnded(run);

/** @param sourceOf where each run is read: runs may live on different servers */
export async function watchMany(
  sourceOf: (runId: string) => RunSource,
  runIds: readonly string[],
  options: WatchManyOptions,
): Promise<ManyResults> {
  const enough = new AbortController();
  let first: RunResult | null = null;
  const watchOne = async (runId: string): Promise<RunResult> => {
    const met = new AbortController();
    const signal = AbortSignal.any([options.signal, enough.signal, met.signal]);
    let last: RunResult = { run_id: runId, run: null, status: null, exit_code: exitCode('stillRunning'), error: null };
    const source = options.holds ? heeding(sourceOf(runId), options.holds, () => met.abort()) : sourceOf(runId);
    const events = watchRun(source, runId, { ...options, signal, details: false });
    for await (const told of options.through?.(events) ?? events) {
      const event = options.holds && told.type === 'result' && !options.signal.aborted ? judged(told, met.signal.aborted) : told;
      const cutShort = event.type === 'result' && enough.signal.aborted && !options.signal.aborted && !hasEnded(event);
      if (!cutShort) options.onEvent?.(event);
      if (event.type === 'run') last = { ...last, run: event.run, status: event.run.status };
      if (event.type === 'status') last = { ...last, status: event.to };
      if (event.type === 'result' && !cutShort) {
        const { run, status, exit_code, error } = event;
        last = { run_id: runId, run, status, exit_code, error };
        if (!hasEnded(event) && !met.signal.aborted) continue;
        first ??= last;
        if (options.until === 'any') enough.abort();
      }
    }
    return last;
  };
  const results = await Promise.all([...new Set(runIds)].map(watchOne));
  const decider = first as RunResult | null;
  const all = worstExit(results.map((result) => result.exit_code));
  return { results, exitCode: options.until === 'any' && decider ? decider.exit_code : all };
}

/** The same source; `onHold` is called as soon as what was read is what is waited for. */
const heeding = (source: RunSource, holds: (run: Run) => boolean, onHold: () => void): RunSource => ({
  get: (runId, call) => source.get(runId, call),
  timeline: (runId, call) => source.timeline(runId, call),
  steps: (taskId, call) => source.steps(taskId, call),
  actions: (taskId, call) => source.actions(taskId, call),
  async poll(...asked) {
    const reply = await source.poll(...asked);
    if (reply.run && holds(reply.run)) onHold();
    return reply;
  },
});

/** A result by what was waited for, not by how the run went on. */
function judged(result: Extract<RunEvent, { type: 'result' }>, met: boolean): Extract<RunEvent, { type: 'result' }> {
  if (met) return { ...result, exit_code: exitCode('ok'), error: null };
  if (result.error !== null || result.exit_code !== 0) return result;
  const message = 'the run completed, and what was waited for never held';
  const hint = `\`skyvern run get ${result.run_id} --json\` shows what the condition is about`;
  return { ...result, exit_code: exitCode('notMet'), error: { code: NOT_MET, message, hint } };
}

/** The events of a watch of many as one stream, which returns its results. What `watch` rejects with, the reader gets. */
export async function* eventsOfMany(
  watch: (onEvent: (event: RunEvent) => void) => Promise<ManyResults>,
): AsyncGenerator<RunEvent, ManyResults> {
  const mail = new Mailbox<RunEvent>();
  const done = watch((event) => mail.post(event)).then((results) => ({ results }));
  done.catch((error: unknown) => mail.fail(error));
  for (;;) {
    const over = await Promise.race([done, mail.arrived()]);
    yield* mail.take();
    if (over) return over.results;
  }
}
