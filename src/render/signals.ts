/**
 * What a terminal can be told beside text: its title, the progress in its tab, a bell, a notification.
 *
 * Only our own words go there, never those of a server or a page. Each is sent only where it is known to be understood: a
 * terminal that does not know one may show it.
 */
import type { Io } from '../io.js';

/** How a person wants to hear that a run has ended or waits for somebody. */
export type Notify = 'off' | 'bell' | 'desktop';

type Env = Io['env'];
const OSC = '\u001b]';
const BEL = '\u0007';

const has = (env: Env, name: string): boolean => env[name] !== undefined && env[name] !== '';
const program = (env: Env): string => (env['TERM_PROGRAM'] ?? '').toLowerCase();
const version = (env: Env): number => {
  const [major = 0, minor = 0, patch = 0] = (env['TERM_PROGRAM_VERSION'] ?? '').split('.').map(Number);
  return major * 10_000 + minor * 100 + patch;
};
const isMultiplexed = (env: Env): boolean => has(env, 'TMUX') || has(env, 'STY') || /^(?:screen|tmux)/.test(env['TERM'] ?? '');

/** xterm and its kin; the console of Linux would print it, and `screen` takes it for something else. */
const hasTitle = (env: Env): boolean =>
  /^(?:xterm|tmux|rxvt|alacritty|foot|wezterm|konsole|gnome|vte|st|contour|mintty|cygwin|putty)\b/.test(env['TERM'] ?? '') ||
  (has(env, 'TMUX') && /^screen/.test(env['TERM'] ?? ''));

/** OSC 9;4 of ConEmu. iTerm2 before 3.6.6 would show it as a notification. */
const hasProgress = (env: Env): boolean =>
  !isMultiplexed(env) &&
  (has(env, 'WT_SESSION') ||
    env['ConEmuANSI'] === 'ON' ||
    program(env) === 'ghostty' ||
    (program(env) === 'iterm.app' && version(env) >= 30_606) ||
    Number(env['VTE_VERSION'] ?? 0) >= 7900);

export type Progress = 'busy' | 'waiting' | 'failed' | 'none';
/** `3` has no end in sight, `4` is paused, `2` an error, `0` takes it away. */
const PROGRESS: Readonly<Record<Progress, string>> = { busy: '3', waiting: '4;100', failed: '2;100', none: '0' };

export class Signals {
  readonly #env: Env;
  readonly #write: (text: string) => void;
  #title: string | null = null;
  #progress: Progress = 'none';

  constructor(env: Env, write: (text: string) => void) {
    this.#env = env;
    this.#write = write;
  }

  /** @param title words of ours */
  show(title: string, progress: Progress): void {
    if (title !== this.#title && hasTitle(this.#env)) {
      // The first time the old one is put on the terminal's stack.
      this.#write(`${this.#title === null ? '\u001b[22;2t' : ''}${OSC}2;${title}${BEL}`);
      this.#title = title;
    }
    if (progress !== this.#progress && hasProgress(this.#env)) {
      this.#write(`${OSC}9;4;${PROGRESS[progress]}${BEL}`);
      this.#progress = progress;
    }
  }

  /** Takes back what `show` did; harmless when there is nothing. */
  clear(): void {
    if (this.#progress !== 'none') this.#write(`${OSC}9;4;${PROGRESS.none}${BEL}`);
    if (this.#title !== null) this.#write(`${OSC}2;${BEL}\u001b[23;2t`);
    this.#progress = 'none';
    this.#title = null;
  }

  /** @param text words of ours */
  notify(how: Notify, text: string): void {
    if (how === 'off') return;
    const env = this.#env;
    const term = env['TERM'] ?? '';
    if (how === 'bell' || isMultiplexed(env)) this.#write(BEL);
    else if (has(env, 'KITTY_WINDOW_ID') || term === 'xterm-kitty') this.#write(`${OSC}99;;${text}\u001b\\`);
    else if (has(env, 'VTE_VERSION') || /^(?:foot|rxvt)/.test(term)) this.#write(`${OSC}777;notify;skyvern;${text}\u001b\\`);
    else if (['iterm.app', 'ghostty', 'wezterm'].includes(program(env))) this.#write(`${OSC}9;${text}${BEL}`);
    else this.#write(BEL);
  }
}
