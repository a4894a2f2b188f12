import type { Command } from 'commander';
import { timelineLines } from '../../../render/timeline.js';
import { snapshotRun } from '../../../runs/snapshot.js';
import { type Node, nodesBelow, type RunView } from '../../../runs/view.js';
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
  const lines = timelineLines(view);
  await write(ctx.io.stdout, lines.length > 0 ? `${lines.join('\n')}\n` : 'nothing yet\n');
}

interface Tree {
  readonly kind: Node['kind'];
  readonly item: Node['item'];
  readonly children: readonly Tree[];
}

const treeOf = (view: RunView, key: string): Tree[] =>
  nodesBelow(view, key).map((node) => ({ kind: node.kind, item: node.item, children: treeOf(view, node.key) }));
