/** What a run did, as lines of a tree. */
import { parseServerTime } from '../protocol/time.js';
import { type Node, nodesBelow, type RunView } from '../runs/view.js';
import { printable } from './sanitize.js';
import { describeNode, duration, statusOf } from './words.js';

/** A line for each thing that the run did, oldest first, printable, with the branches of the tree drawn before it. */
export const timelineLines = (view: RunView): string[] => linesOf(view, '', '');

function linesOf(view: RunView, key: string, indent: string): string[] {
  const nodes = nodesBelow(view, key);
  return nodes.flatMap((node, index) => {
    const last = index === nodes.length - 1;
    const [branch, below] = key === '' ? ['', ''] : last ? ['└─ ', '   '] : ['├─ ', '│  '];
    return [`${indent}${branch}${lineOf(view, node)}`, ...linesOf(view, node.key, indent + below)];
  });
}

function lineOf(view: RunView, node: Node): string {
  const { kind, label, reason } = describeNode(view, node);
  const status = statusOf(view, node) ?? '';
  const ms = tookMs(node);
  const parts = [status, kind, label, ms === null ? '' : `(${duration(ms)})`, reason && `– ${reason}`];
  return printable(parts.filter((part) => part !== '').join(' '), { maxLength: 500 });
}

/** Everything that the run did, each node before what it encloses, which stands no deeper than `maxDepth`. Walked without recursion. */
export function* inReadingOrder(view: RunView, maxDepth: number): Generator<{ readonly node: Node; readonly depth: number }, void> {
  const open = nodesBelow(view, '')
    .map((node) => ({ node, depth: 0 }))
    .reverse();
  for (let next = open.pop(); next; next = open.pop()) {
    yield next;
    const depth = Math.min(next.depth + 1, maxDepth);
    for (const node of nodesBelow(view, next.node.key).reverse()) open.push({ node, depth });
  }
}

/** Milliseconds by the item's own times; null where it has none. Servers touch rows after the end, so it is an upper bound for steps. */
export function tookMs({ item }: Node): number | null {
  if (typeof item['duration'] === 'number') return item['duration'] * 1000;
  const start = parseServerTime(item['started_at'] ?? item.created_at);
  const end = parseServerTime(item['finished_at'] ?? item.modified_at);
  return start === null || end === null || end <= start ? null : end - start;
}
