/** Every example that `--help` shows works as it is printed. Those that take a shell are in `examples.process.test.ts`. */
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { allCommands, buildProgram } from '../../src/cli/program.js';
import { systemClock } from '../../src/clock.js';
import { skyvern } from '../support/skyvern.js';
import { cliContext } from './context.js';
import { examples, exampleWorld, folderOfFiles, inFolder, needsShell, prepare, wordsOf } from './examples.js';

const ALL = await examples();

/** Examples that are parsed only, by the beginning of their line, and why. */
const PARSED: Readonly<Record<string, string>> = {
  'skyvern demo': 'starts the embedded server and a browser: the main job does',
  'skyvern task run --local': 'starts the embedded server and a browser: the main job does',
  'skyvern workflow run -f shop.yaml --local': 'starts the embedded server and a browser: the main job does',
  'skyvern local start': 'starts a server that stays: test/server/daemon.test.ts does',
  'skyvern local status': 'says by its exit code that no server runs: test/server/daemon.test.ts does',
  'skyvern local prune': 'needs the embedded server: test/server and the main job have one',
  'skyvern local logs': 'reads the log of a server that ran: test/cli/logs.test.ts does',
  'skyvern webhook listen': 'waits for what nobody sends here: test/cli/webhook.test.ts does',
  'skyvern webhook test': 'sends to a receiver of the reader: test/cli/webhook.test.ts does',
  'skyvern simulate outage': 'runs a program inside: test/cli/simulate.test.ts does',
  'skyvern simulate crowd': 'runs a program inside: test/cli/simulate.test.ts does',
  'skyvern run recover --op': 'names a start that was lost: test/cli/recover.test.ts does',
  'skyvern auth login --base-url http://localhost:8000': 'names a server of the reader: test/cli/auth.test.ts does',
};
const isParsedOnly = (line: string) => Object.keys(PARSED).some((start) => line.startsWith(start));

test('every command shows two examples or more, and each is of that command or leads to it', () => {
  const counts = new Map<string, number>();
  for (const { path } of ALL) counts.set(path, (counts.get(path) ?? 0) + 1);
  return allCommands().then((commands) => {
    expect(commands.filter(({ path }) => (counts.get(path) ?? 0) < 2).map(({ path }) => path)).toEqual([]);
    const unnamed = commands.filter(({ path }) => !ALL.some((each) => each.path === path && each.line.includes(`skyvern ${path}`)));
    expect(unnamed.map(({ path }) => path)).toEqual([]);
  });
});

test('every exception is needed', () => {
  for (const start of Object.keys(PARSED))
    expect(
      ALL.some(({ line }) => line.startsWith(start)),
      start,
    ).toBe(true);
});

test.each(ALL.filter(({ line }) => !needsShell(line) && isParsedOnly(line)))('$line is understood', async ({ path, line }) => {
  const argv = wordsOf(line).slice(1);
  const program = await buildProgram(argv, cliContext());
  const command = path.split(' ').reduce((above: Command, name) => above.commands.find((each) => each.name() === name)!, program);
  let ran = 0;
  command.action(() => void ran++);
  await program.parseAsync(argv.map(inFolder(folderOfFiles())), { from: 'user' });
  expect(ran).toBe(1);
});

test.each(ALL.filter(({ line }) => !needsShell(line) && !isParsedOnly(line)))('$line works', async ({ line }) => {
  const world = await exampleWorld();
  const { api, home, env } = world;
  const argv = wordsOf(line).slice(1).map(inFolder(home));
  prepare(world, line);
  // Where something is deleted or started again, a person is asked.
  const asks = /\b(?:delete|retry|totp|login)\b/.test(line) && !line.includes('--yes') && !line.startsWith('skyvern task');
  const answer = /\btotp\b/.test(line) ? '123456\n' : /\blogin\b/.test(line) ? `${api.apiKey}\n` : 'y\n';
  const options = { home, env: { ...env, HOME: home }, ...(asks ? { tty: true, stdin: answer } : { stdin: '' }) };
  if (/--(?:profile work|profile local)/.test(line))
    await skyvern(api, 'config set base-url http://localhost:8000 --profile work', options);
  // A manual clock with nothing else to wait for would jump to the time limit.
  const { code, io } = await skyvern(api, argv, { ...options, ...(line.includes('--timeout') && { clock: systemClock }) });
  expect(code, `${io.stderr.text()}${io.stdout.text()}`).toBe(0);
});
