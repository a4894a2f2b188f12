import { expect, test } from 'vitest';
import type { ActionTarget, PageAction } from '../../src/browser/types.js';
import { risksOf } from '../../src/engine/guard/risk.js';

const click: PageAction = { kind: 'click', ref: 'e1', download: false };
const target = (name: string, rest: Partial<ActionTarget> = {}): ActionTarget => ({
  name,
  isLink: false,
  isText: false,
  byKey: false,
  context: '',
  form: null,
  ...rest,
});
const field = (type: string, name = '', autocomplete = '') => ({ type, name, autocomplete });
const form = (method: string, submitLabel: string, ...fields: ReturnType<typeof field>[]) => ({ form: { method, submitLabel, fields } });

test.each([
  ['Pay now', 'pay'],
  ['Buy', 'pay'],
  ['Place your order', 'pay'],
  ['  Proceed to checkout ', 'pay'],
  ['Jetzt kaufen', 'pay'],
  ['Zahlungspflichtig bestellen', 'pay'],
  ['Commander', 'pay'],
  ['购买', 'pay'],
  ['Delete', 'delete'],
  ['Remove from list', 'delete'],
  ['Konto löschen', 'delete'],
  ['Cancel my subscription', 'delete'],
  ['削除', 'delete'],
  ['Send', 'send'],
  ['Reply all', 'send'],
  ['Post comment', 'send'],
  ['Absenden', 'send'],
  ['Submit application', 'send'],
])('a button %j is to be confirmed: %s', (name, risk) => {
  expect(risksOf(click, target(name))).toEqual([risk]);
});

test.each([
  'Next',
  'Search',
  'Sign in',
  'Add to cart',
  'Payload',
  'Buyers guide',
  'Postcode',
  'Sender',
  'Show more',
  'Save draft',
  'Weiter',
  'Cancel',
  'Close',
])('a button %j is not', (name) => {
  expect(risksOf(click, target(name))).toEqual([]);
});

test.each([
  ['How to delete an account in five steps', []],
  ['The best places to buy tea', []],
  ['Delete', ['delete']],
  ['Send message', ['send']],
])('a link %j: %j', (name, risks) => {
  expect(risksOf(click, target(name, { isLink: true }))).toEqual(risks);
});

test('a yes is to what is asked around it', () => {
  expect(risksOf(click, target('OK', { context: 'Delete 3 files?' }))).toEqual(['delete']);
  expect(risksOf(click, target('Yes, I am sure', { context: 'Send this to everybody?' }))).toEqual(['send']);
  expect(risksOf(click, target('OK', { context: 'Welcome back' }))).toEqual([]);
  expect(risksOf(click, target('Cancel', { context: 'Delete 3 files?' }))).toEqual([]);
});

test.each([
  ['a card number', form('post', 'Continue', field('text', 'cc', 'cc-number')), ['pay']],
  ['a card number by its name', form('post', 'Continue', field('tel', 'cardNumber')), ['pay']],
  ['a text of several lines', form('post', 'Continue', field('textarea', 'body')), ['send']],
  ['a file', form('post', 'Continue', field('file', 'cv')), ['send']],
  ['a search', form('get', 'Submit', field('text', 'q')), []],
  ['a login', form('post', 'Log in', field('text', 'user'), field('password', 'pw')), []],
  ['a plain form', form('post', 'Continue', field('text', 'name')), []],
])('a form with %s, whatever its button says', (_, rest, risks) => {
  expect(risksOf(click, target(rest.form.submitLabel, rest))).toEqual(risks);
  expect(risksOf({ kind: 'press', key: 'Enter' }, target('', { ...rest, byKey: true }))).toEqual(risks);
});

test('Enter sends what a chat has typed, and is a new line elsewhere', () => {
  const enter: PageAction = { kind: 'press', key: 'Enter' };
  expect(risksOf(enter, target('Message Anna', { byKey: true, isText: true }))).toEqual(['send']);
  expect(risksOf(enter, target('Notes', { byKey: true, isText: true }))).toEqual([]);
});

test('what a model flags counts, and an address that deletes by being opened', () => {
  expect(risksOf(click, target('Continue'), ['pay'])).toEqual(['pay']);
  expect(risksOf({ kind: 'goto', url: 'https://a.example/items/3/delete' }, null)).toEqual(['delete']);
  expect(risksOf({ kind: 'goto', url: 'https://a.example/?action=unsubscribe&id=1' }, null)).toEqual(['delete']);
  expect(risksOf({ kind: 'goto', url: 'https://a.example/deleted-scenes' }, null)).toEqual([]);
});
