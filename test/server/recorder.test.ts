import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ArtifactFiles } from '../../src/server/artifactFiles.js';
import { openDatabase } from '../../src/server/database.js';
import { Pauses } from '../../src/server/pauses.js';
import { Queue } from '../../src/server/queue.js';
import { createRecorder } from '../../src/server/recorder.js';
import { Store } from '../../src/server/store.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { tempFolder } from '../support/io.js';
import { anAction, PNG } from '../support/scriptedRunner.js';

/** Types of what is kept of a run that leaves three documents and a picture of the same size. */
async function kept(limitBytes: number): Promise<readonly string[]> {
  const folder = tempFolder();
  const clock = manualClock();
  const { db } = openDatabase(join(folder, 'server.db'), 0);
  const store = new Store(db, clock, seededRandom());
  const queue = new Queue(store, clock, 'here');
  queue.accept({ kind: 'task', title: null, engine: 'rules', request: { prompt: 'x' }, holdsSecrets: false }, null, () => '');
  const lease = queue.claim()!;
  const { signal } = new AbortController();
  const recorder = createRecorder(lease, store, queue, new ArtifactFiles(folder), new Pauses(clock), signal, () => {}, limitBytes);
  await recorder.acting();
  await recorder.stepStarted(0);
  for (let times = 0; times < 3; times++) await recorder.stepArtifact(0, { type: 'html_scrape', content: 'x'.repeat(PNG.length) });
  await recorder.action(0, anAction({ screenshot: PNG }));
  expect(store.actions(lease.runId)).toHaveLength(1);
  const types = store.artifacts(lease.runId).map(({ artifact_type }) => artifact_type);
  db.close();
  return types;
}

test('a run whose pages are huge does not fill the disk: what is beyond its share is not kept, and the run goes on', async () => {
  expect(await kept(2 * PNG.length)).toEqual(['html_scrape', 'html_scrape']);
});

test('twin: with room for it all is kept', async () => {
  expect(await kept(4 * PNG.length)).toEqual(['html_scrape', 'html_scrape', 'html_scrape', 'screenshot_action']);
});
