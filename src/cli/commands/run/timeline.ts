import type { Command } from 'commander';
import { parseServerTime } from '../../../protocol/time.js';
import { printable } from '../../../render/sanitize.js';
import { type Described, describeAction, describeBlock, describeThought, duration } from '../../../render/words.js';
import { snapshotRun } from '../../../runs/snapshot.js';
import { childrenOf, type Node, type RunView } from '../../../runs/view.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { addRunArgument, connectToRun } from '../../target.js';

export function define(command: Command, ctx: CliContext, handler = runTimeline): void {
  addRunArgument(command)
    .description('Show what a run did: its steps, blocks and actions as a tree, oldest first, with durations and reasons.')
    .addHelpText('after', '\nExamples:\n  $ skyvern run timeline @last\n  $ skyvern run timeline wr_456 --json | jq ".[].kind"')
    .action((id: string) => handler(ctx, command, id));
}

export async function runTimeline(ctx: CliContext, command: Command, id: string): Promise<void> {
  const { client, runId, call } = await connectToRun(ctx, command, id);
  const view = await snapshotRun(client.runs, runId, ctx.clock, call);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, treeOf(view, ''));
  const lines = linesOf(view, '', '');
  await write(ctx.io.stdout, lines.length > 0 ? `${lines.join('\n')}\n` : 'nothing yet\n');
}

interface Tree {
  readonly kind: Node['kind'];
  readonly item: Node['item'];
  readonly children: readonly Tree[];
}

const nodesBelow = (view: RunView, key: string): Node[] => childrenOf(view, key).flatMap((child) => view.nodes.get(child) ?? []);

const treeOf = (view: RunView, key: string): Tree[] =>
  nodesBelow(view, key).map((node) => ({ kind: node.kind, item: node.item, children: treeOf(view, node.key) }));

function linesOf(view: RunView, key: string, indent: string): string[] {
  const nodes = nodesBelow(view, key);
  return nodes.flatMap((node, index) => {
    const last = index === nodes.length - 1;
    const [branch, below] = key === '' ? ['', ''] : last ? ['└─ ', '   '] : ['├─ ', '│  '];
    return [`${indent}${branch}${lineOf(node)}`, ...linesOf(view, node.key, indent + below)];
  });
}

function lineOf(node: Node): string {
  const { kind, label, reason } = describe(node);
  const status = 'status' in node.item && typeof node.item.status === 'string' ? node.item.status : '';
  const tookMs = took(node);
  const parts = [status, kind, label, tookMs === null ? '' : `(${duration(tookMs)})`, reason && `– ${reason}`];
  return printable(parts.filter((part) => part !== '').join(' '), { maxLength: 500 });
}

function describe(node: Node): Described {
  switch (node.kind) {
    case 'block':
      return describeBlock(node.item);
    case 'action':
      return describeAction(node.item);
    case 'thought':
      return describeThought(node.item);
    case 'step':
      return { kind: `step ${node.item.order + 1}`, label: node.item.retry_index > 0 ? `retry ${node.item.retry_index}` : '', reason: '' };
  }
}

/** Milliseconds by the item's own times; null where it has none. Servers touch rows after the end, so it is an upper bound for steps. */
function took({ item }: Node): number | null {
  if (typeof item['duration'] === 'number') return item['duration'] * 1000;
  const start = parseServerTime(item['started_at'] ?? item.created_at);
  const end = parseServerTime(item['finished_at'] ?? item.modified_at);
  return start === null || end === null || end <= start ? null : end - start;
}
