/** Clicking what is named, and opening what hides it: items of a list, sections, tabs, folders, dialogs. */
import type { SnapshotNode } from '../../browser/types.js';
import type { Observation } from '../decider.js';
import { type Choice, chooseClickable, chooseField, listed, nameOf } from './choose.js';
import type { Command, Covers, Part, Target } from './clause.js';
import { findItems, titleOf } from './items.js';
import { act, fail, type Move, notChosen, notYet, type Progress } from './moves.js';
import { nextLink } from './paging.js';
import { itemsAbout, within } from './scope.js';
import { describe, labelOf, likeness, textOf, walk } from './tree.js';

const FIELDS = new Set(['field', 'textline', 'textarea', 'list', 'spinner']);

/** What `target` names: a field where it says so, else what can be clicked. */
async function clickable(page: Observation, target: Target): Promise<Choice> {
  const scoped = within(await page.snapshot(), target.within, await page.title());
  if ('problem' in scoped) return { type: 'none', why: 'missing', reason: scoped.problem };
  return target.kind !== null && FIELDS.has(target.kind) ? chooseField(page, scoped.found, target) : chooseClickable(scoped.found, target);
}

function clicking(choice: Choice, { download = false, ends = true } = {}): Move {
  if (choice.type === 'text' && !download) {
    const { text, mustBePointer, confidence } = choice;
    return act({ kind: 'clickText', text, mustBePointer }, `text "${text}"`, { confidence, ends });
  }
  if (choice.type !== 'one' || choice.node.ref === null) return notChosen(choice);
  return act({ kind: 'click', ref: choice.node.ref, download }, describe(choice.node), { confidence: choice.confidence, ends });
}

export const click = async (page: Observation, { target, download }: Extract<Command, { kind: 'click' }>): Promise<Move> =>
  clicking(await clickable(page, target), { download });

/** One after the other, in every item that shows the text; how many there are is counted before the first click. */
export async function clickEach(
  page: Observation,
  { target, about, count }: Extract<Command, { kind: 'clickEach' }>,
  progress: Progress,
): Promise<Move> {
  const items = itemsAbout(await page.snapshot(), about);
  progress.total ??= items.length === 0 ? null : items.length;
  if (items.length === 0) return notYet(`no item of the page shows "${about}"`);
  if (items.length !== progress.total)
    return fail(`after ${progress.count} of ${progress.total} items of "${about}" the page shows ${items.length} of them`);
  if (count !== null && count > items.length) return notYet(`only ${items.length} items show "${about}"`);
  const wanted = count ?? items.length;
  const item = items[progress.count];
  const choice: Choice = item ? chooseClickable(item, target) : { type: 'none', why: 'missing', reason: 'there is no more of them' };
  return clicking(choice, { ends: progress.count + 1 === wanted });
}

/** The n-th item, counted over the following pages where this one has fewer. */
export async function openItem(page: Observation, { items }: Extract<Command, { kind: 'openItem' }>, progress: Progress): Promise<Move> {
  const tree = await page.snapshot();
  const list = findItems(tree, items.noun, await page.title());
  if ('problem' in list) return notYet(list.problem);
  const shown = list.found.items.map((item) => item.parts.map(textOf).join('\n')).join('\n');
  if (progress.pages > 0 && shown === progress.lastText) return notYet('the following page shows the same items');
  const wanted = 'one' in items.which ? items.which.one : 1;
  const before = progress.total ?? 0;
  const at = wanted < 0 ? list.found.items.length - 1 : wanted - 1 - before;
  if (wanted < 0 && nextLink(tree, null).type === 'one')
    return fail('the list goes on on another page: which is its last item cannot be seen');
  const item = list.found.items[at];
  if (!item) {
    const next = nextLink(tree, null);
    const problem = `there are only ${before + list.found.items.length} items in ${list.found.source}`;
    if (next.type !== 'one' || next.node.ref === null) return notYet(problem);
    progress.total = before + list.found.items.length;
    progress.pages++;
    progress.lastText = shown;
    return act({ kind: 'click', ref: next.node.ref, download: false }, describe(next.node), { confidence: 0.9, ends: false });
  }
  const links = item.parts.flatMap((part) => [...walk(part)]).filter((node) => node.role === 'link' && node.ref !== null);
  const title = titleOf(list.found, at);
  const link =
    'found' in title
      ? [...walk(title.found), ...links.filter((candidate) => [...walk(candidate)].includes(title.found))].find(
          (node) => node.role === 'link' && node.ref !== null,
        )
      : undefined;
  const [only, ...others] = links;
  const chosen = link ?? (others.length === 0 ? only : undefined);
  if (!chosen?.ref)
    return notYet(links.length === 0 ? 'the item has no link' : `the item has several links: ${listed(links.map(describe))}`);
  return act({ kind: 'click', ref: chosen.ref, download: false }, `${describe(chosen)}, item ${before + at + 1} of ${list.found.source}`, {
    confidence: 0.9,
  });
}

/** Elements that open a part of the page, or close it. */
const openers = (tree: SnapshotNode, open: boolean): SnapshotNode[] =>
  [...walk(tree)].filter(
    (node) =>
      node.ref !== null &&
      !node.disabled &&
      node.expanded === open &&
      !['combobox', 'textbox', 'searchbox', 'menuitem'].includes(node.role),
  );

/** How each kind of cover shows that it hides something. */
const coversOf = (tree: SnapshotNode, covers: Covers): SnapshotNode[] => {
  if (covers === 'tabs')
    return [...walk(tree)].filter((node) => node.role === 'tab' && node.ref !== null && !node.disabled && !node.selected);
  const closed = openers(tree, false);
  return covers === 'tree' ? closed.filter((node) => node.role === 'treeitem') : closed;
};

/** The element is looked for before anything is opened, and again after each. */
export async function findAndClick(
  page: Observation,
  { target, covers }: Extract<Command, { kind: 'findAndClick' }>,
  progress: Progress,
): Promise<Move> {
  const tree = await page.snapshot();
  const plain = { ...target, kind: covers === 'tree' && target.kind === 'treeitem' ? null : target.kind };
  const choice = chooseClickable(tree, plain);
  // Words of a paragraph are clicked only where nothing is left to open.
  const next = coversOf(tree, covers).find((node) => !progress.done.includes(labelOf(node)));
  if (choice.type === 'one') return clicking(choice);
  if (choice.type === 'none' && choice.why !== 'missing') return notChosen(choice);
  if (next?.ref) {
    // A part that was opened may show what it holds a moment later.
    if (progress.count > 0 && progress.looks < 2) return notYet(`${nameOf(target)} is not on the page`);
    progress.done.push(labelOf(next));
    return act({ kind: 'click', ref: next.ref, download: false }, describe(next), { ends: false });
  }
  return clicking(choice);
}

export async function expand(page: Observation, { target, open }: Extract<Command, { kind: 'expand' }>, progress: Progress): Promise<Move> {
  const tree = await page.snapshot();
  const left = openers(tree, !open);
  const word = open ? 'closed' : 'open';
  const what = open ? 'opened' : 'closed';
  if (target !== 'one' && target !== 'all') {
    const named = [...left, ...openers(tree, open)].filter((node) => likeness(labelOf(node), target.name ?? '') >= 1);
    const exact = named.filter((node) => likeness(labelOf(node), target.name ?? '') >= 2);
    const fitting = exact.length > 0 ? exact : named;
    const [only] = fitting;
    if (fitting.length > 1) return notYet(`"${target.name}" fits more than one section: ${listed(fitting.map(describe))}`);
    if (!only)
      return notYet(
        `no section that can be ${what} is called "${target.name}"; there is ${listed([...left, ...openers(tree, open)].map(describe))}`,
      );
    return only.expanded === open
      ? act({ kind: 'report', actionType: 'wait', output: null }, `${describe(only)} is ${open ? 'open' : 'closed'}`)
      : toggle(only, open, true);
  }
  const [next] = left;
  if (target === 'one' && left.length > 1) return notYet(`the page has more than one ${word} section: ${listed(left.map(describe))}`);
  if (!next) return progress.count > 0 ? { type: 'nothing' } : notYet(`the page has no ${word} section`);
  if (progress.done.includes(labelOf(next)))
    return fail(`${describe(next)} does not stay ${open ? 'open' : 'closed'}: sections of this page may show one at a time`);
  progress.done.push(labelOf(next));
  return toggle(next, open, target === 'one');
}

function toggle(node: SnapshotNode, open: boolean, ends: boolean): Move {
  const ref = node.ref ?? '';
  return act({ kind: 'click', ref, download: false }, describe({ ...node, children: [] }), {
    confidence: 0.95,
    ends,
    verify: async (page) => {
      const now = [...walk(await page.snapshot())].find((candidate) => candidate.ref === ref);
      return now?.expanded === open ? null : `it did not ${open ? 'open' : 'close'}`;
    },
  });
}

const CLOSES = /^(?:close(?: dialog| window| popup)?|dismiss|[x×✕✖⨯])$/i;

/** By what the prompt names, else by what plainly closes it; it must be gone then. */
export async function close(page: Observation, part: Part, by: Target | null): Promise<Move> {
  const scoped = within(await page.snapshot(), { part }, await page.title());
  if ('problem' in scoped) return notYet(scoped.problem);
  const buttons = [...walk(scoped.found)].filter((node) => ['button', 'link'].includes(node.role) && node.ref !== null);
  const closing = buttons.filter((node) => CLOSES.test(labelOf(node)));
  const named = by === null ? null : chooseClickable(scoped.found, by);
  const isCross = by?.name !== null && by !== null && /^[x×]$/i.test(by.name);
  const [only] = closing;
  const choice: Choice =
    named?.type === 'one' || (named !== null && !isCross)
      ? named
      : closing.length === 1 && only
        ? { type: 'one', node: only, confidence: 0.9 }
        : { type: 'none', why: 'missing', reason: `nothing in it plainly closes it; there is ${listed(buttons.map(describe))}` };
  const move = clicking(choice);
  if (move.type !== 'act') return move;
  return {
    ...move,
    verify: async (now) => ('found' in within(await now.snapshot(), { part }, await now.title()) ? 'it is still there' : null),
  };
}
