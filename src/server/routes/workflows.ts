import type { Context, Hono } from 'hono';
import { WORKFLOW_STATUSES } from '../../protocol/workflowFields.js';
import { jsonObject } from '../body.js';
import type { RouteDeps } from '../deps.js';
import { refusal } from '../httpError.js';
import { choices, flag, pageNumber, wholeNumber } from '../query.js';
import { checkWorkflow } from '../workflowCheck.js';
import { shownWorkflow, type WorkflowRow } from '../workflowStore.js';

const DEFAULT_STATUSES = ['published', 'draft'];

/** Workflows under every name that the API has for them. Their runs are `flows.ts`'s. */
export function addWorkflows(app: Hono, { workflows }: RouteDeps): void {
  const unknown = (id: string, version: number | null = null) =>
    refusal(404, `Workflow not found. workflow_permanent_id=${id}${version === null ? '' : `, version=${version}`}`);
  const known = (row: WorkflowRow | null, id: string, version: number | null = null): WorkflowRow => {
    if (!row) throw unknown(id, version);
    return row;
  };

  const list = (c: Context) => {
    const query = new URL(c.req.url).searchParams;
    const page = pageNumber(query, 'page', 1, Number.MAX_SAFE_INTEGER);
    const limit = pageNumber(query, 'page_size', 10, Number.MAX_SAFE_INTEGER);
    const statuses = choices(query, 'status', WORKFLOW_STATUSES);
    const [savedTasks, onlyWorkflows] = [flag(query, 'only_saved_tasks'), flag(query, 'only_workflows')];
    if (savedTasks && onlyWorkflows) throw refusal(400, 'only_saved_tasks and only_workflows cannot be used together');
    const tags = query.get('tags') ?? '';
    if (tags !== '' && flag(query, 'template')) throw refusal(400, 'tags filter is not supported with template=true');
    // There are neither templates nor folders nor tags here, so nothing is in them.
    if (tags !== '' || query.has('folder_id') || flag(query, 'template') || flag(query, 'only_templates')) return c.json([]);
    const rows = workflows.list({
      statuses: statuses.length > 0 ? statuses : DEFAULT_STATUSES,
      search: query.get('search_key')?.toLowerCase() || null,
      title: query.get('title') || null,
      savedTask: savedTasks ? true : onlyWorkflows ? false : null,
      limit,
      offset: Math.min((page - 1) * limit, Number.MAX_SAFE_INTEGER),
    });
    return c.json(rows.map(shownWorkflow));
  };

  for (const name of ['/v1/workflows', '/v1/agents', '/api/v1/workflows']) {
    app.get(name, list);
    app.get(`${name}/:id/versions`, (c) => c.json(workflows.versions(c.req.param('id')).map(shownWorkflow)));

    app.get(`${name}/:id`, (c) => {
      const id = c.req.param('id');
      const query = new URL(c.req.url).searchParams;
      const version = wholeNumber(query, 'version');
      if (flag(query, 'template')) throw unknown(id, version);
      const row = known(version === null ? workflows.latest(id) : workflows.version(id, version), id, version);
      // Told where one is asked for alone.
      return c.json({ ...shownWorkflow(row), effective_default_engine: null });
    });

    app.post(name, async (c) => {
      const key = c.req.header('idempotency-key') ?? null;
      if (key !== null && !/^[\x21-\x7e]{1,255}$/.test(key)) {
        throw refusal(422, 'Idempotency-Key must contain 1 to 255 visible ASCII bytes.');
      }
      const body = await jsonObject(c.req.raw);
      const folder = new URL(c.req.url).searchParams.get('folder_id');
      return c.json(shownWorkflow(workflows.create(key, () => checkedWorkflow(body, folder))));
    });

    app.post(`${name}/:id`, async (c) => {
      const id = c.req.param('id');
      const body = await jsonObject(c.req.raw);
      const row = workflows.update(id, (latest) => checkedWorkflow(body, null, latest));
      return c.json(shownWorkflow(known(row, id)));
    });

    app.post(`${name}/:id/delete`, (c) => {
      workflows.delete(c.req.param('id'));
      return c.json(null);
    });
  }
  app.delete('/api/v1/workflows/:id', (c) => {
    workflows.delete(c.req.param('id'));
    return c.json(null);
  });
}

function checkedWorkflow(body: Record<string, unknown>, folder: string | null, latest: Record<string, unknown> | null = null) {
  const checked = checkWorkflow(body, latest);
  const wanted = folder ?? (checked.fields['folder_id'] as string | null);
  if (wanted !== null) throw refusal(400, `Folder ${wanted} not found`); // there are none here
  return checked;
}
