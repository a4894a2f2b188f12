/** The newest runs of a server, as far back as a lost start can be. */
import type { RunListQuery, RunsApi } from '../client/client.js';
import { parseServerTime } from '../protocol/time.js';
import type { Candidate } from './lookUp.js';

/** Pages of 100 that are read for one look. */
const PAGES = 5;

/** What `Search.since` answers: runs that `isCandidate` by their id, oldest first. */
export async function runsSince(
  runs: Pick<RunsApi, 'listPage'>,
  since: number,
  isCandidate: (runId: string) => boolean,
  options: { readonly query?: Pick<RunListQuery, 'runType'>; readonly signal?: AbortSignal | undefined } = {},
): Promise<{ candidates: Candidate[]; serverNow: number | null; complete: boolean }> {
  const candidates: Candidate[] = [];
  const call = options.signal && { signal: options.signal };
  let serverNow: number | null = null;
  for (let page = 1; page <= PAGES; page++) {
    const { items, serverNow: now } = await runs.listPage({ ...options.query, page, pageSize: 100 }, call);
    serverNow ??= now;
    for (const { run_id, status, created_at } of items) {
      if (isCandidate(run_id)) candidates.push({ run_id, status, created_at: parseServerTime(created_at) });
    }
    const oldest = parseServerTime(items.at(-1)?.created_at);
    if (items.length < 100 || (oldest !== null && oldest < since)) return { candidates: inOrder(candidates), serverNow, complete: true };
  }
  return { candidates: inOrder(candidates), serverNow, complete: false };
}

/** Oldest first, each once: runs that start while the pages are read push others to the next page. */
function inOrder(candidates: readonly Candidate[]): Candidate[] {
  const byId = new Map(candidates.map((each) => [each.run_id, each]));
  return [...byId.values()].sort((a, b) => (a.created_at ?? 0) - (b.created_at ?? 0));
}
