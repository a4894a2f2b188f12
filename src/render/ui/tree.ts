/**
 * The tree of a run as a list of rows that can be walked from any place in both directions. Nothing is drawn here.
 *
 * Walked lazily and without recursion: a run of 10,000 steps costs what is looked at, and its depth is the server's to choose.
 */
import { childrenOf, type Node, type RunView } from '../../runs/view.js';
import { statusOf } from '../words.js';

export interface Place {
  readonly node: Node;
  /** 0 at the top. */
  readonly depth: number;
}

/** What somebody opened (true) or folded (false), by key of the node; undefined where nobody said. */
export type Folds = (key: string) => boolean | undefined;

export const allOpen: Folds = () => true;

export const isBad = (status: string | null): boolean => status === 'failed' || status === 'terminated' || status === 'timed_out';

/** Whether what a node encloses is shown: of what is over only what failed, unless somebody said otherwise. */
export function isOpen(view: RunView, node: Node, folds: Folds): boolean {
  const said = folds(node.key);
  if (said !== undefined) return said;
  const status = statusOf(view, node);
  const isOver = node.kind === 'iteration' ? status !== 'running' : node.settledAt !== null;
  return !isOver || isBad(status);
}

interface Level {
  readonly siblings: readonly string[];
  index: number;
}

/** The levels from the top down to a node; null for one that is not there. */
function levelsTo(view: RunView, key: string): Level[] | null {
  const levels: Level[] = [];
  for (let here: string | undefined = key; here; here = view.nodes.get(here)?.parent) {
    const node = view.nodes.get(here);
    const siblings: readonly string[] = node ? childrenOf(view, node.parent) : [];
    const index = siblings.indexOf(here);
    if (index < 0) return null;
    levels.unshift({ siblings, index });
  }
  return levels;
}

const placeAt = (view: RunView, levels: readonly Level[]): Place | null => {
  const { siblings, index } = levels.at(-1) as Level;
  const node = view.nodes.get(siblings[index] as string);
  return node ? { node, depth: levels.length - 1 } : null;
};

/** Goes from a level's present node down to the last row below it. */
function descendToLast(view: RunView, levels: Level[], folds: Folds): void {
  for (;;) {
    const { siblings, index } = levels.at(-1) as Level;
    const node = view.nodes.get(siblings[index] as string);
    const children = node && isOpen(view, node, folds) ? childrenOf(view, node.key) : [];
    if (children.length === 0) return;
    levels.push({ siblings: children, index: children.length - 1 });
  }
}

export interface Range {
  /** The walk begins above this node; at the end when there is none. */
  readonly before?: string | null;
  /** Only what this node encloses, at depth 0 its children. */
  readonly within?: string;
  /** Index of the first node at the top that is part of the walk. */
  readonly first?: number;
}

/** Rows upwards. */
export function* rowsUp(view: RunView, folds: Folds, { before = null, within = '', first = 0 }: Range = {}): Generator<Place> {
  const roots = childrenOf(view, within);
  const levels = before === null ? [{ siblings: roots, index: roots.length }] : levelsTo(view, before);
  while (levels && levels.length > 0) {
    const level = levels.at(-1) as Level;
    level.index--;
    if (level.index < (levels.length === 1 ? first : 0)) {
      levels.pop();
      if (levels.length === 0) return;
    } else descendToLast(view, levels, folds);
    const place = placeAt(view, levels);
    if (place) yield place;
  }
}

/** Rows downwards, beginning with that of `from`. */
export function* rowsDown(view: RunView, folds: Folds, from: string): Generator<Place> {
  const levels = levelsTo(view, from);
  while (levels && levels.length > 0) {
    const place = placeAt(view, levels);
    if (place) yield place;
    const children = place && isOpen(view, place.node, folds) ? childrenOf(view, place.node.key) : [];
    if (children.length > 0) {
      levels.push({ siblings: children, index: 0 });
      continue;
    }
    for (let level = levels.at(-1); level; level = levels.at(-1)) {
      if (++level.index < level.siblings.length) break;
      levels.pop();
    }
  }
}

/** The row before (-1) or after (1) another one; the last row when there is none to go from. */
export function rowBeside(view: RunView, folds: Folds, key: string | null, step: 1 | -1): string | null {
  if (key === null) return rowsUp(view, folds).next().value?.node.key ?? null;
  if (step < 0) return rowsUp(view, folds, { before: key }).next().value?.node.key ?? key;
  const [, next] = take(rowsDown(view, folds, key), 2);
  return next?.node.key ?? null;
}

export function take<T>(rows: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  if (count <= 0) return taken;
  for (const row of rows) {
    taken.push(row);
    if (taken.length === count) break;
  }
  return taken;
}

/** Every node in the order in which it is read, folded or not, from one that is given in one direction, once around. */
export function* around(view: RunView, from: string | null, step: 1 | -1): Generator<Node> {
  const roots = childrenOf(view, '');
  const after = function* (): Generator<Place> {
    if (from === null) return;
    if (step < 0) yield* rowsUp(view, allOpen, { before: from });
    else {
      const rows = rowsDown(view, allOpen, from);
      rows.next();
      yield* rows;
    }
  };
  for (const { node } of after()) yield node;
  const rest = step < 0 ? rowsUp(view, allOpen) : roots[0] ? rowsDown(view, allOpen, roots[0]) : [];
  for (const { node } of rest) {
    yield node;
    if (node.key === from) return;
  }
}
