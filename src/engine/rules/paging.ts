/** The way from one page of a list to the next. */
import type { SnapshotNode } from '../../browser/types.js';
import { type Choice, chooseClickable, listed } from './choose.js';
import { target } from './nouns.js';
import { describe, labelOf, walk } from './tree.js';

const USUAL = /^(?:next(?: page)?|older(?: posts| entries)?|more|(?:show|load|see|view) more(?: results| items| posts)?)$/i;
const ARROW = /^[>›»→]+$/;

/** The link or button to the following page, by the name given or by one of the usual ones. */
export function nextLink(tree: SnapshotNode, name: string | null): Choice {
  if (name !== null) return chooseClickable(tree, target({ name }));
  const found = [...walk(tree)].filter(
    (node) =>
      ['link', 'button'].includes(node.role) &&
      node.ref !== null &&
      !node.disabled &&
      (USUAL.test(
        labelOf(node)
          .replace(/[^\p{L} ]/gu, '')
          .trim(),
      ) ||
        ARROW.test(labelOf(node))),
  );
  const places = new Set(found.map((node) => (node.url && node.url !== '#' ? node.url : node)));
  const [first] = found;
  if (first && places.size === 1) return { type: 'one', node: first, confidence: 0.9 };
  return {
    type: 'none',
    why: found.length === 0 ? 'missing' : 'ambiguous',
    reason:
      found.length === 0
        ? 'no link to a following page is there'
        : `several links could lead to the following page: ${listed(found.map(describe))}`,
  };
}
