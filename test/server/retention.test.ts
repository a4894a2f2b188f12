import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { manualClock } from '../support/clock.js';
import { embedded } from '../support/embedded.js';
import { tempFolder } from '../support/io.js';
import type { Script } from '../support/scriptedRunner.js';
import { scriptedRunner } from '../support/scriptedRunner.js';

const DAY_MS = 24 * 60 * 60_000;
const artifactsOf = async (ask: Awaited<ReturnType<typeof embedded>>['ask'], id: string) =>
  (await ask('GET', `/v1/runs/${id}/artifacts`)).body;
const prune = async (ask: Awaited<ReturnType<typeof embedded>>['ask'], body: object) =>
  (await ask('POST', '/v1/local/prune', { body })).body;

/** Whether it holds in the end: looked at again as long as the server has files to remove, whose number is small. */
async function settled(holds: () => Promise<boolean>): Promise<boolean> {
  for (let look = 0; look < 2_000; look++) {
    if (await holds()) return true;
    await systemClock.sleep(5);
  }
  return false;
}

test('evidence goes by age and by size, the oldest first; runs, steps and output stay', async () => {
  const clock = manualClock({ auto: false });
  const { ask, start, until, folder } = await embedded({ clock });
  const runs: string[] = [];
  for (let day = 0; day < 3; day++) {
    const id = await start('complete');
    await clock.advance(0);
    await until(id, 'completed');
    runs.push(id);
    await clock.advance(DAY_MS);
  }
  const [first, second, third] = runs as [string, string, string];
  const each = (await artifactsOf(ask, first)).reduce((sum: number, { file_size }: { file_size: number }) => sum + file_size, 0);
  const [{ artifact_id: picture }] = await artifactsOf(ask, first);

  const old = { ended_before: clock.now() - 2.5 * DAY_MS };
  expect(await prune(ask, { ...old, dry_run: true })).toEqual({ runs: 1, artifacts: 2, bytes: each });
  expect(await artifactsOf(ask, first)).toHaveLength(2); // twin: only said
  expect(await prune(ask, old)).toEqual({ runs: 1, artifacts: 2, bytes: each });
  expect(await artifactsOf(ask, first)).toEqual([]);
  expect((await ask('GET', `/v1/artifacts/${picture}/content`)).status).toBe(404);
  expect(readdirSync(join(folder, 'artifacts')).sort()).toEqual([second, third].sort());
  expect((await ask('GET', `/v1/runs/${first}`)).body).toMatchObject({
    status: 'completed',
    output: { title: 'A page' },
    screenshot_urls: null,
  });

  expect(await prune(ask, { keep_bytes: each })).toEqual({ runs: 1, artifacts: 2, bytes: each });
  expect([(await artifactsOf(ask, second)).length, (await artifactsOf(ask, third)).length]).toEqual([0, 2]);
  expect((await ask('POST', '/v1/local/prune', { body: { keep_bytes: '1' } })).status).toBe(422);
});

test('a run at work keeps what it has, whatever is pruned', async () => {
  const { ask, start, untilActions } = await embedded();
  const id = await start('hold');
  await untilActions(id, 2);
  expect(await prune(ask, { keep_bytes: 0 })).toEqual({ runs: 0, artifacts: 0, bytes: 0 });
  expect(await artifactsOf(ask, id)).toHaveLength(2);
});

test('a server keeps to its limits by itself', async () => {
  const clock = manualClock({ auto: false });
  const { ask, start, until } = await embedded({ clock, retention: { ageMs: DAY_MS, bytes: null } });
  const id = await start('complete');
  await clock.advance(0);
  await until(id, 'completed');
  await clock.advance(DAY_MS / 2);
  const later = await start('complete');
  await clock.advance(0);
  await until(later, 'completed');
  expect(await artifactsOf(ask, id)).toHaveLength(2); // not yet
  await clock.advance(DAY_MS);
  const last = await start('complete');
  await clock.advance(0);
  await until(last, 'completed');
  expect(await settled(async () => (await artifactsOf(ask, id)).length === 0)).toBe(true);
  expect(await artifactsOf(ask, last)).toHaveLength(2);
});

test('what a killed server left half-written is gone with the next start; what is listed, and runs that wait, keep their files', async () => {
  const folder = tempFolder();
  const former = await embedded({ folder, concurrency: 1 });
  const done = await former.start('complete');
  await former.until(done, 'completed');
  await former.stop();
  const half = join(folder, 'artifacts', done, 'recording.webm.part');
  writeFileSync(half, 'half');
  mkdirSync(join(folder, 'artifacts', 'tsk_never'));
  writeFileSync(join(folder, 'artifacts', 'tsk_never', 'a.png'), 'of nobody');
  const { ask } = await embedded({ folder, pid: process.pid + 1 });
  await settled(async () => !existsSync(half) && !existsSync(join(folder, 'artifacts', 'tsk_never')));
  expect([existsSync(half), existsSync(join(folder, 'artifacts', 'tsk_never'))]).toEqual([false, false]);
  for (const { artifact_id } of await artifactsOf(ask, done)) {
    expect((await ask('GET', `/v1/artifacts/${artifact_id}/content`)).status).toBe(200);
  }
});

test('evidence that comes after the end of a run is listed; of a run that waits again it is not', async () => {
  const later = Promise.withResolvers<void>();
  const kept = Promise.withResolvers<void>();
  const filmed: Script = async (spec, recorder) => {
    await recorder.acting();
    void later.promise.then(async () => {
      const path = join(spec.evidenceDir!, 'recording.webm');
      writeFileSync(path, 'film');
      await recorder.evidence({ type: 'recording', path, sizeBytes: 4, checksum: 'sum' });
      kept.resolve();
    });
    return { status: 'completed', output: null };
  };
  const { ask, start, until } = await embedded({ runner: scriptedRunner({ filmed }) });
  const id = await start('filmed');
  expect((await until(id, 'completed')).recording_url).toBeNull();
  later.resolve();
  await kept.promise;
  const { recording_url } = (await ask('GET', `/v1/runs/${id}`)).body;
  const answer = await ask('GET', new URL(recording_url).pathname);
  expect([answer.status, answer.headers.get('content-type'), answer.body]).toEqual([200, 'video/webm', 'film']);
  const task = (await ask('GET', `/api/v1/tasks/${id}`)).body;
  expect(task.recording_url).toBe(recording_url);
});

test('a server that ends while it looks through what others left waits for that, and says nothing of a closed database', async () => {
  const folder = tempFolder();
  for (let n = 0; n < 200; n++) {
    mkdirSync(join(folder, 'artifacts', `tsk_${n}`), { recursive: true });
    writeFileSync(join(folder, 'artifacts', `tsk_${n}`, 'a.png'), 'of nobody');
  }
  const server = await embedded({ folder });
  await server.stop();
  await systemClock.sleep(20); // what went on would have been heard of by now
  expect(server.log).toEqual([]);
});
