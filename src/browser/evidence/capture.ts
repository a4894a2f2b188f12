/** The evidence of one run: console, traffic and pictures of its browser context, from the first page to the end. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Clock } from '../../clock.js';
import type { EvidenceFile, EvidenceOptions } from '../types.js';
import { ConsoleLog } from './consoleLog.js';
import { writeWhole } from './files.js';
import { Frames } from './frames.js';
import { Har } from './har.js';
import { makeRecording } from './recording.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

export class Capture {
  readonly #options: EvidenceOptions;
  readonly #log: ConsoleLog;
  readonly #har: Har;
  readonly #frames: Frames | null;
  readonly #size: Size;

  private constructor(options: EvidenceOptions, context: BrowserContext, clock: Clock, size: Size, pictures: boolean) {
    this.#options = options;
    this.#size = size;
    this.#log = new ConsoleLog(context, clock, options.clean);
    this.#har = new Har(context, clock, options.clean);
    this.#frames = pictures ? new Frames(join(options.folder, 'frames.part'), clock, size) : null;
  }

  /**
   * To be called before the context has a page.
   * @param pictures whether a recording is to be made
   */
  static async begin(options: EvidenceOptions, context: BrowserContext, clock: Clock, size: Size, pictures: boolean): Promise<Capture> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    return new Capture(options, context, clock, size, pictures);
  }

  /** The tab in front is this one now. */
  follow(page: Page | null): void {
    this.#frames?.follow(page);
  }

  /** A secret may be seen from now on: the film is made of pictures in which it is covered. */
  cover(): void {
    this.#frames?.cover();
  }

  /** A picture of the tab in which secrets are covered already: what each action came to is in the film, however busy the machine is. */
  picture(page: Page, png: Buffer): void {
    this.#frames?.picture(page, png);
  }

  /** Takes in no more. Resolves with what is a file already; what could not be written is left out. */
  async end(): Promise<readonly EvidenceFile[]> {
    const { folder } = this.#options;
    const files = await Promise.all([
      writeWhole('browser_console_log', folder, 'browser_console.log', this.#log.text()).catch(() => null),
      writeWhole('har', folder, 'network.har', this.#har.text()).catch(() => null),
      this.#frames?.end().then(() => null) ?? null,
    ]);
    return files.filter((file) => file !== null);
  }

  /** In place of `end()` and `recording()`: nothing is left. Never rejects. */
  async discard(): Promise<void> {
    await this.#frames?.end();
    await this.#frames?.remove();
  }

  /** After `end()`: the film, which takes time. Null when there is none. Leaves no pictures behind. */
  async recording(browser: () => Promise<Browser>, signal: AbortSignal): Promise<EvidenceFile | null> {
    const frames = this.#frames;
    if (!frames) return null;
    try {
      await frames.end();
      if (frames.frames.length === 0) return null;
      return await makeRecording(await browser(), frames, this.#size, join(this.#options.folder, 'recording.webm'), signal);
    } finally {
      await frames.remove();
    }
  }
}
