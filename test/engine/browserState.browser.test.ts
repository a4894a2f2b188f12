/** What a browser session is here: cookies and stored data go from one context to the next. */
import { afterAll, expect, test } from 'vitest';
import type { BrowserState } from '../../src/browser/types.js';
import { systemClock } from '../../src/clock.js';
import { servePages } from '../browser/pages.js';
import { testPool } from '../support/browserSession.js';
import { recorder, rulesRunner, run, spec } from './harness.js';

const pool = testPool();
const runner = rulesRunner(pool, systemClock);
afterAll(() => runner.close());

test('who logged in in one run is logged in in the next one of the session, and in no other', async () => {
  const site = await servePages({
    '/': (request, response) => {
      const user = /user=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? 'nobody';
      const script = "document.title = localStorage.getItem('note') ?? 'no note'";
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<h1>Hello ${user}</h1><a href="/in">Log in</a><script>${script}</script>`);
    },
    '/in': (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'user=ada' })
        .end("<h1>You are in</h1><script>localStorage.setItem('note', 'a note')</script>"),
  });
  let state: BrowserState | null = null;
  const on = async (prompt: string, from: BrowserState | null) => {
    const told = recorder();
    const keepBrowserState = (left: BrowserState) => {
      state = left;
    };
    const browser = { headed: false, path: null, address: null, cdpHeaders: {}, state: from };
    const outcome = await run(runner, spec(prompt, `${site.origin}/`, { browser, keepBrowserState }), told);
    return outcome.status === 'completed' ? outcome.output : outcome.reason;
  };
  await on('Click "Log in"', null);
  expect(state).toMatchObject({ url: `${site.origin}/in` });
  expect(await on('Get the heading and the title of the page', state)).toEqual({ heading: 'Hello ada', title: 'a note' });
  expect(await on('Get the heading and the title of the page', null)).toEqual({ heading: 'Hello nobody', title: 'no note' });
});
