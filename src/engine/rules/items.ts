/**
 * The items of a page: the one list, table or row of cards that it is about, and the fields of each item.
 *
 * Only structure is trusted. Where two lists are about as large, or a field could be two things, the answer is a reason, not a value.
 */
import type { SnapshotNode } from '../../browser/types.js';
import { fieldsOf, listed } from './choose.js';
import type { Field } from './clause.js';
import { singular } from './nouns.js';
import { describe, isNode, labelOf, likeness, pieces, squeeze, textOf, walk } from './tree.js';

export interface Item {
  readonly parts: readonly SnapshotNode[];
  /** Cells by column, in tables with a head. */
  readonly cells: readonly SnapshotNode[] | null;
}

export interface ItemList {
  readonly items: readonly Item[];
  /** Heads of the columns; null where there are none. */
  readonly columns: readonly string[] | null;
  /** In words, as in `list "Products"`. */
  readonly source: string;
  /** What names the list: its own name, its caption, the heading before it. */
  readonly label: string;
}

export interface Value {
  readonly value: string;
  readonly source: string;
  /** The field of a form that holds it. */
  readonly field?: SnapshotNode;
}

export type Found<T> = { readonly found: T } | { readonly problem: string };

/** Parts of a page that are never what it is about. */
const AROUND = new Set([
  'navigation',
  'banner',
  'contentinfo',
  'complementary',
  'search',
  'menu',
  'menubar',
  'toolbar',
  'tablist',
  'listbox',
  'combobox',
  'tree',
]);
/** Words for an item of any list. Other words must be on the page. */
const ANY_NOUN = new Set([
  'item',
  'post',
  'product',
  'result',
  'entry',
  'row',
  'article',
  'story',
  'card',
  'listing',
  'record',
  'search result',
  'list item',
  'search item',
]);
/** A second list this large, beside the largest, makes the choice a guess. */
const RIVAL_SHARE = 0.5;

export function findItems(tree: SnapshotNode, noun: string, pageTitle: string): Found<ItemList> {
  const main = [...walk(tree)].find((node) => node.role === 'main');
  const lists = main ? [...candidates(main)] : [];
  if (lists.length === 0) lists.push(...candidates(tree));
  const weighed = lists
    .map((list) => ({ list, weight: list.items.reduce((sum, item) => sum + textOfItem(item).length, 0) }))
    .sort((a, b) => b.weight - a.weight);
  const word = singular(noun.toLowerCase());
  const fitting = weighed.filter(({ list }) => mentions(list.label, word));
  const pool = fitting.length > 0 ? fitting : weighed;
  const [first, second] = pool;
  if (!first) return { problem: 'the page shows no list, table or row of cards' };
  if (second && second.weight >= first.weight * RIVAL_SHARE) {
    return { problem: `the page shows more than one list: ${listed(pool.slice(0, 4).map(({ list }) => list.source))}` };
  }
  const h1 = [...walk(tree)].filter((node) => node.role === 'heading' && node.level === 1).map(labelOf);
  if (!ANY_NOUN.has(word) && fitting.length === 0 && ![pageTitle, ...h1].some((text) => mentions(text, word))) {
    return { problem: `nothing on the page calls its items "${noun}"; there is ${first.list.source}: say "items" to mean it` };
  }
  return { found: first.list };
}

const mentions = (text: string, word: string): boolean =>
  ` ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .split(' ')
    .map(singular)
    .join(' ')} `.includes(` ${word} `);

function* candidates(root: SnapshotNode): Generator<ItemList> {
  let heading = '';
  function* visit(node: SnapshotNode): Generator<ItemList> {
    if (AROUND.has(node.role)) return;
    if (node.role === 'heading') heading = labelOf(node);
    const list = tableItems(node, heading) ?? siblingItems(node, heading);
    // What lies inside of an item belongs to the item.
    if (list) yield list;
    else for (const child of node.children) if (isNode(child)) yield* visit(child);
  }
  yield* visit(root);
}

const TABLE_ROLES = new Set(['table', 'grid', 'treegrid']);
const CELL_ROLES = new Set(['cell', 'gridcell', 'rowheader', 'columnheader']);

function tableItems(node: SnapshotNode, heading: string): ItemList | null {
  if (!TABLE_ROLES.has(node.role) || [...walk(node)].some((inner) => inner !== node && TABLE_ROLES.has(inner.role))) return null;
  const rows = [...walk(node)]
    .filter((inner) => inner.role === 'row')
    .map((row) => ({ row, cells: row.children.filter(isNode).filter((cell) => CELL_ROLES.has(cell.role)) }));
  const caption = node.children.filter(isNode).find((child) => child.role === 'caption');
  const label = squeeze(node.name) || (caption ? labelOf(caption) : '') || heading;
  const source = `${node.role}${label ? ` "${label}"` : ''}`;
  const isHead = ({ cells }: (typeof rows)[number]) => cells.length > 0 && cells.every((cell) => cell.role === 'columnheader');
  const head = rows.find(isHead);
  if (head) {
    const body = rows.filter((row) => !isHead(row) && row.cells.length > 0);
    // A cell over several columns would put the ones after it into the wrong one.
    if (body.length === 0 || body.some(({ cells }) => cells.length !== head.cells.length)) return null;
    return { items: body.map(({ row, cells }) => ({ parts: [row], cells })), columns: head.cells.map(labelOf), source, label };
  }
  const ranked = rankedRows(rows.map(({ row }) => row));
  if (ranked) return { items: ranked, columns: null, source, label };
  const filled = rows.filter(({ row }) => textOf(row) !== '');
  if (filled.length < 2 || new Set(filled.map(({ cells }) => cells.length)).size !== 1) return null;
  return { items: filled.map(({ row }) => ({ parts: [row], cells: null })), columns: null, source, label };
}

/** Rows numbered `1.`, `2.`, ...: an item goes on until the next number. What follows the last one's own shape is not its. */
function rankedRows(rows: readonly SnapshotNode[]): Item[] | null {
  const ranks = rows.map((row) => Number(/^(\d+)\.?(?: |$)/.exec(textOf(row))?.[1] ?? Number.NaN));
  const starts = ranks.flatMap((rank, index) => (Number.isNaN(rank) || !/^\d+\.$/.test(firstText(rows[index])) ? [] : [index]));
  if (starts.length < 2 || starts.some((start, index) => index > 0 && ranks[start] !== (ranks[starts[index - 1] ?? 0] ?? 0) + 1))
    return null;
  const length = Math.min(...starts.slice(1).map((start, index) => start - (starts[index] ?? 0)));
  return starts.map((start) => ({ parts: rows.slice(start, start + length).filter((row) => textOf(row) !== ''), cells: null }));
}

const firstText = (node: SnapshotNode | undefined): string => (node ? (pieces(node).next().value?.text ?? '') : '');

function siblingItems(node: SnapshotNode, heading: string): ItemList | null {
  const children = node.children.filter(isNode).map(unwrapped);
  for (const role of ['listitem', 'article']) {
    const same = children.filter((child) => child.role === role);
    if (same.length >= 2) return named(node, heading, same, `${node.role === 'list' ? 'list' : `${role}s`}`);
  }
  // Cards without a role: alike in structure, each with a heading or a link.
  const cards = children.filter(
    (child) =>
      ['generic', 'group', 'region', 'link'].includes(child.role) &&
      [...walk(child)].some((inner) => inner.role === 'heading' || inner.role === 'link'),
  );
  const shapes = new Set(cards.map(shape));
  return cards.length >= 3 && cards.length === children.length && shapes.size === 1 ? named(node, heading, cards, 'cards') : null;
}

function named(node: SnapshotNode, heading: string, items: readonly SnapshotNode[], what: string): ItemList {
  const label = squeeze(node.name) || heading;
  return {
    items: items.map((item) => ({ parts: [item], cells: null })),
    columns: null,
    source: label ? `${what} "${label}"` : what,
    label,
  };
}

/** A wrapper of one element and no text stands for that element. */
function unwrapped(node: SnapshotNode): SnapshotNode {
  const [only] = node.children;
  return node.role === 'generic' && node.children.length === 1 && only && isNode(only) && only.role !== 'link' ? unwrapped(only) : node;
}

const shape = (node: SnapshotNode): string => `${node.role}(${node.children.filter(isNode).map(shape).join()})`;

export const textOfItem = (item: Item): string => squeeze(item.parts.map(textOf).join(' '));

const nodesOf = (item: Item): SnapshotNode[] => item.parts.flatMap((part) => [...walk(part)]);

/** @param base address of the page, against which links are read */
export function fieldOf(list: ItemList, index: number, field: Field, base: string): Found<Value> {
  const item = list.items[index];
  if (!item) return { problem: `there are only ${list.items.length} items in ${list.source}` };
  const where = `item ${index + 1} of ${list.source}`;
  const value = (text: string, source: string): Found<Value> => ({ found: { value: text, source: `${source} in ${where}` } });
  const problem = (reason: string): Found<Value> => ({ problem: `${reason} in ${where} ("${textOfItem(item).slice(0, 80)}")` });
  const wanted = field.name.toLowerCase();

  if (list.columns && item.cells) {
    const at = list.columns.flatMap((column, position) => (singular(column.toLowerCase()) === singular(wanted) ? [position] : []));
    const [position] = at;
    if (at.length === 1 && position !== undefined) {
      const cell = item.cells[position];
      return value(cell ? textOf(cell) : '', `column "${list.columns[position]}"`);
    }
    if (at.length > 1) return problem(`more than one column is called "${field.name}"`);
  }
  if (!field.quoted) {
    if (wanted === 'text') return value(textOfItem(item), 'the whole text');
    if (TITLE_WORDS.has(wanted) && !list.columns) {
      const title = titleOf(list, index);
      return 'found' in title ? value(labelOf(title.found), describe(title.found)) : problem(title.problem);
    }
    if (LINK_WORDS.has(wanted)) return linkOf(list, index, base, value, problem);
    if (PRICE_WORDS.has(wanted)) {
      const prices = pricesIn(item.parts);
      const [price] = prices;
      if (prices.length === 1 && price) return value(price, 'the only price');
      return problem(prices.length === 0 ? 'there is no price' : `there is more than one price (${prices.join(', ')})`);
    }
    if (wanted === 'author') {
      const authors = [...new Set([...textOfItem(item).matchAll(/\bby ([\p{L}\p{N}_.-]+)/gu)].map(([, name]) => name ?? ''))];
      const links = nodesOf(item).filter((node) => node.role === 'link');
      const [author] = authors;
      if (authors.length === 1 && author && links.some((link) => labelOf(link) === author)) return value(author, 'the link after "by"');
    }
  }
  const labelled = labelledIn(item.parts, field);
  const [only] = labelled;
  if (labelled.length === 1 && only) return value(only.value, only.source);
  const columns = list.columns ? `; its columns are ${listed(list.columns.map((column) => `"${column}"`))}` : '';
  return problem(labelled.length > 1 ? `"${field.name}" stands more than once` : `"${field.name}" is not to be found${columns}`);
}

const TITLE_WORDS = new Set(['title', 'name', 'headline', 'heading']);
const LINK_WORDS = new Set(['url', 'link', 'address', 'href']);
const PRICE_WORDS = new Set(['price', 'cost']);

/**
 * The node that names an item: its only heading of the highest level; else its only link that differs from item to item; else, in a list
 * of five or more, the first link whose text is another in every item. Links such as `upvote` or `Read more` are in each the same.
 */
export function titleOf(list: ItemList, index: number): Found<SnapshotNode> {
  const item = list.items[index];
  if (!item) return { problem: 'there is no such item' };
  const headings = nodesOf(item).filter((node) => node.role === 'heading' && labelOf(node));
  const top = Math.min(...headings.map((node) => node.level ?? 9));
  const [heading, ...others] = headings.filter((node) => (node.level ?? 9) === top);
  if (heading) return others.length === 0 ? { found: heading } : { problem: 'there is more than one heading' };

  const linksOf = (one: Item) => nodesOf(one).filter((node) => node.role === 'link' && labelOf(node));
  const common = (label: string) =>
    list.items.length > 1 &&
    list.items.filter((other) => linksOf(other).some((link) => labelOf(link) === label)).length > list.items.length / 2;
  const own = linksOf(item).filter((link) => !common(labelOf(link)));
  const [first] = own;
  if (first && new Set(own.map(labelOf)).size === 1) return { found: first };
  if (first && list.items.length >= 5) {
    const firsts = list.items
      .map((other) => linksOf(other).find((link) => !common(labelOf(link))))
      .map((link) => (link ? labelOf(link) : ''));
    if (!firsts.includes('') && new Set(firsts).size === firsts.length) return { found: first };
  }
  const texts = item.parts.flatMap((part) => [...pieces(part)]);
  const [text] = texts;
  if (!first && texts.length === 1 && text && pricesInText(text.text).length === 0) return { found: text.node };
  return { problem: first ? 'several links could be its title' : 'neither a heading nor a link is its title' };
}

function linkOf(
  list: ItemList,
  index: number,
  base: string,
  value: (text: string, source: string) => Found<Value>,
  problem: (reason: string) => Found<Value>,
): Found<Value> {
  const item = list.items[index];
  const links = item ? nodesOf(item).filter((node) => node.role === 'link' && node.url) : [];
  const title = titleOf(list, index);
  const inTitle = 'found' in title ? [title.found, ...walk(title.found)].find((node) => node.role === 'link' && node.url) : undefined;
  const [only, ...others] = links;
  const around = 'found' in title ? links.find((link) => [...walk(link)].includes(title.found)) : undefined;
  const link = inTitle ?? around ?? (others.every((other) => other.url === only?.url) ? only : undefined);
  if (!link?.url || !URL.canParse(link.url, base)) return problem(links.length === 0 ? 'there is no link' : 'there is more than one link');
  return value(new URL(link.url, base).href, describe(link));
}

const CURRENCY = '(?:(?:US|CA|A|NZ|HK)?\\$|€|£|¥|₹|₩|₽|zł|kr\\.?|Kč|Ft|USD|EUR|GBP|CHF|JPY|CNY|CAD|AUD|SEK|NOK|DKK|PLN)';
const AMOUNT = "\\d{1,3}(?:[ .,\u00a0\u202f’']\\d{3})+(?:[.,]\\d{1,2})?|\\d+(?:[.,]\\d{1,2})?";
const PRICE = new RegExp(`(?<![\\p{L}\\d])(?:${CURRENCY}\\s?(?:${AMOUNT})|(?:${AMOUNT})\\s?${CURRENCY})(?![\\p{L}\\d])`, 'gu');

const pricesInText = (text: string): string[] => [...text.matchAll(PRICE)].map(([price]) => price);

/** Different prices among `parts`, as written. */
export const pricesIn = (parts: readonly SnapshotNode[]): string[] => [
  ...new Set(parts.flatMap((part) => [...pieces(part)].flatMap(({ text }) => pricesInText(text)))),
];

const FORM_ROLES = ['textbox', 'searchbox', 'spinbutton', 'combobox', 'listbox', 'slider', 'checkbox', 'switch'];

/** What a field of a form holds, as a person reads it. */
function heldBy(node: SnapshotNode): string {
  if (node.role === 'checkbox' || node.role === 'switch') return node.checked === true ? 'checked' : 'not checked';
  const options = [...walk(node)].filter(({ role }) => role === 'option');
  if (options.length > 0)
    return options
      .filter(({ selected }) => selected)
      .map(labelOf)
      .join(', ');
  return squeeze(node.children.filter((child) => !isNode(child)).join(' '));
}

/**
 * Values that the page itself puts a name to: a definition after its term, the cell beside a row's head, `Stock: 3`, `123 points`, and
 * a field with a label.
 */
export function labelledIn(parts: readonly SnapshotNode[], field: Field): Value[] {
  const wanted = singular(field.name.toLowerCase());
  const isLabel = (text: string) => singular(squeeze(text).replace(/:$/, '').toLowerCase()) === wanted;
  const found: Value[] = [];
  for (const part of parts) {
    for (const node of walk(part)) {
      const children = node.children.filter(isNode);
      for (const [position, child] of children.entries()) {
        const next = children[position + 1];
        if (child.role === 'term' && next?.role === 'definition' && isLabel(labelOf(child)))
          found.push({ value: textOf(next), source: describe(child) });
        const isRow = node.role === 'row' && children.length === 2 && position === 0 && next;
        if (isRow && isLabel(labelOf(child))) found.push({ value: textOf(next), source: `row "${labelOf(child)}"` });
      }
    }
    for (const { node, label } of fieldsOf(part, FORM_ROLES)) {
      if (isLabel(label)) found.push({ value: heldBy(node), source: describe({ ...node, children: [] }), field: node });
    }
    for (const group of walk(part)) {
      const chosen =
        ['group', 'radiogroup'].includes(group.role) && isLabel(group.name) ? [...walk(group)].filter(({ role }) => role === 'radio') : [];
      const checked = chosen.find((radio) => radio.checked === true);
      if (chosen.length > 0) found.push({ value: checked ? labelOf(checked) : '', source: describe({ ...group, children: [] }) });
    }
    for (const { text } of pieces(part)) {
      const colon = /^([^:]{1,60}): (.+)$/.exec(text);
      if (colon?.[1] && colon[2] && isLabel(colon[1])) found.push({ value: colon[2], source: `text "${text}"` });
      if (field.quoted) continue;
      for (const [whole, count, word] of text.matchAll(/(?<![\p{L}\d.,])(\d[\d.,]*) (\p{L}+)/gu)) {
        if (count && word && singular(word.toLowerCase()) === wanted) found.push({ value: count, source: `text "${whole}"` });
      }
    }
  }
  return found;
}

/** The cell of `row` in the column of that name; null where the table has none, or several. */
export function cellOf(tree: SnapshotNode, row: SnapshotNode, column: string): SnapshotNode | null {
  const table = [...walk(tree)].find((node) => TABLE_ROLES.has(node.role) && [...walk(node)].includes(row));
  const rows = table ? [...walk(table)].filter(({ role }) => role === 'row').map((each) => each.children.filter(isNode)) : [];
  const head = rows.find((cells) => cells.length > 0 && cells.every(({ role }) => role === 'columnheader'));
  const at = head?.flatMap((cell, index) => (likeness(labelOf(cell), column) >= 2 ? [index] : [])) ?? [];
  const cells = row.children.filter(isNode);
  return at.length === 1 && head?.length === cells.length ? (cells[at[0] ?? 0] ?? null) : null;
}

/** Elements that stand right after a label: `Phone: <555-0100>` is the phone, and the phone number. */
export function valuesBeside(tree: SnapshotNode, wanted: string): SnapshotNode[] {
  const isLabel = (text: string) => {
    const label = squeeze(text).replace(/:$/, '');
    return likeness(label, wanted) >= 2 || (label !== '' && !label.includes(' ') && likeness(wanted, label) > 0);
  };
  const found: SnapshotNode[] = [];
  for (const node of walk(tree)) {
    // Beside a cell is another column, but in a row of two: a name and its value.
    if (node.role === 'row' && node.children.filter(isNode).length !== 2) continue;
    for (const [index, child] of node.children.entries()) {
      if (isNode(child) && child.role === 'columnheader') continue;
      const next = node.children[index + 1];
      const text = isNode(child) ? labelOf(child) : child;
      if (next && isNode(next) && next.ref !== null && text.length < 60 && isLabel(text)) found.push(next);
    }
  }
  return found;
}
