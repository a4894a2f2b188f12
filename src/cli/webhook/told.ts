/** What a webhook says of its run. It is signed, so the server said it; whether it is what one expects is another matter. */
import { isTerminalStatus } from '../../protocol/status.js';

export function payloadOf(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A state of a run. */
export interface Told {
  readonly runId: string;
  readonly status: string;
  /** Grows with the life of the run: by its attempts, and within each from what is under way to what is over. */
  readonly rank: number;
}

/** Null for what tells of no run. */
export function toldBy({ run_id, status, attempt }: Readonly<Record<string, unknown>>): Told | null {
  if (typeof run_id !== 'string' || typeof status !== 'string') return null;
  const attempts = typeof attempt === 'number' && Number.isSafeInteger(attempt) && attempt > 0 && attempt < MAX_ATTEMPTS ? attempt : 1;
  return { runId: run_id, status, rank: 2 * attempts + (isTerminalStatus(status) ? 1 : 0) };
}

/** More than any server makes. */
const MAX_ATTEMPTS = 1_000;
