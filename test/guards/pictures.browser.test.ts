/** A secret that a page shows again is covered in pictures: it stands on green here, which nothing else does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { findBrowser } from '../../src/browser/find.js';
import type { BrowserPage, SnapshotNode } from '../../src/browser/types.js';
import { servePages } from '../browser/pages.js';
import { sessionOf, testPool } from '../support/browserSession.js';

const cacheDir = join(tmpdir(), 'skyvern-test-cache');
const pool = testPool();
let reader: Browser;
beforeAll(async () => {
  const { path, env } = await findBrowser(process, { path: null, headed: false, cacheDir, places: [] });
  reader = await chromium.launch({
    executablePath: path,
    chromiumSandbox: false,
    env: { ...(process.env as Record<string, string>), ...env },
  });
});
afterAll(async () => {
  await reader.close();
  await pool.close();
});

const SECRET = 'Tr0ub4dor&3-xyz';
const GREEN = 'style="background: #0f0"';
const html = SECRET.replace('&', '&amp;');
/** Ways in which a page shows what it was sent. */
const ECHOES: Readonly<Record<string, string>> = {
  'as text': `<p ${GREEN}>${html}</p>`,
  'inside of a text': `<p ${GREEN}>you typed ${html}, did you?</p>`,
  'in capitals': `<p ${GREEN}>${html.toUpperCase()}</p>`,
  'in parts that stand together': `<p ${GREEN}><b>Tr0ub</b><i>4dor&amp;3</i>-xyz</p>`,
  'in a field': `<input ${GREEN} value="${html}">`,
  'in a field, set by a script': `<input ${GREEN} id="f"><script>f.value = ${JSON.stringify(SECRET)}</script>`,
  'in a long text field': `<textarea ${GREEN}>${html}</textarea>`,
  'in a frame': `<iframe srcdoc="<p style='background: #0f0'>${html.replaceAll('&', '&amp;')}"></iframe>`,
  'in a shadow': `<div id="s"></div><script>s.attachShadow({ mode: 'open' }).innerHTML = '<p ${GREEN}>${html}</p>'</script>`,
};

const refOf = (node: SnapshotNode, name: string): string | null => {
  if (node.name === name) return node.ref;
  return node.children.reduce<string | null>((found, child) => found ?? (typeof child === 'string' ? null : refOf(child, name)), null);
};

async function openPage(pages: Readonly<Record<string, string>>): Promise<{ page: BrowserPage; origin: string }> {
  const downloadsDir = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
  const site = await servePages(pages);
  const session = await pool.open(sessionOf(downloadsDir, [site.origin]));
  onTestFinished(async () => {
    await session.close();
    rmSync(downloadsDir, { recursive: true, force: true });
  });
  return { page: session.page, origin: site.origin };
}

/** How many pixels of the picture are green. */
async function greenIn(page: BrowserPage): Promise<number> {
  const png = await page.screenshot();
  if (!png) throw new Error('there is no picture');
  const tab = await reader.newPage();
  try {
    return await tab.evaluate(async (data) => {
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d') as OffscreenCanvasRenderingContext2D;
      canvas.drawImage(image, 0, 0);
      const { data: pixels } = canvas.getImageData(0, 0, image.width, image.height);
      let count = 0;
      for (let at = 0; at < pixels.length; at += 4) if (pixels[at] === 0 && pixels[at + 1] === 255 && pixels[at + 2] === 0) count++;
      return count;
    }, Buffer.from(png).toString('base64'));
  } finally {
    await tab.close();
  }
}

/** Types the secret, known to be one or not, and goes to a page that shows it. */
async function greenAfter(echo: string, isSecret: boolean): Promise<number> {
  const { page, origin } = await openPage({ '/': '<input aria-label="Name">', '/echo': `<!doctype html><h1>Hello</h1>${echo}` });
  await page.perform({ kind: 'goto', url: `${origin}/` });
  const ref = refOf(await page.snapshot(), 'Name') as string;
  await page.perform({ kind: 'fill', ref, text: `me:${SECRET}`, onlyInto: isSecret ? origin : null, secrets: [SECRET] });
  await page.perform({ kind: 'goto', url: `${origin}/echo` });
  return greenIn(page);
}

test.each(Object.keys(ECHOES))('A54 a secret that a page shows %s is covered in pictures', async (how) => {
  expect(await greenAfter(ECHOES[how] as string, true)).toBe(0);
});

test.each(Object.keys(ECHOES))('what is no secret is to be seen %s: the test above can fail', async (how) => {
  expect(await greenAfter(ECHOES[how] as string, false)).toBeGreaterThan(1_000);
});

test('the rest of the page is to be seen', async () => {
  expect(await greenAfter(`<p ${GREEN}>nothing of it</p><p>${html}</p>`, true)).toBeGreaterThan(1_000);
});
