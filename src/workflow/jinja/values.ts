/**
 * What templates compute with: JSON, and what Python has besides. Text, truth and order are Python's, because templates are written
 * for it. A value's own prototype is never looked into.
 */

/** Why a template cannot be rendered: a sentence without its end. */
export class TemplateError extends Error {}

/** A name or a field that is not there. */
export class Undefined {
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}

/** A float that is a whole number: JSON has no other way to tell `2.0` from `2`. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export class Tuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** Named arguments of a call. */
export type Named = ReadonlyMap<string, unknown>;

export class Callable {
  readonly name: string;
  readonly call: (args: readonly unknown[], named: Named) => unknown;
  constructor(name: string, call: Callable['call']) {
    this.name = name;
    this.call = call;
  }
}

/** What `{% set ns.x = ... %}` may change from inside a loop. */
export class Namespace {
  readonly fields = new Map<string, unknown>();
}

export type Dict = Readonly<Record<string, unknown>>;

/** Longest text and longest list that a template may make. */
const MAX_LENGTH = 4_000_000;

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
export const isDict = (value: unknown): value is Dict =>
  typeof value === 'object' &&
  value !== null &&
  !isList(value) &&
  ![Undefined, Float, Tuple, Callable, Namespace].some((kind) => value instanceof kind);
export const isNumber = (value: unknown): value is number | Float | boolean =>
  typeof value === 'number' || typeof value === 'boolean' || value instanceof Float;
export const isInteger = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);

export const float = (value: number): number | Float => (Number.isInteger(value) ? new Float(value) : value);
export const number = (value: number | Float | boolean): number => (value instanceof Float ? value.value : Number(value));

/** An own field of a dict; undefined when there is none. */
export const field = (dict: Dict, key: string): unknown => (Object.hasOwn(dict, key) ? dict[key] : undefined);

/** A dict with exactly these fields, whatever they are called. */
export const dictOf = (entries: Iterable<readonly [string, unknown]>): Dict => Object.fromEntries(entries);

export function bounded<T extends string | readonly unknown[]>(value: T): T {
  if (value.length > MAX_LENGTH) throw new TemplateError('the template makes a value that is too long');
  return value;
}

/** Before something is made that long. */
export function checkLength(length: number): void {
  if (!(length <= MAX_LENGTH)) throw new TemplateError('the template makes a value that is too long');
}

export function truth(value: unknown): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (isNumber(value)) return number(value) !== 0;
  if (typeof value === 'string' || isList(value)) return value.length > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  return isDict(value) ? Object.keys(value).length > 0 : true;
}

/** As `str()` of Python. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof Undefined ? '' : repr(value);
}

/** As `repr()` of Python. */
export function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof Float) return floatText(value.value);
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : floatText(value);
  if (isList(value)) return `[${bounded(value.map(repr).join(', '))}]`;
  if (value instanceof Tuple) return `(${value.items.map(repr).join(', ')}${value.items.length === 1 ? ',' : ''})`;
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Callable) return `<function ${value.name}>`;
  if (value instanceof Namespace) return '<Namespace>';
  return `{${bounded(
    Object.entries(value)
      .map(([key, each]) => `${quoted(key)}: ${repr(each)}`)
      .join(', '),
  )}}`;
}

function quoted(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\', [quote]: `\\${quote}` };
  const inner = value.replace(/[\\'"\u0000-\u001f\u007f-\u00a0\u00ad]/g, (each) => {
    const known = escapes[each];
    if (known !== undefined) return known;
    return each === "'" || each === '"' ? each : `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return quote + inner + quote;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= 16)) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const plain = value !== 0 && Math.abs(value) < 1e-4 ? value.toFixed(20).replace(/0+$/, '') : String(value);
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) ? `${plain}.0` : plain;
}

export function equal(a: unknown, b: unknown): boolean {
  if (isNumber(a) && isNumber(b)) return number(a) === number(b);
  if (a instanceof Undefined || b instanceof Undefined) return a instanceof Undefined && b instanceof Undefined;
  const [left, right] = a instanceof Tuple && b instanceof Tuple ? [a.items, b.items] : [a, b];
  if (isList(left) && isList(right)) return left.length === right.length && left.every((each, index) => equal(each, right[index]));
  if (isDict(a) && isDict(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
  }
  return a === b;
}

/** Below 0, 0 or above it. @throws TemplateError for what has no order */
export function order(a: unknown, b: unknown): number {
  if (isNumber(a) && isNumber(b)) return number(a) - number(b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = a instanceof Tuple && b instanceof Tuple ? [a.items, b.items] : [a, b];
  if (isList(left) && isList(right)) {
    const at = left.findIndex((each, index) => index >= right.length || !equal(each, right[index]));
    if (at === -1) return left.length - right.length;
    return at >= right.length ? 1 : order(left[at], right[at]);
  }
  throw new TemplateError(`${typeName(a)} and ${typeName(b)} have no order`);
}

export function contains(container: unknown, item: unknown): boolean {
  if (typeof container === 'string') {
    if (typeof item !== 'string') throw new TemplateError(`only texts are in a text, no ${typeName(item)}`);
    return container.includes(item);
  }
  if (container instanceof Undefined) return false;
  if (isDict(container)) return typeof item === 'string' && Object.hasOwn(container, item);
  return iterate(container).some((each) => equal(each, item));
}

/** What a loop goes through. @throws TemplateError */
export function iterate(value: unknown): readonly unknown[] {
  if (isList(value)) return value;
  if (value instanceof Tuple) return value.items;
  if (typeof value === 'string') return [...value];
  if (value instanceof Undefined) return [];
  if (isDict(value)) return Object.keys(value);
  throw new TemplateError(`${typeName(value)} is nothing to go through`);
}

export function lengthOf(value: unknown): number {
  if (typeof value === 'string') return [...value].length;
  return iterate(value).length;
}

export function typeName(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'boolean') return 'a boolean';
  if (isNumber(value)) return 'a number';
  if (isList(value) || value instanceof Tuple) return 'a list';
  if (value instanceof Undefined) return `${value.what}, which is not there,`;
  return value instanceof Callable ? 'a function' : 'a dict';
}

/** A number where one is needed. @throws TemplateError */
export function numeric(value: unknown, where: string): number {
  if (isNumber(value)) return number(value);
  throw new TemplateError(`${where} takes a number, not ${typeName(value)}`);
}

/** As JSON has it. @throws TemplateError for what JSON has no word for */
export function plain(value: unknown): unknown {
  if (value instanceof Undefined) throw new TemplateError(`${value.what} is not defined`);
  if (value instanceof Float) return value.value;
  if (value instanceof Tuple) return value.items.map(plain);
  if (isList(value)) return value.map(plain);
  if (value instanceof Callable || value instanceof Namespace) throw new TemplateError(`${typeName(value)} is no JSON`);
  if (!isDict(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
