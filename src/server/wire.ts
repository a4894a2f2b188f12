/** Rows as the API shows them: every nullable field present, times as upstream writes them. */
import type { TaskRunRequest } from '../protocol/task.js';
import { formatServerTime } from '../protocol/time.js';
import { flowParts, retryParts, shownRun, workflowRunDetail } from './flow/flowWire.js';
import { looksOf } from './runKind.js';
import type { ActionRow, ArtifactRow, RunRow, StepRow, SubtaskRow, ThoughtRow, WebhookRow } from './store.js';

/** The one organization of this server. */
export const ORGANIZATION_ID = 'o_1';
/** As many screenshots as upstream shows on a run. */
const SHOWN_SCREENSHOTS = 3;

const time = (atMs: number | null): string | null => (atMs === null ? null : formatServerTime(atMs));
const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

export const contentUrl = (baseUrl: string, artifactId: string): string => `${baseUrl}/v1/artifacts/${artifactId}/content`;

/** The request as upstream echoes it: its own fields only, all of them; a title is not told. */
function requestWire(text: string) {
  const request = JSON.parse(text) as TaskRunRequest;
  return {
    prompt: request.prompt,
    url: request.url ?? null,
    engine: request.engine ?? null,
    title: null,
    proxy_location: request.proxy_location ?? null,
    data_extraction_schema: request.data_extraction_schema ?? null,
    error_code_mapping: request.error_code_mapping ?? null,
    max_steps: request.max_steps ?? null,
    webhook_url: request.webhook_url ?? null,
    totp_identifier: request.totp_identifier ?? null,
    totp_url: request.totp_url ?? null,
    browser_session_id: request.browser_session_id ?? null,
    browser_profile_id: request.browser_profile_id ?? null,
    start_fresh_browser: request.start_fresh_browser ?? false,
    model: request.model ?? null,
    extra_http_headers: request.extra_http_headers ?? null,
    cdp_connect_headers: request.cdp_connect_headers ?? null,
    publish_workflow: false,
    include_action_history_in_verification: false,
    max_screenshot_scrolls: null,
    browser_address: request.browser_address ?? null,
    run_with: null,
    file_ids: request.file_ids ?? null,
  };
}

/** What only the run of a workflow has; the workflow of a ready-made run is hidden, and known by a version alone. */
function workflowWire(run: RunRow) {
  const request = requestWire(run.request);
  return {
    run_with: 'agent',
    ai_fallback: null,
    script_id: null,
    browser_seed_source: 'fresh',
    browser_settings_receipt: null,
    attempt: 1,
    attempts: [] as unknown[],
    retry_pending: false,
    next_attempt_at: null,
    run_request: {
      workflow_id: run.run_id.replace('wr_', 'w_'),
      title: run.title,
      parameters: {},
      proxy_location: request.proxy_location,
      webhook_url: request.webhook_url,
      totp_url: request.totp_url,
      totp_identifier: request.totp_identifier,
      browser_session_id: request.browser_session_id,
      browser_profile_id: request.browser_profile_id,
      max_screenshot_scrolls: null,
      extra_http_headers: request.extra_http_headers,
      cdp_connect_headers: request.cdp_connect_headers,
      browser_address: request.browser_address,
      run_with: null,
      ai_fallback: null,
    },
  };
}

/** Output of a workflow's run: that of its one block, by its label. Null before the run has ended. */
function workflowOutput(run: RunRow, label: string, downloads: readonly unknown[]) {
  if (run.finished_at === null) return null;
  const extracted = json(run.output);
  const block = {
    task_id: run.run_id,
    status: run.status,
    extracted_information: extracted,
    failure_reason: run.failure_reason,
    errors: json(run.errors),
    downloaded_files: downloads,
  };
  return { [`${label}_output`]: block, extracted_information: extracted === null ? [] : [extracted] };
}

/** What runs of this kind alone have. */
function partsOfKind(run: RunRow, isStart: boolean): Record<string, unknown> {
  if (run.kind === 'workflow') return flowParts(run, isStart);
  return looksOf(run).label === null ? { run_request: requestWire(run.request) } : workflowWire(run);
}

/** What all runs have from the start. */
function commonWire(run: RunRow) {
  return {
    run_id: run.run_id,
    status: run.status,
    output: null as unknown,
    downloaded_files: null as unknown,
    recording_url: null as string | null,
    recording_archived: false,
    screenshot_urls: null as unknown,
    failure_reason: null as string | null,
    created_at: time(run.created_at),
    modified_at: time(run.modified_at),
    queued_at: time(run.queued_at),
    started_at: time(run.started_at),
    finished_at: time(run.finished_at),
    app_url: null,
    browser_session_id: null,
    browser_profile_id: null,
    max_screenshot_scrolls: null,
    script_run: null,
    errors: null as unknown,
    step_count: null as number | null,
    run_type: looksOf(run).runType,
  };
}

/** What a start answers: nothing about results yet. */
export const startedWire = (run: RunRow) => ({ ...commonWire(run), ...partsOfKind(run, true) });

export type RunWire = ReturnType<typeof runWire>;

export function runWire(row: RunRow, artifacts: readonly ArtifactRow[], baseUrl: string) {
  const run = shownRun(row);
  const screenshots = artifacts.filter(({ artifact_type }) => artifact_type === 'screenshot_action');
  const downloads = artifacts.filter(({ artifact_type }) => artifact_type === 'download');
  const { label } = looksOf(run);
  const files = downloads.map((file) => downloadWire(file, baseUrl));
  return {
    ...commonWire(run),
    ...partsOfKind(run, false),
    output: label === null ? json(run.output) : workflowOutput(run, label, files),
    downloaded_files: files,
    recording_url: urlOf('recording', artifacts, baseUrl),
    screenshot_urls:
      screenshots.length === 0
        ? null
        : screenshots
            .slice(-SHOWN_SCREENSHOTS)
            .reverse()
            .map(({ artifact_id }) => contentUrl(baseUrl, artifact_id)),
    failure_reason: run.failure_reason,
    errors: json(run.errors),
    step_count: run.step_count,
  };
}

/** Of the only artifact of its type; null while there is none. */
function urlOf(type: string, artifacts: readonly ArtifactRow[], baseUrl: string): string | null {
  const found = artifacts.find(({ artifact_type }) => artifact_type === type);
  return found ? contentUrl(baseUrl, found.artifact_id) : null;
}

/** A task in the older API's words, without its request. */
export function legacyTaskWire(run: RunRow, artifacts: readonly ArtifactRow[], webhook: WebhookRow | null, baseUrl: string) {
  const shown = runWire(run, artifacts, baseUrl);
  return {
    task_id: run.run_id,
    status: run.status,
    created_at: shown.created_at,
    modified_at: shown.modified_at,
    extracted_information: shown.output,
    action_screenshot_urls: shown.screenshot_urls,
    screenshot_url: shown.screenshot_urls?.[0] ?? null,
    recording_url: shown.recording_url,
    recording_archived: false,
    browser_console_log_url: urlOf('browser_console_log', artifacts, baseUrl),
    downloaded_files: shown.downloaded_files,
    downloaded_file_urls: shown.downloaded_files.length === 0 ? null : shown.downloaded_files.map(({ url }) => url),
    failure_reason: run.failure_reason,
    failure_category: null,
    webhook_failure_reason: webhook?.failure_reason ?? null,
    errors: shown.errors,
    max_steps_per_run: requestWire(run.request).max_steps,
    workflow_run_id: null,
    queued_at: shown.queued_at,
    started_at: shown.started_at,
    finished_at: shown.finished_at,
    max_screenshot_scrolls: null,
    step_count: run.step_count,
    browser_session_id: requestWire(run.request).browser_session_id,
  };
}

/** The request of a task in the older API's words. */
export function legacyRequestWire(run: RunRow, webhook: WebhookRow | null) {
  const request = requestWire(run.request);
  return {
    title: run.title,
    url: request.url,
    webhook_callback_url: request.webhook_url,
    webhook_failure_reason: webhook?.failure_reason ?? null,
    totp_verification_url: null,
    totp_identifier: null,
    navigation_goal: request.prompt,
    data_extraction_goal: null,
    navigation_payload: null,
    error_code_mapping: request.error_code_mapping,
    workflow_system_prompt: null,
    proxy_location: request.proxy_location,
    extracted_information_schema: request.data_extraction_schema,
    extra_http_headers: request.extra_http_headers,
    cdp_connect_headers: request.cdp_connect_headers,
    complete_criterion: null,
    terminate_criterion: null,
    task_type: 'general',
    application: null,
    include_action_history_in_verification: false,
    max_screenshot_scrolls: null,
    browser_address: request.browser_address,
    download_timeout: null,
    include_extracted_text: true,
  };
}

/** What a receiver is told: the task in the older API's words, overlaid with the run; neither with its request. */
export function webhookWire(run: RunRow, artifacts: readonly ArtifactRow[], webhook: WebhookRow | null, baseUrl: string) {
  const whole = runWire(run, artifacts, baseUrl);
  if (run.kind === 'workflow') return { ...workflowRunDetail(run, whole, webhook), ...whole };
  const { run_request: _request, ...shown } = whole as RunWire & { run_request?: unknown };
  return { ...legacyTaskWire(run, artifacts, webhook, baseUrl), ...shown };
}

const downloadWire = (file: ArtifactRow, baseUrl: string) => ({
  url: contentUrl(baseUrl, file.artifact_id),
  checksum: file.checksum,
  filename: file.file_name,
  file_size: file.file_size,
  modified_at: time(file.created_at),
  artifact_id: file.artifact_id,
});

export const listItemWire = (row: RunRow) => ({
  ...itemWire(shownRun(row)),
  ...retryParts(row),
});

const itemWire = (run: RunRow) => ({
  task_run_id: run.task_run_id,
  run_id: run.run_id,
  task_run_type: looksOf(run).runType,
  status: run.status,
  title: run.title,
  started_at: time(run.started_at),
  finished_at: time(run.finished_at),
  created_at: time(run.created_at),
  workflow_permanent_id: run.workflow_permanent_id,
  workflow_deleted: false,
  script_run: false,
  trigger_type: run.trigger_type,
  created_by: null,
});

/** Upstream leaves out keys with null values here. */
export const stepWire = (step: StepRow) => ({
  created_at: time(step.created_at),
  modified_at: time(step.modified_at),
  task_id: step.run_id,
  step_id: step.step_id,
  status: step.status,
  order: step.step_order,
  is_last: step.is_last === 1,
  retry_index: 0,
  organization_id: ORGANIZATION_ID,
  input_token_count: step.input_tokens,
  output_token_count: step.output_tokens,
  reasoning_token_count: step.reasoning_tokens,
  cached_token_count: step.cached_tokens,
  step_cost: step.cost ?? 0,
  ...(step.model !== null && { last_llm_model: step.model }),
  is_speculative: false,
});

export const actionWire = (action: ActionRow) => ({
  action_type: action.action_type,
  status: action.status,
  action_id: action.action_id,
  source_action_id: null,
  organization_id: ORGANIZATION_ID,
  workflow_run_id: null,
  task_id: action.run_id,
  step_id: action.step_id,
  step_order: action.step_order,
  action_order: action.action_order,
  confidence_float: action.confidence,
  description: null,
  reasoning: action.reasoning,
  intention: action.intention,
  response: action.response,
  element_id: null,
  skyvern_element_hash: null,
  skyvern_element_data: null,
  screenshot_artifact_id: action.screenshot_artifact_id,
  tool_call_id: null,
  xpath: null,
  errors: null,
  terminal_user_errors: false,
  data_extraction_goal: null,
  output: json(action.output),
  file_name: action.file_name,
  file_url: null,
  download: action.action_type === 'download_file',
  download_triggered: null,
  downloaded_files: null,
  is_upload_file_tag: null,
  text: action.text,
  input_or_select_context: null,
  option: null,
  is_checked: null,
  verified: false,
  click_context: null,
  totp_timing_info: null,
  has_mini_agent: null,
  skip_auto_complete_tab: false,
  started_at: time(action.started_at),
  finished_at: time(action.finished_at),
  created_at: time(action.created_at),
  modified_at: time(action.created_at),
  created_by: null,
  // an extension: upstream does not tell where the browser was
  url: action.url,
});

export function artifactWire(artifact: ArtifactRow, baseUrl: string) {
  return {
    created_at: time(artifact.created_at),
    modified_at: time(artifact.created_at),
    artifact_id: artifact.artifact_id,
    artifact_type: artifact.artifact_type,
    uri: contentUrl(baseUrl, artifact.artifact_id),
    bundle_key: null,
    checksum: artifact.checksum,
    file_size: artifact.file_size,
    task_id: artifact.run_id,
    step_id: artifact.step_id,
    workflow_run_id: null,
    workflow_run_block_id: null,
    run_id: artifact.run_id,
    browser_session_id: null,
    observer_cruise_id: null,
    observer_thought_id: null,
    ai_suggestion_id: null,
    signed_url: null,
    archived: false,
    organization_id: ORGANIZATION_ID,
  };
}

/** What a run did, as far as its timeline shows it. */
export interface Done {
  readonly actions: readonly ActionRow[];
  readonly subtasks: readonly SubtaskRow[];
  readonly thoughts: readonly ThoughtRow[];
}

interface BlockParts {
  readonly id: string;
  readonly type: string;
  readonly label: string | null;
  readonly goal: string;
  readonly status: string;
  readonly output: unknown;
  readonly failureReason: string | null;
  readonly startedAt: number;
  readonly modifiedAt: number;
  readonly finishedAt: number | null;
  readonly actions: readonly ActionRow[];
}

/**
 * The timeline of a task, an extension: one block that holds its actions, newest first, and says where the browser is. One that
 * plans has a block for each sub-task, and its thoughts. Empty before the run has begun, because a block is at least `running`.
 */
export function timelineWire(run: RunRow, { actions, subtasks, thoughts }: Done) {
  if (run.started_at === null) return [];
  const { blockType, label } = looksOf(run);
  if (subtasks.length === 0 && thoughts.length === 0) {
    const whole: BlockParts = {
      id: `wrb_${run.run_id.replace(/^(?:tsk_v2|tsk|wr)_/, '')}`,
      type: blockType,
      label,
      goal: (JSON.parse(run.request) as TaskRunRequest).prompt,
      status: run.finished_at === null ? 'running' : run.status,
      output: json(run.output),
      failureReason: run.failure_reason,
      startedAt: run.started_at,
      modifiedAt: run.modified_at,
      finishedAt: run.finished_at,
      actions,
    };
    return [blockItem(run, whole)];
  }
  const blocks = subtasks.map((part, index) => {
    const next = subtasks[index + 1]?.first_step ?? Number.POSITIVE_INFINITY;
    return blockItem(run, {
      id: part.block_id,
      type: part.block_type,
      label: `${part.block_type}_${index + 1}`,
      goal: part.goal,
      status: part.status,
      output: json(part.output),
      failureReason: part.failure_reason,
      startedAt: part.created_at,
      modifiedAt: part.modified_at,
      finishedAt: part.status === 'running' ? null : part.modified_at,
      actions: actions.filter(({ step_order }) => step_order >= part.first_step && step_order < next),
    });
  });
  const items = [...blocks, ...thoughts.map((thought) => thoughtItem(run, thought))];
  return items.sort((a, b) => (a.created_at === b.created_at ? 0 : String(a.created_at) < String(b.created_at) ? 1 : -1));
}

function thoughtItem(run: RunRow, thought: ThoughtRow) {
  const times = { created_at: time(thought.created_at), modified_at: time(thought.created_at) };
  const shown = {
    thought_id: thought.thought_id,
    task_id: run.run_id,
    organization_id: ORGANIZATION_ID,
    workflow_run_id: run.run_id,
    workflow_run_block_id: null,
    workflow_id: null,
    workflow_permanent_id: null,
    user_input: null,
    observation: thought.observation,
    thought: thought.thought,
    answer: thought.answer,
    thought_type: thought.thought_type,
    thought_scenario: thought.thought_scenario,
    output: json(thought.output),
    input_token_count: thought.input_tokens,
    output_token_count: thought.output_tokens,
    reasoning_token_count: null,
    cached_token_count: null,
    thought_cost: thought.cost,
    ...times,
  };
  return { type: 'thought', block: null, thought: shown, children: [], attempt: 1, ...times };
}

function blockItem(run: RunRow, part: BlockParts) {
  const request = JSON.parse(run.request) as TaskRunRequest;
  const times = { created_at: time(part.startedAt), modified_at: time(part.modifiedAt) };
  const block = {
    workflow_run_block_id: part.id,
    workflow_run_id: run.run_id,
    organization_id: ORGANIZATION_ID,
    parent_workflow_run_block_id: null,
    block_workflow_run_id: null,
    block_type: part.type,
    label: part.label,
    description: null,
    status: part.status,
    output: part.output,
    failure_reason: part.failureReason,
    error_codes: (json(run.errors) as { error_code: string }[]).map(({ error_code }) => error_code),
    continue_on_failure: false,
    task_id: run.run_id,
    engine: null,
    url: run.page_url ?? request.url ?? null,
    final_url: run.finished_at === null ? null : run.page_url,
    navigation_goal: part.goal,
    navigation_payload: null,
    data_extraction_goal: null,
    data_schema: request.data_extraction_schema ?? null,
    terminate_criterion: null,
    complete_criterion: null,
    include_action_history_in_verification: false,
    include_extracted_text: true,
    duration: part.finishedAt === null ? null : (part.finishedAt - part.startedAt) / 1000,
    attempt_number: 1,
    finish_reason: null,
    actions: part.actions.map(actionWire).reverse(),
    loop_values: null,
    current_value: null,
    current_index: null,
    recipients: null,
    attachments: null,
    subject: null,
    body: null,
    prompt: null,
    instructions: run.instructions,
    positive_descriptor: null,
    negative_descriptor: null,
    executed_branch_id: null,
    executed_branch_expression: null,
    executed_branch_next_block: null,
    executed_branch_result: null,
    script_run: null,
    downloaded_file_count: null,
    ...times,
  };
  return { type: 'block', block, thought: null, children: [], attempt: 1, ...times };
}
