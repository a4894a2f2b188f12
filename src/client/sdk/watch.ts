/** Following and awaiting runs with the settings that a library wants when it says nothing. */
import { type Clock, systemClock } from '../../clock.js';
import { EXIT_CODES, type ExitCode, type ExitName, SkyvernError, WaitTimeoutError } from '../../errors.js';
import type { Run } from '../../protocol/run.js';
import { type Random, systemRandom } from '../../random.js';
import type { RunEvent } from '../../runs/events.js';
import type { RunSource } from '../../runs/source.js';
import { watchRun as watch } from '../../runs/watch.js';
import type { CallOptions, RunsApi } from '../client.js';

export interface WatchRunOptions {
  /** Ends the watch, not the run. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds until the watch gives up; without it, never. */
  readonly timeout?: number | undefined;
  /** Blocks, steps and actions as well: true when left out. */
  readonly details?: boolean | undefined;
  /** `fail` ends the watch as soon as the run waits for a person. */
  readonly onPause?: 'wait' | 'fail' | undefined;
  /** Tell only what came after the event with this id. */
  readonly after?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** When the run was started, on `clock.monotonic()`, if it just was: a server may not find it at once. */
  readonly createdMs?: number | undefined;
}

/** A client, or anything that reads runs. */
export type Watchable = RunSource | { readonly runSource: RunSource };

/**
 * The events of a run until it ends, `result` last. Network trouble is an event, and every ending is a `result`: nothing rejects
 * but a wrong `after`. Leaving the loop ends the watch.
 */
export function watchRun(from: Watchable, runId: string, options: WatchRunOptions = {}): AsyncGenerator<RunEvent, void> {
  const { clock = systemClock, random = systemRandom, signal = new AbortController().signal, timeout, after, createdMs } = options;
  return watch('runSource' in from ? from.runSource : from, runId, {
    clock,
    random,
    signal,
    onPause: options.onPause ?? 'wait',
    deadlineMs: timeout === undefined ? null : clock.monotonic() + timeout * 1000,
    details: options.details ?? true,
    ...(after !== undefined && { after }),
    ...(createdMs !== undefined && { createdMs }),
  });
}

/**
 * The run when it has ended, however it did.
 *
 * Rejects with `WaitTimeoutError` after `timeout` seconds, with `signal.reason`, or with what made the server's answers useless.
 */
export async function waitForRun(from: Watchable, runId: string, options: WatchRunOptions = {}): Promise<Run> {
  for await (const event of watchRun(from, runId, { ...options, details: false })) {
    if (event.type !== 'result') continue;
    if (event.run && !event.error) return event.run;
    if (options.signal?.aborted) throw options.signal.reason;
    if (!event.error) break;
    const { code, message, hint } = event.error;
    if (code === 'timeout') {
      throw new WaitTimeoutError(`Timeout waiting for run ${runId} to complete after ${options.timeout} seconds`, {
        hint: `the run goes on: waitForRun('${runId}') waits again`,
        runId,
      });
    }
    throw new SkyvernError(exitNamed(event.exit_code), code, message, { hint, runId });
  }
  throw new Error(`the watch of ${runId} ended without a result`);
}

const exitNamed = (code: ExitCode): ExitName =>
  (Object.keys(EXIT_CODES) as ExitName[]).find((name) => EXIT_CODES[name][0] === code) ?? 'bug';

/** Where a call with a key and headers of its own reads runs. Its time limit is not for reads that the server holds on purpose. */
export function sourceWith(runs: RunsApi, { apiKey, headers }: CallOptions): RunSource {
  const own: CallOptions = { ...(apiKey !== undefined && { apiKey }), ...(headers && { headers }) };
  return {
    get: (runId, call) => runs.get(runId, { ...own, ...call }),
    poll: (runId, etag, waitSeconds, call) => runs.poll(runId, etag, waitSeconds, { ...own, ...call }),
    timeline: (runId, call) => runs.timeline(runId, { ...own, ...call }),
    steps: (taskId, call) => runs.steps(taskId, { ...own, ...call }),
    actions: (taskId, call) => runs.actions(taskId, { ...own, ...call }),
  };
}
