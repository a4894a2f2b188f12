/** Which element a name means: exactly, then whatever its case, then as part of one name only. Never a guess. */
import type { SnapshotNode } from '../../browser/types.js';
import type { Observation } from '../decider.js';
import type { ElementKind, Target } from './clause.js';
import { describe, isNode, labelOf, likeness, pieces, squeeze, walk } from './tree.js';

export type Choice =
  | { readonly type: 'one'; readonly node: SnapshotNode; readonly confidence: number }
  /** The one text on the page that reads like this and is no element of its own. */
  | { readonly type: 'text'; readonly text: string; readonly mustBePointer: boolean; readonly confidence: number }
  /** The one icon in the elements of these refs that only its classes name. */
  | { readonly type: 'icon'; readonly name: string; readonly within: readonly string[]; readonly confidence: number }
  | { readonly type: 'none'; readonly why: 'missing' | 'ambiguous'; readonly reason: string }
  /** It is there and disabled. */
  | { readonly type: 'none'; readonly why: 'unusable'; readonly reason: string; readonly node: SnapshotNode };

const ROLES: Readonly<Record<ElementKind, readonly string[]>> = {
  link: ['link'],
  button: ['button'],
  icon: ['button', 'link', 'img', 'tab', 'menuitem'],
  tab: ['tab'],
  checkbox: ['checkbox', 'switch', 'menuitemcheckbox'],
  radio: ['radio', 'menuitemradio'],
  menuitem: ['menuitem', 'menuitemcheckbox', 'menuitemradio'],
  option: ['option', 'radio', 'menuitem'],
  field: ['textbox', 'searchbox', 'spinbutton', 'combobox'],
  control: ['textbox', 'searchbox', 'spinbutton', 'combobox', 'listbox', 'slider'],
  textarea: ['textbox'],
  textline: ['textbox', 'searchbox', 'spinbutton', 'combobox'],
  list: ['combobox', 'listbox'],
  slider: ['slider'],
  spinner: ['spinbutton'],
  file: ['button', 'textbox'],
  treeitem: ['treeitem'],
  image: ['img'],
  heading: ['heading'],
  paragraph: ['paragraph'],
};
const CLICKABLE = [
  'link',
  'button',
  'tab',
  'checkbox',
  'switch',
  'radio',
  'menuitem',
  'menuitemcheckbox',
  'menuitemradio',
  'option',
  'treeitem',
];
const CONFIDENCE = { 3: 1, 2: 0.95, 1: 0.7 } as const;
const MAX_CANDIDATES = 8;

/** What `target` names among what can be clicked. */
export function chooseClickable(tree: SnapshotNode, target: Target): Choice {
  const roles = target.kind ? ROLES[target.kind] : CLICKABLE;
  const nodes = [...walk(tree)].filter((node) => node.ref !== null);
  // A tab around a button of its own name is clicked by that.
  const wraps = (node: SnapshotNode) =>
    [...walk(node)].some(
      (inner) => inner !== node && inner.ref !== null && CLICKABLE.includes(inner.role) && labelOf(inner) === labelOf(node),
    );
  const byRole = nodes.filter((node) => roles.includes(node.role) && (target.kind !== null || !wraps(node)));
  // Pages make buttons of anything; the hand that the pointer becomes gives them away. The innermost of nested ones is meant.
  const isInnermost = (node: SnapshotNode) => !node.children.some((child) => isNode(child) && child.pointer);
  const byPointer = nodes.filter((node) => node.pointer && !CLICKABLE.includes(node.role) && isInnermost(node)).map(withLabel);
  if (target.kind === 'icon') {
    const icon = choose(iconsOf(tree).map(withLabel), target);
    if (icon.type !== 'none' || icon.why !== 'missing') return icon;
    const button = chooseClickable(tree, { ...target, kind: 'button' });
    return button.type === 'none' && button.why === 'missing' ? icon : button;
  }
  if (target.kind !== null) {
    const real = choose(byRole.map(withLabel), target);
    // What looks and works like a link or button need not be one, where nothing else has the name.
    if (real.type !== 'none' || target.name === null || !['link', 'button'].includes(target.kind) || real.why !== 'missing') return real;
    const alike = choose(
      byPointer.filter(({ label }) => likeness(label, target.name ?? '') >= 2),
      target,
    );
    if (alike.type === 'one') return { ...alike, confidence: 0.6 };
    // A word of a paragraph has no node of its own; the page says whether it works like a link.
    const inText = target.ordinal === null && [...pieces(tree)].some(({ text }) => likeness(text, target.name ?? '') > 0);
    return inText ? { type: 'text', text: target.name, mustBePointer: true, confidence: 0.6 } : real;
  }
  const choice = choose([...byRole.map(withLabel), ...byPointer], target);
  if (choice.type === 'none' && choice.why === 'missing' && target.name !== null) {
    const titled = choose(
      iconsOf(tree)
        .filter((node) => node.role === 'generic')
        .map(withLabel),
      target,
    );
    if (titled.type === 'one') return titled;
  }
  if (choice.type !== 'none' || target.name === null || target.ordinal !== null || choice.why !== 'missing') return choice;
  const texts = [...walk(tree)]
    .flatMap((node) => [node.name, ...node.children.filter((child) => typeof child === 'string')])
    .filter((text) => squeeze(text) === squeeze(target.name ?? ''));
  return texts.length === 1 ? { type: 'text', text: target.name, mustBePointer: false, confidence: 0.7 } : choice;
}

/** Pictures to click: what has such a role, the outermost of nested ones; and what shows nothing, and says what it is to who points at it. */
function iconsOf(tree: SnapshotNode): SnapshotNode[] {
  const isTitled = ({ role, name, children }: SnapshotNode) =>
    role === 'generic' && name !== '' && children.every((child) => isNode(child) && child.role === 'img');
  const isIcon = (node: SnapshotNode) => node.ref !== null && (ROLES.icon.includes(node.role) || isTitled(node));
  const found: SnapshotNode[] = [];
  const visit = (node: SnapshotNode) => {
    if (isIcon(node)) found.push(node);
    else for (const child of node.children) if (isNode(child)) visit(child);
  };
  visit(tree);
  return found;
}

/** What `target` names among the fields of `tree`; which of two text fields has several lines only the page can tell. */
export async function chooseField(page: Observation, tree: SnapshotNode, target: Target): Promise<Choice> {
  const candidates = fieldsOf(tree, ROLES[target.kind ?? 'field']);
  if (target.kind !== 'textarea' && target.kind !== 'textline') return choose(candidates, target);
  const choice = choose(candidates, target);
  // "Text field" is said of any; it tells one of one line from one of several only where there are both.
  if (target.kind === 'textline' && choice.type === 'one' && !target.any && candidates.length === 1) return choice;
  const types = await Promise.all(candidates.map(({ node }) => (node.ref === null ? null : page.inspect(node.ref))));
  const large = (index: number) => ['textarea', 'contenteditable'].includes(types[index]?.type ?? '');
  return choose(
    candidates.filter((_, index) => large(index) === (target.kind === 'textarea')),
    target,
  );
}

/** Any element with this name or text, for reading. */
export function chooseReadable(tree: SnapshotNode, target: Target): Choice {
  const nodes = [...walk(tree)].filter(
    (node) => node.role !== 'document' && (target.kind === null || ROLES[target.kind].includes(node.role)),
  );
  const rank = (node: SnapshotNode) => likeness(labelOf(node), target.name ?? '');
  // Of nested nodes that say it as well, the innermost does.
  const isInnermost = (node: SnapshotNode) => ![...walk(node)].some((inner) => inner !== node && rank(inner) >= rank(node));
  return choose(nodes.filter((node) => labelOf(node) !== '' && isInnermost(node)).map(withLabel), target);
}

/** Every field of the page that is not a choice among options. */
export const textFields = (tree: SnapshotNode): readonly Labelled[] => fieldsOf(tree, ['textbox', 'searchbox', 'spinbutton']);

export interface Labelled {
  readonly node: SnapshotNode;
  readonly label: string;
}

const withLabel = (node: SnapshotNode): Labelled => ({ node, label: labelOf(node) });

/** Fields with their labels. One without a name is called by the text right before it, as people read it. */
export function fieldsOf(tree: SnapshotNode, roles: readonly string[] = ROLES.field): readonly Labelled[] {
  const found: Labelled[] = [];
  let before = '';
  const visit = (node: SnapshotNode) => {
    if (roles.includes(node.role)) {
      if (node.ref !== null) found.push({ node, label: squeeze(node.name) || before });
      before = '';
      return;
    }
    if (node.children.length === 0) before = node.role === 'button' ? '' : squeeze(node.name);
    for (const child of node.children) {
      if (isNode(child)) visit(child);
      else if (squeeze(child)) before = squeeze(child);
    }
  };
  visit(tree);
  return found;
}

function choose(candidates: readonly Labelled[], target: Target): Choice {
  const what = nameOf(target);
  const ranked = candidates.map(({ node, label }) => ({
    node,
    label,
    rank: target.name === null ? (3 as const) : likeness(label, target.name),
  }));
  for (const rank of [3, 2, 1] as const) {
    const equal = ranked.filter((candidate) => candidate.rank === rank);
    if (equal.length === 0) continue;
    if (target.any && equal[0]) return usable(equal[0].node, what, CONFIDENCE[rank]);
    if (target.ordinal !== null) {
      const nth = equal.at(target.ordinal < 0 ? target.ordinal : target.ordinal - 1);
      if (nth) return usable(nth.node, what, CONFIDENCE[rank]);
      return { type: 'none', why: 'missing', reason: `there are only ${equal.length} of ${nameOf({ ...target, ordinal: null })}` };
    }
    // Links of one name that lead to one place are one choice.
    const places = new Set(equal.map(({ node }) => (node.role === 'link' && leadsTo(node.url) ? node.url : node)));
    const [first] = equal;
    if (first && places.size === 1) return usable(first.node, what, CONFIDENCE[rank]);
    return {
      type: 'none',
      why: 'ambiguous',
      reason: `${what} fits more than one element: ${counted(equal.map(({ node, label }) => named(node, label)))}`,
    };
  }
  const near = candidates.filter(({ label }) => label !== '').map(({ node, label }) => named(node, label));
  return { type: 'none', why: 'missing', reason: `${what} is not on the page${near.length > 0 ? `; there is ${listed(near)}` : ''}` };
}

/** An address, and not a script of the page. */
const leadsTo = (url: string | null): boolean => url !== null && !/^(?:#|javascript:|$)/i.test(url);

const usable = (node: SnapshotNode, what: string, confidence: number): Choice =>
  node.disabled ? { type: 'none', why: 'unusable', reason: `${what} is disabled`, node } : { type: 'one', node, confidence };

const named = (node: SnapshotNode, label: string): string => describe({ ...node, name: label });

/** Kinds that are said in other words than their own. */
const SPOKEN: Partial<Record<ElementKind, string>> = {
  list: 'dropdown',
  menuitem: 'menu item',
  textline: 'text field',
  textarea: 'text area',
  radio: 'radio button',
  control: 'field',
  file: 'file field',
  treeitem: 'folder or file',
};

export const nameOf = ({ name, kind, ordinal }: Target): string =>
  [
    ordinal === null ? null : ordinal < 0 ? 'the last of' : `number ${ordinal} of`,
    kind === null ? 'element' : (SPOKEN[kind] ?? kind),
    name === null ? null : `"${name}"`,
  ]
    .filter((part) => part !== null)
    .join(' ');

/** What is called alike is one, with its number. */
function counted(names: readonly string[]): string {
  return listed(
    names.map((name) => {
      const times = names.filter((other) => other === name).length;
      return times > 1 ? `${name} (${times} times)` : name;
    }),
  );
}

export function listed(names: readonly string[]): string {
  const shown = [...new Set(names)];
  const more = shown.length - MAX_CANDIDATES;
  return shown.slice(0, MAX_CANDIDATES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
