/** The examples that `--help` shows, and a world in which they can be typed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { allCommands } from '../../src/cli/program.js';
import { RunStore } from '../../src/journal/runStore.js';
import { paths } from '../../src/paths.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { type FakeSkyvern, fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder, testIo } from '../support/io.js';
import { cliContext } from './context.js';

export interface Example {
  /** The command whose help shows it. */
  readonly path: string;
  /** As it is printed, without the prompt and without a comment. */
  readonly line: string;
}

export async function examples(): Promise<Example[]> {
  // Commands are defined, not run: nothing is written here.
  const ctx = cliContext(testIo({ SKYVERN_HOME: import.meta.dirname }));
  return (await allCommands()).flatMap(({ path, file }) => {
    const shown: string[] = [];
    const command = new Command(path).configureOutput({ writeOut: (text) => void shown.push(text) });
    file.define(command, ctx);
    command.outputHelp();
    return [...shown.join('').matchAll(/^ {2}\$ (.*)$/gm)].map(([, line = '']) => ({ path, line: line.replace(/\s+# .*$/, '') }));
  });
}

const QUOTED = /"[^"]*"|'[^']*'/g;
/** Whether it takes a shell to run it: pipes, redirections, variables, what a quoted text lets the shell put in. */
export const needsShell = (line: string): boolean =>
  /[|;<>&]|\$/.test(line.replaceAll(QUOTED, '')) ||
  [...line.matchAll(/"[^"]*"/g)].some(([text]) => /[$]|`/.test(text.replaceAll('\\`', '')));

/** The words of a line that needs no shell, as a shell would give them. */
export const wordsOf = (line: string): string[] =>
  [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(QUOTED, (text) => text.slice(1, -1)));

const DEFINITION = `title: Shop
workflow_definition:
  parameters:
    - { key: city, parameter_type: workflow, workflow_parameter_type: string, default_value: Oslo }
    - { key: days, parameter_type: workflow, workflow_parameter_type: integer, default_value: 1 }
  blocks:
    - { label: wait, block_type: wait, wait_sec: 1 }
`;

/** Files that examples name. */
const FILES: Readonly<Record<string, string>> = {
  'prompt.txt': 'Get the title of the page',
  'schema.json': '{"type":"object"}',
  'shop.yaml': DEFINITION,
  'shop.json': JSON.stringify({ title: 'Shop', workflow_definition: { parameters: [], blocks: [] } }),
  'parameters.json': '{"city":"Bergen","days":2}',
  'key.txt': 'fake-api-key',
  'cities.csv': 'city\nOslo\nBergen\n',
  'people.csv': 'name\nAda\n',
  'cv.pdf': '%PDF-1.4 hello',
  'token.txt': 'a token',
  'body.json': '{"run_id":"tsk_1"}',
  'output.json': '{}',
  'run.ndjson': '{"v":1,"seq":1,"at":0,"run_id":"tsk_1","id":"e1","type":"status","from":null,"to":"running","since":null}\n',
};
/** A word of an example where the files are in a folder. */
export const inFolder = (folder: string) => (word: string) =>
  Object.hasOwn(FILES, word.replace(/^@/, '')) ? word.replace(/^@?/, `$&${folder}/`) : word;

export function folderOfFiles(): string {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  return folder;
}

export interface World {
  readonly api: FakeSkyvern;
  /** Holds state, settings and the files that examples name. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A server that has what examples name, a home with `@last`, and the files. */
export async function exampleWorld(): Promise<World> {
  const api = await fakeSkyvern();
  const home = folderOfFiles();
  mkdirSync(join(home, '.config/fish/completions'), { recursive: true });
  const parameter = (key: string, type: string, default_value: unknown) => ({
    ...{ key, parameter_type: 'workflow', workflow_parameter_type: type, default_value },
  });
  const workflow_definition = {
    parameters: [parameter('city', 'string', 'Oslo'), parameter('days', 'integer', 1)],
    blocks: [{ label: 'wait', block_type: 'wait', wait_sec: 1 }],
  };
  for (const title of ['One', 'Two', 'Three']) api.workflow('wpid_123', { title, workflow_definition });
  const ended = { status: 'completed', output: [{ title: 'x' }] };
  for (const id of ['tsk_123', 'tsk_1', 'tsk_2', 'wr_456', 'wr_3']) {
    const { run_request } = api.run(id, ended);
    api.update(id, { run_request: { ...(run_request as object), webhook_url: 'https://example.com/', totp_identifier: 'ada' } });
  }
  api.run('tsk_7', { status: 'running' });
  api.run('tsk_8', { status: 'completed', failure_reason: null });
  api.run('wr_9', { status: 'completed', run_request: { workflow_id: 'wpid_123' }, workflow_schedule_id: 'wfs_123' });
  api.artifact('tsk_123', { artifact_type: 'recording', content: 'webm' });
  api.artifact('tsk_123', { artifact_type: 'download', content: 'a file' });
  // What is started gets somewhere.
  api.scriptStarts({ status: 'running' }, { status: 'completed', output: { title: 'x' } });
  api.workflows.schedule('wpid_123', {
    workflow_schedule_id: 'wfs_123',
    cron_expression: '0 6 * * *',
    timezone: 'UTC',
    parameters: { city: 'Oslo', days: 1 },
  });
  api.resources.sessions.set('pbs_123', { browser_session_id: 'pbs_123', status: 'created' });
  api.resources.sessions.set('pbs_456', { browser_session_id: 'pbs_456', status: 'created' });
  api.resources.profiles.set('bp_123', { browser_profile_id: 'bp_123', name: 'garden' });
  api.resources.credentials.push({ credential_id: 'cred_123', name: 'Shop', credential_type: 'password', credential: { username: 'ada' } });
  api.on('POST /v1/folders', { body: { folder_id: 'fld_1', title: 'Reports' } });
  const io = testIo({ SKYVERN_HOME: home });
  new RunStore({ paths: paths(io), owner: io, clock: manualClock(), random: seededRandom() }).remember({
    ...{ run_id: 'tsk_123', kind: 'task', label: 'x', base_url: `${api.url}/`, profile: 'default', local: false, cwd: home },
  });
  const env = { SHOP_PASSWORD: 'correct horse', BROWSER: 'true' };
  return { api, home, env };
}

/** What must be so before a line makes sense. */
export function prepare({ api }: World, line: string): void {
  if (line.includes('schedule cancel')) {
    const once = { cron_expression: null, run_at: '2030-01-01T00:00:00Z', dispatch_status: 'pending' };
    Object.assign(api.workflows.schedules.get('wfs_123')!, once);
  }
  // A listed run that `run get` finds failed would end the line by its verdict.
  if (line.includes('--status failed')) api.on('GET /v1/runs', { body: [{ run_id: 'tsk_8', task_run_type: 'task_v1', status: 'failed' }] });
  if (line.includes('run watch --status')) api.script('tsk_7', {}, { status: 'completed' });
  if (line.includes('run wait wr_3 --until')) api.update('wr_3', { status: 'paused' });
  if (line.includes('run totp')) api.update('tsk_123', { status: 'paused' });
  if (line.includes('run continue')) {
    api.update(line.includes('wr_456') ? 'wr_456' : 'tsk_123', { status: 'paused' });
    api.on('POST /v1/workflows/runs/wr_456/continue', () => {
      api.update('wr_456', { status: 'completed' });
      return { body: 'null' };
    });
  }
}
