import { type Command, InvalidArgumentError } from 'commander';
import { UsageError, Verdict } from '../../../errors.js';
import { createBoard } from '../../../render/board/pick.js';
import { createRenderers, type OutputMode } from '../../../render/pick.js';
import { parseRecording, type Recording } from '../../../render/recording.js';
import { drive } from '../../../render/renderer.js';
import { printable } from '../../../render/sanitize.js';
import type { RunEvent } from '../../../runs/events.js';
import { worstExit } from '../../../runs/exit.js';
import type { CliContext } from '../../context.js';
import { outputMode, queried } from '../../output.js';
import { duration, readTextFile } from '../../parsers.js';
import { ReplayClock } from '../../replayClock.js';

interface Flags {
  readonly speed?: number;
  readonly maxPause: number;
  readonly exitStatus?: boolean;
}

const LONGEST_PAUSE_MS = 10_000;

export function define(command: Command, ctx: CliContext, handler = runReplay): void {
  command
    .description(
      'Play a recording of runs again, with no server: what `--record` kept, or what --output ndjson wrote. Live and plain output keep the times of the recording; json, ndjson and quiet come at once.',
    )
    .argument('<file>', 'the recording')
    .option('--speed <n>', 'how many times faster: 8, 0.5, or max', speed)
    .option(
      '--max-pause <duration>',
      'pass over what is left of a silence that lasts longer (in recorded time)',
      duration,
      LONGEST_PAUSE_MS,
    )
    .option('--exit-status', 'exit by the verdict of the recorded run')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run replay run.ndjson --speed 8\n  $ skyvern run replay run.ndjson --output plain --speed max 2> log.txt',
    )
    .action((file: string, flags: Flags) => handler(ctx, command, file, flags));
}

export async function runReplay(ctx: CliContext, command: Command, file: string, flags: Flags): Promise<void> {
  const { io } = ctx;
  const mode = outputMode(ctx, command);
  const recording = parseRecording(textOf(file), file);
  for (const notice of recording.notices) io.stderr.write(`notice: ${printable(notice)}\n`);
  const last = await play(ctx, recording, mode, flags);
  if (last?.type !== 'result') io.stderr.write('notice: the recording ends before the watch did\n');
  ctx.signal.throwIfAborted();
  const worst = worstExit(recording.events.flatMap((event) => (event.type === 'result' ? [event.exit_code] : [])));
  if (flags.exitStatus && worst !== 0) throw new Verdict(worst);
}

function play(ctx: CliContext, { head, events }: Recording, mode: OutputMode, flags: Flags): Promise<RunEvent | undefined> {
  const { io, signal } = ctx;
  const first = events[0] as RunEvent;
  const asRecorded = mode === 'auto' || mode === 'live' || mode === 'plain';
  const clock = new ReplayClock(ctx.clock, first.at, flags.speed ?? (asRecorded ? 1 : Number.POSITIVE_INFINITY));
  const expected = new Set(events.map(({ run_id }) => run_id)).size;
  if (expected > 1) {
    // What the runs did is not in it: a board reads no details.
    const controls = { detach: () => ctx.interrupt(), open: async () => 'left' as const };
    return drive(inTime(events, clock, flags.maxPause, signal), [createBoard(io, mode, { clock, expected, color: ctx.color, controls })]);
  }
  const refuse = () => Promise.reject(new Error('this is a recording'));
  const renderers = createRenderers(io, mode, {
    clock,
    runId: first.run_id,
    title: head?.title ?? null,
    color: ctx.color,
    document: (run) => queried(io.stdout, run),
    controls: { detach: () => ctx.interrupt(), cancel: refuse },
  });
  return drive(inTime(events, clock, flags.maxPause, signal), renderers);
}

/** Stops, without an error, when somebody has seen enough. */
async function* inTime(
  events: readonly RunEvent[],
  clock: ReplayClock,
  maxPauseMs: number,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void> {
  for (const event of events) {
    await clock.reach(event.at, maxPauseMs, signal).catch(() => {});
    if (signal.aborted) return;
    yield event;
  }
}

function textOf(file: string): string {
  try {
    return readTextFile(file);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { hint: 'give a file that `--record` made' });
  }
}

function speed(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const number = Number(text.replace(/x$/, ''));
  if (!(number >= 0.01 && number <= 1_000)) throw new InvalidArgumentError('It is a number from 0.01 to 1000, or max.');
  return number;
}
