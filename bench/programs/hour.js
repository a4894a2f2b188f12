// An hour of watching on a clock that jumps: what it costs and whether memory stays flat. Sends both.
import { Writable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decodeRun } from '../../src/protocol/run.ts';
import { decodeStep } from '../../src/protocol/timeline.ts';
import { createRenderers } from '../../src/render/pick.ts';
import { drive } from '../../src/render/renderer.ts';
import { watchRun } from '../../src/runs/watch.ts';

setFlagsFromString('--expose_gc');
const gc = runInNewContext('gc');
const START = Date.UTC(2026, 0, 20, 12);
const HOUR_MS = 3_600_000;
/** What is compiled and kept once is there by then. */
const SETTLED_MS = HOUR_MS / 6;

let elapsed = 0;
const sleepers = new Set();
/** Everybody's next moment, one turn of the event loop apart. */
const jump = () => {
  const next = [...sleepers].reduce((first, each) => (first === null || each.wakeAt < first.wakeAt ? each : first), null);
  if (next) {
    sleepers.delete(next);
    elapsed = Math.max(elapsed, next.wakeAt);
    next.wake();
  }
  if (!over) setImmediate(jump);
};
let over = false;
const clock = {
  now: () => START + elapsed,
  monotonic: () => elapsed,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        sleepers.delete(sleeper);
        reject(signal.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const sleeper = { wakeAt: elapsed + ms, wake };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort);
    }),
};

class Screen extends Writable {
  isTTY = true;
  columns = 100;
  rows = 30;
  _write(_chunk, _encoding, done) {
    done();
  }
}

const time = (ms) => new Date(START + ms).toISOString().slice(0, -1);
const run = () =>
  decodeRun({
    run_id: 'tsk_1',
    run_type: 'task_v1',
    status: elapsed >= HOUR_MS ? 'completed' : 'running',
    created_at: time(0),
    modified_at: time(elapsed >= HOUR_MS ? HOUR_MS : 0),
  });
const step = decodeStep({ step_id: 'stp_1', task_id: 'tsk_1', status: 'running', order: 0, created_at: time(0) });
let settled = null;
const source = {
  get: async () => run(),
  poll: async () => {
    if (settled === null && elapsed >= SETTLED_MS) settled = memory();
    return { run: run(), etag: null, waited: false };
  },
  timeline: async () => [],
  steps: async () => [step],
  actions: async () => [],
};
function memory() {
  gc();
  return { heap: process.memoryUsage().heapUsed, cpu: process.cpuUsage(), at: elapsed };
}

const stderr = new Screen();
const stdin = Object.assign(new Writable(), { isTTY: false });
const io = { stdin, stdout: stderr, stderr, env: { TERM: 'xterm-256color' }, platform: process.platform, pid: process.pid };
const options = {
  clock,
  random: { fraction: () => 0.5 },
  signal: new AbortController().signal,
  onPause: 'wait',
  deadlineMs: null,
  details: true,
};
setImmediate(jump);
const controls = { detach() {}, cancel: async () => {} };
await drive(watchRun(source, 'tsk_1', options), createRenderers(io, 'live', { runId: 'tsk_1', clock, controls }));
const last = memory();
over = true;
const cpuMs = (last.cpu.user + last.cpu.system - settled.cpu.user - settled.cpu.system) / 1_000;
process.send({
  grownMb: (last.heap - settled.heap) / 1024 / 1024,
  share: cpuMs / (last.at - settled.at),
  seconds: (last.at - settled.at) / 1_000,
});
