/**
 * Ends pages that take the memory of the machine.
 *
 * The engine that runs scripts ends a page at one gigabyte of objects (launch.ts), but array buffers, pictures and elements are not counted
 * there. So what the processes that draw pages hold is looked at while there are runs. Linux only: elsewhere nobody tells it without a
 * program of its own.
 */
import { readFile } from 'node:fs/promises';
import type { Browser, CDPSession } from 'playwright-core';
import type { Clock } from '../clock.js';
import type { Io } from '../io.js';

/** One process, with what it shares with others; and all of one browser together. In bytes. */
export interface MemoryLimits {
  readonly pageBytes: number;
  readonly browserBytes: number;
}

export const MEMORY_LIMITS: MemoryLimits = { pageBytes: 2 * 1024 ** 3, browserBytes: 4 * 1024 ** 3 };
const LOOK_MS = 500;
/** What `statm` counts in: the same on all processors that Chromium is made for, but for some servers, where it is more. */
const KERNEL_PAGE_BYTES = 4096;
/** A page that crashes within this time after a process was ended was in it. */
const BLAMED_MS = 5_000;

export class MemoryWatch {
  readonly #browser: Browser;
  readonly #host: Pick<Io, 'kill' | 'platform'>;
  readonly #clock: Clock;
  readonly #limits: MemoryLimits;
  #watching: AbortController | null = null;
  /** On `clock.monotonic()`. */
  #endedAt = Number.NEGATIVE_INFINITY;

  constructor(browser: Browser, host: Pick<Io, 'kill' | 'platform'>, clock: Clock, limits: MemoryLimits = MEMORY_LIMITS) {
    this.#browser = browser;
    this.#host = host;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Why a page that crashed just now did, when it was this watch; null: it was not. */
  blame(): string | null {
    if (this.#clock.monotonic() - this.#endedAt > BLAMED_MS) return null;
    return `the page was ended: it held more than ${Math.round(this.#limits.pageBytes / 1024 ** 2)} MB of memory`;
  }

  start(): void {
    if (this.#watching || this.#host.platform !== 'linux') return;
    const watching = new AbortController();
    this.#watching = watching;
    // A browser that is gone has nothing to be watched.
    void this.#watch(watching.signal).catch(() => {});
  }

  stop(): void {
    this.#watching?.abort();
    this.#watching = null;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const session = await this.#browser.newBrowserCDPSession();
    try {
      for (;;) {
        await this.#clock.sleep(LOOK_MS, signal);
        await this.#look(session);
      }
    } finally {
      await session.detach().catch(() => {});
    }
  }

  async #look(session: CDPSession): Promise<void> {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const pids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    const held = await Promise.all(pids.map(async (pid) => ({ pid, bytes: await residentBytes(pid) })));
    held.sort((a, b) => b.bytes - a.bytes);
    const all = held.reduce((sum, { bytes }) => sum + bytes, 0);
    const { pageBytes, browserBytes } = this.#limits;
    for (const [index, { pid, bytes }] of held.entries()) {
      if (bytes > pageBytes || (index === 0 && all > browserBytes)) this.#end(pid);
    }
  }

  #end(pid: number): void {
    this.#endedAt = this.#clock.monotonic();
    try {
      this.#host.kill(pid, 'SIGKILL');
    } catch {
      // it is gone already
    }
  }
}

/** What of a process is in memory now; 0 for one that is gone. */
async function residentBytes(pid: number): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
  return Number(statm.split(' ')[1] ?? 0) * KERNEL_PAGE_BYTES;
}
