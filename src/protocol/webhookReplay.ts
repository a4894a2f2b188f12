import { asObject, asString, optionalNumber, optionalString, type Wire } from './decode.js';

/** What came of a webhook that was sent again: the receiver's answer, or why there was none. */
export interface WebhookReplay extends Wire {
  readonly run_id: string;
  readonly target_webhook_url: string | null;
  /** The receiver's; null when it did not answer. */
  readonly status_code: number | null;
  readonly latency_ms: number | null;
  /** At most 2 KB. */
  readonly response_body: string | null;
  readonly error: string | null;
}

export function decodeWebhookReplay(value: unknown): WebhookReplay {
  const wire = asObject(value);
  return {
    ...wire,
    run_id: asString(wire['run_id'], 'run_id'),
    target_webhook_url: optionalString(wire['target_webhook_url']),
    status_code: optionalNumber(wire['status_code']),
    latency_ms: optionalNumber(wire['latency_ms']),
    response_body: optionalString(wire['response_body']),
    error: optionalString(wire['error']),
  };
}
