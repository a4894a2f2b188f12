/** `kill -9` of the built program in the middle of a workflow's run: what acted is not done again, and the next server settles it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { until } from '../support/clock.js';
import { tempFolder } from '../support/io.js';

vi.setConfig({ testTimeout: 120_000 }); // real processes on a busy machine

const PROGRAM = join(import.meta.dirname, '../../bin/skyvern.js');

/** A site on which every request has an effect: it is counted by its path. Those to `/slow...` are not answered until `answer`. */
async function site() {
  const effects: string[] = [];
  const waiting: ServerResponse[] = [];
  const server = createServer((request, response) => {
    effects.push(request.url ?? '');
    if (request.url?.startsWith('/slow')) waiting.push(response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    effects,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: () => {
      for (const response of waiting.splice(0)) response.writeHead(200).end('{}');
    },
  };
}

interface Server {
  readonly child: ChildProcess;
  // biome-ignore lint/suspicious/noExplicitAny: fields of answers are checked right here
  ask(method: string, path: string, body?: unknown): Promise<any>;
  /** As by `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
}

async function start(home: string): Promise<Server> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, SKYVERN_HOME: home };
  const stateFile = join(home, 'state/local/server.json');
  rmSync(stateFile, { force: true }); // that of a server that was killed
  const child = spawn(process.execPath, [PROGRAM, 'local', 'start', '--foreground', '--engine', 'rules'], { env, stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  onTestFinished(() => void child.kill('SIGKILL'));
  const { base_url, token } = await until(() => (existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : null));
  return {
    child,
    async ask(method, path, body) {
      const headers = { 'x-api-key': token, 'content-type': 'application/json' };
      const answer = await fetch(base_url + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return JSON.parse(text);
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

type Wire = Record<string, unknown>;

async function begin(server: Server, blocks: readonly Wire[], settings: Wire = {}): Promise<() => Promise<string>> {
  const definition = { title: 'T', ...settings, workflow_definition: { parameters: [], blocks } };
  const { workflow_permanent_id } = await server.ask('POST', '/v1/workflows', { json_definition: definition });
  return async () => (await server.ask('POST', '/v1/run/workflows', { workflow_id: workflow_permanent_id })).run_id;
}

/** `label status`, loops before what is in them. */
async function blocksOf(server: Server, runId: string): Promise<string[]> {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const flat = (items: any[]): string[] =>
    items.toReversed().flatMap(({ block, children }) => [`${block.label} ${block.status}`, ...flat(children)]);
  return flat(await server.ask('GET', `/v1/runs/${runId}/timeline`));
}

const has = async (server: Server, runId: string, block: string) => ((await blocksOf(server, runId)).includes(block) ? true : null);
const ended = (server: Server, runId: string) =>
  until(async () => {
    const run = await server.ask('GET', `/v1/runs/${runId}`);
    return ['completed', 'failed', 'terminated', 'canceled', 'timed_out'].includes(run.status) ? run : null;
  });

interface Case {
  readonly blocks: (url: string) => readonly Wire[];
  /** Returns when it is to be killed. */
  readonly moment: (server: Server, runId: string, effects: readonly string[]) => Promise<unknown>;
  readonly effects: readonly string[];
  /** After the next server has settled it. */
  readonly left: readonly string[];
}

const post = (label: string, url: string, more: Wire = {}): Wire => ({ block_type: 'http_request', label, method: 'POST', url, ...more });
const reached = (path: string) => (_: Server, __: string, effects: readonly string[]) =>
  until(() => (effects.includes(path) ? true : null));

const CASES: Readonly<Record<string, Case>> = {
  'while a request waits for its answer': {
    blocks: (url) => [post('first', `${url}/a`), post('second', `${url}/slow`), post('third', `${url}/c`)],
    moment: reached('/slow'),
    effects: ['/a', '/slow'],
    left: ['first completed', 'second failed'],
  },
  'in the second round of a loop': {
    blocks: (url) => [
      {
        block_type: 'for_loop',
        label: 'each',
        loop_variable_reference: '{{ ["a", "slow", "c"] }}',
        loop_blocks: [post('inner', `${url}/{{ current_value }}`)],
      },
    ],
    moment: reached('/slow'),
    effects: ['/a', '/slow'],
    left: ['each failed', 'inner completed', 'inner failed'],
  },
  'in a branch': {
    blocks: (url) => [
      {
        block_type: 'conditional',
        label: 'which',
        branch_conditions: [{ criteria: { expression: '{{ 1 == 1 }}' }, next_block_label: 'yes' }, { is_default: true }],
      },
      post('yes', `${url}/slow`),
    ],
    moment: reached('/slow'),
    effects: ['/slow'],
    left: ['which completed', 'yes failed'],
  },
  'between two blocks that act': {
    blocks: (url) => [post('first', `${url}/a`), { block_type: 'wait', label: 'pause', wait_sec: 1_800 }, post('last', `${url}/c`)],
    moment: (server, runId) => until(() => has(server, runId, 'pause running')),
    effects: ['/a'],
    left: ['first completed', 'pause failed'],
  },
  'while a person is asked': {
    blocks: (url) => [
      post('first', `${url}/a`),
      { block_type: 'human_interaction', label: 'ask', recipients: ['a@b.example'], instructions: 'Look' },
      post('last', `${url}/c`),
    ],
    moment: (server, runId) => until(async () => ((await server.ask('GET', `/v1/runs/${runId}`)).status === 'paused' ? true : null)),
    effects: ['/a'],
    left: ['first completed', 'ask failed'],
  },
};

/** A server that was killed in the middle of a run, and what it left. */
async function killed({ blocks, moment }: Case) {
  const home = tempFolder();
  const { effects, url, answer } = await site();
  const first = await start(home);
  const runId = await (await begin(first, blocks(url)))();
  await moment(first, runId, effects);
  await first.kill();
  answer();
  return { home, runId, effects };
}

/** Time in which a run that is taken up again would act: a later run of the next server comes to its end. */
async function afterAnother(server: Server): Promise<void> {
  const { url } = await site();
  expect((await ended(server, await (await begin(server, [post('other', `${url}/x`)]))())).status).toBe('completed');
}

test.each(Object.entries(CASES))('F50 a workflow killed %s is failed with its blocks, and nothing of it is done twice', async (_, each) => {
  const { home, runId, effects } = await killed(each);
  const next = await start(home);
  const run = await ended(next, runId);
  expect(run).toMatchObject({
    status: 'failed',
    failure_reason: expect.stringMatching(/^interrupted: /),
    errors: [{ error_code: 'INTERRUPTED' }],
  });
  expect(await blocksOf(next, runId)).toEqual(each.left);
  const done = each.left.filter((block) => block.startsWith('first ')).map(() => 'first_output');
  if (done.length > 0) expect(Object.keys(run.output)).toEqual(expect.arrayContaining(done));
  await afterAnother(next);
  expect(effects).toEqual(each.effects);
});

test('F50 a run that waited for the one that was killed has its turn at the next server, and acts once', async () => {
  const home = tempFolder();
  const { effects, url, answer } = await site();
  const first = await start(home);
  const another = await begin(first, [post('only', `${url}/slow`)], { run_sequentially: true });
  const [killedId, waitingId] = [await another(), await another()];
  await until(() => (effects.length > 0 ? true : null));
  await first.kill();
  answer();
  const next = await start(home);
  await until(() => (effects.length > 1 ? true : null));
  answer();
  expect((await ended(next, waitingId)).status).toBe('completed');
  expect((await ended(next, killedId)).status).toBe('failed');
  expect(effects).toEqual(['/slow', '/slow']);
});

test('F50 twin: a run that is taken for one that did nothing is run again, and that is seen', async () => {
  const { home, runId, effects } = await killed(CASES['between two blocks that act']!);
  const db = new DatabaseSync(join(home, 'data/local/server.db'));
  db.prepare("UPDATE queue SET state = 'queued', owner = NULL WHERE run_id = ?").run(runId);
  db.close();
  await start(home);
  await until(() => (effects.length > 1 ? true : null));
  expect(effects).toEqual(['/a', '/a']);
});
