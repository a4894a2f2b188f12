/** A webhook as it is told: to programs, to people, and to whom it is sent on. */
import { signWebhook } from '../../protocol/webhookSignature.js';
import { printable } from '../../render/sanitize.js';
import type { SigningKey } from './keys.js';
import { ageMs, ageText, type Delivery } from './receiver.js';
import { payloadOf } from './told.js';

/** An age worth saying, in milliseconds: a delivery that was repeated for long, or a clock that is wrong. */
const TELLING_AGE_MS = 60_000;

/** A webhook that came, or one that is made up for. */
export interface Arrival extends Omit<Delivery, 'host'> {
  readonly reconciled: boolean;
}

/** As the server would have sent it, had somebody listened. */
export const signedHere = (body: Buffer, key: SigningKey, at: number) => ({
  body,
  signature: signWebhook(body, key.value),
  timestamp: String(Math.floor(at / 1000)),
  contentType: 'application/json',
  at,
});

/** The event of a delivery: what a program reads. */
export function document(arrival: Arrival): object {
  const body = payloadOf(arrival.body);
  return {
    type: 'webhook',
    at: arrival.at,
    age_ms: ageMs(arrival.timestamp, arrival.at),
    duplicate: arrival.news === 'duplicate',
    late: arrival.news === 'late',
    reconciled: arrival.reconciled,
    run_id: body['run_id'] ?? null,
    run_type: body['run_type'] ?? null,
    status: body['status'] ?? null,
    body,
  };
}

export function line(arrival: Arrival): string {
  const { run_id, status, failure_reason } = payloadOf(arrival.body);
  const time = new Date(arrival.at).toISOString().replace(/\.\d+Z$/, 'Z');
  const age = ageMs(arrival.timestamp, arrival.at);
  const notes = [
    arrival.reconciled ? 'reconciled' : '',
    arrival.news === 'new' ? '' : arrival.news,
    age !== null && Math.abs(age) > TELLING_AGE_MS ? `sent ${ageText(age)}` : '',
    arrival.news === 'duplicate' ? '' : textOf(failure_reason),
  ];
  const parts = [time, textOf(run_id), textOf(status), notes.filter(Boolean).join(', ')];
  return parts.map((part) => printable(part, { maxLength: 300 })).join('\t');
}

/** Fit for an environment variable, too. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value.replaceAll('\0', '') : '');
