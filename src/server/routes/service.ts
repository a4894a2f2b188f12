import type { Hono } from 'hono';
import { formatServerTime } from '../../protocol/time.js';
import type { RouteDeps } from '../deps.js';
import { ORGANIZATION_ID } from '../wire.js';
import { DEFAULT_MAX_STEPS } from '../worker.js';

/** Routes about the service itself. `version` and `heartbeat` need no key, as upstream's. */
export function addService(app: Hono, { version, startedAt }: RouteDeps): void {
  for (const prefix of ['/v1', '/api/v1']) app.get(`${prefix}/version`, (c) => c.json({ version }));

  app.get('/api/v1/heartbeat', (c) => c.body('Server is running.', 200, { 'x-skyvern-api-version': version }));

  app.get('/api/v1/organizations/me', (c) => {
    const at = formatServerTime(startedAt);
    return c.json({
      organization_id: ORGANIZATION_ID,
      organization_name: 'Skyvern local',
      slug: 'skyvern-local',
      webhook_callback_url: null,
      max_steps_per_run: DEFAULT_MAX_STEPS,
      max_steps_per_workflow_run: null,
      max_retries_per_step: null,
      domain: null,
      bw_organization_id: null,
      bw_collection_ids: null,
      artifact_url_expiry_seconds: null,
      default_llm_key: null,
      default_secondary_llm_key: null,
      created_at: at,
      modified_at: at,
    });
  });
}
