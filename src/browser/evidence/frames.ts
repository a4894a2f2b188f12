/** Pictures of the tab in front, in a file as they come: what a recording is made of once the run is over. */
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import type { Clock } from '../../clock.js';

export interface Frame {
  /** Since the first frame, in milliseconds. */
  readonly atMs: number;
  /** Place in the file. */
  readonly at: number;
  readonly size: number;
}

/** A page that never stands still gives no more than this: enough to follow what happens. */
const FRAMES_PER_SECOND = 4;
/**
 * The pictures that are taken after each action are film enough while one follows the other as soon as this. Only then is the browser told to send
 * its own, of all that moves: they cost a tenth of the run.
 */
const QUIET_MS = 250;
const QUALITY = 60;
/** An hour of a page that never stands still; later pictures are not taken. */
const MAX_FRAMES = 60 * 60 * FRAMES_PER_SECOND;
const MAX_BYTES = 500 * 1024 * 1024;

export class Frames {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #size: { readonly width: number; readonly height: number };
  readonly #frames: Frame[] = [];
  #file: Promise<FileHandle> | null = null;
  #writing: Promise<void> = Promise.resolve();
  #bytes = 0;
  #firstAt: number | null = null;
  #lastAt = Number.NEGATIVE_INFINITY;
  #endMs = 0;
  #page: Page | null = null;
  #turning: Promise<void> = Promise.resolve();
  #covered = false;
  #ended = false;
  readonly #over = new AbortController();

  constructor(path: string, clock: Clock, size: { readonly width: number; readonly height: number }) {
    this.#path = path;
    this.#clock = clock;
    this.#size = size;
  }

  get path(): string {
    return this.#path;
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  /** From the first frame to the end of the run, in milliseconds. */
  get durationMs(): number {
    return this.#endMs;
  }

  /** Takes pictures of this tab from now on, and of no other. */
  follow(page: Page | null): void {
    if (page === this.#page || this.#ended) return;
    const before = this.#page;
    this.#page = page;
    this.#turning = this.#turning.then(async () => {
      if (before && !before.isClosed()) await before.screencast.stop().catch(() => {});
    });
    if (page) void this.#startWhenQuiet(page);
  }

  async #startWhenQuiet(page: Page): Promise<void> {
    const begunAt = this.#clock.monotonic();
    const isWanted = () => page === this.#page && !page.isClosed() && !this.#ended && !this.#covered;
    const leftMs = () => Math.max(begunAt, this.#lastAt) + QUIET_MS - this.#clock.monotonic();
    while (isWanted() && leftMs() > 0) await this.#clock.sleep(leftMs(), this.#over.signal).catch(() => {});
    this.#turning = this.#turning.then(async () => {
      if (!isWanted()) return;
      const onFrame = ({ data }: { readonly data: Buffer }) => this.#taken(page, data);
      // A browser of somebody else's may not allow it.
      await page.screencast.start({ onFrame, size: this.#size, quality: QUALITY, fps: FRAMES_PER_SECOND }).catch(() => {});
    });
  }

  /**
   * A secret may be seen from now on: a page can show it at any moment, and for a moment. Nothing is kept any more but the pictures that others
   * took and in which it is covered.
   */
  cover(): void {
    if (this.#covered) return;
    this.#covered = true;
    this.#turning = this.#turning.then(async () => {
      if (this.#page && !this.#page.isClosed()) await this.#page.screencast.stop().catch(() => {});
    });
  }

  /** Takes no more pictures. Resolves when those that were taken are in the file. Never rejects. */
  async end(): Promise<void> {
    if (!this.#ended && this.#firstAt !== null) this.#endMs = Math.round(this.#clock.monotonic() - this.#firstAt);
    this.#ended = true;
    this.#over.abort();
    await this.#writing;
    await (await this.#file?.catch(() => null))?.close().catch(() => {});
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true }).catch(() => {});
  }

  /** One more, that somebody took and in which no secret can be seen. */
  picture(page: Page, data: Buffer): void {
    if (!this.#ended && page === this.#page) this.#add(data, this.#clock.monotonic());
  }

  #taken(page: Page, data: Buffer): void {
    const now = this.#clock.monotonic();
    if (this.#ended || this.#covered || page !== this.#page) return;
    if (now - this.#lastAt < 1000 / FRAMES_PER_SECOND / 2) return;
    this.#add(data, now);
  }

  #add(data: Buffer, now: number): void {
    if (this.#frames.length >= MAX_FRAMES || this.#bytes + data.length > MAX_BYTES) return;
    this.#firstAt ??= now;
    this.#lastAt = now;
    const frame = { atMs: Math.round(now - this.#firstAt), at: this.#bytes, size: data.length };
    this.#bytes += data.length;
    this.#file ??= open(this.#path, 'w', 0o600);
    const file = this.#file;
    this.#writing = this.#writing.then(async () => {
      await (await file).write(data, 0, data.length, frame.at);
      this.#frames.push(frame);
    });
    this.#writing = this.#writing.catch(() => {}); // a full disk: the frame is not there
  }
}
