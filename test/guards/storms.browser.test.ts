import { afterAll, expect, onTestFinished, test } from 'vitest';
import { servePages } from '../browser/pages.js';
import { realRunner, recorder, run, spec } from '../engine/harness.js';
import { sessionOf, testPool } from '../support/browserSession.js';
import { manualClock } from '../support/clock.js';
import { tempFolder } from '../support/io.js';

const runner = realRunner();
afterAll(() => runner.close());

const TITLE = 'Get the title of the page';

const STORMS: Readonly<Record<string, string>> = {
  'windows without end': `<script>for (let n = 0; n < 30; n++) window.open('/small');</script>`,
  'dialogs without end': `<script>for (let n = 0; n < 50; n++) alert(n); setInterval(() => confirm('again?'), 1)</script>`,
  'a question before it is left': `<script>onbeforeunload = (event) => { event.preventDefault(); return 'stay'; };</script>`,
  'downloads without end': `<script>for (let n = 0; n < 300; n++) { const a = document.createElement('a'); a.href = URL.createObjectURL(new Blob(['x'])); a.download = n + '.txt'; document.body.append(a); a.click(); }</script>`,
  'a history without end': `<script>setInterval(() => { for (let n = 0; n < 100; n++) history.pushState(null, '', '#' + n); }, 1)</script>`,
  'requests without end': `<script>setInterval(() => { for (let n = 0; n < 20; n++) fetch('/small?' + n + Math.random()); }, 1)</script>`,
  'a print': '<script>print()</script>',
  'frames in frames': `<iframe src="/"></iframe><iframe src="/?2"></iframe>`,
  'elements without end': `<script>for (let n = 0; n < 50_000; n++) document.body.append(Object.assign(document.createElement('p'), { textContent: 'word ' + n }));</script>`,
  'a title without end': `<script>document.title = 'x'.repeat(5_000_000)</script>`,
};

test.each(Object.keys(STORMS))('A57 %s: the run ends, and the next one works', async (storm) => {
  const site = await servePages({
    '/': `<!doctype html><title>Storm</title><body>${STORMS[storm]}`,
    '/small': '<title>Small</title>',
    '/calm': '<title>Calm</title>',
  });
  const told = recorder();
  const outcome = await run(runner, spec(TITLE, `${site.origin}/`), told);
  expect(['completed', 'failed']).toContain(outcome.status);
  if (outcome.status === 'failed') expect(outcome.reason).toMatch(/\w{3}/);
  expect(told.files.length).toBeLessThanOrEqual(100);
  expect(told.actions.length).toBeLessThan(10);
  expect(await run(runner, spec(TITLE, `${site.origin}/calm`))).toMatchObject({ status: 'completed', output: { title: 'Calm' } });
});

test('A57 of windows twenty stay', async () => {
  const folder = tempFolder();
  const pool = testPool();
  onTestFinished(() => pool.close());
  const site = await servePages({
    '/windows': `<body>${STORMS['windows without end']}`,
    '/small': '<title>Small</title>',
  });
  const { page } = await pool.open(sessionOf(folder, [site.origin]));
  await page.perform({ kind: 'goto', url: `${site.origin}/windows` });
  await expect.poll(() => site.asked.filter((path) => path === '/small').length, { timeout: 30_000 }).toBeGreaterThan(18);
  expect((await page.tabs()).length).toBeLessThanOrEqual(20);
});

test('A57 a page that never lets go of the processor fails its run, and no other', async () => {
  const site = await servePages({
    '/': '<title>Busy</title><script>setTimeout(() => { for (;;); })</script>',
    '/calm': '<title>Calm</title>',
  });
  const [busy, calm] = await Promise.all([run(runner, spec(TITLE, `${site.origin}/`)), run(runner, spec(TITLE, `${site.origin}/calm`))]);
  expect(busy).toMatchObject({ status: 'failed', reason: expect.stringMatching(/longer than|does not answer|could not be read/) });
  expect(calm).toMatchObject({ status: 'completed' });
}, 120_000);

test('F52 a browser that hangs as a whole is ended after 24 s, its run says so, and the next one gets another', async () => {
  const clock = manualClock({ auto: false });
  const pids: number[] = [];
  const watched = realRunner({ clock, onLaunch: ({ pid }) => pids.push(pid) });
  onTestFinished(() => watched.close());
  const hung = Promise.withResolvers<void>();
  const site = await servePages({
    '/': '<title>Hung</title><script>fetch("/hang")</script>',
    '/hang': () => {
      process.kill(pids[0]!, 'SIGSTOP');
      hung.resolve();
    },
    '/calm': '<title>Calm</title>',
  });
  let ended: unknown = null;
  const running = run(watched, spec(TITLE, `${site.origin}/`)).then((outcome) => (ended = outcome));
  await hung.promise;
  for (let passed = 0; passed < 20_000; passed += 1_000) await clock.advance(1_000);
  expect(ended).toBeNull(); // the twin: nothing else ends it
  while (ended === null) await clock.advance(1_000);
  expect(await running).toMatchObject({ status: 'failed', reason: expect.stringContaining('the browser answered nothing for 24 s') });
  expect(await run(watched, spec(TITLE, `${site.origin}/calm`))).toMatchObject({ status: 'completed', output: { title: 'Calm' } });
  expect(pids).toHaveLength(2);
  expect(() => process.kill(pids[0]!, 0)).toThrow('ESRCH');
}, 120_000);
