/**
 * A terminal for Ink to draw on, which stays clean when it gets narrower.
 *
 * Many terminals break rows anew then: a view of ten rows is suddenly fifteen, Ink erases the ten that it drew, and pieces of the old
 * view stay above the new one. Here the rows are counted as they lie now. Only where the terminal is known to break rows anew: in one that
 * does not, the same would erase what is above the view and belongs to somebody else.
 */
import stringWidth from 'string-width';
import type { Io, Out } from '../io.js';

const ERASED_ROW = '\u001b[2K';
const ERASE_AND_UP = `${ERASED_ROW}\u001b[1A`;
/** A view is never higher than its terminal, and no terminal is this high. */
const MAX_ROWS = 1_000;

/** @returns the stream that is drawn on, looking just like `out`; `close` lets go of it */
export function frameOn(out: Out, env: Io['env']): { readonly stream: Out; close(): void } {
  let rows: string[] = [];
  let columns = out.columns ?? 0;
  let gotNarrower = false;

  function write(text: string | Uint8Array, ...rest: never[]): boolean {
    const [asked, drawn] = [String(text), gotNarrower];
    gotNarrower = false;
    const count = asked.split(ERASED_ROW).length - 1; // the row of the cursor, and those of the view above it
    const more = drawn && count > 1 ? brokenOff(rows.slice(-count, -1), columns) : 0;
    const parts = asked.split('\n');
    rows = [...rows.slice(0, -1), (rows.at(-1) ?? '') + parts[0], ...parts.slice(1)].slice(-MAX_ROWS);
    return out.write(more > 0 ? ERASE_AND_UP.repeat(more) + asked : text, ...rest);
  }

  function onResize(): void {
    gotNarrower = (out.columns ?? 0) < columns && breaksAnew(env);
    columns = out.columns ?? 0;
  }
  out.prependListener('resize', onResize); // before Ink, which erases at once
  const stream = new Proxy(out, {
    get(target, name) {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { stream, close: () => void out.off('resize', onResize) };
}

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
