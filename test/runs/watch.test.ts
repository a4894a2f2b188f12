import { expect, test } from 'vitest';
import { Interrupted, UsageError } from '../../src/errors.js';
import { decodeRun } from '../../src/protocol/run.js';
import { decodeAction, decodeStep } from '../../src/protocol/timeline.js';
import { elapsedMs, emptyView, reduce } from '../../src/runs/view.js';
import { watchRun } from '../../src/runs/watch.js';
import { manualClock } from '../support/clock.js';
import { anAction, apiError, aRun, aStep, eventsOf, type Moment, recorded, scripted, timelineOf, told, watchOptions } from './sources.js';

const at = (seconds: number): string => `2026-01-20T12:00:${String(seconds).padStart(2, '0')}`;
const created = aRun({ status: 'created' });
const running = aRun({ status: 'running', started_at: at(1), modified_at: at(1) });
const ended = (status: string, fields = {}) => aRun({ status, started_at: at(1), finished_at: at(9), modified_at: at(9), ...fields });

test.each([
  ['completed', 0],
  ['failed', 10],
  ['terminated', 11],
  ['canceled', 12],
  ['timed_out', 13],
])('a run that is %s ends the watch with %i, live and finished alike', async (status, exit) => {
  const live = await eventsOf(scripted([{ run: created }, { run: running }, { run: ended(status) }]));
  const finished = await eventsOf(scripted([{ run: ended(status) }]));
  expect(told(live)).toEqual(['run', 'created', 'running', status, `result ${exit}`]);
  expect(told(finished)).toEqual(['run', 'created', 'running', status, `result ${exit}`]);
});

test('statuses too short to be seen are told from the times of the server', async () => {
  const run = ended('completed', { queued_at: at(0), run_id: 'tsk_1' });
  const events = await eventsOf(scripted([{ run }]));
  const statuses = events.filter((event) => event.type === 'status');
  expect(statuses.map(({ from, to }) => [from, to])).toEqual([
    [null, 'created'],
    ['created', 'queued'],
    ['queued', 'running'],
    ['running', 'completed'],
  ]);
  expect(statuses.at(-1)?.since).toBe(Date.UTC(2026, 0, 20, 12, 0, 9));
});

test('F14 a real task v1 is told by its steps and actions, from a server that has no timeline for it', async () => {
  const step = (name: string) => recorded(name).map((each: unknown) => decodeStep(each));
  const actions = (name: string) => recorded(name).map((each: unknown) => decodeAction(each));
  const run = decodeRun(recorded('task-run-final'));
  const early = { ...run, status: 'running', finished_at: null, modified_at: run.started_at } as typeof run;
  const source = scripted([
    { run: early, steps: step('task-steps-02'), actions: [] },
    { run: early, steps: step('task-steps-03'), actions: actions('task-actions-04').slice(0, 1) },
    { run, steps: step('task-steps-05'), actions: actions('task-actions-04') },
  ]);
  const events = await eventsOf(source, {}, run.run_id);
  const words = told(events).filter((word) => word !== 'screenshot');
  expect(words.slice(0, 4)).toEqual(['run', 'created', 'running', 'step 0 running']);
  expect(words.filter((word) => /^(click|complete) /.test(word))).toEqual(['click completed', 'complete completed']);
  expect(words.slice(-2)).toEqual(['completed', 'result 0']);
  expect(source.reads.filter((read) => read === 'timeline')).toHaveLength(1);
});

test('a real task v2 is told block by block and thought by thought, oldest first', async () => {
  const run = decodeRun(recorded('task2-run-final'));
  const source = scripted([{ run, timeline: timelineOf(recorded('task2-timeline-final')) }]);
  const events = await eventsOf(source, {}, run.run_id);
  const items = events.filter((event) => event.type === 'block' || event.type === 'thought');
  const times = items.map((event) => (event.type === 'block' ? event.block.created_at : event.thought.created_at) ?? '');
  expect(items.length).toBeGreaterThan(5);
  expect(times).toEqual([...times].sort());
  expect(told(events).at(-1)).toBe('result 0');
});

test('an item is told again when it changed, and never for nothing', async () => {
  const steps = [aStep()];
  const late = [aStep({ status: 'completed', modified_at: at(8) })];
  const touched = [aStep({ status: 'completed', modified_at: at(8), created_at: at(1) })];
  const source = scripted([
    { run: running, steps },
    { run: running, steps },
    { run: running, steps: [aStep({ modified_at: at(5) })] },
    { run: running, steps: late, actions: [anAction()] },
    { run: ended('completed'), steps: touched, actions: [anAction({ reasoning: 'It is the first.', modified_at: at(9) })] },
  ]);
  expect(told(await eventsOf(source)).slice(3)).toEqual([
    'step 0 running',
    'click completed',
    'step 0 completed',
    'click completed',
    'completed',
    'result 0',
  ]);
});

test('failed with a retry pending is not the end', async () => {
  const pending = decodeRun(recorded('retry-policy-run-failed-retry-pending'));
  const second = decodeRun(recorded('retry-policy-run-running-attempt-2'));
  const last = decodeRun(recorded('retry-policy-run-final'));
  const timeline = timelineOf(recorded('retry-policy-timeline-06'));
  const source = scripted([pending, second, last].map((run) => ({ run, timeline })));
  const events = await eventsOf(source, {}, pending.run_id);
  const statuses = events.flatMap((event) => (event.type === 'status' ? [event.to] : []));
  expect(statuses).toEqual(['created', 'queued', 'running', 'failed', 'queued', 'running', 'failed']);
  expect(told(events)).toContain('notice retry_pending_1');
  expect(told(events).at(-1)).toBe('result 10');
});

test('a run canceled between two attempts is over, though nothing but the pending retry changed', async () => {
  const last = decodeRun(recorded('retry-policy-cancel-run-final'));
  const pending = { ...last, retry_pending: true };
  const events = await eventsOf(
    scripted([
      { run: pending, timeline: [] },
      { run: last, timeline: [] },
    ]),
    {},
    last.run_id,
  );
  expect(told(events).slice(-3)).toEqual(['failed', expect.stringContaining('notice retry_pending'), 'result 10']);
});

test('F15 details that hang hold nothing up while the run goes on', async () => {
  const source = scripted([{ run: running }, { run: aRun({ status: 'paused', modified_at: at(3) }) }]);
  source.timeline = (_id, call) =>
    new Promise((_resolve, reject) => call?.signal?.addEventListener('abort', () => reject(call.signal?.reason)));
  const controller = new AbortController();
  const events = [];
  for await (const event of watchRun(source, 'tsk_1', watchOptions({ signal: controller.signal }))) {
    events.push(event);
    if (event.type === 'attention') controller.abort(new Interrupted('interrupted'));
  }
  expect(told(events)).toEqual(['run', 'created', 'running', 'paused', 'attention null', 'result 130 interrupted']);
});

test('the output of a canceled workflow run is waited for, for a few seconds, and that is said', async () => {
  const soon = { run_id: 'wr_1', run_type: 'workflow_run', output: null };
  const late = ended('canceled', { ...soon, output: { open_output: 1 } });
  const source = scripted([{ run: ended('canceled', soon), timeline: [] }, { run: ended('canceled', soon), timeline: [] }, { run: late }]);
  const events = await eventsOf(source, {}, 'wr_1');
  expect(told(events)).toEqual(['run', 'created', 'running', 'canceled', 'notice late', 'result 12']);
  expect(events.at(-1)).toMatchObject({ run: { output: { open_output: 1 } } });

  const clock = manualClock();
  const never = await eventsOf(scripted([{ run: ended('canceled', soon), timeline: [] }]), { clock }, 'wr_1');
  expect(told(never).at(-1)).toBe('result 12');
  expect(clock.monotonic()).toBeLessThanOrEqual(4_000);
});

test('a server that holds polls is asked again at once, and its end is told without any wait', async () => {
  const clock = manualClock();
  const steps = [aStep()];
  const source = scripted([
    { run: created, etag: '1', waited: true },
    { run: running, etag: '2', waited: true, steps },
    { run: running, etag: '3', waited: true, steps, actions: [anAction()] },
    { run: ended('completed'), etag: '4', waited: true, steps, actions: [anAction()] },
  ]);
  expect(told(await eventsOf(source, { clock })).slice(-4)).toContain('click completed');
  expect(clock.slept).toEqual([]);
  expect(source.reads.filter((read) => read === 'get')).toEqual([]);
});

test('asking becomes slower while nothing moves, and quick again after a change', async () => {
  const clock = manualClock();
  const still = Array.from({ length: 12 }, () => ({ run: running }));
  await eventsOf(
    scripted([...still, { run: aRun({ status: 'paused', modified_at: at(4) }) }, { run: running }, { run: ended('completed') }]),
    {
      clock,
      details: false,
    },
  );
  const pauses = clock.slept;
  expect(pauses[0]).toBeLessThan(1_300);
  expect(Math.max(...pauses)).toBeGreaterThan(7_000);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(12_000);
  expect(pauses.at(-1)).toBeLessThan(1_300);
});

test.each<[string, Moment[], Parameters<typeof eventsOf>[1], string[]]>([
  ['the network fails at the first read', [{ run: apiError(503) }], {}, ['result 3 http_503']],
  ['the key is refused', [{ run: apiError(401) }], {}, ['result 4 http_401']],
  ['the key is revoked in the middle', [{ run: running }, { run: apiError(401) }], {}, ['run', 'created', 'running', 'result 4 http_401']],
  ['the run does not exist', [{ run: apiError(404) }], {}, ['result 5 http_404']],
  [
    'F12 a run just started is not found at once',
    [{ run: apiError(404) }, { run: apiError(404) }, { run: ended('completed') }],
    { createdMs: 0 },
    ['run', 'created', 'running', 'completed', 'result 0'],
  ],
  ['F12 a run just started is never found', [{ run: apiError(404) }], { createdMs: 0 }, ['result 5 http_404']],
  [
    'F13 the run is gone in the middle',
    [{ run: running }, { run: apiError(404) }],
    { details: false },
    ['run', 'created', 'running', 'result 5 run_gone'],
  ],
  [
    'one 404 in the middle',
    [{ run: running }, { run: apiError(404) }, { run: running }, { run: ended('completed') }],
    {},
    ['run', 'created', 'running', 'completed', 'result 0'],
  ],
  [
    'F23 the network fails in the middle',
    [{ run: running }, { run: apiError(502) }, { run: apiError(502) }, { run: ended('failed') }],
    { details: false },
    ['run', 'created', 'running', 'retrying', 'retrying', 'reconnected', 'failed', 'result 10'],
  ],
  [
    'F23 the network fails, and nothing has happened meanwhile',
    [{ run: running }, { run: apiError(502) }, { run: running }, { run: running }, { run: ended('failed') }],
    { details: false },
    ['run', 'created', 'running', 'retrying', 'reconnected', 'failed', 'result 10'],
  ],
  [
    'F17 a status nobody knows',
    [{ run: running }, { run: aRun({ status: 'hibernating' }) }, { run: aRun({ status: 'hibernating' }) }, { run: ended('completed') }],
    { details: false },
    ['run', 'created', 'running', 'hibernating', 'notice unknown_status', 'completed', 'result 0'],
  ],
  [
    'F16 the status goes back before the end',
    [{ run: running }, { run: aRun({ status: 'queued' }) }, { run: ended('completed') }],
    { details: false },
    ['run', 'created', 'running', 'queued', 'completed', 'result 0'],
  ],
  [
    'F15 details cannot be read',
    [
      { run: running, timeline: apiError(500) },
      { run: running, timeline: apiError(500) },
      { run: ended('completed'), timeline: apiError(500) },
    ],
    {},
    ['run', 'created', 'running', 'notice details', 'completed', 'result 0'],
  ],
  [
    'F21 the run pauses and a person is waited for',
    [{ run: running }, { run: aRun({ status: 'paused' }) }, { run: running }, { run: ended('completed') }],
    { details: false },
    ['run', 'created', 'running', 'paused', 'attention null', 'running', 'answered', 'completed', 'result 0'],
  ],
  [
    'F21 the run pauses and nobody will come',
    [{ run: running }, { run: aRun({ status: 'paused' }) }],
    { onPause: 'fail' },
    ['run', 'created', 'running', 'paused', 'attention null', 'result 14 needs_person'],
  ],
  ['the time limit passes', [{ run: running }], { deadlineMs: 60_000 }, ['run', 'created', 'running', 'result 124 timeout']],
])('%s', async (_, moments, changes, expected) => {
  const events = await eventsOf(scripted(moments), changes);
  expect(told(events)).toEqual(expected);
  expect(events.map((event) => event.seq)).toEqual(events.map((_event, index) => index + 1));
});

test('F16 after the end a status that goes back is ignored and said', async () => {
  const source = scripted([{ run: running }, { run: ended('completed') }, { run: running }, { run: running }]);
  expect(told(await eventsOf(source))).toEqual(['run', 'created', 'running', 'completed', 'notice status_went_back', 'result 0']);
});

test.each([
  ['interrupted', 130],
  ['hangup', 129],
  ['terminated', 143],
] as const)('F34 F35 %s ends the watch with %i and the way back', async (exit, code) => {
  const controller = new AbortController();
  const source = scripted([{ run: running }]);
  const events = [];
  for await (const event of watchRun(source, 'tsk_1', watchOptions({ signal: controller.signal }))) {
    events.push(event);
    if (event.type === 'status' && event.to === 'running') controller.abort(new Interrupted(exit));
  }
  expect(events.at(-1)).toMatchObject({
    type: 'result',
    exit_code: code,
    run: { run_id: 'tsk_1' },
    error: { code: exit, hint: 'come back with `skyvern run watch tsk_1`' },
  });
});

test.each([-86_400_000, 86_400_000])(
  'F20 a clock of ours that is set %d ms off in the middle changes no wait and no verdict',
  async (offMs) => {
    const steady = manualClock();
    const still = Array.from({ length: 6 }, () => ({ run: running }));
    const moments = [...still, { run: ended('completed') }];
    await eventsOf(scripted(moments), { clock: steady, details: false });
    const set = manualClock();
    const clock = { ...set, now: () => set.now() + (set.monotonic() > 3_000 ? offMs : 0) };
    const events = await eventsOf(scripted(moments), { clock, details: false, deadlineMs: 600_000 });
    expect(told(events).at(-1)).toBe('result 0');
    expect(set.slept.filter((ms) => ms < 600_000)).toEqual(steady.slept);
    const view = events.reduce(reduce, emptyView('tsk_1'));
    expect(elapsedMs(view, clock.now())).toBeGreaterThanOrEqual(0);
  },
);

test('F22 a silence of ten minutes is told once', async () => {
  const clock = manualClock();
  const moments = Array.from({ length: 90 }, () => ({ run: running }));
  const events = await eventsOf(scripted([...moments, { run: ended('completed') }]), { clock, details: false });
  const stalls = events.filter((event) => event.type === 'stalled');
  expect(stalls).toHaveLength(1);
  expect(stalls[0]?.silent_ms).toBeGreaterThanOrEqual(600_000);
});

test('what a paused run asks is told with it', async () => {
  const paused = decodeRun(recorded('human-run-paused'));
  const source = scripted([{ run: paused, timeline: timelineOf(recorded('human-timeline-03')) }]);
  const events = await eventsOf(source, { onPause: 'fail' }, paused.run_id);
  const instructions = events.flatMap((event) => (event.type === 'attention' ? [event.instructions] : []));
  expect(instructions.at(-1)).toMatch(/\w/);
});

test('a consumer that stops leaves nothing behind', async () => {
  for await (const event of watchRun(scripted([{ run: running }]), 'tsk_1', watchOptions({ deadlineMs: 1e9 }))) {
    if (event.type === 'status') break;
  }
});

test.each(['nonsense', 'a0-1-'])('an id that is none of an event is refused: %s', (after) => {
  expect(() => watchRun(scripted([]), 'tsk_1', watchOptions({ after }))).toThrow(UsageError);
});
