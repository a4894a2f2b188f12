/** Starting a run at most once and, when asked, following it: shared by everything that starts one. */
import { type Command, Option } from 'commander';
import { LocalError, UsageError } from '../errors.js';
import type { StartDeps, StartOptions, StartProgress } from '../journal/startOnce.js';
import { startTask } from '../journal/startTask.js';
import type { Run } from '../protocol/run.js';
import type { TaskRunRequest } from '../protocol/task.js';
import { type OutputMode, preload } from '../render/pick.js';
import type { Renderer } from '../render/renderer.js';
import { printable } from '../render/sanitize.js';
import { duration, watchCommand } from '../render/words.js';
import type { CliContext } from './context.js';
import { expectation } from './expect.js';
import { type FollowFlags, follow } from './follow.js';
import { setOutputs } from './github/workflow.js';
import { GROUPS } from './help.js';
import { settleQuietly } from './leftStarts.js';
import { observers } from './observers.js';
import { write, writeJson } from './output.js';
import { journalOf, runStore, type Target } from './target.js';

export interface StartFlags {
  readonly wait?: boolean;
  readonly runKey?: string;
  readonly allowDuplicate?: boolean;
  readonly adopt?: 'exact' | 'content';
  readonly fence?: boolean;
}

export const addStartOptions = (command: Command): Command =>
  command
    .optionsGroup(GROUPS.once)
    .option('--run-key <key>', 'a name of your own for this start: the same key again gives the run that it started')
    .option('--allow-duplicate', 'after a lost answer, send again when the run is not found: there may be two then')
    .addOption(
      new Option('--adopt <how>', 'after a lost answer, take the run with the same content, or only one that is exactly ours')
        .choices(['content', 'exact'])
        .default('content'),
    );

/** For starts that can be fenced. */
export const addFenceOption = (command: Command): Command =>
  command.option(
    '--fence',
    'run in a browser session made for this start: after a lost answer it can be ended for certain, and is sent again',
  );

/** What is started: one of the journal's starts, with its request. */
export interface Beginning {
  readonly kind: string;
  /** What people know it by. */
  readonly label: string;
  start(deps: StartDeps & Pick<Target, 'client'>, options: StartOptions): Promise<{ readonly run: Run; readonly op: string }>;
}

export const taskBeginning = (body: TaskRunRequest): Beginning => ({
  kind: 'task',
  label: body.title ?? body.prompt,
  start: (deps, options) => startTask(deps, body, options),
});

/** Starts a run, tells its id before anything else, and follows it with `--wait`. */
export async function startAndFollow(
  ctx: CliContext,
  target: Target,
  { kind, label, start }: Beginning,
  flags: StartFlags & FollowFlags,
  mode: OutputMode,
): Promise<void> {
  const { io, clock, random, signal } = ctx;
  const expected = await expectation(flags);
  if (!flags.wait && (flags.assert || flags.outputSchema !== undefined)) {
    throw new UsageError('--assert and --output-schema look at the output of a run that has ended', { hint: 'add --wait' });
  }
  if (!flags.wait && (flags.record !== undefined || flags.junit !== undefined)) {
    throw new UsageError('--record and --junit write down how a run goes', { hint: 'add --wait' });
  }
  const about = { title: label, about: label, keys: [target.client.redact] };
  const onlookers = flags.wait ? await observers(ctx, flags, mode, about) : undefined;
  if (flags.wait) preload(io, mode);
  await settleQuietly(ctx, target, mode !== 'quiet' && mode !== 'ndjson');
  const { client, baseUrl, profile, local, deadlineAt } = target;
  const keyMark = target.keyMark();
  const journal = journalOf(ctx);
  const { run, op } = await start(
    {
      client,
      journal,
      tells: true,
      clock,
      random,
      signal,
      server: { baseUrl, profile, local, keyMark, replays: local },
      cwd: io.cwd(),
      onProgress: (progress) => say(ctx, mode, progress),
      ...(deadlineAt !== null && { deadlineAt }),
    },
    {
      runKey: flags.runKey,
      allowDuplicate: flags.allowDuplicate === true,
      adopt: flags.adopt ?? 'content',
      fence: flags.fence === true,
    },
  );
  try {
    runStore(ctx).remember({ run_id: run.run_id, kind, base_url: baseUrl.href, profile, local, cwd: io.cwd(), key_mark: keyMark, label });
  } catch (error) {
    // The run is there, and its id is told: that it is not remembered is no failure of the start.
    if (!(error instanceof LocalError)) throw error;
    io.stderr.write(`notice: ${printable(`@last will not find ${run.run_id}: ${error.message}`)}\n`);
  }
  setOutputs(io, random, { run_id: run.run_id });
  if (onlookers) {
    const runTarget = { ...target, runId: run.run_id };
    const after = [...onlookers.after, toldBy(mode, () => journal.markTold(op))];
    return follow(ctx, runTarget, flags, mode, {
      title: label,
      createdMs: clock.monotonic(),
      expected,
      onlookers: { ...onlookers, after },
    });
  }
  await tellStarted(ctx, run, mode);
  journal.markTold(op);
}

/** Sees that the renderers before it have told of the run: by its first event, or by its result where nothing else is told. */
function toldBy(mode: OutputMode, mark: () => void): Renderer {
  let told = false;
  return {
    audience: 'machine',
    event({ type }) {
      if (told || (mode === 'quiet' && type !== 'result')) return;
      told = true;
      mark();
    },
    close() {},
  };
}

/** The id alone in a pipe: it is what the next command wants. */
async function tellStarted({ io }: CliContext, run: Run, mode: OutputMode): Promise<void> {
  if (mode === 'json' || mode === 'ndjson') return writeJson(io.stdout, run);
  await write(io.stdout, `${run.run_id}\n`);
  if (mode === 'quiet' || !io.stderr.isTTY) return;
  if (run.app_url) io.stderr.write(`link: ${printable(run.app_url)}\n`);
  io.stderr.write(`next: ${watchCommand(run.run_id)}\n`);
}

function say({ io }: CliContext, mode: OutputMode, progress: StartProgress): void {
  const text = words(progress);
  if (text !== null && mode !== 'quiet' && mode !== 'ndjson') io.stderr.write(`${printable(text)}\n`);
}

/** Only what is worth a line: a start that goes well says nothing. */
function words(progress: StartProgress): string | null {
  switch (progress.type) {
    case 'waiting':
      return `still waiting for the answer to the start (${duration(progress.elapsed_ms)})`;
    case 'retrying':
      return `the start did not get through (${progress.reason}); again in ${duration(progress.delay_ms)}`;
    case 'lost':
      return `The reply was lost (${progress.reason}). Looking for your run ...`;
    case 'looking':
      if (progress.elapsed_ms < 500) return null; // that it begins was said
      return `still looking (${duration(progress.elapsed_ms)} of ${duration(progress.limit_ms)})`;
    case 'found':
      return `found ${progress.run_id} (${duration(progress.elapsed_ms)})`;
    case 'attaching':
      return 'this key has a start under way: waiting for its run';
    default:
      return null;
  }
}
