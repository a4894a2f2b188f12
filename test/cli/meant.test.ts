import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { main } from '../../src/cli/main.js';
import { flagMeant, LINES, meant, WORDS } from '../../src/cli/meant.js';
import { allCommands } from '../../src/cli/program.js';
import { testIo } from '../support/io.js';

const saysTo = async (line: string): Promise<string> => {
  const io = testIo();
  expect(await main(line.split(' '), io, new AbortController().signal)).toBe(2);
  return /did you mean `skyvern ([^`]+)`/.exec(io.stderr.text())?.[1] ?? '';
};

describe('what was meant by a command line that names no command', () => {
  test.each([
    // A group that was left out, or is in the plural.
    ['watch tsk_1', 'run watch tsk_1'],
    ['cancel @last', 'run cancel @last'],
    ['validate flow.yaml', 'workflow validate'],
    ['runs', 'run list'],
    ['runs list', 'run list'],
    ['credentials ls', 'credential list'],
    ['sessions list', 'browser session list'],
    ['browser sessions list', 'browser session list'],
    // An id where the command belongs.
    ['tsk_1', 'run watch tsk_1'],
    ['run wr_1', 'run watch wr_1'],
    // Words of other tools.
    ['ps', 'run list'],
    ['run logs tsk_1', 'run tail tsk_1'],
    ['logs tsk_1', 'run tail tsk_1'],
    ['logs', 'local logs'],
    ['run status wr_1', 'run get wr_1'],
    ['run stop tsk_1', 'run cancel tsk_1'],
    ['run rerun wr_1', 'run retry wr_1'],
    ['task create', 'task run'],
    ['task list', 'run list'],
    ['workflow watch wr_1', 'run watch wr_1'],
    ['workflow rm wpid_1', 'workflow delete wpid_1'],
    ['schedule pause wfs_1', 'schedule disable wfs_1'],
    ['run server', 'local start'],
    ['whoami', 'auth status'],
    // Letters.
    ['wach tsk_1', 'run watch tsk_1'],
    ['rnu list', 'run list'],
    ['task rnu', 'task run'],
    ['dcotor', 'doctor'],
    ['browser session lsit', 'browser session list'],
    // Nothing comes near, and nothing of JavaScript's own does either.
    ['mcp', ''],
    ['constructor', ''],
    ['run __proto__', ''],
  ])('%s', async (typed, wanted) => {
    expect(await saysTo(typed)).toBe(wanted);
  });

  test('only ids are repeated: anything else that was typed may be a secret', async () => {
    const io = testIo();
    await main(['watch', 'tsk_1', 'hunter2', '--token=hunter2'], io, new AbortController().signal);
    expect(io.stderr.text()).toContain('skyvern run watch tsk_1`');
    expect(io.stderr.text()).not.toContain('hunter2');
  });

  test('a command that exists is not corrected', () => {
    expect(meant(['run', 'list'], COMMANDS)).toBeNull();
  });

  test('whatever is suggested exists', async () => {
    const paths = (await allCommands()).map(({ path }) => path);
    expect(Object.values(LINES).filter((line) => !paths.includes(line))).toEqual([]);
    const names = paths.map((path) => path.split(' ').at(-1));
    expect(
      Object.values(WORDS)
        .flat()
        .filter((word) => !names.includes(word)),
    ).toEqual([]);
  });

  test('a word of another tool is none of ours where it would be corrected', async () => {
    const paths = (await allCommands()).map(({ path }) => path);
    expect(Object.keys(LINES).filter((line) => paths.includes(line))).toEqual([]);
  });
});

test.each([
  ['-f', 'run tail', 'it follows the run anyway'],
  ['--follow', 'run get', '`skyvern run watch ID` follows a run'],
  ['--watch', 'task run', 'did you mean `--wait`?'],
  ['--web', 'run get', '`skyvern run open ID` shows it in the browser'],
  ['-o', 'run download', 'did you mean `--dir`?'],
  ['--web', 'upload', null],
  ['--nonsense', 'run get', null],
])('the flag %s of other tools, at %s: %s', (flag, path, hint) => {
  expect(flagMeant(flag, path)).toBe(hint);
});
