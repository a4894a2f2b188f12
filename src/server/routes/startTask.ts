import type { Hono } from 'hono';
import { jsonObject } from '../body.js';
import type { RouteDeps } from '../deps.js';
import { startRun } from '../startRun.js';

/** `POST /v1/run/tasks` */
export function addStartTask(app: Hono, deps: RouteDeps): void {
  app.post('/v1/run/tasks', async (c) => {
    const body = await jsonObject(c.req.raw);
    return startRun(c, deps, { body, task: body, kind: null });
  });
}
