/**
 * A definition, checked as a whole without a server: every fault at once, each with its place.
 *
 * An error is what the server refuses when the definition is saved, or what makes every run of it fail; a warning what it lets
 * pass and probably was not meant (reference: Skyvern API, workflow definition; held against a real server of 1.0.56).
 */
import type { Wire } from '../protocol/decode.js';
import { checkTimeZone } from '../protocol/timeZone.js';
import {
  BLOCK_FIELDS,
  BRANCH_FIELDS,
  BROWSER_TYPES,
  COMMON_BLOCK_FIELDS,
  COMMON_PARAMETER_FIELDS,
  CRITERIA_FIELDS,
  DEFINITION_FIELDS,
  type Field,
  IDENTIFIER,
  PARAMETER_FIELDS,
  PROXY_LOCATIONS,
  RESERVED_KEYS,
  RETRY_FIELDS,
  RETRY_RULE_FIELDS,
  WORKFLOW_FIELDS,
} from '../protocol/workflowFields.js';
import { type GraphBlock, graphFaults, type Link } from './graph.js';
import { typed } from './parameters.js';
import type { Path } from './source.js';
import { scanTemplates } from './templates.js';
import { closest, quoted } from './words.js';

export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly path: Path;
  /** The key is meant, not the value. */
  readonly atKey: boolean;
  /** A sentence without its end. */
  readonly message: string;
}

/** The field by which a file says which workflow it is. Servers ignore it. */
export const ID_FIELD = 'workflow_permanent_id';

/** Deeper loops are no definition that anybody wrote. */
const MAX_DEPTH = 20;
const LONGEST_WAIT_S = 1800;
const MAX_CODES = 64;
const MAX_CODE_LENGTH = 128;
const LOOP_NAMES: readonly string[] = ['current_value', 'current_item', 'current_index'];

/** @param definition what create and update take as `json_definition`; never throws, whatever it is */
export function checkDefinition(definition: unknown): Finding[] {
  const check = new Check();
  check.workflow(definition);
  return check.findings;
}

interface Block {
  readonly wire: Wire;
  readonly path: Path;
  readonly kind: string;
  readonly label: string | null;
  readonly inner: readonly Block[];
  readonly isInLoop: boolean;
}

class Check {
  readonly findings: Finding[] = [];

  workflow(value: unknown): void {
    if (!isObject(value)) {
      this.#error([], 'a definition is an object with a title and a workflow_definition');
      return;
    }
    const wrapper = ['json_definition', 'yaml_definition'].find((key) => key in value && !('title' in value));
    if (wrapper) {
      this.#error([wrapper], `what stands under ${wrapper} is the definition: write it at the top`, true);
      return;
    }
    if (ID_FIELD in value && !/^wpid_\w+$/.test(String(value[ID_FIELD]))) this.#error([ID_FIELD], `${ID_FIELD} is an id such as wpid_123`);
    this.#object(value, [...WORKFLOW_FIELDS, { name: ID_FIELD, type: 'text', required: false, nullable: true, fallback: null }], []);
    this.#settings(value);
    const definition = value['workflow_definition'];
    if (!isObject(definition)) return;
    const at: Path = ['workflow_definition'];
    this.#object(definition, DEFINITION_FIELDS, at);
    this.#retries(definition['retry_policy'], [...at, 'retry_policy']);
    const blocks = this.#blocks(definition['blocks'], [...at, 'blocks'], 0, false);
    const every = flat(blocks);
    const outputs = every.flatMap(({ label }) => (label === null ? [] : [`${label}_output`]));
    this.#labels(every);
    const keys = this.#parameters(definition['parameters'], [...at, 'parameters'], outputs);
    for (const block of every) this.#references(block, new Set([...keys, ...outputs]), new Set(keys));
    this.#order(definition, blocks, at);
    this.#templates(definition, every, new Set([...keys, ...outputs]));
  }

  /** What the fields of the body ask for besides their type. */
  #settings(value: Wire): void {
    const { proxy_location: proxy, browser_type: browser, max_elapsed_time_minutes: minutes, webhook_callback_url: webhook } = value;
    if (proxy !== undefined && proxy !== null && !isObject(proxy)) this.#choice(String(proxy), PROXY_LOCATIONS, ['proxy_location']);
    if (typeof browser === 'string') this.#choice(browser, BROWSER_TYPES, ['browser_type']);
    if (typeof minutes === 'boolean')
      this.#error(['max_elapsed_time_minutes'], `max_elapsed_time_minutes is a whole number, not ${minutes}`);
    if (typeof webhook === 'string' && webhook !== '' && !isWebUrl(webhook)) {
      this.#error(['webhook_callback_url'], `webhook_callback_url is an http or https address, not ${quoted([webhook])}`);
    }
    const browserSettings = isObject(value['workflow_definition']) ? value['workflow_definition']['browser_settings'] : null;
    const zone = isObject(browserSettings) ? browserSettings['timezone_id'] : null;
    if (typeof zone !== 'string' || checkTimeZone(zone).known) return;
    const { meant } = checkTimeZone(zone);
    const path = ['workflow_definition', 'browser_settings', 'timezone_id'];
    this.#error(path, `there is no time zone ${quoted([zone])}${meant ? ` (did you mean ${meant}?)` : ''}`);
  }

  /** Types, missing fields, and fields that nobody knows. */
  #object(wire: Wire, fields: readonly Field[], path: Path): void {
    const known = new Map(fields.map((field) => [field.name, field]));
    for (const { name, required } of fields) {
      if (required && wire[name] === undefined)
        this.#error(path, `${describe(wire)} needs the field ${name}`, path.length > 0 && isKey(path));
    }
    for (const [name, value] of Object.entries(wire)) {
      const field = known.get(name);
      if (field) this.#field(field, value, [...path, name]);
      else {
        const meant = closest(name, known.keys());
        this.#warning(
          [...path, name],
          `${describe(wire)} has no field ${name}${meant ? ` (did you mean ${meant}?)` : ''}: servers ignore it`,
          true,
        );
      }
    }
  }

  #field({ name, type, nullable, choices, ofTexts, bounds }: Field, value: unknown, path: Path): void {
    if (value === undefined) return;
    if (value === null) {
      if (!nullable && name !== 'run_with') this.#error(path, `${name} cannot be null: leave it out for its default`, true);
      return;
    }
    if (!FITS[type].fits(value)) {
      const quote = type === 'text' && typeof value !== 'object' ? ': put it in quotes' : '';
      this.#error(path, `${name} is ${FITS[type].named}, not ${kindOf(value)}${quote}`);
      return;
    }
    if (choices) this.#choice(value as string, choices, path);
    if (bounds && (Number(value) < bounds[0] || Number(value) > bounds[1])) {
      this.#error(path, `${name} is between ${bounds[0]} and ${bounds[1]}, not ${String(value)}`);
    }
    if (!ofTexts) return;
    for (const [key, each] of Array.isArray(value) ? value.entries() : Object.entries(value as Wire)) {
      if (typeof each !== 'string') this.#error([...path, key], `${name} holds texts, not ${kindOf(each)}`);
    }
  }

  #choice(value: string, choices: readonly string[], path: Path): void {
    if (choices.includes(value)) return;
    const meant = closest(value, choices);
    this.#error(path, `${path.at(-1)} is one of ${choices.join(', ')}${meant ? ` (did you mean ${meant}?)` : `, not ${quoted([value])}`}`);
  }

  #retries(policy: unknown, path: Path): void {
    if (!isObject(policy)) return;
    this.#object(policy, RETRY_FIELDS, path);
    const rules = policy['retry_on'];
    if (!Array.isArray(rules)) return;
    const at = [...path, 'retry_on'];
    if (rules.length === 0) this.#error(at, 'retry_on needs a rule');
    for (const [index, rule] of rules.entries()) {
      if (isObject(rule)) this.#object(rule, RETRY_RULE_FIELDS, [...at, index]);
      else this.#error([...at, index], 'a rule is an object with a status');
    }
    const statuses = rules.map((rule) => (isObject(rule) ? rule['status'] : null));
    for (const [index, status] of statuses.entries()) {
      if (status !== null && statuses.indexOf(status) < index)
        this.#error([...at, index], `retry_on has the status ${String(status)} twice`);
    }
  }

  /** The keys of all that have one. */
  #parameters(value: unknown, path: Path, outputs: readonly string[]): string[] {
    const keys: string[] = [];
    const sources: { readonly path: Path; readonly key: string }[] = [];
    for (const [index, each] of (Array.isArray(value) ? value : []).entries()) {
      const at = [...path, index];
      const kind = this.#kind(each, 'parameter_type', PARAMETER_FIELDS, at);
      if (kind === null) continue;
      const wire = each as Wire;
      if (kind === 'output') {
        this.#error(at, 'parameters of type output are made by the server: `skyvern workflow get` prints a definition without them');
        continue;
      }
      this.#object(wire, [TAG('parameter_type'), ...COMMON_PARAMETER_FIELDS, ...PARAMETER_FIELDS[kind]!], at);
      const key = wire['key'];
      if (typeof key === 'string') {
        this.#key(key, [...at, 'key'], keys, outputs);
        keys.push(key);
      }
      if (typeof wire['source_parameter_key'] === 'string') {
        sources.push({ path: [...at, 'source_parameter_key'], key: wire['source_parameter_key'] });
      }
      if (kind === 'workflow') this.#default(wire, at);
      const strategy = wire['selection_strategy'];
      if (typeof strategy === 'string') this.#choice(strategy, ['random', 'round_robin'], [...at, 'selection_strategy']);
      if (kind === 'bitwarden_login_credential' && !wire['bitwarden_collection_id'] && !wire['bitwarden_item_id']) {
        this.#error(at, 'a bitwarden_login_credential needs bitwarden_collection_id or bitwarden_item_id');
      }
    }
    for (const source of sources) this.#known(source.key, source.path, new Set([...keys, ...outputs]), 'parameter or output');
    return keys;
  }

  #key(key: string, path: Path, before: readonly string[], outputs: readonly string[]): void {
    if (!IDENTIFIER.test(key))
      this.#error(path, `the key ${quoted([key])} is no name: letters, digits and _, no digit first${instead(key)}`);
    if (before.includes(key)) this.#error(path, `the key ${key} is there twice`);
    if (RESERVED_KEYS.includes(key)) this.#error(path, `the key ${key} is reserved: templates know it as something else`);
    if (outputs.includes(key)) this.#error(path, `the key ${key} is the output of a block`);
  }

  #default(wire: Wire, path: Path): void {
    const { workflow_parameter_type: type, default_value: value } = wire;
    if (typeof type !== 'string' || value === null || value === undefined) return;
    // What a server can make a value of is more than what we take for one.
    if (!['integer', 'float', 'boolean'].includes(type) || (type !== 'boolean' && ['number', 'boolean'].includes(typeof value))) return;
    const result = typed(type, value, false);
    if (!result.ok) this.#error([...path, 'default_value'], `default_value is ${result.expected}, not ${kindOf(value)}`);
  }

  #blocks(value: unknown, path: Path, depth: number, isInLoop: boolean): Block[] {
    if (depth > MAX_DEPTH) {
      this.#error(path, `loops are nested deeper than ${MAX_DEPTH} levels`);
      return [];
    }
    return (Array.isArray(value) ? value : []).flatMap((each, index) => {
      const at = [...path, index];
      const kind = this.#kind(each, 'block_type', BLOCK_FIELDS, at);
      if (kind === null) return [];
      const wire = each as Wire;
      this.#object(
        wire,
        [TAG('block_type'), ...COMMON_BLOCK_FIELDS, ...BLOCK_FIELDS[kind]!, ...(kind === 'code' ? REFUSED_BY_CODE : [])],
        at,
      );
      this.#own(kind, wire, at);
      const inner = this.#blocks(wire['loop_blocks'], [...at, 'loop_blocks'], depth + 1, true);
      const label = typeof wire['label'] === 'string' ? wire['label'] : null;
      return [{ wire, path: at, kind, label, inner, isInLoop }];
    });
  }

  /** What only one kind of block asks for. */
  #own(kind: string, wire: Wire, path: Path): void {
    const has = (name: string) => wire[name] !== undefined && wire[name] !== null && wire[name] !== '';
    const filled = (name: string) => has(name) && !(Array.isArray(wire[name]) && (wire[name] as unknown[]).length === 0);
    const at = (name: string): Path => (has(name) ? [...path, name] : path);
    switch (kind) {
      case 'wait': {
        const seconds = Number(wire['wait_sec'] ?? 0);
        if (Number.isInteger(seconds) && (seconds < 1 || seconds > LONGEST_WAIT_S)) {
          this.#error(
            'wait_sec' in wire ? [...path, 'wait_sec'] : path,
            `wait_sec is between 1 and ${LONGEST_WAIT_S} seconds, not ${seconds}`,
          );
        }
        break;
      }
      case 'action':
        if (!has('navigation_goal')) this.#error(path, 'an action needs a navigation_goal');
        break;
      case 'validation':
        if (!has('complete_criterion') && !has('terminate_criterion')) {
          this.#error(path, 'a validation needs complete_criterion or terminate_criterion');
        }
        break;
      case 'terminate':
      case 'web_search': {
        const name = kind === 'terminate' ? 'reason' : 'query';
        if (typeof wire[name] === 'string' && wire[name].trim() === '') this.#error([...path, name], `${name} cannot be empty`);
        const code = wire['error_code'];
        if (typeof code === 'string' && !/\{\{/.test(code) && !/^[\w.:-]*$/.test(code)) {
          this.#error([...path, 'error_code'], 'an error code holds ASCII letters, digits and _ . : - only');
        }
        if (has('no_match_error_code') && !has('prompt'))
          this.#error(at('no_match_error_code'), 'no_match_error_code needs a prompt', true);
        break;
      }
      case 'code':
        this.#errorCodes(wire['error_code_mapping'], [...path, 'error_code_mapping']);
        for (const { name, instead: other } of REFUSED_BY_CODE) {
          if (name in wire) this.#error([...path, name], `code blocks do not take ${name}: use ${other}`, true);
        }
        break;
      case 'for_loop':
        if (!has('loop_over_parameter_key') && !has('loop_variable_reference')) {
          this.#error(path, 'a for_loop needs loop_over_parameter_key or loop_variable_reference');
        }
        break;
      case 'while_loop':
        this.#criteria(wire['condition'], [...path, 'condition']);
        break;
      case 'conditional':
        this.#branches(wire['branch_conditions'], [...path, 'branch_conditions'], path);
        break;
      case 'http_request':
        if (filled('secret_response_paths') && wire['save_response_as_file'] === true) {
          this.#error(at('secret_response_paths'), 'secret_response_paths cannot be combined with save_response_as_file', true);
        }
        break;
      case 'send_email': {
        const isGmail = wire['transport'] === 'gmail';
        if (!isGmail && !has('sender')) this.#error(path, 'send_email needs a sender, unless its transport is gmail');
        for (const name of ['cc', 'bcc'])
          if (!isGmail && filled(name)) this.#error(at(name), `${name} works only with the transport gmail`, true);
        for (const name of Object.keys(wire).filter((each) => each.startsWith('custom_smtp_') && has(each))) {
          if (isGmail) this.#error(at(name), `${name} cannot be combined with the transport gmail`, true);
        }
        break;
      }
    }
  }

  #errorCodes(mapping: unknown, path: Path): void {
    const codes = isObject(mapping) ? Object.keys(mapping) : [];
    if (codes.length > MAX_CODES) this.#error(path, `a code block has at most ${MAX_CODES} error codes, not ${codes.length}`);
    for (const code of codes) {
      if (code.trim() !== code || code === '' || code.length > MAX_CODE_LENGTH) {
        this.#error([...path, code], `an error code is a text of at most ${MAX_CODE_LENGTH} characters, without blanks around it`, true);
      }
    }
  }

  #branches(value: unknown, path: Path, block: Path): void {
    const branches = Array.isArray(value) ? value : [];
    if (branches.length === 0) {
      this.#error(value === undefined ? block : path, 'a conditional needs at least one branch');
      return;
    }
    let defaults = 0;
    for (const [index, branch] of branches.entries()) {
      const at = [...path, index];
      if (!isObject(branch)) {
        this.#error(at, `a branch is an object, not ${kindOf(branch)}`);
        continue;
      }
      this.#object(branch, BRANCH_FIELDS, at);
      const [isDefault, criteria] = [branch['is_default'] === true, branch['criteria'] ?? null];
      if (isDefault && ++defaults > 1) this.#error(at, 'a conditional has at most one default branch');
      if (isDefault && criteria !== null) this.#error(at, 'the default branch has no criteria');
      if (!isDefault && criteria === null) this.#error(at, 'a branch has criteria, or is_default: true');
      this.#criteria(criteria, [...at, 'criteria']);
    }
  }

  #criteria(value: unknown, path: Path): void {
    if (isObject(value)) this.#object(value, CRITERIA_FIELDS, path);
  }

  #labels(blocks: readonly Block[]): void {
    const seen = new Set<string>();
    for (const { label, path } of blocks) {
      if (label === null) continue;
      const at = [...path, 'label'];
      if (!IDENTIFIER.test(label)) {
        const why =
          label === '' ? 'a label cannot be empty' : `the label ${quoted([label])} is no name: letters, digits and _, no digit first`;
        this.#error(at, `${why}${instead(label)}`);
      }
      if (seen.has(label)) this.#error(at, `the label ${label} is there twice, and loops share it with all around them`);
      seen.add(label);
    }
  }

  /** Keys that a block names: parameters, and outputs of blocks. */
  #references({ wire, path, kind }: Block, known: ReadonlySet<string>, parameters: ReadonlySet<string>): void {
    const keys = wire['parameter_keys'];
    for (const [index, key] of (Array.isArray(keys) ? keys : []).entries()) {
      if (typeof key === 'string') this.#known(key, [...path, 'parameter_keys', index], known, 'parameter or output');
    }
    const over = wire['loop_over_parameter_key'];
    if (typeof over === 'string' && over !== '') this.#known(over, [...path, 'loop_over_parameter_key'], known, 'parameter or output');
    if (kind !== 'send_email') return;
    for (const [name, key] of Object.entries(wire)) {
      if (name.endsWith('_secret_parameter_key') && typeof key === 'string') this.#known(key, [...path, name], parameters, 'parameter');
    }
  }

  #known(key: string, path: Path, known: ReadonlySet<string>, what: string): void {
    if (known.has(key)) return;
    const meant = closest(key, known);
    this.#error(path, `there is no ${what} ${quoted([key])}${meant ? ` (did you mean ${meant}?)` : ''}`);
  }

  #order(definition: Wire, blocks: readonly Block[], path: Path): void {
    const version = definition['version'] ?? null;
    const routed = blocks.find(({ kind, wire }) => kind === 'conditional' || nameOf(wire['next_block_label']) !== null);
    const last = nameOf(definition['finally_block_label']);
    this.#finally(last, blocks, [...path, 'finally_block_label']);
    if (version === 1 && routed) {
      const why = routed.kind === 'conditional' ? 'a conditional' : 'a next_block_label';
      this.#error([...path, 'version'], `with ${why} the version is 2: write 2, or leave it out`);
      return;
    }
    if (version === null ? routed : Number(version) >= 2) this.#graph(blocks, last, [...path, 'blocks']);
  }

  #finally(label: string | null, blocks: readonly Block[], path: Path): void {
    if (label === null) return;
    const block = blocks.find((each) => each.label === label);
    if (!block) {
      this.#error(path, `finally_block_label names no block of the top level: ${quoted([label])}`);
      return;
    }
    if (nameOf(block.wire['next_block_label']) !== null) {
      this.#error([...block.path, 'next_block_label'], `the block ${label} comes last, so it has no next_block_label`);
    }
  }

  #graph(blocks: readonly Block[], finallyLabel: string | null, path: Path): void {
    for (const { inner, path: at } of blocks) if (inner.length > 0) this.#graph(inner, null, [...at, 'loop_blocks']);
    const named = blocks.flatMap((block) => (block.label === null ? [] : [{ ...block, label: block.label, links: linksOf(block.wire) }]));
    const place = (label: string): Path => named.find((block) => block.label === label)?.path ?? path;
    for (const fault of graphFaults(named satisfies readonly GraphBlock[], finallyLabel)) {
      if (fault.kind === 'unknown') {
        const labels = named.map(({ label }) => label).filter((label) => label !== fault.from);
        const meant = closest(fault.link.to, labels);
        this.#error(
          [...place(fault.from), ...fault.link.path],
          `there is no block ${quoted([fault.link.to])} here${meant ? ` (did you mean ${meant}?)` : ''}`,
        );
      } else if (fault.kind === 'circle') {
        const [first] = fault.labels as [string];
        this.#error(place(first), `the blocks lead back to themselves: ${[...fault.labels, first].join(' -> ')}`);
      } else {
        for (const label of fault.labels) {
          this.#error(place(label), `nothing leads to the block ${label}: name it in a next_block_label, or take it out`);
        }
      }
    }
  }

  #templates(definition: Wire, blocks: readonly Block[], keys: ReadonlySet<string>): void {
    const labels = blocks.flatMap(({ label }) => label ?? []);
    const known = new Set([...keys, ...labels, ...RESERVED_KEYS, 'browser_session_id']);
    const prompt = definition['workflow_system_prompt'];
    if (typeof prompt === 'string') this.#template(prompt, ['workflow_definition', 'workflow_system_prompt'], known, true);
    for (const { wire, path, kind, isInLoop } of blocks) {
      const makesLoop = kind === 'for_loop' || kind === 'while_loop';
      for (const [name, value] of Object.entries(wire)) {
        if (UNRENDERED.has(name)) continue;
        for (const leaf of textsOf(value, [...path, name])) {
          // Braces are Python's own, too.
          if (kind === 'code' && name === 'code') this.#closed(leaf.text, leaf.path, 'warning');
          else this.#template(leaf.text, leaf.path, known, isInLoop || makesLoop);
        }
      }
    }
  }

  #template(text: string, path: Path, known: ReadonlySet<string>, isInLoop: boolean): void {
    const names = this.#closed(text, path, 'error');
    for (const name of names) {
      if (!known.has(name)) {
        const meant = closest(name, known);
        this.#warning(path, `the template uses ${name}, which nothing defines${meant ? ` (did you mean ${meant}?)` : ''}: it is empty`);
      } else if (LOOP_NAMES.includes(name) && !isInLoop) this.#warning(path, `${name} is there only inside a loop: it is empty here`);
    }
  }

  #closed(text: string, path: Path, severity: Finding['severity']): readonly string[] {
    if (!/\{[{%#]/.test(text)) return [];
    const { names, fault } = scanTemplates(text);
    if (fault !== null) this.#say(severity, path, `the template is broken: ${fault}`, false);
    return names;
  }

  /** Which of the kinds an object says it is; null when it says none that is known. */
  #kind(value: unknown, tag: 'block_type' | 'parameter_type', kinds: Readonly<Record<string, unknown>>, path: Path): string | null {
    const thing = tag === 'block_type' ? 'block' : 'parameter';
    if (!isObject(value)) this.#error(path, `a ${thing} is an object, not ${kindOf(value)}`);
    else if (value[tag] === undefined) this.#error(path, `the ${thing} needs the field ${tag}`);
    else if (typeof value[tag] === 'string' && Object.hasOwn(kinds, value[tag])) return value[tag];
    else {
      const meant = closest(String(value[tag]), Object.keys(kinds));
      this.#error([...path, tag], `there is no ${tag} ${quoted([String(value[tag])])}${meant ? ` (did you mean ${meant}?)` : ''}`);
    }
    return null;
  }

  #error(path: Path, message: string, atKey = false): void {
    this.#say('error', path, message, atKey);
  }

  #warning(path: Path, message: string, atKey = false): void {
    this.#say('warning', path, message, atKey);
  }

  #say(severity: Finding['severity'], path: Path, message: string, atKey: boolean): void {
    this.findings.push({ severity, path, message, atKey });
  }
}

const TAG = (name: string): Field => ({ name, type: 'text', required: false, nullable: true, fallback: null });

const REFUSED_BY_CODE = [
  { ...TAG('parameters'), type: 'any', instead: 'parameter_keys' },
  { ...TAG('error_code'), type: 'any', instead: 'error_code_mapping' },
] as const;

/** Names, and what holds blocks of its own. */
const UNRENDERED = new Set([
  'block_type',
  'label',
  'next_block_label',
  'loop_blocks',
  'parameter_keys',
  'loop_over_parameter_key',
  'engine',
  'model',
]);

const isObject = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);
const isKey = (path: Path): boolean => typeof path.at(-1) === 'string';

const flat = (blocks: readonly Block[]): Block[] => blocks.flatMap((block) => [block, ...flat(block.inner)]);

/** An empty name is none. */
const nameOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function isWebUrl(text: string): boolean {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  return URL.canParse(full) && /^https?:$/.test(new URL(full).protocol);
}

function linksOf(wire: Wire): Link[] {
  const branches = wire['branch_conditions'];
  const links = [{ to: wire['next_block_label'], path: ['next_block_label'] as Path }];
  for (const [index, branch] of (Array.isArray(branches) ? branches : []).entries()) {
    if (isObject(branch)) links.push({ to: branch['next_block_label'], path: ['branch_conditions', index, 'next_block_label'] });
  }
  return links.flatMap(({ to, path }) => (nameOf(to) === null ? [] : [{ to: to as string, path }]));
}

function textsOf(value: unknown, path: Path): { readonly text: string; readonly path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (typeof value !== 'object' || value === null || path.length > 60) return [];
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) => textsOf(inner, [...path, key]));
}

/** What an object is, by what it says of itself. */
function describe(wire: Wire): string {
  const [kind, name] = [wire['block_type'] ?? wire['parameter_type'], wire['label'] ?? wire['key']];
  if (typeof kind === 'string') return typeof name === 'string' && name !== '' ? `${kind} ${quoted([name])}` : `the ${kind}`;
  return 'this';
}

/** A name that would do. */
function instead(text: string): string {
  const name = text
    .trim()
    .replaceAll(/[^\p{XID_Continue}]+/gu, '_')
    .replace(/^(?=\p{N})/u, '_');
  return IDENTIFIER.test(name) && name !== text ? `, such as ${name}` : '';
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** As servers take values: what reads as a number or a boolean is one. */
const FITS: Readonly<Record<Field['type'], { readonly named: string; fits(value: unknown): boolean }>> = {
  text: { named: 'a text', fits: (value) => typeof value === 'string' },
  int: {
    named: 'a whole number',
    fits: (value) => typeof value === 'boolean' || Number.isInteger(value) || isWritten(value, /^[+-]?\d+(?:\.0*)?$/),
  },
  number: {
    named: 'a number',
    fits: (value) =>
      typeof value === 'boolean' || typeof value === 'number' || isWritten(value, /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i),
  },
  bool: {
    named: 'true or false',
    fits: (value) =>
      typeof value === 'boolean' || value === 0 || value === 1 || isWritten(value, /^(?:true|false|t|f|yes|no|y|n|on|off|1|0)$/i),
  },
  object: { named: 'an object', fits: isObject },
  list: { named: 'a list', fits: Array.isArray },
  tree: { named: 'an object, a list or a text', fits: (value) => typeof value === 'object' || typeof value === 'string' },
  any: { named: '', fits: () => true },
};

const isWritten = (value: unknown, form: RegExp): boolean => typeof value === 'string' && form.test(value.trim());
