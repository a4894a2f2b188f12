import { expect, test } from 'vitest';
import type { RunEventBody } from '../../src/runs/events.js';
import { childrenOf, elapsedMs, emptyView, type RunView, reduce, timeInStatus } from '../../src/runs/view.js';
import { START, story, stream } from '../render/story.js';
import { anAction, aRun, aStep } from './sources.js';

const viewOf = (events: ReturnType<typeof stream>): RunView => events.reduce(reduce, emptyView('tsk_1'));
const tree = (view: RunView, key = ''): unknown[] => childrenOf(view, key).map((child) => [child, ...tree(view, child)]);

test('steps hold their actions, oldest first, whatever the order in which they were told', () => {
  const events = story({ steps: 2 });
  const items = events.filter((event) => event.type === 'step' || event.type === 'action').reverse();
  const expected = [
    ['step stp_0', ['action act_0_0'], ['action act_0_1']],
    ['step stp_1', ['action act_1_0'], ['action act_1_1']],
  ];
  expect(tree(viewOf(events))).toEqual(expected);
  expect(tree(viewOf([...events.slice(0, 3), ...items]))).toEqual(expected);
});

test('an item told again replaces the first and is counted once', () => {
  const action = anAction({ status: 'pending' });
  const view = viewOf(
    stream([
      { type: 'action', action, block_id: null },
      { type: 'action', action: { ...action, status: 'failed' }, block_id: null },
      { type: 'action', action: { ...action, status: 'completed' }, block_id: null },
    ]),
  );
  expect(view.counts).toMatchObject({ actions: 1, failedActions: 0 });
  expect(view.nodes.get('action act_1')).toMatchObject({ item: { status: 'completed' }, settledAt: START + 1000 });
});

test('an earlier view is not changed by later events', () => {
  const [first, ...rest] = story();
  const early = viewOf([first as never]);
  const before = JSON.stringify(early);
  rest.reduce(reduce, early);
  expect(JSON.stringify(early)).toBe(before);
});

test('any answer ends the reconnecting state, and trouble does not count as one', () => {
  const retrying: RunEventBody = { type: 'retrying', attempt: 1, delay_ms: 500, reason: 'refused' };
  expect(viewOf(stream([{ type: 'run', run: aRun() }, retrying])).retrying?.reason).toBe('refused');
  expect(viewOf(stream([retrying, { type: 'run', run: aRun() }])).retrying).toBeNull();
});

test('time in each status comes from the server, also when its clock is hours off, and is never negative', () => {
  const hours = 3_600_000;
  const at = (offset: number, ...changes: [string, number][]): RunView =>
    viewOf(stream(changes.map(([to, ms]) => ({ type: 'status', from: null, to, since: START + offset + ms }))));
  for (const offset of [0, 9 * hours, -9 * hours]) {
    const view = at(offset, ['created', 0], ['running', 400], ['completed', 5400]);
    expect(timeInStatus(view, START + 20_000).map(({ ms }) => ms)).toEqual([400, 5000, null]);
    expect(elapsedMs(view, START + 20_000)).toBe(5400);
  }
  const ahead = at(9 * hours, ['created', 0], ['running', 400]);
  expect(elapsedMs(ahead, START + 8000)).toBe(8000);
  expect(timeInStatus(at(0, ['running', 400], ['created', 0]), START)[0]?.ms).toBe(0);
});

test('the page is the newest that anything named', () => {
  const run = aRun();
  expect(viewOf(stream([{ type: 'run', run }])).url).toBe('https://shop.example/');
  const action = { ...anAction(), skyvern_element_data: { page_url: 'https://shop.example/2' } };
  expect(
    viewOf(
      stream([
        { type: 'run', run },
        { type: 'action', action, block_id: null },
        { type: 'step', step: aStep() },
      ]),
    ).url,
  ).toBe('https://shop.example/2');
});

test('10,000 steps are reduced without copying what did not change', () => {
  const events = story({ steps: 10_000 });
  const started = performance.now();
  const view = viewOf(events);
  const perEventMs = (performance.now() - started) / events.length;
  expect(view.counts).toMatchObject({ steps: 10_000, actions: 20_000 });
  expect(perEventMs).toBeLessThan(0.5);
});
