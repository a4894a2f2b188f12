/**
 * Telling receivers how runs ended.
 *
 * That a run has to be told is written with its end, in one transaction (`Store.setEnd`), so it survives whatever happens
 * next. A try is counted before it is made, so that a receiver that takes the server down is not asked for ever; one that a
 * killed server did not see the end of is no failure of the receiver, and is made again.
 */
import type { Clock } from '../clock.js';
import type { Random } from '../random.js';
import type { Store } from './store.js';
import { failedTries, noteDelivery, type WebhookDelivery } from './webhookDeliveries.js';
import { postWebhook, type WebhookAnswer, webhookHeaders } from './webhookSender.js';

/** As upstream: tries, and the time for each. */
export const MAX_TRIES = 3;
/** Tries that were begun, those included whose end no server saw. */
export const MAX_BEGUN = 20;
const TIMEOUT_MS = 30_000;
/** A receiver may ask for more time between two tries, but not for longer. */
const MAX_WAIT_MS = 30_000;
/** After a fault of our own, in milliseconds. */
const PAUSE_MS = 1_000;
/** Receivers spoken to at the same time. */
const CONCURRENCY = 8;

/** Answers after which another try may help. */
const mayPass = (status: number): boolean => [403, 408, 425, 429].includes(status) || status >= 500;

export interface WebhookDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Signs: the receiver holds it too. */
  readonly token: string;
  /** What is told of a run, as it is now. */
  readonly payload: (runId: string) => string;
  readonly log: (line: string) => void;
}

interface Pending {
  readonly run_id: string;
  readonly url: string;
  readonly tries: number;
}

/** A try that failed: why, and after what time another one makes sense (null: none does). */
interface Failure {
  readonly reason: string;
  readonly waitMs: number | null;
}

export class Webhooks {
  readonly #deps: WebhookDeps;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #stopped = new AbortController();
  readonly #noMoreTries = new AbortController();

  constructor(deps: WebhookDeps) {
    this.#deps = deps;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  /** Starts what waits to be told. To be called whenever a run may have ended. */
  pump(): void {
    try {
      this.#fill();
    } catch (error) {
      this.#deps.log(`no webhook can be sent: ${reasonOf(error)}`);
    }
  }

  #fill(): void {
    if (this.#noMoreTries.signal.aborted || this.#underWay.size >= CONCURRENCY) return;
    // At most so many of the first ones are under way already.
    const sql = "SELECT run_id, url, tries FROM webhooks WHERE state = 'pending' ORDER BY rowid LIMIT ?";
    const pending = this.#deps.store.all<Pending>(sql, 2 * CONCURRENCY);
    for (const webhook of pending) {
      if (this.#underWay.size >= CONCURRENCY) return;
      if (this.#underWay.has(webhook.run_id)) continue;
      const done = this.#deliver(webhook)
        .catch((error: unknown) => this.#pause(webhook.run_id, error))
        .finally(() => {
          this.#underWay.delete(webhook.run_id);
          this.pump();
        });
      this.#underWay.set(webhook.run_id, done);
    }
  }

  /** Makes no more tries; those under way get `graceMs`. What was not told then is told by the next server. */
  async stop(graceMs: number): Promise<void> {
    this.#noMoreTries.abort();
    const all = Promise.all(this.#underWay.values());
    const drained = new AbortController();
    void all.then(() => drained.abort());
    if (graceMs > 0 && this.#underWay.size > 0) await this.#deps.clock.sleep(graceMs, drained.signal).catch(() => {});
    this.#stopped.abort();
    await all;
  }

  async #deliver({ run_id: runId, url, tries }: Pending): Promise<void> {
    const { store, clock, log } = this.#deps;
    let failed = failedTries(store, runId);
    for (let begun = tries; begun < MAX_BEGUN && failed < MAX_TRIES; ) {
      store.transact(() => store.run('UPDATE webhooks SET tries = ? WHERE run_id = ?', ++begun, runId));
      const failure = await this.#try(runId, url, failed + 1);
      if (failure === 'stopped') {
        store.transact(() => store.run('UPDATE webhooks SET tries = tries - 1 WHERE run_id = ?', runId));
        return;
      }
      if (failure === null) return this.#settle(runId, 'delivered', '');
      if (failure.waitMs === null || ++failed === MAX_TRIES) {
        log(`webhook of ${runId}: ${JSON.stringify(failure.reason.slice(0, 200))}`); // a stranger's words, on one line
        return this.#settle(runId, 'failed', failure.reason);
      }
      try {
        await clock.sleep(failure.waitMs, this.#noMoreTries.signal);
      } catch {
        return; // the next server goes on
      }
    }
    this.#settle(runId, 'failed', 'the local server stopped during the last try');
  }

  /** Nothing can be written now, as on a full disk: not asked again at once. */
  async #pause(runId: string, error: unknown): Promise<void> {
    this.#deps.log(`webhook of ${runId}: ${reasonOf(error)}`);
    await this.#deps.clock.sleep(PAUSE_MS, this.#noMoreTries.signal).catch(() => {});
  }

  async #try(runId: string, url: string, tries: number): Promise<Failure | null | 'stopped'> {
    const { clock, random, token, payload } = this.#deps;
    const sent = { run_id: runId, url, sent_at: Math.round(clock.now()) };
    const begun = clock.monotonic();
    const took = () => Math.round(clock.monotonic() - begun);
    const waitMs = 1_000 * 2 ** (tries - 1) + 1_000 * random.fraction();
    try {
      const body = Buffer.from(payload(runId));
      const options = { clock, timeoutMs: TIMEOUT_MS, signal: this.#stopped.signal };
      const answer = await postWebhook(url, body, webhookHeaders(token, runId, body, clock.now()), options);
      this.#note({ ...sent, latency_ms: took(), status_code: answer.status, response_body: answer.text });
      return failureOf(answer, waitMs);
    } catch (error) {
      if (this.#stopped.signal.aborted) return 'stopped';
      this.#note({ ...sent, latency_ms: took(), error: reasonOf(error) });
      return { reason: `Webhook could not be sent: ${reasonOf(error)}`, waitMs };
    }
  }

  /** What came of a try does not hang on whether it could be written down. */
  #note(delivery: WebhookDelivery): void {
    try {
      noteDelivery(this.#deps.store, delivery);
    } catch (error) {
      this.#deps.log(`webhook of ${delivery.run_id}: ${reasonOf(error)}`);
    }
  }

  #settle(runId: string, state: 'delivered' | 'failed', reason: string): void {
    const { store } = this.#deps;
    store.transact(() => store.run('UPDATE webhooks SET state = ?, failure_reason = ? WHERE run_id = ?', state, reason, runId));
  }
}

function failureOf({ status, retryAfterMs, text }: WebhookAnswer, waitMs: number): Failure | null {
  if (status >= 200 && status < 300) return null;
  const reason = `Webhook failed with status code ${status}, error message: ${text}`;
  if (!mayPass(status)) return { reason, waitMs: null };
  return { reason, waitMs: retryAfterMs === null ? waitMs : Math.min(retryAfterMs, MAX_WAIT_MS) };
}

/** Of an error whose message may be empty, as that of a connection refused on several addresses. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
};
