/** Following a run to its end: shared by everything that waits. */
import { type Command, Option } from 'commander';
import { type ExitCode, SkyvernError, Verdict } from '../errors.js';
import { createRenderers, type OutputMode } from '../render/pick.js';
import { drive } from '../render/renderer.js';
import type { RunEvent } from '../runs/events.js';
import { watchRun } from '../runs/watch.js';
import type { RunResult } from '../runs/watchMany.js';
import type { CliContext } from './context.js';
import { addExpectOptions, type Expectation, type ExpectFlags, expectation, expecting } from './expect.js';
import { GROUPS } from './help.js';
import { liveControls } from './liveControls.js';
import { addObserverOptions, type ObserverFlags, type Observers, observers } from './observers.js';
import { queried } from './output.js';
import { duration } from './parsers.js';
import type { RunTarget } from './target.js';

export interface FollowFlags extends ExpectFlags, ObserverFlags {
  readonly onPause: 'wait' | 'fail';
  readonly cancelOnInterrupt?: boolean;
  /** Milliseconds. */
  readonly stallAfter?: number;
  readonly verbose?: boolean;
}

export const onPauseOption = (): Option =>
  new Option('--on-pause <what>', 'when the run waits for a person: wait, or fail with 14').choices(['wait', 'fail']).default('wait');

/** @param run as the help of the command calls it */
export const addWaitOption = (command: Command, run = 'the run'): Command =>
  command.addOption(new Option('-w, --wait', `follow ${run} to its end and exit by its verdict`).helpGroup(GROUPS.main));

export const addFollowOptions = (command: Command): Command =>
  addObserverOptions(
    addExpectOptions(command.optionsGroup(GROUPS.following).addOption(onPauseOption()))
      .option('--cancel-on-interrupt', 'cancel the run on Ctrl-C, SIGTERM and SIGHUP instead of leaving it')
      .addOption(new Option('--stall-after <duration>', 'say so when nothing has changed for this long (10m)').argParser(duration))
      .option('--verbose', 'tell how often the server is asked'),
  );

/** How long a cancel may take when we were told to stop. */
const CANCEL_MS = 10_000;

/**
 * Shows the run until it ends, in the form that was asked for.
 * @throws Verdict always, unless the run completed: what happened has been shown then
 */
export async function follow(
  ctx: CliContext,
  target: RunTarget,
  flags: FollowFlags,
  mode: OutputMode,
  started: { readonly title?: string; readonly createdMs?: number; readonly expected?: Expectation; readonly onlookers?: Observers } = {},
): Promise<void> {
  const { client, runId, deadlineAt, activity, notify } = target;
  const { io, clock, random, signal } = ctx;
  const expected = started.expected ?? (await expectation(flags));
  const onlookers =
    started.onlookers ??
    (await observers(ctx, flags, mode, { title: started.title ?? null, about: `skyvern ${runId}`, keys: [client.redact] }));
  const renderers = createRenderers(io, mode, {
    clock,
    runId,
    title: started.title ?? null,
    document: (run) => queried(io.stdout, run),
    color: ctx.color,
    controls: liveControls(ctx, target),
    activity,
    verbose: flags.verbose === true,
    notify,
  });
  const events = watchRun(client.runs, runId, {
    clock,
    random,
    signal,
    onPause: flags.onPause,
    deadlineMs: deadlineAt,
    details: mode !== 'quiet',
    onWait: (until) => {
      activity.nextPollAt = until;
    },
    ...(flags.stallAfter !== undefined && { stallMs: flags.stallAfter }),
    ...(started.createdMs !== undefined && { createdMs: started.createdMs }),
  });
  const last = await drive(expecting(events, expected), [...onlookers.before, ...renderers, ...onlookers.after]);
  if (flags.cancelOnInterrupt && signal.aborted) {
    await client.runs.cancel(runId, { signal: AbortSignal.timeout(CANCEL_MS) });
    if (mode !== 'quiet') io.stderr.write(`canceled ${runId}\n`);
  }
  const ending = verdictOrError(last, runId);
  if (ending) throw ending;
}

/** What a stream of events ended with, as the thing to throw; null when the run completed. */
export function verdictOrError(last: RunEvent | undefined, runId: string): Verdict | SkyvernError | null {
  if (last?.type !== 'result') throw new Error('a stream of events ended without a result');
  return last.error === null && last.exit_code === 0 ? null : endingOf(last, runId);
}

/** What to throw for the end of a watch: a code alone, or what ended it. */
export function endingOf({ error, exit_code }: Pick<RunResult, 'error' | 'exit_code'>, runId: string): Verdict | SkyvernError {
  return error === null ? new Verdict(exit_code) : new WatchEnded(exit_code, error.code, error.message, error.hint, runId);
}

/** What ended the watch was not the run's own end: said like any other error, with the run's id. */
class WatchEnded extends SkyvernError {
  readonly #code: ExitCode;
  constructor(exit: ExitCode, code: string, message: string, hint: string, runId: string) {
    super('bug', code, message, { hint, runId });
    this.#code = exit;
  }
  override get exitCode(): ExitCode {
    return this.#code;
  }
}
