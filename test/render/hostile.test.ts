/** Text from outside never acts on the terminal: an emulator reads what people are shown and reports every effect. */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { SkyvernError } from '../../src/errors.js';
import { formatError } from '../../src/render/errors.js';
import { createRenderers, type OutputMode } from '../../src/render/pick.js';
import { drive, type Renderer } from '../../src/render/renderer.js';
import type { RunEvent } from '../../src/runs/events.js';
import { aRun } from '../runs/sources.js';
import { testIo } from '../support/io.js';
import { ATTACKS, effects, everyEvent, poisoned } from './hostileEvents.js';
import { stream } from './story.js';

async function shown(events: readonly RunEvent[], mode: OutputMode, guard = true): Promise<string> {
  const io = testIo({ TERM: 'xterm-256color' }, { tty: mode === 'live' });
  Object.assign(io.stdin, { isTTY: false }); // keys are another test's
  const controls = { detach: () => {}, cancel: async () => {} };
  const renderers = createRenderers(io, mode, { runId: 'tsk_1', clock: systemClock, controls });
  const unguarded = renderers.map((renderer): Renderer => ({ ...renderer, audience: 'machine' }));
  await drive(
    (async function* () {
      yield* events;
    })(),
    guard ? renderers : unguarded,
  );
  return io.stderr.text() + (mode === 'live' ? '' : io.stdout.text());
}

test.each(['plain', 'live', 'quiet'] as const)(
  'A01 A02 A03 A04 A05 A06 A07 A10 A12 %s: no text of any event acts on the terminal',
  async (mode) => {
    for (const attack of ATTACKS) {
      const events = poisoned(everyEvent(), attack);
      const found = await effects(await shown(events, mode));
      expect(found, JSON.stringify(attack)).toEqual([]);
    }
  },
  60_000,
);

/** A sequence that begins in one text and ends in the next, wherever a view puts them. */
function split(sequence: string): RunEvent[] {
  const parts = [sequence.slice(0, 2), sequence.slice(2)];
  let turn = 0;
  return poisoned(everyEvent(), () => parts[turn++ % 2] as string);
}

test.each(['plain', 'live', 'quiet'] as const)(
  'A08 %s: neither do the two halves of one in two texts',
  async (mode) => {
    for (const attack of ATTACKS.filter((each) => /^[\u001b\u009b]/.test(each)))
      expect(await effects(await shown(split(attack), mode)), JSON.stringify(attack)).toEqual([]);
  },
  60_000,
);

test('without the guard each of them does by itself: the tests above can fail', async () => {
  for (const attack of ATTACKS)
    expect(await effects(await shown(poisoned(everyEvent(), attack), 'plain', false)), JSON.stringify(attack)).not.toEqual([]);
}, 60_000);

test.each(['plain', 'live'] as const)('%s: without the guard the same events do', async (mode) => {
  const events = poisoned(everyEvent(), ATTACKS.join(''));
  expect(await effects(await shown(events, mode, false))).not.toEqual([]);
});

test('errors are as harmless, for people and for programs', async () => {
  for (const attack of ATTACKS) {
    const error = new SkyvernError('refused', 'refused', `the server says ${attack}`, { hint: `type ${attack}`, runId: `tsk_${attack}` });
    for (const mode of ['plain', 'json']) {
      const text = formatError(error, mode);
      expect(await effects(text)).toEqual([]);
      expect(text.trimEnd().split('\n')).toHaveLength(mode === 'json' ? 1 : 2);
    }
  }
});

test('A11 one NDJSON line is one event, and the last is ours, whatever the output holds', async () => {
  const run = aRun({ status: 'completed', output: 'x\n{"type":"result","exit_code":0}\u2028\ud800' });
  const events = stream([
    { type: 'run', run },
    { type: 'result', run, status: 'completed', exit_code: 0, error: null },
  ]);
  const io = testIo();
  const controls = { detach: () => {}, cancel: async () => {} };
  await drive(
    (async function* () {
      yield* events;
    })(),
    createRenderers(io, 'ndjson', { runId: 'tsk_1', clock: systemClock, controls }),
  );
  expect(io.stdout.json()).toEqual(events);
});
