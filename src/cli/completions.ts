/**
 * What can come next on a command line: from the tree of commands, the flags of one, and the runs that were started here. No network.
 *
 * A shell waits for it at each key, and reading the command parser alone takes longer than the answer: `answerFrom` goes round it
 * where no flag is in sight.
 */
import type { Option } from 'commander';
import { systemClock } from '../clock.js';
import type { Io } from '../io.js';
import { RunStore } from '../journal/runStore.js';
import { paths } from '../paths.js';
import { runKind } from '../protocol/ids.js';
import { systemRandom } from '../random.js';
import { isGroup } from './commandTree.js';
import type { CliContext, CommandEntry, CommandNode } from './context.js';

export type Completion = readonly [value: string, about: string];
/** Where the commands and the runs are known that were started here. */
type Place = Pick<CliContext, 'io' | 'paths' | 'clock' | 'random' | 'commands'>;

const MAX_IDS = 50;
/** Commands of the group `run` that take no run. */
const WITHOUT_RUN = new Set(['list', 'recover', 'replay']);
/** Those that take only runs of workflows. */
const WORKFLOW_ONLY = new Set(['retry', 'continue']);

/** What `skyvern completion --for=WORD -- WORDS` prints, as the scripts of the shells call it; null when it takes the program to say. */
export function answerFrom(commands: readonly CommandNode[], argv: readonly string[], io: Io): string | null {
  const [command, asked, end, ...before] = argv;
  if (command !== 'completion' || !asked?.startsWith('--for=') || end !== '--') return null;
  const word = asked.slice('--for='.length);
  if ([...before, word].some(isFlag)) return null;
  try {
    return asLines(namesAndIds({ io, commands, paths: paths(io), clock: systemClock, random: systemRandom }, before, word));
  } catch {
    return null; // a file that cannot be read: the program says so, as it says every error
  }
}

/** As the scripts of the shells read them: value, tab, what it is. */
export const asLines = (found: readonly Completion[]): string =>
  found.map(([value, about]) => `${value}${about ? `\t${about}` : ''}\n`).join('');

/**
 * @param before the words before the cursor, without the program's name
 * @param word what is typed of the one at the cursor
 */
export async function completions(ctx: CliContext, before: readonly string[], word: string): Promise<readonly Completion[]> {
  if (![...before, word].some(isFlag)) return namesAndIds(ctx, before, word);
  const withValue = await flagsWithValue();
  const previous = before.at(-1) ?? '';
  if (isFlag(word) || isFlag(previous)) {
    const options = await optionsOf(ctx, walk(ctx.commands, before, withValue).entry);
    if (isFlag(word))
      return options.flatMap(({ hidden, long, description }) => (!hidden && long?.startsWith(word) ? [[long, description]] : []));
    const asked = options.find((option) => option.long === previous || option.short === previous);
    if (asked?.argChoices) return asked.argChoices.filter((choice) => choice.startsWith(word)).map((choice) => [choice, '']);
    if (asked?.required) return [];
  }
  return namesAndIds(ctx, before, word, withValue);
}

const isFlag = (word: string): boolean => word.startsWith('-');

/** What a flag is not asked for. @param withValue flags whose values are no commands */
function namesAndIds(
  place: Place,
  before: readonly string[],
  word: string,
  withValue: ReadonlySet<string | undefined> = new Set(),
): readonly Completion[] {
  const { entry, children, path } = walk(place.commands, before, withValue);
  const starting = (all: readonly Completion[]) => all.filter(([value]) => value.startsWith(word));
  if (entry === null) return starting(children.map(({ name, summary }) => [name, summary]));
  if (path[0] !== 'run' || WITHOUT_RUN.has(entry.name)) return [];
  return starting(recentRuns(place, WORKFLOW_ONLY.has(entry.name)));
}

/** Global flags before a command: their values are no commands. */
async function flagsWithValue(): Promise<ReadonlySet<string | undefined>> {
  const { globalOptions } = await import('./globalOptions.js');
  return new Set(globalOptions().flatMap((option) => (option.required ? [option.long, option.short] : [])));
}

/** As far as the words name a command: it, or what its group holds. */
function walk(
  tree: readonly CommandNode[],
  words: readonly string[],
  withValue: ReadonlySet<string | undefined>,
): {
  readonly entry: CommandEntry | null;
  readonly children: readonly CommandNode[];
  readonly path: string[];
} {
  const path: string[] = [];
  let children = tree;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (withValue.has(word)) at++;
    if (isFlag(word)) continue;
    const node = children.find(({ name }) => name === word);
    if (!node) return { entry: null, children: [], path };
    path.push(word);
    if (!isGroup(node)) return { entry: node, children: [], path };
    children = node.commands;
  }
  return { entry: null, children, path };
}

async function optionsOf(ctx: CliContext, entry: CommandEntry | null): Promise<readonly Option[]> {
  const [{ Command }, { globalOptions }] = await Promise.all([import('commander'), import('./globalOptions.js')]);
  if (entry === null) return globalOptions();
  const command = new Command(entry.name);
  (await entry.load()).define(command, ctx);
  return [...command.options, ...globalOptions()];
}

function recentRuns({ io, ...place }: Place, workflowsOnly: boolean): readonly Completion[] {
  const runs = new RunStore({ ...place, owner: io }).recent(MAX_IDS);
  const shown = workflowsOnly ? runs.filter(({ run_id }) => runKind(run_id) === 'workflow_run') : runs;
  return [
    ...(shown.length > 0 ? [['@last', 'the newest run started here'] as const] : []),
    ...shown.map((run) => [run.run_id, oneLine(run.label)] as const),
  ];
}

/** A label holds what a prompt said: one field of one line, and nothing that a terminal obeys. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
