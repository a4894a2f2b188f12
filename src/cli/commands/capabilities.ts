/** `skyvern capabilities`: what this tool can do, for programs that use it. */
import { type Argument, Command, Option } from 'commander';
import { EXIT_CODES, UsageError } from '../../errors.js';
import { printable } from '../../render/sanitize.js';
import { allOf } from '../commandTree.js';
import type { CliContext } from '../context.js';
import { ENVIRONMENT } from '../environment.js';
import { globalOptions } from '../globalOptions.js';
import { writeJson } from '../output.js';
import { positive } from '../parsers.js';

export function define(command: Command, ctx: CliContext, handler = capabilities): void {
  command
    .argument('[command...]', 'only this command, or those of this group: `run`, `workflow run`')
    .description('Print all commands with their arguments and flags, the exit codes, and the environment variables, as JSON.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern capabilities --query "commands[].path"\n  $ skyvern capabilities | jq ".exit_codes[] | select(.code == 15)"',
    )
    .option('--depth <n>', 'only commands of at most this many words below that', positive)
    .addOption(new Option('--no-json', 'it is JSON in any case').hideHelp())
    .action((path: readonly string[], flags: Flags) => handler(ctx, path, flags));
}

interface Flags {
  readonly depth?: number;
}

export async function capabilities(ctx: CliContext, above: readonly string[], { depth = Number.POSITIVE_INFINITY }: Flags): Promise<void> {
  const commands = (await allOf(ctx.commands)).filter(({ path }) => {
    const words = path.split(' ');
    return above.every((word, at) => words[at] === word) && words.length - above.length <= depth;
  });
  if (commands.length === 0) {
    throw new UsageError(`there is no command ${printable(above.join(' '))}`, {
      hint: '`skyvern --help` lists them',
      code: 'no_such_command',
    });
  }
  await writeJson(ctx.io.stdout, {
    name: 'skyvern',
    version: __VERSION__,
    commands: commands.map(({ path, summary, file }) => {
      const command = new Command(path);
      file.define(command, ctx);
      return {
        path,
        summary,
        description: command.description() || summary,
        arguments: command.registeredArguments.map(argumentOf),
        options: command.options.filter((option) => !option.hidden).map(optionOf),
      };
    }),
    global_options: globalOptions().map(optionOf),
    exit_codes: Object.entries(EXIT_CODES).map(([name, [code, meaning]]) => ({ code, name, meaning })),
    environment: ENVIRONMENT.map(([name, meaning]) => ({ name, meaning })),
  });
}

const argumentOf = (argument: Argument) => ({
  name: argument.name(),
  description: argument.description,
  required: argument.required,
  variadic: argument.variadic,
});

const optionOf = (option: Option) => ({
  flags: option.flags,
  name: option.long ?? option.short ?? option.flags,
  short: option.short ?? null,
  description: option.description,
  takes_value: option.required || option.optional,
  required: option.mandatory,
  variadic: option.variadic,
  choices: option.argChoices ?? null,
  default: option.defaultValue ?? null,
});
