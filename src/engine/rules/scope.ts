/** The part of a page, or the one item of it, that the prompt speaks of. */
import type { SnapshotNode } from '../../browser/types.js';
import { listed } from './choose.js';
import type { PartKind, Scope } from './clause.js';
import { type Found, findItems } from './items.js';
import { describe, isNode, labelOf, likeness, pieces, textOf, walk } from './tree.js';

const PART_ROLES: Readonly<Record<PartKind, readonly string[]>> = {
  dialog: ['dialog', 'alertdialog'],
  form: ['form'],
  table: ['table', 'grid', 'treegrid'],
  section: ['region', 'tabpanel', 'article', 'group'],
  list: ['list', 'listbox'],
  menu: ['menu', 'menubar'],
  navigation: ['navigation'],
  header: ['banner'],
  footer: ['contentinfo'],
  sidebar: ['complementary'],
};
/** What one thing of several is, whatever is in it. */
const ITEM_ROLES = new Set(['row', 'listitem', 'article', 'option', 'treeitem']);

const root = (children: readonly SnapshotNode[]): SnapshotNode => ({
  role: 'document',
  name: '',
  ref: null,
  url: null,
  level: null,
  checked: false,
  selected: false,
  disabled: false,
  pointer: false,
  children,
});

/** A tree of what lies in `scope`; the whole one without a scope. */
export function within(tree: SnapshotNode, scope: Scope | null, pageTitle: string): Found<SnapshotNode> {
  if (scope === null) return { found: tree };
  if ('part' in scope) return partOf(tree, scope.part.kind, scope.part.name);
  if ('about' in scope) {
    const items = itemsAbout(tree, scope.about);
    const [only] = items;
    if (items.length === 1 && only) return { found: root([only]) };
    return {
      problem:
        items.length === 0
          ? `no row, item or card of the page shows "${scope.about}"`
          : `${items.length} items show "${scope.about}": ${listed(items.map((item) => `"${textOf(item).slice(0, 60)}"`))}`,
    };
  }
  const list = findItems(tree, scope.items.noun, pageTitle);
  if ('problem' in list) return list;
  const { which } = scope.items;
  const item = 'one' in which ? list.found.items.at(which.one < 0 ? which.one : which.one - 1) : undefined;
  return item ? { found: root(item.parts) } : { problem: `there are only ${list.found.items.length} items in ${list.found.source}` };
}

function partOf(tree: SnapshotNode, kind: PartKind, name: string | null): Found<SnapshotNode> {
  const parts = [...walk(tree)].filter((node) => PART_ROLES[kind].includes(node.role));
  const named = name === null ? parts : parts.filter((node) => likeness(node.name || firstHeading(node), name) >= 1);
  const exact = name === null ? named : named.filter((node) => likeness(node.name || firstHeading(node), name) >= 2);
  const fitting = exact.length > 0 ? exact : named;
  const [only] = fitting;
  if (fitting.length === 1 && only) return { found: only };
  const called = `${kind}${name === null ? '' : ` "${name}"`}`;
  if (fitting.length > 1)
    return { problem: `the page has more than one ${called}: ${listed(fitting.map((node) => describe({ ...node, children: [] })))}` };
  const under = kind === 'section' && name !== null ? sectionUnder(tree, name) : null;
  if (under) return { found: under };
  return { problem: `there is no ${called} on the page${parts.length > 0 ? `; there is ${listed(parts.map(describe))}` : ''}` };
}

const firstHeading = (node: SnapshotNode): string => {
  const heading = [...walk(node)].find((inner) => inner.role === 'heading' || inner.role === 'caption');
  return heading ? labelOf(heading) : '';
};

/** What follows the heading of that name, up to the next one of its level. */
function sectionUnder(tree: SnapshotNode, name: string): SnapshotNode | null {
  const sections: SnapshotNode[] = [];
  for (const node of walk(tree)) {
    const children = node.children.filter(isNode);
    for (const [index, child] of children.entries()) {
      if (child.role !== 'heading' || likeness(labelOf(child), name) < 2) continue;
      const end = children.findIndex((other, at) => at > index && other.role === 'heading' && (other.level ?? 9) <= (child.level ?? 9));
      sections.push(root(children.slice(index, end < 0 ? undefined : end)));
    }
  }
  const [only] = sections;
  return sections.length === 1 && only ? only : null;
}

/** The innermost items that show `text` as a word or more of what they say. */
export function itemsAbout(tree: SnapshotNode, text: string): SnapshotNode[] {
  const found = new Set<SnapshotNode>();
  const visit = (node: SnapshotNode, above: SnapshotNode | null) => {
    const children = node.children.filter(isNode);
    const shows =
      node.children.some((child) => typeof child === 'string' && says(child, text)) || (children.length === 0 && says(node.name, text));
    if (shows && above) found.add(above);
    for (const child of children) visit(child, isItem(child, children) ? child : above);
  };
  visit(tree, null);
  // An item around another one that shows it too is not the one that is meant.
  return [...found].filter((item) => ![...found].some((other) => other !== item && [...walk(item)].includes(other)));
}

/** Letter by letter where the text is a handle or a number: `@ann` is not `@anna`. */
const says = (label: string, text: string): boolean =>
  likeness(label, text) > 0 &&
  (/^[\p{L}\p{N} ]+$/u.test(text) ||
    label.split(/[\s,;]+/).some((word) => word.replace(/[.:]$/, '').toLowerCase() === text.toLowerCase()) ||
    likeness(label, text) >= 2 ||
    label.includes(text));

function isItem(node: SnapshotNode, siblings: readonly SnapshotNode[]): boolean {
  if (ITEM_ROLES.has(node.role)) return true;
  if (!['generic', 'group', 'region', 'paragraph'].includes(node.role) || node.children.filter(isNode).length === 0) return false;
  return siblings.filter((other) => outline(other) === outline(node)).length >= 2;
}

/** Two levels of roles: items of one list are built alike, whatever each of them holds. */
const outline = (node: SnapshotNode): string =>
  `${node.role}(${node.children
    .filter(isNode)
    .map(({ role }) => role)
    .join()})`;

/** Text of the page in and around the items, for telling whether it changed. */
export const textsOf = (nodes: readonly SnapshotNode[]): string =>
  nodes.flatMap((node) => [...pieces(node)].map(({ text }) => text)).join('\n');
