/** One node of the tree as lines: its mark, what it is, why, how sure the model was and how long it took. */
import { childrenOf, type Node, type RunView, sizeOf } from '../../runs/view.js';
import { describeNode, duration, plural, statusOf, timelineCommand, tookMs } from '../words.js';
import { type Line, led, line, type Moment } from './line.js';
import type { Style, Theme } from './theme.js';
import { allOpen, type Folds, isBad, isOpen, type Place, rowsUp } from './tree.js';

const STYLE_OF: Readonly<Record<string, readonly ['done' | 'failed' | 'stopped' | 'skipped' | 'waiting', Style]>> = {
  completed: ['done', 'green'],
  failed: ['failed', 'red'],
  terminated: ['failed', 'red'],
  timed_out: ['failed', 'red'],
  canceled: ['stopped', 'yellow'],
  paused: ['waiting', 'yellow'],
  skipped: ['skipped', 'dim'],
};

export const spin = ({ glyphs, paint }: Theme, { tick }: Moment): string =>
  paint('cyan', glyphs.spinner[tick % glyphs.spinner.length] ?? '');

/** @param isOver whether a status that is not known here is shown as one that no longer changes */
export function mark(status: string | null, isOver: boolean, theme: Theme, moment: Moment): string {
  const known = STYLE_OF[status ?? ''];
  if (known) return theme.paint(known[1], theme.glyphs[known[0]]);
  return isOver ? theme.paint('dim', theme.glyphs.skipped) : spin(theme, moment);
}

export interface NodeLook {
  readonly theme: Theme;
  readonly moment: Moment;
  readonly folds: Folds;
  /** Nothing of it moves any more: it goes to the scrollback. */
  readonly over?: boolean;
  readonly selected?: boolean;
}

/** Deeper levels are drawn at this depth. */
const MAX_DEPTH = 12;

export function nodeLines(view: RunView, { node, depth }: Place, look: NodeLook): Line[] {
  const { theme, moment, folds, over = false, selected = false } = look;
  const { kind, label, reason: own } = describeNode(view, node);
  // What failed inside a block and the block say the same: once is enough.
  const reason = own !== '' && own === reasonAbove(view, node) ? '' : own;
  const status = statusOf(view, node);
  const indent = Math.min(depth, MAX_DEPTH) * 2;
  const size = sizeOf(view, node.key);
  const folded = size > 0 && !isOpen(view, node, folds);
  const took = node.kind === 'iteration' && status === 'running' && !over ? null : tookMs(node);
  const right = theme.paint('dim', [sureness(node), took === null ? '' : duration(took)].filter(Boolean).join('  '));
  if (node.kind === 'thought') {
    const glyph = theme.paint('dim', theme.glyphs.thought);
    const name = selected ? theme.paint('inverse', kind) : theme.paint('dim', kind);
    return [led(indent, glyph, reason === '' ? name : `${name}  ${theme.paint('dim', reason)}`)];
  }
  const isOver = over || (node.kind === 'iteration' ? status !== 'running' : node.settledAt !== null);
  const glyph = mark(status, isOver, theme, moment);
  const name = selected ? theme.paint('inverse', kind) : node.kind === 'action' ? kind : theme.paint('bold', kind);
  const inside = folded ? theme.paint('dim', ` ${theme.glyphs.folded} ${insideText(view, node)}`) : '';
  const why = theme.paint(isBad(status) ? 'red' : 'dim', reason);
  // Without a name of its own a node says on its one line why it is there.
  if (label === '' && reason !== '') return [led(indent, glyph, `${name}  ${why}${inside}`, right)];
  const head = led(indent, glyph, `${label === '' ? name : `${name}  ${label}`}${inside}`, right);
  return reason === '' ? [head] : [head, line(indent + 2, why)];
}

function reasonAbove(view: RunView, node: Node): string | null {
  const above = view.nodes.get(node.parent);
  return above?.kind === 'block' ? above.item.failure_reason : null;
}

/** How sure the model was of an action, in words only where it says so. */
const sureness = (node: Node): string =>
  node.kind === 'action' && node.item.confidence_float !== null && node.item.confidence_float < 1
    ? `${Math.round(node.item.confidence_float * 100)}%`
    : '';

const NOUNS = { block: 'block', iteration: 'turn', step: 'step', action: 'action', thought: 'thought' } as const;
/** Of more children only their number is told: looking at each would cost time in every picture. */
const MAX_LOOKED_AT = 200;

/** What a folded node hides. */
function insideText(view: RunView, node: Node): string {
  const children = childrenOf(view, node.key);
  const kinds = new Map<Node['kind'], number>();
  let bad = 0;
  for (const key of children.slice(0, MAX_LOOKED_AT)) {
    const child = view.nodes.get(key);
    if (!child) continue;
    kinds.set(child.kind, (kinds.get(child.kind) ?? 0) + 1);
    if (isBad(statusOf(view, child))) bad++;
  }
  if (children.length > MAX_LOOKED_AT) return plural(sizeOf(view, node.key), 'item');
  return [...[...kinds].map(([kind, count]) => plural(count, NOUNS[kind])), ...(bad > 0 ? [`${bad} failed`] : [])].join(', ');
}

/** More items than these at once are history that nobody reads in a terminal: the newest are shown, and where to see all. */
export const MAX_ITEMS = 200;

/**
 * A node and what it encloses, for the scrollback.
 * @param whole nothing is folded
 */
export function settledLines(view: RunView, key: string, theme: Theme, moment: Moment, whole = false): Line[] {
  const root = view.nodes.get(key);
  if (!root) return [];
  const folds: Folds = whole ? allOpen : (each) => (each === key ? true : undefined);
  const newest: Place[] = [];
  let hidden = sizeOf(view, key);
  for (const { node, depth } of rowsUp(view, folds, { within: key })) {
    if (newest.length === MAX_ITEMS) break;
    newest.push({ node, depth: depth + 1 });
    hidden -= 1 + (isOpen(view, node, folds) ? 0 : sizeOf(view, node.key));
  }
  const look: NodeLook = { theme, moment, folds, over: true };
  return [
    ...nodeLines(view, { node: root, depth: 0 }, look),
    ...(newest.length === MAX_ITEMS && hidden > 0 ? [earlierLine(hidden, 2, view.runId, theme)] : []),
    ...newest.reverse().flatMap((place) => nodeLines(view, place, look)),
  ];
}

export const earlierLine = (count: number, indent: number, runId: string, theme: Theme): Line =>
  line(indent, theme.paint('dim', `${theme.glyphs.more} ${plural(count, 'earlier item')} not shown here: ${timelineCommand(runId)}`));
