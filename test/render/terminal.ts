/** A real pseudo-terminal with our renderers in it, read by a terminal emulator. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { rolldown } from 'rolldown';
import { onTestFinished } from 'vitest';
import type { RunEvent } from '../../src/runs/events.js';
import { tempFolder } from '../support/io.js';

export type Played = RunEvent | number | 'forever';

/** Bundles the player once, as the published program is bundled: lazy chunks, production React. @returns its file */
export async function bundlePlayer(folder: string): Promise<string> {
  const bundle = await rolldown({
    input: { play: join(import.meta.dirname, 'play.ts') },
    platform: 'node',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    external: ['react-devtools-core'],
    logLevel: 'silent',
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
  await bundle.close();
  return join(folder, 'play.mjs');
}

export interface Screen {
  /** Rows on the screen, without trailing blanks. */
  rows(): string[];
  /** All rows, the scrollback first. */
  everything(): string[];
  /** Bytes as they came. */
  raw(): string;
  type(keys: string): void;
  /** A signal to the program. */
  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGKILL'): void;
  resize(columns: number, rows: number): void;
  /** Resolves, with all rows of that moment, when the emulator shows a match; the test's time-out is the only clock. */
  shows(wanted: RegExp): Promise<string[]>;
  /** Resolves when what is on the screen now, without the scrollback, is what is wanted. */
  until(wanted: (rows: string[]) => boolean): Promise<void>;
  /** Resolves when the bytes match. */
  sends(wanted: RegExp): Promise<void>;
  ended: Promise<number>;
  readonly terminal: InstanceType<typeof xterm.Terminal>;
}

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Record<string, string>;
  /** Rows are broken anew when the terminal gets narrower, as most do; others cut them off. */
  readonly breaksAnew?: boolean;
}

export interface PlayOptions extends TerminalOptions {
  readonly mode?: string;
  /** What the shell runs; `%` stands for the player. */
  readonly shell?: string;
}

export function playIn(player: string, steps: readonly Played[], options: PlayOptions = {}): Screen {
  const { mode = 'auto', shell = 'exec %' } = options;
  const folder = tempFolder();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'events.json');
  writeFileSync(file, JSON.stringify(steps));
  const command = `${JSON.stringify(process.execPath)} ${JSON.stringify(player)} ${JSON.stringify(file)} ${mode}`;
  return inTerminal('bash', ['--norc', '-c', shell.replace('%', command)], folder, options);
}

const PROGRAM = join(import.meta.dirname, '../../bin/skyvern.js');

/** The built program itself. */
export const programIn = (args: readonly string[], options: TerminalOptions = {}): Screen =>
  inTerminal(process.execPath, [PROGRAM, ...args], tempFolder(), options);

function inTerminal(program: string, args: readonly string[], folder: string, options: TerminalOptions): Screen {
  const { columns = 80, rows = 24, env = {}, breaksAnew = true } = options;
  const terminal = new xterm.Terminal({
    ...{ cols: columns, rows, scrollback: 5_000, allowProposedApi: true, convertEol: false },
    ...(!breaksAnew && { windowsPty: { backend: 'conpty' as const, buildNumber: 1 } }),
  });
  const pty = spawn(program, [...args], {
    name: env['TERM'] ?? 'xterm-256color', // it becomes TERM
    cols: columns,
    rows,
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
  });
  let raw = '';
  let watching: { readonly wanted: (rows: string[]) => boolean; readonly found: () => void }[] = [];
  let awaited: { readonly wanted: RegExp; readonly found: () => void }[] = [];
  let waiting: { readonly wanted: RegExp; readonly found: (rows: string[]) => void }[] = [];
  pty.onData((data) => {
    raw += data;
    awaited = awaited.filter(({ wanted, found }) => {
      if (wanted.test(raw)) found();
      return !wanted.test(raw);
    });
    terminal.write(data, () => {
      const now = read(terminal, 0);
      const shown = now.join('\n');
      const visible = read(terminal, terminal.buffer.active.baseY);
      watching = watching.filter(({ wanted, found }) => {
        if (!wanted(visible)) return true;
        found();
        return false;
      });
      waiting = waiting.filter(({ wanted, found }) => {
        if (wanted.test(shown)) found(now);
        return !wanted.test(shown);
      });
    });
  });
  // What the emulator answers goes back to the program, as a real terminal's answers would.
  terminal.onData((data) => pty.write(data));
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode }) => terminal.write('', () => resolve(exitCode)));
  });
  onTestFinished(() => {
    try {
      pty.kill('SIGKILL');
    } catch {
      // it ended by itself
    }
  });
  return {
    terminal,
    rows: () => read(terminal, terminal.buffer.active.baseY),
    everything: () => read(terminal, 0),
    raw: () => raw,
    type: (keys) => pty.write(keys),
    kill: (signal) => pty.kill(signal),
    until: (wanted) =>
      wanted(read(terminal, terminal.buffer.active.baseY))
        ? Promise.resolve()
        : new Promise((found) => {
            watching.push({ wanted, found });
          }),
    sends: (wanted) => (wanted.test(raw) ? Promise.resolve() : new Promise((found) => awaited.push({ wanted, found }))),
    resize(nextColumns, nextRows) {
      terminal.resize(nextColumns, nextRows);
      pty.resize(nextColumns, nextRows);
    },
    shows(wanted) {
      const now = read(terminal, 0);
      return wanted.test(now.join('\n')) ? Promise.resolve(now) : new Promise((found) => waiting.push({ wanted, found }));
    },
    ended,
  };
}

function read(terminal: InstanceType<typeof xterm.Terminal>, from: number): string[] {
  const buffer = terminal.buffer.active;
  const rows = Array.from({ length: buffer.length - from }, (_, index) => buffer.getLine(from + index)?.translateToString(true) ?? '');
  while (rows.at(-1) === '') rows.pop();
  return rows;
}
