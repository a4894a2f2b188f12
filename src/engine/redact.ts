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
/** A pattern of a longer one would be too large for the language, whose error would tell it: it is looked for in another way, which takes longer. */
const MAX_PATTERN_LETTERS = 64;
/** Between two letters of a value that a page shows: what nobody sees, or spaces that keep it readable. */
const GAP = '[\\s\\u00ad\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]';
const GAPS = new RegExp(`${GAP}+`, 'gu');

export function createRedactor(values: Iterable<string>): Redactor {
  /** Spellings without their own gaps, so that there is one way only in which a text can be one of them. */
  const inner = new Set<string>();
  const long = new Set<string>();
  /** Spellings of which too little is left without gaps. */
  const exact = new Set<string>();
  const whole = new Set<string>();
  let pattern: RegExp | null = null;
  const add = (value: string) => {
    if (value === '') return;
    for (const spelling of spellings(value)) {
      const bare = spelling.replace(GAPS, '');
      if (bare.length > MAX_PATTERN_LETTERS) long.add(folded(bare));
      else if (bare.length >= MIN_INNER_LENGTH) inner.add(bare);
      else (spelling.length >= MIN_INNER_LENGTH ? exact : whole).add(spelling);
    }
    // Longest first, so that a value inside of another does not leave its rest behind.
    const all = [...inner].sort((a, b) => b.length - a.length).map(loosely);
    pattern = all.length > 0 ? new RegExp(all.join('|'), 'giu') : null;
  };
  for (const value of values) add(value);

  const text = (source: string): string => {
    if (whole.has(source)) return HIDDEN;
    let clean = long.size > 0 ? withoutLong(source, long) : source;
    if (pattern) clean = clean.replace(pattern, HIDDEN);
    for (const value of exact) clean = clean.replaceAll(value, HIDDEN);
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

/** With long values hidden: they are looked for in what is left of the text without gaps and capitals. */
function withoutLong(source: string, values: ReadonlySet<string>): string {
  const bare = folded(source);
  const shown = [...values].filter((value) => bare.includes(value));
  return shown.length === 0 ? source : withoutPlaces(source, placesOf(source, shown));
}

/** Part of a text; `to` is not in it. */
interface Place {
  readonly from: number;
  readonly to: number;
}

/** Without gaps, and the same for capital and small letters. Sigma at the end of a word is one everywhere. */
const folded = (text: string): string => text.replace(GAPS, '').toUpperCase().toLowerCase().replaceAll('ς', 'σ');

/** Where the values stand in `source`, in order and apart from each other. */
function placesOf(source: string, values: readonly string[]): readonly Place[] {
  const bare: string[] = [];
  const from: number[] = []; // in `source`, of each unit of `bare`
  let at = 0;
  for (const letter of source) {
    const units = folded(letter);
    for (const unit of units) {
      bare.push(unit);
      for (let count = 0; count < unit.length; count++) from.push(at);
    }
    at += letter.length;
  }
  const searched = bare.join('');
  const found: Place[] = [];
  for (const value of values) {
    for (let index = searched.indexOf(value); index >= 0; index = searched.indexOf(value, index + 1)) {
      const last = from[index + value.length - 1] as number;
      found.push({ from: from[index] as number, to: last + (source.codePointAt(last)! > 0xffff ? 2 : 1) });
    }
  }
  found.sort((a, b) => a.from - b.from);
  const merged: Place[] = [];
  for (const place of found) {
    const before = merged.at(-1);
    if (before && place.from < before.to) merged[merged.length - 1] = { from: before.from, to: Math.max(before.to, place.to) };
    else merged.push(place);
  }
  return merged;
}

function withoutPlaces(source: string, places: readonly Place[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { from, to } of places) {
    parts.push(source.slice(at, from), HIDDEN);
    at = to;
  }
  return parts.join('') + source.slice(at);
}

/** A value as addresses, forms, HTML, JSON, base64 and hex write it, and backwards. */
function spellings(value: string): string[] {
  const plain = value.toWellFormed();
  const html = plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const usual = [
    value,
    encodeURIComponent(plain),
    // Spaces are `+` and a few more characters are escaped in a form's query (the URL standard's form encoding).
    new URLSearchParams({ v: value }).toString().slice(2),
    JSON.stringify(value).slice(1, -1),
    html,
    html.replaceAll('"', '&quot;'),
    html.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ];
  // Some letters are two in capitals.
  if (value.toUpperCase().length !== value.length) usual.push(value.toUpperCase());
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

/** Also with gaps between its letters. */
const loosely = (bare: string): string => [...bare].map(escapeRegExp).join(`${GAP}*`);

const escapeRegExp = (text: string): string =>
  isLone(text) ? `\\u${text.charCodeAt(0).toString(16)}` : text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Half of a pair of UTF-16: no character by itself. */
const isLone = (text: string): boolean => text.length === 1 && !text.isWellFormed();
