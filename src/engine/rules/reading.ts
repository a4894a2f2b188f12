/** Reading a page: its title, values by their labels, items of its list, over one page or several. */
import type { SnapshotNode } from '../../browser/types.js';
import type { Observation } from '../decider.js';
import { chooseReadable, listed } from './choose.js';
import type { Command, Field, Pages } from './clause.js';
import { type Found, fieldOf, findItems, type ItemList, labelledIn, pricesIn, type Value } from './items.js';
import { act, fail, type Move, notChosen, notYet, type Progress } from './moves.js';
import { nextLink } from './paging.js';
import { itemsAbout, within } from './scope.js';
import { describe, labelOf, pieces, squeeze, textOf, walk } from './tree.js';

/** How long `wait for` waits. */
const WAIT_MS = 30_000;
/** `on all pages` goes no further: a list that long is not what was meant. */
const MAX_PAGES = 100;

type Output = Record<string, unknown>;

export async function waitText(page: Observation, text: string): Promise<Move> {
  const node = [...walk(await page.snapshot())].find(
    (candidate) => squeeze(candidate.name).includes(squeeze(text)) || textOf(candidate).includes(squeeze(text)),
  );
  if (!node) return { type: 'notYet', reason: `"${text}" did not appear within ${WAIT_MS / 1000} s`, withinMs: WAIT_MS };
  return act({ kind: 'report', actionType: 'wait', output: null }, `"${text}"`);
}

export async function getPage(page: Observation, { fields }: Extract<Command, { kind: 'getPage' }>, output: Output): Promise<Move> {
  return getEach(
    fields,
    (field) => field,
    (field) => pageField(page, field),
    output,
  );
}

export async function getFields(page: Observation, { fields }: Extract<Command, { kind: 'getFields' }>, output: Output): Promise<Move> {
  return getEach(
    fields,
    ({ name }) => name,
    (field) => fieldOfPage(page, field),
    output,
  );
}

async function getEach<F>(
  fields: readonly F[],
  nameOf: (field: F) => string,
  read: (field: F) => Promise<Found<Value>>,
  output: Output,
): Promise<Move> {
  const values: Record<string, Value> = {};
  for (const field of fields) {
    const value = await read(field);
    if ('problem' in value) return notYet(value.problem);
    values[nameOf(field)] = value.found;
  }
  return extracted(values, output);
}

export async function getText(page: Observation, { target }: Extract<Command, { kind: 'getText' }>, output: Output): Promise<Move> {
  const scoped = within(await page.snapshot(), target.within, await page.title());
  if ('problem' in scoped) return notYet(scoped.problem);
  const choice = chooseReadable(scoped.found, target);
  if (choice.type !== 'one') return notChosen(choice);
  return extracted({ text: { value: textOf(choice.node), source: describe(choice.node) } }, output);
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

/** Fields of the one item that shows a text: a product by its name, an order by its number. */
export async function getOf(page: Observation, { fields, about }: Extract<Command, { kind: 'getOf' }>, output: Output): Promise<Move> {
  const tree = await page.snapshot();
  const list = findItems(tree, 'item', await page.title());
  if ('problem' in list) return notYet(list.problem);
  const showing = itemsAbout(tree, about);
  const [node, ...others] = showing;
  const isIn = (outer: SnapshotNode, inner: SnapshotNode) => [...walk(outer)].includes(inner);
  const at = list.found.items.findIndex(({ parts }) => parts.some((part) => node && (isIn(part, node) || isIn(node, part))));
  if (!node || others.length > 0 || at < 0)
    return notYet(
      others.length > 0
        ? `${showing.length} items show "${about}": ${listed(showing.map((item) => `"${textOf(item).slice(0, 60)}"`))}`
        : `no item of ${list.found.source} shows "${about}"`,
    );
  return getEach(
    fields,
    ({ name }) => name,
    async (field) => fieldOf(list.found, at, field, page.url),
    output,
  );
}

/** A field of a page that is about one thing. */
async function fieldOfPage(page: Observation, field: Field): Promise<Found<Value>> {
  const tree = await page.snapshot();
  const part = [...walk(tree)].find((node) => node.role === 'main') ?? tree;
  const labelled = labelledIn([part], field);
  const [only] = labelled;
  if (labelled.length === 1 && only) {
    // A field that hides its text looks empty.
    const facts = only.value === '' && only.field?.ref ? await page.inspect(only.field.ref) : null;
    return facts?.filled
      ? { problem: `${only.source} does not show what it holds` }
      : { found: { value: only.value, source: only.source } };
  }
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

export async function getItems(
  page: Observation,
  command: Extract<Command, { kind: 'getItems' }>,
  progress: Progress,
  output: Output,
): Promise<Move> {
  const { items, fields, pages } = command;
  const tree = await page.snapshot();
  // Odd actions of the clause went on to the following page: `Next` was clicked, and this is what it led to.
  if (progress.count % 2 === 1) return nextPage(tree, pages, progress);
  const list = findItems(tree, items.noun, await page.title());
  if ('problem' in list) return notYet(list.problem);
  const text = list.found.items.map((item) => item.parts.map(textOf).join('\n')).join('\n');
  if (progress.pages > 0 && text === progress.lastText) return notYet('the following page shows the same items');
  // `Load more` puts the following items below the ones that were read.
  const known = progress.pages > 0 && text.startsWith(`${progress.lastText}\n`) ? progress.rows.length : 0;
  const rows = read({ ...list.found, items: list.found.items.slice(known) }, command, page.url, progress.rows.length);
  if ('problem' in rows) return notYet(rows.problem);
  const next = nextLink(tree, pages?.next ?? null);
  const more = goesOn(tree);
  if ('one' in items.which) {
    if (items.which.one < 0 && more) return fail(`the list goes on (${more}): which is its last item cannot be seen here`);
    return extracted(rows.found[0] ?? {}, output);
  }
  progress.pages++;
  progress.lastText = text;
  progress.rows.push(...rows.found.map(values));
  const { many } = items.which;
  const enough = many !== null && progress.rows.length >= many;
  if (pages && !enough && progress.pages > 1 && next.type === 'none' && next.why === 'ambiguous') return fail(next.reason);
  const lastPage =
    !pages || enough || (pages.count !== null && progress.pages >= pages.count) || (progress.pages > 1 && next.type === 'none');
  if (!pages && !enough && !command.thisPage && more) {
    keep(output, { [plural(items.noun)]: progress.rows });
    return fail(
      `this page shows ${progress.rows.length} of them and the list goes on (${more}): say \`on all pages\`, or \`on this page\``,
    );
  }
  if (many !== null && lastPage && !enough) return fail(`there are only ${progress.rows.length} items`);
  if (lastPage) keep(output, { [plural(items.noun)]: progress.rows });
  const found = { [plural(items.noun)]: rows.found };
  return act({ kind: 'report', actionType: 'extract', output: found }, list.found.source, {
    confidence: 0.9,
    ends: lastPage,
    note: `${rows.found.length} items of ${list.found.source}, ${fields.map((field) => field.name).join(', ')}.`,
  });
}

/** What shows that a list has more pages than this one; null when nothing does. */
function goesOn(tree: SnapshotNode): string | null {
  const next = nextLink(tree, null);
  if (next.type === 'one') return describe(next.node);
  if (next.type === 'none' && next.why === 'ambiguous') return next.reason;
  for (const { text } of pieces(tree)) {
    const [said, page, pages] = /\bpage (\d+) (?:of|\/) (\d+)\b/i.exec(text) ?? [];
    if (said && Number(pages) > Number(page)) return `"${said}"`;
  }
  const numbered = new Set(
    [...walk(tree)]
      .filter((node) => ['link', 'button'].includes(node.role) && node.ref !== null)
      .map((node) => labelOf(node).replace(/^page /i, '')),
  );
  return numbered.has('2') && numbered.has('3') ? 'links to pages "2" and "3"' : null;
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
      ? which.one < 0
        ? [list.items.length + which.one, list.items.length + which.one + 1]
        : [which.one - 1, which.one]
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

function nextPage(tree: SnapshotNode, pages: Pages | null, progress: Progress): Move {
  if (progress.pages >= MAX_PAGES) return fail(`there are more than ${MAX_PAGES} pages`);
  const choice = nextLink(tree, pages?.next ?? null);
  if (choice.type !== 'one' || choice.node.ref === null) return notChosen(choice);
  return act({ kind: 'click', ref: choice.node.ref, download: false }, describe(choice.node), {
    confidence: choice.confidence,
    ends: false,
  });
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
    { confidence: 1 },
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
