/** The recording has no picture of a secret that a page shows, however short and whenever; it stands on green here, which nothing else does. */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { findBrowser } from '../../src/browser/find.js';
import { servePages } from '../browser/pages.js';
import { sessionOf, testPool } from '../support/browserSession.js';
import { tempFolder } from '../support/io.js';

const cacheDir = join(tmpdir(), 'skyvern-test-cache');
const pool = testPool();
afterAll(() => pool.close());

const SECRET = 'Tr0ub4dor&3-xyz';
/** Shows what was typed a moment after a look found nothing, for a while, and takes it away before the next one. */
const FLASH = `<!doctype html><title>Flash</title><input aria-label="Name"><button>Go</button>
  <p id="p" style="position: fixed; inset: 100px 0 0 0; margin: 0"></p><script>
  const field = document.querySelector('input');
  document.querySelector('button').onclick = () => {
    const typed = field.value;
    field.remove(); // as a page does that has taken it
    const show = (text, colour) => { p.textContent = text; p.style.background = colour; };
    setTimeout(() => show(typed, '#0f0'), 1000);
    setTimeout(() => show('', ''), 2500);
    setTimeout(() => fetch('/over'), 2700);
  };</script>`;

/** The recording of a visit in which the text is typed, as a secret or not, and shown for a while. */
async function filmOf(isSecret: boolean): Promise<string> {
  const over = Promise.withResolvers<void>();
  const site = await servePages({
    '/': FLASH,
    '/over': (_, response) => {
      response.end();
      over.resolve();
    },
  });
  const folder = tempFolder();
  const session = await pool.open(
    sessionOf(join(folder, 'downloads'), [site.origin], { evidence: { folder, clean: { text: (text) => text, deep: (value) => value } } }),
  );
  onTestFinished(() => session.close());
  const { page } = session;
  const ref = async (name: string) => new RegExp(`"name":"${name}","ref":"(\\w+)"`).exec(JSON.stringify(await page.snapshot()))?.[1] ?? '';
  await page.perform({ kind: 'goto', url: `${site.origin}/` });
  await page.screenshot();
  const onlyInto = isSecret ? site.origin : null;
  await page.perform({ kind: 'fill', ref: await ref('Name'), text: SECRET, onlyInto, secrets: [SECRET] });
  await page.screenshot();
  await page.perform({ kind: 'click', ref: await ref('Go'), download: false });
  await page.screenshot(); // nothing is to be seen now
  await over.promise;
  await page.screenshot(); // nor now
  await session.evidence();
  const film = await session.recording(new AbortController().signal);
  return film!.path;
}

/** At how many of its moments a film is green, and how many were looked at. */
async function greenIn(path: string): Promise<{ readonly green: number; readonly moments: number }> {
  const { path: executablePath, env } = await findBrowser(process, { path: null, headed: false, cacheDir, places: [] });
  const reader = await chromium.launch({
    executablePath,
    chromiumSandbox: false,
    env: { ...(process.env as Record<string, string>), ...env },
  });
  onTestFinished(() => reader.close());
  const tab = await reader.newPage();
  const body = readFileSync(path);
  await tab.route('**/*', (route) =>
    route.request().url().endsWith('.webm')
      ? route.fulfill({ contentType: 'video/webm', body, headers: { 'accept-ranges': 'bytes' } })
      : route.fulfill({ contentType: 'text/html', body: '<video muted>' }),
  );
  await tab.goto('https://player.invalid/');
  return tab.evaluate(async () => {
    const video = document.querySelector('video')!;
    const once = (event: string) => new Promise((resolve) => video.addEventListener(event, resolve, { once: true }));
    const loaded = once('loadeddata');
    video.src = '/film.webm';
    await loaded;
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight).getContext('2d')!;
    let [green, moments] = [0, 0];
    for (let at = 0; at < video.duration; at += 0.1, moments++) {
      const sought = once('seeked');
      video.currentTime = at;
      await sought;
      canvas.drawImage(video, 0, 0);
      const [r = 0, g = 0, b = 0] = canvas.getImageData(video.videoWidth / 2, video.videoHeight - 40, 1, 1).data;
      if (g > 150 && r < 100 && b < 100) green++;
    }
    return { green, moments };
  });
}

test('a secret that a page shows for a moment, between two looks, is not in the film; what was done is', async () => {
  const film = await greenIn(await filmOf(true));
  expect(film.green).toBe(0);
  expect(film.moments).toBeGreaterThan(20); // the film goes on
});

test('twin: the same text that is no secret is in the film', async () => {
  expect((await greenIn(await filmOf(false))).green).toBeGreaterThan(0);
});
