/** The tree of commands, walked. */
import type { CommandEntry, CommandFile, CommandGroup, CommandNode } from './context.js';

export const isGroup = (entry: CommandNode): entry is CommandGroup => 'commands' in entry;

/** Every command of the tree with everything it takes. */
export async function allOf(
  tree: readonly CommandNode[],
): Promise<readonly { readonly path: string; readonly file: CommandFile; readonly summary: string }[]> {
  const entries = leaves(tree, '');
  return Promise.all(entries.map(async ({ path, entry }) => ({ path, summary: entry.summary, file: await entry.load() })));
}

const leaves = (entries: readonly CommandNode[], above: string): { readonly path: string; readonly entry: CommandEntry }[] =>
  entries.flatMap((entry) =>
    isGroup(entry) ? leaves(entry.commands, `${above}${entry.name} `) : [{ path: `${above}${entry.name}`, entry }],
  );
