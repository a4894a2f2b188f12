import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SRC = new URL('../../src/', import.meta.url).pathname;

/** Where another program is started, and what it is given. Never text that a server, a page or a model wrote, but for a hook's standard input. */
const STARTERS: Readonly<Record<string, string>> = {
  'browser/pipeGuard.ts': 'the browser: its own switches',
  'cli/commands/simulate.ts': 'the command that stands after --: the words of the user',
  'cli/openUrl.ts': 'what opens addresses: one http or https address that was parsed',
  'cli/webhook/hook.ts': '--exec: the words of the user; the delivery on its standard input',
  'server/daemon.ts': 'ourselves: fixed words',
};

const startersIn = (sources: Readonly<Record<string, string>>): string[] =>
  Object.entries(sources).flatMap(([file, text]) => (/^(?!import type ).*['"](?:node:)?child_process['"]/m.test(text) ? [file] : []));

test('A14 no pager and no editor is ever started: programs are started in these places alone, without a shell', () => {
  const sources = Object.fromEntries(
    globSync('**/*.{ts,tsx}', { cwd: SRC }).map((file) => [file.replaceAll('\\', '/'), readFileSync(join(SRC, file), 'utf8')]),
  );
  expect(startersIn(sources).sort()).toEqual(Object.keys(STARTERS).sort());
  for (const [file, text] of Object.entries(sources)) {
    expect([file, /\b(?:PAGER|VISUAL|EDITOR)\b/.test(text)]).toEqual([file, false]);
    if (file in STARTERS) expect([file, /\bshell: true\b|(?<![.\w])exec(?:Sync)?\(/.test(text)]).toEqual([file, false]);
  }
  // Another one would be noticed; a type starts nothing.
  expect(startersIn({ 'cli/table.ts': "import { spawn } from 'node:child_process';" })).toEqual(['cli/table.ts']);
  expect(startersIn({ 'cli/table.ts': "import type { ChildProcess } from 'node:child_process';" })).toEqual([]);
});
