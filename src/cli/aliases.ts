/**
 * Command lines of the Python CLI, read as ours: scripts that were written for it go on working.
 *
 * Its commands take ids as flags, ours as arguments. A flag that ours has under another name gets that name. Output and exit codes are ours.
 */

/** An id: becomes the argument. */
const ID = '';

type Flags = Readonly<Record<string, string>>;
const RUN: Flags = { '--id': ID, '--run-id': ID };
const WORKFLOW: Flags = { '--id': ID, '--workflow-id': ID };
const SCHEDULE: Flags = { '--id': ID, '--schedule-id': ID, '--workflow-id': '--workflow' };
const CREDENTIAL: Flags = { '--id': ID, '--credential-id': ID };
const TIMING: Flags = { '--interval-seconds': '--every', '--first-fire-at': '--first-at', '--parameters': '--params' };
const SESSION: Flags = { '--id': ID, '--session': ID, '--session-id': ID };
const PROFILE: Flags = { '--id': ID, '--profile-id': ID };
const START: Flags = {
  '--session': '--browser-session-id',
  '--cdp': '--browser-address',
  '--webhook': '--webhook-url',
  '--proxy': '--proxy-location',
};
/** A flag that is ours, too, and means something else: it is theirs when its value is a plain number. */
const IF_NUMBER: Flags = { '--timeout': '--minutes' };

/** By command: its flags there, and ours. The longest path that fits counts; `''` of a group is for all its commands. */
export const FLAG_ALIASES: Readonly<Record<string, Flags>> = {
  run: RUN,
  workflow: WORKFLOW,
  'workflow create': { '--definition': '--file' },
  'workflow update': { ...WORKFLOW, '--definition': '--file' },
  'workflow delete': { ...WORKFLOW, '--force': '--yes' },
  'workflow runs': { ...WORKFLOW, '--search-key': '--search', '--page-size': '--limit' },
  'workflow list': { '--page-size': '--limit' },
  'workflow run': { ...WORKFLOW, ...START, '--parameters': '--params' },
  'task run': { ...START, '--schema': '--data-extraction-schema' },
  'task login': START,
  'schedule create': { '--workflow-id': ID, '--id': ID, ...TIMING },
  'schedule update': { ...SCHEDULE, ...TIMING },
  'schedule list': { '--workflow-id': '--workflow', '--page-size': '--limit' },
  schedule: SCHEDULE,
  'browser session': SESSION,
  'browser session create': { '--proxy': '--proxy-location', ...IF_NUMBER },
  'browser profile': PROFILE,
  credential: CREDENTIAL,
  'credential list': { '--page-size': '--limit' },
  'credential create': {
    '--cvv': '--card-cvv',
    '--exp-month': '--card-exp-month',
    '--exp-year': '--card-exp-year',
    '--holder-name': '--card-holder-name',
  },
};

/** Commands that are ours under another name. */
export const COMMAND_ALIASES: Readonly<Record<string, readonly string[]>> = {
  'workflow status': ['run', 'get'],
  'workflow cancel': ['run', 'cancel'],
  'workflow retry': ['run', 'retry'],
  'credentials add': ['credential', 'create'],
  'credentials list': ['credential', 'list'],
  'credentials get': ['credential', 'get'],
  'credentials delete': ['credential', 'delete'],
  // Both wait for the end of what they start.
  'browser run-task': ['task', 'run', '--wait'],
  'browser login': ['task', 'login', '--wait'],
  login: ['auth', 'login'],
  'agent run': ['workflow', 'run'],
  'agent list': ['workflow', 'list'],
  'agent get': ['workflow', 'get'],
};

export interface Word {
  readonly text: string;
  /** Its place in argv. */
  readonly at: number;
}

/**
 * The same command line in our words.
 * @param words the first words that are no flags: the command, and what may be its arguments
 */
export function withoutAliases(argv: readonly string[], words: readonly Word[]): readonly string[] {
  const [first, second] = words;
  const name = [second && `${first?.text} ${second.text}`, first?.text].find((each) => each && Object.hasOwn(COMMAND_ALIASES, each));
  if (name && first) {
    const last = name.includes(' ') ? second : first;
    const ours = COMMAND_ALIASES[name] as readonly string[];
    const path = ours.filter((word) => !word.startsWith('-'));
    // Flags of the program may stand before the command, and between its words.
    const before = argv.slice(0, last?.at).filter((_, at) => at !== first.at);
    const next = [...before, ...ours, ...argv.slice((last as Word).at + 1)];
    return rename(next, path.join(' '), before.length + ours.length - 1);
  }
  for (let count = words.length; count > 0; count--) {
    const path = words.slice(0, count).map(({ text }) => text);
    if (FLAG_ALIASES[path.join(' ')])
      return rename(argv, path.join(' '), (words[Math.max(count, groupDepth(path)) - 1] as Word | undefined)?.at ?? argv.length);
  }
  return argv;
}

/** How many words name a command of this group. */
const groupDepth = ([first]: readonly string[]): number => (first === 'browser' ? 3 : 2);

/** @param commandAt place of the command's last word: ids go behind it, where no flag with many values can take them */
function rename(argv: readonly string[], path: string, commandAt: number): readonly string[] {
  const flags = FLAG_ALIASES[path] ?? FLAG_ALIASES[path.split(' ')[0] as string] ?? {};
  const ids: string[] = [];
  const rest: string[] = [];
  for (let at = commandAt + 1; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '--') {
      rest.push(...argv.slice(at));
      break;
    }
    const [flag, value] = /^(--[a-z-]+)=(.*)$/s.exec(word)?.slice(1) ?? [word];
    const known = Object.hasOwn(flags, flag as string) ? flags[flag as string] : undefined;
    const isOurs = Object.hasOwn(IF_NUMBER, flag as string) && !/^\d+$/.test(value ?? argv[at + 1] ?? '');
    const ours = isOurs ? undefined : known;
    if (ours === undefined) rest.push(word);
    else if (ours !== ID) rest.push(value === undefined ? ours : `${ours}=${value}`);
    else if (value !== undefined) ids.push(value);
    else if (at + 1 < argv.length) ids.push(argv[++at] as string);
  }
  return [...argv.slice(0, commandAt + 1), ...ids, ...rest];
}
