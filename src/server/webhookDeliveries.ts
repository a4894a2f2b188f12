/** Every try to tell a receiver of a run, and what came of it: for whoever asks why nothing arrived. */
import type { Store } from './store.js';

export interface WebhookDelivery {
  readonly run_id: string;
  readonly url: string;
  /** Epoch milliseconds. */
  readonly sent_at: number;
  readonly latency_ms: number;
  /** Null or left out when there was no answer; `error` says why. */
  readonly status_code?: number | null;
  /** The first 2 KB. */
  readonly response_body?: string | null;
  readonly error?: string | null;
  /** 1: asked for by a client, and no try of the server's own. */
  readonly replay?: number;
}

/** More of one run than this are replays that nobody reads again. */
const KEPT = 100;

export function noteDelivery(store: Store, delivery: WebhookDelivery): void {
  const { run_id, url, sent_at, latency_ms, status_code = null, response_body = null, error = null, replay = 0 } = delivery;
  store.transact(() => {
    const sql = `INSERT INTO webhook_deliveries (run_id, url, sent_at, latency_ms, status_code, response_body, error, replay)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
    store.run(sql, run_id, url, sent_at, latency_ms, status_code, response_body, error, replay);
    const older = 'SELECT seq FROM webhook_deliveries WHERE run_id = ?1 ORDER BY seq DESC LIMIT -1 OFFSET ?2';
    store.run(`DELETE FROM webhook_deliveries WHERE seq IN (${older})`, run_id, KEPT);
  }, 'NORMAL');
}

/** Oldest first. */
export const deliveriesOf = (store: Store, runId: string): Required<WebhookDelivery>[] =>
  store.all('SELECT * FROM webhook_deliveries WHERE run_id = ? ORDER BY seq', runId);

/** The server's own tries that came to an end, and that the receiver did not take. */
export const failedTries = (store: Store, runId: string): number =>
  store.all<{ readonly n: number }>(
    'SELECT count(*) AS n FROM webhook_deliveries WHERE run_id = ? AND replay = 0 AND ifnull(status_code NOT BETWEEN 200 AND 299, 1)',
    runId,
  )[0]?.n ?? 0;
