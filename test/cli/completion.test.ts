import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { isGroup } from '../../src/cli/commandTree.js';

import { ENVIRONMENT } from '../../src/cli/environment.js';
import { answerToShell, main } from '../../src/cli/main.js';
import { EXIT_CODES } from '../../src/errors.js';
import { RunStore } from '../../src/journal/runStore.js';
import { paths } from '../../src/paths.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { type TestIo, testIo } from '../support/io.js';

const run = async (argv: readonly string[], io = testIo()) => {
  const code = await main(argv, io, new AbortController().signal, { clock: manualClock(), random: seededRandom() });
  return { code, io };
};
const values = (io: TestIo) => io.stdout.lines().map((line) => line.split('\t')[0]);

const KNOWN = { kind: 'task', base_url: 'http://127.0.0.1:1/', profile: 'default', local: false, cwd: '/' };

describe('completion', () => {
  test.each([
    [[], 'br', ['browser']],
    [['browser'], '', ['session', 'profile']],
    [['browser', 'session'], 'c', ['create', 'close']],
    [['run', 'list'], '--st', ['--status']],
    [['--profile', 'run', 'config'], 'pa', ['path']],
    [['run', 'list', '--type'], 'task', ['task_v1', 'task_v2', 'task_v3']],
    [['run', 'list'], '--js', ['--json']],
    [['run', 'list', '--output'], 'nd', ['ndjson']],
    [['run', 'list', '--search'], '', []],
    [['no', 'such'], '', []],
  ])('after %j, %j can be %j', async (before, word, expected) => {
    const { code, io } = await run(['completion', `--for=${word}`, '--', ...before]);
    expect([code, values(io)]).toEqual([0, expected]);
  });

  test('ids of runs that were started here, newest first; no network, nothing that a terminal obeys', async () => {
    const io = testIo({ SKYVERN_BASE_URL: 'http://127.0.0.1:1' });
    const store = new RunStore({ paths: paths(io), owner: io, clock: manualClock(), random: seededRandom() });
    store.remember({ ...KNOWN, run_id: 'tsk_1', label: 'Read\tthe \u001b[31mtitle' });
    store.remember({ ...KNOWN, run_id: 'wr_2', label: 'b' });
    const ids = await run(['completion', '--for=', '--', 'run', 'get'], io);
    expect(values(ids.io).sort()).toEqual(['@last', 'tsk_1', 'wr_2']);
    expect(io.stdout.text()).not.toContain('\u001b');
    const retry = await run(['completion', '--for=wr', '--', 'run', 'retry'], testIo({ SKYVERN_HOME: io.home }));
    expect(values(retry.io)).toEqual(['wr_2']);
  });

  test.each([
    [['--for=c', '--', 'browser', 'session'], true],
    [['--for=', '--', 'run', 'get'], true],
    [['--for=--js', '--', 'run', 'list'], false],
    [['--for=', '--', '--profile', 'work', 'run'], false],
    [['bash'], false],
  ])('%j goes round the command parser: %j, and the answer is the same', async (asked, isShort) => {
    const io = testIo();
    const world = { clock: manualClock(), random: seededRandom() };
    new RunStore({ paths: paths(io), owner: io, ...world }).remember({ ...KNOWN, run_id: 'tsk_1', label: 'a' });
    const answer = answerToShell(['completion', ...asked], io);
    expect(answer !== null).toBe(isShort);
    await run(['completion', ...asked], io);
    expect(io.stdout.text()).not.toBe('');
    if (isShort) expect(answer).toBe(io.stdout.text());
  });

  test('a store that cannot be read is told as every error is', async () => {
    const io = testIo();
    mkdirSync(join(paths(io).state, 'runs', 'tsk_1.json'), { recursive: true });
    const asked = ['completion', '--for=', '--', 'run', 'get'];
    expect(answerToShell(asked, io)).toBeNull();
    expect((await run(asked, io)).code).toBe(17);
    expect(io.stderr.text()).toMatch(/^error: .*tsk_1\.json/);
  });

  test.each(['bash', 'zsh', 'fish', 'pwsh'])('the script for %s is what that shell can read', async (shell) => {
    const { code, io } = await run(['completion', shell]);
    expect(code).toBe(0);
    expect(io.stdout.text()).toContain('skyvern completion');
    // Where the shell is not here, only its name is known.
    const checked = spawnSync(shell, shell === 'pwsh' ? ['-NoProfile', '-Command', '-'] : ['-n'], { input: io.stdout.text() });
    if (checked.error === undefined) expect([checked.status, checked.stderr.toString()]).toEqual([0, '']);
  });

  test('another shell ends 2', async () => {
    expect((await run(['completion', 'tcsh'])).code).toBe(2);
    expect((await run(['completion'])).code).toBe(2);
  });
});

test('capabilities lists every command, flag, exit code and variable', async () => {
  const { code, io } = await run(['capabilities']);
  expect(code).toBe(0);
  const all = JSON.parse(io.stdout.text());
  const count = (nodes: typeof COMMANDS): number => nodes.reduce((sum, node) => sum + (isGroup(node) ? count(node.commands) : 1), 0);
  expect(all.commands).toHaveLength(count(COMMANDS));
  expect(all.commands.find(({ path }: { path: string }) => path === 'browser session create')).toMatchObject({
    arguments: [],
    options: expect.arrayContaining([expect.objectContaining({ name: '--minutes', takes_value: true })]),
  });
  expect(all.exit_codes).toHaveLength(Object.keys(EXIT_CODES).length);
  expect(all.environment).toHaveLength(ENVIRONMENT.length);
  expect(all.global_options.map(({ name }: { name: string }) => name)).toContain('--query');
});
