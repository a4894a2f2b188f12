import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PoolOptions } from '../../src/browser/pool.js';
import { realRunner, recorder, run, spec } from '../engine/harness.js';
import { servePages } from './pages.js';

const MB = 1024 ** 2;

/** What came of `prompt` on the first page, and of a run after it. */
async function hungry(pages: Readonly<Record<string, string>>, prompt: string, limits: Partial<PoolOptions> = {}) {
  const runner = realRunner(limits);
  onTestFinished(() => runner.close());
  const evidenceDir = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
  onTestFinished(() => rmSync(evidenceDir, { recursive: true, force: true }));
  const site = await servePages({ ...pages, '/small': '<title>Small</title>' });
  const told = recorder();
  const first = await run(runner, spec(prompt, `${site.origin}/`, { evidenceDir }), told);
  const next = await run(runner, spec('Get the page title', `${site.origin}/small`), recorder());
  expect(next).toMatchObject({ status: 'completed', output: { title: 'Small' } });
  const log = told.kept.find(({ type }) => type === 'browser_console_log');
  return { first, log: log ? readFileSync(log.path, 'utf8') : '' };
}

test('a page that allocates objects for ever is ended before it takes the machine; its run says so, and the next one is fine', {
  timeout: 120_000,
}, async () => {
  const { first } = await hungry(
    { '/': '<button onclick="setTimeout(() => { for (const all = []; ; ) all.push(new Array(1e6).fill(Math.random())) })">Go</button>' },
    'Click "Go", wait for "Done"',
  );
  expect(first).toMatchObject({ status: 'failed', reason: expect.stringMatching(/crashed/) });
});

/** Array buffers are not among the objects that the engine counts. */
const BUFFERS = `<button onclick="setTimeout(fill)">Go</button><script>
  const all = [];
  function fill() {
    all.push(new Uint8Array(64 * ${MB}).fill(7));
    if (all.length < 12) setTimeout(fill, 50); else document.body.append('Done');
  }</script>`;

test('a page that allocates array buffers for ever is ended, and its run says why', { timeout: 120_000 }, async () => {
  const { first } = await hungry({ '/': BUFFERS }, 'Click "Go", wait for "Done"', {
    memory: { pageBytes: 400 * MB, browserBytes: Number.POSITIVE_INFINITY },
  });
  expect(first).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(/the page was ended: it held more than 400 MB of memory/),
  });
});

test('so are pages that only together are too much', { timeout: 120_000 }, async () => {
  const { first } = await hungry({ '/': BUFFERS }, 'Click "Go", wait for "Done"', {
    memory: { pageBytes: Number.POSITIVE_INFINITY, browserBytes: 500 * MB },
  });
  expect(first).toMatchObject({ status: 'failed', reason: expect.stringMatching(/the page was ended/) });
});

test('twin: without a limit the same page comes to its end', { timeout: 120_000 }, async () => {
  const { first } = await hungry({ '/': BUFFERS }, 'Click "Go", wait for "Done"', {
    memory: { pageBytes: Number.POSITIVE_INFINITY, browserBytes: Number.POSITIVE_INFINITY },
  });
  expect(first).toMatchObject({ status: 'completed' });
});

// 600 MB, or one line of script with six bytes for each letter, used to be more than one string of this process can hold: it ended the server.
const LOUD = `<title>Loud</title><script>console.log('before'); console.log('long ' + '\\u0001'.repeat(${MB})); console.log('after')</script>`;

test('what a page writes in one piece cannot fill this process: it is left out, and the run goes on', async () => {
  const { first, log } = await hungry({ '/': LOUD }, 'Get the page title', { maxMessageBytes: 2 * MB });
  expect(first).toMatchObject({ status: 'completed', output: { title: 'Loud' } });
  expect(log).toMatch(/before/);
  expect(log).toMatch(/after/);
  expect(log).not.toMatch(/long/);
});

test('twin: it is the guard of the pipe that leaves it out', async () => {
  const { log } = await hungry({ '/': LOUD }, 'Get the page title', { maxMessageBytes: 32 * MB });
  expect(log).toMatch(/long/);
});

test('a text longer than can be read fails the run with words for it', async () => {
  const { first } = await hungry(
    { '/': `<title>Long</title><p id="p"></p><script>p.textContent = 'word '.repeat(${MB})</script>` },
    'Get the text of the first paragraph',
    { maxMessageBytes: 2 * MB },
  );
  expect(first).toMatchObject({ status: 'failed', reason: expect.stringMatching(/the page holds more than can be read at once \(2 MB\)/) });
});
