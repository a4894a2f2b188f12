import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { ndjsonRenderer } from '../../src/render/ndjson.js';
import { createRenderers, isLive, type OutputMode } from '../../src/render/pick.js';
import { plainRenderer } from '../../src/render/plain.js';
import { drive, type Renderer } from '../../src/render/renderer.js';
import { outputText } from '../../src/render/result.js';
import type { RunEvent, RunEventBody } from '../../src/runs/events.js';
import { aRun } from '../runs/sources.js';
import { manualClock } from '../support/clock.js';
import { testIo } from '../support/io.js';
import { story, stream } from './story.js';

async function* each(events: readonly RunEvent[]): AsyncGenerator<RunEvent> {
  yield* events;
}

async function played(events: readonly RunEvent[], mode: OutputMode, io = testIo()) {
  const controls = { detach: () => {}, cancel: async () => {} };
  await drive(each(events), createRenderers(io, mode, { runId: 'tsk_1', clock: manualClock({ auto: false }), controls }));
  return { out: io.stdout.text(), err: io.stderr.text() };
}

test('plain tells a run in words, a line for each thing that happened, and its output on stdout', async () => {
  const { out, err } = await played(story({ steps: 1 }), 'plain');
  expect(err).toBe(`run tsk_1
link: http://localhost:8080/tasks/tsk_1
status: created
status: running
step 1 running
action click link "Item 1": The prompt says to open it.
action extract heading of item 1: It is the only heading.
step 1 completed
status: completed
run completed in 4.0s (1 step, 2 actions)
link: http://localhost:8080/tasks/tsk_1
next: skyvern run timeline tsk_1
next: skyvern run report tsk_1 --open
`);
  expect(out).toBe('{"title":"Watering can"}\n');
});

test('with timestamps each line says when it happened, not when it was seen; what only we know of is told by our clock', async () => {
  const io = testIo();
  const seenLater = story({ steps: 1 }).map((event) => ({ ...event, at: event.at + 3_600_000 }));
  const notice = { ...(seenLater[1] as RunEvent), type: 'notice', message: 'a word of ours' } as RunEvent;
  const renderer = plainRenderer(io.stdout, { clock: manualClock({ auto: false }), timestamps: true });
  await drive(each([...seenLater.slice(0, 2), notice, ...seenLater.slice(3)]), [renderer]);
  expect(io.stdout.lines().slice(0, 10)).toEqual([
    '2026-01-20T12:00:00.000Z run tsk_1',
    '2026-01-20T12:00:00.000Z link: http://localhost:8080/tasks/tsk_1',
    '2026-01-20T12:00:00.000Z status: created',
    '2026-01-20T13:00:01.000Z notice: a word of ours',
    expect.stringMatching(/^2026-01-20T\S+Z step 1 running$/),
    '2026-01-20T12:00:01.300Z action click link "Item 1": The prompt says to open it.',
    '2026-01-20T12:00:01.800Z action extract heading of item 1: It is the only heading.',
    '2026-01-20T12:00:03.500Z step 1 completed',
    '2026-01-20T12:00:04.000Z status: completed',
    '2026-01-20T12:00:04.000Z run completed in 4.0s (1 step, 2 actions)',
  ]);
});

test('a run that failed says why', async () => {
  const { out, err } = await played(story({ steps: 0, status: 'failed', reason: 'login wall', output: null }), 'auto');
  expect(err).toContain('run failed in 1.0s: login wall\n');
  expect(out).toBe('');
});

test('the same item is not said twice in the same words', async () => {
  const events = story({ steps: 1 });
  const again = events.flatMap((event): RunEvent[] => (event.type === 'action' ? [event, event] : [event]));
  expect((await played(again, 'plain')).err).toBe((await played(events, 'plain')).err);
});

test('an outage is told twice, when it begins and when it is over, however often the server was asked meanwhile', async () => {
  const failing = (attempt: number, delay_ms: number): RunEventBody => ({ type: 'retrying', attempt, delay_ms, reason: 'refused' });
  const retrying = [1, 2, 3, 4].map((attempt) => failing(attempt, attempt * 1000));
  const [run, created, running] = story().map(({ v: _v, seq: _seq, at: _at, run_id: _run, id: _id, ...body }) => body as RunEventBody);
  const bodies = [run, created, ...retrying, { type: 'reconnected', silent_ms: 21_000 }, running] as RunEventBody[];
  const { err } = await played(stream([...bodies, failing(1, 19_000)]), 'plain');
  expect(err.split('\n').slice(2)).toEqual([
    'status: created',
    'no answer from the server, asking again: refused',
    'the server answers again, after 21s',
    'status: running',
    'no answer from the server, asking again in 19s: refused', // another one
    '',
  ]);
});

test('a silence is broken every 30 seconds', async () => {
  const clock = manualClock({ auto: false });
  const io = testIo();
  const renderer = plainRenderer(io.stderr, { clock });
  for (const event of story().slice(0, 3)) await renderer.event(event);
  await clock.advance(65_000);
  await renderer.close();
  await clock.advance(65_000);
  expect(io.stderr.lines().slice(-2)).toEqual(['still running, nothing new for 30s', 'still running, nothing new for 30s']);
});

const failed = story({ steps: 1, status: 'failed', reason: 'login wall', output: { partial: 1 } });
const stopped = stream([
  { type: 'run', run: aRun() },
  { type: 'result', run: aRun(), status: 'running', exit_code: 130, error: { code: 'interrupted', message: 'x', hint: '' } },
]);

test.each<[OutputMode, readonly RunEvent[], unknown, RegExp]>([
  ['json', story(), { status: 'completed', output: { title: 'Watering can' } }, /status: running/],
  [
    'json',
    failed,
    { status: 'failed', failure_reason: 'login wall' },
    /\n\{"code":"run_failed","message":.*"hint":.*"exit_code":10,"run_id":"tsk_1"\}\n$/,
  ],
  ['json', stopped, { run_id: 'tsk_1', status: 'running' }, /status|run tsk_1/],
  ['quiet', story(), { title: 'Watering can' }, /^$/],
  ['quiet', failed, { partial: 1 }, /^error: run tsk_1 failed: login wall\nhint: .*`skyvern run timeline tsk_1`\n$/],
])('%s writes one document to stdout and the rest to stderr', async (mode, events, document, err) => {
  const written = await played(events, mode);
  expect(JSON.parse(written.out)).toMatchObject(document as object);
  expect(written.err).toMatch(err);
});

test.each<[unknown, boolean, string]>([
  [null, false, ''],
  ['as it is \u001b[1m', false, 'as it is \u001b[1m\n'],
  ['as it is \u001b[1m', true, 'as it is ␛[1m\n'],
  [{ a: [1] }, false, '{"a":[1]}\n'],
  [{ a: [1] }, true, '{\n  "a": [\n    1\n  ]\n}\n'],
  [0, false, '0\n'],
])('output %j, terminal %s', (output, terminal, text) => {
  expect(outputText(output, terminal)).toBe(text);
});

test.each<[string, boolean, Record<string, string>, OutputMode, boolean]>([
  ['a terminal', true, { TERM: 'xterm' }, 'auto', true],
  ['no terminal', false, { TERM: 'xterm' }, 'auto', false],
  ['a dumb terminal', true, { TERM: 'dumb' }, 'auto', false],
  ['CI', true, { TERM: 'xterm', CI: 'true' }, 'auto', false],
  ['plain on a terminal', true, { TERM: 'xterm' }, 'plain', false],
  ['json on a terminal', true, { TERM: 'xterm' }, 'json', true],
  ['live where CI is set', true, { TERM: 'xterm', CI: '1' }, 'live', true],
])('%s: live view or not', (_, tty, env, mode, live) => {
  expect(isLive(testIo(env, { tty }), mode)).toBe(live);
});

test('a reader that went away is no error', async () => {
  const gone = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })) });
  await expect(drive(each(story()), [ndjsonRenderer(gone)])).resolves.toMatchObject({ type: 'result' });
});

test('a full disk is one', async () => {
  const full = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })),
  });
  await expect(drive(each(story()), [ndjsonRenderer(full)])).rejects.toThrow('ENOSPC');
});

test('a slow reader holds the stream up, so nothing piles up', async () => {
  const waiting: (() => void)[] = [];
  const slow = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void waiting.push(done) });
  let asked = 0;
  async function* endless(): AsyncGenerator<RunEvent> {
    for (const event of story()) {
      asked++;
      yield event;
    }
  }
  const done = drive(endless(), [ndjsonRenderer(slow)]);
  await new Promise(setImmediate);
  expect(asked).toBe(1);
  const flow = setInterval(() => waiting.shift()?.());
  await done;
  clearInterval(flow);
  expect(asked).toBe(story().length);
});

test('every renderer is closed, in order, also when one fails', async () => {
  const closed: string[] = [];
  const renderer = (name: string, fails = false): Renderer => ({
    audience: 'machine',
    event: () => {
      if (fails) throw new Error('broken');
    },
    close: () => void closed.push(name),
  });
  await expect(drive(each(story()), [renderer('a', true), renderer('b')])).rejects.toThrow('broken');
  expect(closed).toEqual(['a', 'b']);
});
