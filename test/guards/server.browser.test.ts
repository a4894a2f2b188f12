/** A page in the person's own browser against the server on their machine: it even knows the key. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find.js';
import { servePages } from '../browser/pages.js';
import { type Embedded, embedded } from '../support/embedded.js';

let browser: Browser;
beforeAll(async () => {
  const { path, env } = await findBrowser(process, {
    path: null,
    headed: false,
    cacheDir: join(tmpdir(), 'skyvern-test-cache'),
    places: [],
  });
  // An ordinary browser, in which a name of the attacker's leads to this machine.
  browser = await chromium.launch({
    executablePath: path,
    chromiumSandbox: false,
    args: ['--host-resolver-rules=MAP evil.test 127.0.0.1'],
    env: { ...(process.env as Record<string, string>), ...env },
  });
});
afterAll(() => browser.close());

/** What a page tries, each as code that uses `SERVER`, `KEY` and `BODY`; it resolves when it is done or refused. */
const TRIES: Readonly<Record<string, string>> = {
  'fetch with the key': `fetch(SERVER + '/v1/run/tasks', { method: 'POST', headers: { 'x-api-key': KEY, 'content-type': 'application/json' }, body: BODY })`,
  'fetch without asking': `fetch(SERVER + '/v1/run/tasks', { method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body: BODY })`,
  beacon: `navigator.sendBeacon(SERVER + '/v1/run/tasks', new Blob([BODY], { type: 'text/plain' }))`,
  'form of text': `new Promise((resolve) => {
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: SERVER + '/v1/run/tasks', enctype: 'text/plain', target: 'out' });
    const input = document.createElement('input');
    input.name = BODY.slice(0, -1) + ',"x":"'; input.value = '"}';
    const frame = document.createElement('iframe');
    frame.name = 'out'; frame.onload = resolve;
    form.append(input); document.body.append(frame, form); form.submit();
  })`,
  'image of the stop': `new Promise((resolve) => { const image = new Image(); image.onerror = image.onload = resolve; image.src = SERVER + '/v1/local/stop'; })`,
  'frame of the runs': `new Promise((resolve) => { const frame = document.createElement('iframe'); frame.onload = resolve; frame.src = SERVER + '/v1/runs'; document.body.append(frame); })`,
};

/** What came of each try: the text that the page could read, or why it could not. */
async function attack(server: Embedded, from: string, target: string): Promise<Record<string, string>> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(from);
  const results: Record<string, string> = {};
  for (const [name, code] of Object.entries(TRIES)) {
    const body = JSON.stringify({ prompt: 'complete', url: 'http://127.0.0.1:9/' });
    const script = `(async () => { const [SERVER, KEY, BODY] = ${JSON.stringify([target, server.token, body])};
      try { const answer = await (${code}); return answer instanceof Response ? answer.status + ' ' + await answer.text() : 'done'; } catch (error) { return String(error); } })()`;
    results[name] = await page.evaluate<string>(script);
  }
  await context.close();
  return results;
}

const runsOf = async ({ ask }: Embedded): Promise<number> => (await ask('GET', '/v1/runs')).body.length;

test('A42 a page of another site starts nothing, stops nothing and reads nothing, though it knows the key', async () => {
  const server = await embedded();
  const site = await servePages({ '/': '<body>attack' });
  const results = await attack(server, `${site.origin}/`, server.url);
  expect(results['fetch with the key']).toContain('TypeError');
  expect(results['fetch without asking']).toContain('TypeError');
  expect(await runsOf(server)).toBe(0);
});

test('A41 a name of the attacker that leads here is refused before anything is read', async () => {
  const server = await embedded();
  const { port } = new URL(server.url);
  // Rebinding: the page and the server have the same name and port, so that nothing marks the requests as coming from elsewhere.
  const results = await attack(server, `http://evil.test:${port}/`, `http://evil.test:${port}`);
  expect(results['fetch with the key']).toBe('421 {"detail":"Misdirected Request"}');
  expect(await runsOf(server)).toBe(0);
});

test('a program with the key starts a run by the same request, and a server without checks gets them all: the tests above can fail', async () => {
  const server = await embedded();
  await server.start('complete');
  expect(await runsOf(server)).toBe(1);
  const unguarded = await servePages({ '/': '<body>attack' });
  await attack(server, `${unguarded.origin}/`, unguarded.origin.replace('127.0.0.1', 'evil.test'));
  expect(unguarded.asked.filter((path) => path === '/v1/run/tasks').length).toBeGreaterThanOrEqual(3);
  expect(unguarded.asked).toEqual(expect.arrayContaining(['/v1/local/stop', '/v1/runs']));
});

test('A44 A45 answers are no page: nothing of them is framed, sniffed or kept', async () => {
  const server = await embedded();
  const id = await server.start('complete');
  await server.until(id, 'completed');
  const artifacts = (await server.ask('GET', `/v1/runs/${id}/artifacts`)).body as { artifact_id: string }[];
  for (const path of ['/v1/runs', `/v1/artifacts/${artifacts[0]?.artifact_id}/content`]) {
    const { status, headers } = await server.ask('GET', path);
    expect(status, path).toBe(200);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('set-cookie')).toBeNull();
  }
  expect(
    (
      await server
        .ask('GET', '/v1/runs', { headers: { upgrade: 'websocket', connection: 'upgrade', origin: 'http://evil.test' } })
        .catch(() => ({ status: 403 }))
    ).status,
  ).toBe(403);
});
