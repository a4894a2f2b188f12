/** Methods of Python's texts, lists and dicts, as far as they change nothing: `csv.split(',')`, `d.items()`. */
import { braceFormat } from './format.js';
import {
  bounded,
  Callable,
  checkLength,
  type Dict,
  equal,
  field,
  isInteger,
  isList,
  type Named,
  TemplateError,
  Tuple,
  text,
  typeName,
} from './values.js';

type Method<T> = (self: T, args: readonly unknown[], named: Named) => unknown;

function textArg(args: readonly unknown[], at: number, name: string, fallback?: string): string {
  const value = args[at];
  if (typeof value === 'string') return value;
  if (value === undefined && fallback !== undefined) return fallback;
  throw new TemplateError(`${name}() takes a text, not ${value === undefined ? 'nothing' : typeName(value)}`);
}

const wholeArg = (args: readonly unknown[], at: number, fallback: number): number => {
  const value = args[at];
  return isInteger(value) ? value : fallback;
};

/** Characters to strip: white space when none are named. */
function stripped(self: string, args: readonly unknown[], ends: 'both' | 'left' | 'right'): string {
  const marks = args[0] === undefined || args[0] === null ? null : new Set(textArg(args, 0, 'strip'));
  const isStripped = (each: string) => (marks ? marks.has(each) : /\s/.test(each));
  let [from, to] = [0, self.length];
  if (ends !== 'right') while (from < to && isStripped(self[from]!)) from++;
  if (ends !== 'left') while (to > from && isStripped(self[to - 1]!)) to--;
  return self.slice(from, to);
}

function split(self: string, args: readonly unknown[], named: Named): string[] {
  const separator = args[0] ?? named.get('sep') ?? null;
  const most = wholeArg([args[1] ?? named.get('maxsplit')], 0, -1);
  if (separator === null) {
    const words = self.trim() === '' ? [] : self.trim().split(/\s+/);
    if (most < 0 || words.length <= most + 1) return words;
    const rest = new RegExp(`^\\s*(?:\\S+\\s+){${most}}`).exec(self)?.[0].length ?? 0;
    return [...words.slice(0, most), self.slice(rest)];
  }
  if (separator === '' || typeof separator !== 'string') throw new TemplateError('split() takes a text that is not empty');
  const parts = self.split(separator);
  return most < 0 || parts.length <= most + 1 ? parts : [...parts.slice(0, most), parts.slice(most).join(separator)];
}

/** A text with every `old` replaced, at most `most` of them. */
export function replaced(self: string, old: string, by: string, most = -1): string {
  if (old === '') return most < 0 && by === '' ? self : bounded([...self].join(by));
  const parts = self.split(old);
  checkLength(self.length + parts.length * by.length);
  if (most < 0 || parts.length <= most + 1) return parts.join(by);
  return [parts.slice(0, most + 1).join(by), ...parts.slice(most + 1)].join(old);
}

export const titled = (self: string): string =>
  self.toLowerCase().replace(/(^|[^\p{L}'])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
export const capitalized = (self: string): string => self.slice(0, 1).toUpperCase() + self.slice(1).toLowerCase();

export function centered(self: string, width: number, fill = ' '): string {
  checkLength(width);
  const missing = Math.max(0, width - self.length);
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + self + fill.repeat(missing - left);
}

const oneOf = (value: unknown): readonly string[] => (value instanceof Tuple ? value.items.map(text) : [text(value)]);
const matches = (self: string, pattern: RegExp): boolean => pattern.test(self);

const TEXT: Readonly<Record<string, Method<string>>> = {
  upper: (self) => self.toUpperCase(),
  lower: (self) => self.toLowerCase(),
  casefold: (self) => self.toLowerCase(),
  title: titled,
  capitalize: capitalized,
  swapcase: (self) => [...self].map((each) => (each === each.toUpperCase() ? each.toLowerCase() : each.toUpperCase())).join(''),
  strip: (self, args) => stripped(self, args, 'both'),
  lstrip: (self, args) => stripped(self, args, 'left'),
  rstrip: (self, args) => stripped(self, args, 'right'),
  split,
  rsplit: (self, args, named) => {
    const most = wholeArg([args[1] ?? named.get('maxsplit')], 0, -1);
    const parts = split(self, [args[0]], named);
    if (most < 0 || parts.length <= most + 1) return parts;
    const kept = parts.length - most;
    return [parts.slice(0, kept).join(typeof args[0] === 'string' ? args[0] : ' '), ...parts.slice(kept)];
  },
  splitlines: (self) => self.replace(/\n$/, '').split('\n'),
  partition: (self, args) => {
    const separator = textArg(args, 0, 'partition');
    const at = self.indexOf(separator);
    return new Tuple(at === -1 ? [self, '', ''] : [self.slice(0, at), separator, self.slice(at + separator.length)]);
  },
  replace: (self, args) => replaced(self, textArg(args, 0, 'replace'), textArg(args, 1, 'replace'), wholeArg(args, 2, -1)),
  startswith: (self, args) => oneOf(args[0]).some((each) => self.startsWith(each)),
  endswith: (self, args) => oneOf(args[0]).some((each) => self.endsWith(each)),
  find: (self, args) => self.indexOf(textArg(args, 0, 'find')),
  rfind: (self, args) => self.lastIndexOf(textArg(args, 0, 'rfind')),
  count: (self, args) => self.split(textArg(args, 0, 'count')).length - 1,
  index: (self, args) => {
    const at = self.indexOf(textArg(args, 0, 'index'));
    if (at === -1) throw new TemplateError('index() found nothing');
    return at;
  },
  join: (self, args) =>
    bounded((isList(args[0]) ? args[0] : args[0] instanceof Tuple ? args[0].items : [...text(args[0])]).map(text).join(self)),
  format: (self, args, named) => bounded(braceFormat(self, args, named)),
  zfill: (self, args) => {
    const width = wholeArg(args, 0, 0);
    checkLength(width);
    return self.startsWith('-') ? `-${self.slice(1).padStart(width - 1, '0')}` : self.padStart(width, '0');
  },
  center: (self, args) => centered(self, wholeArg(args, 0, 0), textArg(args, 1, 'center', ' ')),
  ljust: (self, args) => {
    checkLength(wholeArg(args, 0, 0));
    return self.padEnd(wholeArg(args, 0, 0), textArg(args, 1, 'ljust', ' '));
  },
  rjust: (self, args) => {
    checkLength(wholeArg(args, 0, 0));
    return self.padStart(wholeArg(args, 0, 0), textArg(args, 1, 'rjust', ' '));
  },
  removeprefix: (self, args) => (self.startsWith(text(args[0])) ? self.slice(text(args[0]).length) : self),
  removesuffix: (self, args) => (args[0] !== '' && self.endsWith(text(args[0])) ? self.slice(0, -text(args[0]).length) : self),
  isdigit: (self) => matches(self, /^\p{Nd}+$/u),
  isnumeric: (self) => matches(self, /^\p{N}+$/u),
  isalpha: (self) => matches(self, /^\p{L}+$/u),
  isalnum: (self) => matches(self, /^[\p{L}\p{N}]+$/u),
  isspace: (self) => matches(self, /^\s+$/),
  isupper: (self) => self !== self.toLowerCase() && self === self.toUpperCase(),
  islower: (self) => self !== self.toUpperCase() && self === self.toLowerCase(),
};

const LIST: Readonly<Record<string, Method<readonly unknown[]>>> = {
  index: (self, args) => {
    const at = self.findIndex((each) => equal(each, args[0]));
    if (at === -1) throw new TemplateError('index() found nothing');
    return at;
  },
  count: (self, args) => self.filter((each) => equal(each, args[0])).length,
  copy: (self) => [...self],
};

const DICT: Readonly<Record<string, Method<Dict>>> = {
  items: (self) => Object.entries(self).map((entry) => new Tuple(entry)),
  keys: (self) => Object.keys(self),
  values: (self) => Object.values(self),
  get: (self, args) => (typeof args[0] === 'string' ? field(self, args[0]) : undefined) ?? args[1] ?? null,
  copy: (self) => ({ ...self }),
};

/** The method of this name, bound; null when there is none. */
export function methodOf(self: unknown, name: string): Callable | null {
  const bind = <T>(methods: Readonly<Record<string, Method<T>>>, of: T) =>
    Object.hasOwn(methods, name) ? new Callable(name, (args, named) => methods[name]!(of, args, named)) : null;
  if (typeof self === 'string') return bind(TEXT, self);
  if (isList(self)) return bind(LIST, self);
  if (self instanceof Tuple) return bind(LIST, self.items);
  return typeof self === 'object' && self !== null ? bind(DICT, self as Dict) : null;
}
