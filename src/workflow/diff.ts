/** What one definition says and another does not, path by path: blocks are known by their label, parameters by their key. */
import type { Wire } from '../protocol/decode.js';
import { KEPT_OF_DEFINITION, KEPT_ON_UPDATE, KEPT_WHEN_NULL } from '../protocol/workflowFields.js';
import { postable } from './postable.js';

export interface Change {
  readonly op: 'add' | 'remove' | 'change' | 'move';
  /** `blocks.fetch.url`: labels and keys in place of numbers. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/**
 * What an update would change: what the server has now against what would be sent.
 *
 * Defaults and what only servers write count for nothing; what an update leaves alone when it is left out does not count either.
 */
export function diffDefinitions(now: Wire, next: Wire): Change[] {
  const [before, after] = [postable(now), postable(next)];
  const [stored, sent] = [definitionOf(before), definitionOf(next)];
  const left = (wire: Wire, name: string) => wire[name] === undefined || (wire[name] === null && KEPT_WHEN_NULL.includes(name));
  const kept = (names: readonly string[], from: Wire, written: Wire): Wire =>
    Object.fromEntries(names.filter((name) => left(written, name) && from[name] !== undefined).map((name) => [name, from[name]]));
  const changes: Change[] = [];
  const definition = { ...definitionOf(after), ...kept(KEPT_OF_DEFINITION, stored, sent) };
  compare(before, { ...after, ...kept(KEPT_ON_UPDATE, before, next), workflow_definition: definition }, [], changes);
  return changes;
}

const definitionOf = (wire: Wire): Wire => (isObject(wire['workflow_definition']) ? wire['workflow_definition'] : {});

function compare(from: unknown, to: unknown, path: readonly string[], changes: Change[]): void {
  if (isEqual(from, to)) return;
  if (isObject(from) && isObject(to)) {
    for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
      if (!isFilledIn(name, from, to)) compare(from[name], to[name], [...path, name], changes);
    }
    return;
  }
  const [before, after] = [named(from), named(to)];
  if (before && after) compareNamed(before, after, path, changes);
  else if (from === undefined) changes.push({ op: 'add', path: shown(path), to });
  else if (to === undefined) changes.push({ op: 'remove', path: shown(path), from });
  else changes.push({ op: 'change', path: shown(path), from, to });
}

/** A log-in without a goal gets one from the server. */
const isFilledIn = (name: string, from: Wire, to: Wire): boolean =>
  name === 'navigation_goal' && from['block_type'] === 'login' && to['block_type'] === 'login' && to[name] === undefined;

type Named = ReadonlyMap<string, Wire>;

function compareNamed(before: Named, after: Named, path: readonly string[], changes: Change[]): void {
  for (const [name, item] of before) compare(item, after.get(name), [...path, name], changes);
  for (const [name, item] of after) if (!before.has(name)) compare(undefined, item, [...path, name], changes);
  const order = (some: Named, other: Named) => [...some.keys()].filter((name) => other.has(name));
  const [from, to] = [order(before, after), order(after, before)];
  if (!isEqual(from, to)) changes.push({ op: 'move', path: shown(path), from, to });
}

/** A list of blocks or parameters by their names; null for any other, and where a name is there twice. */
function named(list: unknown): Named | null {
  if (!Array.isArray(list)) return null;
  const items = new Map<string, Wire>();
  for (const item of list) {
    const name = isObject(item) ? (item['label'] ?? item['key']) : null;
    if (typeof name !== 'string' || items.has(name)) return null;
    items.set(name, item as Wire);
  }
  return items;
}

/** `workflow_definition` is where nearly everything is, so it is not said. */
const shown = ([first, ...rest]: readonly string[]): string => [...(first === 'workflow_definition' ? [] : [first]), ...rest].join('.');

const isObject = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual((a as Wire)[key], (b as Wire)[key]));
}
