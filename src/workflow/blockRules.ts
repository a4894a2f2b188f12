/** What single kinds of blocks ask for, besides the types of their fields. */
import type { Wire } from '../protocol/decode.js';
import { BRANCH_FIELDS, CRITERIA_FIELDS, type Field } from '../protocol/workflowFields.js';
import { isObject, kindOf, type Shape } from './shape.js';
import type { Path } from './source.js';

const LONGEST_WAIT_S = 1800;
const MAX_CODES = 64;
const MAX_CODE_LENGTH = 128;

/** A field that stands for the kind of a thing. */
export const TAG = (name: string): Field => ({ name, type: 'text', required: false, nullable: true, fallback: null });

/** What people write into a code block, and what it takes in its place. */
export const REFUSED_BY_CODE = [
  { ...TAG('parameters'), type: 'any', instead: 'parameter_keys' },
  { ...TAG('error_code'), type: 'any', instead: 'error_code_mapping' },
] as const;

export function checkOwnRules(shape: Shape, kind: string, wire: Wire, path: Path): void {
  const has = (name: string) => wire[name] !== undefined && wire[name] !== null && wire[name] !== '';
  const filled = (name: string) => has(name) && !(Array.isArray(wire[name]) && (wire[name] as unknown[]).length === 0);
  const at = (name: string): Path => (has(name) ? [...path, name] : path);
  switch (kind) {
    case 'wait': {
      const seconds = Number(wire['wait_sec'] ?? 0);
      if (Number.isInteger(seconds) && (seconds < 1 || seconds > LONGEST_WAIT_S)) {
        shape.error(
          'wait_sec' in wire ? [...path, 'wait_sec'] : path,
          `wait_sec is between 1 and ${LONGEST_WAIT_S} seconds, not ${seconds}`,
        );
      }
      break;
    }
    case 'action':
      if (!has('navigation_goal')) shape.error(path, 'an action needs a navigation_goal');
      break;
    case 'validation':
      if (!has('complete_criterion') && !has('terminate_criterion')) {
        shape.error(path, 'a validation needs complete_criterion or terminate_criterion');
      }
      break;
    case 'terminate':
    case 'web_search': {
      const name = kind === 'terminate' ? 'reason' : 'query';
      if (typeof wire[name] === 'string' && wire[name].trim() === '') shape.error([...path, name], `${name} cannot be empty`);
      const code = wire['error_code'];
      if (typeof code === 'string' && !/\{\{/.test(code) && !/^[\w.:-]*$/.test(code)) {
        shape.error([...path, 'error_code'], 'an error code holds ASCII letters, digits and _ . : - only');
      }
      if (has('no_match_error_code') && !has('prompt')) shape.error(at('no_match_error_code'), 'no_match_error_code needs a prompt', true);
      break;
    }
    case 'code':
      checkErrorCodes(shape, wire['error_code_mapping'], [...path, 'error_code_mapping']);
      for (const { name, instead: other } of REFUSED_BY_CODE) {
        if (name in wire) shape.error([...path, name], `code blocks do not take ${name}: use ${other}`, true);
      }
      break;
    case 'for_loop':
      if (!has('loop_over_parameter_key') && !has('loop_variable_reference')) {
        shape.error(path, 'a for_loop needs loop_over_parameter_key or loop_variable_reference');
      }
      break;
    case 'while_loop':
      checkCriteria(shape, wire['condition'], [...path, 'condition']);
      break;
    case 'conditional':
      checkBranches(shape, wire['branch_conditions'], [...path, 'branch_conditions'], path);
      break;
    case 'http_request':
      if (filled('secret_response_paths') && wire['save_response_as_file'] === true) {
        shape.error(at('secret_response_paths'), 'secret_response_paths cannot be combined with save_response_as_file', true);
      }
      break;
    case 'send_email': {
      const isGmail = wire['transport'] === 'gmail';
      if (!isGmail && !has('sender')) shape.error(path, 'send_email needs a sender, unless its transport is gmail');
      for (const name of ['cc', 'bcc'])
        if (!isGmail && filled(name)) shape.error(at(name), `${name} works only with the transport gmail`, true);
      for (const name of Object.keys(wire).filter((each) => each.startsWith('custom_smtp_') && has(each))) {
        if (isGmail) shape.error(at(name), `${name} cannot be combined with the transport gmail`, true);
      }
      break;
    }
  }
}

function checkErrorCodes(shape: Shape, mapping: unknown, path: Path): void {
  const codes = isObject(mapping) ? Object.keys(mapping) : [];
  if (codes.length > MAX_CODES) shape.error(path, `a code block has at most ${MAX_CODES} error codes, not ${codes.length}`);
  for (const code of codes) {
    if (code.trim() !== code || code === '' || code.length > MAX_CODE_LENGTH) {
      shape.error([...path, code], `an error code is a text of at most ${MAX_CODE_LENGTH} characters, without blanks around it`, true);
    }
  }
}

function checkBranches(shape: Shape, value: unknown, path: Path, block: Path): void {
  const branches = Array.isArray(value) ? value : [];
  if (branches.length === 0) {
    shape.error(value === undefined ? block : path, 'a conditional needs at least one branch');
    return;
  }
  let defaults = 0;
  for (const [index, branch] of branches.entries()) {
    const at = [...path, index];
    if (!isObject(branch)) {
      shape.error(at, `a branch is an object, not ${kindOf(branch)}`);
      continue;
    }
    shape.object(branch, BRANCH_FIELDS, at);
    const [isDefault, criteria] = [branch['is_default'] === true, branch['criteria'] ?? null];
    if (isDefault && ++defaults > 1) shape.error(at, 'a conditional has at most one default branch');
    if (isDefault && criteria !== null) shape.error(at, 'the default branch has no criteria');
    if (!isDefault && criteria === null) shape.error(at, 'a branch has criteria, or is_default: true');
    checkCriteria(shape, criteria, [...at, 'criteria']);
  }
}

function checkCriteria(shape: Shape, value: unknown, path: Path): void {
  if (isObject(value)) shape.object(value, CRITERIA_FIELDS, path);
}
