/** Reading an accessibility tree: text, order, landmarks. */
import type { SnapshotNode } from '../../browser/types.js';

export const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim();

export const isNode = (child: string | SnapshotNode): child is SnapshotNode => typeof child !== 'string';

/** Fields show a value, not text of the page. */
const FIELD_ROLES = new Set(['textbox', 'searchbox', 'spinbutton', 'combobox', 'listbox', 'slider']);

/** What a person reads in the node, fields left out. A node whose name is its content has no children. */
export function textOf(node: SnapshotNode): string {
  if (FIELD_ROLES.has(node.role)) return '';
  if (node.children.length === 0) return squeeze(node.name);
  return squeeze(node.children.map((child) => (isNode(child) ? textOf(child) : child)).join(' '));
}

/** What the node is called: its accessible name, else its text. */
export const labelOf = (node: SnapshotNode): string => squeeze(node.name) || textOf(node);

/** The node and all below it, in document order. */
export function* walk(node: SnapshotNode): Generator<SnapshotNode> {
  yield node;
  for (const child of node.children) if (isNode(child)) yield* walk(child);
}

/** A run of text and the innermost node that shows it. */
export interface Piece {
  readonly text: string;
  readonly node: SnapshotNode;
}

export function* pieces(node: SnapshotNode): Generator<Piece> {
  if (FIELD_ROLES.has(node.role)) return;
  if (node.children.length === 0 && node.name) yield { text: squeeze(node.name), node };
  for (const child of node.children) {
    if (isNode(child)) yield* pieces(child);
    else if (squeeze(child)) yield { text: squeeze(child), node };
  }
}

/** `heading "News"`, as candidates and sources are named. */
export function describe(node: SnapshotNode): string {
  const label = labelOf(node);
  const short = label.length > 80 ? `${label.slice(0, 79)}…` : label;
  return label ? `${node.role} "${short}"` : node.role;
}

const sameLetters = (text: string): string =>
  squeeze(text)
    .toLowerCase()
    .replace(/[:*]+$/, '')
    .trim();

/** How well `label` is what `wanted` says; 0 not at all. */
export function likeness(label: string, wanted: string): 0 | 1 | 2 | 3 {
  if (label === '' || wanted === '') return 0;
  if (squeeze(label) === squeeze(wanted)) return 3;
  if (sameLetters(label) === sameLetters(wanted)) return 2;
  // `username` is "User name", `email` is "E-mail".
  const letters = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
  if (letters(wanted) !== '' && letters(label) === letters(wanted)) return 2;
  const words = (text: string) => squeeze(text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' '));
  return words(wanted) !== '' && ` ${words(label)} `.includes(` ${words(wanted)} `) ? 1 : 0;
}
