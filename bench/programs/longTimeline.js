// What one more event costs when 10,000 are known: `longTimeline.js N` sends the milliseconds of each, by the real live view.
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeRun } from '../../src/protocol/run.ts';
import { decodeAction, decodeBlock, decodeStep } from '../../src/protocol/timeline.ts';
import { inkRenderer } from '../../src/render/ink.tsx';

const n = Number(process.argv[2]);
const SIZE = 10_000;
/** Longer than the live view lets pass between two pictures, so that every event is drawn. */
const APART_MS = 40;
/** After the 10,000 the live view takes some pictures to move them to the scrollback. */
const WARM_UPS = 40;
const START = Date.UTC(2026, 0, 20, 12);
const at = (index) => new Date(START + index * 1000).toISOString().slice(0, -1);

class Screen extends Writable {
  isTTY = true;
  columns = 100;
  rows = 30;
  bytes = 0;
  _write(chunk, _encoding, done) {
    this.bytes += chunk.length;
    done();
  }
}

const run = decodeRun({ run_id: 'tsk_1', run_type: 'task_v1', status: 'running', created_at: at(0), modified_at: at(0) });
const head = [
  { type: 'run', run },
  { type: 'status', from: null, to: 'running', since: START },
];
const step = (order, status) => ({
  type: 'step',
  step: decodeStep({ step_id: `stp_${order}`, task_id: 'tsk_1', status, order, created_at: at(order) }),
});
const action = (order, fields) => ({
  type: 'action',
  block_id: null,
  ...fields,
  action: decodeAction({
    action_type: 'click',
    status: 'completed',
    action_id: `act_${order}`,
    task_id: 'tsk_1',
    step_id: fields ? null : `stp_${order}`,
    step_order: order,
    action_order: 0,
    created_at: at(order),
    intention: `link "Item ${order}"`,
    reasoning: 'The prompt says to open it.',
  }),
});
const loop = {
  type: 'block',
  parent_id: null,
  block: decodeBlock({ workflow_run_block_id: 'wrb_1', block_type: 'for_loop', label: 'items', status: 'running', created_at: at(0) }),
};

/** By name: what is known before, and the event of each further item. */
const STORIES = {
  steps: {
    before: () => Array.from({ length: SIZE }, (_, order) => [step(order, 'completed'), action(order)]).flat(),
    next: (order) => (order % 2 === 0 ? step(SIZE + order / 2, 'running') : action(SIZE + (order - 1) / 2)),
  },
  loop: {
    before: () => [loop, ...Array.from({ length: SIZE }, (_, order) => action(order, { block_id: 'wrb_1' }))],
    next: (order) => action(SIZE + order, { block_id: 'wrb_1' }),
  },
};

async function play({ before, next }) {
  let elapsed = 0;
  const drawing = [];
  const clock = {
    now: () => START + elapsed,
    monotonic: () => elapsed,
    /** Who waits for the next picture is woken below; the ticking of durations stands still. */
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (ms < APART_MS) drawing.push(resolve);
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  const stderr = new Screen();
  const io = { stdin: process.stdin, stdout: new Screen(), stderr, env: { TERM: 'xterm-256color' }, platform: 'linux', pid: 1, kill() {} };
  const renderer = inkRenderer(io, { runId: 'tsk_1', clock, color: true, controls: { detach() {}, cancel: async () => {} } });
  let seq = 0;
  const tell = (body) => {
    seq++;
    renderer.event({ v: 1, seq, at: clock.now(), run_id: 'tsk_1', id: `e${seq}`, ...body });
  };
  for (const body of [...head, ...before()]) tell(body);
  const times = [];
  for (let order = -WARM_UPS; order < n; order++) {
    elapsed += APART_MS;
    for (const draw of drawing.splice(0)) draw();
    await sleep(APART_MS);
    elapsed += APART_MS;
    const bytes = stderr.bytes;
    const startedAt = performance.now();
    tell(next(order + WARM_UPS));
    const ms = performance.now() - startedAt;
    if (order < 0) continue;
    if (stderr.bytes === bytes) throw new Error('an event was not drawn');
    times.push(ms);
  }
  await renderer.close();
  return times;
}

const times = {};
for (const [name, story] of Object.entries(STORIES)) times[name] = await play(story);
process.send(times, () => process.exit());
