import { onTestFinished } from 'vitest';
import { type Answer, openPages, type Pages } from '../support/pageServer.js';

export type { Answer, Pages } from '../support/pageServer.js';

/** Serves small HTML pages by path on 127.0.0.1, until the test ends. */
export async function servePages(answers: Readonly<Record<string, Answer>>): Promise<Pages> {
  const pages = await openPages(answers);
  onTestFinished(pages.close);
  return pages;
}
