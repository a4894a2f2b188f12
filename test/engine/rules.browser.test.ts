import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { findBrowser } from '../../src/browser/find.js';
import { systemClock } from '../../src/clock.js';
import { type Answer, servePages } from '../browser/pages.js';
import { hastyClock, onPages, output, realRunner, reason, recorder, run, spec } from './harness.js';

const launched: number[] = [];
const runner = realRunner({ onLaunch: ({ pid }) => launched.push(pid) });
const hasty = realRunner({}, hastyClock);
afterAll(() => Promise.all([runner.close(), hasty.close()]));

const on = (pages: Readonly<Record<string, Answer>> | string, prompt: string, rest: Parameters<typeof spec>[2] = {}, by = runner) =>
  onPages(by, pages, prompt, rest);

/** As Hacker News is built: layout tables, ranked rows, vote links, a row of details below each. */
const HACKER_NEWS = `<title>Hacker News</title><center><table id="hnmain" width="85%"><tr><td><table><tr><td><a href="/">Hacker News</a></td>
<td><a href="newest">new</a> | <a href="ask">ask</a></td><td><a href="login">login</a></td></tr></table></td></tr><tr style="height:10px"></tr><tr><td><table>
${['Show: a tiny compiler', 'Zig', 'Why bridges hum', 'Ask: what do you read?', 'A map of every tree']
  .map(
    (
      title,
      index,
    ) => `<tr class="athing"><td align="right"><span>${index + 1}.</span></td><td><center><a href="vote?id=${index}"><div style="width:10px;height:10px" title="upvote"></div></a></center></td>
<td><span><a href="https://site${index}.example.org/long/path">${title}</a><span> (<a href="from?site=${index}">a-rather-long-site-name-${index}.example.org</a>)</span></span></td></tr>
<tr><td colspan="2"></td><td><span>${100 + index} points by <a href="user?id=u${index}">u${index}</a> <a href="item?id=${index}">${index + 2} hours ago</a> | <a href="hide?id=${index}">hide</a> | <a href="item?id=${index}">${index * 7 + 3}&nbsp;comments</a></span></td></tr>
<tr style="height:5px"></tr>`,
  )
  .join(
    '',
  )}<tr><td colspan="2"></td><td><a href="?p=2">More</a></td></tr></table></td></tr><tr><td><a href="guidelines">Guidelines</a> | <a href="faq">FAQ</a></td></tr></table></center>`;

const TABLE = `<h1>Parts</h1><nav><ul><li><a href="/a">Home</a><li><a href="/b">About</a></ul></nav>
<table><tr><th>Name<th>Unit price<th>Stock</tr><tr><td><a href="/bolt">Bolt</a><td>$1.20<td>40</tr><tr><td>Nut<td>$0.80<td></tr></table>`;

const LIST = `<h1>Birds</h1><ul>${['Robin', 'Wren', 'Finch'].map((name, i) => `<li><a href="/${name}">${name}</a> <span>${i + 3} g</span> <a href="/more">Read more</a></li>`).join('')}</ul>`;

const CARDS = `<title>Shop</title><h1>Products</h1><div>${[
  ['Kettle', '€ 89.00'],
  ['Mug', '€ 9.80'],
  ['Tray', '€ 34,50'],
]
  .map(([name, price]) => `<div><img alt=""><h3><a href="/p/${name}">${name}</a></h3><p>${price}</p><button>Add to cart</button></div>`)
  .join('')}</div>`;

test.each<[string, string, string, unknown]>([
  ['page title', HACKER_NEWS, 'Get the title of the page', { title: 'Hacker News' }],
  ['ranked table', HACKER_NEWS, 'Get the title of the top post', { title: 'Show: a tiny compiler' }],
  [
    'ranked table, a short title before a long site name',
    HACKER_NEWS,
    'Get the title, points and author of the second post',
    { title: 'Zig', points: '101', author: 'u1' },
  ],
  ['ranked table, link', HACKER_NEWS, 'Get the url of the third post', { url: 'https://site2.example.org/long/path' }],
  [
    'ranked table, many',
    HACKER_NEWS,
    'Get the titles of the first 2 posts',
    { posts: [{ title: 'Show: a tiny compiler' }, { title: 'Zig' }] },
  ],
  [
    'columns',
    TABLE,
    'Get the names and "Unit price" of all items',
    {
      items: [
        { name: 'Bolt', 'Unit price': '$1.20' },
        { name: 'Nut', 'Unit price': '$0.80' },
      ],
    },
  ],
  ['empty cell', TABLE, 'Get the stock of the second row', { stock: '' }],
  ['list of links', LIST, 'Get the names of all birds', { birds: [{ name: 'Robin' }, { name: 'Wren' }, { name: 'Finch' }] }],
  [
    'cards',
    CARDS,
    'Get the names and prices of all products',
    {
      products: [
        { name: 'Kettle', price: '€ 89.00' },
        { name: 'Mug', price: '€ 9.80' },
        { name: 'Tray', price: '€ 34,50' },
      ],
    },
  ],
  [
    'term and definition',
    '<h1>Mug</h1><dl><dt>Price</dt><dd>$4</dd><dt>Stock:</dt><dd>7</dd></dl>',
    'Get the price and the "Stock"',
    { price: '$4', Stock: '7' },
  ],
  ['text with a colon', '<main><h1>Order</h1><p>Total: 12.50 EUR</p></main>', 'Get the "Total"', { Total: '12.50 EUR' }],
  ['text of', '<h1>Order</h1><p>Number 42 is ready</p>', 'Get the text of "Number 42"', { text: 'Number 42 is ready' }],
  ['two titles', CARDS, 'Get the title of the page and get the title of the first product', { title: 'Shop', title_2: 'Kettle' }],
])('extracts: %s', async (_what, html, prompt, expected) => {
  expect(output(await on(html, prompt))).toEqual(expected);
});

test.each<[string, string, string, RegExp]>([
  [
    'a column that is not there',
    TABLE,
    'Get the colour of the first item',
    /"colour" is not to be found.*columns are "Name", "Unit price", "Stock"/,
  ],
  ['a noun that the page does not use', LIST, 'Get the names of all authors', /nothing on the page calls its items "authors"/],
  [
    'two lists of the same weight',
    `${LIST}${LIST.replaceAll('Birds', 'Trees')}`,
    'Get the names of all items',
    /more than one list: list "Birds", list "Trees"/,
  ],
  ['two prices', CARDS.replace('€ 9.80', '<s>€ 12.00</s> € 9.80'), 'Get the prices of all products', /more than one price/],
  ['too few items', LIST, 'Get the names of the first 9 birds', /there are only 3 items/],
  ['no list', '<h1>Empty</h1>', 'Get the title of the top post', /no list, table or row of cards/],
  [
    'an ambiguous element',
    '<button>Save</button><button>Save</button>',
    'Click "Save"',
    /"Save" fits more than one element: button "Save"/,
  ],
  ['a part of two names', '<button>Save draft</button><a href="/x">Save copy</a>', 'Click "Save"', /link "Save copy"|button "Save draft"/],
  [
    'a missing element',
    '<button>Save</button><a href="/x">Help</a>',
    'Click "Send"',
    /"Send" is not on the page; there is button "Save", link "Help"/,
  ],
  ['a disabled element', '<button disabled>Save</button>', 'Click "Save"', /"Save" is disabled/],
  [
    'an option that is not there',
    '<select aria-label="Size"><option>S<option>M</select>',
    'Select "XL" from "Size"',
    /"XL" is not in combobox "Size"; there is S, M/,
  ],
  ['no page to go back to', '<h1>x</h1>', 'go back, then go back', /there is no page to go back to/],
])('ends failed, with the reason: %s', async (_what, html, prompt, expected) => {
  const { outcome, told } = await on(html, prompt, {}, hasty);
  expect(outcome.status).toBe('failed');
  expect(reason({ outcome })).toMatch(expected);
  expect(told.order.at(-1)).toMatch(/^end \d failed last$/);
});

test('each value says where it came from', async () => {
  const { told } = await on(HACKER_NEWS, 'Get the title of the top post');
  expect(told.actions.at(-1)).toMatchObject({
    actionType: 'extract',
    output: {
      title: { value: 'Show: a tiny compiler', source: expect.stringMatching(/^link "Show: a tiny compiler" in item 1 of table/) },
    },
  });
});

test('steps, actions and pictures are told in order', async () => {
  const { told } = await on({ '/': '<a href="/two">Two</a>', '/two': '<title>Two</title>' }, 'Click "Two"; get the title of the page');
  expect(told.order).toEqual(['acting', 'step 0', 'goto_url', 'click', 'end 0 completed', 'step 1', 'extract', 'end 1 completed last']);
  for (const { screenshot } of told.actions)
    expect(
      Buffer.from(screenshot ?? [])
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
});

test('forms: labelled, unlabelled and beside fields, dropdown, box, key', async () => {
  const form = `<form onsubmit="document.title = [...new FormData(this)].map(([k, v]) => k + '=' + v).join('&'); return false">
    <label>Email <input name="email"></label> <b>Nickname:</b> <input name="nick"> <input name="city" placeholder="City">
    <label>Colour <select name="colour"><option>Red<option>Blue</select></label>
    <label><input type="checkbox" name="news"> Newsletter</label> <button>Send</button></form>`;
  const prompt =
    'Type "a@b.c" into "Email", type "ada" into "Nickname", fill "City" with "Bern", select "Blue" from "Colour", check "Newsletter", press Enter, get the title of the page';
  expect(output(await on(form, prompt))).toEqual({ title: 'email=a@b.c&nick=ada&city=Bern&colour=Blue&news=on' });
});

test('a new tab, a window of a script and a slow one become the page; a frame and a shadow root belong to it', async () => {
  const pages = {
    '/': '<a href="/tab" target="_blank">Tab</a><iframe src="/frame"></iframe>',
    '/frame':
      '<div id="host"></div><script>host.attachShadow({ mode: "open" }).innerHTML = "<button>Inside</button>"; host.shadowRoot.querySelector("button").onclick = () => { top.document.title = "clicked" }</script>',
    '/tab': `<title>Tab</title><button onclick="window.open('/window')">Open</button>`,
    '/window': (_request: unknown, response: { end(text: string): void }) =>
      void setTimeout(() => response.end('<title>Window</title>'), 300),
  } satisfies Record<string, Answer>;
  expect(
    output(
      await on(
        pages,
        'Click "Inside", get the title of the page, click "Tab", get the title of the page, click "Open", get the title of the page',
      ),
    ),
  ).toEqual({
    title: 'clicked',
    title_2: 'Tab',
    title_3: 'Window',
  });
});

test('what a click sets off is waited for: a late element, a fetch, a slow page', async () => {
  const late: Answer = (_request, response) => void setTimeout(() => response.end('late'), 300);
  const pages = {
    '/': `<h1>Old</h1><button onclick="fetch('/late').then((r) => r.text()).then((t) => { document.querySelector('h1').textContent = t })">Load</button>
      <button onclick="setTimeout(() => document.body.insertAdjacentHTML('beforeend', '<a href=/slow>Slow</a>'), 700)">Grow</button>`,
    '/late': late,
    '/slow': ((_request, response) => void setTimeout(() => response.end('<title>Slow</title>'), 800)) satisfies Answer,
  };
  expect(
    output(await on(pages, 'Click "Load", get the heading of the page, click "Grow", click "Slow", get the title of the page')),
  ).toEqual({ heading: 'late', title: 'Slow' });
});

test('a word of a paragraph is a link when it works like one, and only then', async () => {
  const text = (style: string) => `<p>Lorem <b style="${style}" onclick="document.title = 'clicked'">ipsum</b> dolor</p>`;
  const prompt = 'Click on the link "ipsum", get the title of the page';
  expect(output(await on(text('cursor: pointer'), prompt))).toEqual({ title: 'clicked' });
  expect(reason(await on(text(''), prompt, {}, hasty))).toContain('"ipsum" is plain text');
  expect(reason(await on(text('cursor: pointer') + text('cursor: pointer'), prompt, {}, hasty))).toMatch(/2 times|more than one/);
});

test('dialogs are dismissed and noted', async () => {
  const { outcome, told } = await on(
    `<button onclick="document.title = confirm('Sure?') ? 'yes' : 'no'">Ask</button>`,
    'Click "Ask", get the title of the page',
  );
  expect(output({ outcome })).toEqual({ title: 'no' });
  expect(told.actions.find(({ actionType }) => actionType === 'click')?.reasoning).toContain('dialog (confirm): "Sure?"');
});

test('a following page is read until there is none; the items of the last page are not read twice', async () => {
  const page = (n: number) =>
    `<h1>Trees</h1><ul><li>Tree ${n}a<li>Tree ${n}b</ul>${n < 3 ? `<a href="/?p=${n + 1}">Next page &raquo;</a>` : ''}`;
  const pages = {
    '/': ((request, response) =>
      void response.end(page(Number(new URL(request.url ?? '', 'http://x').searchParams.get('p') ?? 1)))) satisfies Answer,
  };
  const names = (list: string[]) => ({ trees: list.map((name) => ({ name })) });
  expect(output(await on(pages, 'Get the names of all trees on all pages'))).toEqual(
    names(['Tree 1a', 'Tree 1b', 'Tree 2a', 'Tree 2b', 'Tree 3a', 'Tree 3b']),
  );
  expect(output(await on(pages, 'Get the names of all trees on the first 2 pages'))).toEqual(
    names(['Tree 1a', 'Tree 1b', 'Tree 2a', 'Tree 2b']),
  );
  expect(
    reason(await on('<h1>Trees</h1><ul><li>a<li>b</ul><button>Next</button>', 'Get the names of all trees on all pages', {}, hasty)),
  ).toContain('the following page shows the same items');
});

const LOGIN = `<form action="/in" method="GET"><label>User <input name="user"></label><label>Password <input name="pw" type="password" value="stored-one"></label><button>Log in</button></form>`;

test('a secret is typed and stands nowhere: not in records, addresses, files, reasons or output', async () => {
  const echo: Answer = (request, response) => {
    const pw = new URL(request.url ?? '', 'http://x').searchParams.get('pw');
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(
        `<title>${pw}</title><h1>Hello ${pw}</h1><input aria-label="Echo" value="${pw}"><a download="${pw}.txt" href="data:text/plain,x">File</a>`,
      );
  };
  const secret = 'tr0ub4dor & 3';
  const { outcome, told, site } = await on(
    { '/': LOGIN, '/in': echo },
    'Log in with user "ada" and password "{{PW}}", download "File", get the heading of the page, get the title of the page, click "Nothing"',
    {
      secrets: new Map([['PW', secret]]),
    },
  );
  expect(site.asked.some((path) => path.includes('tr0ub4dor'))).toBe(true);
  expect(outcome).toMatchObject({ status: 'failed', output: { heading: 'Hello *****', title: '*****' } });
  const everything = JSON.stringify([outcome, told.actions, told.files.map(({ path: _path, ...file }) => file), told.order]);
  expect(everything).not.toMatch(/tr0ub4dor|stored-one/);
  expect(told.actions.filter(({ text }) => text === '*****')).toHaveLength(1);
});

test('a secret is not typed into a page of another origin, and the reason names it and both', async () => {
  const other = await servePages({ '/': LOGIN });
  const { outcome, told } = await on('<h1>Home</h1>', `Go to ${other.origin}/, type "{{PW}}" into "Password"`, {
    secrets: new Map([['PW', 'tr0ub4dor']]),
  });
  expect(reason({ outcome })).toMatch(
    new RegExp(`the secret PW belongs to http://127.0.0.1:\\d+ and was not typed into a page of ${other.origin}`),
  );
  expect(told.actions.at(-1)).toMatchObject({ actionType: 'input_text', status: 'failed', text: '*****' });
});

test('the value of a password field is in no snapshot: not even to be extracted', async () => {
  expect(reason(await on(LOGIN, 'Get the text of "stored-one"', {}, hasty))).toContain('is not on the page');
});

test('output that does not satisfy the schema is a failed run that keeps it', async () => {
  const schema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title', 'price'] };
  const { outcome } = await on('<title>Shop</title>', 'Get the title of the page', { dataExtractionSchema: schema });
  expect(outcome).toMatchObject({
    status: 'failed',
    output: { title: 'Shop' },
    reason: expect.stringContaining("output must have required property 'price'"),
  });
});

test('the maximum of steps ends the run before the next one', async () => {
  const { outcome, told } = await on('<title>T</title><button>A</button>', 'Get the title of the page, click "A", click "A"', {
    maxSteps: 2,
  });
  expect(outcome).toMatchObject({
    status: 'failed',
    output: { title: 'T' },
    errors: [{ error_code: 'REACH_MAX_STEPS', error_type: 'SYSTEM_DEFINED_ERROR', reasoning: 'Reached the maximum steps (2)' }],
  });
  expect(reason({ outcome })).toMatch(/^Reached the maximum steps \(2\)/);
  expect(told.order.filter((entry) => entry.startsWith('step'))).toEqual(['step 0', 'step 1']);
});

const never: Answer = () => {};
test.each<[string, Record<string, Answer>, string]>([
  ['a page that never loads', { '/': '<a href="/never">Never</a>', '/never': never }, 'Click "Never"'],
  ['a wait', { '/': '<h1>x</h1>' }, 'wait 60 seconds'],
  ['a missing element', { '/': '<h1>x</h1>' }, 'wait for "y"'],
  ['a page that is busy for ever', { '/': '<button onclick="for (;;);">Hang</button>' }, 'Click "Hang"'],
])('canceled within a second: %s', async (_what, pages, prompt) => {
  const site = await servePages(pages);
  const controller = new AbortController();
  const cause = new Error('canceled');
  const started = Promise.withResolvers<void>();
  const told = recorder(() => started.resolve());
  const outcome = run(runner, spec(prompt, `${site.origin}/`), told, controller.signal);
  outcome.catch(() => {});
  await started.promise;
  const since = performance.now();
  // The start page is recorded; what comes next is under way or about to be.
  await new Promise((resolve) => setTimeout(resolve, 150));
  controller.abort(cause);
  await expect(outcome).rejects.toBe(cause);
  expect(performance.now() - since).toBeLessThan(1150);
});

test('a browser that dies ends the run with the cause, and the next run has a new one', async () => {
  const site = await servePages({ '/': '<title>T</title><button>A</button>' });
  let killed = false;
  const killer = recorder(() => {
    if (!killed) execFileSync('kill', ['-9', String(launched.at(-1))]);
    killed = true;
  });
  const outcome = await run(runner, spec('Click "A", get the title of the page', `${site.origin}/`), killer);
  expect(reason({ outcome })).toContain('the browser was closed or crashed');
  expect(output(await on('<title>Again</title>', 'Get the title of the page'))).toEqual({ title: 'Again' });
});

test('a wait counts from the end of the action before it: the record of that makes it no longer', async () => {
  const site = await servePages({ '/': '<button>A</button>' });
  let ahead = 0;
  const waits: number[] = [];
  const clock = {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + ahead,
    sleep: async (ms: number, signal: AbortSignal) => (ms > 60_000 && ms <= 200_000 ? void waits.push(ms) : systemClock.sleep(ms, signal)),
  };
  const patient = realRunner({}, clock);
  onTestFinished(() => patient.close());
  const told = recorder(({ actionType }) => {
    if (actionType === 'click') ahead += 100_000; // so long did it take to record the click
  });
  const outcome = await run(patient, spec('Click "A", wait 200 seconds, wait 200 seconds', `${site.origin}/`), told);
  expect(output({ outcome })).toBeNull();
  expect(waits.map((ms) => Math.round(ms / 50_000) * 50_000)).toEqual([100_000, 200_000]);
});

test('an action that a busy machine begins long after the wait before it was over says so', async () => {
  const site = await servePages({ '/': '<button>A</button>' });
  let ahead = 0;
  const clock = {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + ahead,
    sleep: async (ms: number, signal: AbortSignal) => {
      if (ms <= 60_000) return systemClock.sleep(ms, signal);
      ahead += ms;
    },
  };
  const slow = realRunner({}, clock);
  onTestFinished(() => slow.close());
  const clicks = async (lateMs: number) => {
    const told = recorder(({ actionType }) => {
      if (actionType === 'wait') ahead += lateMs;
    });
    expect(output({ outcome: await run(slow, spec('Wait 200 seconds, click "A"', `${site.origin}/`), told) })).toBeNull();
    return told.actions.at(-1)?.reasoning;
  };
  expect(await clicks(100_000)).toMatch(/It began 10\d\.\d s after the wait before it was over\.$/);
  expect(await clicks(-100_000)).not.toContain('after the wait');
});

test('a server that is down is a failed start, not an empty page', async () => {
  const { outcome } = { outcome: await run(runner, spec('Get the title of the page', 'http://127.0.0.1:1/')) };
  expect(reason({ outcome })).toMatch(/the start page could not be opened: .*(ECONNREFUSED|does not answer)/);
});

test('a download that gives no file is a failed action', async () => {
  expect(reason(await on('<button>Save</button>', 'download "Save"'))).toMatch(/no file came/);
});

test('a file keeps its bytes under a name of ours, whatever the page calls it', async () => {
  const file: Answer = (_request, response) =>
    void response.writeHead(200, { 'content-disposition': 'attachment; filename="../../evil.sh"' }).end('echo hi');
  const { outcome, told } = await on({ '/': '<a href="/file">Get it</a>', '/file': file }, 'Click "Get it"');
  expect(outcome.status).toBe('completed');
  expect(told.files).toHaveLength(1);
  expect(told.files[0]?.path).toMatch(/\/download-1$/);
  expect(told.files[0]?.name).not.toMatch(/[/\\]/);
  expect(readFileSync(told.files[0]?.path ?? '', 'utf8')).toBe('echo hi');
});

test('a run that is no longer ours stops at once: nothing more is done on the page', async () => {
  const site = await servePages({ '/': '<a href="/two">Two</a>', '/two': 'two' });
  const lost = new Error('lease lost');
  const told = recorder(() => {
    throw lost;
  });
  await expect(run(runner, spec('Click "Two"', `${site.origin}/`), told)).rejects.toBe(lost);
  expect(site.asked).toEqual(['/']);
});

test('a browser that runs elsewhere is connected to by its CDP address and is left running', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
  const program = await findBrowser(process, { path: null, headed: false, cacheDir: join(tmpdir(), 'skyvern-test-cache'), places: [] });
  const args = ['--headless', '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(program.path, args, { env: { ...process.env, ...program.env }, stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  let address: string | undefined;
  for await (const line of createInterface(child.stderr)) {
    address = /listening on (ws:\S+)/.exec(line)?.[1];
    if (address) break;
  }
  const browser = { headed: false, path: null, address: `http://${new URL(address ?? '').host}`, cdpHeaders: {}, state: null };
  for (let round = 0; round < 2; round++) {
    expect(output(await on('<title>Far</title>', 'Get the title of the page', { browser }))).toEqual({ title: 'Far' });
  }
  expect(child.exitCode).toBeNull();
  const nobody = { ...browser, address: 'http://127.0.0.1:1' };
  expect(reason(await on('<title>x</title>', 'Get the title of the page', { browser: nobody }))).toContain(
    'no browser answers at http://127.0.0.1:1',
  );
});
