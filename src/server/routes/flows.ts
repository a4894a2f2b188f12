/** Runs of workflows: starting one, lists of them, another try, and one alone in the older API's words. */
import type { Context, Hono } from 'hono';
import { isTerminalStatus, RUN_STATUSES } from '../../protocol/status.js';
import { parseServerTime } from '../../protocol/time.js';
import { jsonObject } from '../body.js';
import type { RouteDeps } from '../deps.js';
import { checkFlow, type FlowRequest } from '../flow/flowRequest.js';
import { workflowRunDetail, workflowRunWire } from '../flow/flowWire.js';
import { invalid, refusal } from '../httpError.js';
import { choices, pageNumber } from '../query.js';
import { acceptRun, checkIdempotencyKey } from '../startRun.js';
import type { NewRun, RunRow } from '../store.js';
import { runWire } from '../wire.js';
import { shownWorkflow, type WorkflowRow } from '../workflowStore.js';

export function addFlows(app: Hono, deps: RouteDeps): void {
  const { store, workflows } = deps;

  for (const name of ['workflows', 'agents']) {
    app.post(`/v1/run/${name}`, async (c) => {
      const key = c.req.header('idempotency-key');
      if (key !== undefined) checkIdempotencyKey(key);
      const body = await jsonObject(c.req.raw);
      const id = body['agent_id'] ?? body['workflow_id'];
      if (id === undefined) throw invalid([{ type: 'missing', loc: ['body', 'agent_id'], msg: 'Field required', input: body }]);
      const parameters = body['parameters'] ?? {};
      if (typeof parameters !== 'object' || Array.isArray(parameters)) {
        const msg = 'Input should be a valid dictionary';
        throw invalid([{ type: 'dict_type', loc: ['body', 'parameters'], msg, input: parameters }]);
      }
      if (c.req.query('template') === 'true') throw refusal(400, `Invalid template workflow permanent id: ${String(id)}`);
      const row = workflows.latest(String(id));
      if (!row) throw refusal(404, `Workflow not found. workflow_permanent_id=${String(id)}`);
      return acceptRun(c, deps, { key, body, run: await checkFlow(deps, row, body, stepLimit(c)), held: null });
    });
  }

  const flowOf = (c: Context): RunRow => {
    const run = store.runById(c.req.param('run')!);
    if (run?.kind !== 'workflow') throw refusal(404, `Workflow run not found ${c.req.param('run')}`);
    return run;
  };
  const list = (c: Context, workflow: string | null, withChildren = false) => {
    const query = new URL(c.req.url).searchParams;
    const page = pageNumber(query, 'page', 1, Number.MAX_SAFE_INTEGER);
    const limit = pageNumber(query, 'page_size', 10, Number.MAX_SAFE_INTEGER);
    const rows = store.listFlows({
      workflow,
      statuses: choices(query, 'status', RUN_STATUSES),
      search: query.get('search_key')?.toLowerCase() || null,
      errorCode: query.get('error_code') || null,
      from: timeIn(query, 'created_at_start'),
      until: timeIn(query, 'created_at_end'),
      children: withChildren || query.get('include_child_runs') === 'true',
      limit,
      offset: Math.min((page - 1) * limit, Number.MAX_SAFE_INTEGER),
    });
    return c.json(rows.map((run) => workflowRunWire(run, store.webhook(run.run_id))));
  };
  const detail = (run: RunRow) => {
    const shown = runWire(run, store.artifacts(run.run_id), deps.baseUrl());
    return workflowRunDetail(run, shown, store.webhook(run.run_id));
  };
  const withWorkflow = (run: RunRow) => {
    const row = store.get<WorkflowRow>('SELECT * FROM workflows WHERE workflow_id = ?', run.workflow_id);
    return { ...detail(run), workflow: row && shownWorkflow(row) };
  };

  for (const name of ['/v1/workflows', '/v1/agents', '/api/v1/workflows']) {
    app.get(`${name}/runs`, (c) => list(c, null));
    app.get(`${name}/runs/:run`, (c) => c.json(withWorkflow(flowOf(c))));
    app.get(`${name}/:id/runs`, (c) => list(c, c.req.param('id'), name.startsWith('/api/')));
    app.get(`${name}/:id/runs/:run`, (c) => c.json(detail(flowOf(c))));
  }

  for (const name of ['workflows', 'agents']) {
    app.post(`/v1/${name}/runs/:run/retry`, (c) => {
      const run = flowOf(c);
      if (!isTerminalStatus(run.status)) throw refusal(400, 'Only terminal workflow runs can be retried');
      return acceptRun(c, deps, { key: undefined, body: {}, run: again(store.turnOf(run.run_id), run), held: null });
    });
  }
}

/** The same version with the same parameters. */
const again = (sequential: string | null, run: RunRow): NewRun => ({
  kind: 'workflow',
  title: run.title,
  engine: run.engine,
  request: requestAgain(run),
  holdsSecrets: false,
  workflow: {
    versionId: run.workflow_id!,
    permanentId: run.workflow_permanent_id!,
    sequential,
    trigger: run.trigger_type === null ? null : 'api',
    scheduleId: null,
    parent: null,
  },
});

/** Of a run that a run started nobody waits for the other try; what nobody typed is still typed by nobody. */
function requestAgain(run: RunRow): FlowRequest {
  const request = JSON.parse(run.request) as FlowRequest;
  return request.triggered_by ? { ...request, triggered_by: { ...request.triggered_by, waits: false } } : request;
}

/** `x-max-steps-override`. @throws HttpError 422 */
function stepLimit(c: Context): number | null {
  const text = c.req.header('x-max-steps-override');
  if (text === undefined) return null;
  if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
  const msg = 'Input should be a valid integer, unable to parse string as an integer';
  throw invalid([{ type: 'int_parsing', loc: ['header', 'x-max-steps-override'], msg, input: text }]);
}

function timeIn(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const at = parseServerTime(text);
  if (at === null)
    throw invalid([{ type: 'datetime_parsing', loc: ['query', name], msg: 'Input should be a valid datetime', input: text }]);
  return at;
}
