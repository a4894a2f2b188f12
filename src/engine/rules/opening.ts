/** Clicking what is named, and opening what hides it: items of a list, sections, tabs, folders, dialogs. */
import type { ClickHow, SnapshotNode } from '../../browser/types.js';
import type { Observation } from '../decider.js';
import { type Choice, chooseClickable, chooseField, listed, nameOf } from './choose.js';
import type { Command, Covers, Part, Target } from './clause.js';
import { cellOf, findItems, titleOf, valuesBeside } from './items.js';
import { act, fail, type Memory, type Move, notChosen, notYet, type Progress } from './moves.js';
import { nextLink } from './paging.js';
import { itemsAbout, within } from './scope.js';
import { sendButton } from './sending.js';
import { describe, isNode, labelOf, likeness, pieces, textOf, walk } from './tree.js';

const FIELDS = new Set(['field', 'textline', 'textarea', 'list', 'spinner']);

/** What `target` names: a field where it says so, else what can be clicked. */
async function clickable(page: Observation, target: Target): Promise<Choice> {
  const scoped = within(await page.snapshot(), target.within, await page.title());
  if ('problem' in scoped) return { type: 'none', why: 'missing', reason: scoped.problem };
  return target.kind !== null && FIELDS.has(target.kind)
    ? chooseField(page, scoped.found, target)
    : clickableIn(page, scoped.found, target);
}

/** What has the name; where nothing has, the one icon that only its classes name. */
async function clickableIn(page: Observation, tree: SnapshotNode, target: Target): Promise<Choice> {
  const choice = chooseClickable(tree, target);
  const { name, kind, ordinal } = target;
  const mayBeIcon = name !== null && ordinal === null && (kind === 'icon' || kind === 'button');
  if (choice.type === 'one' || (choice.type === 'none' && choice.why !== 'missing') || !mayBeIcon) return choice;
  const tops = tree.ref === null && tree.role === 'document' ? tree.children.filter(isNode) : [tree];
  const within = tops.flatMap(({ ref }) => ref ?? []);
  const count = await page.countIcons(name, within);
  if (count === 0) return choice;
  return count === 1
    ? { type: 'icon', name, within, confidence: 0.5 }
    : { type: 'none', why: 'ambiguous', reason: `${count} icons could be called "${name}"` };
}

interface ClickOptions {
  readonly download?: boolean;
  readonly ends?: boolean;
  readonly how?: ClickHow | undefined;
}

function clicking(choice: Choice, { download = false, ends = true, how }: ClickOptions = {}): Move {
  const other = how && { how };
  if (choice.type === 'text' && !download) {
    const { text, mustBePointer, confidence } = choice;
    return act({ kind: 'clickText', text, mustBePointer, ...other }, `text "${text}"`, { confidence, ends });
  }
  if (choice.type === 'icon' && !download) {
    const { name, within, confidence } = choice;
    return act({ kind: 'clickIcon', name, within, ...other }, `icon "${name}"`, { confidence, ends });
  }
  if (choice.type !== 'one' || choice.node.ref === null) return notChosen(choice);
  return act({ kind: 'click', ref: choice.node.ref, download, ...other }, describe(choice.node), { confidence: choice.confidence, ends });
}

export async function click(page: Observation, command: Extract<Command, { kind: 'click' }>, memory: Memory): Promise<Move> {
  const { target, download, sends = false, how } = command;
  const choice = await clickable(page, target);
  const isMissing = choice.type === 'none' && choice.why === 'missing';
  const button = sends && isMissing ? sendButton(await page.snapshot(), memory) : null;
  return clicking(button ? { type: 'one', node: button, confidence: 0.6 } : choice, { download, how });
}

/** The pointer stays there: what it opens can be clicked by the next clause. */
export async function hover(page: Observation, target: Target): Promise<Move> {
  const choice = await clickable(page, target);
  if (choice.type !== 'one' || choice.node.ref === null) return notChosen(choice);
  return act({ kind: 'hover', ref: choice.node.ref }, describe({ ...choice.node, children: [] }), { confidence: choice.confidence });
}

/** `Press Delete` is the key, unless something on the page is called so: then it could be either. */
export async function pressKey(page: Observation, { key, said }: Extract<Command, { kind: 'press' }>): Promise<Move> {
  if (said !== null) {
    const isSo = (node: SnapshotNode) =>
      node.ref !== null && ['button', 'link', 'tab', 'menuitem'].includes(node.role) && likeness(labelOf(node), said) >= 2;
    const named = [...walk(await page.snapshot())].find(isSo);
    if (named)
      return fail(`"${said}" could be the key or ${describe(named)}: say \`press the ${said} key\` or \`click "${labelOf(named)}"\``);
  }
  return act({ kind: 'press', key });
}

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
  const choice: Choice = item
    ? await clickableIn(page, item, target)
    : { type: 'none', why: 'missing', reason: 'there is no more of them' };
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

interface Opener {
  readonly node: SnapshotNode;
  readonly open: boolean;
}

/** So many elements are asked whether they open something; a page with more of them is no page of sections. */
const MAX_ASKED = 300;
const OPENER_ROLES = new Set(['button', 'tab', 'treeitem', 'link', 'heading', 'generic', 'row']);
const CONTROLS = new Set(['button', 'link', 'textbox', 'checkbox', 'radio', 'combobox']);

/** Elements that open a part of the page, or close it: only the page itself knows which ones do. */
async function openersOf(page: Observation, tree: SnapshotNode): Promise<Opener[]> {
  // What holds controls of its own is no head of a section; folders hold folders.
  const isHead = (node: SnapshotNode) =>
    OPENER_ROLES.has(node.role) &&
    node.ref !== null &&
    !node.disabled &&
    labelOf(node) !== '' &&
    (node.role !== 'generic' || node.children.length === 0) &&
    (node.role === 'treeitem' || ![...walk(node)].some((inner) => inner !== node && CONTROLS.has(inner.role)));
  const asked = [...walk(tree)].filter(isHead).slice(0, MAX_ASKED);
  const facts = await Promise.all(asked.map(({ ref }) => (ref === null ? null : page.inspect(ref))));
  return asked.flatMap((node, index) => {
    const open = facts[index]?.expanded;
    return typeof open === 'boolean' ? [{ node, open }] : [];
  });
}

/** What hides something, by its kind: it is opened by a click, a menu by pointing at its items. */
async function coversOf(page: Observation, tree: SnapshotNode, covers: Covers): Promise<SnapshotNode[]> {
  const nodes = [...walk(tree)].filter((node) => node.ref !== null && !node.disabled);
  if (covers === 'tabs') return nodes.filter((node) => node.role === 'tab' && !node.selected);
  if (covers === 'menus') return nodes.filter((node) => node.role === 'menuitem');
  const closed = (await openersOf(page, tree)).filter(({ open }) => !open).map(({ node }) => node);
  return covers === 'tree' ? [...closed.filter((node) => node.role === 'treeitem'), ...(await foldedIn(page, nodes))] : closed;
}

/** Lists in lists are trees too, without saying so: what hides a list of its own is opened by its label. */
async function foldedIn(page: Observation, nodes: readonly SnapshotNode[]): Promise<SnapshotNode[]> {
  const items = nodes.filter(({ role }) => role === 'listitem').slice(0, MAX_ASKED);
  const facts = await Promise.all(items.map(({ ref }) => (ref === null ? null : page.inspect(ref))));
  const folded = items.filter((_, index) => facts[index]?.folded === true);
  return folded.map((item) => item.children.filter(isNode).find(({ ref }) => ref !== null) ?? item);
}

/** In a tree two folders may have one name; elsewhere what is drawn anew keeps its name only. */
const keyOf = (node: SnapshotNode, covers: Covers): string => (covers === 'tree' ? (node.ref ?? '') : labelOf(node));
/** More than these are no tree that a person goes through. */
const MAX_OPENED = 200;

/** So often it is looked whether what was opened shows the element: menus take their time. */
const OPENED_LOOKS = { sections: 3, tabs: 3, tree: 3, menus: 7 } as const;

/** The element is looked for before anything is opened, and again after each. */
export async function findAndClick(
  page: Observation,
  { target, covers }: Extract<Command, { kind: 'findAndClick' }>,
  progress: Progress,
): Promise<Move> {
  const scoped = within(await page.snapshot(), target.within, await page.title());
  if ('problem' in scoped) return notYet(scoped.problem);
  const tree = scoped.found;
  const choice = chooseClickable(tree, { ...target, kind: covers === 'tree' && target.kind === 'treeitem' ? null : target.kind });
  if (choice.type === 'one' || (choice.type === 'text' && (await page.isPointer(choice.text)))) return clicking(choice);
  if (choice.type === 'none' && choice.why !== 'missing') return notChosen(choice);
  if (progress.count > 0 && progress.looks < OPENED_LOOKS[covers]) return notYet(`${nameOf(target)} is not on the page`);
  // Words of a paragraph are clicked only where nothing is left to open.
  const next = (await coversOf(page, tree, covers)).find((node) => !progress.done.includes(keyOf(node, covers)));
  if (!next?.ref) return clicking(choice);
  if (progress.done.length >= MAX_OPENED) return fail(`${nameOf(target)} does not show after ${MAX_OPENED} of them were opened`);
  progress.done.push(keyOf(next, covers));
  const action =
    covers === 'menus' ? ({ kind: 'hover', ref: next.ref } as const) : ({ kind: 'click', ref: next.ref, download: false } as const);
  return act(action, describe({ ...next, children: [] }), { ends: false });
}

export async function expand(page: Observation, { target, open }: Extract<Command, { kind: 'expand' }>, progress: Progress): Promise<Move> {
  const openers = await openersOf(page, await page.snapshot());
  const left = openers.filter((opener) => opener.open !== open);
  const all = listed(openers.map(({ node }) => describe(node)));
  if (target !== 'one' && target !== 'all') {
    const rank = (least: number) => openers.filter(({ node }) => likeness(labelOf(node), target.name ?? '') >= least);
    const fitting = rank(2).length > 0 ? rank(2) : rank(1);
    const [only] = fitting;
    if (fitting.length > 1)
      return notYet(`"${target.name}" fits more than one section: ${listed(fitting.map(({ node }) => describe(node)))}`);
    if (!only) return notYet(`no section that opens and closes is called "${target.name}"${all ? `; there is ${all}` : ''}`);
    return only.open === open ? isSo(describe(only.node)) : toggle(only.node, open, true);
  }
  const [next] = left;
  if (target === 'one' && left.length > 1)
    return notYet(
      `the page has more than one section that is ${open ? 'closed' : 'open'}: ${listed(left.map(({ node }) => describe(node)))}`,
    );
  if (!next)
    return progress.count > 0
      ? { type: 'nothing' }
      : target === 'all' && openers.length > 0
        ? isSo(all)
        : notYet('the page has no such section');
  if (progress.done.includes(labelOf(next.node)))
    return fail(`${describe(next.node)} does not stay ${open ? 'open' : 'closed'}: the page may show one section at a time`);
  progress.done.push(labelOf(next.node));
  return toggle(next.node, open, target === 'one');
}

/** It is so already: seen, and nothing done. */
const isSo = (what: string): Move => act({ kind: 'report', actionType: 'wait', output: null }, what);

function toggle(node: SnapshotNode, open: boolean, ends: boolean): Move {
  const ref = node.ref ?? '';
  return act({ kind: 'click', ref, download: false }, describe({ ...node, children: [] }), {
    confidence: 0.95,
    ends,
    verify: async (page) => ((await page.inspect(ref))?.expanded === open ? null : `it did not ${open ? 'open' : 'close'}`),
  });
}

const CLOSES = /^(?:close(?: dialog| window| popup)?|dismiss|[x×✕✖⨯])$/i;

/** By what the prompt names, else by what plainly closes it; it must be gone then. */
export async function close(page: Observation, part: Part, by: Target | null): Promise<Move> {
  const scoped = within(await page.snapshot(), { part }, await page.title());
  // A dialog of the browser does not wait for this clause: it was dismissed when it came.
  const [shown] = part.kind === 'dialog' && part.name === null && by === null ? page.dialogs() : [];
  if ('problem' in scoped && shown) return isSo(`dialog (${shown.kind}) "${shown.message}"`);
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

/** Text that the page shows as such; when it does not, its list goes on to the next page. */
export async function findText(page: Observation, text: string, progress: Progress, memory: Memory): Promise<Move> {
  const tree = await page.snapshot();
  const found =
    [...pieces(tree)].find((piece) => likeness(piece.text, text) >= 2) ??
    [...pieces(tree)].find((piece) => likeness(piece.text, text) === 1);
  if (found) {
    memory.found = text;
    return act({ kind: 'report', actionType: 'wait', output: null }, `"${found.text.slice(0, 80)}"`);
  }
  const shown = textOf(tree);
  if (progress.count >= MAX_PAGES) return fail(`"${text}" is not on ${MAX_PAGES} pages`);
  if (progress.pages > 0 && shown === progress.lastText) return notYet(`"${text}" is not on the page, and the next page shows the same`);
  const next = nextLink(tree, null);
  if (next.type !== 'one' || next.node.ref === null) return notYet(`"${text}" is not on the page`);
  progress.pages++;
  progress.lastText = shown;
  return act({ kind: 'click', ref: next.node.ref, download: false }, describe(next.node), { confidence: 0.9, ends: false });
}

const MAX_PAGES = 100;

/** `its price`: what stands beside that label, on a page about one thing, or in the one item that shows what was found. */
export async function clickValue(page: Observation, label: string, memory: Memory): Promise<Move> {
  if (memory.found === null) return fail('nothing was found before that it could be about');
  const tree = await page.snapshot();
  const everywhere = valuesBeside(tree, label);
  const items = itemsAbout(tree, memory.found);
  const cells = items.flatMap((item) => cellOf(tree, item, label) ?? []);
  const inItems = items.flatMap((item) => valuesBeside(item, label));
  const found = cells.length > 0 ? cells : everywhere.length > 1 ? inItems : everywhere;
  const [only] = found;
  if (found.length === 1 && only?.ref) return act({ kind: 'click', ref: only.ref, download: false }, describe(only), { confidence: 0.8 });
  return notYet(found.length === 0 ? `nothing on the page is called "${label}"` : `"${label}" stands on the page ${found.length} times`);
}
