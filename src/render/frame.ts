/**
 * A terminal for Ink to draw on, which stays clean when its size changes.
 *
 * While it changes nothing is drawn: terminals tell of a new size when they have it, and of many in one go.
 * Many terminals break rows anew when they get narrower: a view of ten rows is suddenly fifteen, Ink erases the ten that it drew, and pieces of the old
 * view stay above the new one. Here the rows are counted as they lie now. Only where the terminal is known to break rows anew: in one that
 * does not, the same would erase what is above the view and belongs to somebody else.
 */
import stringWidth from 'string-width';
import type { Clock } from '../clock.js';
import type { Io, Out } from '../io.js';
import { isAsciiOnly, typewritten } from './ui/theme.js';

const ERASED_ROW = '\u001b[2K';
const ERASE_AND_UP = `${ERASED_ROW}\u001b[1A`;
/** A view is never higher than its terminal, and no terminal is this high. */
const MAX_ROWS = 1_000;

/**
 * A terminal whose size has not changed for so long has its size. Whoever drags an edge changes it many times a second, and tmux, which
 * breaks rows anew at each of them, tells of them no oftener than every 250 ms.
 */
const SETTLED_MS = 300;

export interface Frame {
  /** What is drawn on; looks just like the terminal, and tells of a new size once that has settled. */
  readonly stream: Out;
  /** Whether the size is changing: what is drawn now would be drawn for a size that is gone before it is seen. */
  readonly isUnsettled: boolean;
  /** Takes the size as it is now: nothing more is waited for. */
  settle(): void;
  close(): void;
}

/**
 * @param closed from then on nothing is waited for
 * @param onSettled the terminal has another size now, and Ink knows it
 */
export function frameOn(out: Out, env: Io['env'], clock: Clock, closed: AbortSignal, onSettled: () => void): Frame {
  const reflows = breaksAnew(env);
  const spell = isAsciiOnly(env) ? typewritten : (text: string) => text;
  const listeners = new Set<() => void>();
  let rows: string[] = [];
  /** Of the terminal as Ink knows it; null while it is as it is. */
  let frozen: Pick<Out, 'columns' | 'rows'> | null = null;
  let waiting: AbortController | null = null;
  let known = sizeOf(out);

  function write(text: string | Uint8Array, ...rest: never[]): boolean {
    if (typeof text !== 'string') return out.write(text, ...rest);
    const asked = spell(text);
    const count = asked.split(ERASED_ROW).length - 1; // the row of the cursor, and those of the view above it
    const more = reflows && count > 1 ? brokenOff(rows.slice(-count, -1), out.columns ?? 0) : 0;
    const parts = asked.split('\n');
    rows = [...rows.slice(0, -1), (rows.at(-1) ?? '') + parts[0], ...parts.slice(1)].slice(-MAX_ROWS);
    return out.write(ERASE_AND_UP.repeat(more) + asked, ...rest);
  }

  function onResize(): void {
    frozen ??= known;
    waiting?.abort();
    waiting = new AbortController();
    clock.sleep(SETTLED_MS, AbortSignal.any([closed, waiting.signal])).then(settle, () => {});
  }

  function settle(): void {
    if (frozen === null) return;
    waiting?.abort();
    frozen = null;
    known = sizeOf(out);
    for (const listener of [...listeners]) listener();
    onSettled();
  }

  out.on('resize', onResize);
  const stream = new Proxy(out, {
    get(target, name, self) {
      if (name === 'write') return write;
      if (name === 'columns' || name === 'rows') return (frozen ?? target)[name];
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: [string, () => void]) => {
        if (given[0] !== 'resize' || !(name === 'on' || name === 'off')) return value.apply(target, given);
        if (name === 'on') listeners.add(given[1]);
        else listeners.delete(given[1]);
        return self;
      };
    },
  });
  return {
    stream,
    get isUnsettled() {
      return frozen !== null;
    },
    settle,
    close: () => void out.off('resize', onResize),
  };
}

const sizeOf = ({ columns, rows }: Out): Pick<Out, 'columns' | 'rows'> => ({
  ...(columns !== undefined && { columns }),
  ...(rows !== undefined && { rows }),
});

/** How many rows more these are in a terminal of so many columns. */
const brokenOff = (rows: readonly string[], columns: number): number =>
  columns < 1 ? 0 : rows.reduce((sum, row) => sum + Math.max(0, Math.ceil(stringWidth(row) / columns) - 1), 0);

const BREAKING_PROGRAMS = /^(?:iterm\.app|apple_terminal|vscode|wezterm|ghostty|hyper|tabby|rio|warpterminal|tmux)$/i;
const BREAKING_TERMS = /^(?:xterm-kitty|xterm-ghostty|alacritty|foot|wezterm|contour|tmux)/;

function breaksAnew(env: Io['env']): boolean {
  if (env['TMUX']) return true;
  if (env['STY']) return false; // GNU screen, whatever is around it
  const isKnown = ['VTE_VERSION', 'WT_SESSION', 'KITTY_WINDOW_ID', 'KONSOLE_VERSION', 'ALACRITTY_WINDOW_ID'].some((name) => env[name]);
  return isKnown || BREAKING_PROGRAMS.test(env['TERM_PROGRAM'] ?? '') || BREAKING_TERMS.test(env['TERM'] ?? '');
}
