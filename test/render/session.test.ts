import { expect, test } from 'vitest';
import { decodeBlock } from '../../src/protocol/timeline.js';
import { newSession, type Powers, press, type Scene, type Session, type Typed, type TypedKey } from '../../src/render/ui/session.js';
import type { RunEventBody } from '../../src/runs/events.js';
import { emptyView, type RunView, reduce } from '../../src/runs/view.js';
import { anAction, aRun } from '../runs/sources.js';
import { stream } from './story.js';

const block = (
  id: string,
  fields: Record<string, unknown>,
  parent: string | null = null,
  parentType: string | null = null,
): RunEventBody => {
  const { actions: _apart, ...item } = decodeBlock({
    workflow_run_block_id: id,
    block_type: 'navigation',
    label: id,
    status: 'completed',
    created_at: '2026-01-20T12:00:01',
    ...fields,
  });
  return { type: 'block', block: item, parent_id: parent, parent_type: parentType };
};

/** A loop of two turns that is over, then a block that works on an action. */
const view: RunView = stream(
  [
    { type: 'run', run: aRun() },
    block('loop', { block_type: 'for_loop', created_at: '2026-01-20T12:00:00' }),
    block('can', { current_index: 0, current_value: 'Watering can' }, 'loop', 'for_loop'),
    block('pot', { current_index: 1, current_value: 'Flower pot', created_at: '2026-01-20T12:00:02' }, 'loop', 'for_loop'),
    block('order', { status: 'running', created_at: '2026-01-20T12:00:05' }),
    { type: 'action', action: anAction({ reasoning: 'It is the cheapest.' }), block_id: 'order' },
  ],
  'wr_1',
).reduce(reduce, emptyView('wr_1'));

const ALL: Powers = { approve: true, code: true, open: true, screenshot: true, log: true };
const scene = (changes: Partial<Scene> = {}): Scene => ({ view, powers: ALL, isPrinted: () => false, ...changes });

/** Presses keys one after the other: names of keys in angle brackets, all else as text that comes in one piece. */
function type(keys: readonly string[], { from = newSession, ...changes }: { readonly from?: Session } & Partial<Scene> = {}) {
  const effects: unknown[] = [];
  let session = from;
  for (const key of keys) {
    const name = /^<(\w+)>$/.exec(key)?.[1];
    const typed: Typed = name === undefined ? { text: key } : { key: name as TypedKey };
    const pressed = press(session, typed, scene(changes));
    session = pressed.session;
    if (pressed.effect) effects.push(pressed.effect);
  }
  return { session, effects };
}

const paused = reduce(
  view,
  stream([{ type: 'attention', kind: 'paused', message: 'm', instructions: 'i', resolved: false }], 'wr_1')[0] as never,
);

test.each([
  ['d leaves', ['d'], [{ do: 'detach' }]],
  ['Ctrl-C leaves, whatever is asked or typed', ['c', '<interrupt>', 't', '1', '<interrupt>'], [{ do: 'detach' }, { do: 'detach' }]],
  ['c and y cancel', ['c', 'y'], [{ do: 'cancel' }]],
  ['y alone does nothing', ['y'], []],
  ['n takes the question back', ['c', 'n', 'y'], []],
  ['Esc takes it back, too', ['c', '<escape>', 'y'], []],
  ['a paste answers nothing', ['c', 'yes y', 'dd'], []],
  ['a yes to a run that waits for nobody is not given', ['a', 'y'], []],
  ['o, s and l', ['o', 's', 'l'], [{ do: 'open' }, { do: 'screenshot' }]],
  ['a code is typed or pasted and sent whole', ['t', '48', '2 913\r', '<enter>'], [{ do: 'send', code: '482 913' }]],
  ['a code is mended, and an empty one is not sent', ['t', '1', '<backspace>', '<enter>', '2', '<enter>'], [{ do: 'send', code: '2' }]],
  ['a code that is given up is not sent', ['t', '1', '<escape>', '<enter>'], []],
  ['keys that command are letters of a code', ['t', 'd', 'c', 'y', '<enter>'], [{ do: 'send', code: 'dcy' }]],
])('%s', (_, keys, effects) => {
  expect(type(keys).effects).toEqual(effects);
});

test.each([
  ['a, y', ['a', 'y'], [{ do: 'approve' }]],
  ['a, n', ['a', 'n'], []],
  ['r, y: there is no other no than to cancel', ['r', 'y'], [{ do: 'cancel' }]],
  ['r alone', ['r'], []],
])('a run that waits for a person: %s', (_, keys, effects) => {
  expect(type(keys, { view: paused }).effects).toEqual(effects);
});

test('what cannot be done here says so, or does nothing', () => {
  const none: Powers = { approve: false, code: false, open: false, screenshot: false, log: false };
  const said = (key: string) => type([key], { view: paused, powers: none }).session.talk;
  expect([said('t'), said('o'), said('s')].map(({ about }) => about)).toEqual(['message', 'message', 'message']);
  expect([said('a'), said('r'), said('l')].map(({ about }) => about)).toEqual(['nothing', 'nothing', 'nothing']);
});

test('the arrows go through what is open, and what is over is folded', () => {
  const at = (...keys: string[]) => type(keys).session.selected;
  expect(at('k')).toBe('action act_1');
  expect(at('k', 'k')).toBe('block order');
  expect(at('kk')).toBe('block order'); // held down
  expect(at('<up>', '<up>', '<up>')).toBe('block loop'); // its turns are folded
  expect(at('k', 'k', 'k', 'k')).toBe('block loop'); // the first stays
  expect(at('k', 'k', 'k', '<right>', '<down>')).toBe('iteration loop 0');
  expect(at('k', 'k', 'k', '<enter>', 'j', 'j')).toBe('iteration loop 1');
  expect(at('k', 'k', 'k', '<right>', 'j', '<left>')).toBe('block loop'); // from inside to what encloses it
  expect(at('k', 'k', 'k', '<right>', '<left>', 'j')).toBe('block order'); // folded again
  expect(at('k', 'j')).toBeNull(); // below the last: the newest again
  expect(at('g')).toBe('block loop');
  expect(at('g', 'G')).toBeNull();
  expect(at('j')).toBeNull();
});

test('what is in the scrollback is printed again, and not folded', () => {
  const { session, effects } = type(['g', '<enter>'], { isPrinted: () => true });
  expect(effects).toEqual([{ do: 'reprint', key: 'block loop' }]);
  expect(session.folded.size).toBe(0);
});

test('a text is found wherever it is, and what encloses it is opened; n goes on, once around', () => {
  const found = type(['/', 'FLOWER', '<enter>']).session;
  expect(found.selected).toBe('iteration loop 1');
  expect(found.folded.get('block loop')).toBe(true);
  expect(type(['/', 'cheapest', '<enter>']).session.selected).toBe('action act_1');
  expect(type(['/', 'turn', '<enter>', 'n']).session.selected).toBe('iteration loop 0');
  expect(type(['/', 'turn', '<enter>', 'n', 'n']).session.selected).toBe('iteration loop 1');
  expect(type(['/', 'turn', '<enter>', 'N']).session.selected).toBe('iteration loop 0');
  expect(type(['/', 'nowhere', '<enter>']).session.talk).toMatchObject({ about: 'message' });
  expect(type(['/', 'x', '<escape>', 'd']).effects).toEqual([{ do: 'detach' }]);
});
