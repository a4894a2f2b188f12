/**
 * From what a server answers to what it takes. A definition comes back with ids, times, whole parameters in place of their keys
 * and every default filled in; sent back like that it is refused (reference: Skyvern API, workflow).
 */
import type { Wire } from '../protocol/decode.js';
import {
  BLOCK_FIELDS,
  BRANCH_FIELDS,
  COMMON_BLOCK_FIELDS,
  COMMON_PARAMETER_FIELDS,
  CRITERIA_FIELDS,
  DEFINITION_FIELDS,
  type Field,
  PARAMETER_FIELDS,
  RETRY_FIELDS,
  RETRY_RULE_FIELDS,
  WORKFLOW_FIELDS,
} from '../protocol/workflowFields.js';

/**
 * What a definition says, as it can be posted: without ids, times, and values that stand for nothing said.
 *
 * Takes what a server answered as well as what somebody wrote, so that the two can be compared. Blocks and parameters of kinds
 * that are not known here keep all but the server's own. Never throws, whatever it is given.
 */
export function postable(workflow: Wire): Wire {
  const definition = isObject(workflow['workflow_definition']) ? workflow['workflow_definition'] : {};
  const policy = definition['retry_policy'];
  return {
    ...said(workflow, without(WORKFLOW_FIELDS, 'workflow_definition'), UNSAID),
    workflow_definition: {
      ...said(definition, without(DEFINITION_FIELDS, 'version', 'parameters', 'blocks', 'completion_contract', 'retry_policy')),
      ...versionOf(definition),
      ...(isObject(policy) && { retry_policy: retryPolicy(policy) }),
      parameters: objects(definition['parameters'])
        .filter((each) => each['parameter_type'] !== 'output' && !isPlatformMail(each))
        .map(parameter),
      blocks: objects(definition['blocks']).map(block),
    },
  };
}

/** What servers write where nothing was said and there is no default. */
const UNSAID: Wire = { mask_secrets: false, enable_self_healing: false, code_version: 2 };
const UNSAID_OF_BLOCK: Readonly<Record<string, Wire>> = { action: { max_steps_per_run: 1 }, validation: { max_steps_per_run: 2 } };
/** What servers take and do not keep. */
const UNKEPT: Readonly<Record<string, readonly string[]>> = {
  file_upload: ['azure_folder_path'],
  task_v2: ['disable_cache'],
  validation: ['disable_cache'],
};
/** A secret that servers give a `send_email` that names none. */
const isPlatformMail = (wire: Wire): boolean => /^SKYVERN_SMTP_/.test(String(wire['aws_key'])) && /^smtp_/.test(String(wire['key']));
/** Of answers: a block's output, and what stands for keys. */
const NOT_POSTED = ['output_parameter', 'parameters', 'loop_over', 'source', 'value'];
const SMTP_PARTS = ['host', 'port', 'username', 'password'] as const;

/** The version is left out where it follows from the blocks. */
function versionOf(definition: Wire): Wire {
  const routes = (each: Wire) => each['block_type'] === 'conditional' || Boolean(each['next_block_label']);
  const usual = objects(definition['blocks']).some(routes) ? 2 : 1;
  const version = definition['version'] ?? usual;
  return version === usual ? {} : { version };
}

const retryPolicy = (policy: Wire): Wire => ({
  ...said(policy, without(RETRY_FIELDS, 'retry_on')),
  retry_on: objects(policy['retry_on']).map((rule) => said(rule, RETRY_RULE_FIELDS)),
});

function parameter(wire: Wire): Wire {
  const { parameter_type: kind, source } = wire;
  const fields = PARAMETER_FIELDS[String(kind)];
  const keyed = isObject(source) ? { ...wire, source_parameter_key: source['key'] } : wire;
  const own = fields ? said(keyed, [...COMMON_PARAMETER_FIELDS, ...fields]) : others(keyed);
  return { parameter_type: kind, ...own };
}

function block(wire: Wire): Wire {
  const { block_type: kind, loop_over: over } = wire;
  const fields = BLOCK_FIELDS[String(kind)];
  const keys = wire['parameter_keys'] ?? objects(wire['parameters']).map((each) => each['key']);
  const keyed: Record<string, unknown> = { ...wire, parameter_keys: Array.isArray(keys) && keys.length > 0 ? keys : null };
  if (isObject(over)) keyed['loop_over_parameter_key'] = over['key'];
  for (const part of kind === 'send_email' ? SMTP_PARTS : []) {
    const secret = wire[`smtp_${part}`];
    if (isObject(secret) && !isPlatformMail(secret)) keyed[`smtp_${part}_secret_parameter_key`] = secret['key'];
  }
  const own = fields
    ? said(keyed, without([...COMMON_BLOCK_FIELDS, ...fields], ...(UNKEPT[String(kind)] ?? [])), UNSAID_OF_BLOCK[String(kind)])
    : others(keyed);
  const posted: Record<string, unknown> = { block_type: kind, ...own };
  if (Array.isArray(wire['loop_blocks'])) posted['loop_blocks'] = objects(wire['loop_blocks']).map(block);
  if (isObject(wire['condition'])) posted['condition'] = said(wire['condition'], CRITERIA_FIELDS);
  if (Array.isArray(wire['branch_conditions'])) posted['branch_conditions'] = objects(wire['branch_conditions']).map(branch);
  return posted;
}

function branch(wire: Wire): Wire {
  const { criteria } = wire;
  return { ...(isObject(criteria) && { criteria: said(criteria, CRITERIA_FIELDS) }), ...said(wire, without(BRANCH_FIELDS, 'criteria')) };
}

/** The fields that say something: known ones, in their order. */
function said(wire: Wire, fields: readonly Field[], unsaid: Wire = {}): Record<string, unknown> {
  const spoken = fields.filter(({ name, required, fallback, ofTexts }) => {
    const value = wire[name];
    if (value === undefined) return false;
    // Servers write empty lists, headers and texts where nothing was said.
    const isEmpty =
      value === null || (fallback === null && (value === '' || isEmptyList(value) || (ofTexts && isEmptyList(Object.keys(value)))));
    return required || !(isEmpty || value === unsaid[name] || JSON.stringify(value) === JSON.stringify(fallback));
  });
  return Object.fromEntries(spoken.map(({ name }) => [name, wire[name]]));
}

/** Of a kind that is not known: all that says something and is no id, time or whole parameter. */
const others = (wire: Wire): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(wire).filter(
      ([name, value]) =>
        value !== null && value !== undefined && !NOT_POSTED.includes(name) && !/(?:_at|_parameter_id|^workflow_id)$/.test(name),
    ),
  );

function without(fields: readonly Field[], ...names: readonly string[]): Field[] {
  return fields.filter(({ name }) => !names.includes(name));
}
const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
const objects = (value: unknown): Wire[] => (Array.isArray(value) ? value.filter(isObject) : []);
const isObject = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);
