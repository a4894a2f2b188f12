import type { Hono } from 'hono';
import { isTerminalStatus } from '../../protocol/status.js';
import { formatServerTime } from '../../protocol/time.js';
import { optionalJsonObject } from '../body.js';
import type { RouteDeps } from '../deps.js';
import { invalid, refusal } from '../httpError.js';
import { looksOf } from '../runKind.js';
import { deliveriesOf, noteDelivery } from '../webhookDeliveries.js';
import { postWebhook, webhookHeaders } from '../webhookSender.js';
import { reasonOf } from '../webhooks.js';
import { normalisedUrl } from '../webUrl.js';

/** For one replay, which the client waits for; as upstream. */
const REPLAY_TIMEOUT_MS = 60_000;

/**
 * `POST /v1/runs/{id}/retry_webhook`: sends now, once, and answers with what the receiver said. An extension:
 * `GET /v1/runs/{id}/webhook_deliveries`, every try so far, oldest first.
 */
export function addWebhooks(app: Hono, deps: RouteDeps): void {
  const { store, clock, token } = deps;
  app.get('/v1/runs/:id/webhook_deliveries', (c) => {
    const run = store.runById(c.req.param('id'));
    if (!run) throw refusal(404, `Run ${c.req.param('id')} not found`);
    return c.json(
      deliveriesOf(store, run.run_id).map(({ url, sent_at, latency_ms, status_code, response_body, error, replay }) => ({
        target_webhook_url: url,
        sent_at: formatServerTime(sent_at),
        latency_ms,
        status_code,
        response_body,
        error,
        replay: replay === 1,
      })),
    );
  });

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
    const headers = webhookHeaders(token, run.run_id, body, clock.now());
    const [sentAt, begun] = [Math.round(clock.now()), clock.monotonic()];
    const options = { clock, timeoutMs: REPLAY_TIMEOUT_MS, signal: c.req.raw.signal };
    const sent = await postWebhook(target, body, headers, options).then(
      ({ status, text }) => ({ status_code: status, response_body: text, error: null }),
      (error: unknown) => ({ status_code: null, response_body: null, error: `Could not reach URL: ${reasonOf(error)}` }),
    );
    const latencyMs = Math.round(clock.monotonic() - begun);
    noteDelivery(store, { run_id: run.run_id, url: target, sent_at: sentAt, latency_ms: latencyMs, ...sent, replay: 1 });
    return c.json({
      run_id: run.run_id,
      run_type: looksOf(run).runType,
      default_webhook_url: own,
      target_webhook_url: target,
      payload,
      headers,
      status_code: sent.status_code,
      latency_ms: latencyMs,
      response_body: sent.response_body,
      error: sent.error,
    });
  });
}
