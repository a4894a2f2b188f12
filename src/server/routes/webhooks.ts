import type { Hono } from 'hono';
import { isTerminalStatus } from '../../protocol/status.js';
import { optionalJsonObject } from '../body.js';
import type { RouteDeps } from '../deps.js';
import { invalid, refusal } from '../httpError.js';
import { looksOf } from '../runKind.js';
import { postWebhook, signedHeaders } from '../webhookSender.js';
import { reasonOf } from '../webhooks.js';
import { normalisedUrl } from '../webUrl.js';

/** For one replay, which the client waits for; as upstream. */
const REPLAY_TIMEOUT_MS = 60_000;

/** `POST /v1/runs/{id}/retry_webhook`: sends now, once, and answers with what the receiver said. */
export function addWebhooks(app: Hono, deps: RouteDeps): void {
  const { store, clock, token } = deps;
  app.post('/v1/runs/:id/retry_webhook', async (c) => {
    const given = (await optionalJsonObject(c.req.raw))?.['webhook_url'] ?? null;
    if (given !== null && typeof given !== 'string') {
      throw invalid([{ type: 'string_type', loc: ['body', 'webhook_url'], msg: 'Input should be a valid string', input: given }]);
    }
    const run = store.runById(c.req.param('id'));
    if (!run) throw refusal(404, `Run ${c.req.param('id')} not found`);
    if (!isTerminalStatus(run.status)) {
      throw refusal(400, `Run ${run.run_id} has not reached a terminal state (status=${run.status}).`);
    }
    const own = store.webhook(run.run_id)?.url ?? null;
    const target = given === null ? own : normalisedUrl('url', given);
    if (target === null) throw refusal(400, 'No webhook URL configured for the run.');

    const payload = deps.webhookPayload(run.run_id);
    const body = Buffer.from(payload);
    const headers = signedHeaders(token, body, clock.now());
    const sentAt = clock.monotonic();
    const options = { clock, timeoutMs: REPLAY_TIMEOUT_MS, signal: c.req.raw.signal };
    const sent = await postWebhook(target, body, headers, options).then(
      ({ status, text }) => ({ status_code: status, response_body: text, error: null }),
      (error: unknown) => ({ status_code: null, response_body: null, error: `Could not reach URL: ${reasonOf(error)}` }),
    );
    return c.json({
      run_id: run.run_id,
      run_type: looksOf(run).runType,
      default_webhook_url: own,
      target_webhook_url: target,
      payload,
      headers,
      status_code: sent.status_code,
      latency_ms: Math.round(clock.monotonic() - sentAt),
      response_body: sent.response_body,
      error: sent.error,
    });
  });
}
