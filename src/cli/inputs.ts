/** What a command reads besides its flags: the prompt, and secrets. */
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { askLine, canAsk } from './ask.js';
import type { CliContext } from './context.js';
import { readTextFile } from './parsers.js';

/** The prompt from the flag, a file (`@file`), standard input (`-`), or the person at the terminal. */
export async function readPrompt(ctx: CliContext, command: Command, given: string | undefined): Promise<string> {
  const prompt = given === undefined ? await ask(ctx, command) : await readSource(ctx.io, given, '--prompt');
  if (prompt.trim() === '') throw new UsageError('the prompt is empty', { hint: 'say what to do with --prompt' });
  return prompt.trim();
}

async function ask(ctx: CliContext, command: Command): Promise<string> {
  if (!canAsk(ctx, command)) {
    throw new UsageError('there is no prompt', { hint: 'add --prompt "What to do", --prompt @file or --prompt -' });
  }
  return askLine(ctx, 'What should the browser do? ');
}

/**
 * `NAME=@file`, `NAME=-` (standard input) or `NAME=env:VARIABLE`. A value in argv is refused: every process of this machine
 * can read it there. Each name must stand in the prompt as `{{NAME}}`, and each `{{NAME}}` of the prompt must be given.
 */
export async function readSecrets(io: Io, given: readonly string[], prompt: string): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {};
  for (const each of given) {
    const [, name, source] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(each) ?? [];
    if (!name || !source || !isSource(source)) {
      const shown = each.split('=')[0] ?? '';
      throw new UsageError(`the value of --secret ${shown} must not stand on the command line`, {
        hint: `write --secret ${shown || 'NAME'}=env:VARIABLE, =@file, or =- for standard input`,
      });
    }
    secrets[name] = await fromSource(io, source, `--secret ${name}`);
    if (!prompt.includes(`{{${name}}}`)) {
      throw new UsageError(`the prompt does not use the secret ${name}`, { hint: `write {{${name}}} where it belongs` });
    }
  }
  return secrets;
}

/**
 * A secret from `@file`, `-` (standard input) or `env:VARIABLE`.
 * @throws UsageError for a value that stands on the command line: it is not repeated
 */
export async function readSecret(io: Io, source: string, flag: string): Promise<string> {
  if (isSource(source)) return fromSource(io, source, flag);
  throw new UsageError(`the value of ${flag} must not stand on the command line`, {
    hint: `write ${flag} env:VARIABLE, ${flag} @file, or ${flag} - for standard input`,
  });
}

const isSource = (text: string): boolean => /^(?:@.+|-|env:.+)$/s.test(text);

const fromSource = async (io: Io, source: string, flag: string): Promise<string> =>
  source.startsWith('env:') ? fromEnv(io, source.slice(4)) : (await readSource(io, source, flag)).replace(/\r?\n$/, '');

function fromEnv(io: Io, variable: string): string {
  const value = io.env[variable];
  if (!value)
    throw new UsageError(`the environment variable ${variable} is not set`, { hint: `set ${variable}, or read the secret from a file` });
  return value;
}

/** `@file`, `-` for standard input, else the text itself. */
export async function readSource(io: Io, source: string, flag: string): Promise<string> {
  if (source === '-') return readAll(io.stdin);
  if (!source.startsWith('@')) return source;
  try {
    return readTextFile(source.slice(1));
  } catch (error) {
    throw new UsageError(`${flag}: ${(error as Error).message.replace(/\.$/, '')}`, { hint: 'give the path of a text file after @' });
  }
}
