/**
 * What a command line that names no command was meant to say: groups left out (`watch ID`), groups in the plural, the words
 * that other tools have for the same (`logs`, `ls`, `rerun`), and an id where a command belongs. It is only ever said, never done.
 */
import { runKind } from '../protocol/ids.js';
import { closest } from '../workflow/words.js';
import { isGroup } from './commandTree.js';
import type { CommandGroup, CommandNode } from './context.js';

/** Whole command lines of other tools, and of the Python CLI, that say something else here. */
export const LINES: Readonly<Record<string, string>> = {
  init: 'auth login',
  setup: 'auth login',
  quickstart: 'demo',
  serve: 'local start',
  server: 'local start',
  up: 'local start',
  down: 'local stop',
  status: 'local status',
  env: 'local env',
  whoami: 'auth status',
  'auth whoami': 'auth status',
  'auth list': 'auth status',
  'config show': 'config list',
  'config profiles': 'config list',
  'run server': 'local start',
  'run all': 'local start',
  'stop all': 'local stop',
  runs: 'run list',
  history: 'run list',
  ps: 'run list',
};

/** What other tools call it, and what it may be here; the first that the group has is meant. */
export const WORDS: Readonly<Record<string, readonly string[]>> = {
  ls: ['list'],
  all: ['list'],
  show: ['get', 'list'],
  view: ['get', 'list'],
  describe: ['get'],
  info: ['get', 'status'],
  inspect: ['get'],
  status: ['get'],
  result: ['output'],
  results: ['output'],
  logs: ['tail'],
  log: ['tail', 'logs'],
  events: ['tail'],
  follow: ['watch'],
  attach: ['watch'],
  steps: ['timeline'],
  history: ['timeline'],
  stop: ['cancel', 'close', 'disable'],
  kill: ['cancel', 'stop'],
  abort: ['cancel'],
  terminate: ['cancel'],
  rm: ['delete'],
  remove: ['delete'],
  new: ['create', 'run'],
  add: ['create', 'run'],
  start: ['run', 'create', 'trigger'],
  create: ['run'],
  exec: ['run'],
  submit: ['run'],
  serve: ['start'],
  up: ['start'],
  down: ['stop'],
  rerun: ['retry'],
  restart: ['retry', 'start'],
  resubmit: ['retry'],
  resume: ['continue', 'enable'],
  approve: ['continue'],
  unpause: ['continue', 'enable'],
  pause: ['disable'],
  code: ['totp'],
  files: ['artifacts'],
  screenshots: ['artifacts'],
  web: ['open'],
  browse: ['open'],
  lint: ['validate'],
  check: ['validate'],
  edit: ['update'],
  reset: ['unset'],
};

/** Groups whose runs are watched, listed and stopped by the commands of `run`. */
const STARTS_RUNS = ['task', 'workflow'];

/**
 * @param words what stands where commands do, in order, without flags
 * @returns the command line that is most likely meant, without `skyvern`; an id is repeated, nothing else that was typed; null when nothing
 *   comes near
 */
export function meant(words: readonly string[], commands: readonly CommandNode[]): string | null {
  const [first = '', second = ''] = words;
  const line = known(LINES, `${first} ${second}`) ?? (second === '' || isId(second) ? known(LINES, first) : undefined);
  const path = line ?? (isId(first) || (first === 'run' && isId(second)) ? 'run watch' : pathOf(words, commands));
  return path === words.join(' ') ? null : path && withId(path, words);
}

function pathOf([first = '', ...rest]: readonly string[], commands: readonly CommandNode[]): string | null {
  const group = groupOf(first, commands);
  if (group) return below(group, rest, commands);
  const outer = commands.filter(isGroup).find((each) => groupOf(first, each.commands));
  if (outer) return below(outer, [first, ...rest], commands);
  const ordered = commands.filter(isGroup).toSorted((a, b) => Number(b.name === 'run') - Number(a.name === 'run'));
  const elsewhere = exactly(first, ordered, rest.some(isId));
  if (elsewhere !== null) return elsewhere;
  const near = nearest(first, commands);
  if (near) return isGroup(near) ? below(near, rest, commands) : near.name;
  return ordered.map((each) => spell(each, nearest(first, each.commands.filter(isLeaf)))).find((path) => path !== null) ?? null;
}

/** In a group, or, where the group only starts runs, among the commands for runs. */
function below(group: CommandGroup, [word, ...rest]: readonly string[], commands: readonly CommandNode[]): string | null {
  if (word === undefined || isId(word)) return group.name;
  const inner = groupOf(word, group.commands);
  if (inner) return `${group.name} ${below(inner, rest, commands)}`;
  const runs = commands.filter(isGroup).filter(({ name }) => name === 'run' && STARTS_RUNS.includes(group.name));
  return exactly(word, [group, ...runs], true) ?? spell(group, nearest(word, group.commands));
}

/**
 * A command by its name or another tool's word for it.
 * @param groupFirst whether any word for it in an earlier group comes before the name itself in a later one
 */
function exactly(word: string, groups: readonly CommandGroup[], groupFirst: boolean): string | null {
  const words = [word, ...(known(WORDS, word) ?? [])];
  const tries = groupFirst
    ? groups.flatMap((group) => words.map((each) => ({ group, each })))
    : words.flatMap((each) => groups.map((group) => ({ group, each })));
  for (const { group, each } of tries) {
    const command = group.commands.find(({ name }) => name === each);
    if (command && isLeaf(command)) return spell(group, command);
  }
  return null;
}

const isLeaf = (command: CommandNode): boolean => !isGroup(command);

/** By its name, in the singular or the plural. */
const groupOf = (word: string, commands: readonly CommandNode[]): CommandGroup | undefined =>
  commands.filter(isGroup).find(({ name }) => name === word || `${name}s` === word);

function nearest(word: string, commands: readonly CommandNode[]): CommandNode | undefined {
  const names = commands.map(({ name }) => name);
  return commands.find(({ name }) => name === closest(word, names));
}

const spell = (group: CommandGroup, command: CommandNode | undefined): string | null => (command ? `${group.name} ${command.name}` : null);

const known = <T>(table: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;

const isId = (word: string): boolean => word === '@last' || runKind(word) !== null || /^(?:wpid|wfs)_\w{1,40}$/.test(word);

/** With the id that was typed, where the command takes one: the whole line can be typed again. */
function withId(path: string, words: readonly string[]): string {
  const id = words.find(isId);
  return id !== undefined && /^(?:run|workflow|schedule) (?!list|create)/.test(path) ? `${path} ${id}` : path;
}

interface FlagElsewhere {
  readonly flags: readonly string[];
  /** Of the command. */
  readonly at?: RegExp;
  readonly hint: string;
}

/** Flags of other tools; the first row that fits counts. */
const FLAGS: readonly FlagElsewhere[] = [
  {
    flags: ['--api-key', '--key', '--token'],
    hint: 'SKYVERN_API_KEY, --api-key-file FILE or `skyvern auth login`: a key never stands here',
  },
  { flags: ['-o', '--out', '--output-dir'], at: /^run download$/, hint: 'did you mean `--dir`?' },
  { flags: ['--format', '-o', '--out'], hint: 'did you mean `--output`? --json is short for --output json' },
  { flags: ['-f', '--follow', '--watch', '--wait', '--live'], at: /^run (?:watch|wait|tail)$/, hint: 'it follows the run anyway' },
  { flags: ['-f', '--follow', '--watch', '--wait', '--live'], at: /^run /, hint: '`skyvern run watch ID` follows a run' },
  { flags: ['--follow', '--watch', '--live', '--exit-status'], at: /^(?:task|workflow) /, hint: 'did you mean `--wait`?' },
  { flags: ['--exit-status'], at: /^run /, hint: 'the exit code of `skyvern run watch` and `skyvern run wait` is the verdict anyway' },
  { flags: ['--web', '--browser'], at: /^run /, hint: '`skyvern run open ID` shows it in the browser' },
  { flags: ['-v'], hint: 'did you mean `-V`, the version? SKYVERN_DEBUG=http shows each request' },
  { flags: ['--debug', '--verbose', '--trace'], hint: 'SKYVERN_DEBUG=http shows each request' },
];

/** @returns what to say about a flag that a command does not have, or null */
export const flagMeant = (flag: string, path: string): string | null =>
  FLAGS.find(({ flags, at }) => flags.includes(flag) && (at === undefined || at.test(path)))?.hint ?? null;
