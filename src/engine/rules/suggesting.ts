/** Fields that suggest what to put into them: a part is typed, the list that shows is read, and one of it is clicked. */
import type { SnapshotNode } from '../../browser/types.js';
import type { Observation } from '../decider.js';
import { fieldsOf, listed } from './choose.js';
import type { Command, Suggested } from './clause.js';
import { fieldFor, fill, holds } from './filling.js';
import { act, fail, type Memory, type Move, notChosen, notYet, type Progress } from './moves.js';
import { describe, labelOf, likeness, squeeze, walk } from './tree.js';

const ITEM_ROLES = new Set(['option', 'menuitem', 'listitem']);

/** What can be clicked in lists and menus, by its text. */
const itemsIn = (tree: SnapshotNode): SnapshotNode[] =>
  [...walk(tree)].filter((node) => ITEM_ROLES.has(node.role) && node.ref !== null && labelOf(node) !== '');

/** The list shows what it did not show before the field was typed into: that is what the field suggests. */
export async function suggestion(
  page: Observation,
  { which, into }: Extract<Command, { kind: 'suggestion' }>,
  progress: Progress,
  memory: Memory,
): Promise<Move> {
  const tree = await page.snapshot();
  if ('starts' in which && progress.count === 0) {
    const choice = await fieldFor(page, tree, into);
    if (choice.type !== 'one') return notChosen(choice);
    const label = fieldsOf(tree).find(({ node }) => node === choice.node)?.label ?? choice.node.name;
    return fill(page, choice.node, label, which.starts, choice.confidence, { ends: false, memory });
  }
  const typed = memory.typed;
  if (typed === null) return fail('nothing was typed before that a field could suggest something for');
  const shown = itemsIn(tree).filter((node) => !typed.before.includes(labelOf(node)));
  const fitting = shown.filter((node) => fits(labelOf(node), which));
  const [first, ...others] = fitting;
  if (!first?.ref)
    return notYet(
      shown.length === 0 ? 'the field suggests nothing' : `none of what the field suggests is meant: ${listed(shown.map(labelOf))}`,
    );
  if (others.length > 0 && !('any' in which && which.any))
    return notYet(`more than one suggestion is meant: ${listed(fitting.map(labelOf))}`);
  return act({ kind: 'click', ref: first.ref, download: false }, describe(first), {
    confidence: others.length > 0 ? 0.8 : 0.95,
    verify: holds(typed.ref, labelOf(first)),
  });
}

const fits = (label: string, which: Suggested): boolean => {
  if ('name' in which) return likeness(label, which.name) >= 2;
  const text = squeeze(label).toLowerCase();
  return text.startsWith(which.starts.toLowerCase()) && text.endsWith((which.ends ?? '').toLowerCase());
};

/** Labels of what lists show now: what a field suggests afterwards is not among them. */
export const suggestedBefore = (tree: SnapshotNode): string[] => itemsIn(tree).map(labelOf);
