import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { DownloadQuota } from '../../src/browser/evidence/downloadQuota.js';
import { findBrowser } from '../../src/browser/find.js';
import { launchBrowser } from '../../src/browser/launch.js';
import type { EvidenceFile } from '../../src/engine/task.js';
import { realRunner, recorder, run, spec } from '../engine/harness.js';
import { sessionOf, testPool } from '../support/browserSession.js';
import { servePages } from './pages.js';

const runner = realRunner();
afterAll(() => runner.close());

/** Runs the prompt; resolves when the recording has come, too. */
async function observed(pages: Parameters<typeof servePages>[0], prompt: string, secrets: Readonly<Record<string, string>> = {}) {
  const site = await servePages(pages);
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const recorded = Promise.withResolvers<void>();
  const told = recorder();
  const evidence = told.evidence;
  const heard = {
    ...told,
    evidence: async (file: EvidenceFile) => evidence(file).then(() => file.type === 'recording' && recorded.resolve()),
  };
  const options = { evidenceDir: folder, secrets: new Map(Object.entries(secrets)) };
  const outcome = await run(runner, spec(prompt, `${site.origin}/`, options), heard as typeof told);
  const atEnd = told.kept.map(({ type }) => type);
  await recorded.promise;
  const file = (type: string) => told.kept.find((each) => each.type === type)!;
  return { outcome, atEnd, file, folder, site, text: (type: string) => readFileSync(file(type).path, 'utf8') };
}

const COLOURS = `<body><h1>One</h1><a href="/two">Next</a><img src="/gone.png">
  <script>console.log('ready', {a: 1}); setTimeout(() => { throw new Error('nobody catches this') })</script>`;

test('a run leaves console log, HTTP archive and a recording that plays, and no half-written file', async () => {
  const { outcome, atEnd, file, folder, text, site } = await observed(
    { '/': COLOURS, '/two': '<body style="background:navy;color:white"><h1>Two</h1>' },
    'Click "Next", wait for "Two"',
  );
  expect(outcome).toMatchObject({ status: 'completed' });
  expect(atEnd.sort()).toEqual(['browser_console_log', 'har']); // what is asked for first is there when the run ends
  expect(text('browser_console_log')).toMatch(/^\S+Z \[log\] ready \{a: 1\} \(http.*\n/m);
  expect(text('browser_console_log')).toMatch(/\[uncaught\] Error: nobody catches this/);
  const { log } = JSON.parse(text('har'));
  const asked = log.entries.map((entry: { request: { url: string }; response: { status: number } }) => [
    entry.request.url,
    entry.response.status,
  ]);
  expect(asked).toEqual(
    expect.arrayContaining([
      [`${site.origin}/`, 200],
      [`${site.origin}/gone.png`, 404],
      [`${site.origin}/two`, 200],
    ]),
  );
  expect(readdirSync(folder).sort()).toEqual(['browser_console.log', 'network.har', 'recording.webm']);

  // Played by a browser: it knows how long it is, and shows another picture at its end than at its beginning.
  const launched = await launchBrowser(
    process,
    await findBrowser(process, { path: null, headed: false, cacheDir: join(tmpdir(), 'skyvern-test-cache'), places: [] }),
    { headed: false, sandbox: true },
  );
  onTestFinished(() => launched.close());
  const page = await launched.browser.newPage();
  const film = readFileSync(file('recording').path);
  await page.route('**/*', (route) =>
    route.request().url().endsWith('.webm')
      ? route.fulfill({ contentType: 'video/webm', body: film, headers: { 'accept-ranges': 'bytes' } })
      : route.fulfill({ contentType: 'text/html', body: '<video muted>' }),
  );
  await page.goto('https://player.invalid/');
  const played = await page.evaluate(async () => {
    const video = document.querySelector('video')!;
    const next = (event: string) =>
      new Promise<void>((resolve, reject) => {
        video.addEventListener(event, () => resolve(), { once: true });
        video.addEventListener('error', () => reject(new Error(video.error?.message ?? 'no reason')), { once: true });
      });
    const loaded = next('loadeddata');
    video.src = '/film.webm';
    await loaded;
    const { duration, videoWidth, videoHeight, seekable } = video;
    const colour = async (at: number) => {
      const sought = next('seeked');
      video.currentTime = at;
      await sought;
      const context = new OffscreenCanvas(videoWidth, videoHeight).getContext('2d')!;
      context.drawImage(video, 0, 0);
      return [...context.getImageData(videoWidth - 40, videoHeight - 40, 1, 1).data.slice(0, 3)];
    };
    return { duration, videoWidth, videoHeight, seekable: seekable.length, first: await colour(0), last: await colour(duration) };
  });
  expect(played).toMatchObject({ videoWidth: 800, videoHeight: 450, seekable: 1 });
  expect(played.duration).toBeGreaterThan(0);
  const blue = ([red, green, blue]: number[]) => blue! > 80 && red! < 60 && green! < 60;
  expect([blue(played.last), blue(played.first)], JSON.stringify(played)).toEqual([true, false]);
});

test('of a session that nobody waited for, as of a run that was canceled while it began, no evidence is left', async () => {
  const pool = testPool();
  onTestFinished(() => pool.close());
  const site = await servePages({ '/': COLOURS });
  const leaves = async (waits: boolean) => {
    const folder = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const session = await pool.open(
      sessionOf(mkdtempSync(join(folder, 'downloads-')), [site.origin], {
        evidence: { folder, clean: { text: (text) => text, deep: (value) => value } },
      }),
    );
    await session.page.perform({ kind: 'goto', url: `${site.origin}/` });
    await session.page.screenshot(); // is a picture of the film
    if (waits) await session.evidence();
    await session.close();
    return readdirSync(folder).filter((name) => !name.startsWith('downloads-'));
  };
  expect(await leaves(false)).toEqual([]);
  expect(await leaves(true)).toEqual(expect.arrayContaining(['frames.part', 'network.har'])); // twin: what a recording is made of
});

test('a page that moves while nothing is done to it is in the film by pictures of its own', async () => {
  const pool = testPool();
  onTestFinished(() => pool.close());
  const moving = `<body>0<script>setInterval(() => { document.body.textContent = String(performance.now()); }, 50)</script>`;
  const site = await servePages({ '/': moving });
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const evidence = { folder, clean: { text: (text: string) => text, deep: <T>(value: T) => value } };
  const session = await pool.open(sessionOf(mkdtempSync(join(folder, 'downloads-')), [site.origin], { evidence }));
  onTestFinished(() => session.close());
  await session.page.perform({ kind: 'goto', url: `${site.origin}/` });
  const picture = await session.page.screenshot();
  await vi.waitFor(() => expect(statSync(join(folder, 'frames.part')).size).toBeGreaterThan(picture!.length), 20_000);
});

test('secrets of a run are in neither log nor archive, also when a page writes them there itself', async () => {
  const page = `<label>Password <input type=password></label><button>Log in</button>
    <script>document.querySelector('button').onclick = () => {
      const typed = document.querySelector('input').value;
      console.log('typed ' + typed + ' and ' + 'x'.repeat(1990) + typed);
      fetch('/track?p=' + encodeURIComponent(typed), { method: 'POST', body: typed, headers: { 'x-typed': typed, accept: typed } });
      document.title = 'done';
    }</script>`;
  const secret = 'correct horse battery';
  const { text, site } = await observed({ '/': page, '/track': 'thanks' }, 'Type "{{PASSWORD}}" into "Password", click "Log in"', {
    PASSWORD: secret,
  });
  expect(site.asked.join()).toContain('correct%20horse'); // twin: the page did send it
  for (const type of ['browser_console_log', 'har']) {
    expect(text(type)).not.toMatch(/correct|horse|battery/);
    expect(text(type)).toMatch(/typed|track/); // what was said about it is there
  }
});

test('a file without an end is cut off at the limit, and the page that gave it is named', async () => {
  let sent = 0;
  const site = await servePages({
    '/': '<a href="/endless">get</a>',
    '/endless': (_, response) => {
      response.writeHead(200, { 'content-disposition': 'attachment; filename=endless.bin' });
      const more = () => {
        do sent += 65_536;
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    },
  });
  const program = await findBrowser(process, { path: null, headed: false, cacheDir: join(tmpdir(), 'skyvern-test-cache'), places: [] });
  const launched = await launchBrowser(process, program, { headed: false, sandbox: true });
  onTestFinished(() => launched.close());
  const { startEgress } = await import('../../src/browser/egress.js');
  const egress = await startEgress({ allowedUrls: [site.origin], onRefused: () => {} });
  onTestFinished(() => egress.close());
  const context = await launched.browser.newContext({ proxy: { server: egress.url, bypass: '<-loopback>' } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const refused: string[][] = [];
  new DownloadQuota({ fileBytes: 1_000_000, runBytes: 10_000_000 }, (url, reason) => refused.push([url, reason])).watch(session);
  await session.send('Page.enable');
  await page.goto(site.origin);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('a')]);
  expect(await download.failure()).toBe('canceled');
  expect(refused).toEqual([[`${site.origin}/endless`, 'the file is larger than the 977 KB that one may have']]);
  expect(sent).toBeGreaterThan(1_000_000); // twin: there was more to come
});
