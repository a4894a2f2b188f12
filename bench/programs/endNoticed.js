// How long after a run's end the watcher tells of it: `endNoticed.js FOLDER N` sends the times in milliseconds.
import { watchRun } from '../../src/runs/watch.ts';
import { clock, embedded, random } from './embedded.js';

const [, , folder, n] = process.argv;
/** Runs last this long, at random: an end that always falls at the same moment of a watch would flatter it. */
const LASTS_MS = [20, 400];
const WARM_UPS = 5;

let endedAt = 0;
const runner = {
  async run(_spec, recorder) {
    await recorder.acting();
    await recorder.stepStarted(0);
    await clock.sleep(LASTS_MS[0] + random.fraction() * (LASTS_MS[1] - LASTS_MS[0]));
    await recorder.stepEnded(0, { status: 'completed', isLast: true });
    endedAt = performance.now();
    return { status: 'completed', output: { title: 'A page' } };
  },
  async close() {},
};

const { client, start, close } = await embedded(folder, runner);
const times = [];
for (let count = -WARM_UPS; count < Number(n); count++) {
  const runId = await start({ prompt: 'x', url: 'http://127.0.0.1:9/' });
  const watch = { clock, random, signal: new AbortController().signal, onPause: 'wait', deadlineMs: null, details: true };
  for await (const event of watchRun(client.runs, runId, watch)) {
    if (event.type !== 'result') continue;
    if (event.status !== 'completed') throw new Error(`the run ended ${event.status}`);
    if (count >= 0) times.push(performance.now() - endedAt);
  }
}
await close();
process.send(times);
