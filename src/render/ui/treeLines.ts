/**
 * The part of the tree that there is room for: the newest of what is not in the scrollback, or what is around the selected row.
 *
 * Built row by row until the rows are used up, so a run of 10,000 steps costs no more than one that fits.
 */
import { type RunView, sizeOf, totalOf } from '../../runs/view.js';
import { describeNode } from '../words.js';
import { type Line, line } from './line.js';
import { type NodeLook, nodeLines } from './nodeLines.js';
import { isOpen, type Place, rowsDown, rowsUp } from './tree.js';

/** How many nodes at the top are in the scrollback, and how many with all they enclose. */
export interface Done {
  readonly top: number;
  readonly nodes: number;
}

export interface TreeLook extends Omit<NodeLook, 'selected'> {
  /** Key of the row that the arrows are at. */
  readonly selected: string | null;
}

export function treeLines(view: RunView, done: Done, rows: number, look: TreeLook): Line[] {
  if (rows <= 0) return [];
  if (look.selected !== null && view.nodes.has(look.selected)) return linesAround(view, look.selected, rows, look);
  const { theme, folds } = look;
  const total = totalOf(view) - done.nodes;
  const backwards: Line[] = [];
  let shown = 0;
  let cutAt: Place | null = null;
  for (const place of rowsUp(view, folds, { first: done.top })) {
    const hides = isOpen(view, place.node, folds) ? 0 : sizeOf(view, place.node.key);
    // One row is kept for the line that says how many are not shown, and the reason of a node goes before the node.
    const kept = shown + 1 + hides < total && rows > 1 ? 1 : 0;
    const own = nodeLines(view, place, { ...look, selected: false }).slice(0, rows - backwards.length - kept);
    if (own.length === 0) {
      cutAt = place;
      break;
    }
    backwards.push(...own.reverse());
    shown += 1 + hides;
  }
  const lines = backwards.reverse();
  if (!cutAt) return lines;
  const inside = enclosing(view, cutAt);
  const where = inside === '' ? '' : ` ${theme.glyphs.dot} in ${inside}`;
  return [line(0, theme.paint('dim', `${theme.glyphs.more} ${total - shown} more above${where}`)), ...lines].slice(0, rows);
}

/** The selected row in the middle, as far as there is something on both sides; what is in the scrollback is part of it. */
function linesAround(view: RunView, selected: string, rows: number, look: TreeLook): Line[] {
  const { theme, folds } = look;
  const { more, pointer } = theme.glyphs;
  const draw = (place: Place): Line[] => {
    const isIt = place.node.key === selected;
    const gutter = (at: number) => (isIt && at === 0 ? theme.paint('cyan', pointer) : ' ');
    return nodeLines(view, place, { ...look, selected: isIt }).map((each, at) => ({
      ...each,
      indent: 0,
      lead: `${gutter(at)} ${' '.repeat(each.indent)}${each.lead ?? ''}`,
    }));
  };
  const below = fill(rowsDown(view, folds, selected), draw, rows);
  const above = fill(rowsUp(view, folds, { before: selected }), (place) => draw(place).reverse(), rows);
  const up = Math.min(above.lines.length, Math.max(Math.floor(rows / 2), rows - below.lines.length));
  const down = Math.min(below.lines.length, rows - up);
  const lines = [...above.lines.slice(0, up).reverse(), ...below.lines.slice(0, down)];
  const say = (text: string): Line => line(0, theme.paint('dim', `${more} ${text}`));
  // The row that is selected is never the one that gives way.
  if (rows > 2 && (above.more || above.lines.length > up)) lines[0] = say('more above');
  if (rows > 3 && (below.more || below.lines.length > down)) lines[lines.length - 1] = say('more below');
  return lines;
}

function fill(places: Iterable<Place>, draw: (place: Place) => Line[], rows: number): { readonly lines: Line[]; readonly more: boolean } {
  const lines: Line[] = [];
  for (const place of places) {
    if (lines.length >= rows) return { lines, more: true };
    lines.push(...draw(place));
  }
  return { lines: lines.slice(0, rows), more: lines.length > rows };
}

function enclosing(view: RunView, { node }: Place): string {
  const parent = view.nodes.get(node.parent);
  if (!parent) return '';
  const { kind, label } = describeNode(view, parent);
  return label === '' ? kind : `${kind} ${label}`;
}
