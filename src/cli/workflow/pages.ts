import { allPages } from '../pages.js';

/** The largest page asked for at once: these lists have no limit of their own. */
const PAGE_SIZE = 100;

/** At most `limit` items, each once, of a list that is as long as it is. @param only of this page alone */
export async function readPages<T>(
  page: (number: number, pageSize: number) => Promise<readonly T[]>,
  idOf: (item: T) => string,
  limit: number,
  { only, isWanted }: { readonly only?: number | undefined; readonly isWanted?: (item: T) => boolean } = {},
): Promise<T[]> {
  if (only !== undefined) return [...(await page(only, Math.min(Math.max(limit, 1), PAGE_SIZE)))];
  // Where some are picked out, how many that are says nothing of how many to read.
  const pageSize = Number.isFinite(limit) && !isWanted ? Math.min(Math.max(limit, 1), PAGE_SIZE) : PAGE_SIZE;
  const items: T[] = [];
  const pages = allPages({ page: (number) => page(number, pageSize), pageSize, lastPage: Number.POSITIVE_INFINITY, leaving: false, idOf });
  for await (const item of pages) {
    if (!isWanted || isWanted(item)) items.push(item);
    if (items.length >= limit) break;
  }
  return items;
}
