/**
 * Every command line that the Python CLI takes: understood here and meaning the same, or named as not being here.
 *
 * `python-cli-1.0.56.json` has its commands with their flags and arguments, as the installed package lists them; `!` is required.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { withoutAliases } from '../../src/cli/aliases.js';
import { buildProgram } from '../../src/cli/program.js';
import { systemClock } from '../../src/clock.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';
import { cliContext } from './context.js';

const FACTS = JSON.parse(readFileSync(join(import.meta.dirname, 'python-cli-1.0.56.json'), 'utf8')) as Record<string, string>;
const GUIDE = readFileSync(join(import.meta.dirname, '../../docs/from-python-cli.md'), 'utf8');

/** Groups and commands that are not here. Each stands in the guide. */
const NOT_HERE: readonly RegExp[] = [
  /^run (?:server|ui|ui-dev|docker|all|dev|mcp|code)$/,
  /^stop /,
  /^block /,
  /^config show$/,
  /^tasks list$/,
  /^browser (?:extension-|frame |state |storage |network )/,
  /^browser (?!run-task|login|session )[a-z-]+$/,
  /^browser session connect$/,
  /^doctor streaming$/,
];
/** Flags that are not here, and ones that mean something else here. Each stands in the guide. */
const FLAGS_NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'workflow list': ['--query'],
  'browser session create': ['--local', '--headless'],
  'browser session close': ['--cdp'],
};
/** Our settings have other names: theirs are fields of the organization. */
const OTHER_MEANING = ['config get', 'config set'];

const isHere = (command: string) => !NOT_HERE.some((pattern) => pattern.test(command));

interface Flag {
  readonly names: readonly string[];
  readonly kind: 'int' | 'text' | 'none';
  readonly required: boolean;
}

const flagsOf = (facts: string): Flag[] =>
  facts
    .split(' ')
    .filter((word) => word.startsWith('-'))
    .map((word) => {
      const [, names = '', kind = 'none', required] = /^([^=!]+)(?:=(int|text))?(!)?$/.exec(word) ?? [];
      return { names: names.split('|'), kind: kind as Flag['kind'], required: required !== undefined };
    });
const argumentsOf = (facts: string) => facts.split(' ').filter((word) => word.startsWith('<') && !word.endsWith('?'));

/** Values that the flags take. */
const VALUES: Readonly<Record<string, string>> = {
  '--id': 'wpid_1',
  '--params': '{"a":1}',
  '--parameters': '{"a":1}',
  '-p': '{"a":1}',
  '--webhook': 'https://example.com/',
  '--url': 'https://example.com/',
  '--totp-url': 'https://example.com/',
  '--base-url': 'https://example.com/',
  '--schema': '{"type":"object"}',
  '--data-extraction-schema': '{"type":"object"}',
  '--format': 'yaml',
  '--type': 'password',
  '-t': 'password',
  '--credential-type': 'skyvern',
};
const STATUS: Readonly<Record<string, string>> = { 'workflow runs': 'failed', 'schedule list': 'active' };
const samplesOf = (command: string, name: string, kind: Flag['kind']): string[] =>
  kind === 'none' ? [] : [name === '--status' ? (STATUS[command] as string) : (VALUES[name] ?? (kind === 'int' ? '30' : 'text'))];

/** Parses a line as the program does; the flags that were taken, by our names. */
async function parsed(argv: readonly string[]): Promise<{ readonly args: readonly string[]; readonly flags: Record<string, unknown> }> {
  const words = argv.flatMap((text, at) => (text.startsWith('-') || at > 2 ? [] : [{ text, at }]));
  const line = withoutAliases(argv, words);
  const program = await buildProgram(line, cliContext());
  let taken: { args: readonly string[]; flags: Record<string, unknown> } | null = null;
  const visit = (command: Command) => {
    if (command.commands.length === 0)
      command.action(function (this: Command) {
        taken = { args: this.args, flags: this.optsWithGlobals() };
      });
    for (const each of command.commands) visit(each);
  };
  visit(program);
  await program.parseAsync([...line], { from: 'user' });
  if (!taken) throw new Error('no command ran');
  return taken;
}

const rows = Object.entries(FACTS)
  .filter(([command]) => isHere(command) && !OTHER_MEANING.includes(command))
  .flatMap(([command, facts]) =>
    flagsOf(facts).flatMap(({ names, kind }) =>
      names.filter((name) => !FLAGS_NOT_HERE[command]?.includes(name)).map((name) => [command, name, kind] as const),
    ),
  );

test.each(rows)('skyvern %s %s', async (command, name, kind) => {
  const facts = FACTS[command] as string;
  // What the command cannot do without.
  const required = flagsOf(facts).filter((flag) => flag.required && !flag.names.includes(name));
  const given = required.flatMap((flag) => [flag.names[0] as string, ...samplesOf(command, flag.names[0] as string, flag.kind)]);
  if (command === 'browser session close' && name !== '--session') given.push('--session', 'pbs_1'); // theirs remembers one
  const argv = [...command.split(' '), ...argumentsOf(facts).map(() => 'cred_1'), ...given, ...[name, ...samplesOf(command, name, kind)]];
  const taken = await parsed(argv);
  // Its value arrives: as a flag of ours, or as the argument.
  const [value] = samplesOf(command, name, kind);
  const all = JSON.stringify([taken.args, taken.flags]);
  if (value !== undefined && !['--timeout'].includes(name))
    expect(all).toContain(value.replace(/^\{.*\}$/, JSON.stringify(JSON.parse(/^\{/.test(value) ? value : '0'))));
});

test('what is not here stands in the guide, and is in the list of the package', () => {
  const commands = Object.keys(FACTS);
  for (const pattern of NOT_HERE)
    expect(
      commands.some((command) => pattern.test(command)),
      String(pattern),
    ).toBe(true);
  const missing = commands.filter((command) => !isHere(command)).filter((command) => !namedInGuide(command));
  expect(missing).toEqual([]);
  for (const [command, flags] of Object.entries(FLAGS_NOT_HERE))
    for (const flag of flags) expect(GUIDE, `${command} ${flag}`).toContain(flag);
  for (const command of OTHER_MEANING) expect(GUIDE).toContain(command);
});

/** As `browser frame ...`, or among the verbs after `browser`. */
function namedInGuide(command: string): boolean {
  const words = command.split(' ');
  const isCovered = words.some((_, count) => count > 0 && GUIDE.includes(`\`${words.slice(0, count).join(' ')} ...\``));
  const verbs = GUIDE.split('\n').find((line) => line.startsWith(`- \`${words[0]}\`: `)) ?? '';
  return isCovered || GUIDE.includes(`\`${command}\``) || verbs.includes(`\`${words.slice(1).join(' ')}\``);
}

describe('they do the same', () => {
  const world = async () => {
    const api = await fakeSkyvern();
    for (let number = 1; number <= 25; number++) api.workflow(`wpid_${number}`, { title: `W${number}` });
    api.run('wr_1', { status: 'completed', run_request: { workflow_id: 'wpid_1' } });
    return api;
  };
  const lines = async (api: Awaited<ReturnType<typeof world>>, line: string) => (await skyvern(api, line)).io.stdout.lines();

  test('a page of a list is that page', async () => {
    const api = await world();
    const all = await lines(api, 'workflow list --all');
    expect(await lines(api, 'workflow list --page 2 --page-size 10')).toEqual(all.slice(10, 20));
    expect(api.seen('GET /v1/workflows').at(-1)?.query.toString()).toBe('page=2&page_size=10');
    expect(await lines(api, 'workflow list --page 3 --page-size 10 --only-workflows')).toHaveLength(5);
    expect(api.seen('GET /v1/workflows').at(-1)?.query.get('only_workflows')).toBe('true');
    expect(await lines(api, 'workflow runs --id wpid_1 --page 1 --page-size 5')).toHaveLength(1);
    for (const line of ['workflow list --page 0', 'workflow list --page 2 --all']) expect((await skyvern(api, line)).code).toBe(2);
  });

  test('schedules of one workflow, which the server does not page, are paged here', async () => {
    const api = await world();
    const ids = [1, 2, 3].map((number) =>
      api.workflows.schedule('wpid_1', { name: `S${number}`, timezone: 'UTC', cron_expression: '0 6 * * *' }),
    );
    const page = async (number: number) =>
      (await lines(api, `schedule list --workflow-id wpid_1 --page ${number} --page-size 2`)).map((line) => line.split('\t')[0]);
    expect([...(await page(1)), ...(await page(2))].sort()).toEqual(ids.sort());
    expect(await page(3)).toEqual([]);
  });

  test('workflow get --definition-file writes a definition that can be sent', async () => {
    const api = await world();
    const file = join(tempFolder(), 'shop.json');
    expect((await skyvern(api, ['workflow', 'get', '--id', 'wpid_1', '--definition-file', file])).io.stdout.text()).toBe(`${file}\n`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ workflow_permanent_id: 'wpid_1', title: 'W1' });
    expect((await skyvern(api, ['workflow', 'diff', 'wpid_1', '-f', file])).code).toBe(0);
    const { code, io } = await skyvern(api, ['workflow', 'get', 'wpid_1', '--definition-file', join(tempFolder(), 'no/such.json')]);
    expect([code, io.stderr.text()]).toEqual([17, expect.stringContaining('cannot be written (ENOENT)')]);
  });

  test('browser session create --timeout is minutes when it is a number, and a time limit when it is a time', async () => {
    const api = await world();
    expect((await skyvern(api, 'browser session create --timeout 30')).code).toBe(0);
    // A manual clock with nothing else to wait for would jump to the limit.
    expect((await skyvern(api, 'browser session create --timeout=30s', { clock: systemClock })).code).toBe(0);
    expect(api.seen('POST /v1/browser_sessions').map(({ body }) => body)).toEqual([{ timeout: 30 }, {}]);
  });

  test('browser run-task is a task that is waited for', async () => {
    const api = await world();
    api.scriptStarts({ status: 'completed', output: { title: 'x' } });
    const { code, io } = await skyvern(api, [
      'browser',
      'run-task',
      '--prompt',
      'Get the title',
      '--schema',
      '{"type":"object"}',
      '--json',
    ]);
    expect([code, io.stdout.json()[0]]).toEqual([0, expect.objectContaining({ status: 'completed', output: { title: 'x' } })]);
    expect(api.seen('POST /v1/run/tasks')[0]?.body).toEqual({ prompt: 'Get the title', data_extraction_schema: { type: 'object' } });
  });

  test('schedule update --exact wants everything', async () => {
    const api = await world();
    const id = api.workflows.schedule('wpid_1', { name: 'S', timezone: 'UTC', cron_expression: '0 6 * * *' });
    const update = ['schedule', 'update', '--workflow-id', 'wpid_1', '--id', id, '--exact', '--cron', '0 7 * * *'];
    const { code, io } = await skyvern(api, update);
    expect([code, io.stderr.text()]).toEqual([2, expect.stringContaining('--name or --clear-name')]);
    expect(api.seen(`PUT /v1/workflows/wpid_1/schedules/${id}`)).toEqual([]);
    const rest = ['--timezone', 'UTC', '--enabled', '--name', 'S', '--clear-description', '--clear-parameters'];
    expect((await skyvern(api, [...update, ...rest])).code).toBe(0);
  });

  test('capabilities of a group', async () => {
    const api = await world();
    const paths = async (line: string) => (await skyvern(api, `${line} --query commands[].path`)).io.stdout.text();
    expect(JSON.parse(await paths('capabilities credential'))).toEqual([
      'credential create',
      'credential list',
      'credential get',
      'credential delete',
    ]);
    expect(JSON.parse(await paths('capabilities --depth 1'))).not.toContain('run get');
    expect((await skyvern(api, 'capabilities nothing')).code).toBe(2);
  });
});
