/** `--like`: a task once more. Started as any other, at most once, and on the server that the earlier one is remembered with. */
import { UsageError } from '../errors.js';
import { runKind } from '../protocol/ids.js';
import type { TaskRunRequest } from '../protocol/task.js';
import type { RunTarget } from './target.js';

/**
 * What is asked for again. Not so the browser, which may be gone (`--browser-session-id`, `--browser-address`), headers, which may be keys, and what
 * servers do not tell of a run: secrets, guards and its title.
 */
const REPEATED = [
  'prompt',
  'url',
  'engine',
  'max_steps',
  'data_extraction_schema',
  'error_code_mapping',
  'proxy_location',
  'webhook_url',
  'totp_identifier',
  'totp_url',
  'browser_profile_id',
  'model',
  'include_action_history_in_verification',
  'max_screenshot_scrolls',
  'run_with',
  'file_ids',
] as const satisfies readonly (keyof TaskRunRequest)[];

/**
 * The request that an earlier task was started with.
 * @throws UsageError when the run is none of a task, or its server does not tell what was asked
 */
export async function earlierRequest({ client, runId, call }: RunTarget): Promise<TaskRunRequest> {
  if (runKind(runId) === 'workflow_run')
    throw new UsageError(`${runId} is a run of a workflow, and no task`, { hint: `\`skyvern run retry ${runId}\` runs it again` });
  const { run_request: request } = await client.runs.get(runId, call);
  if (typeof request?.['prompt'] !== 'string')
    throw new UsageError(`the server does not tell what ${runId} was asked to do`, { hint: 'say it with --prompt' });
  const fields = REPEATED.flatMap((field) => (isSet(request[field]) ? [[field, request[field]]] : []));
  return Object.fromEntries(fields) as TaskRunRequest;
}

/** Servers tell every field; what was left out is null, false or empty. */
const isSet = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
