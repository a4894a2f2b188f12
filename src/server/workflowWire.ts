/** A checked workflow as the API shows it: with ids, times, and parameters in place of their keys. */
import { formatServerTime } from '../protocol/time.js';
import { ORGANIZATION_ID } from './wire.js';
import { PAGE_BLOCK_ANSWER, PAGE_BLOCKS, PARAMETER_IDS } from './workflowAnswers.js';
import { allBlocks, type Block, type CheckedWorkflow, type Parameter } from './workflowCheck.js';

type Wire = Record<string, unknown>;

export interface Identity {
  readonly workflowId: string;
  readonly permanentId: string;
  readonly version: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly newId: (prefix: string) => string;
}

/** Everything but `deleted_at`. */
export function workflowWire({ fields, definition, version, parameters, blocks }: CheckedWorkflow, identity: Identity): Wire {
  const { workflowId, permanentId, at } = identity;
  const time = formatServerTime(at);
  const outputs = allBlocks(blocks).map(({ label }) => ({
    parameter_type: 'output',
    key: `${label}_output`,
    description: `Output parameter for block ${label}`,
    output_parameter_id: identity.newId('op'),
    workflow_id: workflowId,
    created_at: time,
    modified_at: time,
    deleted_at: null,
  }));
  const shown = new Map<string, Wire>(outputs.map((output) => [output.key, output]));
  // A context parameter shows its source, which may be one too and written after it.
  for (const parameter of parameters) shown.set(parameter.key, parameterWire(parameter, identity));
  for (const { key, source_parameter_key } of parameters) {
    if (source_parameter_key === undefined) continue;
    const source = shown.get(source_parameter_key as string)!;
    shown.get(key)!['source'] = source['parameter_type'] === 'context' ? { ...source, source: null } : source;
  }
  const {
    workflow_definition: _written,
    recording_id: _recording,
    is_saved_task,
    title,
    description,
    mask_secrets,
    enable_self_healing,
    ...others
  } = fields;
  return {
    workflow_id: workflowId,
    organization_id: ORGANIZATION_ID,
    title,
    workflow_permanent_id: permanentId,
    version: identity.version,
    is_saved_task,
    is_template: false,
    description,
    workflow_definition: {
      version,
      parameters: [...shown.values()],
      blocks: blocks.map((block) => blockWire(block, shown)),
      finally_block_label: definition['finally_block_label'],
      error_code_mapping: definition['error_code_mapping'],
      retry_policy: definition['retry_policy'],
      workflow_system_prompt: definition['workflow_system_prompt'],
      completion_contract: null, // upstream's own affair
    },
    ...others,
    mask_secrets: mask_secrets ?? false,
    enable_self_healing: enable_self_healing ?? false,
    code_version: fields['code_version'] ?? 2,
    import_error: null,
    created_by: null,
    edited_by: null,
    copilot_authored: false,
    original_created_by: null,
    original_created_at: null,
    created_at: time,
    modified_at: time,
    deleted_at: null,
    agent_id: permanentId,
  };
}

function parameterWire(parameter: Parameter, { workflowId, at, newId }: Identity): Wire {
  const { parameter_type, key, description, source_parameter_key: _source, ...own } = parameter;
  if (parameter_type === 'context') return { parameter_type, key, description, source: null, value: null };
  const [field, prefix] = PARAMETER_IDS[parameter_type]!;
  // Upstream writes the times of these, and of these only, with a Z.
  const time = `${formatServerTime(at)}${parameter_type === 'workflow' ? 'Z' : ''}`;
  return {
    parameter_type,
    key,
    description,
    [field]: newId(prefix),
    workflow_id: workflowId,
    ...own,
    created_at: time,
    modified_at: time,
    deleted_at: null,
  };
}

const SMTP_PARTS = ['host', 'port', 'username', 'password'] as const;

function blockWire(block: Block, shown: ReadonlyMap<string, Wire>): Wire {
  const { parameter_keys, loop_blocks, branch_conditions, loop_over_parameter_key, ...own } = block;
  const page = PAGE_BLOCKS[block.block_type];
  const answer: Wire = {
    ...(page ? pageBlock(own, page) : own),
    disable_cache: block['disable_cache'] ?? false,
    output_parameter: shown.get(`${block.label}_output`),
  };
  if (page || parameter_keys !== undefined || block.block_type === 'wait') {
    answer['parameters'] = (parameter_keys ?? []).map((key) => shown.get(key));
  }
  if (loop_blocks) answer['loop_blocks'] = loop_blocks.map((inner) => blockWire(inner, shown));
  if (loop_over_parameter_key !== undefined) answer['loop_over'] = shown.get(loop_over_parameter_key as string) ?? null;
  if (branch_conditions) {
    answer['branch_conditions'] = branch_conditions.map((branch, index) => ({ id: `${block.label}_${index + 1}`, ...branch }));
  }
  if (block.block_type === 'send_email') {
    answer['file_attachments'] ??= [];
    for (const part of SMTP_PARTS) {
      const field = `smtp_${part}_secret_parameter_key`;
      answer[`smtp_${part}`] = shown.get((block[field] as string | null) ?? '') ?? null;
      delete answer[field];
    }
  }
  return answer;
}

/** @param usual stands where the block says nothing, before the common values */
function pageBlock(own: Wire, usual: Wire): Wire {
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== null));
  const answer: Wire = { ...own, ...PAGE_BLOCK_ANSWER, ...usual, ...said };
  // Not shown unless they say something.
  if (answer['engine'] === null) delete answer['engine'];
  if (answer['engine_pinned'] === false) delete answer['engine_pinned'];
  return answer;
}
