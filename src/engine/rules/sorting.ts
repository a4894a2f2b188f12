/** Sorting a table by one of its columns: its head is clicked until the column is in order. */
import type { SnapshotNode } from '../../browser/types.js';
import type { Observation } from '../decider.js';
import { listed } from './choose.js';
import { select } from './choosing.js';
import type { Command } from './clause.js';
import { act, fail, type Move, notYet, type Progress } from './moves.js';
import { describe, isNode, labelOf, likeness, textOf, walk } from './tree.js';

/** Once turns the order, twice turns it back; a third click is for tables that begin without one. */
const MAX_CLICKS = 3;
const SORT_ARROWS = /[▲▼△▽↑↓⇅↕]/g;

export async function sort(page: Observation, command: Extract<Command, { kind: 'sort' }>, progress: Progress): Promise<Move> {
  const tree = await page.snapshot();
  const heads = [...walk(tree)].filter(
    (node) => node.role === 'columnheader' && likeness(labelOf(node).replace(SORT_ARROWS, ''), command.column) >= 2,
  );
  const [head] = heads;
  if (heads.length > 1) return notYet(`more than one column is called "${command.column}"`);
  if (!head) return bySelection(page, tree, command, progress);
  const values = columnOf(tree, head);
  if (progress.count > 0 && isSorted(values, command.descending)) return { type: 'nothing' };
  if (progress.count >= MAX_CLICKS)
    return notYet(`the column "${command.column}" is not in order after ${MAX_CLICKS} clicks on its head: ${listed(values)}`);
  const inner = [...walk(head)].find((node) => node !== head && ['button', 'link'].includes(node.role) && node.ref !== null);
  const ref = (inner ?? head).ref;
  if (ref === null) return fail(`the head of "${command.column}" cannot be clicked`);
  return act({ kind: 'click', ref, download: false }, describe(inner ?? head), { confidence: 0.9, ends: false });
}

/** Without such a column: the dropdown that says that it sorts. */
async function bySelection(
  page: Observation,
  tree: SnapshotNode,
  { column, descending }: Extract<Command, { kind: 'sort' }>,
  progress: Progress,
): Promise<Move> {
  if (progress.count > 0) return { type: 'nothing' };
  const lists = [...walk(tree)].filter((node) => node.role === 'combobox' && /\b(?:sort|order)/i.test(node.name));
  const [list] = lists;
  if (lists.length !== 1 || !list || descending) return notYet(`no column of a table is called "${column}"`);
  return select(
    page,
    { kind: 'select', options: [column], orEach: null, from: { name: list.name, kind: 'list', ordinal: null, within: null, any: false } },
    0,
  );
}

function columnOf(tree: SnapshotNode, head: SnapshotNode): string[] {
  const table = [...walk(tree)].find((node) => ['table', 'grid', 'treegrid'].includes(node.role) && [...walk(node)].includes(head));
  if (!table) return [];
  const rows = [...walk(table)].filter((node) => node.role === 'row').map((row) => row.children.filter(isNode));
  const at = rows.find((cells) => cells.includes(head))?.indexOf(head) ?? -1;
  return rows
    .filter((cells) => !cells.some(({ role }) => role === 'columnheader'))
    .flatMap((cells) => (cells[at] ? [textOf(cells[at])] : []));
}

/** By number where every value is one, else by letters. */
export function isSorted(values: readonly string[], descending: boolean): boolean {
  const numbers = values.map((value) => Number(value.replace(/[^\d.-]/g, '')));
  const numeric = values.every((value, index) => /\d/.test(value) && !/\p{L}{4}/u.test(value) && !Number.isNaN(numbers[index]));
  const compare = (a: number): number => {
    const order = numeric
      ? (numbers[a] ?? 0) - (numbers[a + 1] ?? 0)
      : (values[a] ?? '').localeCompare(values[a + 1] ?? '', 'en', { sensitivity: 'base' });
    return descending ? -order : order;
  };
  return values.slice(1).every((_, index) => compare(index) <= 0);
}
