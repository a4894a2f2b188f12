/** Starts that a killed process, a lost answer or an interrupt left without a known outcome. */
import type { Op } from '../journal/journal.js';
import type { Search } from '../journal/lookUp.js';
import { leftStarts, type Recovered, recover } from '../journal/recover.js';
import { searchOf } from '../journal/searchOf.js';
import { printable } from '../render/sanitize.js';
import type { CliContext } from './context.js';
import { journalOf, runStore, type Target } from './target.js';

/** Looks for the run of each. What is found is a run started here: `@last` and its id find its server. */
export async function settleStarts(
  ctx: CliContext,
  starts: readonly Op[],
  searchFor: (op: Op) => Promise<Search | null>,
  signal: AbortSignal = ctx.callSignal,
): Promise<Recovered[]> {
  const journal = journalOf(ctx);
  const results = await recover({ journal, clock: ctx.clock, signal, searchFor }, starts);
  for (const { op, run_id, label } of results) {
    const start = journal.find(op);
    if (run_id === null || !start) continue;
    const { kind, base_url, profile, local, cwd, key_mark } = start;
    runStore(ctx).remember({ run_id, kind, base_url, profile, local, cwd, key_mark, label });
  }
  return results;
}

/** How long a new start waits for this, in real milliseconds, and how many entries it looks at. */
const PATIENCE_MS = 1_000;
const NEWEST = 32;

/**
 * Before a start: settles those that were left behind at the same server. Says what it finds, once, and never fails the start.
 * Not beside it: a new run of the same content could be taken for a lost one.
 */
export async function settleQuietly(ctx: CliContext, { client, baseUrl, local }: Target, tell: boolean): Promise<void> {
  try {
    const here = ({ local: isLocal, origin }: Op) => (local ? isLocal : !isLocal && origin === baseUrl.origin);
    const journal = journalOf(ctx);
    const left = leftStarts(journal, NEWEST).filter(here);
    if (left.length === 0) return;
    const signal = AbortSignal.any([ctx.callSignal, AbortSignal.timeout(PATIENCE_MS)]);
    const results = await settleStarts(ctx, left, async (op) => searchOf(op, client), signal);
    const untold = new Set(left.filter((op) => journal.isUntold(op)).map(({ op }) => op));
    for (const { op, run_id, label } of results) {
      if (!tell || run_id === null) continue;
      const what = untold.has(op) ? 'that was killed before it could say so' : 'whose answer was lost';
      ctx.io.stderr.write(printable(`found ${run_id}, of an earlier start ${what}: ${label}`).concat('\n'));
      journal.markTold(op);
    }
  } catch {
    // `skyvern run recover` and `skyvern doctor` tell what could not be settled here.
  }
}
