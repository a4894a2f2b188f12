/** Many runs as an append-only log in words: each line names its run. */
import type { Clock } from '../../clock.js';
import type { Out } from '../../io.js';
import type { RunEvent } from '../../runs/events.js';
import { elapsedMs, type RunView } from '../../runs/view.js';
import { Writer } from '../renderer.js';
import { duration, plural, silence, subjectOf } from '../words.js';
import type { BoardRenderer } from './live.js';
import { Board } from './state.js';

const HEARTBEAT_MS = 30_000;

/** @param expected how many runs are watched */
export function plainBoard(out: Out, { clock, expected }: { readonly clock: Clock; readonly expected: number }): BoardRenderer {
  const writer = new Writer(out);
  const board = new Board(expected);
  const closed = new AbortController();
  let lastMs = clock.monotonic();
  let isSilent = false;

  const say = async (line: string) => {
    lastMs = clock.monotonic();
    await writer.write(`${line}\n`);
  };
  const isBack = async () => {
    if (!isSilent) return;
    isSilent = false;
    await say('the server answers again');
  };
  void beat();

  async function beat(): Promise<void> {
    while (!closed.signal.aborted) {
      const waitMs = lastMs + HEARTBEAT_MS - clock.monotonic();
      try {
        if (waitMs > 0) await clock.sleep(waitMs, closed.signal);
        else await say(`still ${countsText(board)}; nothing new for ${duration(clock.monotonic() - lastMs)}`);
      } catch {
        return; // closed, or nobody can be told any more
      }
    }
  }

  return {
    audience: 'human',
    async event(event) {
      board.event(event);
      if (event.type !== 'retrying') await isBack();
      else if (isSilent)
        return; // every run tells of the same trouble, again and again
      else isSilent = true;
      const line = lineOf(event, board);
      if (line !== null) await say(line);
    },
    answered() {
      board.answered();
      void isBack().catch(() => {}); // nobody can be told any more: the next event says why
    },
    async close() {
      closed.abort();
      if (board.all().length > 0) await writer.write(`${plural(expected, 'run')}: ${countsText(board)}\n`);
    },
  };
}

const countsText = (board: Board): string =>
  board
    .counts()
    .map(([status, count]) => `${count} ${status}`)
    .join(', ') || 'waiting for the first answer';

function lineOf(event: RunEvent, board: Board): string | null {
  const { run_id } = event;
  switch (event.type) {
    case 'run': {
      const subject = subjectOf(event.run);
      return `run ${run_id}${subject === null ? '' : ` ${subject.replace(/\s+/g, ' ')}`}`;
    }
    case 'status':
      return `status of ${run_id}: ${event.to}`;
    case 'attention':
      return event.resolved
        ? `${run_id} goes on`
        : `attention: ${run_id}: ${[event.message, event.instructions].filter(Boolean).join(': ')}`;
    case 'retrying':
      return silence(event);
    case 'stalled':
      return `nothing has changed in ${run_id} for ${duration(event.silent_ms)}; to stop it: skyvern run cancel ${run_id}`;
    case 'notice':
      return `notice: ${run_id}: ${event.message}`;
    case 'result':
      return ending(event, board);
    default:
      return null;
  }
}

function ending(event: Extract<RunEvent, { type: 'result' }>, board: Board): string {
  const { run_id, status, error, run } = event;
  const progress = `(${board.ended()} of ${board.expected} ended)`;
  if (error !== null) return `${run_id} is no longer watched: ${error.message} ${progress}`;
  const view = board.all().find(({ runId }) => runId === run_id) as RunView;
  const reason = run?.failure_reason ? `: ${run.failure_reason}` : '';
  return `run ${run_id} ${status} in ${duration(elapsedMs(view, event.at))} ${progress}${reason}`;
}
