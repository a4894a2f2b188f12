/** Choosing what a page offers: options, boxes, radio buttons, menu items. */
import type { PageAction, SnapshotNode } from '../../browser/types.js';
import type { Observation } from '../decider.js';
import { type Choice, chooseClickable, chooseField, listed } from './choose.js';
import type { Command, Target } from './clause.js';
import { act, fail, type Move, notChosen, notYet, type Progress, type Verify } from './moves.js';
import { within } from './scope.js';
import { describe, labelOf, likeness, walk } from './tree.js';

const BOXES = ['checkbox', 'switch', 'menuitemcheckbox'];
const RADIOS = ['radio', 'menuitemradio'];
const LISTS = ['combobox', 'listbox'];

const optionsOf = (list: SnapshotNode): SnapshotNode[] => [...walk(list)].filter((node) => node.role === 'option');
const bare = (node: SnapshotNode): SnapshotNode => ({ ...node, children: [] });

/** The box is as it should be. */
const isChecked =
  (ref: string, checked: boolean): Verify =>
  async (page) => {
    const node = [...walk(await page.snapshot())].find((candidate) => candidate.ref === ref);
    if (!node) return 'what was chosen went away, so it cannot be seen whether it is chosen';
    return node.checked === checked ? null : `it is ${node.checked === true ? 'still checked' : 'not checked'} afterwards`;
  };

/** The list shows these options as chosen: itself, or the one in its place where the choice led to another page. */
const isChosen =
  (list: SnapshotNode, options: readonly string[]): Verify =>
  async (page) => {
    const nodes = [...walk(await page.snapshot())];
    const now = nodes.find(({ ref }) => ref === list.ref) ?? nodes.filter((node) => node.role === list.role && node.name === list.name)[0];
    if (!now) return 'the list went away, so it cannot be seen what is chosen in it';
    const chosen = optionsOf(now)
      .filter(({ selected }) => selected)
      .map(labelOf);
    const all = options.every((option) => chosen.includes(option)) && chosen.length === options.length;
    return all ? null : `${describe(bare(now))} shows ${chosen.length === 0 ? 'nothing' : listed(chosen)} as chosen afterwards`;
  };

/** The one option of `list` that is called so. */
function optionNamed(list: SnapshotNode, name: string): Choice {
  for (const rank of [3, 2, 1] as const) {
    const fitting = optionsOf(list).filter((node) => likeness(labelOf(node), name) === rank);
    const [only] = fitting;
    if (fitting.length > 1)
      return { type: 'none', why: 'ambiguous', reason: `option "${name}" fits more than one: ${listed(fitting.map(describe))}` };
    if (only?.disabled) return { type: 'none', why: 'unusable', reason: `option "${name}" is disabled`, node: only };
    if (only) return { type: 'one', node: only, confidence: rank === 1 ? 0.7 : 1 };
  }
  return {
    type: 'none',
    why: 'missing',
    reason: `option "${name}" is not in ${describe(bare(list))}; there is ${listed(optionsOf(list).map(labelOf))}`,
  };
}

/** These options of one list, all at once. */
export function inList(list: SnapshotNode, names: readonly string[]): Move {
  const choices = names.map((name) => optionNamed(list, name));
  const options: string[] = [];
  for (const choice of choices) {
    if (choice.type !== 'one') return notChosen(choice);
    options.push(labelOf(choice.node));
  }
  const [option] = options;
  if (list.ref === null || option === undefined) return fail('the list cannot be chosen from');
  if (new Set(options).size < options.length) return fail(`two of the names mean the same option of ${describe(bare(list))}`);
  const action: PageAction =
    options.length === 1 && list.role === 'combobox'
      ? { kind: 'select', ref: list.ref, option }
      : { kind: 'selectMany', ref: list.ref, options };
  const confidence = Math.min(...choices.map((choice) => (choice.type === 'one' ? choice.confidence : 0)));
  return act(action, `${listed(options)} of ${describe(bare(list))}`, { confidence, verify: isChosen(list, options) });
}

/** Options of a dropdown or list; or boxes, radio buttons and menu items of these names, one after the other. */
export async function select(page: Observation, command: Extract<Command, { kind: 'select' }>, done: number): Promise<Move> {
  const { options, from } = command;
  const whole = await page.snapshot();
  const scoped = within(whole, from?.within ?? null, await page.title());
  if ('problem' in scoped) return notYet(scoped.problem);
  const tree = scoped.found;
  if (from) {
    const choice = await chooseField(page, tree, from);
    const isThere =
      choice.type === 'one' && optionsOf(choice.node).some((option) => likeness(labelOf(option), command.options[0] ?? '') >= 2);
    const options = isThere ? command.options : (command.orEach ?? command.options);
    if (choice.type === 'one' && optionsOf(choice.node).length > 0) return severalIn(page, choice.node, options);
    // A list that is made of other elements opens when it is clicked, and then shows its options.
    if (choice.type === 'one') return inOpened(whole, choice.node, options, done);
    return notChosen(choice);
  }
  const lists = [...walk(tree)].filter(
    (node) => LISTS.includes(node.role) && options.every((name) => optionsOf(node).some((option) => likeness(labelOf(option), name) >= 2)),
  );
  const [option = ''] = options.slice(done);
  const boxes = [...walk(tree)].filter(
    (node) =>
      node.ref !== null && [...BOXES, ...RADIOS, 'menuitem', 'tab', 'treeitem'].includes(node.role) && likeness(labelOf(node), option) >= 2,
  );
  const [list] = lists;
  if (boxes.length + lists.length > 1) {
    const exact = boxes.filter((node) => labelOf(node) === option);
    if (lists.length > 0 || exact.length !== 1)
      return notYet(`"${option}" fits more than one element: ${listed([...boxes, ...lists].map(describe))}`);
    boxes.splice(0, boxes.length, ...exact);
  }
  if (list) return severalIn(page, list, options);
  const [box] = boxes;
  if (!box?.ref) return notYet(`no option, checkbox, radio button or menu item is called "${option}"`);
  if (box.disabled) return notYet(`${describe(box)} is disabled`);
  const ends = done + 1 >= options.length;
  if ([...BOXES, ...RADIOS].includes(box.role))
    return act({ kind: 'check', ref: box.ref, checked: true }, describe(box), { confidence: 1, ends, verify: isChecked(box.ref, true) });
  return act({ kind: 'click', ref: box.ref, download: false }, describe(box), { confidence: 1, ends });
}

async function severalIn(page: Observation, list: SnapshotNode, options: readonly string[]): Promise<Move> {
  if (options.length > 1 && list.ref !== null && (await page.inspect(list.ref))?.multiple === false)
    return fail(`${describe(bare(list))} takes one option, not ${options.length}`);
  return inList(list, options);
}

/** First the list is opened, then the one option that shows now is clicked; the list must then say it. */
function inOpened(tree: SnapshotNode, list: SnapshotNode, options: readonly string[], done: number): Move {
  const [option = '', ...others] = options;
  if (list.ref === null || others.length > 0) return fail(`${describe(bare(list))} takes one option here`);
  if (done === 0) return act({ kind: 'click', ref: list.ref, download: false }, describe(bare(list)), { ends: false });
  const shown = [...walk(tree)].filter((node) => node.role === 'option' && likeness(labelOf(node), option) >= 2);
  const [only] = shown;
  if (shown.length !== 1 || !only?.ref)
    return notYet(shown.length === 0 ? `no option is called "${option}"` : `option "${option}" stands more than once`);
  const label = labelOf(only);
  const { ref } = list;
  const verify: Verify = async (page) => {
    const now = [...walk(await page.snapshot())].find((node) => node.ref === ref);
    const facts = now?.ref ? await page.inspect(now.ref) : null;
    const says =
      now &&
      [facts?.value ?? '', labelOf(now), ...now.children.filter((child) => typeof child === 'string')].some(
        (text) => likeness(text, label) > 0,
      );
    return says ? null : `${describe(bare(list))} does not say "${label}" afterwards`;
  };
  return act({ kind: 'click', ref: only.ref, download: false }, describe(only), { confidence: 0.9, verify });
}

/** Nothing is to be chosen: it is looked whether that is so. */
export async function selectNothing(page: Observation): Promise<Move> {
  const nodes = [...walk(await page.snapshot())];
  const chosen = nodes.filter(
    (node) =>
      ([...BOXES, ...RADIOS].includes(node.role) && node.checked !== false) ||
      (node.role === 'listbox' && optionsOf(node).some(({ selected }) => selected)),
  );
  return chosen.length > 0
    ? fail(`${listed(chosen.map(describe))} is chosen already`)
    : act({ kind: 'report', actionType: 'wait', output: null }, 'nothing is chosen');
}

export async function check(page: Observation, { targets, checked }: Extract<Command, { kind: 'check' }>, done: number): Promise<Move> {
  const target = targets[done];
  if (!target) return { type: 'nothing' };
  const scoped = within(await page.snapshot(), target.within, await page.title());
  if ('problem' in scoped) return notYet(scoped.problem);
  const choice = chooseClickable(scoped.found, target);
  const asRadio: Target = { ...target, kind: 'radio' };
  const meant =
    choice.type === 'none' && choice.why === 'missing' && target.kind === 'checkbox' && checked
      ? chooseClickable(scoped.found, asRadio)
      : choice;
  if (meant.type !== 'one' || meant.node.ref === null) return notChosen(choice);
  const { node, confidence } = meant;
  const ref = meant.node.ref;
  return act({ kind: 'check', ref, checked }, describe(node), {
    confidence,
    ends: done + 1 >= targets.length,
    verify: isChecked(ref, checked),
  });
}

export async function checkAll(page: Observation, checked: boolean): Promise<Move> {
  const boxes = [...walk(await page.snapshot())].filter((node) => BOXES.includes(node.role) && node.ref !== null && !node.disabled);
  const left = boxes.filter((node) => node.checked !== checked);
  const [next] = left;
  if (boxes.length === 0) return notYet('the page has no checkbox');
  if (!next?.ref) return act({ kind: 'report', actionType: 'wait', output: null }, `all ${boxes.length} checkboxes`);
  return act({ kind: 'check', ref: next.ref, checked }, describe(next), {
    confidence: 1,
    ends: left.length === 1,
    verify: isChecked(next.ref, checked),
  });
}

/** So often a submenu is waited for before its item is clicked: menus open when pointed at, a few only by a click. */
const HOVER_LOOKS = 8;

/** `File > Export > PDF`: each item opens the next; the last one is clicked. */
export async function selectPath(page: Observation, path: readonly string[], progress: Progress): Promise<Move> {
  const items = [...walk(await page.snapshot())].filter((node) => node.role === 'menuitem' && node.ref !== null);
  const at = path.findLastIndex((name) => items.some((item) => likeness(item.name, name) >= 2));
  const fitting = items.filter((item) => likeness(item.name, path[at] ?? '') >= 2);
  const [item] = fitting;
  if (!item?.ref) return notYet(`no menu item is called "${path[0]}"`);
  if (fitting.length > 1) return notYet(`more than one menu item is called "${path[at]}"`);
  if (at === path.length - 1) {
    if (progress.done.filter((step) => step.startsWith('over ')).length < at)
      return fail(`"${path[at]}" does not lie in "${path[at - 1]}": it shows before that is opened`);
    return act({ kind: 'click', ref: item.ref, download: false }, describe(bare(item)), { confidence: 1 });
  }
  const over = `over ${at}`;
  const clicked = `click ${at}`;
  if (!progress.done.includes(over)) {
    progress.done.push(over);
    return act({ kind: 'hover', ref: item.ref }, describe(bare(item)), { ends: false });
  }
  if (progress.looks >= HOVER_LOOKS && !progress.done.includes(clicked)) {
    progress.done.push(clicked);
    return act({ kind: 'click', ref: item.ref, download: false }, describe(bare(item)), { ends: false });
  }
  return notYet(`"${path[at + 1]}" does not show in "${path[at]}"`);
}
