/** Several runs at once: one exit code in every mode, a log that names its runs, and the way back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder, testIo } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';

const MODES = ['auto', 'plain', 'json', 'ndjson', 'quiet'] as const;
const COMMANDS = ['run watch', 'run wait'] as const;
const CASES = [
  [['completed', 'completed'], 0],
  [['completed', 'failed'], 10],
  [['terminated', 'canceled'], 11],
  [['canceled', 'completed'], 12],
  [['timed_out', 'terminated'], 13],
] as const;

describe.each(['finished', 'live'] as const)('the worst of several %s runs is the exit code', (when) => {
  test.each(
    CASES.flatMap(([statuses, code]) => MODES.flatMap((mode) => COMMANDS.map((command) => [command, statuses, mode, code] as const))),
  )('%s %j --output %s: %i', async (command, statuses, mode, code) => {
    const api = await fakeSkyvern();
    const ids = statuses.map((status, index) => {
      const id = `wr_${index + 1}`;
      api.run(id, { status: when === 'live' ? 'running' : status, output: { n: index } });
      if (when === 'live') api.script(id, { status });
      return id;
    });
    expect((await skyvern(api, [...command.split(' '), ...ids, '--output', mode])).code).toBe(code);
  });
});

async function three() {
  const api = await fakeSkyvern();
  api.run('tsk_1', { status: 'failed', failure_reason: 'login wall', title: 'First' });
  api.run('wr_2', { status: 'completed', output: { a: 1 } });
  api.run('tsk_3', { status: 'paused' });
  return api;
}

/** The clock of these tests jumps. */
const withoutBeats = (text: string): string => text.replace(/^still .*\n/gm, '');

test('plain: every line names its run, and the last one counts', async () => {
  const { code, io } = await skyvern(await three(), 'run watch tsk_1 wr_2 tsk_3 --on-pause fail --output plain');
  expect(code).toBe(10);
  const lines = withoutBeats(io.stderr.text()).split('\n');
  expect(lines.toSorted()).toEqual([
    '',
    expect.stringMatching(/^3 runs: .*1 (?:failed|paused|completed)$/),
    'attention: tsk_3: the run waits for a person',
    'run tsk_1 Read the title',
    expect.stringMatching(/^run tsk_1 failed in 0\.\ds \(\d of 3 ended\): login wall$/),
    'run tsk_3', // as the list tells it
    'run wr_2',
    expect.stringMatching(/^run wr_2 completed in 0\.\ds \(\d of 3 ended\)$/),
    'status of tsk_1: created',
    'status of tsk_1: failed',
    'status of tsk_3: created',
    'status of tsk_3: paused',
    'status of wr_2: completed',
    'status of wr_2: created',
    expect.stringMatching(/^tsk_3 is no longer watched: the run waits for a person \(\d of 3 ended\)$/),
  ]);
  expect(lines.at(-2)).toMatch(/^3 runs: /);
  expect(io.stdout.lines()).toEqual(['tsk_1\tfailed\t', 'wr_2\tcompleted\t', 'tsk_3\tpaused\tthe run waits for a person']);
});

test('json: all results in the order of the ids, with the runs in whole', async () => {
  const { io } = await skyvern(await three(), 'run watch tsk_1 wr_2 tsk_3 --on-pause fail --json');
  expect(JSON.parse(io.stdout.text())).toMatchObject([
    { run_id: 'tsk_1', exit_code: 10, run: { failure_reason: 'login wall' } },
    { run_id: 'wr_2', exit_code: 0, run: { output: { a: 1 } } },
    { run_id: 'tsk_3', exit_code: 14, error: { code: 'needs_person' } },
  ]);
});

test('many runs cost one list request a round, and are watched together with those of a selection', async () => {
  const api = await fakeSkyvern();
  for (let index = 0; index < 150; index++) {
    api.run(`wr_${index}`, { status: 'running' });
    api.script(`wr_${index}`, { status: 'completed' });
  }
  const { code, io } = await skyvern(api, 'run watch --status running --output plain');
  expect(code).toBe(0);
  expect(io.stdout.lines()).toHaveLength(150);
  expect(io.stderr.lines().at(-1)).toBe('150 runs: 150 completed');
});

test.each([
  ['nothing', 'run watch', 'there is nothing to watch'],
  ['ids and a selection', 'run watch tsk_1 --status running', 'ids and a selection are two things to watch'],
])('%s is refused', async (_, line, message) => {
  const { code, io } = await skyvern(await fakeSkyvern(), line);
  expect([code, io.stderr.lines()[0]]).toEqual([2, `error: ${message}`]);
});

describe('on a terminal, without ids: what is under way', () => {
  const bare = async (api: Awaited<ReturnType<typeof fakeSkyvern>>, tty: boolean, line = 'run watch --output ndjson') => {
    const io = testIo({ SKYVERN_BASE_URL: api.url, SKYVERN_API_KEY: api.apiKey }, { tty });
    const code = await main(line.split(' '), io, new AbortController().signal, { clock: manualClock(), random: seededRandom() });
    return { code, out: io.stdout.text(), err: io.stderr.text() };
  };
  const withEnded = async (...moving: readonly string[]) => {
    const api = await fakeSkyvern();
    api.run('tsk_9', { status: 'failed' });
    for (const id of moving) {
      api.run(id, { status: 'running' });
      api.script(id, { status: 'completed' });
    }
    return api;
  };

  test('one run is followed itself, several are a board, and what has ended is in neither', async () => {
    const one = await bare(await withEnded('tsk_1'), true);
    expect([one.code, one.out]).toEqual([0, expect.stringMatching(/"run_id":"tsk_1"[\s\S]*"type":"result"/)]);
    const two = await bare(await withEnded('tsk_1', 'wr_2'), true);
    expect(two.code).toBe(0);
    for (const id of ['tsk_1', 'wr_2']) expect(two.out).toContain(`"run_id":"${id}"`);
    expect(one.out + two.out).not.toContain('tsk_9');
  });

  test('nothing under way is said', async () => {
    expect(await bare(await withEnded(), true)).toMatchObject({
      code: 0,
      err: 'nothing is under way; `skyvern run list` shows what has been\n',
    });
  });

  test.each(['run watch --output ndjson', 'run watch --no-input'])('%s of a script names its runs', async (line) => {
    const { code, err } = await bare(await withEnded('tsk_1'), line.includes('--no-input'), line);
    expect([code, err]).toEqual([2, expect.stringContaining('there is nothing to watch')]);
  });
});

test('a selection without runs is nothing to wait for', async () => {
  const { code, io } = await skyvern(await fakeSkyvern(), 'run watch --status running');
  expect([code, io.stderr.text()]).toEqual([0, 'no run is selected: there is nothing to watch\n']);
});

test.each([
  ['run watch tsk_1 wr_2', 'skyvern run watch tsk_1 wr_2'],
  ['run wait tsk_1 wr_2', 'skyvern run wait tsk_1 wr_2'],
  ['run watch --status running --workflow wpid_1', 'skyvern run watch --workflow wpid_1 --status running'],
])('%s: who stops watching is told the way back', async (line, back) => {
  const api = await fakeSkyvern();
  api.run('tsk_1', { status: 'running', run_request: { workflow_id: 'wpid_1' } });
  api.run('wr_2', { status: 'running', run_request: { workflow_id: 'wpid_1' } });
  const interrupt = new AbortController();
  const io = testIo({ SKYVERN_BASE_URL: api.url, SKYVERN_API_KEY: api.apiKey });
  const clock = manualClock({ auto: false });
  const ran = main([...line.split(' '), '--output', 'ndjson'], io, interrupt.signal, { clock, random: seededRandom() });
  await io.stdout.seen(/"to":"running"[\s\S]*"to":"running"/);
  interrupt.abort('SIGINT');
  expect(await ran).toBe(130);
  expect(JSON.parse(io.stderr.lines().at(-1) as string)).toMatchObject({
    code: 'interrupted',
    message: 'no longer watching; 2 runs of 2 go on',
    hint: `come back with \`${back}\``,
  });
});

test('a recording of several runs is played as a board, and ends as the watch did', async () => {
  const file = join(tempFolder(), 'runs.ndjson');
  const line = ['run', 'watch', 'tsk_1', 'wr_2', 'tsk_3', '--on-pause', 'fail', '--output', 'plain'];
  const watched = await skyvern(await three(), [...line, '--record', file]);
  const again = await skyvern({ url: 'http://127.0.0.1:9', apiKey: 'none' }, ['run', 'replay', file, '--output', 'plain', '--exit-status']);
  expect(again.code).toBe(watched.code);
  expect(withoutBeats(again.io.stderr.text())).toBe(withoutBeats(watched.io.stderr.text()));
  expect(readFileSync(file, 'utf8').split('\n')[0]).toContain('"recording":1');
});

test.each([
  ["status == 'running'", 0],
  ["status == 'hibernating'", 10],
])('run wait --until %s: %i', async (condition, code) => {
  const api = await fakeSkyvern();
  api.run('wr_1', { status: 'created' });
  api.script('wr_1', {}, { status: 'running' }, { status: 'running' }, { status: 'failed' });
  expect((await skyvern(api, ['run', 'wait', 'wr_1', '--until', condition])).code).toBe(code);
});
