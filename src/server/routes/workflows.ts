import type { Hono } from 'hono';
import { jsonObject } from '../body.js';
import { invalid, refusal } from '../httpError.js';

/** Workflows under both names that the API has for them. This server holds none and says so. */
export function addWorkflows(app: Hono): void {
  const unknown = (id: string) => refusal(404, `Workflow not found. workflow_permanent_id=${id}`);
  for (const name of ['workflows', 'agents']) {
    app.get(`/v1/${name}`, (c) => c.json([]));
    app.get(`/v1/${name}/runs`, (c) => c.json([]));
    app.get(`/v1/${name}/:id/runs`, (c) => c.json([]));
    app.get(`/v1/${name}/:id`, (c) => {
      throw unknown(c.req.param('id'));
    });
    app.post(`/v1/${name}`, () => {
      throw refusal(501, 'The local server runs tasks only: workflows cannot be created on it. Use another server for workflows.');
    });
    app.post(`/v1/run/${name}`, async (c) => {
      const body = await jsonObject(c.req.raw);
      const id = body['workflow_id'] ?? body['agent_id'];
      if (id === undefined) throw invalid([{ type: 'missing', loc: ['body', 'agent_id'], msg: 'Field required', input: body }]);
      throw unknown(String(id));
    });
  }
}
