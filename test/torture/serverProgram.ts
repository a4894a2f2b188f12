/**
 * The embedded server with an engine that has an effect on the world outside: a line in a file for each run that it acts on. What is in
 * that file was done, whatever the server remembers of it.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import type { TaskRunner } from '../../src/engine/task.js';
import { systemRandom } from '../../src/random.js';
import { runLocalServer } from '../../src/server/main.js';
import { anAction } from '../support/scriptedRunner.js';

const effects = process.argv[2]!;
const ended = new AbortController();
process.on('SIGTERM', () => ended.abort());

const runner: Pick<TaskRunner, 'run' | 'close'> = {
  async run({ runId, evidenceDir }, recorder, signal) {
    await recorder.stepStarted(0);
    await recorder.acting();
    appendFileSync(effects, `${runId} ${process.pid}\n`);
    for (let action = 0; action < 3; action++) {
      await recorder.action(0, anAction());
      await systemClock.sleep(Math.random() * 4, signal);
    }
    const path = join(evidenceDir!, 'network.har');
    const text = JSON.stringify({ runId, padding: 'x'.repeat(20_000) });
    writeFileSync(path, text);
    await recorder.evidence({ type: 'har', path, sizeBytes: text.length, checksum: createHash('sha256').update(text).digest('hex') });
    await recorder.stepEnded(0, { status: 'completed', isLast: true, usage: null });
    return { status: 'completed', output: { runId } };
  },
  close: async () => {},
};

await runLocalServer(process as never, systemClock, systemRandom, ended.signal, {
  createRunner: () => ({
    ...runner,
    share: () => ({
      run: runner.run,
      ask: () => Promise.reject(new Error('none')),
      print: () => Promise.reject(new Error('none')),
      request: () => Promise.reject(new Error('none')),
      close: runner.close,
    }),
  }),
  checkTask: () => null,
  models: { share: ({ name }) => name, refusal: async () => null },
  version: '9.9.9',
  defaultEngine: 'effects',
  concurrency: 4,
  idleMs: null,
});
