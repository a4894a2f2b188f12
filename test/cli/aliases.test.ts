/** Command lines of the Python CLI, and what they are here. */
import { expect, test } from 'vitest';
import { COMMAND_ALIASES, FLAG_ALIASES, withoutAliases } from '../../src/cli/aliases.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { skyvern } from '../support/skyvern.js';

const words = (argv: readonly string[]) => argv.flatMap((text, at) => (text.startsWith('-') || at > 2 ? [] : [{ text, at }]));
const ours = (line: string) => withoutAliases(line.split(' '), words(line.split(' '))).join(' ');

test.each([
  ['run get --run-id tsk_1', 'run get tsk_1'],
  ['run get --id=tsk_1 --json', 'run get tsk_1 --json'],
  ['run list --status running --id tsk_1', 'run list tsk_1 --status running'],
  ['run get tsk_1 --json', 'run get tsk_1 --json'],
  ['workflow run --id wpid_1 --params {"a":1} --wait', 'workflow run wpid_1 --params {"a":1} --wait'],
  ['workflow run --workflow-id wpid_1 --parameters {} --session pbs_1', 'workflow run wpid_1 --params {} --browser-session-id pbs_1'],
  [
    'workflow run --id wpid_1 --webhook=https://e.com --proxy NONE',
    'workflow run wpid_1 --webhook-url=https://e.com --proxy-location NONE',
  ],
  ['workflow get --id wpid_1 --version 2', 'workflow get wpid_1 --version 2'],
  ['workflow delete --id wpid_1', 'workflow delete wpid_1'],
  ['workflow status --run-id wr_1', 'run get wr_1'],
  ['workflow cancel --run-id wr_1 --json', 'run cancel wr_1 --json'],
  ['browser session get --session pbs_1', 'browser session get pbs_1'],
  ['browser session close --session pbs_1', 'browser session close pbs_1'],
  ['browser session create --proxy NONE', 'browser session create --proxy-location NONE'],
  ['schedule get --schedule-id wfs_1', 'schedule get wfs_1'],
  ['schedule get --workflow-id wpid_1 --id wfs_1', 'schedule get wfs_1 --workflow wpid_1'],
  ['schedule create --workflow-id wpid_1 --interval-seconds 300', 'schedule create wpid_1 --every 300'],
  ['schedule list --workflow-id wpid_1', 'schedule list --workflow wpid_1'],
  ['workflow create --definition @shop.yaml', 'workflow create --file @shop.yaml'],
  ['workflow delete --id wpid_1 --force', 'workflow delete wpid_1 --yes'],
  ['task run --prompt --id', 'task run --prompt --id'],
  ['config get --id x', 'config get --id x'],
  ['run get -- --id tsk_1', 'run get -- --id tsk_1'],
])('%s is %s', (python, line) => {
  expect(ours(python)).toBe(line);
});

test('every alias is one that this table knows', () => {
  expect(Object.keys(COMMAND_ALIASES)).toEqual(['workflow status', 'workflow cancel', 'agent run', 'agent list', 'agent get']);
  expect(Object.fromEntries(Object.entries(FLAG_ALIASES).map(([path, flags]) => [path, Object.keys(flags).join(' ')]))).toEqual({
    run: '--id --run-id',
    workflow: '--id --workflow-id',
    'workflow create': '--definition',
    'workflow update': '--id --workflow-id --definition',
    'workflow delete': '--id --workflow-id --force',
    'workflow runs': '--id --workflow-id --search-key --page-size',
    'workflow list': '--page-size',
    'workflow run': '--id --workflow-id --session --webhook --proxy --parameters',
    'task run': '--session --webhook --proxy',
    'schedule create': '--workflow-id --id --interval-seconds --first-fire-at --parameters',
    'schedule update': '--id --schedule-id --workflow-id --interval-seconds --first-fire-at --parameters',
    'schedule list': '--workflow-id --page-size',
    schedule: '--id --schedule-id --workflow-id',
    'browser session': '--id --session --session-id',
    'browser session create': '--proxy',
    'browser profile': '--id --profile-id',
  });
});

test('they run', async () => {
  const api = await fakeSkyvern();
  api.run('wr_1', { status: 'completed' });
  expect((await skyvern(api, 'workflow status --run-id wr_1 --query status')).io.stdout.text()).toBe('"completed"\n');
  expect((await skyvern(api, '--json run get --id wr_1')).code).toBe(0);
});
