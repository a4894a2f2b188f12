/**
 * Keeps what is too long for one message of a browser from the library that drives it.
 *
 * A page decides how long its console lines, errors, dialogs, titles and texts are. The library reads each message of the browser as one
 * string in this process: one of half a gigabyte, which a page writes in one line of script, would end the server and with it every run.
 * So such a message is dropped as it comes: an event is as if it had never been, and an answer becomes an error of the script that was to read.
 */
import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Readable } from 'node:stream';

/** In bytes. The largest that honest pages cause, a long page's text or stored data, are a few million. */
export const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
/** Node tells there of each child process that is made. */
const CHANNEL = 'child_process';
/** Where the browser writes to, and what stands between two messages. */
const READ_FROM = 4;
const END = 0;
/** Of a message that is dropped, enough to find the number of the question and the session at its two ends. */
const KEPT_BYTES = 300;

export interface Guarding {
  /** Of one message. */
  readonly maxBytes: number;
  /** Should it abort before the browser is there, the program is ended, on which `launch` rejects. */
  readonly signal: AbortSignal;
  /** Ends the program, whose process has an id by then. */
  readonly end: (program: ChildProcess) => void;
}

/**
 * Starts a browser and guards its pipe, which nobody reads before `launch` has given it to the library.
 * @param file the program that `launch` starts
 */
export async function withGuardedPipe<T>(file: string, { maxBytes, signal, end }: Guarding, launch: () => Promise<T>): Promise<T> {
  const made: ChildProcess[] = [];
  const endAll = () => made.forEach(end);
  const note = (message: unknown) => {
    const { process: child } = message as { readonly process: ChildProcess };
    // What it will be is known when it runs.
    child.once('spawn', () => {
      if (child.spawnfile !== file) return;
      made.push(child);
      if (signal.aborted) end(child);
    });
  };
  subscribe(CHANNEL, note);
  signal.addEventListener('abort', endAll);
  try {
    const launched = await launch();
    for (const child of made) guard(child.stdio[READ_FROM] as Readable, maxBytes);
    return launched;
  } finally {
    signal.removeEventListener('abort', endAll);
    unsubscribe(CHANNEL, note);
  }
}

function guard(stream: Readable, maxBytes: number): void {
  const readers = stream.listeners('data') as ((chunk: Buffer) => void)[];
  const filter = new MessageFilter(maxBytes, (chunk) => {
    for (const read of readers) read.call(stream, chunk);
  });
  stream.removeAllListeners('data').on('data', (chunk: Buffer) => filter.push(chunk));
}

/** Hands on whole messages, each with its end, but for those that are too long. */
export class MessageFilter {
  readonly #maxBytes: number;
  readonly #forward: (chunk: Buffer) => void;
  /** Of the message that is under way; empty once it is too long. */
  #held: Buffer[] = [];
  #bytes = 0;
  #head = '';
  #tail = Buffer.alloc(0);

  constructor(maxBytes: number, forward: (chunk: Buffer) => void) {
    this.#maxBytes = maxBytes;
    this.#forward = forward;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(END); end >= 0; end = chunk.indexOf(END, from)) {
      this.#take(chunk.subarray(from, end + 1));
      this.#handOn();
      from = end + 1;
    }
    if (from < chunk.length) this.#take(chunk.subarray(from));
  }

  #take(part: Buffer): void {
    const before = this.#bytes;
    this.#bytes += part.length;
    if (this.#bytes <= this.#maxBytes) {
      this.#held.push(part);
      return;
    }
    if (before <= this.#maxBytes) {
      const start = [...this.#held, part];
      this.#head = Buffer.concat(start.map((each) => each.subarray(0, KEPT_BYTES))).toString('latin1');
      this.#held = [];
    }
    this.#tail = Buffer.concat([this.#tail, part.subarray(-KEPT_BYTES)]).subarray(-KEPT_BYTES);
  }

  #handOn(): void {
    const whole = this.#bytes <= this.#maxBytes ? this.#held : this.#refusal();
    this.#held = [];
    this.#bytes = 0;
    this.#tail = Buffer.alloc(0);
    if (whole.length > 0) this.#forward(whole.length === 1 ? (whole[0] as Buffer) : Buffer.concat(whole));
  }

  /** What stands in the place of an answer; nothing in that of an event. */
  #refusal(): readonly Buffer[] {
    const id = /^\{"id":(\d+),/.exec(this.#head)?.[1];
    if (id === undefined) return [];
    const sessionId = /"sessionId":"(\w+)"\}\0$/.exec(this.#tail.toString('latin1'))?.[1];
    // Only scripts give long answers. An error of the protocol's own would be taken for a page that went elsewhere, and they be run again.
    const text = `${TOO_LONG} (${Math.round(this.#maxBytes / 1024 / 1024)} MB)`;
    const result = { result: { type: 'undefined' }, exceptionDetails: { exceptionId: 1, text, lineNumber: 0, columnNumber: 0 } };
    return [Buffer.from(`${JSON.stringify({ id: Number(id), result, ...(sessionId && { sessionId }) })}\0`)];
  }
}

/** Begins the error that stands for an answer. */
export const TOO_LONG = 'the page holds more than can be read at once';
