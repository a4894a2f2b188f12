/** Following several runs to their ends: shared by `run watch` and `run wait`. */
import type { ApiClient } from '../client/client.js';
import { exitCode, Verdict } from '../errors.js';
import { createBoard } from '../render/board/pick.js';
import { createRenderers, isLive, type OutputMode } from '../render/pick.js';
import { drive } from '../render/renderer.js';
import { printable } from '../render/sanitize.js';
import { plural } from '../render/words.js';
import type { RunEvent } from '../runs/events.js';
import { type ListQuery, SharedReads } from '../runs/sharedReads.js';
import type { RunSource } from '../runs/source.js';
import { watchRun } from '../runs/watch.js';
import { eventsOfMany, type ManyResults, type RunResult, watchMany } from '../runs/watchMany.js';
import type { CliContext } from './context.js';
import { type ExpectFlags, expectation, expecting } from './expect.js';
import { endingOf } from './follow.js';
import { liveControls } from './liveControls.js';
import { type ObserverFlags, observers } from './observers.js';
import { writeJson } from './output.js';
import { type Column, printTable } from './table.js';
import type { RunTarget } from './target.js';

export interface ManyFlags extends ExpectFlags, ObserverFlags {
  readonly onPause: 'wait' | 'fail';
  readonly cancelOnInterrupt?: boolean;
  /** Milliseconds. */
  readonly stallAfter?: number;
}

export interface ManyPlan {
  readonly until: 'any' | 'all';
  /** JMESPath of `--until`. */
  readonly condition?: string;
  /** Whether people are shown how the runs go; a wait is quiet. */
  readonly show: boolean;
  /** The exact command that goes on with these runs. */
  readonly again: string;
  /** What narrows the server's list down to them, when something does. */
  readonly query?: Pick<ListQuery, 'runType' | 'workflowPermanentId' | 'tags'>;
}

/** @throws Verdict or an error always, unless all of them ended well */
export async function followMany(
  ctx: CliContext,
  targets: readonly RunTarget[],
  flags: ManyFlags,
  mode: OutputMode,
  { until, condition, show, again, query }: ManyPlan,
): Promise<void> {
  const { io, clock, random, signal } = ctx;
  const expected = await expectation(flags);
  const holds = condition === undefined ? undefined : await conditionOf(condition);
  const byId = new Map(targets.map((target) => [target.runId, target]));
  const clients = new Map(targets.map(({ runId, client }) => [runId, client]));
  const about = {
    title: null,
    about: `skyvern: ${plural(targets.length, 'run')}`,
    keys: [...new Set(clients.values())].map(({ redact }) => redact),
  };
  const onlookers = await observers(ctx, flags, show ? mode : 'quiet', about);
  const board = createBoard(io, show ? mode : mode === 'ndjson' ? 'ndjson' : 'quiet', {
    clock,
    expected: targets.length,
    color: ctx.color,
    controls: { detach: () => ctx.interrupt(), open: (runId) => openRun(ctx, byId.get(runId) as RunTarget) },
  });
  const shared = new Map<ApiClient, SharedReads>();
  const sourceOf = (runId: string): RunSource => {
    const client = clients.get(runId) as ApiClient;
    // A condition may be about anything of a run, and the list tells only its status; one run is best asked for by itself.
    if (holds !== undefined || targets.length === 1) return client.runs;
    const options = { clock, random, signal, onAnswer: () => board.answered(), ...(query && { query }) };
    const reads = shared.get(client) ?? new SharedReads(client.runs, options);
    shared.set(client, reads);
    return reads.source;
  };
  let ended = null as ManyResults | null;
  async function* events(): AsyncGenerator<RunEvent, void> {
    ended = yield* eventsOfMany((onEvent) =>
      watchMany(sourceOf, [...clients.keys()], {
        clock,
        random,
        signal,
        onPause: flags.onPause,
        deadlineMs: targets[0]?.deadlineAt ?? null,
        until,
        onEvent,
        through: (stream) => expecting(stream, expected),
        ...(holds && { holds }),
        ...(flags.stallAfter !== undefined && { stallMs: flags.stallAfter }),
      }),
    );
  }
  await drive(events(), [...onlookers.before, board, ...onlookers.after]);
  const { results, exitCode: code } = ended as unknown as ManyResults;
  if (flags.cancelOnInterrupt && signal.aborted) await cancelThose(ctx, results, clients);
  await report(ctx, mode, results, show);
  throw verdictOf(results, code, again);
}

async function conditionOf(text: string): Promise<(run: unknown) => boolean> {
  const { compileQuery, isTruthy } = await import('./query.js');
  const query = compileQuery(text, '--until');
  return (run) => isTruthy(query(run));
}

/** The live view of one of them, in the place of the board; without its result on stdout, which is for the results of all. */
async function openRun(ctx: CliContext, target: RunTarget): Promise<'ended' | 'left'> {
  const { io, clock, random } = ctx;
  const { client, runId, activity } = target;
  const seen = new AbortController();
  const signal = AbortSignal.any([ctx.signal, seen.signal]);
  const controls = { ...liveControls(ctx, target), detach: () => seen.abort() };
  const [view] = createRenderers(io, 'live', { clock, runId, color: ctx.color, controls, activity });
  const onWait = (until: number | null) => {
    activity.nextPollAt = until;
  };
  const options = { clock, random, signal, onPause: 'wait', deadlineMs: ctx.deadlineAt, details: true, onWait } as const;
  if (view) await drive(watchRun(client.runs, runId, options), [view]);
  return signal.aborted ? 'left' : 'ended';
}

/** How long a cancel may take when we were told to stop, and how many runs the API takes at once. */
const CANCEL_MS = 10_000;
const CANCEL_AT_ONCE = 100;

async function cancelThose({ io }: CliContext, results: readonly RunResult[], clients: ReadonlyMap<string, ApiClient>): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_MS);
  for (const client of new Set(clients.values())) {
    const open = results.filter(({ run_id, error }) => clients.get(run_id) === client && error !== null).map(({ run_id }) => run_id);
    for (let from = 0; from < open.length; from += CANCEL_AT_ONCE) {
      const { canceled } = await client.runs.cancelMany(open.slice(from, from + CANCEL_AT_ONCE), { signal });
      io.stderr.write(printable(`canceled ${plural(canceled.length, 'run')}`).concat('\n'));
    }
  }
}

async function report({ io }: CliContext, mode: OutputMode, results: readonly RunResult[], show: boolean): Promise<void> {
  if (mode === 'ndjson') return;
  if (mode === 'json') return writeJson(io.stdout, results.length === 1 && !show ? results[0]?.run : results);
  // The board has told it, on the same terminal.
  if (show && isLive(io, mode) && io.stdout.isTTY) return;
  const columns: Column<RunResult>[] = [
    ['RUN', (row) => row.run_id],
    ['STATUS', (row) => row.status ?? 'unknown'],
  ];
  if (results.length > 1) columns.push(['ERROR', (row) => row.error?.message ?? null]);
  await printTable(io.stdout, results, columns, false);
}

/** A watch that somebody or a time limit ended says so, with the way back; else the runs have told it all. */
function verdictOf(results: readonly RunResult[], code: RunResult['exit_code'], again: string): Error {
  const [only] = results;
  if (only && results.length === 1) return endingOf(only, only.run_id);
  const ended = results.find(({ exit_code, error }) => error !== null && exit_code === code);
  const cut = code === exitCode('timeout') || code >= exitCode('hangup');
  if (!ended?.error || !cut) return new Verdict(code);
  const left = results.filter(({ error, exit_code }) => error !== null && exit_code === code).length;
  const message = `${ended.error.message.replace(/; the run goes on$/, '')}; ${plural(left, 'run')} of ${results.length} ${left === 1 ? 'goes' : 'go'} on`;
  return endingOf({ exit_code: code, error: { ...ended.error, message, hint: `come back with \`${again}\`` } }, '');
}
