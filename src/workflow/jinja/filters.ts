/** Filters and tests: `x | join(', ')`, `x is divisibleby 3`. */
import { percentFormat } from './format.js';
import { capitalized, centered, replaced } from './methods.js';
import {
  bounded,
  Callable,
  checkLength,
  contains,
  type Dict,
  dictOf,
  equal,
  Float,
  field,
  float,
  isDict,
  isInteger,
  isList,
  isNumber,
  iterate,
  lengthOf,
  type Named,
  number,
  numeric,
  order,
  plain,
  TemplateError,
  Tuple,
  text,
  truth,
  typeName,
  Undefined,
} from './values.js';

/** Arguments of a filter or test, by place or by name. */
export class Given {
  readonly #args: readonly unknown[];
  readonly #named: Named;
  constructor(args: readonly unknown[], named: Named = new Map()) {
    this.#args = args;
    this.#named = named;
  }
  get all(): readonly unknown[] {
    return this.#args;
  }
  get named(): Named {
    return this.#named;
  }
  of(at: number, name: string, fallback: unknown = undefined): unknown {
    const value = this.#args[at] ?? this.#named.get(name);
    return value === undefined ? fallback : value;
  }
  whole(at: number, name: string, fallback: number): number {
    const value = this.of(at, name, fallback);
    return Math.trunc(numeric(value, name));
  }
  text(at: number, name: string, fallback: string): string {
    return text(this.of(at, name, fallback));
  }
  flag(at: number, name: string, fallback: boolean): boolean {
    return truth(this.of(at, name, fallback));
  }
  has(name: string): boolean {
    return this.#named.has(name);
  }
}

export interface Helpers {
  /** `attribute` of a value, dots for the attributes of attributes; undefined values for what is not there. */
  attribute(value: unknown, path: unknown): unknown;
  filter(name: string, value: unknown, given: Given): unknown;
  test(name: string, value: unknown, given: Given): boolean;
}

type Filter = (value: unknown, given: Given, helpers: Helpers) => unknown;
type Test = (value: unknown, given: Given) => boolean;

/** Smallest first, those that are equal as they were. */
const sorted = (values: readonly unknown[], key: (value: unknown) => unknown, reverse: boolean): unknown[] => {
  const keyed = values.map((value) => ({ value, key: key(value) }));
  keyed.sort((a, b) => (reverse ? order(b.key, a.key) : order(a.key, b.key)));
  return keyed.map(({ value }) => value);
};

const folded = (value: unknown, caseSensitive: boolean): unknown =>
  typeof value === 'string' && !caseSensitive ? value.toLowerCase() : value;

const byAttribute = (given: Given, helpers: Helpers, at: number, caseSensitive: boolean) => {
  const path = given.of(at, 'attribute', null);
  return (value: unknown) => folded(path === null ? value : helpers.attribute(value, path), caseSensitive);
};

function extreme(value: unknown, given: Given, helpers: Helpers, sign: 1 | -1): unknown {
  const key = byAttribute(given, helpers, 1, given.flag(0, 'case_sensitive', false));
  const values = iterate(value);
  if (values.length === 0) return new Undefined('an element of an empty list');
  return values.reduce((best, each) => (order(key(each), key(best)) * sign > 0 ? each : best));
}

/** `select`, `reject` with `''`; `selectattr`, `rejectattr` with the attribute as the first argument. */
const choosing =
  (keeps: boolean, hasAttribute: boolean): Filter =>
  (value, given, helpers) => {
    const [path, ...afterPath] = given.all;
    const [name, ...rest] = hasAttribute ? afterPath : given.all;
    return iterate(value).filter((each) => {
      const judged = hasAttribute ? helpers.attribute(each, path) : each;
      return (name === undefined ? truth(judged) : helpers.test(text(name), judged, new Given(rest))) === keeps;
    });
  };

function toInt(value: unknown, fallback: unknown): unknown {
  if (isNumber(value)) return Math.trunc(number(value));
  const words = text(value).trim();
  if (typeof value !== 'string' || !/^[+-]?(?:\d[\d_]*)?(?:\.\d*)?(?:e[+-]?\d+)?$/i.test(words) || !/\d/.test(words)) return fallback;
  return Math.trunc(Number(words.replaceAll('_', '')));
}

function toFloat(value: unknown, fallback: unknown): unknown {
  if (isNumber(value)) return float(number(value));
  const words = typeof value === 'string' ? value.trim() : '';
  const parsed = words === '' ? Number.NaN : Number(words);
  return Number.isNaN(parsed) ? fallback : float(parsed);
}

function rounded(value: unknown, given: Given): unknown {
  const precision = given.whole(0, 'precision', 0);
  const method = given.text(1, 'method', 'common');
  const of = numeric(value, 'round');
  const scale = 10 ** precision;
  const scaled = of * scale;
  if (method === 'ceil') return float(Math.ceil(scaled) / scale);
  if (method === 'floor') return float(Math.floor(scaled) / scale);
  // Ties go to the even neighbour, as in Python.
  if (/^50*$/.test(of.toFixed(100).split('.')[1]?.slice(precision) ?? '') && precision >= 0)
    return float((2 * Math.round(scaled / 2)) / scale);
  return float(precision < 0 ? Math.round(scaled) / scale : Number(of.toFixed(Math.min(precision, 100))));
}

function jsonText(value: unknown, indent: number, sortKeys: boolean, ascii: boolean): string {
  const order = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(order);
    if (typeof each !== 'object' || each === null) return each;
    const entries = Object.entries(each).map(([key, inner]) => [key, order(inner)] as const);
    return Object.fromEntries(sortKeys ? entries.sort(([a], [b]) => (a < b ? -1 : 1)) : entries);
  };
  const write = (each: unknown, depth: number): string => {
    const [open, close] = indent > 0 ? [`\n${' '.repeat(indent * (depth + 1))}`, `\n${' '.repeat(indent * depth)}`] : ['', ''];
    const comma = indent > 0 ? `,${open}` : ', ';
    if (Array.isArray(each))
      return each.length === 0 ? '[]' : `[${open}${each.map((inner) => write(inner, depth + 1)).join(comma)}${close}]`;
    if (typeof each !== 'object' || each === null) return JSON.stringify(each);
    const entries = Object.entries(each).map(([key, inner]) => `${JSON.stringify(key)}: ${write(inner, depth + 1)}`);
    return entries.length === 0 ? '{}' : `{${open}${entries.join(comma)}${close}}`;
  };
  const written = bounded(write(order(plain(value)), 0));
  const unicode = (each: string) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return ascii ? written.replace(/[^ -~\n]/g, unicode).replace(/[<>&']/g, unicode) : written;
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
const escaped = (value: unknown): string => text(value).replace(/[&<>"']/g, (each) => HTML[each]!);

/** Percent-encoded but for letters, digits, `_.-~` and what is `safe`. */
const quotedUrl = (value: unknown, safe: string): string =>
  encodeURIComponent(text(value).toWellFormed())
    .replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', safe === '/' ? '/' : '%2F');

function truncated(value: unknown, given: Given): string {
  const all = text(value);
  const length = given.whole(0, 'length', 255);
  const end = given.text(2, 'end', '...');
  if (all.length <= length + given.whole(3, 'leeway', 5)) return all;
  const kept = all.slice(0, Math.max(0, length - end.length));
  return (given.flag(1, 'killwords', false) ? kept : kept.slice(0, kept.lastIndexOf(' ') === -1 ? undefined : kept.lastIndexOf(' '))) + end;
}

function indented(value: unknown, given: Given): string {
  const width = given.of(0, 'width', 4);
  const prefix = typeof width === 'string' ? width : ' '.repeat(Math.min(numeric(width, 'indent'), 1_000));
  const lines = text(value).split('\n');
  checkLength(text(value).length + lines.length * prefix.length);
  const blank = given.flag(2, 'blank', false);
  const first = given.flag(1, 'first', false);
  return lines.map((line, at) => ((at === 0 && !first) || (line === '' && !blank && at > 0) ? line : prefix + line)).join('\n');
}

function grouped(value: unknown, given: Given, helpers: Helpers): unknown {
  const path = given.of(0, 'attribute', null);
  const groups: { key: unknown; items: unknown[] }[] = [];
  const key = (each: unknown) => {
    const found = helpers.attribute(each, path);
    return found instanceof Undefined ? given.of(1, 'default', found) : found;
  };
  for (const each of sorted(iterate(value), key, false)) {
    const last = groups.at(-1);
    if (last && equal(last.key, key(each))) last.items.push(each);
    else groups.push({ key: key(each), items: [each] });
  }
  return groups.map(({ key: grouper, items }) => new Tuple([grouper, items]));
}

function batched(value: unknown, given: Given): unknown {
  const size = given.whole(0, 'linecount', 1);
  if (size < 1) throw new TemplateError('batch() takes a size above 0');
  const fill = given.of(1, 'fill_with', null);
  const batches: unknown[][] = [];
  for (const [at, each] of iterate(value).entries()) {
    if (at % size === 0) batches.push([]);
    batches.at(-1)!.push(each);
  }
  const last = batches.at(-1);
  if (fill !== null && last) {
    checkLength(size);
    while (last.length < size) last.push(fill);
  }
  return batches;
}

function sliced(value: unknown, given: Given): unknown {
  const count = given.whole(0, 'slices', 1);
  if (count < 1) throw new TemplateError('slice() takes a number above 0');
  checkLength(count);
  const values = iterate(value);
  const [size, more] = [Math.floor(values.length / count), values.length % count];
  let at = 0;
  return Array.from({ length: count }, (_, index) => {
    const from = at;
    at += size + (index < more ? 1 : 0);
    return values.slice(from, at);
  });
}

function mapped(value: unknown, given: Given, helpers: Helpers): unknown {
  if (given.has('attribute')) {
    const path = given.of(9, 'attribute');
    const fallback = given.of(9, 'default');
    return iterate(value).map((each) => {
      const found = helpers.attribute(each, path);
      return found instanceof Undefined && fallback !== undefined ? fallback : found;
    });
  }
  const [name, ...rest] = given.all;
  if (typeof name !== 'string') throw new TemplateError('map() takes the name of a filter, or attribute=');
  return iterate(value).map((each) => helpers.filter(name, each, new Given(rest, given.named)));
}

const entriesOf = (value: unknown): Tuple[] => {
  if (value instanceof Undefined) return [];
  if (!isDict(value)) throw new TemplateError(`items takes a dict, not ${typeName(value)}`);
  return Object.entries(value).map((entry) => new Tuple(entry));
};

const unique = (value: unknown, given: Given, helpers: Helpers): unknown[] => {
  const key = byAttribute(given, helpers, 1, given.flag(0, 'case_sensitive', false));
  const seen: unknown[] = [];
  const known = new Set<unknown>();
  return iterate(value).filter((each) => {
    const of = key(each);
    const simple = isNumber(of) ? number(of) : of;
    if (typeof simple !== 'object' || simple === null) return known.size !== known.add(simple).size;
    if (seen.some((other) => equal(other, of))) return false;
    seen.push(of);
    return true;
  });
};

const fallbackOf: Filter = (value, given) =>
  value instanceof Undefined || (given.flag(1, 'boolean', false) && !truth(value)) ? given.of(0, 'default_value', '') : value;
const json: Filter = (value, given) => jsonText(value, given.whole(0, 'indent', 0), true, true);
const size: Filter = (value) => lengthOf(value);
const toText =
  (change: (value: string) => string): Filter =>
  (value) =>
    change(text(value));

export const FILTERS: Readonly<Record<string, Filter>> = {
  abs: (value) => (value instanceof Float ? new Float(Math.abs(value.value)) : Math.abs(numeric(value, 'abs'))),
  attr: (value, given, helpers) => helpers.attribute(value, given.of(0, 'name')),
  batch: batched,
  capitalize: toText(capitalized),
  center: (value, given) => centered(text(value), given.whole(0, 'width', 80)),
  count: size,
  d: fallbackOf,
  default: fallbackOf,
  dictsort: (value, given) => {
    const at = given.text(1, 'by', 'key') === 'value' ? 1 : 0;
    const key = (entry: unknown) => folded((entry as Tuple).items[at], given.flag(0, 'case_sensitive', false));
    return sorted(entriesOf(value), key, given.flag(2, 'reverse', false));
  },
  e: escaped,
  escape: escaped,
  first: (value) => (iterate(value).length === 0 ? new Undefined('the first of an empty list') : iterate(value)[0]),
  float: (value, given) => toFloat(value, given.of(0, 'default', new Float(0))),
  forceescape: escaped,
  format: (value, given) => bounded(percentFormat(text(value), given.named.size > 0 ? dictOf(given.named) : new Tuple(given.all))),
  groupby: grouped,
  indent: indented,
  int: (value, given) => toInt(value, given.of(0, 'default', 0)),
  items: entriesOf,
  join: (value, given, helpers) => {
    const path = given.of(1, 'attribute', null);
    const parts = iterate(value).map((each) => text(path === null ? each : helpers.attribute(each, path)));
    return bounded(parts.join(given.text(0, 'd', '')));
  },
  json: (value, given) => jsonText(value, given.whole(0, 'indent', 0), false, false),
  last: (value) => (iterate(value).length === 0 ? new Undefined('the last of an empty list') : iterate(value).at(-1)),
  length: size,
  list: (value) => [...iterate(value)],
  lower: toText((value) => value.toLowerCase()),
  map: mapped,
  max: (value, given, helpers) => extreme(value, given, helpers, 1),
  min: (value, given, helpers) => extreme(value, given, helpers, -1),
  reject: choosing(false, false),
  rejectattr: choosing(false, true),
  replace: (value, given) => replaced(text(value), given.text(0, 'old', ''), given.text(1, 'new', ''), given.whole(2, 'count', -1)),
  reverse: (value) => (typeof value === 'string' ? [...value].reverse().join('') : [...iterate(value)].reverse()),
  round: rounded,
  safe: (value) => value,
  select: choosing(true, false),
  selectattr: choosing(true, true),
  slice: sliced,
  sort: (value, given, helpers) =>
    sorted(iterate(value), byAttribute(given, helpers, 2, given.flag(1, 'case_sensitive', false)), given.flag(0, 'reverse', false)),
  string: (value) => text(value),
  striptags: toText((value) =>
    value
      .replace(/<!--.*?-->|<[^>]*>/gs, '')
      .replace(/\s+/g, ' ')
      .trim(),
  ),
  sum: (value, given, helpers) => {
    const path = given.of(0, 'attribute', null);
    const values = iterate(value).map((each) => (path === null ? each : helpers.attribute(each, path)));
    const start = given.of(1, 'start', 0);
    const total = values.reduce<number>((sum, each) => sum + numeric(each, 'sum'), numeric(start, 'sum'));
    return [...values, start].every((each) => isInteger(each) || typeof each === 'boolean') ? total : float(total);
  },
  title: toText((value) =>
    value.toLowerCase().replace(/(^|[-\s({[<]+)([^-\s({[<])/g, (_, before: string, letter: string) => before + letter.toUpperCase()),
  ),
  tojson: json,
  trim: (value, given) => {
    const marks = given.of(0, 'chars', null);
    if (marks === null) return text(value).trim();
    const all = [...text(value)];
    while (all.length > 0 && text(marks).includes(all[0]!)) all.shift();
    while (all.length > 0 && text(marks).includes(all.at(-1)!)) all.pop();
    return all.join('');
  },
  truncate: truncated,
  unique,
  upper: toText((value) => value.toUpperCase()),
  urlencode: (value) => {
    if (typeof value === 'string' || isNumber(value)) return quotedUrl(value, '/');
    const pairs = isDict(value) ? entriesOf(value) : iterate(value);
    return pairs
      .map((pair) =>
        iterate(pair)
          .map((part) => quotedUrl(part, ''))
          .join('='),
      )
      .join('&');
  },
  wordcount: (value) => text(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
};

const comparing =
  (judge: (a: unknown, b: unknown) => boolean): Test =>
  (value, given) =>
    judge(value, given.all[0]);
const equals = comparing(equal);
const differs = comparing((a, b) => !equal(a, b));
const above = comparing((a, b) => order(a, b) > 0);
const below = comparing((a, b) => order(a, b) < 0);
const atLeast = comparing((a, b) => order(a, b) >= 0);
const atMost = comparing((a, b) => order(a, b) <= 0);

export const TESTS: Readonly<Record<string, Test>> = {
  boolean: (value) => typeof value === 'boolean',
  callable: (value) => value instanceof Callable,
  defined: (value) => !(value instanceof Undefined),
  divisibleby: (value, given) => numeric(value, 'divisibleby') % numeric(given.all[0], 'divisibleby') === 0,
  eq: equals,
  equalto: equals,
  '==': equals,
  even: (value) => numeric(value, 'even') % 2 === 0,
  false: (value) => value === false,
  float: (value) => value instanceof Float || (typeof value === 'number' && !Number.isInteger(value)),
  ge: atLeast,
  '>=': atLeast,
  gt: above,
  greaterthan: above,
  '>': above,
  in: (value, given) => contains(given.all[0], value),
  integer: (value) => isInteger(value),
  iterable: (value) => typeof value === 'string' || isList(value) || value instanceof Tuple || isDict(value),
  le: atMost,
  '<=': atMost,
  lower: (value) => text(value) === text(value).toLowerCase() && text(value) !== text(value).toUpperCase(),
  lt: below,
  lessthan: below,
  '<': below,
  mapping: (value) => isDict(value),
  ne: differs,
  '!=': differs,
  none: (value) => value === null,
  number: (value) => isNumber(value),
  odd: (value) => Math.abs(numeric(value, 'odd') % 2) === 1,
  sameas: comparing((a, b) => a === b),
  sequence: (value) => typeof value === 'string' || isList(value) || value instanceof Tuple || isDict(value),
  string: (value) => typeof value === 'string',
  true: (value) => value === true,
  undefined: (value) => value instanceof Undefined,
  upper: (value) => text(value) === text(value).toUpperCase() && text(value) !== text(value).toLowerCase(),
};

/** One step of `attribute='a.b'`, where a number is a place in a list. */
export const pathParts = (path: unknown): readonly (string | number)[] =>
  typeof path === 'number'
    ? [path]
    : text(path)
        .split('.')
        .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

export const ofDict = (value: Dict, key: string): unknown => field(value, key);
