/** What this server does not run of a workflow, named before there is a run. */
import type { FlowBlock, FlowDefinition } from '../../workflow/interpreter.js';
import { allBlocks } from '../../workflow/interpreter.js';

/** Blocks for an engine that asks a model or follows rules. */
export const GOAL_BLOCKS: readonly string[] = [
  'task',
  'navigation',
  'action',
  'extraction',
  'login',
  'validation',
  'file_download',
  'task_v2',
];
const OWN_BLOCKS: readonly string[] = [
  'goto_url',
  'http_request',
  'wait',
  'conditional',
  'for_loop',
  'while_loop',
  'human_interaction',
  'terminate',
  'file_url_parser',
];

const WHY: Readonly<Record<string, string>> = {
  code: 'it is Python: use http_request, conditional and templates, or another server',
};
const NEEDS_ACCOUNT = /^(?:google|email|send_email|file_upload|upload_to|download_to|web_search)/;

/** Fields that change what a block does, with the values that ask for nothing. */
const UNHONOURED: Readonly<Record<string, readonly string[]>> = {
  http_request: ['files', 'download_filename', 'save_response_as_file', 'secret_response_paths'],
  action: ['selector'],
  file_url_parser: ['json_schema', 'worksheet', 'force_ocr'],
  for_loop: ['data_schema'],
  extraction: ['export_enabled'],
  file_download: ['download_target'],
};
/** Of all blocks with a goal. */
const OF_GOALS = ['max_retries'];
const ENGINES = ['skyvern-1.0', 'skyvern-2.0'];
const NEEDS_MODEL = ['complete_criterion', 'terminate_criterion'];
const isTemplate = (text: unknown): boolean => typeof text === 'string' && text.includes('{{');

/** Null: all of it can be run. @param byRules whether the engine of the run is the one without a model */
export function unsupported({ blocks, parameters }: FlowDefinition, byRules: boolean): string | null {
  if (blocks.length === 0) return 'it has no blocks: add at least one';
  for (const parameter of parameters) {
    const kind = String(parameter['parameter_type']);
    if (!['workflow', 'context', 'credential', 'output'].includes(kind)) {
      return `the parameter ${parameter['key']} is of type ${kind}, a vault that this server has no access to: store the value with \`skyvern credential create\``;
    }
  }
  for (const block of allBlocks(blocks)) {
    const why = blockRefusal(block, byRules);
    if (why !== null) return `block ${block.label} (${block.block_type}): ${why}`;
  }
  return null;
}

function blockRefusal(block: FlowBlock, byRules: boolean): string | null {
  const { block_type: type } = block;
  if (!OWN_BLOCKS.includes(type) && !GOAL_BLOCKS.includes(type)) {
    return (
      WHY[type] ??
      (NEEDS_ACCOUNT.test(type) ? 'it needs an account elsewhere: use another server' : 'it is not run here: use another server')
    );
  }
  const engine = String(block['engine'] ?? ENGINES[0]);
  if (GOAL_BLOCKS.includes(type) && !ENGINES.includes(engine)) return `engine ${engine} acts by screen coordinates, which is not done here`;
  const field = [...(UNHONOURED[type] ?? []), ...(GOAL_BLOCKS.includes(type) ? OF_GOALS : [])].find((name) => !asksNothing(block[name]));
  if (field !== undefined) return `the field ${field} is not honoured here: leave it out`;
  const criteria = [
    block['condition'],
    ...((block['branch_conditions'] ?? []) as readonly Record<string, unknown>[]).map((each) => each['criteria']),
  ];
  if (criteria.some((each) => (each as Record<string, unknown> | null)?.['criteria_type'] === 'prompt')) {
    return 'a condition in words is judged by a model, which is not asked here: write a template';
  }
  if (!byRules) return null;
  if (type === 'task_v2') return 'it plans, which the engine "rules" does not';
  const words = NEEDS_MODEL.find((name) => !asksNothing(block[name]) && !isTemplate(block[name]));
  return words === undefined ? null : `${words} is judged by a model, which the engine "rules" does not ask: write a template`;
}

const asksNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  value === 'website' || // of download_target
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);
