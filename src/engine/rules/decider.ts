/** Carries out the clauses of a prompt, one step for each, and says for every value where it came from. */
import type { PageAction, SnapshotNode } from '../../browser/types.js';
import type { Decider, Decision, EngineAction, Observation } from '../decider.js';
import type { ActionRecord } from '../task.js';
import { type Choice, chooseClickable, chooseField, chooseReadable, type Labelled, listed, textFields } from './choose.js';
import type { Clause, Command, Field, Pages, Target } from './clause.js';
import { type Found, fieldOf, findItems, type ItemList, labelledIn, pricesIn, titleOf, type Value } from './items.js';
import { describe, labelOf, likeness, squeeze, textOf, walk } from './tree.js';

/** How long an element may take to appear. */
const PATIENCE_MS = 5_000;
/** How long `wait for` waits. */
const WAIT_MS = 30_000;
/** `on all pages` goes no further: a list that long is not what was meant. */
const MAX_PAGES = 100;

/** What one look leads to: an action and what becomes of the clause when it went well. */
type Move =
  | {
      readonly type: 'act';
      readonly action: EngineAction;
      readonly intention: string | null;
      readonly confidence: number | null;
      /** More than the clause says, for the record. */
      readonly note?: string;
      /** Whether the clause is done with it. */
      readonly ends: boolean;
    }
  | { readonly type: 'notYet'; readonly reason: string; readonly withinMs?: number }
  | { readonly type: 'fail'; readonly reason: string };

/** What is known between the actions of one clause. */
interface Progress {
  /** Actions done in it. */
  count: number;
  /** Pages read in it. */
  pages: number;
  rows: Record<string, string>[];
  /** Text of the items read last: a following page shows others. */
  lastText: string;
}

export function createRulesDecider(clauses: readonly Clause[]): Decider {
  let index = 0;
  let progress = fresh();
  /** What was decided and not yet seen to have gone well. */
  let underWay: { readonly ends: boolean } | null = null;
  const output: Record<string, unknown> = {};

  const decide = async (page: Observation, history: readonly ActionRecord[]): Promise<Decision> => {
    const last = history.at(-1);
    if (underWay) {
      if (last?.status === 'failed') return { type: 'fail', reason: `${saying(clauses[index])}: ${last.response ?? 'it did not work'}` };
      progress.count++;
      if (underWay.ends) {
        index++;
        progress = fresh();
      }
      underWay = null;
    } else if (last?.status === 'failed') {
      return { type: 'fail', reason: `the start page could not be opened: ${last.response ?? ''}` };
    }
    const clause = clauses[index];
    if (!clause) return { type: 'done', output: Object.keys(output).length > 0 ? output : null };
    const move = await next(clause.command, page, progress, output);
    const startsStep = progress.count === 0;
    if (move.type === 'fail') return { type: 'fail', reason: `${saying(clause)}: ${move.reason}` };
    if (move.type === 'notYet')
      return { type: 'lookAgain', withinMs: move.withinMs ?? PATIENCE_MS, reason: `${saying(clause)}: ${move.reason}`, startsStep };
    underWay = move;
    const reasoning = [`Clause ${index + 1} of ${clauses.length}: ${clause.text}.`, move.note]
      .filter((part) => part !== undefined)
      .join(' ');
    return { type: 'act', action: move.action, reasoning, intention: move.intention, confidence: move.confidence, startsStep };
  };
  return {
    allowedUrls: clauses.flatMap(({ command }) => (command.kind === 'goto' ? [command.url] : [])),
    get extracted() {
      return Object.keys(output).length > 0 ? output : null;
    },
    decide,
  };
}

const fresh = (): Progress => ({ count: 0, pages: 0, rows: [], lastText: '' });

const saying = (clause: Clause | undefined): string => `\`${clause?.text ?? ''}\``;

async function next(command: Command, page: Observation, progress: Progress, output: Record<string, unknown>): Promise<Move> {
  switch (command.kind) {
    case 'goto':
      return act({ kind: 'goto', url: command.url });
    case 'history':
      return act({ kind: 'history', to: command.to });
    case 'scroll':
      return act({ kind: 'scroll', to: command.to });
    case 'press':
      return act({ kind: 'press', key: command.key });
    case 'pause':
      return act({ kind: 'pause', ms: command.ms });
    case 'waitText':
      return waitText(await page.snapshot(), command.text);
    case 'click':
      return click(await page.snapshot(), command.target, command.download);
    case 'openItem':
      return openItem(page, command);
    case 'type':
      return type(await page.snapshot(), command.text, command.target);
    case 'select':
      return select(await page.snapshot(), command.options, command.from, progress.count);
    case 'check':
      return check(await page.snapshot(), command.target, command.checked);
    case 'login':
      return login(await page.snapshot(), command, progress.count);
    case 'getPage': {
      const values: Record<string, Value> = {};
      for (const field of command.fields) {
        const value = await pageField(page, field);
        if ('problem' in value) return { type: 'notYet', reason: value.problem };
        values[field] = value.found;
      }
      return extracted(values, output);
    }
    case 'getText': {
      const choice = chooseReadable(await page.snapshot(), command.target);
      if (choice.type !== 'one') return notChosen(choice);
      return extracted({ text: { value: textOf(choice.node), source: describe(choice.node) } }, output);
    }
    case 'getFields': {
      const values: Record<string, Value> = {};
      for (const field of command.fields) {
        const value = await fieldOfPage(page, field);
        if ('problem' in value) return { type: 'notYet', reason: value.problem };
        values[field.name] = value.found;
      }
      return extracted(values, output);
    }
    case 'getItems':
      return getItems(page, command, progress, output);
  }
}

const act = (action: EngineAction, intention: string | null = null, confidence: number | null = null, ends = true): Move => ({
  type: 'act',
  action,
  intention,
  confidence,
  ends,
});

/** The move that `make` gives for the node that was chosen; until there is one, look again. */
const notChosen = (choice: Choice): Move => ({ type: 'notYet', reason: choice.type === 'none' ? choice.reason : 'it is plain text' });

function waitText(tree: SnapshotNode, text: string): Move {
  const node = [...walk(tree)].find(
    (candidate) => squeeze(candidate.name).includes(squeeze(text)) || textOf(candidate).includes(squeeze(text)),
  );
  if (!node) return { type: 'notYet', reason: `"${text}" did not appear within ${WAIT_MS / 1000} s`, withinMs: WAIT_MS };
  return act({ kind: 'report', actionType: 'wait', output: null }, `"${text}"`);
}

function click(tree: SnapshotNode, target: Target, download: boolean): Move {
  const choice = chooseClickable(tree, target);
  if (choice.type === 'text' && !download) {
    const { text, mustBePointer, confidence } = choice;
    return act({ kind: 'clickText', text, mustBePointer }, `text "${text}"`, confidence);
  }
  if (choice.type !== 'one' || choice.node.ref === null) return notChosen(choice);
  return act({ kind: 'click', ref: choice.node.ref, download }, describe(choice.node), choice.confidence);
}

async function openItem(page: Observation, { items }: Extract<Command, { kind: 'openItem' }>): Promise<Move> {
  const list = findItems(await page.snapshot(), items.noun, await page.title());
  if ('problem' in list) return { type: 'notYet', reason: list.problem };
  const at = 'one' in items.which ? items.which.one - 1 : 0;
  const item = list.found.items[at];
  if (!item) return { type: 'notYet', reason: `there are only ${list.found.items.length} items in ${list.found.source}` };
  const links = item.parts.flatMap((part) => [...walk(part)]).filter((node) => node.role === 'link' && node.ref !== null);
  const title = titleOf(list.found, at);
  const link =
    'found' in title
      ? [...walk(title.found), ...links.filter((candidate) => [...walk(candidate)].includes(title.found))].find(
          (node) => node.role === 'link' && node.ref !== null,
        )
      : undefined;
  const [only, ...others] = links;
  const chosen = link ?? (others.length === 0 ? only : undefined);
  if (!chosen?.ref)
    return {
      type: 'notYet',
      reason: links.length === 0 ? 'the item has no link' : `the item has several links: ${listed(links.map(describe))}`,
    };
  return act({ kind: 'click', ref: chosen.ref, download: false }, `${describe(chosen)}, item ${at + 1} of ${list.found.source}`, 0.9);
}

function type(tree: SnapshotNode, text: string, target: Target | null): Move {
  const choice = chooseField(tree, target ?? { name: null, kind: 'field', ordinal: null });
  return choice.type === 'one' ? fill(choice.node, labelOfField(tree, choice.node), text, choice.confidence, true) : notChosen(choice);
}

const labelOfField = (tree: SnapshotNode, node: SnapshotNode): string =>
  textFields(tree).find((field) => field.node === node)?.label ?? node.name;

function fill(node: SnapshotNode, label: string, text: string, confidence: number, ends: boolean): Move {
  if (node.ref === null) return { type: 'fail', reason: 'the field cannot be typed into' };
  return act({ kind: 'fill', ref: node.ref, text, onlyInto: null }, label ? `${node.role} "${label}"` : node.role, confidence, ends);
}

/** One option of a dropdown; or boxes, radio buttons and menu items of these names, one after the other. */
function select(tree: SnapshotNode, options: readonly string[], from: Target | null, done: number): Move {
  const [option = ''] = options.slice(done);
  const ends = done + 1 >= options.length;
  const optionsOf = (list: SnapshotNode) => [...walk(list)].filter((node) => node.role === 'option');
  const inList = (list: SnapshotNode): Move => {
    for (const rank of [3, 2, 1]) {
      const fitting = optionsOf(list).filter((node) => likeness(labelOf(node), option) === rank);
      const [only] = fitting;
      if (fitting.length > 1) return { type: 'notYet', reason: `option "${option}" fits more than one: ${listed(fitting.map(describe))}` };
      if (only && list.ref !== null)
        return act(
          { kind: 'select', ref: list.ref, option: labelOf(only) },
          `${describe(only)} of ${describe({ ...list, children: [] })}`,
          rank === 1 ? 0.7 : 1,
          ends,
        );
    }
    return {
      type: 'notYet',
      reason: `option "${option}" is not in ${describe({ ...list, children: [] })}; there is ${listed(optionsOf(list).map(labelOf))}`,
    };
  };
  if (from) {
    const choice = chooseField(tree, from);
    return choice.type === 'one' ? inList(choice.node) : notChosen(choice);
  }
  const boxes = [...walk(tree)].filter(
    (node) =>
      node.ref !== null &&
      ['checkbox', 'radio', 'switch', 'menuitem', 'menuitemradio', 'menuitemcheckbox', 'tab', 'treeitem'].includes(node.role) &&
      likeness(labelOf(node), option) >= 2,
  );
  const lists = [...walk(tree)].filter(
    (node) => ['combobox', 'listbox'].includes(node.role) && optionsOf(node).some((candidate) => likeness(labelOf(candidate), option) >= 2),
  );
  const [box] = boxes;
  const [list] = lists;
  if (boxes.length + lists.length > 1)
    return { type: 'notYet', reason: `"${option}" fits more than one element: ${listed([...boxes, ...lists].map(describe))}` };
  if (list) return inList(list);
  if (!box?.ref) return { type: 'notYet', reason: `no option, checkbox, radio button or menu item is called "${option}"` };
  const action: PageAction = ['checkbox', 'radio', 'switch'].includes(box.role)
    ? { kind: 'check', ref: box.ref, checked: true }
    : { kind: 'click', ref: box.ref, download: false };
  return act(action, describe(box), 1, ends);
}

function check(tree: SnapshotNode, target: Target, checked: boolean): Move {
  const choice = chooseClickable(tree, target);
  const radio =
    choice.type === 'none' && target.kind === 'checkbox' && checked ? chooseClickable(tree, { ...target, kind: 'radio' }) : choice;
  if (radio.type !== 'one' || radio.node.ref === null) return notChosen(choice);
  return act({ kind: 'check', ref: radio.node.ref, checked }, describe(radio.node), radio.confidence);
}

/** The one user field and the one password field of the page, then the one button that says so. */
function login(tree: SnapshotNode, { user, password, submit }: Extract<Command, { kind: 'login' }>, done: number): Move {
  const fields = textFields(tree);
  const fitting = (pattern: RegExp) => fields.filter(({ label }) => pattern.test(label));
  const one = (found: readonly Labelled[], what: string, text: string): Move => {
    const [only] = found;
    if (found.length === 1 && only) return fill(only.node, only.label, text, 0.95, !submit && done === 1);
    const there = listed(fields.map(({ node, label }) => (label ? `${node.role} "${label}"` : node.role)));
    return {
      type: 'notYet',
      reason: `${found.length === 0 ? `no ${what} field` : `more than one ${what} field`} is on the page${there ? `; there is ${there}` : ''}`,
    };
  };
  if (done === 0) return one(fitting(/^(?:.*\b)?(?:user(?: ?name)?|e-?mail(?: address)?|login)\b/i), 'user', user);
  if (done === 1) return one(fitting(/password|passphrase/i), 'password', password);
  const buttons = [...walk(tree)].filter(
    (node) => node.role === 'button' && node.ref !== null && /^(?:log ?in|sign ?in|log ?on|submit|continue)$/i.test(labelOf(node)),
  );
  const [button] = buttons;
  if (buttons.length !== 1 || !button?.ref)
    return {
      type: 'notYet',
      reason:
        buttons.length === 0 ? 'no button to log in is on the page' : `several buttons could log in: ${listed(buttons.map(describe))}`,
    };
  return act({ kind: 'click', ref: button.ref, download: false }, describe(button), 0.95);
}

async function pageField(page: Observation, field: 'title' | 'url' | 'heading'): Promise<Found<Value>> {
  if (field === 'url') return { found: { value: page.url, source: 'the address of the page' } };
  if (field === 'heading') return heading(await page.snapshot());
  return { found: { value: await page.title(), source: 'the title of the page' } };
}

function heading(tree: SnapshotNode): Found<Value> {
  const headings = [...walk(tree)].filter((node) => node.role === 'heading' && node.level === 1 && labelOf(node));
  const [only] = headings;
  if (headings.length === 1 && only) return { found: { value: labelOf(only), source: describe(only) } };
  return {
    problem:
      headings.length === 0 ? 'the page has no main heading' : `the page has several main headings: ${listed(headings.map(describe))}`,
  };
}

/** A field of a page that is about one thing. */
async function fieldOfPage(page: Observation, field: Field): Promise<Found<Value>> {
  const tree = await page.snapshot();
  const part = [...walk(tree)].find((node) => node.role === 'main') ?? tree;
  const labelled = labelledIn([part], field);
  const [only] = labelled;
  if (labelled.length === 1 && only) return { found: only };
  if (labelled.length > 1)
    return { problem: `"${field.name}" stands more than once: ${listed(labelled.map(({ value }) => `"${value}"`))}` };
  if (!field.quoted) {
    if (field.name === 'url' || field.name === 'address') return pageField(page, 'url');
    if (field.name === 'title' || field.name === 'name' || field.name === 'heading') {
      const main = heading(tree);
      const title = await page.title();
      // Where the heading is no part of the page's title, "title" could be either.
      if ('found' in main && (field.name !== 'title' || title.includes(main.found.value))) return main;
      if (field.name === 'title' && 'problem' in main && title) return pageField(page, 'title');
      return {
        problem:
          'found' in main ? `"title" could be the title of the page ("${title}") or its heading ("${main.found.value}")` : main.problem,
      };
    }
    if (field.name === 'price' || field.name === 'cost') {
      const prices = pricesIn([part]);
      const [price] = prices;
      if (prices.length === 1 && price) return { found: { value: price, source: 'the only price on the page' } };
      return {
        problem: prices.length === 0 ? 'there is no price on the page' : `there is more than one price on the page: ${listed(prices)}`,
      };
    }
  }
  return { problem: `"${field.name}" is not on the page as a label with a value` };
}

async function getItems(
  page: Observation,
  command: Extract<Command, { kind: 'getItems' }>,
  progress: Progress,
  output: Record<string, unknown>,
): Promise<Move> {
  const { items, fields, pages } = command;
  const tree = await page.snapshot();
  // Odd actions of the clause went on to the following page: `Next` was clicked, and this is what it led to.
  if (progress.count % 2 === 1) return nextPage(tree, pages, progress);
  const list = findItems(tree, items.noun, await page.title());
  if ('problem' in list) return { type: 'notYet', reason: list.problem };
  const text = list.found.items.map((item) => item.parts.map(textOf).join('\n')).join('\n');
  if (progress.pages > 0 && text === progress.lastText) return { type: 'notYet', reason: 'the following page shows the same items' };
  const rows = read(list.found, command, page.url, progress.rows.length);
  if ('problem' in rows) return { type: 'notYet', reason: rows.problem };
  if ('one' in items.which) return extracted(rows.found[0] ?? {}, output);
  progress.pages++;
  progress.lastText = text;
  progress.rows.push(...rows.found.map(values));
  const enough = items.which.many !== null && progress.rows.length >= items.which.many;
  const lastPage =
    !pages ||
    enough ||
    (pages.count !== null && progress.pages >= pages.count) ||
    (progress.pages > 1 && isNone(findNext(tree, pages.next)));
  if (items.which.many !== null && lastPage && !enough) return { type: 'fail', reason: `there are only ${progress.rows.length} items` };
  if (lastPage) keep(output, { [plural(items.noun)]: progress.rows });
  const found = { [plural(items.noun)]: rows.found };
  return {
    ...act({ kind: 'report', actionType: 'extract', output: found }, list.found.source, 0.9, lastPage),
    note: `${rows.found.length} items of ${list.found.source}, ${fields.map((field) => field.name).join(', ')}.`,
  } as Move;
}

/** Reads every wanted field of every wanted item; the first that is not plain is the problem. */
function read(
  list: ItemList,
  { items, fields }: Extract<Command, { kind: 'getItems' }>,
  base: string,
  before: number,
): Found<Record<string, Value>[]> {
  const { which } = items;
  const [from, to] =
    'one' in which
      ? [which.one - 1, which.one]
      : [0, which.many === null ? list.items.length : Math.min(which.many - before, list.items.length)];
  const rows: Record<string, Value>[] = [];
  for (let index = from; index < to; index++) {
    const row: Record<string, Value> = {};
    for (const field of fields) {
      const value = fieldOf(list, index, field, base);
      if ('problem' in value) return value;
      row[field.name] = value.found;
    }
    rows.push(row);
  }
  return { found: rows };
}

const isNone = (choice: Choice): boolean => choice.type === 'none';

/** The link or button to the following page, by the name given or by one of the usual ones. */
function findNext(tree: SnapshotNode, name: string | null): Choice {
  if (name !== null) return chooseClickable(tree, { name, kind: null, ordinal: null });
  const usual = /^(?:next(?: page)?|older(?: posts| entries)?|more)$/i;
  const found = [...walk(tree)].filter(
    (node) =>
      ['link', 'button'].includes(node.role) &&
      node.ref !== null &&
      !node.disabled &&
      (usual.test(
        labelOf(node)
          .replace(/[^\p{L} ]/gu, '')
          .trim(),
      ) ||
        /^[›»→]$/.test(labelOf(node))),
  );
  const places = new Set(found.map((node) => node.url ?? node));
  const [first] = found;
  if (first && places.size === 1) return { type: 'one', node: first, confidence: 0.9 };
  return {
    type: 'none',
    why: found.length === 0 ? 'missing' : 'ambiguous',
    reason:
      found.length === 0
        ? 'no link to a following page is there'
        : `several links could lead to the following page: ${listed(found.map(describe))}`,
  };
}

function nextPage(tree: SnapshotNode, pages: Pages | null, progress: Progress): Move {
  if (progress.pages >= MAX_PAGES) return { type: 'fail', reason: `there are more than ${MAX_PAGES} pages` };
  const choice = findNext(tree, pages?.next ?? null);
  if (choice.type !== 'one' || choice.node.ref === null) return notChosen(choice);
  return act({ kind: 'click', ref: choice.node.ref, download: false }, describe(choice.node), choice.confidence, false);
}

const values = (row: Record<string, Value>): Record<string, string> =>
  Object.fromEntries(Object.entries(row).map(([name, { value }]) => [name, value]));

function extracted(row: Record<string, Value>, output: Record<string, unknown>): Move {
  keep(output, values(row));
  return act(
    { kind: 'report', actionType: 'extract', output: row },
    Object.values(row)
      .map(({ source }) => source)
      .join(', '),
    1,
  );
}

/** A second value of the same name gets a number: nothing that was asked for is lost. */
function keep(output: Record<string, unknown>, found: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(found)) {
    let key = name;
    for (let number = 2; key in output; number++) key = `${name}_${number}`;
    output[key] = value;
  }
}

const plural = (noun: string): string => (noun.toLowerCase().endsWith('s') ? noun.toLowerCase() : `${noun.toLowerCase()}s`);
