/** Lists that the server gives page by page, while things appear at their front and, where a filter asks for what passes, leave them. */
import { type Command, Option } from 'commander';
import { positive } from './parsers.js';

export interface Paging<T> {
  /** One page, from 1. Shorter than `pageSize`: the last. */
  page(number: number): Promise<readonly T[]>;
  readonly pageSize: number;
  /** Pages beyond this one the server refuses. */
  readonly lastPage: number;
  /** Whether items may leave the list while it is read. */
  readonly leaving: boolean;
  idOf(item: T): string;
}

/**
 * Every item once; returns whether that was all there is.
 *
 * What appears at the front moves the others back: what ended one page begins the next, too, and is passed over there. What leaves moves
 * the others forward, out of the page to come and into the one that was read: so that one is read again.
 */
export async function* allPages<T>({ page, pageSize, lastPage, leaving, idOf }: Paging<T>): AsyncGenerator<T, boolean> {
  const seen = new Set<string>();
  const news = (items: readonly T[]) => items.filter((item) => !seen.has(idOf(item)) && seen.add(idOf(item)));
  for (let number = 1; number <= lastPage; number++) {
    const items = await page(number);
    if (leaving && number > 1) yield* news(await page(number - 1));
    yield* news(items);
    if (items.length < pageSize) return true;
  }
  return false;
}

export interface PageFlag {
  readonly page?: number;
}

/** For lists that are read a page at a time. */
export const addPageOption = (command: Command): Command =>
  command.addOption(
    new Option('--page <n>', 'only this page, from 1; --limit says how many are on one').argParser(positive).conflicts('all'),
  );

/** At most `limit` items of a list that the server pages. @param only of this page alone */
export async function collectPages<T>(
  page: (number: number, pageSize: number) => Promise<readonly T[]>,
  idOf: (item: T) => string,
  limit: number,
  only?: number,
): Promise<T[]> {
  if (only !== undefined) return [...(await page(only, Math.min(limit, LARGEST_PAGE)))];
  const pageSize = Math.min(limit, LARGEST_PAGE);
  const items: T[] = [];
  for await (const item of allPages({ page: (number) => page(number, pageSize), pageSize, lastPage: LARGEST_PAGE, leaving: false, idOf })) {
    items.push(item);
    if (items.length >= limit) break;
  }
  return items;
}

/** Of every list of the API; it is also the last page that it gives. */
const LARGEST_PAGE = 100;
