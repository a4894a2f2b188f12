/**
 * Runs that ended while nobody listened: their server tried for some seconds to tell, and then gave up.
 *
 * They are found in its list, and told from what it answers of each. Only those that were to be told here: their webhook goes to an address
 * by which this listener has been reached.
 */
import type { CallOptions, RunsApi } from '../../client/client.js';
import type { Clock } from '../../clock.js';
import { ApiError } from '../../errors.js';
import type { Run } from '../../protocol/run.js';
import { isEnded } from '../../protocol/status.js';
import { parseServerTime } from '../../protocol/time.js';
import { allPages } from '../pages.js';
import { SEEN_KEPT_MS, type SeenWebhooks } from './seen.js';
import { toldBy } from './told.js';

export interface MissedDeps {
  readonly runs: Pick<RunsApi, 'listPage' | 'get'>;
  readonly seen: SeenWebhooks;
  readonly clock: Clock;
  /** Host and port of addresses that lead here. */
  readonly hosts: ReadonlySet<string>;
  readonly call: CallOptions;
}

const PAGE_SIZE = 100;
const MAX_PAGES = 20;
/** Runs whose request is read. */
const MAX_READ = 500;
/** How long a run may have been under way when it ended. */
const LONGEST_RUN_MS = 86_400_000;

/**
 * Oldest end first.
 * @param sinceMs by our clock; nothing is known of what was taken more than thirty days ago, so nothing older is told
 * @returns `complete`: false when there may be more than what was looked at
 */
export async function missedRuns(
  { runs, seen, clock, hosts, call }: MissedDeps,
  sinceMs: number,
): Promise<{ readonly missed: readonly Run[]; readonly complete: boolean }> {
  const oldest = Math.max(sinceMs, clock.now() - SEEN_KEPT_MS);
  let skewMs: number | null = null;
  const page = async (number: number) => {
    const { items, serverNow } = await runs.listPage({ page: number, pageSize: PAGE_SIZE }, call);
    skewMs ??= serverNow === null ? 0 : serverNow - clock.now();
    return items;
  };
  const isBefore = (time: string | null, ms: number) => {
    const at = parseServerTime(time);
    return at !== null && at - (skewMs ?? 0) < ms;
  };
  const missed: Run[] = [];
  const rows = allPages({ page, pageSize: PAGE_SIZE, lastPage: MAX_PAGES, leaving: false, idOf: ({ run_id }) => run_id });
  let complete = true;
  let read = 0;
  for (;;) {
    const { value: row, done } = await rows.next();
    if (done) {
      complete &&= row;
      break;
    }
    if (isBefore(row.created_at, oldest - LONGEST_RUN_MS)) break;
    const told = toldBy(row);
    if (isBefore(row.finished_at, oldest) || (isEnded(row) && told !== null && seen.knows(told))) continue;
    if (read++ >= MAX_READ) {
      complete = false;
      break;
    }
    const run = await readRun(runs, row.run_id, call);
    if (run && isEnded(run) && !isBefore(run.finished_at, oldest) && hosts.has(webhookHost(run) ?? '')) missed.push(run);
  }
  const endOf = (run: Run) => parseServerTime(run.finished_at) ?? 0;
  return { missed: missed.sort((a, b) => endOf(a) - endOf(b)), complete };
}

/** Null for one that cannot be had: it keeps the others from nobody. */
async function readRun(runs: Pick<RunsApi, 'get'>, runId: string, call: CallOptions): Promise<Run | null> {
  try {
    return await runs.get(runId, call);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** Where the run is told; a run of a workflow may have it from there. */
function webhookHost({ run_request, webhook_callback_url }: Run): string | null {
  const address = run_request?.['webhook_url'] ?? webhook_callback_url;
  return typeof address === 'string' && URL.canParse(address) ? new URL(address).host : null;
}
