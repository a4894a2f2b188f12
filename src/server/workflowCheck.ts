/**
 * Checking the body of a workflow, as upstream does: first the shape of everything (422 with a list), then what the parts say
 * of each other (422 with a text). After this a definition is complete: every field is there, defaults filled in.
 */

import {
  BLOCK_FIELDS,
  BRANCH_FIELDS,
  COMMON_BLOCK_FIELDS,
  COMMON_PARAMETER_FIELDS,
  CRITERIA_FIELDS,
  DEFINITION_FIELDS,
  type Field,
  type FieldType,
  IDENTIFIER,
  KEPT_ON_UPDATE,
  PARAMETER_FIELDS,
  RESERVED_KEYS,
  RETRY_FIELDS,
  RETRY_RULE_FIELDS,
  WORKFLOW_FIELDS,
} from '../protocol/workflowFields.js';
import { readSource } from '../workflow/source.js';
import { type Fault, HttpError, invalid, notOneOf, refusal } from './httpError.js';

type Wire = Record<string, unknown>;
type Loc = Fault['loc'];

export interface Block extends Wire {
  readonly block_type: string;
  readonly label: string;
  readonly next_block_label: string | null;
  readonly parameter_keys?: readonly string[] | null;
  readonly loop_blocks?: readonly Block[];
  readonly branch_conditions?: readonly Branch[];
}
interface Branch extends Wire {
  readonly next_block_label: string | null;
}
export interface Parameter extends Wire {
  readonly parameter_type: string;
  readonly key: string;
}
/** A checked body: all fields of `WORKFLOW_FIELDS` and `DEFINITION_FIELDS`. */
export interface CheckedWorkflow {
  readonly fields: Wire;
  readonly definition: Wire;
  readonly version: 1 | 2;
  readonly parameters: readonly Parameter[];
  readonly blocks: readonly Block[];
}

/** Deeper loops than this are no definition that anybody wrote. */
const MAX_DEPTH = 20;

/** Kept by an update also when they are sent as null. */
const KEPT_BY_NULL: readonly string[] = ['mask_secrets', 'enable_self_healing', 'code_version'];

/**
 * @param latest what an update is made of, as it is shown; null for a new workflow
 * @throws HttpError 422: a list for JSON, a text for YAML
 */
export function checkWorkflow(body: Wire, latest: Wire | null): CheckedWorkflow {
  const yaml = body['yaml_definition'] ?? null;
  if (yaml === null) return checkDefinition(withKept(body['json_definition'] ?? null, latest));
  if (typeof yaml !== 'string') {
    throw invalid([{ type: 'string_type', loc: ['body', 'yaml_definition'], msg: 'Input should be a valid string', input: yaml }]);
  }
  const { value, faults } = readSource(yaml);
  if (faults[0]) throw refusal(422, `Invalid YAML: ${faults[0].message} at line ${faults[0].line}, column ${faults[0].column}`);
  try {
    return checkDefinition(withKept(value, latest));
  } catch (error) {
    const detail = error instanceof HttpError ? (error.body as { detail: unknown }).detail : null;
    if (!Array.isArray(detail)) throw error;
    const texts = (detail as Fault[]).map(({ loc, msg }) => [loc.slice(2).join(' -> '), msg].filter((part) => part !== '').join(': '));
    throw refusal(422, texts.join('; '));
  }
}

/** What an update leaves out stays as it is for some fields; for all others it goes back to its default. */
function withKept(given: unknown, latest: Wire | null): unknown {
  if (latest === null || typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const kept = Object.fromEntries(KEPT_ON_UPDATE.map((name) => [name, latest[name] ?? null]));
  const sent = Object.entries(given).filter(([name, value]) => value !== null || !KEPT_BY_NULL.includes(name));
  return { ...kept, ...Object.fromEntries(sent) };
}

function checkDefinition(given: unknown): CheckedWorkflow {
  if (given === null) throw refusal(422, 'Invalid workflow definition. Workflow should be provided in either yaml or json format.');
  const check = new Shape();
  const loc = ['body', 'json_definition'];
  const workflow = check.object(given, WORKFLOW_FIELDS, loc);
  const written = workflow?.['workflow_definition'];
  const definition = written ? check.object(written, DEFINITION_FIELDS, [...loc, 'workflow_definition']) : null;
  if (workflow && definition) {
    const where = [...loc, 'workflow_definition'];
    check.headers(workflow, loc);
    definition['parameters'] = check.list(definition['parameters'], [...where, 'parameters'], (each, at) => check.parameter(each, at));
    definition['blocks'] = check.list(definition['blocks'], [...where, 'blocks'], (each, at) => check.block(each, at));
    if (definition['retry_policy'] !== null)
      definition['retry_policy'] = check.retries(definition['retry_policy'], [...where, 'retry_policy']);
    if (check.faults.length === 0) check.whole(definition, written, where);
  }
  if (check.faults.length > 0) throw invalid(check.faults);
  const parameters = definition!['parameters'] as Parameter[];
  const blocks = definition!['blocks'] as Block[];
  const version = (definition!['version'] as 1 | 2 | null) ?? (isGraph(blocks) ? 2 : 1);
  checkKeys(parameters, blocks);
  if (version === 2) checkGraph(blocks, definition!['finally_block_label'] as string | null);
  return { fields: workflow!, definition: definition!, version, parameters, blocks };
}

/** Every block, those in loops after the loop they are in. */
export const allBlocks = (blocks: readonly Block[]): Block[] => blocks.flatMap((block) => [block, ...allBlocks(block.loop_blocks ?? [])]);

const isGraph = (blocks: readonly Block[]): boolean =>
  blocks.some(({ block_type, next_block_label }) => block_type === 'conditional' || next_block_label !== null);

const repeated = (values: readonly string[]): string[] => [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];

/** Collects every fault of shape. */
class Shape {
  readonly faults: Fault[] = [];

  /** The known fields of an object, defaults filled in; others are dropped, as upstream does. Null when it is none. */
  object(value: unknown, fields: readonly Field[], loc: Loc): Wire | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const msg = 'Input should be a valid dictionary or object to extract fields from';
      this.faults.push({ type: 'model_attributes_type', loc, msg, input: value });
      return null;
    }
    const filled: Wire = {};
    for (const field of fields) {
      const { name, required, fallback } = field;
      const given = Object.hasOwn(value, name) ? (value as Wire)[name] : undefined;
      if (given === undefined && required) this.faults.push({ type: 'missing', loc: [...loc, name], msg: 'Field required', input: value });
      const nullable = !required && fallback === null;
      if (given !== undefined && !(given === null && nullable)) this.#field(given, field, [...loc, name]);
      filled[name] = given === undefined ? fallback : given;
    }
    return filled;
  }

  list<T>(value: unknown, loc: Loc, each: (value: unknown, loc: Loc) => T | null): T[] {
    if (!Array.isArray(value)) return []; // said already
    return value.flatMap((item, index) => each(item, [...loc, index]) ?? []);
  }

  /** Headers that may be secrets are not kept, and not echoed. */
  headers(workflow: Wire, loc: Loc): void {
    const cdp = workflow['cdp_connect_headers'] as Wire | null;
    if (cdp !== null) this.#value([...loc, 'cdp_connect_headers'], 'The local server does not keep these headers', '***');
  }

  retries(value: unknown, loc: Loc): Wire | null {
    const policy = this.object(value, RETRY_FIELDS, loc);
    if (!policy) return null;
    const where = [...loc, 'retry_on'];
    policy['retry_on'] = this.list(policy['retry_on'], where, (rule, at) => this.object(rule, RETRY_RULE_FIELDS, at));
    return policy;
  }

  parameter(value: unknown, loc: Loc): Wire | null {
    const kind = this.#kind(value, 'parameter_type', Object.keys(PARAMETER_FIELDS), loc);
    if (kind === null) return null;
    const filled = this.object(value, [...COMMON_PARAMETER_FIELDS, ...PARAMETER_FIELDS[kind]!], [...loc, kind])!;
    const { key } = filled;
    if (typeof key === 'string' && !IDENTIFIER.test(key)) {
      this.#value([...loc, kind, 'key'], `Parameter key '${key}' is not a valid identifier`, key);
    }
    return { parameter_type: kind, ...filled };
  }

  block(value: unknown, loc: Loc, depth = 0): Wire | null {
    const kind = this.#kind(value, 'block_type', Object.keys(BLOCK_FIELDS), loc);
    if (kind === null) return null;
    const where = [...loc, kind];
    if (depth > MAX_DEPTH) {
      this.#value(where, `Loops are nested deeper than ${MAX_DEPTH} levels`, null);
      return null;
    }
    const filled = this.object(value, [...COMMON_BLOCK_FIELDS, ...BLOCK_FIELDS[kind]!], where)!;
    const { label } = filled;
    if (typeof label === 'string' && !IDENTIFIER.test(label)) {
      const rule =
        'Block labels must be valid Python identifiers (only letters, digits, and underscores; cannot start with a digit). ' +
        "Characters like '/', '-', '.', etc. are not allowed because they conflict with Jinja2 template syntax.";
      this.#value([...where, 'label'], `Block label '${label}' is not a valid label. ${rule}`, label);
    }
    if (kind === 'code' && Object.hasOwn(value as Wire, 'parameters')) {
      const rule =
        "Code blocks do not accept a 'parameters' field; use 'parameter_keys' (a list of workflow parameter names) to inject " +
        'parameters into the code block.';
      this.#value(where, rule, value);
    }
    if (Object.hasOwn(filled, 'loop_blocks')) {
      filled['loop_blocks'] = this.list(filled['loop_blocks'], [...where, 'loop_blocks'], (each, at) => this.block(each, at, depth + 1));
    }
    if (kind === 'while_loop') filled['condition'] = this.object(filled['condition'], CRITERIA_FIELDS, [...where, 'condition']);
    if (kind === 'conditional') this.#branches(filled, where);
    return { block_type: kind, ...filled };
  }

  /** What is a fault of the definition as a whole. */
  whole(definition: Wire, written: unknown, loc: Loc): void {
    const blocks = definition['blocks'] as Block[];
    const say = (text: string) => this.#value(loc, text, written);
    const twice = repeated(allBlocks(blocks).map(({ label }) => label));
    if (twice.length > 0) say(`Block labels must be unique within a workflow. Found duplicate label(s): ${twice.join(', ')}`);
    const last = definition['finally_block_label'] as string | null;
    if (last !== null) {
      const named = blocks.find(({ label }) => label === last);
      const labels = blocks.map(({ label }) => label).join(', ');
      if (!named) say(`finally_block_label '${last}' does not reference a valid block. Available labels: ${labels}`);
      else if (named.next_block_label !== null) say(`finally_block_label '${last}' must not have a next_block_label`);
    }
    const version = definition['version'];
    if (version !== null && version !== 1 && version !== 2) say('workflow_definition.version must be 1 or 2');
    if (version === 1 && isGraph(blocks)) {
      say('workflow_definition.version must be 2 or greater when using conditional blocks or explicit next_block_label routing.');
    }
  }

  #branches(block: Wire, loc: Loc): void {
    const where = [...loc, 'branch_conditions'];
    const branches = this.list(block['branch_conditions'], where, (each, at) => {
      const branch = this.object(each, BRANCH_FIELDS, at);
      if (branch && branch['criteria'] !== null) branch['criteria'] = this.object(branch['criteria'], CRITERIA_FIELDS, [...at, 'criteria']);
      const isDefault = branch?.['is_default'] === true;
      if (branch && isDefault === (branch['criteria'] !== null)) {
        this.#value(at, 'A branch has either criteria or is_default, and not both', each);
      }
      return branch;
    });
    block['branch_conditions'] = branches;
    if (branches.length === 0) this.#value(where, 'A conditional block needs at least one branch', []);
    if (branches.filter((branch) => branch['is_default'] === true).length > 1) {
      this.#value(where, 'A conditional block has at most one default branch', null);
    }
  }

  #kind(value: unknown, tag: string, known: readonly string[], loc: Loc): string | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.object(value, [], loc);
      return null;
    }
    const kind = (value as Wire)[tag];
    const ctx = { discriminator: `'${tag}'` };
    if (kind === undefined) {
      const msg = `Unable to extract tag using discriminator '${tag}'`;
      this.faults.push({ type: 'union_tag_not_found', loc, msg, input: value, ctx });
      return null;
    }
    if (typeof kind === 'string' && known.includes(kind)) return kind;
    const expected = known.map((each) => `'${each}'`).join(', ');
    const msg = `Input tag '${kind}' found using '${tag}' does not match any of the expected tags: ${expected}`;
    this.faults.push({ type: 'union_tag_invalid', loc, msg, input: value, ctx: { ...ctx, tag: kind, expected_tags: expected } });
    return null;
  }

  #field(value: unknown, { type, choices, ofTexts, bounds }: Field, loc: Loc): void {
    if (!this.#type(value, type, loc)) return;
    if (choices && !choices.includes(value as string)) this.faults.push(notOneOf(loc, choices, value));
    if (bounds) this.#between(value as number, bounds, loc);
    if (ofTexts)
      for (const [key, each] of Object.entries(value as object)) this.#type(each, 'text', [...loc, type === 'list' ? Number(key) : key]);
  }

  #between(value: number, [least, most]: readonly [number, number], loc: Loc): void {
    if (value < least) {
      const msg = `Input should be greater than or equal to ${least}`;
      this.faults.push({ type: 'greater_than_equal', loc, msg, input: value, ctx: { ge: least } });
    } else if (value > most) {
      this.faults.push({
        type: 'less_than_equal',
        loc,
        msg: `Input should be less than or equal to ${most}`,
        input: value,
        ctx: { le: most },
      });
    }
  }

  #type(value: unknown, type: FieldType, loc: Loc): boolean {
    const { type: code, msg, fits } = TYPES[type];
    if (fits(value)) return true;
    this.faults.push({ type: code, loc, msg, input: value });
    return false;
  }

  #value(loc: Loc, text: string, input: unknown): void {
    this.faults.push({ type: 'value_error', loc, msg: `Value error, ${text}`, input, ctx: { error: {} } });
  }
}

const TYPES: Readonly<Record<FieldType, { readonly type: string; readonly msg: string; fits(value: unknown): boolean }>> = {
  text: { type: 'string_type', msg: 'Input should be a valid string', fits: (value) => typeof value === 'string' },
  int: { type: 'int_type', msg: 'Input should be a valid integer', fits: Number.isInteger },
  number: { type: 'float_type', msg: 'Input should be a valid number', fits: (value) => typeof value === 'number' },
  bool: { type: 'bool_type', msg: 'Input should be a valid boolean', fits: (value) => typeof value === 'boolean' },
  object: {
    type: 'dict_type',
    msg: 'Input should be a valid dictionary',
    fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
  list: { type: 'list_type', msg: 'Input should be a valid list', fits: Array.isArray },
  tree: {
    type: 'dict_type',
    msg: 'Input should be a valid dictionary, list or string',
    fits: (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
  },
  any: { type: '', msg: '', fits: () => true },
};

function checkKeys(parameters: readonly Parameter[], blocks: readonly Block[]): void {
  const keys = parameters.map(({ key }) => key);
  const made = parameters.filter(({ parameter_type }) => parameter_type === 'output').map(({ key }) => key);
  if (made.length > 0) throw refusal(422, `Parameters of type output are made by the server and cannot be sent: ${made.join(', ')}`);
  const twice = repeated(keys);
  if (twice.length > 0) {
    const rule = 'WorkflowDefinition has parameters with duplicate keys. Each parameter needs to have a unique key.';
    throw refusal(422, `${rule} Duplicate key(s): ${twice.join(',')}`);
  }
  const outputs = allBlocks(blocks).map(({ label }) => `${label}_output`);
  const reserved = [...RESERVED_KEYS, ...outputs];
  const taken = keys.filter((key) => reserved.includes(key));
  if (taken.length > 0) {
    const rule = 'User created parameters cannot have the following reserved keys:';
    throw refusal(
      422,
      `WorkflowDefinition has parameters with reserved keys. ${rule} ${reserved.join(',')}. Parameter keys: ${taken.join(',')}`,
    );
  }
  const known = new Set([...keys, ...outputs]);
  const lines = allBlocks(blocks).flatMap((block) => {
    const own = [...(block.parameter_keys ?? []), ...loopKey(block)];
    const unknown = own.filter((key) => !known.has(key)).map((key) => `'${key}'`);
    return unknown.length === 0 ? [] : [`  - Block '${block.label}' references undefined parameter(s): ${unknown.join(', ')}`];
  });
  const sourceless = parameters.filter(({ parameter_type, source_parameter_key }) => {
    return parameter_type === 'context' && !known.has(source_parameter_key as string);
  });
  lines.push(
    ...sourceless.map(
      ({ key, source_parameter_key }) => `  - Parameter '${key}' references undefined parameter(s): '${source_parameter_key}'`,
    ),
  );
  if (lines.length === 0) return;
  const advice = 'Make sure to define all parameters in the workflow parameters list before using them in blocks.';
  throw refusal(422, `Workflow definition has blocks that reference undefined parameters:\n${lines.join('\n')}\n\n${advice}`);
}

const loopKey = (block: Block): string[] => {
  const key = block['loop_over_parameter_key'];
  return typeof key === 'string' && key !== '' ? [key] : [];
};

/** Blocks lead to each other by labels: one start, from which all are reached, and no way back. @throws HttpError 422 */
function checkGraph(blocks: readonly Block[], finallyLabel: string | null): void {
  for (const { loop_blocks } of blocks) if (loop_blocks) checkGraph(loop_blocks, null);
  const inOrder = blocks.filter(({ label }) => label !== finallyLabel);
  const byLabel = new Map(blocks.map((block) => [block.label, block]));
  for (const block of blocks) {
    const unknown = targets(block).find((label) => !byLabel.has(label));
    if (unknown !== undefined) throw refusal(422, `Block ${block.label} references unknown next_block_label ${unknown}`);
  }
  const targeted = new Set(blocks.flatMap(targets));
  const starts = inOrder.filter(({ label }) => !targeted.has(label));
  if (inOrder.length > 0 && starts.length === 0) {
    throw refusal(
      422,
      "Circular reference detected: every block is the target of another block's next_block_label, so there is no starting block. " +
        'At least one block must not be the target of any next_block_label or branch condition.',
    );
  }
  if (starts.length > 1) {
    throw refusal(
      422,
      `Disconnected blocks detected: blocks (${starts.map(({ label }) => label).join(', ')}) are not reachable from any other block. ` +
        'Every block must be reachable from the first block through next_block_label or conditional branch references. ' +
        "Either connect them by setting another block's next_block_label to point to them, or remove them.",
    );
  }
  // With one start, whatever was not ordered after the blocks that lead to it lies on a circle or behind one.
  const leadingTo = new Map(inOrder.map(({ label }) => [label, 0]));
  for (const label of inOrder.flatMap((block) => [...new Set(targets(block))])) leadingTo.set(label, (leadingTo.get(label) ?? 0) + 1);
  const ready = starts.map(({ label }) => label);
  for (let label = ready.pop(); label !== undefined; label = ready.pop()) {
    leadingTo.delete(label);
    for (const next of new Set(targets(byLabel.get(label)!))) {
      const left = leadingTo.get(next)! - 1;
      leadingTo.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  if (leadingTo.size > 0)
    throw refusal(422, `Circular reference detected: blocks (${[...leadingTo.keys()].join(', ')}) lead back to themselves.`);
}

const targets = ({ next_block_label, branch_conditions }: Block): string[] =>
  [next_block_label, ...(branch_conditions ?? []).map((branch) => branch.next_block_label)].filter((label) => label !== null);
