/** What runs in one browser could leave for each other: the clipboard, which is one for all, caches, and workers that outlive their page. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { findBrowser } from '../../src/browser/find.js';
import type { BrowserPage, SnapshotNode } from '../../src/browser/types.js';
import { servePages } from '../browser/pages.js';
import { sessionOf, testPool } from '../support/browserSession.js';

const cacheDir = join(tmpdir(), 'skyvern-test-cache');
const pool = testPool();
afterAll(() => pool.close());

const PASTES = ['Control+V', 'Control+v', 'Control+Shift+V', 'ControlLeft+KeyV', 'Shift+Insert', 'ControlOrMeta+V'];
const WORDS = 'Tr0ub4dor&3-xyz';
const PAGES = { '/': `<input aria-label="From" value="${WORDS}"><input aria-label="To">` };

const refOf = (node: SnapshotNode, name: string): string | null =>
  node.name === name
    ? node.ref
    : node.children.reduce<string | null>((found, child) => found ?? (typeof child === 'string' ? null : refOf(child, name)), null);

interface Opened {
  readonly page: BrowserPage;
  readonly ref: (name: string) => Promise<string>;
}

/** Another run's page. */
async function openPage(origin: string): Promise<Opened> {
  const session = await pool.open(sessionOf(join(tmpdir(), 'skyvern-test-downloads'), [origin]));
  onTestFinished(() => session.close());
  await session.page.perform({ kind: 'goto', url: `${origin}/` });
  return { page: session.page, ref: async (name) => refOf(await session.page.snapshot(), name) as string };
}

test('A54 A56 what one run copied cannot be pasted by another, nor by itself, with any key', async () => {
  const { origin } = await servePages(PAGES);
  const [first, second] = [await openPage(origin), await openPage(origin)];
  for (const key of ['Control+A', 'Control+C']) await first.page.perform({ kind: 'press', key, ref: await first.ref('From') });
  for (const { page, ref } of [first, second]) {
    const to = await ref('To');
    for (const key of PASTES) {
      await expect(page.perform({ kind: 'press', key, ref: to }), key).rejects.toThrow('the clipboard is not for pages');
      await expect(page.perform({ kind: 'press', key }), key).rejects.toThrow('type the text instead');
    }
    expect((await page.inspect(to))?.value).toBe('');
    // The same letter alone is a letter.
    await page.perform({ kind: 'press', key: 'v', ref: to });
    await page.perform({ kind: 'press', key: 'Shift+V', ref: to });
    expect((await page.inspect(to))?.value).toBe('vV');
  }
});

test('in a browser without the guard each of the keys pastes it into the page of another: the test above can fail', async () => {
  const { origin } = await servePages(PAGES);
  const { path, env } = await findBrowser(process, { path: null, headed: false, cacheDir, places: [] });
  const launched = { executablePath: path, chromiumSandbox: false, env: { ...(process.env as Record<string, string>), ...env } };
  const browser = await chromium.launch(launched);
  onTestFinished(() => browser.close());
  const show = async (context: BrowserContext) => {
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    return page;
  };
  const first = await show(await browser.newContext());
  for (const key of ['Control+A', 'Control+C']) await first.getByLabel('From').press(key);
  const second = await show(await browser.newContext());
  for (const key of PASTES) {
    await second.getByLabel('To').fill('');
    await second.getByLabel('To').press(key);
    await expect.poll(() => second.getByLabel('To').inputValue(), { message: key }).toBe(WORDS);
  }
});

/** A site whose pages may be kept for ever, and that installs a worker which answers in the place of the site, past what a script before it may have put in the way. */
async function keepingSite() {
  const installed = Promise.withResolvers<void>();
  const worker = `onfetch = (event) => event.respondWith(new Response('<title>Kept</title>', { headers: { 'content-type': 'text/html' } }))`;
  const install = `ServiceWorkerContainer.prototype.register.call(navigator.serviceWorker, '/worker.js')
    .then((made) => made && navigator.serviceWorker.ready).then(() => fetch('/installed'), () => fetch('/installed'))`;
  const keep = { 'cache-control': 'public, max-age=31536000, immutable' };
  let shown = 0;
  const site = await servePages({
    '/': (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/html', ...keep })
        .end(
          `<title>Shown ${++shown}</title><script>caches.open('x').then((cache) => cache.put('/', new Response('x'))); ${install}</script>`,
        ),
    '/worker.js': (_, response) => void response.writeHead(200, { 'content-type': 'text/javascript' }).end(worker),
    '/installed': (_, response) => {
      response.end();
      installed.resolve();
    },
  });
  return { ...site, installed: installed.promise };
}

test('A56 neither caches nor a service worker of one run answer another', async () => {
  const site = await keepingSite();
  const first = await openPage(site.origin);
  await site.installed;
  expect(await first.page.title()).toBe('Shown 1');
  const second = await openPage(site.origin);
  expect(await second.page.title()).toBe('Shown 2');
});

test('in one context both do: the test above can fail', async () => {
  const site = await keepingSite();
  const { path, env } = await findBrowser(process, { path: null, headed: false, cacheDir, places: [] });
  const launched = { executablePath: path, chromiumSandbox: false, env: { ...(process.env as Record<string, string>), ...env } };
  const browser = await chromium.launch(launched);
  onTestFinished(() => browser.close());
  const context = await browser.newContext();
  const first = await context.newPage();
  await first.goto(`${site.origin}/`);
  await site.installed;
  const second = await context.newPage();
  await second.goto(`${site.origin}/`);
  expect(await second.title()).toBe('Kept');
});
