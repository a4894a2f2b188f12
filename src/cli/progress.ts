import type ora from 'ora';
import type { Io } from '../io.js';
import { printable } from '../render/sanitize.js';

/** What takes a while, on stderr: one line that changes on a terminal, one line for each kind of work elsewhere. */
export class Progress {
  readonly #io: Io;
  #spinner: ReturnType<typeof ora> | null = null;
  #loading = false;
  #text = '';
  #ended = false;
  #lastKind = '';

  constructor(io: Io) {
    this.#io = io;
  }

  say(text: string): void {
    this.#text = printable(text);
    if (!this.#io.stderr.isTTY || this.#io.env['TERM'] === 'dumb') this.#line();
    else if (this.#spinner) this.#spinner.text = this.#text;
    else if (!this.#loading) void this.#load();
  }

  /** The line goes: what was waited for is there, or an error follows. */
  end(): void {
    this.#ended = true;
    this.#spinner?.stop();
  }

  /** In a log a percentage that counts up is noise: only the first of a kind is told. */
  #line(): void {
    const kind = this.#text.replace(/[\d%]+/g, '').trim();
    if (kind !== this.#lastKind) this.#io.stderr.write(`${kind} ...\n`);
    this.#lastKind = kind;
  }

  async #load(): Promise<void> {
    this.#loading = true;
    const { default: ora } = await import('ora');
    if (this.#ended) return;
    this.#spinner = ora({ text: this.#text, stream: this.#io.stderr as NodeJS.WriteStream, discardStdin: false }).start();
  }
}
