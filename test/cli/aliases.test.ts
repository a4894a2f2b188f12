/** Command lines of the Python CLI, and what they are here. */
import { expect, test } from 'vitest';
import { withoutAliases } from '../../src/cli/aliases.js';
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
  ['login --base-url https://e.com', 'auth login --base-url https://e.com'],
  ['browser run-task --prompt x --cdp ws://e', 'task run --wait --prompt x --browser-address ws://e'],
  ['browser --json login --url https://e.com --session pbs_1', '--json task login --wait --url https://e.com --browser-session-id pbs_1'],
  ['credentials add --name x --cvv env:C', 'credential create --name x --card-cvv env:C'],
  ['credentials delete cred_1 --yes', 'credential delete cred_1 --yes'],
  ['credential get --credential-id cred_1', 'credential get cred_1'],
  ['browser session create --timeout 30', 'browser session create --minutes 30'],
  ['browser session create --timeout 30s', 'browser session create --timeout 30s'],
  ['task run --prompt --id', 'task run --prompt --id'],
  ['config get --id x', 'config get --id x'],
  ['run get -- --id tsk_1', 'run get -- --id tsk_1'],
])('%s is %s', (python, line) => {
  expect(ours(python)).toBe(line);
});

test('they run', async () => {
  const api = await fakeSkyvern();
  api.run('wr_1', { status: 'completed' });
  expect((await skyvern(api, 'workflow status --run-id wr_1 --query status')).io.stdout.text()).toBe('"completed"\n');
  expect((await skyvern(api, '--json run get --id wr_1')).code).toBe(0);
});
