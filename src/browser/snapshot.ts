/** Playwright's accessibility tree as ours: one shape for every node, whatever parts Playwright left out. */
import type { Box, SnapshotNode } from './types.js';

/** `ariaSnapshotJSON` gives a list of top nodes; ours has one root. */
export function parseSnapshot(json: unknown): SnapshotNode {
  return node({ role: 'document', children: json });
}

function node(raw: Record<string, unknown>): SnapshotNode {
  const string = (key: string) => (typeof raw[key] === 'string' ? raw[key] : null);
  const children = Array.isArray(raw['children']) ? raw['children'] : [];
  const text = string('text');
  return {
    role: string('role') ?? 'generic',
    name: string('name') ?? '',
    ref: string('ref'),
    url: string('url'),
    level: typeof raw['level'] === 'number' ? raw['level'] : null,
    checked: raw['checked'] === 'mixed' ? 'mixed' : raw['checked'] === true,
    selected: raw['selected'] === true,
    disabled: raw['disabled'] === true,
    pointer: raw['cursor'] === 'pointer',
    expanded: typeof raw['expanded'] === 'boolean' ? raw['expanded'] : null,
    pressed: raw['pressed'] === 'mixed' || typeof raw['pressed'] === 'boolean' ? raw['pressed'] : null,
    focused: raw['active'] === true,
    placeholder: string('placeholder'),
    box: box(raw['box']),
    children: [
      ...(text === null ? [] : [text]),
      ...children.map((child: unknown) => (typeof child === 'string' ? child : node(child as Record<string, unknown>))),
    ],
  };
}

function box(raw: unknown): Box | null {
  const { x, y, width, height } = Object(raw) as Record<string, unknown>;
  if (typeof x !== 'number' || typeof y !== 'number' || typeof width !== 'number' || typeof height !== 'number') return null;
  return { x, y, width, height };
}

/** The tree with each node replaced by what `change` makes of it, children first. */
export function withNodes(tree: SnapshotNode, change: (node: SnapshotNode) => SnapshotNode): SnapshotNode {
  return change({ ...tree, children: tree.children.map((child) => (typeof child === 'string' ? child : withNodes(child, change))) });
}

/** The tree with every string in it, names, texts and addresses, replaced. */
export const withStrings = (tree: SnapshotNode, change: (text: string) => string): SnapshotNode =>
  withNodes(tree, (node) => ({
    ...node,
    name: change(node.name),
    url: node.url === null ? null : change(node.url),
    ...(node.placeholder && { placeholder: change(node.placeholder) }),
    children: node.children.map((child) => (typeof child === 'string' ? change(child) : child)),
  }));
