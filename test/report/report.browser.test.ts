/** The report in a real Chromium: what is hostile in it is text, it needs nothing beside it, and everybody can use it. */
import { chmodSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findBrowser } from '../../src/browser/find.js';
import { type LaunchedBrowser, launchBrowser } from '../../src/browser/launch.js';
import { type Media, reportHtml } from '../../src/report/report.js';
import type { RunEvent } from '../../src/runs/events.js';
import { emptyView, reduce } from '../../src/runs/view.js';
import { story } from '../render/story.js';
import { tempFolder } from '../support/io.js';

let launched: LaunchedBrowser;
let browser: Browser;
beforeAll(async () => {
  const program = await findBrowser(process, { path: null, headed: false, cacheDir: join(tmpdir(), 'skyvern-test-cache'), places: [] });
  launched = await launchBrowser(process, program, { headed: false, sandbox: true });
  browser = launched.browser;
});
afterAll(() => launched.close());

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const picture = (artifactId: string, type = 'screenshot_action'): Media => ({ artifactId, type, mime: 'image/png', bytes: PIXEL });

interface Shown {
  readonly events?: readonly RunEvent[];
  readonly media?: readonly Media[];
  readonly secret?: string;
}

function htmlOf({ events = story(), media = [], secret = 'no such text' }: Shown): string {
  const view = events.reduce(reduce, emptyView('tsk_1'));
  return reportHtml({
    view,
    media,
    notices: [],
    madeAt: Date.UTC(2026, 0, 20, 12),
    by: 'skyvern 0.0.0',
    redact: (text) => text.replaceAll(secret, '***'),
    request: view.run?.run_request ?? null,
  });
}

interface Opened {
  readonly page: Page;
  /** Requests that the page tried to make. */
  readonly requests: string[];
  /** What its scripts said: dialogs, errors, messages. */
  readonly said: string[];
}

async function open(html: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Opened> {
  const folder = tempFolder();
  chmodSync(folder, 0o755); // a browser that root starts becomes another user
  const file = join(folder, 'report.html');
  writeFileSync(file, html);
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const [requests, said] = [[] as string[], [] as string[]];
  const own = pathToFileURL(file).href;
  page.on('request', (request) => request.url() !== own && !request.url().startsWith('data:') && requests.push(request.url()));
  // What the policy stops is told as a request, too, though none was made.
  page.on('requestfailed', (request) => request.failure()?.errorText === 'csp' && requests.splice(requests.indexOf(request.url()), 1));
  page.on('dialog', (dialog) => {
    said.push(`dialog ${dialog.message()}`);
    return dialog.dismiss();
  });
  page.on('pageerror', (error) => said.push(`error ${error.message}`));
  page.on('console', (message) => said.push(`console ${message.text()}`));
  page.on('popup', () => said.push('popup'));
  await page.goto(own, { waitUntil: 'load' });
  return { page, requests, said };
}

describe('what a page wrote is text', () => {
  const EVIL = 'https://evil.example';
  const PAYLOADS = [
    '<script>window.hacked = 1; alert(1)</script>',
    `<img src="${EVIL}/a.png" onerror="window.hacked = 2">`,
    `"><svg onload="window.hacked = 3"><style>@import "${EVIL}/b.css";</style>`,
    `</style></script><iframe src="${EVIL}/c"></iframe><base href="${EVIL}/">`,
    `<meta http-equiv="refresh" content="0;url=${EVIL}/d"><link rel="stylesheet" href="${EVIL}/e.css">`,
    `<form action="${EVIL}/f"><input autofocus onfocus="window.hacked = 4"></form>`,
    "' onmouseover='window.hacked = 5' x='",
    '--><script>window.hacked = 6</script><!--',
    'javascript:window.hacked = 7',
    '\u202egnp.exe\u202c\u0000\u001b[2J',
  ];
  const HOSTILE = PAYLOADS.join('\n');
  /** A run in which every text is hostile. */
  const hostile = (): RunEvent[] => {
    const texts = new Set(['The prompt says to open it.', 'It is the only heading.', 'click', 'extract', 'Watering can', 'title', 'rules']);
    const poison = (value: unknown): unknown =>
      typeof value === 'string'
        ? texts.has(value) || /^(?:Get the title|link "|heading of|https:\/\/shop)/.test(value)
          ? HOSTILE
          : value
        : Array.isArray(value)
          ? value.map(poison)
          : typeof value === 'object' && value !== null
            ? Object.fromEntries(
                Object.entries(value).map(([key, each]) => [
                  key === 'title' ? HOSTILE : key,
                  key === 'app_url' ? `javascript:x\n${EVIL}` : poison(each),
                ]),
              )
            : value;
    return story({ status: 'failed', reason: HOSTILE }).map((event) => poison(event) as RunEvent);
  };

  test('no script runs, no request leaves, and nothing of it becomes an element', async () => {
    const { page, requests, said } = await open(htmlOf({ events: hostile() }));
    await page.hover('h1');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => (globalThis as unknown as { hacked?: number }).hacked)).toBeUndefined();
    expect(requests).toEqual([]);
    expect(said).toEqual([]);
    expect(await page.locator('iframe, object, embed, svg, base, form, link, [onerror], [onload], [onfocus], [onmouseover]').count()).toBe(
      0,
    );
    expect(await page.locator('script').count()).toBe(1);
    expect(await page.locator('a[href^="javascript"], a[href^="http"]').count()).toBe(0);
    expect(await page.locator('h1').innerText()).toContain('<script>window.hacked = 1; alert(1)</script>');
    expect(await page.locator('h1').innerText()).toContain('<U+202E>');
  });

  test('should a mark-up ever get through, the policy stops it', async () => {
    const evil = `<script>window.hacked = 1</script><img src="${EVIL}/a.png"><style>@import "${EVIL}/b.css";</style><p style="color:red" onclick="window.hacked = 2">x</p>`;
    const { page, requests } = await open(htmlOf({}).replace('<main>', `<main>${evil}`));
    await page.click('p[onclick]');
    expect(await page.evaluate(() => (globalThis as unknown as { hacked?: number }).hacked)).toBeUndefined();
    expect(requests).toEqual([]);
  });

  test('the twin: without the policy it would not', async () => {
    const evil = `<script>window.hacked = 1</script><img src="${EVIL}/a.png">`;
    const open_ = htmlOf({})
      .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
      .replace('<main>', `<main>${evil}`);
    const { page, requests } = await open(open_);
    expect(await page.evaluate(() => (globalThis as unknown as { hacked?: number }).hacked)).toBe(1);
    expect(requests).toEqual([`${EVIL}/a.png`]);
  });

  test('secrets are taken out everywhere', () => {
    const events = story().map(
      (event) => JSON.parse(JSON.stringify(event).replaceAll('Watering can', 'hunter2').replaceAll('The prompt', 'hunter2')) as RunEvent,
    );
    expect(htmlOf({ events })).toContain('hunter2');
    expect(htmlOf({ events, secret: 'hunter2' })).not.toContain('hunter2');
  });
});

const withPicture = (): Shown => {
  const events = story({
    steps: 3,
    output: [
      { name: 'Watering can', price: 24 },
      { name: 'Oak stool', price: null },
    ],
  });
  const [action] = events.filter(({ type }) => type === 'action');
  const screenshot = { ...action, type: 'screenshot', artifact: null, artifact_id: 'a_1', action_id: 'act_0_0' } as unknown as RunEvent;
  return {
    events: events.flatMap((event) => (event === action ? [event, screenshot] : [event])),
    media: [picture('a_1'), picture('a_2', 'screenshot_final')],
  };
};

test.each(['light', 'dark'] as const)('axe finds nothing against a screen reader, in the %s', async (colorScheme) => {
  for (const shown of [withPicture(), { events: story({ status: 'failed', reason: 'login wall', output: { a: { b: [1] } } }) }]) {
    const { page } = await open(htmlOf(shown), { colorScheme, bypassCSP: true });
    await page.addScriptTag({ content: axe.source });
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
    );
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)).toEqual([]);
  }
});

test('a reader moves by landmarks and headings, and every picture has a text', async () => {
  const { page } = await open(htmlOf(withPicture()));
  expect(await page.locator('body').ariaSnapshot()).toMatch(
    /- link "Skip to the timeline"[\s\S]*- banner:[\s\S]*- heading "Get the title of the top post" \[level=1\][\s\S]*- navigation "Parts of this report"[\s\S]*- main:[\s\S]*- region "Output"[\s\S]*- columnheader "name"[\s\S]*- region "Timeline"[\s\S]*- search "Timeline"[\s\S]*- searchbox "Search"[\s\S]*img "The page after: click link \\+"Item 1\\+""[\s\S]*- contentinfo/,
  );
});

test('search finds items with what they are in, says how many, and what failed can be asked for', async () => {
  const events = story({ steps: 3 });
  const failing = events.map((event) =>
    event.type === 'action' && event.action.action_id === 'act_1_0' ? { ...event, action: { ...event.action, status: 'failed' } } : event,
  );
  const { page, said } = await open(htmlOf({ events: failing }));
  const shown = () => page.locator('ol.tree .kind:visible').allInnerTexts();
  await page.keyboard.press('/');
  await page.keyboard.type('heading of item 2');
  expect(await shown()).toEqual(['step 2', 'extract']);
  expect(await page.locator('#found').innerText()).toBe('1 item of 9');
  await page.keyboard.press('Escape');
  expect(await shown()).toHaveLength(9);
  await page.check('#bad');
  expect(await shown()).toEqual(['step 2', 'click']);
  expect(said).toEqual([]);
});

test('by the keyboard one goes from item to item and enlarges their pictures', async () => {
  const { page } = await open(htmlOf(withPicture()));
  const width = async () => Math.round((await page.locator('ol.tree img').boundingBox())?.width ?? 0);
  const small = await width();
  for (const key of ['j', 'j', 'o']) await page.keyboard.press(key);
  expect(await page.locator('li:focus > .own .kind').innerText()).toBe('click');
  expect(await width()).toBeGreaterThan(small * 2);
});

test('dark where the reader likes it dark', async () => {
  const background = async (colorScheme: 'light' | 'dark') => {
    const { page } = await open(htmlOf({}), { colorScheme });
    return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  };
  expect(await background('light')).toBe('rgb(255, 255, 255)');
  expect(await background('dark')).toBe('rgb(15, 18, 22)');
});

test('on paper all is unfolded and the tools are gone, and without scripts it is whole', async () => {
  const { page } = await open(htmlOf(withPicture()));
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  expect(await page.locator('details:not([open])').count()).toBe(0);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  expect(await page.locator('details[open]').count()).toBe(0);
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('.tools').isVisible()).toBe(false);
  expect((await page.pdf()).subarray(0, 4).toString()).toBe('%PDF');
  const { page: plain } = await open(htmlOf(withPicture()), { javaScriptEnabled: false });
  expect(await plain.locator('ol.tree li').count()).toBe(9);
  expect(await plain.locator('.tools').isVisible()).toBe(false);
});

test('a timeline of 10,000 actions is one page that can be searched', async () => {
  const { page } = await open(htmlOf({ events: story({ steps: 3_333 }) }));
  await page.fill('#search', 'item 3333');
  expect(await page.locator('#found').innerText()).toBe('2 items of 9999');
});

test('a tree of any depth is closed as it was opened', () => {
  const block = (index: number): RunEvent =>
    ({
      ...story()[3],
      type: 'block',
      parent_id: index === 0 ? null : `b${index - 1}`,
      block: {
        workflow_run_block_id: `b${index}`,
        block_type: 'for_loop',
        label: null,
        description: null,
        status: 'completed',
        failure_reason: null,
        output: null,
        url: null,
        duration: null,
        current_index: null,
        current_value: null,
        instructions: null,
        executed_branch_expression: null,
        executed_branch_next_block: null,
        attempt_number: null,
        created_at: null,
        modified_at: null,
      },
    }) as unknown as RunEvent;
  const html = htmlOf({ events: [...story().slice(0, 3), ...Array.from({ length: 5_000 }, (_, index) => block(index))] });
  const count = (pattern: RegExp) => html.match(pattern)?.length;
  expect(count(/<ol/g)).toBe(31);
  expect(count(/<ol/g)).toBe(count(/<\/ol>/g));
  expect(count(/<li/g)).toBe(count(/<\/li>/g));
});
