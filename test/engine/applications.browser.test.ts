/** Prompts of people on applications: each does exactly what its words say, or says that it does not. */
import { afterAll, expect, test } from 'vitest';
import { parseRules } from '../../src/engine/rules/parse.js';
import { PREFERENCES, SHOP, TICKETS } from './applications.js';
import { hastyClock, onPages, output, realRunner, reason } from './harness.js';

const runner = realRunner();
const hasty = realRunner({}, hastyClock);
afterAll(() => Promise.all([runner.close(), hasty.close()]));

const APPLICATIONS = { shop: SHOP, preferences: PREFERENCES, tickets: TICKETS };
type Application = keyof typeof APPLICATIONS;

/** What the page says was done. */
const doneBy = async (page: string, prompt: string): Promise<string> =>
  (output(await onPages(runner, page, `${prompt}, get the title of the page`)) as { title: string }).title;

/** What the form of preferences sends when nothing but `changed` was changed. */
const saved = (changed: Readonly<Record<string, string>>, ...by: string[]) =>
  new URLSearchParams([
    ...Object.entries({ name: 'Ada', work: '', home: '', lang: 'English', ...changed }),
    ...by.map((kind) => ['by', kind]),
  ]).toString();

test.each<[Application, string, string]>([
  // Icons: by what they say to who points at them, by what their class calls them, by their picture.
  ['shop', 'Click the "Compare" icon for "Mint"', 'compare Mint'],
  ['shop', 'Click the heart icon in the row of "Black tea"', 'like Black tea'],
  ['shop', 'Click the "Share" button for "Mint"', 'share Mint'],
  ['tickets', 'Find the ticket from Bob and click the star icon', 'star T-18'],
  ['tickets', 'Find the ticket "T-19" and click the star icon to mark it as urgent', 'star T-19'],
  // Dialogs of the browser: declined where nothing is said of them.
  ['shop', 'Click "Hide" for "Mint"', 'keep Mint'],
  ['shop', 'Click "Hide" for "Mint" and accept the dialog', 'hide Mint'],
  ['shop', 'Click "Hide" for "Mint", then dismiss the dialog', 'keep Mint'],
  ['shop', 'Click "Hide" for "Mint", cancel the confirmation', 'keep Mint'],
  ['preferences', 'Click "Reset", accept the dialog, click "Reset"', 'reset; not reset'],
  ['preferences', 'Click "Rename workspace", answer the prompt with "Den"', 'named Den'],
  ['preferences', 'Click "Rename workspace" and accept the prompt', 'named Lab'],
  ['preferences', 'Click "Rename workspace" and close the prompt', 'named null'],
  ['preferences', 'Click "Back up" and accept the alert', 'backup'],
  ['preferences', 'Click "Leave team" and accept the dialog', 'left'],
  ['preferences', 'Click "Leave team" and cancel the dialog', 'stayed'],
  // Other clicks.
  ['tickets', 'Double-click "No coffee"', 'edit T-18'],
  ['tickets', 'Right click on "T-19", click "Archive"', 'archive T-19'],
  ['shop', 'Double-click the second "Add to cart" button', 'add Black tea; add Black tea'],
  // What comes over the page by itself.
  ['shop', 'Type "SPRING" into "Coupon" and press "Apply"', 'coupon SPRING'],
  // Letters that stand in elements of their own.
  ['preferences', 'Type the text below into "Code", click "Verify"', 'code 4711'],
  // Ordinals, names in another case, two names, all, all but.
  ['shop', 'Click "Add to cart" for the second product', 'add Black tea'],
  ['shop', 'Click "Add to cart" for the last product', 'add Mint'],
  ['shop', 'Click "Add to cart" for "mint"', 'add Mint'],
  ['shop', 'Check "Loose" and "Bags"', 'Loose true; Bags true'],
  ['shop', 'Search for "mint" and open the first result', 'search mint; open Green tea'],
  ['tickets', 'Click "Close" in the row of "Printer is out"', 'close T-19'],
  ['tickets', 'Click "Close" on all tickets with "Printer"', 'close T-17; close T-19'],
  ['tickets', 'Go to the Closed tab', 'tab Closed'],
  ['tickets', 'Click "Load more", wait until "All loaded" appears, click "Refresh"', 'loaded; refresh'],
  ['preferences', 'Enter the work email "a" and the home email "b", click "Save"', saved({ work: 'a', home: 'b' }, 'Digest')],
  ['preferences', 'Type "Ada" in lower case into "Display name" and click "Save"', saved({ name: 'ada' }, 'Digest')],
  ['preferences', 'Clear "Display name", click "Save"', saved({ name: '' }, 'Digest')],
  ['preferences', 'Check all checkboxes and uncheck "Digest", click "Save"', saved({}, 'Mentions', 'Replies')],
  ['preferences', 'Select French from the Language dropdown, click Save to apply the changes', saved({ lang: 'French' }, 'Digest')],
])('%s, done: %s', { timeout: 60_000 }, async (application, prompt, title) => {
  expect(await doneBy(APPLICATIONS[application], prompt)).toBe(title);
});

test.each<[Application, string, RegExp]>([
  ['shop', 'Click the heart icon', /3 icons could be called "heart"/],
  ['shop', 'Click the bookmark icon for "Mint"', /the icon "bookmark" did nothing when it was clicked/],
  ['shop', 'Click the "Add to cart" button for "Mint" and accept the dialog', /no dialog opened/],
  ['shop', 'Click "Add to cart" for "Mnit"', /no row, item or card of the page shows "Mnit"/],
  ['shop', 'Select "Price" and "Age" from "Order by"', /takes one option, not 2/],
  [
    'preferences',
    'Click "Delete account" and accept the dialog',
    /after dialog \(confirm\) "Delete\?" came another one, which was dismissed/,
  ],
  ['preferences', 'Click "Reset", answer the dialog with "yes"', /does not ask for text, and was dismissed/],
  ['preferences', 'Type "a@b.c" into "Email", click "Save"', /fits more than one element: textbox "Work email", textbox "Home email"/],
  ['preferences', 'Select "Frensh" from "Language", click "Save"', /there is English, French, German/],
  ['preferences', 'Type "4711" into "Code"', /was not sent: the page has button "Verify"/],
  ['tickets', 'Click "Close" for "Printer"', /2 items show "Printer"/],
  ['tickets', 'Click "Close" on 3 tickets with "Printer"', /only 2 items show "Printer"/],
  ['tickets', 'Find the ticket from Bob, click "Close" and click the star icon', /fits more than one element: generic "Star" \(3 times\)/],
  ['tickets', 'Find the ticket from Dan and click the star icon', /no row, item or card of the page shows "Dan"/],
  ['tickets', 'Get the subjects of all tickets', /the list goes on/],
  ['tickets', 'Click the third tab', /there are only 2 of tab/],
])('%s, not done, and said: %s', { timeout: 60_000 }, async (application, prompt, why) => {
  expect(reason(await onPages(hasty, APPLICATIONS[application], prompt))).toMatch(why);
});

test('fields of the item that is named are read, from a card and from a table, and of no other', { timeout: 60_000 }, async () => {
  expect(output(await onPages(runner, SHOP, 'Get the price of "Mint"'))).toEqual({ price: '€ 5.20' });
  expect(output(await onPages(runner, TICKETS, 'Get the "Number" and subject of the ticket from "Bob"'))).toEqual({
    Number: 'T-18',
    subject: 'No coffee',
  });
  expect(reason(await onPages(hasty, TICKETS, 'Get the subject of "Printer"'))).toMatch(/2 items show "Printer"/);
  expect(reason(await onPages(hasty, SHOP, 'Get the price of "Mnit"'))).toMatch(/no item of .* shows "Mnit"/);
});

test.each([
  // All, some, all but.
  'Get the prices of "Mint" and "Black tea"',
  'Click "Add to cart" for all products',
  'Click "Add to cart" for the first two products',
  'Click "Add to cart" for "Green tea" and "Mint"',
  'Click "Add to cart" for "Mint" but not for "Green tea"',
  'Click the heart icon for "Mint" and "Black tea"',
  'Click the star icon of every ticket',
  'Click "Close" on all tickets not from "Bob"',
  'Click "Close" on all tickets except "T-18"',
  'Check all kinds except "Gift"',
  'Check everything but "Digest"',
  'Check the first two checkboxes',
  'Type "x" into the first two text fields',
  'Type "x" into both email fields',
  'Get the subjects of all but the first ticket',
  'Get the subjects of all open tickets',
  // Negations, conditions, ends, orders of time.
  'Click "Hide" for "Mint" without accepting the dialog',
  'Click "Hide" for "Mint", do not accept the dialog',
  'Find the ticket that is not from Bob and click the star icon',
  'Right-click "T-18", do not click "Merge"',
  'Don’t click "Reset"',
  'Open "Mint" unless it is sold out',
  'Click "Reset" only if "Dark" is selected',
  'Type "Bob" into "Display name" if it is empty',
  'Switch to the "Closed" tab if there is one',
  'Click "Refresh" until "T-20" appears',
  'Wait until "Saved" appears or 5 seconds pass',
  'After "T-18" is closed, click "Refresh"',
  'Click "Assign" before "Close" for "T-18"',
  // Two values, choices, repetitions.
  'Type "A" and "B" into "Coupon"',
  'Type "A" into "Coupon" instead of "B"',
  'Search for "mint" or "tea"',
  'Check either "Loose" or "Bags"',
  'Choose "Dark", then "Light"',
  'Find the ticket from Bob or Ann and click the star icon',
  'Double click "T-17" and "T-18"',
  'Double-click "T-17" twice',
  'Right-click or click "Cart"',
  'Click both "Close" and "Assign" for "T-18"',
  'Click "Load more" 3 times',
  'Click "Cart", then again',
  'Change "Display name" from "Ada" to "Bob"',
  'Append "X" to "Display name"',
  // Dialogs that nothing opens, that could be two, whose answer is a choice.
  'Accept the dialog, then click "Hide" for "Mint"',
  'Click "Reset", accept the dialog, accept the dialog',
  'Click "Reset", then accept or dismiss the dialog',
  'Click "Reset" and accept it',
  'Click "Rename workspace", answer the prompt with "Den" or "Lab"',
  'Click "Share" on all products with "tea" and accept the dialog',
  // A purpose that says more than the click.
  'Click "Save" to delete everything',
  'Type "Hello" into "Reply" and click "Send" to close the ticket',
  // What the words leave to the reader.
  'Find the oldest ticket and click the star icon',
  'Find the ticket from Bob and star it',
  'Get the name of the cheapest product',
  'Get the names of all products under 5 euros',
  'Reply "Hello" to Bob',
  'Set everything to default',
  // Typing errors, other languages.
  'Clik "Cart"',
  'Klicke auf "Cart"',
  'Haz clic en "Cart"',
  'Cliquez sur "Cart"',
  'Klick "Close" for "T-18"',
  'Wählen Sie "German" aus "Language"',
])('refused before anything runs: %s', (prompt) => {
  expect(parseRules(prompt, { secretNames: [] })).toEqual({ refusal: { clause: expect.any(String), reason: expect.stringMatching(/\w/) } });
});

test('what comes over the page is declined only by a button that says so, and never agreed to', { timeout: 60_000 }, async () => {
  const prompt = 'Type "SPRING" into "Coupon" and press "Apply"';
  const { told, outcome } = await onPages(runner, SHOP, prompt);
  expect(outcome.status).toBe('completed');
  expect(told.actions.map(({ reasoning }) => reasoning).join()).toContain(
    'This came over the page and is declined: "Join our club? Join No thanks"',
  );
  const pushy = SHOP.replace('No thanks', 'Tell me more');
  expect(reason(await onPages(hasty, pushy, prompt))).toMatch(/did not keep what was typed|is disabled/);
});

test('a dialog that takes its time to close is not answered a second time', { timeout: 60_000 }, async () => {
  const leave = (word: string) => `onclick="document.title += ' ${word}'; setTimeout(() => over.remove(), 400)"`;
  const page = `<title>did</title><div role="dialog" aria-label="Cookies" id="over"><p>Cookies?</p><button ${leave('accept')}>Accept</button><button ${leave('decline')}>Decline</button></div>`;
  expect(await doneBy(page, 'Close the "Cookies" dialog by clicking "Accept"')).toBe('did accept');
  expect(await doneBy(`${page}<button>Help</button>`, 'Click "Help", accept the dialog')).toBe('did accept');
});

test('a dialog that came over the page by itself is declined, and the click is made; one that the prompt opened is not', {
  timeout: 120_000,
}, async () => {
  const page = `<title>nothing</title><p>News</p><button onclick="document.title = 'read on'">Read on</button>
<script>function come() { document.body.insertAdjacentHTML('beforeend', '<div role="dialog" aria-label="Letter" id="over" style="position: fixed; inset: 0; background: white"><p>Get our letter?</p><button onclick="document.title = 1">Yes</button><button onclick="over.remove()">Not now</button></div>'); }</script>`;
  // Each of them takes as long as a click is patient.
  const [result, own] = await Promise.all([
    onPages(runner, `${page}<script>come()</script>`, 'Click "Read on", get the title of the page'),
    onPages(runner, `${page}<button onclick="come()">Subscribe</button>`, 'Click "Subscribe", click "Read on"'),
  ]);
  expect(reason(own)).toMatch(/another element covers it/);
  expect(output(result)).toEqual({ title: 'read on' });
  expect(result.told.actions.map(({ reasoning }) => reasoning).join()).toContain('is declined: "Get our letter? Yes Not now"');
});
