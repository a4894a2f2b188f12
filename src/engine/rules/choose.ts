/** Which element a name means: exactly, then whatever its case, then as part of one name only. Never a guess. */
import type { SnapshotNode } from '../../browser/types.js';
import type { ElementKind, Target } from './clause.js';
import { describe, isNode, labelOf, likeness, pieces, squeeze, walk } from './tree.js';

export type Choice =
  | { readonly type: 'one'; readonly node: SnapshotNode; readonly confidence: number }
  /** The one text on the page that reads like this and is no element of its own. */
  | { readonly type: 'text'; readonly text: string; readonly mustBePointer: boolean; readonly confidence: number }
  | { readonly type: 'none'; readonly why: 'missing' | 'ambiguous' | 'unusable'; readonly reason: string };

const ROLES: Readonly<Record<ElementKind, readonly string[]>> = {
  link: ['link'],
  button: ['button'],
  tab: ['tab'],
  checkbox: ['checkbox', 'switch', 'menuitemcheckbox'],
  radio: ['radio', 'menuitemradio'],
  menuitem: ['menuitem', 'menuitemcheckbox', 'menuitemradio'],
  option: ['option', 'radio', 'menuitem'],
  field: ['textbox', 'searchbox', 'spinbutton', 'combobox'],
  list: ['combobox', 'listbox'],
  image: ['img'],
  heading: ['heading'],
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
  const byRole = nodes.filter((node) => roles.includes(node.role));
  // Pages make buttons of anything; the hand that the pointer becomes gives them away. The innermost of nested ones is meant.
  const isInnermost = (node: SnapshotNode) => !node.children.some((child) => isNode(child) && child.pointer);
  const byPointer = nodes.filter((node) => node.pointer && !CLICKABLE.includes(node.role) && isInnermost(node)).map(withLabel);
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
  if (choice.type !== 'none' || target.name === null || target.ordinal !== null || choice.why !== 'missing') return choice;
  const texts = [...walk(tree)]
    .flatMap((node) => [node.name, ...node.children.filter((child) => typeof child === 'string')])
    .filter((text) => squeeze(text) === squeeze(target.name ?? ''));
  return texts.length === 1 ? { type: 'text', text: target.name, mustBePointer: false, confidence: 0.7 } : choice;
}

/** What `target` names among what text can be typed into, or what has options. */
export function chooseField(tree: SnapshotNode, target: Target): Choice {
  const roles = ROLES[target.kind === 'list' ? 'list' : 'field'];
  return choose(fieldsOf(tree, roles), target);
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
function fieldsOf(tree: SnapshotNode, roles: readonly string[]): readonly Labelled[] {
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
    if (target.ordinal !== null) {
      const nth = equal[target.ordinal - 1];
      if (nth) return usable(nth.node, what, CONFIDENCE[rank]);
      return { type: 'none', why: 'missing', reason: `there are only ${equal.length} of ${what}` };
    }
    // Links of one name that lead to one place are one choice.
    const places = new Set(equal.map(({ node }) => (node.role === 'link' && node.url ? node.url : node)));
    const [first] = equal;
    if (first && places.size === 1) return usable(first.node, what, CONFIDENCE[rank]);
    return {
      type: 'none',
      why: 'ambiguous',
      reason: `${what} fits more than one element: ${listed(equal.map(({ node, label }) => named(node, label)))}`,
    };
  }
  const near = candidates.filter(({ label }) => label !== '').map(({ node, label }) => named(node, label));
  return { type: 'none', why: 'missing', reason: `${what} is not on the page${near.length > 0 ? `; there is ${listed(near)}` : ''}` };
}

const usable = (node: SnapshotNode, what: string, confidence: number): Choice =>
  node.disabled ? { type: 'none', why: 'unusable', reason: `${what} is disabled` } : { type: 'one', node, confidence };

const named = (node: SnapshotNode, label: string): string => describe({ ...node, name: label });

export const nameOf = ({ name, kind, ordinal }: Target): string =>
  [ordinal === null ? null : `number ${ordinal} of`, kind === 'list' ? 'dropdown' : (kind ?? 'element'), name === null ? null : `"${name}"`]
    .filter((part) => part !== null)
    .join(' ');

export function listed(names: readonly string[]): string {
  const shown = [...new Set(names)];
  const more = shown.length - MAX_CANDIDATES;
  return shown.slice(0, MAX_CANDIDATES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
