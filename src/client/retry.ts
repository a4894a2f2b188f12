/** When a request may be made again, and how long to wait before. */
import type { Random } from '../random.js';

export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly tries: number;
  /** No try begins later than this after the first one, except where the server named a time. */
  readonly windowMs: number;
  /** How long a wait that the server asked for (429) may be when no deadline was given. */
  readonly rateLimitMs: number;
}

export const DEFAULT_RETRIES: RetryPolicy = { tries: 3, windowMs: 20_000, rateLimitMs: 120_000 };

const BASE_MS = 500;
const CAP_MS = 20_000;
/** A date that is already past asks for no wait; a server that says so has a clock to be careful with. */
const SHORTEST_ADVICE_MS = 1_000;
/** 31 years: as good as never, and still a number that one can read. */
const LONGEST_ADVICE_S = 1e9;

/** Full jitter (AWS): uniform between nothing and a bound that doubles with each attempt. `attempt` counts from 1. */
export const backoffMs = (attempt: number, random: Random): number => random.fraction() * Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1));

/**
 * How long a `Retry-After` header asks us to wait, in milliseconds; at least one second.
 *
 * The header holds whole seconds or an HTTP date (RFC 9110, 10.2.3). A date is measured against the answer's own `Date`, so
 * that a clock that is off, ours or theirs, does not matter. Text in neither form gives `undefined`. Never throws.
 * @param nowMs our wall time, for answers without a `Date`
 */
export function retryAfterMs(value: string | undefined, date: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Math.max(SHORTEST_ADVICE_MS, Math.min(Number(text), LONGEST_ADVICE_S) * 1000);
  if (!/^[A-Z][a-z]+,? .*\d\d:\d\d:\d\d/.test(text)) return undefined;
  const until = Date.parse(text);
  if (Number.isNaN(until)) return undefined;
  return Math.max(SHORTEST_ADVICE_MS, until - serverTime(date, nowMs));
}

/** The answer's `Date` in epoch milliseconds, or ours where it has none. */
export function serverTime(date: string | undefined, nowMs: number): number {
  const at = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(at) ? nowMs : at;
}

/**
 * How many repeats all clients of a process may make together, so that many watchers do not multiply an outage: the token
 * bucket of the AWS SDKs' standard mode. A repeat costs 5, after a time-out 10; success gives back what its last repeat cost,
 * or 1. Empty means: fail at once.
 */
export class RetryBudget {
  static readonly CAPACITY = 500;
  #tokens = RetryBudget.CAPACITY;

  /** Pays for one repeat, or returns 0 when there is not enough. */
  take(afterTimeout: boolean): number {
    const cost = afterTimeout ? 10 : 5;
    if (this.#tokens < cost) return 0;
    this.#tokens -= cost;
    return cost;
  }

  /** @param paid what the last repeat cost, 0 when the first try succeeded */
  succeeded(paid: number): void {
    this.#tokens = Math.min(RetryBudget.CAPACITY, this.#tokens + (paid || 1));
  }
}

export const processBudget = new RetryBudget();
