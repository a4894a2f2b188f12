import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearLine, cursorTo, moveCursor } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Io } from '../../src/io.js';

/** A stream that keeps what was written to it. */
export class Kept extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  #text = '';
  #waiting: { readonly wanted: RegExp; readonly found: () => void }[] = [];
  constructor(tty: boolean) {
    super({ decodeStrings: false });
    this.isTTY = tty;
    this.columns = 80;
    this.rows = 24;
  }
  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#text += chunk.toString();
    this.#waiting = this.#waiting.filter(({ wanted, found }) => {
      if (!wanted.test(this.#text)) return true;
      found();
      return false;
    });
    done();
  }
  /** What a terminal's stream has besides. */
  clearLine = (direction: -1 | 0 | 1): boolean => clearLine(this, direction);
  cursorTo = (x: number, y?: number): boolean => cursorTo(this, x, y);
  moveCursor = (x: number, y: number): boolean => moveCursor(this, x, y);
  text(): string {
    return this.#text;
  }
  lines(): string[] {
    return this.#text.split('\n').filter((line) => line !== '');
  }
  /** Every line as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read fields of output whose shape they state themselves
  json(): any[] {
    return this.lines().map((line) => JSON.parse(line));
  }
  /** Resolves as soon as the text matches. */
  seen(wanted: RegExp): Promise<void> {
    if (wanted.test(this.#text)) return Promise.resolve();
    return new Promise((found) => this.#waiting.push({ wanted, found }));
  }
}

export interface TestIo extends Io {
  readonly stdin: PassThrough & { readonly isTTY?: boolean };
  readonly stdout: Kept;
  readonly stderr: Kept;
  readonly env: Record<string, string | undefined>;
  /** The folder that `SKYVERN_HOME` names: all four folders of `paths()` lie below it. */
  readonly home: string;
}

/** A temporary folder that is gone when the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export interface TestIoOptions {
  /** Whether stdin, stdout and stderr are a terminal of 80 x 24; `output`: all but stdin. */
  readonly tty?: boolean | 'output';
  /** What stdin holds; it ends after that. Without it stdin stays open and empty. */
  readonly stdin?: string;
  readonly argv?: readonly string[];
}

/** The outside world of one test: streams that keep their text, a home of its own, the real pid and platform. */
export function testIo(env: Record<string, string | undefined> = {}, options: TestIoOptions = {}): TestIo {
  const home = env['SKYVERN_HOME'] ?? tempFolder();
  mkdirSync(home, { recursive: true });
  const tty = options.tty !== undefined && options.tty !== false;
  const stdin: PassThrough & { isTTY?: boolean } = new PassThrough();
  stdin.isTTY = options.tty === true;
  if (options.stdin !== undefined) stdin.end(options.stdin);
  const { getuid } = process;
  return {
    stdin,
    stdout: new Kept(tty),
    stderr: new Kept(tty),
    env: { SKYVERN_HOME: home, ...env },
    home,
    platform: process.platform,
    arch: process.arch,
    pid: process.pid,
    execPath: process.execPath,
    argv: options.argv ?? [process.execPath, 'bin/skyvern.js'],
    cwd: () => home,
    ...(getuid && { getuid: () => getuid() }),
    kill: (pid, signal) => process.kill(pid, signal),
  };
}
