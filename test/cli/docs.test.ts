/** Every command in a shell block of README and the documents is one that the program understands: its name, its flags, their values. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.js';
import { cliContext } from './context.js';
import { folderOfFiles, inFolder, wordsOf } from './examples.js';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENTS = ['README.md', ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [join('docs', name)] : []))];

/** The calls of the program in a text's shell blocks: each up to what the shell takes for itself. */
function callsIn(text: string): string[] {
  return [...text.matchAll(/^```(?:sh|bash|console)\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block
      .replaceAll(/\\\n\s*/g, ' ')
      .split('\n')
      .flatMap((line) => piecesOf(line.replace(/^\s*\$ /, '')))
      .flatMap((piece) => /^(?:\w+=\S*\s+)*(?:npx )?(skyvern(?:\s.*)?)$/s.exec(piece.trim())?.[1] ?? []),
  );
}

/** A line without its comment, cut where the shell cuts it; what is quoted stays whole. */
const piecesOf = (line: string): string[] => {
  const kept: string[] = [];
  const masked = line.replaceAll(/'[^']*'|"(?:\\.|[^"\\])*"/g, (quoted) => `\u0001${kept.push(quoted) - 1}\u0002`);
  return masked
    .replace(/(?:^|\s)#.*$/, '')
    .split(/\$\(|\)|\|\|?|&&?|;|\s--\s|\d?>+&?|</)
    .map((piece) => piece.replaceAll(/\u0001(\d+)\u0002/g, (_, index) => kept[Number(index)] as string));
};

/** Defines the program for the line, and runs it up to its action, which is not its own. */
async function isUnderstood(line: string): Promise<void> {
  const argv = wordsOf(line).slice(1).map(inFolder(folderOfFiles()));
  const program = await buildProgram(argv, cliContext());
  let ran = 0;
  const listen = (command: Command): void => {
    if (command.commands.length === 0) command.action(() => void ran++);
    for (const each of command.commands) listen(each);
  };
  listen(program);
  if (argv.includes('--help') || argv.includes('--version')) return;
  await program.parseAsync(argv, { from: 'user' });
  expect(ran).toBe(1);
}

const CALLS = DOCUMENTS.flatMap((file) => callsIn(readFileSync(join(ROOT, file), 'utf8')).map((line) => [file, line] as const));

test('the documents show many commands, and one that is wrong would be noticed', async () => {
  expect(CALLS.length).toBeGreaterThan(30);
  expect(callsIn('```sh\nid=$(A=1 skyvern task run --prompt "a; b" | jq .x) && skyvern run wait "$id" # later\n```\n')).toEqual([
    'skyvern task run --prompt "a; b"',
    'skyvern run wait "$id"',
  ]);
  for (const wrong of [
    'skyvern tsak run',
    'skyvern task run --promt x',
    'skyvern run list --status done',
    'skyvern run get a b --output yaml',
  ])
    await expect(isUnderstood(wrong), wrong).rejects.toThrow();
});

test.each(CALLS)('%s: %s', (_, line) => isUnderstood(line));
