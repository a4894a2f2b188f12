/** Whatever the program, its README or its guide tells a user to type exists: every command, and every flag after it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { allCommands, buildProgram } from '../../src/cli/program.js';
import { cliContext } from './context.js';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
const DOCUMENTS = readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [join('docs', name)] : []));
const TEXTS = ['README.md', 'CONTRIBUTING.md', ...DOCUMENTS, ...SOURCES.map((file) => join('src', file))];

/** `skyvern run watch ID --json`, wherever it stands in a text: the words and flags after `skyvern`. */
function commandLines(text: string): string[][] {
  return [
    ...text.matchAll(
      /(?<![\w./-])skyvern ((?:[a-z][a-z-]*|-{1,2}[a-z][a-z-]*|@\w+|[A-Z]{2,}|\$\{[^}]+\}|"[^"\n]*"|'[^'\n]*'|https?:\S+|\w+_\w+)(?: |(?=[`'"\n)$;|]|$)))+/g,
    ),
  ]
    .map((match) => match[0].trim().split(' ').slice(1))
    .filter(([first]) => first !== undefined && /^[a-z]/.test(first));
}

async function problemsOf(lines: readonly string[][]): Promise<string[]> {
  const ctx = cliContext();
  const program = await buildProgram([], ctx);
  const commands = new Map<string, Command>();
  for (const { path, file } of await allCommands()) {
    const command = new Command(path);
    file.define(command, ctx);
    commands.set(path, command);
  }
  const groups = new Set([...commands.keys()].flatMap((path) => path.split(' ').map((_, at, words) => words.slice(0, at).join(' '))));
  const known = (command: Command | undefined, flag: string) =>
    ['--help', '-h'].includes(flag) ||
    [...(command?.options ?? []), ...program.options].some((option) => option.long === flag || option.short === flag);
  return lines.flatMap((words) => {
    let depth = 0;
    while (groups.has(words.slice(0, depth).join(' ')) && words[depth] !== undefined && !words[depth]?.startsWith('-')) depth++;
    const path = words.slice(0, depth).join(' ');
    const command = commands.get(path);
    if (!command && !groups.has(path)) return [`skyvern ${words.join(' ')}: there is no command ${path}`];
    return words
      .filter((word) => word.startsWith('-') && !known(command, word))
      .map((flag) => `skyvern ${words.join(' ')}: there is no flag ${flag}`);
  });
}

test('every command and flag that a text names exists', async () => {
  const lines = TEXTS.flatMap((file) => commandLines(readFileSync(join(ROOT, file), 'utf8')));
  expect(lines.length).toBeGreaterThan(30);
  expect([...new Set(await problemsOf(lines))]).toEqual([]);
});

test.each([
  ['a command', '`skyvern serve` starts it', 'there is no command serve'],
  ['a command of a group', 'type `skyvern run explode ID`', 'there is no command run explode'],
  ['a flag', '`skyvern local stop --force`', 'there is no flag --force'],
])('the rule would notice %s that does not exist', async (_, text, problem) => {
  expect((await problemsOf(commandLines(text))).join()).toContain(problem);
});
