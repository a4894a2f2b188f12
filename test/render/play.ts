/** Plays a list of events through the real renderers, in the process that a terminal test starts: `play.js FILE MODE`. */
import { readFileSync } from 'node:fs';
import { type Clock, systemClock } from '../../src/clock.js';
import type { Io } from '../../src/io.js';
import { createRenderers, type OutputMode } from '../../src/render/pick.js';
import { drive } from '../../src/render/renderer.js';
import type { RunEvent } from '../../src/runs/events.js';

const [, , file = '', mode = 'auto'] = process.argv;
/** An event; a pause in milliseconds; or `forever`, which only the keyboard ends. */
const steps: readonly (RunEvent | number | 'forever')[] = JSON.parse(readFileSync(file, 'utf8'));
const stop = new AbortController();
const canceled: string[] = [];

async function* play(): AsyncGenerator<RunEvent> {
  for (const step of steps) {
    if (typeof step === 'object') yield { ...step, at: systemClock.now() };
    else await systemClock.sleep(step === 'forever' ? 2 ** 30 : step, stop.signal).catch(() => {});
    if (stop.signal.aborted) return;
  }
}

process.on('SIGINT', () => stop.abort());
/** With `STILL` the view is drawn for events, keys and sizes only, never because a second has passed. */
const TICKS_MS = [250, 1_000];
const clock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(process.env['STILL'] && TICKS_MS.includes(ms) ? 2 ** 30 : ms, signal),
};
const runId = steps.find((step) => typeof step === 'object')?.run_id ?? 'tsk_1';
const controls = {
  detach: () => stop.abort(),
  cancel: async () => {
    canceled.push('canceled');
  },
};
await drive(play(), createRenderers(process as Io, mode as OutputMode, { runId, clock, controls }));
process.stderr.write(
  `\nafter: raw ${process.stdin.isTTY ? process.stdin.isRaw : 'none'}, ${canceled.length} cancels, cpu ${process.cpuUsage().user}\n`,
);
