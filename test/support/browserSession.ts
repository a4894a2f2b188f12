import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBrowserPool, type PoolOptions } from '../../src/browser/pool.js';
import type { BrowserPool, SessionOptions } from '../../src/browser/types.js';
import { systemClock } from '../../src/clock.js';

/** Of the Chromium from npm, whatever else is installed; unpacked once for all tests. */
export const testPool = (options: Partial<PoolOptions> = {}): BrowserPool =>
  createBrowserPool(process, {
    clock: systemClock,
    cacheDir: join(tmpdir(), 'skyvern-test-cache'),
    sandbox: true,
    places: [],
    ...options,
  });

/** A session of a browser of its own, with nothing asked for but what is said. */
export const sessionOf = (downloadsDir: string, allowedUrls: readonly string[], more: Partial<SessionOptions> = {}): SessionOptions => ({
  headed: false,
  path: null,
  address: null,
  cdpHeaders: {},
  extraHttpHeaders: {},
  allowedUrls,
  downloadsDir,
  ...more,
});
