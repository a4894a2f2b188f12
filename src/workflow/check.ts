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
  BROWSER_TYPES,
  COMMON_BLOCK_FIELDS,
  COMMON_PARAMETER_FIELDS,
  DEFINITION_FIELDS,
  IDENTIFIER,
  PARAMETER_FIELDS,
  PROXY_LOCATIONS,
  RESERVED_KEYS,
  RETRY_FIELDS,
  RETRY_RULE_FIELDS,
  WORKFLOW_FIELDS,
} from '../protocol/workflowFields.js';
import { checkOwnRules, REFUSED_BY_CODE, TAG } from './blockRules.js';
import { checkTemplates } from './blockTemplates.js';
import { type GraphBlock, graphFaults, type Link } from './graph.js';
import { typed } from './parameters.js';
import { type Block, type Finding, isObject, kindOf, Shape } from './shape.js';
import type { Path } from './source.js';
import { closest, quoted } from './words.js';

/** The field by which a file says which workflow it is. Servers ignore it. */
export const ID_FIELD = 'workflow_permanent_id';

/** Deeper loops are no definition that anybody wrote. */
const MAX_DEPTH = 20;

/** @param definition what create and update take as `json_definition`; never throws, whatever it is */
export function checkDefinition(definition: unknown): Finding[] {
  const check = new Check();
  check.workflow(definition);
  return check.shape.findings;
}

class Check {
  readonly shape = new Shape();

  workflow(value: unknown): void {
    if (!isObject(value)) {
      this.shape.error([], 'a definition is an object with a title and a workflow_definition');
      return;
    }
    const wrapper = ['json_definition', 'yaml_definition'].find((key) => key in value && !('title' in value));
    if (wrapper) {
      this.shape.error([wrapper], `what stands under ${wrapper} is the definition: write it at the top`, true);
      return;
    }
    if (ID_FIELD in value && !/^wpid_\w+$/.test(String(value[ID_FIELD])))
      this.shape.error([ID_FIELD], `${ID_FIELD} is an id such as wpid_123`);
    this.shape.object(value, [...WORKFLOW_FIELDS, { name: ID_FIELD, type: 'text', required: false, nullable: true, fallback: null }], []);
    this.#settings(value);
    const definition = value['workflow_definition'];
    if (!isObject(definition)) return;
    const at: Path = ['workflow_definition'];
    this.shape.object(definition, DEFINITION_FIELDS, at);
    this.#retries(definition['retry_policy'], [...at, 'retry_policy']);
    const blocks = this.#blocks(definition['blocks'], [...at, 'blocks'], 0, false);
    const every = flat(blocks);
    const outputs = every.flatMap(({ label }) => (label === null ? [] : [`${label}_output`]));
    this.#labels(every);
    const keys = this.#parameters(definition['parameters'], [...at, 'parameters'], outputs);
    for (const block of every) this.#references(block, new Set([...keys, ...outputs]), new Set(keys));
    this.#order(definition, blocks, at);
    checkTemplates(this.shape, definition, every, new Set([...keys, ...outputs]));
  }

  /** What the fields of the body ask for besides their type. */
  #settings(value: Wire): void {
    const { proxy_location: proxy, browser_type: browser, max_elapsed_time_minutes: minutes, webhook_callback_url: webhook } = value;
    if (proxy !== undefined && proxy !== null && !isObject(proxy)) this.shape.choice(String(proxy), PROXY_LOCATIONS, ['proxy_location']);
    if (typeof browser === 'string') this.shape.choice(browser, BROWSER_TYPES, ['browser_type']);
    if (typeof minutes === 'boolean')
      this.shape.error(['max_elapsed_time_minutes'], `max_elapsed_time_minutes is a whole number, not ${minutes}`);
    if (typeof webhook === 'string' && webhook !== '' && !isWebUrl(webhook)) {
      this.shape.error(['webhook_callback_url'], `webhook_callback_url is an http or https address, not ${quoted([webhook])}`);
    }
    const browserSettings = isObject(value['workflow_definition']) ? value['workflow_definition']['browser_settings'] : null;
    const zone = isObject(browserSettings) ? browserSettings['timezone_id'] : null;
    if (typeof zone !== 'string' || checkTimeZone(zone).known) return;
    const { meant } = checkTimeZone(zone);
    const path = ['workflow_definition', 'browser_settings', 'timezone_id'];
    this.shape.error(path, `there is no time zone ${quoted([zone])}${meant ? ` (did you mean ${meant}?)` : ''}`);
  }

  #retries(policy: unknown, path: Path): void {
    if (!isObject(policy)) return;
    this.shape.object(policy, RETRY_FIELDS, path);
    const rules = policy['retry_on'];
    if (!Array.isArray(rules)) return;
    const at = [...path, 'retry_on'];
    if (rules.length === 0) this.shape.error(at, 'retry_on needs a rule');
    for (const [index, rule] of rules.entries()) {
      if (isObject(rule)) this.shape.object(rule, RETRY_RULE_FIELDS, [...at, index]);
      else this.shape.error([...at, index], 'a rule is an object with a status');
    }
    const statuses = rules.map((rule) => (isObject(rule) ? rule['status'] : null));
    for (const [index, status] of statuses.entries()) {
      if (status !== null && statuses.indexOf(status) < index)
        this.shape.error([...at, index], `retry_on has the status ${String(status)} twice`);
    }
  }

  /** The keys of all that have one. */
  #parameters(value: unknown, path: Path, outputs: readonly string[]): string[] {
    const keys: string[] = [];
    const sources: { readonly path: Path; readonly key: string }[] = [];
    for (const [index, each] of (Array.isArray(value) ? value : []).entries()) {
      const at = [...path, index];
      const kind = this.shape.kind(each, 'parameter_type', PARAMETER_FIELDS, at);
      if (kind === null) continue;
      const wire = each as Wire;
      if (kind === 'output') {
        this.shape.error(at, 'parameters of type output are made by the server: `skyvern workflow get` prints a definition without them');
        continue;
      }
      this.shape.object(wire, [TAG('parameter_type'), ...COMMON_PARAMETER_FIELDS, ...PARAMETER_FIELDS[kind]!], at);
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
      if (typeof strategy === 'string') this.shape.choice(strategy, ['random', 'round_robin'], [...at, 'selection_strategy']);
      if (kind === 'bitwarden_login_credential' && !wire['bitwarden_collection_id'] && !wire['bitwarden_item_id']) {
        this.shape.error(at, 'a bitwarden_login_credential needs bitwarden_collection_id or bitwarden_item_id');
      }
    }
    for (const source of sources) this.shape.known(source.key, source.path, new Set([...keys, ...outputs]), 'parameter or output');
    return keys;
  }

  #key(key: string, path: Path, before: readonly string[], outputs: readonly string[]): void {
    if (!IDENTIFIER.test(key))
      this.shape.error(path, `the key ${quoted([key])} is no name: letters, digits and _, no digit first${instead(key)}`);
    if (before.includes(key)) this.shape.error(path, `the key ${key} is there twice`);
    if (RESERVED_KEYS.includes(key)) this.shape.error(path, `the key ${key} is reserved: templates know it as something else`);
    if (outputs.includes(key)) this.shape.error(path, `the key ${key} is the output of a block`);
  }

  #default(wire: Wire, path: Path): void {
    const { workflow_parameter_type: type, default_value: value } = wire;
    if (typeof type !== 'string' || value === null || value === undefined) return;
    // What a server can make a value of is more than what we take for one.
    if (!['integer', 'float', 'boolean'].includes(type) || (type !== 'boolean' && ['number', 'boolean'].includes(typeof value))) return;
    const result = typed(type, value, false);
    if (!result.ok) this.shape.error([...path, 'default_value'], `default_value is ${result.expected}, not ${kindOf(value)}`);
  }

  #blocks(value: unknown, path: Path, depth: number, isInLoop: boolean): Block[] {
    if (depth > MAX_DEPTH) {
      this.shape.error(path, `loops are nested deeper than ${MAX_DEPTH} levels`);
      return [];
    }
    return (Array.isArray(value) ? value : []).flatMap((each, index) => {
      const at = [...path, index];
      const kind = this.shape.kind(each, 'block_type', BLOCK_FIELDS, at);
      if (kind === null) return [];
      const wire = each as Wire;
      this.shape.object(
        wire,
        [TAG('block_type'), ...COMMON_BLOCK_FIELDS, ...BLOCK_FIELDS[kind]!, ...(kind === 'code' ? REFUSED_BY_CODE : [])],
        at,
      );
      checkOwnRules(this.shape, kind, wire, at);
      const inner = this.#blocks(wire['loop_blocks'], [...at, 'loop_blocks'], depth + 1, true);
      const label = typeof wire['label'] === 'string' ? wire['label'] : null;
      return [{ wire, path: at, kind, label, inner, isInLoop }];
    });
  }

  #labels(blocks: readonly Block[]): void {
    const seen = new Set<string>();
    for (const { label, path } of blocks) {
      if (label === null) continue;
      const at = [...path, 'label'];
      if (!IDENTIFIER.test(label)) {
        const why =
          label === '' ? 'a label cannot be empty' : `the label ${quoted([label])} is no name: letters, digits and _, no digit first`;
        this.shape.error(at, `${why}${instead(label)}`);
      }
      if (seen.has(label)) this.shape.error(at, `the label ${label} is there twice, and loops share it with all around them`);
      seen.add(label);
    }
  }

  /** Keys that a block names: parameters, and outputs of blocks. */
  #references({ wire, path, kind }: Block, known: ReadonlySet<string>, parameters: ReadonlySet<string>): void {
    const keys = wire['parameter_keys'];
    for (const [index, key] of (Array.isArray(keys) ? keys : []).entries()) {
      if (typeof key === 'string') this.shape.known(key, [...path, 'parameter_keys', index], known, 'parameter or output');
    }
    const over = wire['loop_over_parameter_key'];
    if (typeof over === 'string' && over !== '') this.shape.known(over, [...path, 'loop_over_parameter_key'], known, 'parameter or output');
    if (kind !== 'send_email') return;
    for (const [name, key] of Object.entries(wire)) {
      if (name.endsWith('_secret_parameter_key') && typeof key === 'string')
        this.shape.known(key, [...path, name], parameters, 'parameter');
    }
  }

  #order(definition: Wire, blocks: readonly Block[], path: Path): void {
    const version = definition['version'] ?? null;
    const routed = blocks.find(({ kind, wire }) => kind === 'conditional' || nameOf(wire['next_block_label']) !== null);
    const last = nameOf(definition['finally_block_label']);
    this.#finally(last, blocks, [...path, 'finally_block_label']);
    if (version === 1 && routed) {
      const why = routed.kind === 'conditional' ? 'a conditional' : 'a next_block_label';
      this.shape.error([...path, 'version'], `with ${why} the version is 2: write 2, or leave it out`);
      return;
    }
    if (version === null ? routed : Number(version) >= 2) this.#graph(blocks, last, [...path, 'blocks']);
  }

  #finally(label: string | null, blocks: readonly Block[], path: Path): void {
    if (label === null) return;
    const block = blocks.find((each) => each.label === label);
    if (!block) {
      this.shape.error(path, `finally_block_label names no block of the top level: ${quoted([label])}`);
      return;
    }
    if (nameOf(block.wire['next_block_label']) !== null) {
      this.shape.error([...block.path, 'next_block_label'], `the block ${label} comes last, so it has no next_block_label`);
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
        this.shape.error(
          [...place(fault.from), ...fault.link.path],
          `there is no block ${quoted([fault.link.to])} here${meant ? ` (did you mean ${meant}?)` : ''}`,
        );
      } else if (fault.kind === 'circle') {
        const [first] = fault.labels as [string];
        this.shape.error(place(first), `the blocks lead back to themselves: ${[...fault.labels, first].join(' -> ')}`);
      } else {
        for (const label of fault.labels) {
          this.shape.error(place(label), `nothing leads to the block ${label}: name it in a next_block_label, or take it out`);
        }
      }
    }
  }
}

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

/** A name that would do. */
function instead(text: string): string {
  const name = text
    .trim()
    .replaceAll(/[^\p{XID_Continue}]+/gu, '_')
    .replace(/^(?=\p{N})/u, '_');
  return IDENTIFIER.test(name) && name !== text ? `, such as ${name}` : '';
}
