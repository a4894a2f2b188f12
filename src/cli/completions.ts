/**
 * What can come next on a command line: from the tree of commands, the flags of one, and the runs that were started here. No network.
 *
 * A shell waits for it at each key: what names and ids need is all that is imported before it is known that flags are asked for.
 */
import type { Option } from 'commander';
import { runKind } from '../protocol/ids.js';
import { COMMANDS, type CommandEntry, type CommandNode, isGroup } from './commands/index.js';
import type { CliContext } from './context.js';

export type Completion = readonly [value: string, about: string];

const MAX_IDS = 50;
/** Commands of the group `run` that take no run. */
const WITHOUT_RUN = new Set(['list', 'recover', 'replay']);
/** Those that take only runs of workflows. */
const WORKFLOW_ONLY = new Set(['retry', 'continue']);

/**
 * @param before the words before the cursor, without the program's name
 * @param word what is typed of the one at the cursor
 */
export async function completions(ctx: CliContext, before: readonly string[], word: string): Promise<readonly Completion[]> {
  const { entry, children, path } = walk(before, await flagsWithValue(before));
  const starting = (all: readonly Completion[]) => all.filter(([value]) => value.startsWith(word));
  const previous = before.at(-1) ?? '';
  if (word.startsWith('-') || previous.startsWith('-')) {
    const options = await optionsOf(ctx, entry);
    if (word.startsWith('-'))
      return starting(options.flatMap((option) => (option.hidden || !option.long ? [] : [[option.long, option.description]])));
    const asked = options.find((option) => option.long === previous || option.short === previous);
    if (asked?.argChoices) return starting(asked.argChoices.map((choice) => [choice, '']));
    if (asked?.required) return [];
  }
  if (entry === null) return starting(children.map(({ name, summary }) => [name, summary]));
  if (path[0] !== 'run' || WITHOUT_RUN.has(entry.name)) return [];
  return starting(await recentRuns(ctx, WORKFLOW_ONLY.has(entry.name)));
}

/** Global flags before a command: their values are no commands. */
async function flagsWithValue(words: readonly string[]): Promise<ReadonlySet<string | undefined>> {
  if (!words.some((word) => word.startsWith('-'))) return new Set();
  const { globalOptions } = await import('./program.js');
  return new Set(globalOptions().flatMap((option) => (option.required ? [option.long, option.short] : [])));
}

/** As far as the words name a command: it, or what its group holds. */
function walk(
  words: readonly string[],
  withValue: ReadonlySet<string | undefined>,
): {
  readonly entry: CommandEntry | null;
  readonly children: readonly CommandNode[];
  readonly path: string[];
} {
  const path: string[] = [];
  let children: readonly CommandNode[] = COMMANDS;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (withValue.has(word)) at++;
    if (word.startsWith('-')) continue;
    const node = children.find(({ name }) => name === word);
    if (!node) return { entry: null, children: [], path };
    path.push(word);
    if (!isGroup(node)) return { entry: node, children: [], path };
    children = node.commands;
  }
  return { entry: null, children, path };
}

async function optionsOf(ctx: CliContext, entry: CommandEntry | null): Promise<readonly Option[]> {
  const [{ Command }, { globalOptions }] = await Promise.all([import('commander'), import('./program.js')]);
  if (entry === null) return globalOptions();
  const command = new Command(entry.name);
  (await entry.load()).define(command, ctx);
  return [...command.options, ...globalOptions()];
}

async function recentRuns(ctx: CliContext, workflowsOnly: boolean): Promise<readonly Completion[]> {
  const { RunStore } = await import('../journal/runStore.js');
  const { io, paths, clock, random } = ctx;
  const runs = new RunStore({ paths, owner: io, clock, random }).recent(MAX_IDS);
  const shown = workflowsOnly ? runs.filter(({ run_id }) => runKind(run_id) === 'workflow_run') : runs;
  return [
    ...(shown.length > 0 ? [['@last', 'the newest run started here'] as const] : []),
    ...shown.map((run) => [run.run_id, oneLine(run.label)] as const),
  ];
}

/** A label holds what a prompt said: one field of one line, and nothing that a terminal obeys. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
