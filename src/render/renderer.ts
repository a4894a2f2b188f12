/** Readers of a stream of events. */
import type { Out } from '../io.js';
import type { RunEvent } from '../runs/events.js';
import { printableEvent } from './sanitize.js';

export interface Renderer {
  /** `machine` renderers get events as they are and escape what they write; `human` ones get printable text only. */
  readonly audience: 'human' | 'machine';
  event(event: RunEvent): void | Promise<void>;
  /** Once, after the last event and also after an error: the terminal is restored here. */
  close(): void | Promise<void>;
}

/**
 * Feeds every event to every renderer, one after the other, and resolves with the last event.
 *
 * A renderer that is slow holds the stream up, so nothing piles up in memory. Rejects with what the events or a renderer
 * threw, after every renderer was closed.
 */
export async function drive(events: AsyncIterable<RunEvent>, renderers: readonly Renderer[]): Promise<RunEvent | undefined> {
  const forPeople = renderers.some((renderer) => renderer.audience === 'human');
  let last: RunEvent | undefined;
  try {
    for await (const event of events) {
      last = event;
      const shown = forPeople ? printableEvent(event) : event;
      for (const renderer of renderers) await renderer.event(renderer.audience === 'human' ? shown : event);
    }
  } finally {
    await closeAll(renderers);
  }
  return last;
}

/** In order, so that the live view has left the screen before a result is written to it. */
async function closeAll(renderers: readonly Renderer[]): Promise<void> {
  const failures: unknown[] = [];
  for (const renderer of renderers) {
    try {
      await renderer.close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Writes text to a stream and waits where it is full. A reader that went away is no error: there is nobody to tell. */
export class Writer {
  readonly #out: Out;
  #gone = false;
  #failure: Error | null = null;

  constructor(out: Out) {
    this.#out = out;
    out.on('error', (error: NodeJS.ErrnoException) => {
      this.#gone = true;
      if (error.code !== 'EPIPE' && error.code !== 'EIO') this.#failure ??= error;
      this.#wake();
    });
    out.on('close', () => {
      this.#gone = true;
      this.#wake();
    });
  }

  #wake: () => void = () => {};

  /** Resolves when the stream takes more. Rejects when writing failed for another reason than a reader that left: a full disk. */
  async write(text: string): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (this.#gone || this.#out.write(text)) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#out.once('drain', resolve);
    });
    if (this.#failure) throw this.#failure;
  }
}
