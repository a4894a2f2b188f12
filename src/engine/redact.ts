/** Keeps secret values out of everything that is written, shown or handed to a decider. */
export const HIDDEN = '*****';

export interface Redactor {
  /** From now on `value` is hidden, also as it stands in addresses. */
  add(value: string): void;
  text(text: string): string;
  /** A copy of plain data with every string in it cleaned, keys included. */
  deep<T>(value: T): T;
}

/** Shorter values are hidden only where they are the whole text: inside of others they would hide half of every page. */
const MIN_INNER_LENGTH = 4;

export function createRedactor(values: Iterable<string>): Redactor {
  const inner = new Set<string>();
  const whole = new Set<string>();
  const add = (value: string) => {
    if (value === '') return;
    const encoded = encodeURIComponent(value);
    // Spaces are `+` and a few more characters are escaped in a form's query (the URL standard's form encoding).
    const form = new URLSearchParams({ v: value }).toString().slice(2);
    for (const spelling of [value, value.replace(/\s+/g, ' ').trim(), encoded, form]) {
      if (spelling !== '') (spelling.length >= MIN_INNER_LENGTH ? inner : whole).add(spelling);
    }
    if (value.length < MIN_INNER_LENGTH) whole.add(value);
  };
  for (const value of values) add(value);

  const text = (source: string): string => {
    if (whole.has(source)) return HIDDEN;
    let clean = source;
    // Longest first, so that a value inside of another does not leave its rest behind.
    for (const value of [...inner].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(value, HIDDEN);
    for (const value of whole)
      clean = clean.replaceAll(`=${value}&`, `=${HIDDEN}&`).replace(new RegExp(`=${escapeRegExp(value)}(?=$|[#\\s])`, 'g'), `=${HIDDEN}`);
    return clean;
  };
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(deep);
    if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), deep(item)]));
  };
  return { add, text, deep: <T>(value: T) => deep(value) as T };
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
