import type { CallOptions, RunsApi } from '../client/client.js';
import { DecodeError } from '../protocol/decode.js';
import { decodeRun, type Run } from '../protocol/run.js';

/** The run as a start was answered with; read again where the answer was not one that can be decoded, or lost (null). */
export async function runOf(answer: unknown, runId: string, runs: Pick<RunsApi, 'get'>, call: CallOptions): Promise<Run> {
  try {
    if (answer !== null) return decodeRun(answer);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return runs.get(runId, call);
}
