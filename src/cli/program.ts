/** The commander program: global flags, the tree, and what happens with every error. */
import { Command, CommanderError } from 'commander';
import type { Clock } from '../clock.js';
import type { Keychain } from '../config/keychain.js';
import { exitCode, Interrupted, SkyvernError, UsageError, Verdict } from '../errors.js';
import type { Io } from '../io.js';
import { paths } from '../paths.js';
import type { Random } from '../random.js';
import { formatError, problemOf } from '../render/errors.js';
import { type Word, withoutAliases } from './aliases.js';
import { COMMANDS } from './commands/index.js';
import { allOf, isGroup } from './commandTree.js';
import type { CliContext, CommandEntry, CommandNode, GlobalFlags } from './context.js';
import { annotate, inActions } from './github/workflow.js';
import { globalOptions } from './globalOptions.js';
import { HELP } from './help.js';
import { setShape } from './shape.js';
import type { World } from './world.js';

export async function runProgram(
  given: readonly string[],
  io: Io,
  interrupt: AbortSignal,
  world: World & { readonly clock: Clock; readonly random: Random },
): Promise<number> {
  const asked = asFlags(given);
  const argv = withoutAliases(asked, wordsOf(asked));
  const stop = new AbortController();
  const onInterrupt = () => stop.abort(new Interrupted(EXIT_OF_SIGNAL[String(interrupt.reason)] ?? 'interrupted'));
  if (interrupt.aborted) onInterrupt();
  else interrupt.addEventListener('abort', onInterrupt, { once: true });
  const cleanUps: (() => unknown)[] = [];
  const timeout = new AbortController();
  const over = new AbortController();
  let deadlineAt: number | null = null;
  let color = true;
  const ctx: CliContext = {
    io,
    keychain: systemKeychain,
    ...world,
    commands: COMMANDS,
    paths: paths(io),
    signal: stop.signal,
    interrupt: () => stop.abort(new Interrupted('interrupted')),
    get color() {
      return color;
    },
    get deadlineAt() {
      return deadlineAt;
    },
    limitTo(timeoutMs) {
      if (deadlineAt !== null) return;
      deadlineAt = world.clock.monotonic() + timeoutMs;
      world.clock.sleep(timeoutMs, over.signal).then(
        () => timeout.abort(new SkyvernError('timeout', 'timeout', 'the time limit passed', { hint: 'give a longer --timeout' })),
        () => {},
      );
    },
    callSignal: AbortSignal.any([stop.signal, timeout.signal]),
    onEnd: (cleanUp) => cleanUps.push(cleanUp),
  };
  let program: Command | undefined;
  try {
    program = await buildProgram(argv, ctx);
    program.hook('preAction', async (_, action) => {
      const { timeout: timeoutMs, color: asked } = action.optsWithGlobals<GlobalFlags>();
      color = asked !== false;
      if (timeoutMs !== undefined) ctx.limitTo(timeoutMs);
      await shapeResults(io, action.optsWithGlobals<GlobalFlags>());
    });
    if (asksForHelp(argv)) await mustExist(argv);
    await program.parseAsync(argv.length > 0 ? argv : ['--help'], { from: 'user' });
    return exitCode('ok');
  } catch (thrown) {
    const error = await fromCommander(thrown, argv, program);
    if (error === null) return exitCode('ok');
    if (error instanceof Verdict) return error.exitCode;
    if (!(error instanceof SkyvernError)) {
      io.stderr.write(formatError(asBug(error), 'plain'));
      return exitCode('bug');
    }
    if (error.message) {
      if (inActions(io)) annotate(io, problemOf(error));
      io.stderr.write(formatError(error, errorMode(argv, io)));
    }
    return error.exitCode;
  } finally {
    interrupt.removeEventListener('abort', onInterrupt);
    over.abort();
    for (const cleanUp of cleanUps) await cleanUp();
  }
}

/** The package is optional, and few commands need it. */
async function systemKeychain(): Promise<Keychain> {
  const { openKeychain } = await import('../config/keychain.js');
  return openKeychain(() => import('@napi-rs/keyring' as string));
}

/** Read and checked before the command does anything. */
async function shapeResults({ stdout }: Io, { query, columns }: GlobalFlags): Promise<void> {
  if (query === undefined && columns === undefined) return;
  setShape(stdout, {
    ...(query !== undefined && { query: (await import('./query.js')).compileQuery(query, '--query') }),
    ...(columns !== undefined && { columns: columns.split(',').map((name) => name.trim()) }),
  });
}

const EXIT_OF_SIGNAL: Readonly<Record<string, 'interrupted' | 'terminated' | 'hangup'>> = {
  SIGINT: 'interrupted',
  SIGTERM: 'terminated',
  SIGHUP: 'hangup',
};

/** Only the command that `argv` names is read from disk; the others are known by name and summary. */
export async function buildProgram(argv: readonly string[], ctx: CliContext): Promise<Command> {
  const words = commandWords(argv);
  const program = configure(new Command('skyvern'), ctx.io);
  program
    .description('Start, watch and script Skyvern browser automations: on Skyvern Cloud, on your own server, or on this machine.')
    .helpCommand(false);
  // After a command it is the command's own: `workflow get --version 2`.
  if (words.length === 0) program.version(`skyvern ${__VERSION__}`, '-V, --version', 'print the version');
  for (const option of globalOptions()) program.addOption(option);
  program.addHelpText(
    'after',
    '\nFirst steps:\n  skyvern demo\n  skyvern task run --local --engine rules --url https://example.com --prompt "Get the title of the page"',
  );
  for (const entry of COMMANDS) program.addCommand(await node(entry, words, ctx));
  return program;
}

/** Every command with everything it takes: for documents and tests. */
export const allCommands = () => allOf(COMMANDS);

/** @param words what argv names: the first is this node or another one */
async function node(entry: CommandNode, words: readonly string[], ctx: CliContext): Promise<Command> {
  const isNamed = words[0] === entry.name;
  if (!isGroup(entry)) return leaf(entry, isNamed, ctx);
  const group = configure(new Command(entry.name), ctx.io).summary(entry.summary).description(entry.summary).helpCommand(false);
  const commands = isNamed ? entry.commands : []; // help shows those of the group that is named
  for (const each of commands) group.addCommand(await node(each, words.slice(1), ctx));
  return group;
}

async function leaf(entry: CommandEntry, wanted: boolean, ctx: CliContext): Promise<Command> {
  const command = configure(new Command(entry.name), ctx.io).summary(entry.summary).description(entry.summary);
  if (wanted) (await entry.load()).define(command, ctx);
  return command;
}

/** No wider, so that it is the same text nearly everywhere: the build makes the program's own ready. */
const HELP_WIDTH = 80;

function configure(command: Command, io: Io): Command {
  return command
    .exitOverride()
    .configureHelp(HELP)
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: () => {}, // said once, by the error handler
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? HELP_WIDTH, HELP_WIDTH),
      getErrHelpWidth: () => Math.min(io.stderr.columns ?? HELP_WIDTH, HELP_WIDTH),
    });
}

/** A word `help` where a command belongs, or a first word `version`, as many tools have them, is the flag of that name. */
function asFlags(argv: readonly string[]): readonly string[] {
  const words = wordsOf(argv);
  if (words[0]?.text === 'version') return replaced(argv, words[0].at, '--version');
  const help = words.find(({ text }, index) => text === 'help' && commandsBelow(pathOf(words.slice(0, index))).length > 0);
  return help ? replaced(argv, help.at, '--help') : argv;
}

const replaced = (argv: readonly string[], at: number, flag: string) => [...argv.slice(0, at), ...argv.slice(at + 1), flag];

const commandWords = (argv: readonly string[]): string[] => wordsOf(argv).map(({ text }) => text);

/** The first words that are no flags and no values of flags: as many as name a command. */
function wordsOf(argv: readonly string[]): Word[] {
  const withValue = new Set(globalOptions().flatMap((option) => (option.required ? [option.long] : [])));
  const words: Word[] = [];
  for (let index = 0; index < argv.length && words.length < DEEPEST; index++) {
    const word = argv[index] as string;
    if (word === '--') break;
    if (!word.startsWith('-')) words.push({ text: word, at: index });
    else if (withValue.has(word)) index++;
  }
  return words;
}

/** Commander's own errors become usage errors; null when help or the version was printed, which is success. */
async function fromCommander(thrown: unknown, argv: readonly string[], program: Command | undefined): Promise<unknown> {
  if (!(thrown instanceof CommanderError)) return thrown;
  if (thrown.code === 'commander.helpDisplayed' || thrown.code === 'commander.version') return null;
  const path = commandPath(argv);
  if (thrown.code === 'commander.help') {
    const hint = `one of ${commandsBelow(path).join(', ')}; \`skyvern ${path} --help\` says what they do`;
    return new UsageError(`\`skyvern ${path}\` needs a command after it`, { hint });
  }
  // What most people try first.
  if (thrown.code === 'commander.excessArguments' && path === 'task run')
    return new UsageError('the prompt of a task is no argument', { hint: 'write `skyvern task run --prompt "What to do" --url URL`' });
  const suggestion = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(thrown.message)?.[1]?.split(', ')[0];
  const message = withoutValues(thrown.message.replace(/^error: /, '').replace(/\s*\(Did you mean .+?\?\)/, ''));
  if (thrown.code === 'commander.unknownCommand') return unknownCommand(argv, suggestion);
  if (thrown.code === 'commander.missingArgument') {
    const command = path.split(' ').reduce((each, word) => each?.commands.find((below) => below.name() === word), program);
    const missing = command?.registeredArguments.find((each) => message.endsWith(`'${each.name()}'`));
    return new UsageError(missing ? `${message}: ${missing.description}` : message, { hint: helpOn(path) });
  }
  const flag = /^unknown option '([^']+)'/.exec(message)?.[1];
  const other = flag === undefined ? null : (await import('./meant.js')).flagMeant(flag, path);
  const guess = other ?? (suggestion === undefined ? null : `did you mean \`${suggestion}\`?`);
  return new UsageError(message, { hint: guess === null ? helpOn(path) : `${guess}${guess.endsWith('?') ? ' ' : '; '}${helpOn(path)}` });
}

const helpOn = (path: string): string => `\`${['skyvern', path, '--help'].filter(Boolean).join(' ')}\` lists what it takes`;

/** @param near a command of the same group whose name looks like it */
async function unknownCommand(argv: readonly string[], near?: string): Promise<UsageError> {
  const { meant } = await import('./meant.js');
  const words = commandWords(argv);
  const path = commandPath(argv);
  const unknown = words[path === '' ? 0 : path.split(' ').length] ?? '';
  const line = meant(words, COMMANDS) ?? (near === undefined ? null : [path, near].filter(Boolean).join(' '));
  const hint = line === null ? helpOn(path) : `did you mean \`skyvern ${line}\`? ${helpOn(path)}`;
  return new UsageError(`unknown command '${unknown}'`, { hint });
}

const asksForHelp = (argv: readonly string[]): boolean => argv.some((word) => word === '--help' || word === '-h');

/** Help on what is no command would be help on something else. */
async function mustExist(argv: readonly string[]): Promise<void> {
  const path = commandPath(argv);
  const isWhole = commandWords(argv).length === (path === '' ? 0 : path.split(' ').length);
  if (!isWhole && commandsBelow(path).length > 0) throw await unknownCommand(argv);
}

/** What was typed may be a key, a password or a header, and errors end up in logs: only what names something is repeated. */
const withoutValues = (message: string): string =>
  message
    .replace(/^(unknown option '[^'=]+)=.*'/s, "$1'")
    .replace(/^(too many arguments.*? but got \d+): .*$/s, '$1.')
    .replace(/^((?:option|command-argument).*<(?:json|url|\w+=\w+)\S*>') argument '.*' (is invalid)/s, '$1 $2');

/** `browser session create`. */
const DEEPEST = 3;

/** As much of `skyvern GROUP COMMAND` as exists. */
const commandPath = (argv: readonly string[]): string => pathOf(wordsOf(argv));

function pathOf(words: readonly Word[]): string {
  const path: string[] = [];
  let entries: readonly CommandNode[] = COMMANDS;
  for (const { text } of words) {
    const entry = entries.find((each) => each.name === text);
    if (!entry) break;
    path.push(text);
    entries = isGroup(entry) ? entry.commands : [];
  }
  return path.join(' ');
}

/** Names of the commands in a group. */
function commandsBelow(path: string): string[] {
  if (path === '') return COMMANDS.map(({ name }) => name);
  const group = path.split(' ').reduce<readonly CommandNode[]>((entries, word) => {
    const entry = entries.find(({ name }) => name === word);
    return entry && isGroup(entry) ? entry.commands : [];
  }, COMMANDS);
  return group.map(({ name }) => name);
}

/** Errors must take the form that was asked for even when the flags themselves are wrong: so argv is read here. */
function errorMode(argv: readonly string[], io: Io): 'json' | 'plain' {
  const at = argv.indexOf('--output');
  const asked = argv.some((word) => word === '--json' || word.startsWith('--query'))
    ? 'json'
    : at >= 0
      ? argv[at + 1]
      : argv.find((word) => word.startsWith('--output='))?.slice(9);
  const mode = asked ?? io.env['SKYVERN_OUTPUT'];
  return mode === 'json' || mode === 'ndjson' ? 'json' : 'plain';
}

/** An error nobody foresaw is a bug: it keeps its stack. */
function asBug(error: unknown): SkyvernError {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new SkyvernError('bug', 'bug', `unexpected: ${stack}`, { cause: error });
}
