/** Runs of workflows as the API shows them: what runs of tasks do not have, the blocks as a tree, and the older shapes. */
import { formatServerTime } from '../../protocol/time.js';
import type { ActionRow, RunRow, WebhookRow } from '../store.js';
import { actionWire, ORGANIZATION_ID, type RunWire } from '../wire.js';
import type { EndedAttempt } from './attempts.js';
import type { BlockRow } from './blockStore.js';
import { isOnPage } from './blocks/kinds.js';

const time = (atMs: number | null): string | null => (atMs === null ? null : formatServerTime(atMs));
const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

type Wire = Record<string, unknown>;

/** Newest first at every level. Empty before the run has begun. */
export function flowTimeline(run: RunRow, blocks: readonly BlockRow[], actions: readonly ActionRow[]): Wire[] {
  const inside = Map.groupBy(blocks, ({ parent_id }) => parent_id);
  const byStep = Map.groupBy(actions, ({ step_order }) => step_order);
  const steps = 1 + actions.reduce((last, { step_order }) => Math.max(last, step_order), -1);
  const items = (parent: string | null): Wire[] =>
    (inside.get(parent) ?? [])
      .map((row) => {
        const children = items(row.block_id);
        const times = { created_at: time(row.created_at), modified_at: time(row.modified_at) };
        return {
          type: 'block',
          block: blockWire(run, row, actionsIn(row, byStep, steps)),
          thought: null,
          children,
          attempt: row.attempt,
          ...times,
        };
      })
      .reverse();
  return items(null);
}

/** Of a block that acts on pages; of one that runs, what it has done so far. */
function actionsIn({ block_type, first_step, last_step }: BlockRow, byStep: ReadonlyMap<number, readonly ActionRow[]>, steps: number) {
  const own: ActionRow[] = [];
  if (isOnPage(block_type)) for (let step = first_step; step < (last_step ?? steps); step++) own.push(...(byStep.get(step) ?? []));
  return own;
}

/** @param own actions, oldest first */
function blockWire(run: RunRow, row: BlockRow, own: readonly ActionRow[]): Wire {
  const block = JSON.parse(row.block) as Wire;
  const branch = json(row.branch) as Wire | null;
  const onPage = isOnPage(row.block_type);
  const lastUrl = own.findLast(({ url }) => url !== null)?.url ?? null;
  const said = (name: string): unknown => block[name] ?? null;
  const isRunning = row.status === 'running';
  const output = json(row.output) as Wire | null;
  return {
    workflow_run_block_id: row.block_id,
    block_workflow_run_id: row.block_type === 'workflow_trigger' ? (output?.['workflow_run_id'] ?? null) : null,
    workflow_run_id: run.run_id,
    attempt_number: row.attempt,
    organization_id: ORGANIZATION_ID,
    description: null,
    parent_workflow_run_block_id: row.parent_id,
    block_type: row.block_type,
    label: row.label,
    status: row.status,
    output,
    continue_on_failure: block['continue_on_failure'] === true,
    failure_reason: row.failure_reason,
    error_codes: (json(row.errors) as { error_code: string }[]).map(({ error_code }) => error_code),
    engine: onPage ? run.engine : null,
    task_id: onPage ? run.run_id : null,
    url: lastUrl ?? (said('url') || null),
    final_url: onPage && !isRunning ? lastUrl : null,
    finish_reason: null,
    navigation_goal: said('navigation_goal'),
    navigation_payload: null,
    data_extraction_goal: said('data_extraction_goal'),
    data_schema: said('data_schema'),
    terminate_criterion: said('terminate_criterion'),
    complete_criterion: said('complete_criterion'),
    actions: own.map(actionWire).reverse(),
    include_action_history_in_verification: false,
    include_extracted_text: block['include_extracted_text'] !== false,
    duration: onPage && !isRunning ? (row.modified_at - row.created_at) / 1000 : null,
    loop_values: json(row.loop_values),
    current_value: row.round_value === null ? null : valueText(json(row.round_value)),
    current_index: row.round,
    recipients: said('recipients'),
    attachments: null,
    subject: said('subject'),
    body: row.block_type === 'human_interaction' ? said('body') : null,
    prompt: said('prompt'),
    instructions: said('instructions'),
    positive_descriptor: said('positive_descriptor'),
    negative_descriptor: said('negative_descriptor'),
    executed_branch_id: branch?.['id'] ?? null,
    executed_branch_expression: branch?.['expression'] ?? null,
    executed_branch_result: branch?.['result'] ?? null,
    executed_branch_next_block: branch?.['next'] ?? null,
    script_run: null,
    downloaded_file_count: Array.isArray(output?.['downloaded_files']) ? output['downloaded_files'].length : null,
    created_at: time(row.created_at),
    modified_at: time(row.modified_at),
  };
}

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const requestOf = (run: RunRow): Wire => JSON.parse(run.request) as Wire;

/** Every attempt, the newest last. */
function attemptsOf(run: RunRow): Wire[] {
  const ended = json(run.attempts) as readonly EndedAttempt[];
  const all = ended.map((each, index) => ({
    attempt_number: index + 1,
    status: each.status,
    failure_reason: each.reason,
    error_codes: each.errors.map(({ error_code }) => error_code),
    started_at: time(each.started_at),
    finished_at: time(each.finished_at),
    retry_decision: each.revoked ? 'revoked' : 'retry',
    decision_reason: each.revoked ? 'cancel' : null,
    next_attempt_at: time(each.next_at),
    webhook_sent_at: null,
  }));
  if (run.next_attempt_at !== null || ended.at(-1)?.revoked) return all;
  const isLastOfSeveral = ended.length > 0 && run.finished_at !== null;
  const last = {
    attempt_number: ended.length + 1,
    status: run.status,
    failure_reason: run.failure_reason,
    error_codes: (json(run.errors) as { error_code: string }[]).map(({ error_code }) => error_code),
    started_at: time(run.started_at),
    finished_at: time(run.finished_at),
    retry_decision: isLastOfSeveral ? 'final' : null,
    // What was tried again before, and is not now, may not be any more.
    decision_reason: isLastOfSeveral && ended.some(({ status }) => status === run.status) ? 'budget_exhausted' : null,
    next_attempt_at: null,
    webhook_sent_at: null,
  };
  return [...all, last];
}

/** What of a run says which attempt it is at. */
export const retryParts = (run: RunRow) => ({
  attempt: Math.max(1, attemptsOf(run).length),
  retry_pending: run.next_attempt_at !== null,
  next_attempt_at: time(run.next_attempt_at),
});

/** Between two attempts a run is shown as the last of them ended, as upstream does; here it is at work until its end. */
export function shownRun(run: RunRow): RunRow {
  if (run.next_attempt_at === null) return run;
  const { status, reason, errors, finished_at } = (json(run.attempts) as readonly EndedAttempt[]).at(-1)!;
  return { ...run, status, failure_reason: reason, errors: JSON.stringify(errors), finished_at };
}

/** What only runs of workflows have. @param isStart the parameters are shown as they were sent */
export function flowParts(run: RunRow, isStart: boolean): Wire {
  const request = requestOf(run);
  const said = (name: string): unknown => request[name] ?? null;
  return {
    browser_session_id: said('browser_session_id'),
    browser_profile_id: said('browser_profile_id'),
    run_with: said('run_with') ?? 'agent',
    ai_fallback: null,
    script_id: null,
    browser_seed_source: 'fresh',
    browser_settings_receipt: null,
    ...retryParts(run),
    attempts: isStart ? [] : attemptsOf(run),
    run_request: {
      workflow_id: run.workflow_permanent_id,
      parameters: isStart ? said('sent_parameters') : said('parameters'),
      title: run.title,
      proxy_location: said('proxy_location'),
      webhook_url: said('webhook_url'),
      totp_url: said('totp_url'),
      totp_identifier: said('totp_identifier'),
      browser_session_id: said('browser_session_id'),
      reuse_browser_session: null,
      browser_profile_id: said('browser_profile_id'),
      start_fresh_browser: request['start_fresh_browser'] === true,
      max_screenshot_scrolls: null,
      max_elapsed_time_minutes: said('max_elapsed_time_minutes'),
      extra_http_headers: said('extra_http_headers'),
      cdp_connect_headers: null,
      browser_address: said('browser_address'),
      ai_fallback: null,
      run_with: said('run_with'),
      browser_type: null,
      run_metadata: said('run_metadata'),
      file_ids: said('file_ids'),
    },
  };
}

/** A run in a list of the runs of a workflow. */
export function workflowRunWire(row: RunRow, webhook: WebhookRow | null): Wire {
  const run = shownRun(row);
  const request = requestOf(run);
  const said = (name: string): unknown => request[name] ?? null;
  return {
    workflow_run_id: run.run_id,
    workflow_id: run.workflow_id,
    workflow_permanent_id: run.workflow_permanent_id,
    organization_id: ORGANIZATION_ID,
    status: run.status,
    failure_reason: run.failure_reason,
    failure_category: null,
    workflow_title: run.title,
    proxy_location: said('proxy_location'),
    webhook_callback_url: said('webhook_url'),
    webhook_failure_reason: webhook?.failure_reason ?? null,
    totp_verification_url: said('totp_url'),
    totp_identifier: said('totp_identifier'),
    browser_session_id: said('browser_session_id'),
    browser_profile_id: said('browser_profile_id'),
    browser_seed_source: 'fresh',
    browser_sink_profile_id: null,
    browser_address: said('browser_address'),
    start_fresh_browser: request['start_fresh_browser'] === true,
    reuse_browser_session: null,
    extra_http_headers: said('extra_http_headers'),
    cdp_connect_headers: null,
    max_screenshot_scrolls: null,
    max_elapsed_time_minutes: said('max_elapsed_time_minutes'),
    run_with: said('run_with') ?? 'agent',
    ai_fallback: null,
    code_gen: null,
    script_run: null,
    parent_workflow_run_id: run.parent_run_id,
    retried_from_workflow_run_id: null,
    fallback_attempt: null,
    debug_session_id: null,
    copilot_session_id: null,
    job_id: null,
    depends_on_workflow_run_id: null,
    sequential_key: null,
    sequential_credential_id: null,
    trigger_type: run.trigger_type,
    workflow_schedule_id: run.schedule_id,
    ignore_inherited_workflow_system_prompt: false,
    credits_used: 0,
    cached_credits_used: 0,
    ...retryParts(run),
    attempts: attemptsOf(run),
    browser_type: null,
    browser_settings: null,
    browser_settings_receipt: null,
    created_by: null,
    queued_at: time(run.queued_at),
    started_at: time(run.started_at),
    finished_at: time(run.finished_at),
    created_at: time(run.created_at),
    modified_at: time(run.modified_at),
  };
}

/** A run alone, in the older API's words. @param shown as `GET /v1/runs/{id}` shows it */
export function workflowRunDetail(run: RunRow, shown: RunWire, webhook: WebhookRow | null): Wire {
  const own = workflowRunWire(run, webhook);
  const { downloaded_files: files, recording_url: recording } = shown;
  const downloads = Array.isArray(files) ? (files as { url: string }[]) : [];
  return {
    ...own,
    workflow_id: run.workflow_permanent_id,
    agent_id: run.workflow_permanent_id,
    agent_run_id: run.run_id,
    retried_by_workflow_run_id: null,
    parameters: requestOf(run)['parameters'] ?? {},
    outputs: shown.output,
    errors: shown.errors,
    screenshot_urls: shown.screenshot_urls,
    recording_url: recording,
    recording_urls: recording === null ? null : [recording],
    recording_archived: false,
    downloaded_files: downloads,
    downloaded_file_urls: downloads.length === 0 ? null : downloads.map(({ url }) => url),
    total_steps: run.step_count,
    total_cost: null,
    task_v2: null,
    browser_type: null,
    script_id: null,
  };
}
