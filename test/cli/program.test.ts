import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.js';
import { allCommands } from '../../src/cli/program.js';
import { EXIT_CODES } from '../../src/errors.js';
import { testIo } from '../support/io.js';

const run = async (argv: string[], io = testIo()) => ({ io, code: await main(argv, io, new AbortController().signal) });

describe('flags and commands', () => {
  test('--version prints the version alone', async () => {
    const { io, code } = await run(['--version']);
    expect([code, io.stdout.text(), io.stderr.text()]).toEqual([0, 'skyvern 0.0.0-test\n', '']);
  });

  test.each([
    [
      ['help', 'run', 'get'],
      ['run', 'get', '--help'],
    ],
    [['help'], ['--help']],
    [
      ['run', 'help', 'get'],
      ['run', 'get', '--help'],
    ],
    [
      ['browser', 'session', 'help'],
      ['browser', 'session', '--help'],
    ],
    [['version'], ['--version']],
  ])('%j is %j', async (asked, meant) => {
    const [{ io, code }, { io: other }] = [await run(asked), await run(meant)];
    expect(code).toBe(0);
    expect(io.stdout.text()).not.toBe('');
    expect(io.stdout.text()).toBe(other.stdout.text());
  });

  test('the help of every command fits 80 columns, examples apart', async () => {
    const wide: string[] = [];
    for (const { path } of await allCommands()) {
      const { io } = await run([...path.split(' '), '--help']);
      const [about = ''] = io.stdout.text().split('\nExamples:');
      wide.push(...about.split('\n').filter((line) => line.length > 80));
    }
    expect(wide).toEqual([]);
  });

  test('every flag of every command stands in its part of the reference', async () => {
    const parts = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8').split('\n## ');
    const missing: string[] = [];
    for (const { path } of await allCommands()) {
      const { io } = await run([...path.split(' '), '--help']);
      const [own = ''] = io.stdout.text().split('\nGlobal Options:');
      const part = parts.find((each) => each.startsWith(`\`skyvern ${path}\`\n`)) ?? '';
      const flags = [...own.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag as string);
      missing.push(
        ...flags
          .filter((flag) => flag !== '--help' && !part.includes(`  ${flag}`) && !part.includes(`, ${flag}`))
          .map((flag) => `${path} ${flag}`),
      );
    }
    expect(missing).toEqual([]);
  });

  test('nothing at all prints the help', async () => {
    const { io, code } = await run([]);
    expect(code).toBe(0);
    expect(io.stdout.text()).toMatch(/First steps:\n {2}skyvern demo\n/);
  });

  test.each([
    ['an unknown command', ['rnu', 'list'], "unknown command 'rnu'", 'did you mean `skyvern run list`?'],
    ['an unknown command of a group', ['run', 'wach'], "unknown command 'wach'", 'did you mean `skyvern run watch`?'],
    ['an unknown flag', ['run', 'get', 'tsk_1', '--jsn'], "unknown option '--jsn'", 'did you mean `--json`?'],
    ['help on what is no command', ['help', 'frob'], "unknown command 'frob'", '`skyvern --help`'],
    ['--help of what is no command', ['run', 'logs', '--help'], "unknown command 'logs'", 'did you mean `skyvern run tail`?'],
    ["another tool's flag", ['run', 'list', '--format=json'], "unknown option '--format'", 'did you mean `--output`?'],
    ['a key on the command line', ['run', 'list', '--api-key=hunter2'], "unknown option '--api-key'\n", '`skyvern auth login`'],
    ['a group without a command', ['run'], '`skyvern run` needs a command after it', 'one of get, list, watch, wait,'],
    ['a missing argument', ['run', 'get'], "missing required argument 'run': ids of at most 100 runs", '`skyvern run get --help`'],
    ['a broken duration', ['run', 'get', 'tsk_1', '--timeout', 'soon'], 'It is a time such as', ''],
    ['a broken URL', ['task', 'run', '--prompt', 'x', '--url', 'ht tp://'], 'It is no URL', ''],
    ['two kinds of output', ['exit-codes', '--output', 'plain', '--quiet'], 'plain and quiet are two kinds of output', ''],
    ['a prompt file that is not there', ['task', 'run', '--prompt', '@/no/such/file'], 'There is no file /no/such/file', ''],
    ['no prompt and no terminal', ['task', 'run'], 'there is no prompt', '--prompt'],
    [
      'a secret on the command line',
      ['task', 'run', '--prompt', '{{A}}', '--secret', 'A=hunter2'],
      'must not stand on the command line',
      '',
    ],
    ['a schema that is not JSON', ['task', 'run', '--prompt', 'x', '--data-extraction-schema', '{\n"a": 1,}'], 'line 2, column 8', ''],
  ])('%s exits 2 and says what to type', async (_, argv, message, hint) => {
    const { io, code } = await run(argv);
    expect(code).toBe(2);
    expect(io.stdout.text()).toBe('');
    expect(io.stderr.text()).toContain(message);
    expect(io.stderr.text()).toContain(hint);
    expect(io.stderr.text()).toMatch(/^error: .+\nhint: .+\n$/);
  });

  test('a secret given on the command line is not printed back', async () => {
    const { io } = await run(['task', 'run', '--prompt', '{{A}}', '--secret', 'A=hunter2']);
    expect(io.stderr.text()).not.toContain('hunter2');
  });

  test('in a JSON mode the error is one object on stderr', async () => {
    const { io, code } = await run(['run', 'get', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(io.stderr.text())).toMatchObject({
      code: 'usage',
      exit_code: 2,
      message: expect.any(String),
      hint: expect.any(String),
    });
  });
});

describe('exit-codes', () => {
  test('prints the table, tab-separated in a pipe', async () => {
    const { io, code } = await run(['exit-codes']);
    expect(code).toBe(0);
    expect(io.stdout.lines()).toHaveLength(Object.keys(EXIT_CODES).length);
    expect(io.stdout.lines()[0]).toBe('0\tok\tcompleted; or the command did what it says');
  });

  test('prints it as JSON', async () => {
    const { io } = await run(['exit-codes', '--json']);
    expect(JSON.parse(io.stdout.text())).toContainEqual({ code: 124, name: 'timeout', meaning: expect.any(String) });
  });
});
