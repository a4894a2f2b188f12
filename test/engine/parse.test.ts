import { expect, test } from 'vitest';
import { DEMO_PROMPT } from '../../src/demo/site.js';
import { parseRules } from '../../src/engine/rules/parse.js';

const parse = (prompt: string, secretNames: string[] = []) => parseRules(prompt, { secretNames });
const commands = (prompt: string, secretNames: string[] = []) => {
  const parsed = parse(prompt, secretNames);
  if ('refusal' in parsed) throw new Error(`${parsed.refusal.clause}: ${parsed.refusal.reason}`);
  return parsed.clauses.map(({ command }) => command);
};
const target = (name: string | null, kind: string | null = null, ordinal: number | null = null) => ({
  name,
  kind,
  ordinal,
  within: null,
  any: false,
});
const click = (name: string | null, kind: string | null = null, ordinal: number | null = null) => ({
  kind: 'click',
  target: target(name, kind, ordinal),
  download: false,
});
const type = (text: string, into: object) => ({ kind: 'type', text: { literal: text }, into, fields: 'one' });
const plain = (...names: string[]) => names.map((name) => ({ name, quoted: false }));

test.each<[string, object]>([
  ['Go to https://example.com/a?b=c,d.', { kind: 'goto', url: 'https://example.com/a?b=c,d' }],
  ['open example.com', { kind: 'goto', url: 'https://example.com' }],
  ['visit localhost:3000/x', { kind: 'goto', url: 'http://localhost:3000/x' }],
  ['Click "Sign in".', click('Sign in')],
  ['Please click on the “Save” button', click('Save', 'button')],
  ['click the button named "Save"', click('Save', 'button')],
  ["click 'Terms, and then some'", click('Terms, and then some')],
  ['Click the second "Delete" link', click('Delete', 'link', 2)],
  ['click sign in', { ...click('sign in'), sends: true }],
  ['click "sign in"', click('sign in')],
  ['and submit the form', { ...click('submit'), sends: true }],
  ['hover over "Products"', { kind: 'hover', target: target('Products') }],
  [
    'Enter an item that starts with "Ab" and ends with "ia"',
    { kind: 'suggestion', which: { starts: 'Ab', ends: 'ia', any: true }, into: null },
  ],
  [
    'choose the option that begins with "Ab" from the "Country" field',
    { kind: 'suggestion', which: { starts: 'Ab', ends: null, any: false }, into: target('Country', 'field') },
  ],
  ['Set "Volume" to 7', { kind: 'set', target: target('Volume'), value: '7' }],
  ['choose "Abidjan" from the suggestions', { kind: 'suggestion', which: { name: 'Abidjan' }, into: null }],
  ['press Submit', click('Submit')],
  ['press the "Enter" button', click('Enter', 'button')],
  ['press Enter', { kind: 'press', key: 'Enter', said: 'Enter' }],
  ['press "Escape"', { kind: 'press', key: 'Escape', said: 'Escape' }],
  ['press the Delete key', { kind: 'press', key: 'Delete', said: null }],
  ['Type "a, b and click" into "Email"', type('a, b and click', target('Email', 'field'))],
  ['enter "x" in the Email field', type('x', target('Email', 'field'))],
  ['Enter "x" into the text field', type('x', target(null, 'textline'))],
  ['fill in the "Email" field with "x"', type('x', target('Email', 'field'))],
  ['Select "Red" from the "Colour" dropdown', { kind: 'select', options: ['Red'], orEach: null, from: target('Colour', 'list') }],
  ['Select nb, 8qi and pK', { kind: 'select', options: ['nb', '8qi', 'pK'], orEach: null, from: null }],
  ['uncheck "Remember me"', { kind: 'check', targets: [target('Remember me', 'checkbox')], checked: false }],
  ['wait for "Done"', { kind: 'waitText', text: 'Done' }],
  ['wait 1.5 seconds', { kind: 'pause', ms: 1500 }],
  ['go back', { kind: 'history', to: 'back' }],
  ['scroll to the bottom of the page', { kind: 'scroll', to: 'bottom', in: null }],
  ['download the "Price list"', { kind: 'click', target: target('Price list'), download: true }],
  ['Get the title of the page', { kind: 'getPage', fields: ['title'] }],
  ['Get the title and url of the page', { kind: 'getPage', fields: ['title', 'url'] }],
  [
    'Get the title of the top post',
    { kind: 'getItems', fields: plain('title'), items: { noun: 'post', which: { one: 1 } }, pages: null, thisPage: false },
  ],
  [
    'Return the price of the 3rd item',
    { kind: 'getItems', fields: plain('price'), items: { noun: 'item', which: { one: 3 } }, pages: null, thisPage: false },
  ],
  [
    'Get the names and prices of all items',
    { kind: 'getItems', fields: plain('name', 'price'), items: { noun: 'items', which: { many: null } }, pages: null, thisPage: false },
  ],
  [
    'Get the names, prices and "Unit" of the first 5 items',
    {
      kind: 'getItems',
      fields: [...plain('name', 'price'), { name: 'Unit', quoted: true }],
      items: { noun: 'items', which: { many: 5 } },
      pages: null,
      thisPage: false,
    },
  ],
  [
    'Get the names of all items on all pages',
    {
      kind: 'getItems',
      fields: plain('name'),
      items: { noun: 'items', which: { many: null } },
      pages: { count: null, next: null },
      thisPage: false,
    },
  ],
  [
    'Get the names of all items following the "More" link up to 3 pages',
    {
      kind: 'getItems',
      fields: plain('name'),
      items: { noun: 'items', which: { many: null } },
      pages: { count: 3, next: 'More' },
      thisPage: false,
    },
  ],
  ['Get the text of "Total"', { kind: 'getText', target: target('Total') }],
  ['Get the price', { kind: 'getFields', fields: plain('price') }],
  ['open the first item', { kind: 'openItem', items: { noun: 'item', which: { one: 1 } } }],
  ['log in with user "ada" and password "{{PW}}"', { kind: 'login', user: 'ada', password: '{{PW}}' }],
])('%s', (prompt, command) => {
  expect(commands(prompt, ['PW'])).toEqual([command]);
});

test.each(['Set the sliders to [6,170,-5]', 'move all sliders to the combination [6, 170, -5]', 'set the sliders to 6, 170 and -5'])(
  '%s',
  (prompt) => {
    const adjust = (value: number, at: number) => ({ kind: 'adjust', value, target: target(null, 'slider', at), of: 3 });
    expect(commands(`${prompt}, then click "OK"`)).toEqual([adjust(6, 1), adjust(170, 2), adjust(-5, 3), click('OK')]);
    expect(commands(`${prompt} and submit`)).toHaveLength(4);
  },
);

test('two commands with nothing between them are two where there is one way only to read both', () => {
  const kinds = (prompt: string) => commands(prompt).map(({ kind }) => kind);
  expect(kinds('Scroll the text area to the bottom of the text hit submit')).toEqual(['scroll', 'click']);
  expect(kinds('Type "a" into "Name" press Enter')).toEqual(['type', 'press']);
  // The twin: a name that is such a word stays one.
  expect(commands('Click "press Enter"')).toEqual([click('press Enter')]);
});

test('clauses are divided by marks, lines, "then" and "and" before a verb, never inside of quotes or between fields', () => {
  const kinds = (prompt: string) => commands(prompt).map(({ kind }) => kind);
  expect(
    kinds('Click "A", type "b; c" into "D" and press Enter, and then wait for "E". Get the name and price of the first item; go back'),
  ).toEqual(['click', 'type', 'press', 'waitText', 'getItems', 'history']);
  expect(kinds('1. Click "A"\n2) Click "B"\n- get the title of the page')).toEqual(['click', 'click', 'getPage']);
  expect(kinds('Sort by "Total", for the order 1001, click "Cancel", get the title of the page')).toEqual(['sort', 'click', 'getPage']);
  expect(kinds(DEMO_PROMPT)).toEqual(['getItems', 'click', 'getFields', 'click', 'login', 'getFields']);
});

test.each<[string, string | RegExp]>([
  ['', ''],
  ['Buy the cheapest ticket', 'Buy the cheapest ticket'],
  ['Click "A" and buy it', 'Click "A" and buy it'],
  ['Click "A", then summarise the page', 'summarise the page'],
  ['Click the cheapest one', 'Click the cheapest one'],
  ['Click "A" or "B"', 'Click "A" or "B"'],
  ['Click "A" twice', 'Click "A" twice'],
  ['Click it', 'Click it'],
  ['If there is a banner, click "Close"', 'If there is a banner'],
  ['Get all the data', 'Get all the data'],
  ['Get the names of all items cheaper than $5', 'Get the names of all items cheaper than $5'],
  ['Get the number of items', 'Get the number of items'],
  ['Get the price of the cheapest item', 'Get the price of the cheapest item'],
  ['open file:///etc/passwd', 'open file:///etc/passwd'],
  ['go to javascript:alert(1)', 'go to javascript:alert(1)'],
  ['wait 2 hours', 'wait 2 hours'],
  ['type "{{OTHER}}" into "Email"', '{{OTHER}}'],
  ...[
    // Readings that would do something else than what is said.
    'Open the first two items',
    'Click the third last item',
    'Get the names of all new items',
    'Get the names of all red items',
    'For the first two orders, click "Cancel"',
    'Click the first two links',
    'Click the last two links',
    'Click the disabled button',
    'Click the first unchecked checkbox',
    'Press Shift Tab',
    'Press Control+Enter',
    'Press Tab three times',
    'Enter today as the date',
    'Type nothing into "Name"',
    'Type "a" into "Name" and "Email"',
    'Do not click "Delete"',
    'Never press "Send"',
    'Click "OK", not "Cancel"',
    'Click "OK" rather than "Cancel"',
    'Check all checkboxes except "News"',
    'Check only "News"',
    'Select nothing but "A"',
    'Select anything but "A" from "Size"',
    'Click every "Like" button',
    'Click "Next" until it is disabled',
    'Click "Save" unless it is disabled',
    'Click "Share" on all but 2 posts by @ann',
    'Click "Share" on the first two posts by @ann',
    'Enter "x" into all text fields but the last',
    'Get the names of all items except the first',
    'Submit the form without the email',
    'Do not submit the form',
    'press login or cancel',
    'hover over every item',
    'Enter an item that starts with "A" or "B"',
    'Enter an item that does not start with "A"',
    'Enter two items that start with "A"',
    // Two commands with no mark between them are two only where both are plain.
    'Type "a" into "b" do not press Enter',
    'Click "A" or press Enter',
    'Click "A" instead press Enter',
    'Click "A" twice press Enter',
  ].map((prompt): [string, string | RegExp] => [prompt, /\w/]),
])('refused by its clause: %s', (prompt, clause) => {
  const named = typeof clause === 'string' ? clause : expect.stringMatching(clause);
  expect(parse(prompt, ['PW'])).toEqual({ refusal: { clause: named, reason: expect.stringMatching(/\w/) } });
});

test('a password in the prompt is not repeated with the clause', () => {
  const parsed = parse('log in with user "ada" and password "correct horse"');
  expect(JSON.stringify('clauses' in parsed && parsed.clauses[0]?.text)).not.toContain('correct horse');
});
