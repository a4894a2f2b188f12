// Events as fast as they come: `manyEvents.js ndjson|bare FILE N` writes N of them to a file, `manyEvents.js burst N` draws N live.
import { createWriteStream } from 'node:fs';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/clock.ts';
import { decodeRun } from '../../src/protocol/run.ts';
import { decodeAction } from '../../src/protocol/timeline.ts';
import { inkRenderer } from '../../src/render/ink.tsx';
import { ndjsonRenderer } from '../../src/render/ndjson.ts';
import { drive } from '../../src/render/renderer.ts';

const START = Date.UTC(2026, 0, 20, 12);
const at = new Date(START).toISOString().slice(0, -1);
const run = decodeRun({ run_id: 'tsk_1', run_type: 'task_v1', status: 'running', created_at: at, modified_at: at });

function* bodies(count) {
  yield { type: 'run', run };
  yield { type: 'status', from: null, to: 'running', since: START };
  for (let index = 2; index < count; index++) {
    const action = decodeAction({
      action_type: 'click',
      status: 'completed',
      action_id: `act_${index}`,
      task_id: 'tsk_1',
      step_id: 'stp_1',
      step_order: 0,
      action_order: index,
      created_at: at,
      intention: `link "Item ${index}"`,
      reasoning: 'The prompt says to open it.',
    });
    yield { type: 'action', action, block_id: null };
  }
}
const events = (count) =>
  Array.from(bodies(count), (body, index) => ({ v: 1, seq: index + 1, at: START + index, run_id: 'tsk_1', id: `e${index}`, ...body }));

async function toFile(file, count, write) {
  const out = createWriteStream(file);
  const all = events(count);
  const startedAt = performance.now();
  await write(out, all);
  out.end();
  await finished(out);
  return performance.now() - startedAt;
}

const through = (renderers) => (_out, all) =>
  drive(
    (async function* () {
      yield* all;
    })(),
    renderers,
  );

/** A terminal that counts the pictures it gets: Ink begins and ends each by a mark. */
class Screen extends Writable {
  isTTY = true;
  columns = 100;
  rows = 30;
  frames = [];
  _write(chunk, _encoding, done) {
    for (const _ of String(chunk).matchAll(/\u001b\[\?2026h/g)) this.frames.push(performance.now());
    done();
  }
}

async function burst(count) {
  const stderr = new Screen();
  const stdin = Object.assign(new Writable(), { isTTY: false });
  const io = { stdin, stdout: stderr, stderr, env: { TERM: 'xterm-256color' }, platform: process.platform, pid: process.pid };
  const renderer = inkRenderer(io, { runId: 'tsk_1', clock: systemClock, controls: { detach() {}, cancel: async () => {} } });
  const all = events(count);
  const startedAt = performance.now();
  for (const event of all) {
    renderer.event(event);
    // A turn of the event loop, so that whatever wants to paint can.
    await sleep(0);
  }
  const fedMs = performance.now() - startedAt;
  await sleep(1_000);
  await renderer.close();
  // The busiest second of all.
  const most = Math.max(...stderr.frames.map((from) => stderr.frames.filter((frame) => frame >= from && frame < from + 1_000).length));
  return { most, frames: stderr.frames.length, fedMs };
}

const [, , what, ...rest] = process.argv;
const [file, count] = rest;
if (what === 'burst') process.send(await burst(Number(file)));
else if (what === 'bare') {
  const bare = (out, all) => {
    const log = new console.Console(out);
    for (const event of all) log.log(JSON.stringify(event));
  };
  process.send({ ms: await toFile(file, Number(count), bare) });
} else {
  process.send({ ms: await toFile(file, Number(count), (out, all) => through([ndjsonRenderer(out)])(out, all)) });
}
