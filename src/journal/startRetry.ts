/** Trying a workflow run again: a new run, so a start like any other. */
import type { ApiClient, CallOptions } from '../client/client.js';
import { runKind } from '../protocol/ids.js';
import type { Run } from '../protocol/run.js';
import { runOf } from './runOf.js';
import { shortLabel } from './runStore.js';
import { type Start, type StartDeps, type StartOptions, startOnce } from './startOnce.js';
import { type StartedRun, workflowContent, workflowSearch } from './startWorkflow.js';

/**
 * Starts the retry of a run at most once. Rejects as `startOnce` does.
 *
 * A retry takes no tags, and servers do not say of which run it is one: when its answer is lost, it is looked for by the content
 * that it shares with the run it repeats.
 */
export async function startRetry(
  deps: StartDeps & { readonly client: Pick<ApiClient, 'runs' | 'starts' | 'sessions'> },
  original: Run,
  options: StartOptions = {},
): Promise<StartedRun> {
  const { client, signal } = deps;
  const { answer, runId, op, adopted } = await startOnce(deps, retryStart(client, original), options);
  return { run: await runOf(answer, runId, client.runs, { signal }), op, adopted };
}

export const retryStart = (client: Pick<ApiClient, 'runs' | 'starts' | 'sessions'>, original: Run, call: CallOptions = {}): Start => ({
  kind: 'retry',
  label: shortLabel(`retry of ${original.run_id}`),
  request: { retry: original.run_id },
  content: workflowContent(original.run_request ?? {}),
  send: (idempotencyKey, signal) => client.starts.retry(original.run_id, { ...call, idempotencyKey, signal }),
  isRunId: (text) => runKind(text) === 'workflow_run' && text !== original.run_id,
  search: workflowSearch(client.runs, client.sessions),
});
