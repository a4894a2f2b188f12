/**
 * The live view on a terminal, drawn by Ink on stderr.
 *
 * Here: when to draw, what moves to the scrollback, what a key does. Not here: how it looks (`ui/`), what is known (`RunView`).
 */
import { render } from 'ink';
import type { Io } from '../io.js';
import { childrenOf, elapsedMs, emptyView, type Node, reduce } from '../runs/view.js';
import type { RenderersOptions } from './pick.js';
import type { Renderer } from './renderer.js';
import { printable } from './sanitize.js';
import { type Key, Keys } from './ui/Keys.js';
import { cardLines, countNodes, earlierLine, headerLines, MAX_ITEMS, type Moment, settledLines } from './ui/lines.js';
import { type Printed, RunScreen, type Talk } from './ui/RunScreen.js';
import { themeOf } from './ui/theme.js';

/** While durations show tenths of a second; then one picture a second, which costs half a percent of a core. */
const FAST_TICK_MS = 250;
const TICK_MS = 1_000;
/** A burst of events is drawn at most this often. */
const FRAME_MS = 33;
const ITEMS_A_FRAME = 10;
/** How long a block may wait for its description before it goes to the scrollback without. */
const DESCRIPTION_MS = 5_000;
/** Long enough for the signal that stops us to arrive. */
const SUSPEND_MS = 50;

export function inkRenderer(io: Io, options: RenderersOptions): Renderer {
  const { clock, controls, runId } = options;
  const theme = themeOf(io, options.color);
  const title = options.title ? printable(options.title) : null;
  const hasKeys = io.stdin.isTTY === true;
  const closed = new AbortController();
  let view = emptyView(runId);
  let printed: Printed[] = [];
  let done = { top: 0, nodes: 0 };
  let talk: Talk = { about: 'nothing' };
  let tick = 0;
  let drawnMs = Number.NEGATIVE_INFINITY;
  let drawing = false;
  let failure: { readonly error: unknown } | null = null;

  const moment = (): Moment => ({ now: clock.now(), tick });

  function onKey(key: Key): void {
    const asking = talk.about === 'cancel';
    if (key === 'detach') controls.detach();
    else if (key === 'cancel') talk = { about: 'cancel' };
    else if (key === 'help') talk = talk.about === 'help' ? { about: 'nothing' } : { about: 'help' };
    else if (key === 'yes' && asking) void cancel();
    else if (key === 'no') talk = { about: 'nothing' };
    draw();
  }

  async function cancel(): Promise<void> {
    talk = { about: 'message', text: 'canceling the run' };
    try {
      await controls.cancel();
      talk = { about: 'message', text: 'the run is being canceled' };
    } catch (error) {
      talk = { about: 'message', text: `the run was not canceled: ${printable(error instanceof Error ? error.message : String(error))}` };
    }
    draw();
  }

  async function suspend(): Promise<void> {
    io.kill(io.pid, 'SIGTSTP');
    await clock.sleep(SUSPEND_MS, closed.signal).catch(() => {});
  }

  const screen = () => {
    const { columns = 80, rows = 24 } = io.stderr;
    const size = { columns: columns || 80, rows: rows || 24 };
    return (
      <>
        {hasKeys && <Keys onKey={onKey} onSuspend={suspend} />}
        <RunScreen {...{ view, printed, done, theme, talk, hasKeys, ...size }} moment={moment()} />
      </>
    );
  };

  const app = render(screen(), {
    stdin: io.stdin as NodeJS.ReadStream,
    stdout: io.stderr as NodeJS.WriteStream,
    stderr: io.stderr as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    maxFps: 1000 / FRAME_MS,
  });
  app.waitUntilExit().catch((error: unknown) => {
    failure = { error };
  });

  /** Draws now, or as soon as the last picture is old enough. */
  function draw(): void {
    if (drawing || closed.signal.aborted) return;
    const waitMs = drawnMs + FRAME_MS - clock.monotonic();
    if (waitMs <= 0) {
      paint();
      return;
    }
    drawing = true;
    clock.sleep(waitMs, closed.signal).then(
      () => {
        drawing = false;
        paint();
      },
      () => {},
    );
  }

  /** A bug in drawing is thrown at whoever tells us the next event: the terminal is restored then. */
  function paint(): void {
    if (failure) return;
    try {
      drawnMs = clock.monotonic();
      moveToScrollback();
      app.rerender(screen());
    } catch (error) {
      failure = { error };
    }
  }

  async function keepTime(): Promise<void> {
    for (;;) {
      const fast = elapsedMs(view, clock.now()) < 10_000;
      await clock.sleep(fast ? FAST_TICK_MS : TICK_MS, closed.signal);
      tick++;
      draw();
    }
  }
  keepTime().catch(() => {});
  io.stderr.on('resize', draw);
  io.stderr.on('error', () => {}); // a terminal that is gone: the hang-up ends the watch

  /** In order, and each once: what is printed is never edited. */
  function moveToScrollback(): void {
    if (view.run === null) return;
    const news: Printed[] = printed.length === 0 ? [{ key: 'header', lines: headerLines(view, title, theme) }] : [];
    const roots = childrenOf(view, '');
    let { top, nodes } = done;
    let end = top;
    while (end < roots.length && isFinished(view.nodes.get(roots[end] as string))) end++;
    if (end - top > MAX_ITEMS) {
      const skipped = roots.slice(top, end - MAX_ITEMS);
      const count = skipped.reduce((sum, key) => sum + countNodes(view, key), 0);
      news.push({ key: `before ${roots[end - MAX_ITEMS]}`, lines: [earlierLine(count, 0, runId, theme)] });
      nodes += count;
      top = end - MAX_ITEMS;
    }
    // A few in each picture, so that none takes long; at the end all.
    for (const stop = view.result ? end : Math.min(end, top + ITEMS_A_FRAME); top < stop; top++) {
      const key = roots[top] as string;
      const settled = settledLines(view, key, theme, moment());
      nodes += settled.nodes;
      news.push({ key, lines: settled.lines });
    }
    if (view.result) {
      const lines = cardLines(view, theme, moment(), { showOutput: io.stdout.isTTY !== true });
      news.push({ key: 'card', lines: [...(top > 0 ? [{ indent: 0, text: '' }] : []), ...lines] });
    }
    if (news.length === 0) return;
    done = { top, nodes };
    if (top < end) queueMicrotask(draw);
    // What was printed needs to be counted, not kept.
    printed = [...printed.map((each) => (each.lines.length > 0 ? { key: each.key, lines: [] } : each)), ...news];
  }

  function isFinished(node: Node | undefined): boolean {
    if (!node) return false;
    if (view.result) return true;
    if (node.settledAt === null) return false;
    const complete = node.kind !== 'block' || node.item.description !== null;
    return complete || clock.now() - node.settledAt >= DESCRIPTION_MS;
  }

  return {
    audience: 'human',
    event(event) {
      if (failure) throw failure.error;
      view = reduce(view, event);
      if (event.type === 'status' || event.type === 'result') talk = talk.about === 'message' ? { about: 'nothing' } : talk;
      draw();
    },
    async close() {
      io.stderr.off('resize', draw);
      talk = { about: 'nothing' };
      paint();
      closed.abort();
      app.unmount();
      await app.waitUntilExit().catch(() => {});
      if (failure) throw failure.error;
    },
  };
}
