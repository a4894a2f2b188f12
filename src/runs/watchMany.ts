/** Waiting for several runs: one watch each, without details, and one exit code. */
import { type ExitCode, exitCode } from '../errors.js';
import type { Run } from '../protocol/run.js';
import { isEnded } from '../protocol/status.js';
import type { RunEvent } from './events.js';
import { worstExit } from './exit.js';
import type { RunSource } from './source.js';
import { type WatchOptions, watchRun } from './watch.js';

export interface WatchManyOptions extends Omit<WatchOptions, 'details' | 'after'> {
  /** `any` is over with the first run that ends, `all` with the last. */
  readonly until: 'any' | 'all';
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
  const signal = AbortSignal.any([options.signal, enough.signal]);
  let first: RunResult | null = null;
  const watchOne = async (runId: string): Promise<RunResult> => {
    let last: RunResult = { run_id: runId, run: null, status: null, exit_code: exitCode('stillRunning'), error: null };
    const events = watchRun(sourceOf(runId), runId, { ...options, signal, details: false });
    for await (const event of options.through?.(events) ?? events) {
      const cutShort = event.type === 'result' && enough.signal.aborted && !options.signal.aborted && !hasEnded(event);
      if (!cutShort) options.onEvent?.(event);
      if (event.type === 'run') last = { ...last, run: event.run, status: event.run.status };
      if (event.type === 'status') last = { ...last, status: event.to };
      if (event.type === 'result' && !cutShort) {
        const { run, status, exit_code, error } = event;
        last = { run_id: runId, run, status, exit_code, error };
        if (!hasEnded(event)) continue;
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
