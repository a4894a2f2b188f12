import type { Context, Hono } from 'hono';
import { isTerminalStatus, RUN_STATUSES, RUN_TYPES } from '../../protocol/status.js';
import { jsonObject } from '../body.js';
import type { RouteDeps } from '../deps.js';
import { BlockStore } from '../flow/blockStore.js';
import { flowTimeline } from '../flow/flowWire.js';
import { invalid, refusal } from '../httpError.js';
import { choices, longText, pageNumber } from '../query.js';
import type { RunRow, TagFilter } from '../store.js';
import { actionWire, legacyRequestWire, legacyTaskWire, listItemWire, runWire, stepWire, timelineWire } from '../wire.js';

/** Longest `Prefer: wait`, in seconds: below the 30 s after which clients and proxies tend to give up. */
const MAX_WAIT_SECONDS = 25;
/** As upstream: a search goes no further. */
const SEARCH_LIMIT = 1_000;

export function addRuns(app: Hono, deps: RouteDeps): void {
  const { store, worker, waiters } = deps;
  const blocks = new BlockStore(store, deps.clock);

  app.get('/v1/runs', (c) => {
    const query = new URL(c.req.url).searchParams;
    const page = pageNumber(query, 'page', 1);
    const limit = pageNumber(query, 'page_size', 10);
    const statuses = choices(query, 'status', RUN_STATUSES);
    const runTypes = choices(query, 'run_type', RUN_TYPES);
    const search = longText(query, 'search_key', 3)?.toLowerCase() ?? null;
    const workflows = query.getAll('workflow_permanent_id');
    if ((search !== null || workflows.length > 0) && page * limit > SEARCH_LIMIT) {
      throw refusal(400, 'Search pagination is limited to the first 1000 matches. Use a narrower search.');
    }
    const tags = tagFilters(query);
    return c.json(store.listRuns({ statuses, runTypes, search, workflows, tags, limit, offset: (page - 1) * limit }).map(listItemWire));
  });

  app.get('/v1/runs/:id', async (c) => {
    const runId = c.req.param('id');
    const load = (): RunRow => {
      const row = store.runById(runId);
      if (!row) throw refusal(404, `Task run not found ${runId}`);
      return row;
    };
    let run = load();
    const waitSeconds = preferredWait(c);
    const live = !isTerminalStatus(run.status);
    if (waitSeconds > 0 && live && isKnown(c, run)) {
      await waiters.wait(runId, waitSeconds * 1000, c.req.raw.signal);
      run = load();
    }
    c.header('etag', etag(run));
    if (waitSeconds > 0 && live) c.header('preference-applied', 'wait');
    if (isKnown(c, run)) return c.body(null, 304);
    return c.json(runWire(run, store.artifacts(runId), deps.baseUrl()));
  });

  app.get('/v1/runs/:id/timeline', (c) => {
    const run = store.runById(c.req.param('id'));
    if (!run) throw refusal(404, `Run not found ${c.req.param('id')}`);
    if (run.kind === 'workflow') return c.json(flowTimeline(run, blocks.of(run.run_id), store.actions(run.run_id)));
    return c.json(
      timelineWire(run, {
        actions: store.actions(run.run_id),
        subtasks: store.subtasks(run.run_id),
        thoughts: store.thoughts(run.run_id),
      }),
    );
  });

  app.get('/api/v1/tasks/:id', (c) => {
    const run = store.runById(c.req.param('id'));
    if (!run) throw refusal(404, `Task ${c.req.param('id')} not found`);
    const webhook = store.webhook(run.run_id);
    const task = legacyTaskWire(run, store.artifacts(run.run_id), webhook, deps.baseUrl());
    return c.json({ request: legacyRequestWire(run, webhook), ...task });
  });
  app.get('/api/v1/tasks/:id/steps', (c) => c.json(store.steps(c.req.param('id')).map(stepWire)));
  app.get('/api/v1/tasks/:id/actions', (c) => c.json(store.actions(c.req.param('id')).map(actionWire)));

  // Upstream has it for runs of workflows only, which pause for a block; tasks here pause when a person is to confirm something.
  app.post('/v1/workflows/runs/:id/continue', (c) => {
    const runId = c.req.param('id');
    if (!deps.pauses.release(runId)) throw refusal(404, `Workflow run not found ${runId}`);
    return c.json(null);
  });

  app.post('/v1/runs/cancel', async (c) => {
    const ids = runIds(await jsonObject(c.req.raw));
    const cancelled: string[] = [];
    const failed: string[] = [];
    for (const id of new Set(ids)) (worker.cancel(id) ? cancelled : failed).push(id);
    return c.json({ cancelled, failed });
  });

  app.post('/v1/runs/:id/cancel', (c) => {
    const runId = c.req.param('id');
    const run = store.runById(runId);
    if (!run) throw refusal(404, `Run not found ${runId}`);
    if (worker.cancel(runId)) return c.json(null);
    if (run.kind === 'workflow') return c.json(null); // as upstream, which says nothing of it
    if (run.status === 'canceled') {
      throw refusal(400, `Invalid task status transition to canceled for ${runId} because task is already canceled`);
    }
    throw refusal(400, `Invalid task status transition from ${run.status} to canceled for ${runId}`);
  });
}

/** Changes with every change of the run, its steps, actions and artifacts. */
const etag = (run: RunRow): string => `"${run.version}"`;

function isKnown(c: Context, run: RunRow): boolean {
  const tags = (c.req.header('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag(run)) || tags.includes('*');
}

/** Seconds of `Prefer: wait=N` (RFC 7240), 0 without one. */
function preferredWait(c: Context): number {
  const seconds = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})/i.exec(c.req.header('prefer') ?? '')?.[1];
  return Math.min(Number(seconds ?? 0), MAX_WAIT_SECONDS);
}

function runIds(body: Record<string, unknown>): string[] {
  const ids = body['run_ids'];
  const loc = ['body', 'run_ids'];
  if (ids === undefined) throw invalid([{ type: 'missing', loc, msg: 'Field required', input: body }]);
  if (!Array.isArray(ids)) throw invalid([{ type: 'list_type', loc, msg: 'Input should be a valid list', input: ids }]);
  if (ids.length > 100) {
    const msg = `List should have at most 100 items after validation, not ${ids.length}`;
    throw invalid([{ type: 'too_long', loc, msg, input: ids, ctx: { field_type: 'List', max_length: 100, actual_length: ids.length } }]);
  }
  const faults = ids.flatMap((id: unknown, index) =>
    typeof id === 'string' ? [] : [{ type: 'string_type', loc: [...loc, index], msg: 'Input should be a valid string', input: id }],
  );
  if (faults.length > 0) throw invalid(faults);
  return ids as string[];
}

const MAX_TAG_TERMS = 20;

/** `label`, `key:*` and `key:value`: terms of one key are alternatives, keys are not. @throws HttpError 400 */
function tagFilters(query: URLSearchParams): TagFilter[] {
  const terms = query.getAll('tags').flatMap((text) => text.split(',').map((term) => term.trim()));
  const refused = (term: string) => refusal(400, `Invalid tag filter '${term}'; expected 'label', 'key:*', or 'key:value'.`);
  if (terms.length > MAX_TAG_TERMS) throw refusal(400, `Invalid tag filter: at most ${MAX_TAG_TERMS} terms.`);
  const byKey = Map.groupBy(terms, (term) => {
    const [, key = null, value = term] = /^([^:]*):(.*)$/s.exec(term) ?? [];
    if (key === '' || value === '') throw refused(term);
    return key;
  });
  return [...byKey].map(([key, all]) => {
    const values = all.map((term) => (key === null ? term : term.slice(key.length + 1)));
    return { key, values: key !== null && values.includes('*') ? null : values };
  });
}
