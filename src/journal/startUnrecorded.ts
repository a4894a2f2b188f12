/**
 * A start that is written down nowhere: sent once, and when its answer is lost, that is said.
 *
 * For callers that want no files. Nothing is looked for and nothing adopted: without a journal, a run of the same content may
 * as well be another caller's.
 */
import type { Clock } from '../clock.js';
import { comeBackLater, IntegrityError } from '../errors.js';
import type { Wire } from '../protocol/decode.js';
import type { Random } from '../random.js';
import { pauseMs, RATE_LIMIT_MS, type Start, type Started, StartUnknown } from './startOnce.js';
import { MARK } from './startWorkflow.js';
import { ulid } from './ulid.js';

export interface UnrecordedDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Repeats, where the server received nothing or refused for its rate. */
  readonly maxRetries: number;
}

/**
 * The run's id, from the answer to the one request that may have been received.
 *
 * Rejects with `StartUnknown` when that answer is lost: nothing is sent again. With the server's refusal, `NetworkError` when
 * nothing was received, `IntegrityError` for an answer that cannot be true, or `signal.reason`: the run may have started then.
 */
export async function startUnrecorded({ clock, random, signal, maxRetries }: UnrecordedDeps, start: Start): Promise<Started> {
  const op = ulid(clock.now(), random);
  for (let count = 1; ; count++) {
    signal.throwIfAborted();
    const sentAt = clock.now();
    const outcome = await start.send(op, signal, null);
    if (outcome.kind === 'answered') {
      const { value, headers } = outcome.reply;
      const runId = typeof value === 'object' && value !== null ? (value as Wire)['run_id'] : undefined;
      if (typeof runId !== 'string' || runId === '') throw lost('the answer has no run id', undefined);
      if (!start.isRunId(runId)) throw new IntegrityError('bad_run_id', 'the server answered with something that is no run id');
      return { runId, answer: value, op, adopted: headers['idempotent-replayed'] === 'true' };
    }
    if (outcome.kind === 'aborted') throw signal.reason;
    const { kind, error, retryAfterMs } = outcome;
    // A redirect is no lost answer: whoever sent it made no run.
    if (kind === 'unknown') throw error instanceof IntegrityError ? error : lost(error.message, error);
    const again = (kind === 'never_sent' || kind === 'rate_limited') && error.code !== 'tls' && count <= maxRetries;
    const delayMs = retryAfterMs ?? pauseMs(count, random);
    if (!again || delayMs > RATE_LIMIT_MS) throw kind === 'rate_limited' ? comeBackLater(error, retryAfterMs) : error;
    await clock.sleep(delayMs, signal);

    function lost(reason: string, cause: unknown): StartUnknown {
      const message = `the answer to the start was lost (${reason}): its run may exist, and was not started again`;
      return new StartUnknown({ op, sentAt }, message, [], {
        hint: `${start.kind === 'workflow' ? `getRunsV2({ tags: '${MARK}:${op}' }) finds it` : 'look for it among the newest runs, getRunsV2()'}; a client with a journal does so by itself`,
        cause,
      });
    }
  }
}
