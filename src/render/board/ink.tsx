/** Many runs on a terminal, drawn by Ink on stderr: the board, and the view of one of them when somebody opens it. */
import { Box, render, Static, Text, useApp, useInput } from 'ink';
import type { Io } from '../../io.js';
import type { RunEvent } from '../../runs/events.js';
import { frameOn } from '../frame.js';
import { FRAME_MS, paced } from '../pace.js';
import { suspend } from '../suspend.js';
import { themeOf } from '../ui/theme.js';
import type { BoardOptions, BoardRenderer } from './live.js';
import { type BoardLook, boardRows, cardRows, type Row } from './rows.js';
import { Board } from './state.js';

const TICK_MS = 1_000;

type Move = 'up' | 'down' | 'page up' | 'page down' | 'home' | 'end';

interface BoardKeysProps {
  readonly onMove: (move: Move) => void;
  readonly onOpen: () => void;
  readonly onDetach: () => void;
  readonly onHelp: () => void;
  readonly onSuspend: () => Promise<void>;
}

function BoardKeys({ onMove, onOpen, onDetach, onHelp, onSuspend }: BoardKeysProps) {
  const { suspendTerminal } = useApp();
  useInput((input, key) => {
    if ((key.ctrl && input === 'c') || input.includes('\u0003')) return onDetach();
    if (key.ctrl && input === 'z') return void suspendTerminal(onSuspend);
    if (key.return) return onOpen();
    if (key.upArrow) return onMove('up');
    if (key.downArrow) return onMove('down');
    // A key held down comes several times at once.
    if (/^[jk]+$/.test(input)) {
      for (const each of input) onMove(each === 'k' ? 'up' : 'down');
      return;
    }
    if (key.pageUp) return onMove('page up');
    if (key.pageDown) return onMove('page down');
    if (key.home || input === 'g') return onMove('home');
    if (key.end || input === 'G') return onMove('end');
    if (input === 'd' || input === 'q') return onDetach();
    if (input === '?' || input === 'h' || key.escape) return onHelp();
  });
  return null;
}

/** @param columns where nothing around it says how wide it is */
function Rows({ rows, columns }: { readonly rows: readonly Row[]; readonly columns?: number }) {
  return (
    <Box flexDirection="column" {...(columns !== undefined && { width: columns })}>
      {rows.map(({ cells, wrap = false }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
        <Box key={index}>
          {cells.map(({ text, width }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
            <Box key={place} {...(width === null ? { flexGrow: 1, flexShrink: 1 } : { width, flexShrink: 0 })}>
              <Text wrap={wrap ? 'wrap' : 'truncate-end'}>{text === '' ? ' ' : text}</Text>
            </Box>
          ))}
        </Box>
      ))}
    </Box>
  );
}

function AnyKey({ text, onKey }: { readonly text: string; readonly onKey: () => void }) {
  useInput(onKey);
  return <Text>{text}</Text>;
}

export function inkBoard(io: Io, options: BoardOptions): BoardRenderer {
  const { clock, controls, expected } = options;
  const theme = themeOf(io, options.color);
  const hasKeys = io.stdin.isTTY === true;
  const board = new Board(expected);
  const closed = new AbortController();
  let selected: string | null = null;
  let talk: BoardLook['talk'] = 'nothing';
  let tick = 0;
  let card: readonly Row[] | null = null;
  let opening: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;
  const pace = paced(paint, clock, closed.signal);
  const { draw } = pace;
  const frame = frameOn(io.stderr, io.env, clock, closed.signal, draw);
  const streams = {
    stdin: io.stdin as NodeJS.ReadStream,
    stdout: frame.stream as NodeJS.WriteStream,
    stderr: io.stderr as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    maxFps: 1000 / FRAME_MS,
  };
  let app = mount();

  function look(): BoardLook {
    const { columns = 80, rows = 24 } = io.stderr;
    return { board, now: clock.now(), tick, columns: columns || 80, rows: rows || 24, theme, selected: chosen(), hasKeys, talk };
  }

  /** Until somebody chooses, the first: what needs attention most. */
  function chosen(): string | null {
    return selected ?? board.ordered()[0]?.runId ?? null;
  }

  function screen() {
    const now = look();
    return (
      <>
        {hasKeys && card === null && (
          <BoardKeys
            onMove={move}
            onOpen={() => void open()}
            onDetach={() => controls.detach()}
            onHelp={() => {
              talk = talk === 'help' ? 'nothing' : 'help';
              draw();
            }}
            onSuspend={() => suspend(io, clock, closed.signal)}
          />
        )}
        <Static items={card === null ? [] : [card]}>{(rows) => <Rows key="card" rows={rows} columns={now.columns} />}</Static>
        {card === null && <Rows rows={boardRows(now)} />}
      </>
    );
  }

  function mount() {
    const mounted = render(screen(), streams);
    mounted.waitUntilExit().catch((error: unknown) => {
      failure = { error };
    });
    return mounted;
  }

  /** The chosen run stays chosen wherever the order moves it. */
  function move(to: Move): void {
    const ids = board.ordered().map(({ runId }) => runId);
    const at = ids.indexOf(chosen() ?? '');
    const page = Math.max(1, (io.stderr.rows || 24) - 6);
    const by = { up: -1, down: 1, 'page up': -page, 'page down': page, home: -ids.length, end: ids.length }[to];
    selected = ids[Math.min(ids.length - 1, Math.max(0, at < 0 ? 0 : at + by))] ?? null;
    draw();
  }

  async function open(): Promise<void> {
    const runId = chosen();
    if (runId === null || opening) return;
    selected = runId;
    opening = showRun(runId);
    try {
      await opening;
    } catch (error) {
      failure = { error };
    } finally {
      opening = null;
    }
  }

  /** The board leaves the screen while somebody looks at one of its runs. */
  async function showRun(runId: string): Promise<void> {
    app.clear();
    app.unmount();
    await app.waitUntilExit().catch(() => {});
    const how = await controls.open(runId);
    // What was printed would be out of sight at once.
    if (how === 'ended' && hasKeys && !closed.signal.aborted) await anyKey();
    if (!closed.signal.aborted) app = mount();
  }

  async function anyKey(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const prompt = render(<AnyKey text={theme.paint('dim', 'any key goes back to the board')} onKey={resolve} />, streams);
    closed.signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    prompt.clear();
    prompt.unmount();
    await prompt.waitUntilExit().catch(() => {});
  }

  /** A bug in drawing is thrown at whoever tells us the next event: the terminal is restored then. */
  function paint(): void {
    if (failure || opening || frame.isUnsettled) return;
    try {
      app.rerender(screen());
    } catch (error) {
      failure = { error };
    }
  }

  async function keepTime(): Promise<void> {
    for (;;) {
      await clock.sleep(TICK_MS, closed.signal);
      tick++;
      draw();
    }
  }
  keepTime().catch(() => {});
  io.stderr.on('error', () => {}); // a terminal that is gone: the hang-up ends the watch

  return {
    audience: 'human',
    event(event: RunEvent) {
      if (failure) throw failure.error;
      board.event(event);
      draw();
    },
    answered() {
      board.answered();
      draw();
    },
    async close() {
      frame.settle();
      closed.abort();
      await opening;
      talk = 'nothing';
      card = cardRows(look());
      if (!failure) pace.now();
      app.unmount();
      await app.waitUntilExit().catch(() => {});
      frame.close();
      if (failure) throw failure.error;
    },
  };
}
