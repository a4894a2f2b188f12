// One look at a page and its record, by this program and by the bare calls, in turn on one browser: `evidence.js CACHE FOLDER N` sends both
// lists of milliseconds.
import { join } from 'node:path';
import { findBrowser } from '../../src/browser/find.ts';
import { launchBrowser } from '../../src/browser/launch.ts';
import { PlaywrightPage } from '../../src/browser/page.ts';
import { startDemoSite } from '../../src/demo/site.ts';
import { ArtifactFiles } from '../../src/server/artifactFiles.ts';
import { openDatabase } from '../../src/server/database.ts';
import { Queue } from '../../src/server/queue.ts';
import { createRecorder } from '../../src/server/recorder.ts';
import { Store } from '../../src/server/store.ts';
import { clock, random } from './embedded.js';

const [, , cacheDir, folder, n] = process.argv;
const site = await startDemoSite();
const program = await findBrowser(process, { path: null, headed: false, cacheDir });
const { browser, close } = await launchBrowser(process, program, { headed: false, sandbox: true });
const newContext = () =>
  browser.newContext({ viewport: { width: 1280, height: 720 }, proxy: { server: 'http://127.0.0.1:1', bypass: '127.0.0.1' } });

const { db } = openDatabase(join(folder, 'evidence.db'), clock.now());
const store = new Store(db, clock, random);
const queue = new Queue(store, clock, 'bench');
queue.accept({ title: null, engine: 'rules', kind: 'task', request: { prompt: 'look' }, holdsSecrets: false }, null, () => '{}');
const lease = queue.claim();
const signal = new AbortController().signal;
const recorder = createRecorder(lease, store, queue, new ArtifactFiles(folder), null, signal, console.error);
await recorder.acting();
await recorder.stepStarted(0);

const page = await PlaywrightPage.open(await newContext(), clock, folder);
await page.perform({ kind: 'goto', url: site.url });
const bare = await (await newContext()).newPage();
await bare.goto(site.url);

async function ours() {
  await page.snapshot();
  const screenshot = await page.screenshot();
  const startedAt = clock.now();
  await recorder.action(0, {
    actionType: 'click',
    status: 'completed',
    reasoning: 'to look',
    intention: null,
    text: null,
    confidence: 1,
    output: null,
    url: page.url(),
    response: null,
    fileName: null,
    startedAt,
    finishedAt: startedAt,
    screenshot,
  });
}

async function byHand() {
  await bare.ariaSnapshotJSON({ mode: 'ai' });
  await bare.screenshot({ type: 'png' });
}

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const times = { ours: [], bare: [] };
for (let round = -5; round < Number(n); round++) {
  const pair = { ours: await timed(ours), bare: await timed(byHand) };
  if (round >= 0) for (const name of Object.keys(times)) times[name].push(pair[name]);
}
await close();
db.close();
await site.close();
process.send(times);
