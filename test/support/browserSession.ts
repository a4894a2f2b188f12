import type { SessionOptions } from '../../src/browser/types.js';

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
