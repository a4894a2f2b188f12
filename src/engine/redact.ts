/** Keeps secret values out of everything that is written, shown or handed to a decider, also as pages and programs write them. */
export const HIDDEN = '*****';

export interface Redactor {
  /** From now on `value` is hidden, in all its spellings. */
  add(value: string): void;
  text(text: string): string;
  /** A copy of plain data with every string in it cleaned, keys included. */
  deep<T>(value: T): T;
}

/** Shorter values are hidden only where they are the whole text: inside of others they would hide half of every page. */
const MIN_INNER_LENGTH = 4;
/** Shorter values are a part of many words backwards, in base64 or in hex. */
const MIN_DISGUISED_LENGTH = 8;
/** Between two letters of a value that a page shows: what nobody sees, or spaces that keep it readable. */
const INVISIBLE = '[\\s\\u00ad\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]{0,2}';

export function createRedactor(values: Iterable<string>): Redactor {
  const inner = new Set<string>();
  const whole = new Set<string>();
  let pattern: RegExp | null = null;
  const add = (value: string) => {
    if (value === '') return;
    for (const spelling of spellings(value)) (spelling.length >= MIN_INNER_LENGTH ? inner : whole).add(spelling);
    if (value.length < MIN_INNER_LENGTH) whole.add(value);
    else if (value.trim().length >= MIN_INNER_LENGTH) inner.add(value.trim());
    // Longest first, so that a value inside of another does not leave its rest behind.
    const all = [...inner].sort((a, b) => b.length - a.length).map(loosely);
    pattern = all.length > 0 ? new RegExp(all.join('|'), 'giu') : null;
  };
  for (const value of values) add(value);

  const text = (source: string): string => {
    if (whole.has(source)) return HIDDEN;
    let clean = pattern ? source.replace(pattern, HIDDEN) : source;
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

/** A value as addresses, forms, HTML, JSON, base64 and hex write it, and backwards. */
function spellings(value: string): string[] {
  const plain = value.toWellFormed();
  const html = plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const usual = [
    value,
    value.replace(/\s+/g, ' ').trim(),
    encodeURIComponent(plain),
    // Spaces are `+` and a few more characters are escaped in a form's query (the URL standard's form encoding).
    new URLSearchParams({ v: value }).toString().slice(2),
    JSON.stringify(value).slice(1, -1),
    html,
    html.replaceAll('"', '&quot;'),
    html.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ];
  if (value.length < MIN_DISGUISED_LENGTH) return usual.filter(Boolean);
  const base64 = [0, 1, 2].map((offset) => base64Inside(plain, offset));
  const urlSafe = base64.map((each) => each.replaceAll('+', '-').replaceAll('/', '_'));
  return [...usual, ...base64, ...urlSafe, Buffer.from(plain).toString('hex'), [...plain].reverse().join('')].filter(Boolean);
}

/** The part of base64 that is the same whatever stands around the value, when `offset` bytes of a group of three stand before it. */
function base64Inside(value: string, offset: number): string {
  const bytes = Buffer.from('\0'.repeat(offset) + value);
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor((bytes.length * 8) / 6);
  return bytes.toString('base64').slice(first, last);
}

/** Also with invisible characters or spaces between its letters. */
const loosely = (value: string): string => [...value].map(escapeRegExp).join(INVISIBLE);

const escapeRegExp = (text: string): string =>
  isLone(text) ? `\\u${text.charCodeAt(0).toString(16)}` : text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Half of a pair of UTF-16: no character by itself. */
const isLone = (text: string): boolean => text.length === 1 && !text.isWellFormed();
