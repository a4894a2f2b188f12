/**
 * The live view on a terminal, drawn by Ink on stderr.
 *
 * Here: when to draw, what moves to the scrollback, what a key does to the run. Not here: how it looks and what a key means
 * (`ui/`), what is known (`RunView`).
 */
import { render } from 'ink';
import type { Io } from '../io.js';
import { isTerminalStatus, RUN_STATUSES } from '../protocol/status.js';
import type { RunEvent } from '../runs/events.js';
import { childrenOf, elapsedMs, emptyView, type Node, type RunView, reduce, sizeOf } from '../runs/view.js';
import { frameOn } from './frame.js';
import type { LiveOptions } from './live.js';
import { FRAME_MS, paced } from './pace.js';
import type { Renderer } from './renderer.js';
import { printable } from './sanitize.js';
import { type Progress, Signals } from './signals.js';
import { suspend } from './suspend.js';
import { cardLines } from './ui/cardLines.js';
import { headerLines } from './ui/headerLines.js';
import { type HandOver, Keys } from './ui/Keys.js';
import { Leaving } from './ui/Leaving.js';
import type { Line, Moment } from './ui/line.js';
import { earlierLine, MAX_ITEMS, settledLines } from './ui/nodeLines.js';
import { liveLines, type Printed, RunScreen, type RunScreenProps } from './ui/RunScreen.js';
import { type Effect, isPaused, newSession, type Powers, press, type Session, type Typed } from './ui/session.js';
import { themeOf } from './ui/theme.js';
import type { Done } from './ui/treeLines.js';
import { downloadCommand, isWebUrl } from './words.js';

/** While durations show tenths of a second; then one picture a second, which costs half a percent of a core. */
const FAST_TICK_MS = 250;
const TICK_MS = 1_000;
const ITEMS_A_FRAME = 10;
/** How long a block may wait for its description before it goes to the scrollback without. */
const DESCRIPTION_MS = 5_000;
/** A picture is not smaller than this, whatever is below it. */
const MIN_PICTURE_ROWS = 6;

export function inkRenderer(io: Io, options: LiveOptions): Renderer {
  const { clock, controls, activity } = options;
  const runId = printable(options.runId, { maxLength: 200 }); // a server names the runs that it starts
  const theme = themeOf(io, options.color);
  const title = options.title ? printable(options.title) : null;
  const hasKeys = io.stdin.isTTY === true;
  const closed = new AbortController();
  const signals = new Signals(io.env, (text) => void io.stderr.write(text));
  let view = emptyView(runId);
  let printed: Printed[] = [];
  let done: Done = { top: 0, nodes: 0 };
  let session: Session = newSession;
  let handOver: HandOver | null = null;
  let reprints = 0;
  let tick = 0;
  let failure: { readonly error: unknown } | null = null;

  const pace = paced(paint, clock, closed.signal);
  const { draw } = pace;

  const moment = (): Moment => ({ now: clock.now(), tick });
  /** A terminal may say that it has no size. */
  const size = () => ({ columns: io.stderr.columns || 80, rows: io.stderr.rows || 24 });

  const powers = (): Powers => ({
    approve: controls.approve !== undefined,
    code: controls.sendCode !== undefined && typeof view.run?.run_request?.['totp_identifier'] === 'string',
    open: controls.open !== undefined && isWebUrl(view.run?.app_url ?? ''),
    screenshot: controls.screenshot !== undefined,
    log: activity !== undefined,
  });

  function onTyped(typed: Typed): void {
    const pressed = press(session, typed, { view, powers: powers(), isPrinted });
    session = pressed.session;
    if (pressed.effect) void act(pressed.effect);
    draw();
  }

  function isPrinted(key: string): boolean {
    let root = key;
    for (let node = view.nodes.get(key); node && node.parent !== ''; node = view.nodes.get(node.parent)) root = node.parent;
    return childrenOf(view, '').indexOf(root) < done.top;
  }

  async function act(effect: Effect): Promise<void> {
    switch (effect.do) {
      case 'detach':
        return controls.detach();
      case 'cancel':
        return tell('canceling the run', 'the run is being canceled', 'the run was not canceled', () => controls.cancel());
      case 'approve':
        return tell('saying yes', 'yes was said: the run goes on', 'the run was not told', async () => controls.approve?.());
      case 'send':
        return tell('sending the code', 'the code was sent', 'the code was not sent', async () => controls.sendCode?.(effect.code));
      case 'open': {
        const url = view.run?.app_url ?? '';
        return tell('opening', `open it yourself: ${url}`, 'it was not opened', async () => {
          if (await controls.open?.(url)) return 'opened in the browser';
        });
      }
      case 'screenshot':
        return tell('fetching the screenshot', '', 'there is no picture', showScreenshot);
      case 'reprint':
        printed = [...printed, { key: `again ${++reprints}`, lines: again(effect.key) }];
        return draw();
    }
  }

  const again = (key: string): Line[] => settledLines(view, key, theme, moment(), true);

  /** Says what is under way, and what came of it: `task` may resolve with better words. */
  async function tell(now: string, after: string, otherwise: string, task: () => Promise<unknown>): Promise<void> {
    const say = (text: string) => {
      session = { ...session, talk: text === '' ? { about: 'nothing' } : { about: 'message', text } };
      draw();
    };
    say(now);
    try {
      const words = await task();
      say(typeof words === 'string' ? words : after);
    } catch (error) {
      say(`${otherwise}: ${printable(error instanceof Error ? error.message : String(error))}`);
    }
  }

  /** In the scrollback, where pictures belong to the terminal. */
  async function showScreenshot(): Promise<string | undefined> {
    const png = await controls.screenshot?.(view.screenshotId);
    if (!png) return 'there is no screenshot yet';
    if (!theme.hasColor) return `no picture without colours: ${downloadCommand(runId)} --screenshots`;
    const { pictureText } = await import('./picture.js');
    const { columns, rows } = size();
    const text = pictureText(png, { columns, rows: Math.max(MIN_PICTURE_ROWS, rows - 1 - liveLines(shown()).length), env: io.env });
    await handOver?.(async () => void io.stderr.write(text));
    return undefined;
  }

  function onSuspend(): Promise<void> {
    signals.clear();
    return suspend(io, clock, closed.signal);
  }

  const onReady = (ready: HandOver) => {
    handOver = ready;
  };
  const leave = () => signals.clear();
  const requests = () => (session.talk.about === 'log' ? (activity?.requests ?? []) : []);

  const shown = (): RunScreenProps => ({
    ...{ view, printed, done, theme, session, hasKeys, ...size() },
    powers: powers(),
    requests: requests(),
    moment: moment(),
    nextPollAt: activity?.nextPollAt ?? null,
    perMinute: options.verbose && activity ? activity.perMinute(clock.now()) : null,
  });
  const screen = () => (
    <>
      <Leaving onLeave={leave} />
      {hasKeys && <Keys onTyped={onTyped} onSuspend={onSuspend} onReady={onReady} />}
      <RunScreen {...shown()} />
    </>
  );

  const frame = frameOn(io.stderr, io.env, clock, closed.signal, draw);
  const app = render(screen(), {
    stdin: io.stdin as NodeJS.ReadStream,
    stdout: frame.stream as NodeJS.WriteStream,
    stderr: io.stderr as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    maxFps: 1000 / FRAME_MS,
  });
  app.waitUntilExit().catch((error: unknown) => {
    failure = { error };
  });

  /** A bug in drawing is thrown at whoever tells us the next event: the terminal is restored then. */
  function paint(): void {
    if (failure || frame.isUnsettled) return;
    try {
      moveToScrollback();
      app.rerender(screen());
      if (!closed.signal.aborted && view.result === null) signals.show(titleOf(view), progressOf(view));
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
      const count = skipped.reduce((sum, key) => sum + 1 + sizeOf(view, key), 0);
      news.push({ key: `before ${roots[end - MAX_ITEMS]}`, lines: [earlierLine(count, 0, runId, theme)] });
      nodes += count;
      top = end - MAX_ITEMS;
    }
    // A few in each picture, so that none takes long; at the end all.
    for (const stop = view.result ? end : Math.min(end, top + ITEMS_A_FRAME); top < stop; top++) {
      const key = roots[top] as string;
      nodes += 1 + sizeOf(view, key);
      news.push({ key, lines: settledLines(view, key, theme, moment()) });
    }
    if (view.result && printed.at(-1)?.key !== 'card') {
      const { columns } = size();
      const lines = cardLines(view, { columns, theme, moment: moment(), showOutput: options.showOutput ?? true });
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

  function notify(event: RunEvent): void {
    const how = options.notify ?? 'off';
    if (event.type === 'attention' && !event.resolved) signals.notify(how, `${runId} waits for you`);
    if (event.type === 'result' && event.error === null) signals.notify(how, `${runId} ${knownStatus(event.status)}`);
  }

  return {
    audience: 'human',
    event(event) {
      if (failure) throw failure.error;
      view = reduce(view, event);
      if ((event.type === 'status' || event.type === 'result') && session.talk.about === 'message')
        session = { ...session, talk: { about: 'nothing' } };
      notify(event);
      draw();
    },
    async close() {
      session = newSession;
      frame.settle();
      pace.now();
      closed.abort();
      app.unmount();
      await app.waitUntilExit().catch(() => {});
      frame.close();
      signals.clear();
      if (failure) throw failure.error;
    },
  };
}

/** A status that is a word of ours: what a server invents goes into no title. */
const knownStatus = (status: string | null): string => RUN_STATUSES.find((known) => known === status) ?? 'under way';

const titleOf = (view: RunView): string =>
  isPaused(view) ? `skyvern: ${view.runId} waits for you` : `skyvern: ${view.runId} ${knownStatus(view.status)}`;

function progressOf(view: RunView): Progress {
  if (view.retrying || isPaused(view)) return 'waiting';
  return isTerminalStatus(view.status ?? '') && view.result ? 'none' : 'busy';
}
