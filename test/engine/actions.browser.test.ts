import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { parseRules } from '../../src/engine/rules/parse.js';
import type { Answer } from '../browser/pages.js';
import { servePages } from '../browser/pages.js';
import { sessionOf, testPool } from '../support/browserSession.js';
import { hastyClock, onPages, output, realRunner, reason } from './harness.js';
import {
  BLIND_MIXER,
  BLIND_SLIDER,
  CALENDAR,
  MIXER,
  ORDERS,
  PLACES,
  POSTS,
  SECTIONS,
  SETTINGS,
  SIGN_IN,
  SUGGESTS,
  UPLOAD,
  WIDGETS,
} from './pages.js';

const runner = realRunner();
const hasty = realRunner({}, hastyClock);
afterAll(() => Promise.all([runner.close(), hasty.close()]));

const TITLE = ', get the title of the page';
const titleAfter = async (page: string, prompt: string) => (output(await onPages(runner, page, prompt + TITLE)) as { title: string }).title;

const PAGES = {
  orders: ORDERS,
  calendar: CALENDAR,
  sections: SECTIONS,
  widgets: WIDGETS,
  posts: POSTS,
  blind: BLIND_SLIDER,
  places: PLACES,
  suggests: SUGGESTS,
  signIn: SIGN_IN,
  mixer: MIXER,
  blindMixer: BLIND_MIXER,
};

test.each<[keyof typeof PAGES, string, string]>([
  ['orders', 'Click "Cancel" for "Bob"', 'cancel 1003'],
  ['orders', 'For the order 1001, click "Cancel"', 'cancel 1001'],
  ['orders', 'Click the "Cancel" button in the row of "Cid"', 'cancel 1002'],
  ['orders', 'Click "Delete all", close the dialog by clicking the "x"', 'closed'],
  ['orders', 'Click "Delete all", click the button in the dialog labeled "Delete"', 'deleted'],
  ['orders', 'Click "Delete all", then close the "Confirm" dialog by pressing "Keep"', 'kept'],
  ['calendar', 'Select 11/27/2025 as the date and press Book', '11/27/2025'],
  ['calendar', 'Set "Departure date" to 2026-03-01, click Book', '3/1/2026'],
  ['sections', 'Expand the "Returns" section and click "Return form"', 'form'],
  ['sections', 'Expand the sections below, to find and click on the link "Return form"', 'form'],
  ['sections', 'Switch between the tabs to find and click on the link "Deep link"', 'deep'],
  ['sections', 'Find and click on the item labeled "PDF"', 'pdf'],
  ['sections', 'Select Export>PDF', 'pdf'],
  ['widgets', 'Select 9 with the slider', '9'],
  ['widgets', 'Set "Brightness" to 2', '2'],
  ['widgets', 'Turn on "Sounds"', 'sounds true'],
  ['widgets', 'Select "Pear" from "Fruit"', 'Pear'],
  ['posts', 'Click the "Share" button on all posts by @ann', 'Posts 1 4'],
  ['posts', 'Click "Share" on 1 post by @ann', 'Posts 1'],
  ['blind', 'Select 7 with the slider and hit Save', '7'],
  ['blind', 'Select 0 with the slider and hit Save', '0'],
  ['places', 'Select Isle of Man from the list, click Save', 'Isle of Man|'],
  [
    'places',
    'Select Trinidad and Tobago from the list, type the text below into the text field and press Save',
    'Trinidad and Tobago|quick brown',
  ],
  ['suggests', 'Enter the item that starts with "Ab" and ends with "jan" into "City", click Book', 'Abidjan'],
  ['suggests', 'Choose an option that begins with "ab" from "City" and click Book', 'Abidjan'],
  ['suggests', 'Type "ab" into "City", choose "Lahab" from the suggestions, click Book', 'Lahab'],
  ['signIn', 'Enter the user "ada" and the password "pw", then press login', 'ada is in'],
  ['signIn', 'Type "ada" into "User" and submit', 'ada is in'],
  ['mixer', 'Set the sliders to [6, 17, 0] and click Save', '6,17,0'],
  ['mixer', 'Select 9 with the 2nd slider, click Save', '5,9,5'],
  ['blindMixer', 'Set the sliders to the combination [6,4,0], click Save', '6,4,0'],
  ['signIn', 'Hover over "Products" and click "Lamps"', 'lamps'],
])('%s: %s', { timeout: 60_000 }, async (page, prompt, title) => {
  expect(await titleAfter(PAGES[page], prompt)).toBe(title);
});

test.each<[string, Record<string, string | string[]>]>([
  [
    'Enter the name "Grace" and the email "g@h.example", fill "Phone" with "5551234567"',
    { name: 'Grace', mail: 'g@h.example', phone: '(555) 123-4567' },
  ],
  ['Select Pro from the Plan dropdown, select Red, Green from "Teams"', { plan: 'Pro', teams: ['Red', 'Green'] }],
  ['Set "Plan" to "Team", choose "Large"', { plan: 'Team', size: 'l' }],
  ['Check "SMS" and "Push", uncheck "Mail"', { by: ['SMS', 'Push'] }],
  ['Check the 2nd checkbox and select the 1st radio button', { by: ['Mail', 'SMS'], size: 's' }],
  ['Check all checkboxes', { by: ['Mail', 'SMS', 'Push'] }],
  ['Set "Starts" to March 9, 2026, enter 2:05 PM into "At"', { start: '2026-03-09', at: '14:05' }],
  ['Enter 03/09/2026 as the date and enter 14:30 as the time', { start: '2026-03-09', at: '14:30' }],
  ['Set "Volume" to 7, select 4 with the spinner', { volume: '7', guests: '4' }],
  ['Select 3 with the slider', { volume: '3' }],
  ['Copy the text in the textarea, paste it into the "E-mail" field', { mail: 'Hello there, world' }],
  ['Find the 2nd word in the text area, type it into "E-mail"', { mail: 'there' }],
  ['Enter the value of "Full name" into "E-mail"', { mail: 'Ada' }],
  ['Type "ada" in all upper case letters in the 2nd text field', { mail: 'ADA' }],
  ['Type "two\u00a0words; and more" into "About you"', { about: 'two\u00a0words; and more' }],
])('the form is sent with it: %s', { timeout: 60_000 }, async (prompt, sent) => {
  const query = new URLSearchParams(await titleAfter(SETTINGS, `${prompt}, click "Save"`));
  for (const [field, value] of Object.entries(sent)) expect(query.getAll(field)).toEqual([value].flat());
});

test('what a form holds is read, and never as nothing when it hides it', async () => {
  expect(output(await onPages(runner, SETTINGS, 'Get the "Plan", "Full name", "E-mail", "Volume", "SMS" and "Size"'))).toEqual({
    Plan: 'Free',
    'Full name': 'Ada',
    'E-mail': '',
    Volume: '5',
    SMS: 'not checked',
    Size: '',
  });
  const hidden = '<label>Password <input type="password" value="tr0ub4dor"></label>';
  expect(reason(await onPages(hasty, hidden, 'Get the "Password"'))).toMatch(/does not show what it holds/);
  // The twin: an empty one is empty.
  expect(output(await onPages(runner, hidden.replace('value="tr0ub4dor"', ''), 'Get the "Password"'))).toEqual({ Password: '' });
});

test('a table is put in order by its column, and looked at', { timeout: 60_000 }, async () => {
  const customers = async (prompt: string) =>
    (output(await onPages(runner, ORDERS, `${prompt}, get the customers of all orders`)) as { orders: { customer: string }[] }).orders.map(
      ({ customer }) => customer,
    );
  expect(await customers('Sort the table by "Total"')).toEqual(['Ann', 'Bob', 'Cid']);
  expect(await customers('Sort by "Total" in descending order')).toEqual(['Cid', 'Bob', 'Ann']);
  const stubborn = ORDERS.replace('function order(column) {', 'function order(column) { return;');
  expect(reason(await onPages(hasty, stubborn, 'Sort the table by "Total"'))).toMatch(/"Total" is not in order after 3 clicks/);
});

/** Pages that undo at once what is done to them: each with the field as it would keep it. */
const UNDOING: readonly [string, string, string, string, RegExp][] = [
  [
    'a field that drops letters',
    '<label>Code <input UNDO></label>',
    'oninput="this.value = this.value.slice(0, 3)"',
    'Type "abcdef" into "Code"',
    /did not keep what was typed: it shows "abc"/,
  ],
  [
    'a field that is emptied a moment later',
    '<label>Code <input UNDO></label>',
    `oninput="setTimeout(() => { this.value = '' }, 0)"`,
    'Type "abc" into "Code"',
    /did not keep what was typed/,
  ],
  [
    'a box that unchecks itself',
    '<label><input type="checkbox" UNDO> News</label>',
    'onchange="setTimeout(() => { this.checked = false }, 0)"',
    'Check "News"',
    /did not change its state|not checked afterwards/,
  ],
  [
    'a dropdown that goes back',
    '<label>Size <select UNDO><option>S<option>M</select></label>',
    'onchange="this.value = `S`"',
    'Select "M" from "Size"',
    /shows S as chosen afterwards/,
  ],
  [
    'a list that takes one option only',
    '<label>Teams <select UNDO size="3"><option>A<option>B</select></label>',
    '',
    'Select "A", "B" from "Teams"',
    /takes one option, not 2/,
  ],
  [
    'a dialog that stays',
    '<dialog open aria-label="News"><button UNDO>Close</button></dialog>',
    'onclick="void 0"',
    'Close the "News" dialog',
    /still there/,
  ],
  [
    'a section that stays closed',
    '<details UNDO><summary>More</summary>text</details>',
    'onclick="event.preventDefault()"',
    'Expand the "More" section',
    /did not open/,
  ],
  [
    'a slider that does not move',
    '<div role="slider" tabindex="0" aria-label="Level" aria-valuenow="5" UNDO>5</div>',
    '',
    'Set "Level" to 7',
    /stays at 5/,
  ],
];
/** What makes the same page keep it. */
const KEEPS: Readonly<Record<string, string>> = {
  'a list that takes one option only': 'multiple',
  'a dialog that stays': 'onclick="this.closest(`dialog`).close()"',
  'a slider that does not move': 'onkeydown="this.textContent = Number(this.textContent) + 1"',
};

test.each(UNDOING)('what was not taken is no success: %s', { timeout: 60_000 }, async (what, html, undo, prompt, expected) => {
  expect(reason(await onPages(hasty, html.replace('UNDO', undo), prompt))).toMatch(expected);
  expect(reason(await onPages(runner, html.replace('UNDO', KEEPS[what] ?? ''), prompt))).toBe('completed null');
});

test('without the second look the browser itself reports success for a field that did not keep its text', async () => {
  const site = await servePages({ '/': '<input aria-label="Code" oninput="this.value = `abc`">' });
  const pool = testPool();
  onTestFinished(() => pool.close());
  const session = await pool.open(sessionOf('/tmp', [site.origin]));
  await session.page.perform({ kind: 'goto', url: `${site.origin}/` });
  const field = (await session.page.snapshot()).children
    .flatMap((child) => (typeof child === 'string' ? [] : [child, ...child.children]))
    .find((node) => typeof node !== 'string' && node.role === 'textbox');
  const ref = typeof field === 'object' ? (field.ref ?? '') : '';
  await expect(session.page.perform({ kind: 'fill', ref, text: 'abcdef', onlyInto: null })).resolves.toEqual({ secretField: false });
  expect((await session.page.inspect(ref))?.value).toBe('abc');
});

test.each<[string, string, string, RegExp]>([
  ['two texts for the only field', '<input aria-label="Email">', 'Type "a" and type "b"', /has filled the only field of the page/],
  ['a text for a field that has another name', '<label>Email <input></label>', 'Enter the name "Ada"', /"name" is not on the page/],
  ['a text for a field that is named and not there', '<input>', 'Type "Ada" into "Name"', /"Name" is not on the page/],
  [
    'a date for another day',
    '<label>End date <input type="date"></label>',
    'Enter 2026-03-09 as the start date',
    /"start date" is not on the page/,
  ],
  ['a key that is also the name of a button', '<button>Delete</button>', 'Press Delete', /could be the key or button "Delete": say/],
  [
    'two texts where there is one field',
    '<label>Username <input></label>',
    'Enter the username "a" and the password "b"',
    /"password" is not on the page/,
  ],
  ['both fields where there are three', '<input><input><input>', 'Enter "x" into both text fields', /has 3 text fields, not two/],
  ['two numbers for three sliders', MIXER, 'Set the sliders to 1 and 2, click Save', /has 3 sliders, not 2/],
  ['two numbers for three sliders without a name', BLIND_MIXER, 'Set the sliders to 1 and 2, click Save', /shows 3 numbers, not 2/],
  [
    'three numbers for one slider',
    `${BLIND_SLIDER}<p>1</p><p>2</p>`,
    'Set the sliders to 5, 1 and 2',
    /the page has 1 sliders, no more|slider is not on the page|slider does not move/,
  ],
  [
    'the second of sliders without a name',
    BLIND_MIXER,
    'Select 3 with the 2nd slider, click Save',
    /which of them is meant cannot be seen/,
  ],
  [
    'several suggestions where one is meant',
    SUGGESTS,
    'Enter the item that starts with "Ab" into "City"',
    /more than one suggestion is meant: Abidjan, Abha, Aberdeen/,
  ],
  [
    'letters that no suggestion has',
    SUGGESTS,
    'Enter an item that starts with "Ab" and ends with "x" into "City"',
    /none of what the field suggests is meant: Abidjan/,
  ],
  ['a field that suggests nothing', SUGGESTS, 'Enter an item that starts with "Ab" into "Note"', /the field suggests nothing/],
  ['a list that was there before', SUGGESTS, 'Type "Ab" into "Note", choose "Abroad" from the suggestions', /the field suggests nothing/],
  ['a log-in where nothing was filled in', SIGN_IN, 'press login', /"login" is not on the page/],
  ['a name in quotes that no button has', SIGN_IN, 'Type "ada" into "User", press "login"', /"login" is not on the page/],
  [
    'a form with two ways on',
    SIGN_IN.replace('<button>Go', '<button>Next</button><button>Go'),
    'Type "ada" into "User", press login',
    /"login" is not on the page/,
  ],
  [
    'a form with a button for another deed',
    SIGN_IN.replace('>Go', '>Register'),
    'Type "ada" into "User", press login',
    /"login" is not on the page/,
  ],
  ['items of two people with one name', `${POSTS}`, 'Click "Share" for "@ann"', /2 items show "@ann"/],
  ['a number that the slider does not reach', SETTINGS, 'Set "Volume" to 11', /shows "10"/],
  ['a slider that is not there', PLACES, 'Select 3 with the slider', /slider is not on the page|slider does not move/],
  ['a number that a slider without a name does not reach', BLIND_SLIDER, 'Select 12 with the slider', /does not move/],
  ['an option that is chosen already', '<label><input type="checkbox" checked> A</label>', 'Select nothing', /chosen already/],
  ['sections that show one at a time', SECTIONS, 'Expand the section', /more than one section that is closed/],
  [
    'two links of one name that run scripts',
    '<a href="#" onclick="x()">Save</a><a href="#">Save</a>',
    'Click "Save"',
    /fits more than one element/,
  ],
  [
    'a word that no page of the list shows',
    '<ul><li>Ann<li>Bob</ul>',
    'Find Cid in the list and click on his address',
    /"Cid" is not on the page/,
  ],
  ['a value beside a column head', ORDERS, 'Find Bob in the orders and click on his address', /nothing on the page is called "address"/],
])('ends failed, with the reason: %s', { timeout: 60_000 }, async (_what, html, prompt, expected) => {
  const result = await onPages(hasty, html, prompt);
  expect(result.outcome.status).toBe('failed');
  expect(reason(result)).toMatch(expected);
});

test('what is filled in and never sent is not done: no page stays open behind a run', { timeout: 60_000 }, async () => {
  const form =
    '<form onsubmit="return false"><label>Name <input></label><label><input type="checkbox"> News</label><p id="state"></p><button>Save</button></form>';
  for (const prompt of ['Type "Ada" into "Name"', 'Check "News"', 'Click "Save", check "News", wait 1 ms'])
    expect(reason(await onPages(runner, form, prompt))).toMatch(
      /^what was filled in was not sent: the page has button "Save"; say `click "Save"`/,
    );
  // The twins: it was sent, or looked at, or the page has nothing to send it with, or works at once.
  const done = async (page: string, prompt: string) => expect((await onPages(runner, page, prompt)).outcome.status).toBe('completed');
  await done(form, 'Type "Ada" into "Name", click "Save"');
  await done(form, 'Type "Ada" into "Name", press Enter');
  await done(form, 'Type "Ada" into "Name", get the "Name"');
  await done(form.replace('<input>', '<input oninput="state.textContent = `Saved`">'), 'Type "Ada" into "Name", wait for "Saved"');
  await done(form.replace('Save', 'Cancel'), 'Type "Ada" into "Name"');
  await done(form.replace('type="checkbox"', 'type="checkbox" role="switch"'), 'Turn on "News"');
});

test('a file of the run is given to the field that is meant, and looked at; without one nothing is claimed', {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'f1');
  writeFileSync(path, '12345');
  const files = [{ name: 'bill.txt', path }];
  const upload = (prompt: string, page = UPLOAD, given = files) => onPages(hasty, page, prompt + TITLE, { files: given });
  expect(output(await upload('Upload "bill.txt" to "Receipt", click "Send"'))).toEqual({ title: 'bill.txt 5|' });
  expect(reason(await upload('Upload "bill.txt", click "Send"'))).toMatch(
    /more than one field of the page takes files; there is button "Receipt", button "Photo"/,
  );
  expect(reason(await upload('Upload "bill.txt" to "Notes"'))).toMatch(/no field of the page takes files for "Notes"/);
  expect(reason(await upload('Upload "other.txt" to "Receipt"'))).toMatch(/there is no file "other.txt" to give/);
  const dropping = UPLOAD.replace('id="receipt"', 'id="receipt" onchange="this.value = ``"');
  expect(reason(await upload('Upload "bill.txt" to "Receipt"', dropping))).toMatch(/does not hold the file/);
  // Without files the prompt is refused before there is a run.
  const prompt = 'Upload "bill.txt" to "Receipt"';
  expect(parseRules(prompt, { secretNames: [] })).toEqual({ refusal: { clause: prompt, reason: 'no file was given with the task' } });
  expect(parseRules(prompt, { secretNames: [], hasFiles: true })).toHaveProperty('clauses');
});

test('one page of a list that goes on is not returned as all of it', { timeout: 60_000 }, async () => {
  const list = (after: string) => `<h1>Trees</h1><ul><li>Ash<li>Oak</ul>${after}`;
  const pager = '<nav><a href="/?p=1">1</a> <a href="/?p=2">2</a> <a href="/?p=3">3</a></nav>';
  const both = { trees: [{ name: 'Ash' }, { name: 'Oak' }] };
  for (const after of ['<a href="/?p=2">Next</a>', '<button>Load more</button>', pager, '<p>Page 1 of 4</p>']) {
    const result = await onPages(hasty, list(after), 'Get the names of all trees');
    expect(result.outcome).toMatchObject({
      status: 'failed',
      output: both,
      reason: expect.stringMatching(/shows 2 of them and the list goes on .*on all pages/),
    });
    expect(output(await onPages(runner, list(after), 'Get the names of all trees on this page'))).toEqual(both);
  }
  // The twin: a list that ends here is all there is.
  for (const after of ['', '<p>Page 4 of 4</p>', '<button disabled>Next</button>'])
    expect(output(await onPages(runner, list(after), 'Get the names of all trees'))).toEqual(both);
});

test('items that are loaded below the ones before are read once', async () => {
  const page = `<h1>Trees</h1><ul><li>Ash<li>Oak</ul><button onclick="document.querySelector('ul').insertAdjacentHTML('beforeend', '<li>Elm'); this.remove()">Load more</button>`;
  expect(output(await onPages(runner, page, 'Get the names of all trees on all pages'))).toEqual({
    trees: [{ name: 'Ash' }, { name: 'Oak' }, { name: 'Elm' }],
  });
});

test('the n-th item is counted over the following pages', async () => {
  const page: Answer = (request, response) => {
    const at = Number(new URL(request.url ?? '', 'http://x').searchParams.get('p') ?? 1);
    const results = [1, 2, 3].map((index) => `<li><a href="/result?n=${(at - 1) * 3 + index}">Result ${(at - 1) * 3 + index}</a>`).join('');
    response.setHeader('content-type', 'text/html');
    response.end(`<h1>Results</h1><ul>${results}</ul>${at < 3 ? `<a href="/?p=${at + 1}">&gt;</a>` : ''}`);
  };
  const { outcome, site } = await onPages(runner, { '/': page, '/result': 'ok' }, 'Click the 7th result');
  expect(outcome.status).toBe('completed');
  expect(site.asked.at(-1)).toBe('/result?n=7');
  expect(reason(await onPages(hasty, { '/': page, '/result': 'ok' }, 'Click the 10th result'))).toMatch(/there are only 9 items/);
});

test('scrolling a text area and marking a paragraph are done where they are said', async () => {
  const page = `<textarea rows="2" onscroll="document.title = 'down'">${'line\n'.repeat(50)}</textarea><p>First words</p><p>Second words</p>
    <button onclick="document.title = getSelection().toString()">Show</button>`;
  expect(await titleAfter(page, 'Scroll the text area to the bottom, wait 100 ms')).toBe('down');
  expect(await titleAfter(page, 'Highlight the text in the 2nd paragraph, click Show')).toBe('Second words');
});
