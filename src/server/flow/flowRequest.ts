/** `POST /v1/run/workflows`, checked: everything that can be refused is, before there is a run. */
import type { PromptRefusal } from '../../engine/task.js';
import { RULES_ENGINE, type TaskRunRequest } from '../../protocol/task.js';
import { allBlocks, type FlowBlock, type FlowDefinition } from '../../workflow/interpreter.js';
import { render, TemplateError } from '../../workflow/jinja/render.js';
import { scanTemplates } from '../../workflow/templates.js';
import type { RouteDeps } from '../deps.js';
import { invalid, refusal, unhonoured } from '../httpError.js';
import { checkPlaces } from '../startRun.js';
import type { NewRun, RunRow, Store } from '../store.js';
import { checkTaskRequest } from '../taskRequest.js';
import { convertedParameters } from '../workflowParameters.js';
import type { WorkflowRow } from '../workflowStore.js';
import type { RetryPolicy } from './attempts.js';
import { blockTask, modelOf, schemaOf } from './blocks/goalTask.js';
import { KINDS } from './blocks/kinds.js';
import { openCredentials } from './credentials.js';
import { hasWords, unsupported } from './supported.js';

/** As it is kept: what means the same in a task under the same names, `prompt` aside. */
export interface FlowRequest extends TaskRunRequest {
  readonly workflow_id: string;
  /** As they were sent. */
  readonly sent_parameters: Readonly<Record<string, unknown>> | null;
  /** With defaults, in their types. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly max_elapsed_time_minutes: number | null;
  readonly run_metadata: Readonly<Record<string, string>> | null;
  /** `x-max-steps-override`: of blocks that name no limit. */
  readonly step_limit: number | null;
  readonly run_with: string | null;
  /** Left out: a person or a schedule started it. */
  readonly triggered_by?: TriggeredBy | null;
}

/** The run whose block started this one. */
export interface TriggeredBy {
  readonly run_id: string;
  /** Ids of the workflows above, the outermost first. */
  readonly above: readonly string[];
  /** Keys of parameters whose values nobody typed: a run found them. */
  readonly untyped: readonly string[];
  /** Whether that run waits for the end of this one. */
  readonly waits: boolean;
}

/** Who is asked about a schema alone: the engine that takes any prompt. */
const PLAIN_ENGINE = 'skyvern-1.0';

/** Fields that mean the same as in a task. */
const SHARED = (
  'webhook_url totp_identifier totp_url browser_session_id browser_profile_id start_fresh_browser browser_address extra_http_headers ' +
  'model max_cost allow_hosts confirm unattended headed browser_path file_ids engine'
).split(' ');

export interface Definition extends FlowDefinition {
  /** `workflow_system_prompt`. */
  readonly instructions: string;
  readonly errorCodes: Readonly<Record<string, string>>;
  /** Null: it is run once. */
  readonly retries: RetryPolicy | null;
}

/** The version that a run is of: later ones do not change it. */
export function definitionOf(store: Store, run: RunRow): Definition {
  const row = store.get<WorkflowRow>('SELECT * FROM workflows WHERE workflow_id = ?', run.workflow_id);
  if (!row) throw new Error(`the workflow of ${run.run_id} is gone`);
  return definitionIn(row);
}

function definitionIn(row: WorkflowRow): Definition {
  const { workflow_definition: written } = JSON.parse(row.shown) as { workflow_definition: Record<string, unknown> };
  return {
    version: written['version'] as number,
    parameters: written['parameters'] as FlowDefinition['parameters'],
    blocks: written['blocks'] as readonly FlowBlock[],
    finallyLabel: (written['finally_block_label'] ?? null) as string | null,
    instructions: (written['workflow_system_prompt'] ?? '') as string,
    errorCodes: (written['error_code_mapping'] ?? {}) as Record<string, string>,
    retries: (written['retry_policy'] ?? null) as RetryPolicy | null,
  };
}

export interface FlowOrigin {
  readonly trigger: 'api' | 'scheduled' | null;
  readonly scheduleId: string | null;
  /** Left out: no run. */
  readonly by?: TriggeredBy;
}

/** @throws HttpError for whatever cannot be done */
export async function checkFlow(
  deps: RouteDeps,
  row: WorkflowRow,
  body: Record<string, unknown>,
  stepLimit: number | null,
  { trigger, scheduleId, by }: FlowOrigin = { trigger: null, scheduleId: null },
): Promise<NewRun> {
  const minutes = minutesOf(body['max_elapsed_time_minutes'] ?? null);
  const sent = (body['parameters'] ?? null) as Record<string, unknown> | null;
  const parameters = convertedParameters(row, sent ?? {});
  const metadata = metadataOf(body['run_metadata'] ?? null);
  unhonoured(body, {
    cdp_connect_headers: () => false,
    reuse_browser_session: (value) => value === false,
    max_screenshot_scrolls: (value) => value === 0,
    browser_type: () => false,
    run_with: (value) => value === 'agent' || value === 'code',
    proxy_location: (value) => value === 'RESIDENTIAL' || value === 'NONE',
  });
  const workflow = JSON.parse(row.shown) as Record<string, unknown>;
  refuseSettings(workflow);
  const own = (name: string, written: string) => body[name] ?? workflow[written] ?? undefined;
  const shared = Object.fromEntries(SHARED.flatMap((name) => (Object.hasOwn(body, name) ? [[name, body[name]]] : [])));
  const task = {
    ...shared,
    webhook_url: own('webhook_url', 'webhook_callback_url'),
    totp_url: own('totp_url', 'totp_verification_url'),
    totp_identifier: own('totp_identifier', 'totp_identifier'),
    browser_profile_id: body['browser_session_id'] ? body['browser_profile_id'] : own('browser_profile_id', 'browser_profile_id'),
    extra_http_headers: own('extra_http_headers', 'extra_http_headers'),
    proxy_location: null,
    prompt: row.title || 'workflow',
    // Who asks for rules wants no model, whatever the workflow says.
    model: body['model'] ?? (modelOf(workflow['model']) === null || body['engine'] === RULES_ENGINE ? undefined : workflow['model']),
  };
  const { request, engine } = checkTaskRequest(task, deps.defaultEngine);
  checkPlaces(deps, request);
  const definition = definitionIn(row);
  const no = unsupported(definition, engine === RULES_ENGINE);
  if (no !== null) throw refusal(422, `The local server does not run this workflow: ${no}.`);
  refuseFoundCredentials(definition, by?.untyped ?? []);
  checkTriggers(deps, definition, engine === RULES_ENGINE, [row.workflow_permanent_id]);
  await checkGoals(deps, definition, parameters, engine, request);
  const kept: FlowRequest = {
    ...request,
    workflow_id: row.workflow_permanent_id,
    sent_parameters: sent,
    parameters,
    max_elapsed_time_minutes: minutes ?? (workflow['max_elapsed_time_minutes'] as number | null) ?? null,
    run_metadata: metadata,
    step_limit: stepLimit,
    run_with: (body['run_with'] ?? null) as string | null,
    ...(by && { triggered_by: by }),
    proxy_location: (Object.hasOwn(body, 'proxy_location') ? body['proxy_location'] : 'RESIDENTIAL') as string | null,
  };
  return {
    kind: 'workflow',
    title: row.title,
    engine,
    request: kept,
    holdsSecrets: false,
    workflow: {
      versionId: row.workflow_id,
      permanentId: row.workflow_permanent_id,
      sequential: sequentialKey(row, workflow, parameters),
      trigger,
      scheduleId,
      parent: by?.run_id ?? null,
    },
  };
}

function refuseSettings(workflow: Record<string, unknown>): void {
  const definition = workflow['workflow_definition'] as Record<string, unknown>;
  const asked = (['persist_browser_session', 'reuse_browser_session', 'browser_profile_key'] as const).filter((name) => workflow[name]);
  const settings = [
    ...asked,
    ...refusedOfRetries((definition['retry_policy'] ?? null) as Record<string, unknown> | null),
    ...(definition['browser_settings'] ? ['browser_settings'] : []),
  ];
  if (settings.length === 0) return;
  const names = settings.map((name) => `\`${name}\``).join(', ');
  throw refusal(422, `The local server does not run this workflow: it cannot honour its ${names}. Leave it out, or use another server.`);
}

function refusedOfRetries(policy: Record<string, unknown> | null): string[] {
  const rules = (policy?.['retry_on'] ?? []) as readonly { readonly status: string }[];
  return [
    ...(policy && (policy['webhook_on_retry'] ?? 'final_only') !== 'final_only' ? ['webhook_on_retry'] : []),
    // A run that is cancelled here is over at once.
    ...(rules.some(({ status }) => status === 'canceled') ? ['retry_on of canceled runs'] : []),
  ];
}

/** A page or a model says for no credential that it is to be used. */
function refuseFoundCredentials({ parameters }: Definition, untyped: readonly string[]): void {
  const found = parameters.find(({ key, workflow_parameter_type: type }) => type === 'credential_id' && untyped.includes(String(key)));
  if (found) throw refusal(422, `The parameter ${String(found['key'])} is a credential, and nobody typed which one.`);
}

/** Workflows that are named by blocks are there, can be run, and do not come back to where they started. @param path of ids above */
function checkTriggers(deps: RouteDeps, { blocks }: Definition, byRules: boolean, path: readonly string[]): void {
  for (const { label, block_type, workflow_permanent_id: named } of allBlocks(blocks)) {
    const id = String(named ?? '').trim();
    if (block_type !== 'workflow_trigger' || id.includes('{{')) continue; // it is known when its turn comes
    const no = (why: string) => refusal(422, `The local server does not run this workflow: block ${label} (${block_type}): ${why}.`);
    if (path.includes(id)) throw no(`it starts itself again: ${[...path, id].join(' -> ')}`);
    const row = deps.workflows.latest(id);
    if (!row) throw no(`there is no workflow ${id}`);
    const definition = definitionIn(row);
    const why = unsupported(definition, byRules);
    if (why !== null) throw no(`the workflow ${id} cannot be run: ${why}`);
    checkTriggers(deps, definition, byRules, [...path, id]);
  }
}

/** Whether engine and model can do what blocks ask of them, as far as that is known before outputs are. */
async function checkGoals(
  deps: RouteDeps,
  { blocks, instructions, parameters: declared }: Definition,
  values: Readonly<Record<string, unknown>>,
  engine: string,
  request: TaskRunRequest,
): Promise<void> {
  const { opened, missing, values: known } = openCredentials(deps.credentials, declared, values);
  const [lost] = missing.values();
  if (lost !== undefined) throw refusal(404, `Credential ${lost} not found`);
  const secretNames = [...opened.values()].flatMap(({ credential }) => credential.secretNames);
  const asking = allBlocks(blocks).filter(asksSomebody);
  for (const block of asking) await checkSchema(deps, block, request);
  if (engine !== RULES_ENGINE) {
    await checkModels(deps, asking, request);
    return;
  }
  for (const block of asking) {
    const { prompt, schema } = blockTask(renderedWhereKnown(block, known), engine, instructions, null);
    if (scanTemplates(withoutSecrets(prompt, secretNames)).names.length > 0) continue; // outputs are needed for it
    const refused: PromptRefusal | null =
      prompt === ''
        ? { clause: '', reason: 'it has no goal' }
        : await deps.checkTask({ ...request, prompt, data_extraction_schema: schema }, engine, secretNames);
    if (refused) {
      throw refusal(
        422,
        `The goal of block ${block.label} (${block.block_type}) cannot be carried out: "${refused.clause}": ${refused.reason}`,
      );
    }
  }
}

/** Whether the block asks the engine of the run or a model. */
function asksSomebody(block: FlowBlock): boolean {
  if (block.block_type === 'validation' && judgesByTemplates(block)) return false;
  return (KINDS[block.block_type]?.needs?.(block) ?? null) !== null || hasWords(block);
}

/** A schema that cannot be kept fails no run half-way. */
async function checkSchema(deps: RouteDeps, block: FlowBlock, request: TaskRunRequest): Promise<void> {
  const name = KINDS[block.block_type]?.schema;
  const schema = name === undefined ? null : schemaOf(block[name]);
  if (schema === null) return;
  const refused = await deps.checkTask({ ...request, prompt: '', data_extraction_schema: schema }, PLAIN_ENGINE, []);
  if (!refused) return;
  throw refusal(
    422,
    `The local server does not run this workflow: block ${block.label} (${block.block_type}): ${name}: ${refused.reason}.`,
  );
}

/** The models that the blocks ask can be asked. */
async function checkModels(deps: RouteDeps, blocks: readonly FlowBlock[], request: TaskRunRequest): Promise<void> {
  const asked = new Set<string | null>();
  for (const block of blocks) {
    const name = modelOf(block['model']) ?? request.model?.model_name ?? null;
    if (asked.has(name)) continue;
    asked.add(name);
    const noModel = await deps.models.refusal({ name, needsPrice: request.max_cost != null });
    if (noModel !== null) throw refusal(422, `Block ${block.label} (${block.block_type}): ${noModel}`);
  }
}

const withoutSecrets = (text: string, names: readonly string[]): string =>
  text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => (names.includes(name) ? '' : whole));

const judgesByTemplates = (block: FlowBlock): boolean =>
  [block['complete_criterion'], block['terminate_criterion']].every((text) => !text || String(text).includes('{{'));

/** Texts that need no output are rendered. */
function renderedWhereKnown(block: FlowBlock, names: Readonly<Record<string, unknown>>): FlowBlock {
  const fields = Object.entries(block).map(([name, value]) => {
    if (typeof value !== 'string' || !value.includes('{{')) return [name, value];
    const asked = scanTemplates(value).names;
    if (!asked.every((each) => Object.hasOwn(names, each))) return [name, value];
    try {
      return [name, render(value, names)];
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw refusal(
        422,
        `The local server does not run this workflow: block ${block.label} (${block.block_type}): ${name}: ${error.message}.`,
      );
    }
  });
  return Object.fromEntries(fields) as FlowBlock;
}

/** Whether its runs go one after the other. */
export const waitsForOthers = ({ shown }: WorkflowRow): boolean =>
  (JSON.parse(shown) as { readonly run_sequentially?: unknown }).run_sequentially === true;

function sequentialKey(row: WorkflowRow, workflow: Record<string, unknown>, parameters: Readonly<Record<string, unknown>>): string | null {
  if (workflow['run_sequentially'] !== true) return null;
  const key = (workflow['sequential_key'] ?? '') as string;
  try {
    return `${row.workflow_permanent_id} ${render(key, parameters)}`;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw refusal(422, `The local server does not run this workflow: sequential_key: ${error.message}.`);
  }
}

function minutesOf(minutes: unknown): number | null {
  if (minutes === null) return null;
  const at = { loc: ['body', 'max_elapsed_time_minutes'], input: minutes };
  if (!Number.isInteger(minutes)) throw invalid([{ type: 'int_type', msg: 'Input should be a valid integer', ...at }]);
  if ((minutes as number) < 1) {
    throw invalid([{ type: 'greater_than_equal', msg: 'Input should be greater than or equal to 1', ctx: { ge: 1 }, ...at }]);
  }
  if ((minutes as number) > 480) {
    throw invalid([{ type: 'less_than_equal', msg: 'Input should be less than or equal to 480', ctx: { le: 480 }, ...at }]);
  }
  return minutes as number;
}

function metadataOf(value: unknown): Readonly<Record<string, string>> | null {
  if (value === null) return null;
  const fault = (msg: string) => invalid([{ type: 'value_error', loc: ['body', 'run_metadata'], msg, input: value }]);
  if (typeof value !== 'object' || Array.isArray(value)) throw fault('Input should be a valid dictionary');
  const entries = Object.entries(value as object).filter(([key]) => !key.startsWith('skyvern.'));
  if (entries.length > 20) throw fault('Value error, run_metadata has at most 20 entries');
  for (const [key, each] of entries) {
    if (typeof each !== 'string') throw fault('Input should be a valid string');
    if (key.length > 64 || each.length > 256) throw fault('Value error, a key has at most 64 characters, a value 256');
  }
  return Object.fromEntries(entries) as Record<string, string>;
}
