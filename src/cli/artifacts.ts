/** The artifacts of a run, wherever the server keeps them. */
import type { Artifact } from '../protocol/artifact.js';
import { asObject, optionalString } from '../protocol/decode.js';
import { runIdFrom } from '../protocol/ids.js';
import type { Run } from '../protocol/run.js';
import type { RunTarget } from './target.js';

/** Oldest first. `ApiError` (5) for a run that is not there: the list alone would be empty then. */
export async function artifactsOf(
  { client, runId, call }: RunTarget,
  types: readonly string[] = [],
): Promise<{ run: Run; artifacts: Artifact[] }> {
  const run = await client.runs.get(runId, call);
  const own = await client.runs.artifacts(run.run_id, types, call);
  if (own.length > 0 || run.run_type !== 'task_v2') return { run, artifacts: own };
  const inner = await innerRun({ client, call }, run);
  return { run, artifacts: inner === null ? own : await client.runs.artifacts(inner, types, call) };
}

/** The workflow run that does the work of an engine 2.0 task: its files hang there. */
export async function innerRun({ client, call }: Pick<RunTarget, 'client' | 'call'>, run: Run): Promise<string | null> {
  const named = run.app_url === null ? null : runIdFrom(run.app_url);
  if (named?.startsWith('wr_')) return named;
  const { body } = await client.raw.request({ method: 'GET', path: `/api/v2/tasks/${encodeURIComponent(run.run_id)}` }, call);
  return optionalString(asObject(JSON.parse(Buffer.concat(await body.toArray()).toString()))['workflow_run_id']);
}
