/**
 * `retry_policy`: a run whose end is one of those that are tried again is run again under its id, after a while.
 *
 * All attempts are made by the worker that holds the lease: when the server dies, so does the run, between two of them, too.
 */
import type { RunEnd } from '../store.js';
import { definitionOf } from './flowRequest.js';
import { type FlowRun, type FlowRunDeps, runWorkflow, type Used } from './flowRun.js';

export interface RetryPolicy {
  readonly max_retries: number;
  readonly delay_seconds: number;
  readonly retry_on: readonly { readonly status: string; readonly error_codes?: readonly string[] | null }[];
}

/** An attempt after which there was, or is to be, another one. Times in epoch milliseconds. */
export interface EndedAttempt {
  readonly status: RunEnd['status'];
  readonly reason: string | null;
  readonly errors: NonNullable<RunEnd['errors']>;
  readonly started_at: number;
  readonly finished_at: number;
  readonly next_at: number;
  /** Whether somebody said no to the next one. */
  readonly revoked: boolean;
}

export async function runAttempts(deps: FlowRunDeps, flow: Omit<FlowRun, 'attempt' | 'used'>): Promise<RunEnd> {
  const { store, queue, clock } = deps;
  const { lease, run, signal } = flow;
  const { retries } = definitionOf(store, run);
  let used: Used = { steps: 0, cost: 0 };
  for (let attempt = 1; ; attempt++) {
    const done = await runWorkflow(deps, { ...flow, attempt, used });
    if (retries === null || attempt > retries.max_retries || !isTriedAgain(done.end, retries)) return done.end;
    used = done.used;
    const delayMs = retries.delay_seconds * 1000;
    queue.write(lease, () => store.endAttempt(run.run_id, done.end, clock.now() + delayMs));
    await clock.sleep(delayMs, signal);
    queue.write(lease, () => store.beginAttempt(run.run_id));
  }
}

const isTriedAgain = ({ status, errors = [] }: RunEnd, { retry_on: rules }: RetryPolicy): boolean =>
  rules.some(
    (rule) =>
      rule.status === status && (!rule.error_codes?.length || errors.some(({ error_code }) => rule.error_codes!.includes(error_code))),
  );
