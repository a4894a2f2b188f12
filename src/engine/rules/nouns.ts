/** What stands in the slots of a command: elements, parts of a page, values, numbers, days. */
import type { Day, ElementKind, Field, Items, Part, PartKind, Scope, Target, Text } from './clause.js';
import { anyOf, phrase, type Reading, type Slot } from './grammar.js';
import { isMark, isWord, type Token } from './tokens.js';

const KINDS: Readonly<Record<string, ElementKind>> = {
  link: 'link',
  hyperlink: 'link',
  button: 'button',
  icon: 'icon',
  'icon button': 'icon',
  tab: 'tab',
  checkbox: 'checkbox',
  'check box': 'checkbox',
  radio: 'radio',
  'radio button': 'radio',
  'radio option': 'radio',
  'menu item': 'menuitem',
  'menu entry': 'menuitem',
  option: 'option',
  field: 'field',
  'input field': 'field',
  'input box': 'field',
  'input textbox': 'field',
  'input text box': 'field',
  'text field': 'textline',
  'text input': 'textline',
  'text box': 'textline',
  textbox: 'textline',
  'text input field': 'textline',
  'text area': 'textarea',
  textarea: 'textarea',
  input: 'field',
  box: 'field',
  'search box': 'field',
  'search field': 'field',
  'search bar': 'field',
  'date field': 'field',
  'time field': 'field',
  'file field': 'file',
  'file input': 'file',
  dropdown: 'list',
  'drop-down': 'list',
  'dropdown list': 'list',
  'drop-down list': 'list',
  'dropdown menu': 'list',
  'drop-down menu': 'list',
  'scroll list': 'list',
  'scrolling list': 'list',
  'select box': 'list',
  'select list': 'list',
  'list box': 'list',
  listbox: 'list',
  'combo box': 'list',
  combobox: 'list',
  list: 'list',
  menu: 'list',
  slider: 'slider',
  spinner: 'spinner',
  'number field': 'spinner',
  stepper: 'spinner',
  folder: 'treeitem',
  file: 'treeitem',
  'folder or file': 'treeitem',
  'file or folder': 'treeitem',
  'tree item': 'treeitem',
  image: 'image',
  picture: 'image',
  heading: 'heading',
  paragraph: 'paragraph',
};

const PARTS: Readonly<Record<string, PartKind>> = {
  dialog: 'dialog',
  'dialog box': 'dialog',
  popup: 'dialog',
  'pop-up': 'dialog',
  'popup window': 'dialog',
  modal: 'dialog',
  form: 'form',
  table: 'table',
  section: 'section',
  panel: 'section',
  list: 'list',
  menu: 'menu',
  navigation: 'navigation',
  'navigation bar': 'navigation',
  'nav bar': 'navigation',
  header: 'header',
  footer: 'footer',
  sidebar: 'sidebar',
};

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** In a name without quotes these words could mean something else than the name. */
const NEVER_FIRST = new Set(
  'all every each any both none nothing everything something it them this that these those one two three last their its his her my your our some'.split(
    ' ',
  ),
);
const NEVER_INSIDE = new Set(
  'or and if unless until except without while when where which that whose named labeled labelled called above below under near beside between after before similar not for by with of from into in on at to using via contain contains containing time times twice again same cheapest lowest highest largest smallest biggest shortest longest latest newest oldest correct right another other more less than as so the a an'.split(
    ' ',
  ),
);
/** A few names hold such a word and are common enough to be meant. */
const COMMON_NAMES =
  /^(?:sign in|log in|sign up|log on|log out|sign out|check out|add to (?:cart|basket|bag)|back to top|terms of (?:use|service)|contact us|about us)$/i;
const MAX_NAME_WORDS = 5;
const NAME_WORD = /^[\p{L}\p{N}#@$€£][\p{L}\p{N}&'’._@#+%/:-]*$/u;

const textOf = (tokens: readonly Token[]): string => tokens.map(({ text }) => text).join(' ');
const words = (tokens: readonly Token[], at: number, count: number): string | null => {
  const taken = tokens.slice(at, at + count);
  return taken.length === count && taken.every(({ kind }) => kind === 'word') ? textOf(taken) : null;
};

/** One of the names in `meanings`, of up to three words. */
const oneOfNames = <T>(meanings: Readonly<Record<string, T>>, plural = false): Slot<T> =>
  function* (tokens, at) {
    for (const count of [3, 2, 1]) {
      const name = words(tokens, at, count)?.toLowerCase();
      if (name === undefined) continue;
      const key = plural ? name.replace(/(?<=.)s$|(?<=x)es$/, '') : name;
      const value = Object.hasOwn(meanings, key) ? meanings[key] : undefined;
      if (value !== undefined) yield { value, next: at + count };
    }
  };

const token =
  <T>(read: (token: Token) => T | null): Slot<T> =>
  (tokens, at) => {
    const value = tokens[at] && read(tokens[at]);
    return value === null || value === undefined ? [] : [{ value, next: at + 1 }];
  };

const quoted = token(({ kind, text }) => (kind === 'quoted' && text !== '' ? text : null));
const secret = token(({ kind, text }) => (kind === 'secret' ? text : null));

const ordinal = token(({ kind, text }) => {
  const word = text.toLowerCase();
  if (kind !== 'word') return null;
  if (word === 'last') return -1;
  const spelled = ORDINALS.indexOf(word);
  if (spelled >= 0) return spelled + 1;
  const digits = /^(\d{1,3})(?:st|nd|rd|th)$/.exec(word)?.[1];
  return digits && Number(digits) > 0 ? Number(digits) : null;
});
/** Also `top`, which is the first of what is ranked. */
const rank = anyOf(
  ordinal,
  token(({ kind, text }) => (kind === 'word' && text.toLowerCase() === 'top' ? 1 : null)),
);

const count = token(({ kind, text }) => {
  if (kind !== 'word') return null;
  if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
  const spelled = NUMBERS.indexOf(text.toLowerCase());
  return spelled > 0 ? spelled : null;
});

const number = token(({ kind, text }) =>
  (kind === 'word' || kind === 'quoted') && /^[+-]?\d{1,9}(?:\.\d{1,6})?$/.test(text) ? Number(text) : null,
);

/** `6, 17 and 5`, `[6,17,5]`: two or more. */
const numbers: Slot<number[]> = function* (tokens, at) {
  const last = tokens.findIndex(({ kind, text }, index) => index >= at && kind === 'word' && /\d[\])]$/.test(text));
  const list = /^[[(](.+)[\])]$/
    .exec(
      tokens
        .slice(at, last + 1)
        .map(({ text }) => text)
        .join(''),
    )?.[1]
    ?.split(',');
  if (list && list.length > 1 && list.every((each) => /^-?\d{1,9}(?:\.\d{1,6})?$/.test(each)))
    yield { value: list.map(Number), next: last + 1 };
  for (const reading of joined(tokens, at, number)) if (reading.value.length > 1) yield reading;
};

/** A number of any kind, `3` or `1.5`, with its unit of time: milliseconds. */
const duration: Slot<number> = function* (tokens, at) {
  const joined = words(tokens, at, 2) ?? '';
  const first = words(tokens, at, 1) ?? '';
  for (const [text, length] of [
    [joined, 2],
    [first, 1],
  ] as const) {
    const match = /^(\d+(?:\.\d+)?) ?(ms|milliseconds?|s|secs?|seconds?|mins?|minutes?)$/i.exec(text);
    if (match)
      yield {
        value: Number(match[1]) * (/^m(?:s|illi)/i.test(match[2] ?? '') ? 1 : /^s/i.test(match[2] ?? '') ? 1000 : 60_000),
        next: at + length,
      };
  }
};

/** `text field abc` is no name: the kind comes first and the rest is left over. `Menu settings` is one. */
const KIND_FIRST =
  /^(?:button|link|field|check ?box|text ?(?:box|area|field|input)|input (?:field|box)|radio|drop-?down|select box|list ?box|search (?:box|field)|combo ?box|slider|spinner) /i;

export const isPlainName = (name: string): boolean => {
  if (COMMON_NAMES.test(name)) return true;
  if (KIND_FIRST.test(name)) return false;
  const parts = name.split(' ');
  return (
    parts.length <= MAX_NAME_WORDS &&
    parts.every((part) => NAME_WORD.test(part) && !NEVER_INSIDE.has(part.toLowerCase())) &&
    !NEVER_FIRST.has(parts[0]?.toLowerCase() ?? '') &&
    !ORDINALS.includes(parts[0]?.toLowerCase() ?? '') &&
    !/^(?:top|\d{1,3}(?:st|nd|rd|th))$/i.test(parts[0] ?? '')
  );
};

/** A name without quotes: `Save`, `sign in`, `Terms and Conditions` is none. */
const bareName: Slot<string> = function* (tokens, at) {
  for (let length = Math.min(MAX_NAME_WORDS, tokens.length - at); length > 0; length--) {
    const name = words(tokens, at, length);
    if (name !== null && isPlainName(name)) yield { value: name, next: at + length };
  }
};
const name = anyOf(quoted, bareName);

/** Names joined by commas and `and`. */
const names: Slot<string[]> = function* (tokens, at) {
  yield* joined(tokens, at, name);
};

/** Small words inside of proper names. */
const CONNECTORS = new Set(['and', 'of', 'the', 'de', 'da', 'la', 'el', 'al', 'in', 'on', 'for', '&']);

/** `Isle of Man`, `Trinidad and Tobago`: capital letters with small words between; `parts` where it could also be two names. */
const properName: Slot<{ readonly name: string; readonly parts: readonly string[] | null }> = function* (tokens, at) {
  const isCapital = (found: Token | undefined) => found?.kind === 'word' && /^\p{Lu}/u.test(found.text) && NAME_WORD.test(found.text);
  if (!isCapital(tokens[at])) return;
  for (let length = 7; length >= 3; length--) {
    const taken = tokens.slice(at, at + length);
    const isName =
      taken.length === length &&
      isCapital(taken.at(-1)) &&
      taken.every((each) => isCapital(each) || (each.kind === 'word' && CONNECTORS.has(each.text)));
    if (!isName || !taken.some(({ text }) => CONNECTORS.has(text))) continue;
    const parts = textOf(taken).split(' and ');
    yield { value: { name: textOf(taken), parts: parts.length > 1 && parts.every(isPlainName) ? parts : null }, next: at + length };
  }
};

/** Longer lists are refused: no person writes them, and each further name multiplies the readings. */
const MAX_JOINED = 50;

function* joined<T>(tokens: readonly Token[], at: number, slot: Slot<T>, most = MAX_JOINED): Generator<Reading<T[]>> {
  for (const { value, next } of slot(tokens, at)) {
    const comma = isMark(tokens[next], ',') ? next + 1 : next;
    const after = isWord(tokens[comma], 'and') ? comma + 1 : comma;
    if (after > next && most > 1)
      for (const rest of joined(tokens, after, slot, most - 1)) yield { value: [value, ...rest.value], next: rest.next };
    yield { value: [value], next };
  }
}

/** How a thing is just now, or which of several it is: not what it is called. */
const STATE = '(?:un)?(?:checked|selected|read)|(?:dis|en)abled|(?:in)?active|empty|default|current|visible|hidden|wrong|missing|remaining';
const SOME_OF = new RegExp(
  `^(?:${STATE}|few|couple|last|next|previous|top|new|old|recent|available|unavailable|open|closed|cheap|expensive|free|other|red|green|blue|yellow|black|white)$`,
  'i',
);

/** `posts`, `search results`, `line items`. */
const noun: Slot<string> = function* (tokens, at) {
  for (const length of [2, 1]) {
    const name = words(tokens, at, length);
    if (name === null || !/^\p{L}[\p{L}-]*(?: (?:result|item|entry|results|items|entries))?$/u.test(name)) continue;
    const [first = ''] = name.toLowerCase().split(' ');
    // `the first two items` are two, not the first of "two items"; `all new items` are some of the items.
    if (NUMBERS.includes(first) || ORDINALS.includes(first) || SOME_OF.test(first)) continue;
    if (NEVER_FIRST.has(name.toLowerCase()) || NEVER_INSIDE.has(first)) continue;
    yield { value: name, next: at + length };
  }
};

/** What is typed as one piece: a literal or `{{NAME}}`; a number, a handle or one plain word, which is then `bare`. */
const literal: Slot<{ readonly literal: string; readonly bare: boolean }> = token(({ kind, text }) => {
  if (kind === 'mark' || text === '') return null;
  if (kind !== 'word') return { literal: text, bare: false };
  return /^(?:the|a|an|your|my|some|any|it|that|this|them|text|value|as|in|into)$/i.test(text) ? null : { literal: text, bare: true };
});
/** A literal that may be a password. */
const hidden = anyOf(quoted, secret);

const kind = oneOfNames(KINDS);
const kinds = oneOfNames(KINDS, true);
/** `on the page` limits nothing. */
const partKind = oneOfNames(PARTS);

const partSlots = { name, quoted, part: partKind };
const part: Slot<Part> = anyOf<Part>(
  phrase(partSlots, '[the|a|this] <name:quoted> <part>', ({ name, part }) => ({ kind: part, name })),
  phrase(partSlots, '[the|this] <part> [named|labeled|labelled|called|titled] <name:quoted>', ({ name, part }) => ({ kind: part, name })),
  phrase(partSlots, 'the|this <part>', ({ part }) => ({ kind: part, name: null })),
  phrase(partSlots, 'the <name> <part>', ({ name, part }) => ({ kind: part, name })),
);

/** `@ada`, `#1003`, a number: what can only be a name. */
const handle = token(({ kind, text }) => (kind === 'word' && /^[@#]?[\p{L}\p{N}_.-]*[\d@#][\p{L}\p{N}_.-]*$/u.test(text) ? text : null));
const about = anyOf(quoted, handle);
const scopeSlots = { part, noun, about, rank, name: bareName };
export const ROW =
  'row|line|entry|item|record|post|card|order|product|user|article|message|mail|email|e-mail|ticket|task|comment|listing|result';
const scope: Slot<Scope> = anyOf<Scope>(
  phrase(
    scopeSlots,
    `in|of|on|for|from [the] ${ROW} [of|for|with|by|containing|named|called|labeled|labelled|about] <about>`,
    ({ about }) => ({ about }),
  ),
  phrase(scopeSlots, `in|of|on|for|from [the] ${ROW} (that | which) contains|says|shows|has <about>`, ({ about }) => ({ about })),
  phrase(scopeSlots, `in|of|on|for|from the <about> ${ROW}`, ({ about }) => ({ about })),
  phrase(scopeSlots, 'for|of|beside <about>', ({ about }) => ({ about })),
  phrase(scopeSlots, 'next to <about>', ({ about }) => ({ about })),
  phrase(scopeSlots, 'in|of|on|for|from the <rank> <noun>', ({ rank, noun }) =>
    noun.toLowerCase() in KINDS || noun.toLowerCase() in PARTS ? null : { items: { noun, which: { one: rank } } },
  ),
  phrase(scopeSlots, 'in|on|of|inside|within|from <part>', ({ part }) => ({ part })),
);

const isFieldKind = (kind: ElementKind): boolean => ['field', 'textline', 'textarea', 'list', 'slider', 'spinner', 'file'].includes(kind);
export const target = (given: Partial<Target>): Target => ({ name: null, kind: null, ordinal: null, within: null, any: false, ...given });

const kindOrItem = anyOf<ElementKind | 'item'>(
  kind,
  token(({ kind, text }) => (kind === 'word' && /^(?:item|element|entry)$/i.test(text) ? ('item' as const) : null)),
);
/** `ONE` in `button ONE`, `2` in `tab 2`: a name of its own, not more words of a phrase. */
const ownName = token(({ kind, text }) => (kind === 'word' && /^[\p{Lu}\p{N}#@]/u.test(text) && NAME_WORD.test(text) ? text : null));
/** How an element looks or where it is, not what it is called: it takes eyes. A name that is such a word is put in quotes. */
const LOOKS = new RegExp(
  `^(?:red|green|blue|yellow|orange|purple|pink|brown|black|white|gr[ae]y|colou?red|big|large|small|little|tiny|left|right|upper|lower|bottom|middle|highlighted|shaded|round|square|${STATE})\\b`,
  'i',
);
const slots = { nth: rank, kind, kindOrItem, quoted, bare: bareName, own: ownName, scope, part };
const NAMED = '[named|labeled|labelled|called|titled|reading|saying | with the text|label|name|title]';
const kindOf = (found: ElementKind | 'item' | undefined): ElementKind | null => (found === undefined || found === 'item' ? null : found);

/** `the "Save" button`, `the second "Delete" link`, `the link named "Eget"`, `the text field`, `button ONE`, `Save`, `"Edit" for "Bob"`. */
const element: Slot<Target> = anyOf(
  phrase(slots, `[the|a|an] [<nth?>] [<before?:kindOrItem>] ${NAMED} <name:quoted> [<after?:kind>] [<within?:scope>] [below]`, (found) =>
    found.before && found.after
      ? null
      : target({ name: found.name, kind: kindOf(found.before ?? found.after), ordinal: found.nth ?? null, within: found.within ?? null }),
  ),
  phrase(
    slots,
    'the [<nth?>] <before:kindOrItem> <within:scope> [named|labeled|labelled|called | with the text|label|name] <name:quoted>',
    (found) => target({ name: found.name, kind: kindOf(found.before), ordinal: found.nth ?? null, within: found.within }),
  ),
  phrase(slots, 'the <kind> for|of <quoted>', ({ kind, quoted }) => (isFieldKind(kind) ? target({ name: quoted, kind }) : null)),
  phrase(slots, 'the [only] [<nth?>] <kind> [<within?:scope>] [below]', (found) =>
    target({ kind: found.kind, ordinal: found.nth ?? null, within: found.within ?? null }),
  ),
  phrase(slots, 'the <nth> <bare> <kind> [<within?:scope>]', ({ nth, bare, kind, within }) =>
    LOOKS.test(bare) ? null : target({ name: bare, kind, ordinal: nth, within: within ?? null }),
  ),
  phrase(slots, 'a|an|any <kind> [<within?:scope>]', ({ kind, within }) => target({ kind, within: within ?? null, any: true })),
  phrase(slots, 'a|an|any|the <quoted> widget|control|element', ({ quoted }) => {
    const meant = WIDGETS[quoted.toLowerCase()] ?? KINDS[quoted.toLowerCase()];
    return meant ? target({ kind: meant, any: true }) : null;
  }),
  phrase(slots, '[the] <kind> <own> [<within?:scope>]', ({ kind, own, within }) => target({ name: own, kind, within: within ?? null })),
  phrase(slots, '[the] <bare> <kind> [<within?:scope>] [below]', ({ bare, kind, within }) =>
    LOOKS.test(bare) ? null : target({ name: bare, kind, within: within ?? null }),
  ),
  phrase(slots, '[the] <bare> [<within?:scope>]', ({ bare, within }) =>
    bare.includes(' ') && LOOKS.test(bare) ? null : target({ name: bare, within: within ?? null }),
  ),
);

/** What a click is for, where that is no more than its name says: `to submit the form`, `to mark it as important`. */
const purpose: Slot<true> = anyOf(
  phrase(
    {},
    '[in order] to (submit|save|send|confirm|apply|finish|continue|proceed | go on) [it | them | the|this|your|my form|changes|values|answer|settings]',
    () => true as const,
  ),
  phrase({ own: bareName }, '[in order] to mark|flag it|them|this as <own>', () => true as const),
);

/** What people call elements when they mean the kind alone. */
const WIDGETS: Readonly<Record<string, ElementKind>> = { text: 'textline', radio: 'radio', select: 'list' };

const elements: Slot<Target[]> = function* (tokens, at) {
  yield* joined(tokens, at, element);
};

/** `both text fields`, `all fields`. */
const fieldGroup = anyOf<{ readonly fields: 'both' | 'all'; readonly kind: ElementKind }>(
  phrase({ kinds }, 'both [of] [the] <kinds>', ({ kinds }) => ({ fields: 'both' as const, kind: kinds })),
  phrase({ kinds }, 'all|each [of] [the] <kinds>', ({ kinds }) => ({ fields: 'all' as const, kind: kinds })),
);

/** `item that starts with "Ab" and ends with "ia"`: one of what a field suggests. */
const startsWith: Slot<{ readonly starts: string; readonly ends: string | null }> = phrase(
  { starts: quoted, ends: quoted },
  'item|option|entry|value|word|name|suggestion (that|which starts|begins with | starting|beginning with) <starts> [and [that|which] ends|ending with <ends?>]',
  ({ starts, ends }) => ({ starts, ends: ends ?? null }),
);

const UPPER = (text: string): string => text.toUpperCase();
const LOWER = (text: string): string => text.toLowerCase();
const letterCase: Slot<(text: string) => string> = anyOf(
  phrase({}, 'in [all] (upper case | uppercase | upper-case | capital | capitals) [letters|characters]', () => UPPER),
  phrase({}, 'in [all] (lower case | lowercase | lower-case | small) [letters|characters]', () => LOWER),
);

export interface Typed {
  readonly text: Text;
  /** The noun that says what the text is, as in `the username "ada"`; null where it says nothing. */
  readonly described: string | null;
  /** Whether it is one word without quotes. */
  readonly bare: boolean;
}

/** Nouns that fit any text. */
const ANY_TEXT =
  /^(?:following |search )?(?:text|value|word|string|phrase|letters?|characters?|number|code|message|query|term|answer)$|^following$/i;

/** `the username "ada"`. */
const pair: Slot<Typed> = phrase(
  { described: bareName, text: hidden, letterCase },
  '[the|a|an] <described> <text> [<letterCase?>]',
  (found) => ({
    text: { literal: found.letterCase?.(found.text) ?? found.text },
    described: ANY_TEXT.test(found.described) ? null : found.described,
    bare: false,
  }),
);
const pairs: Slot<Typed[]> = function* (tokens, at) {
  yield* joined(tokens, at, pair);
};

/** What to type: `"x"`, `the username "ada"`, `"ada" in upper case`, `the value of Total`, `it`. */
const typed: Slot<Typed> = anyOf<Typed>(
  pair,
  phrase({ literal, letterCase }, '<literal> [<letterCase?>]', ({ literal: { literal, bare }, letterCase }) =>
    bare && letterCase ? null : { text: { literal: letterCase?.(literal) ?? literal }, described: null, bare },
  ),
  phrase({ name }, '[the] value|text|content of [the] [field] <name>', ({ name }) => ({
    text: { valueOf: name },
    described: null,
    bare: false,
  })),
  phrase({}, 'the text [shown|displayed] below|above', () => ({ text: { shown: true }, described: null, bare: false })),
  phrase({}, '(it | that | that word | the word | the copied text)', () => ({ text: { kept: true }, described: null, bare: false })),
);

const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
export const monthOf = (word: string): number => {
  const wanted = word.toLowerCase().replace(/\.$/, '');
  return wanted.length < 3 ? 0 : MONTHS.findIndex((month) => month.startsWith(wanted)) + 1;
};

/** `2026-03-09`, `03/09/2026` (the month first, as a browser of this language shows it), `9.3.2026`, `9 March 2026`, `March 9, 2026`. */
export function readDay(text: string): Day | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  const slashes = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  const dots = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th)?(?: of)? (\p{L}+\.?),? (\d{4})$/u.exec(text);
  const monthFirst = /^(\p{L}+\.?) (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/u.exec(text);
  const [year, month, day] = iso
    ? [iso[1], iso[2], iso[3]]
    : slashes
      ? [slashes[3], slashes[1], slashes[2]]
      : dots
        ? [dots[3], dots[2], dots[1]]
        : dayFirst
          ? [dayFirst[3], monthOf(dayFirst[2] ?? ''), dayFirst[1]]
          : monthFirst
            ? [monthFirst[3], monthOf(monthFirst[1] ?? ''), monthFirst[2]]
            : [];
  const found = { year: Number(year), month: Number(month), day: Number(day), text };
  const real = new Date(Date.UTC(found.year, found.month - 1, found.day));
  return real.getUTCFullYear() === found.year && real.getUTCMonth() + 1 === found.month && real.getUTCDate() === found.day ? found : null;
}

const day: Slot<Day> = function* (tokens, at) {
  for (const length of [5, 4, 3, 1]) {
    const taken = tokens.slice(at, at + length);
    if (taken.length < length || taken.some(({ kind, text }) => kind !== 'word' && kind !== 'quoted' && text !== ',')) continue;
    const value = readDay(textOf(taken).replaceAll(' ,', ','));
    if (value) yield { value, next: at + length };
  }
};

/** `14:05`, `2:05 PM`, `2 pm`: as `HH:MM`. */
export function readTime(text: string): { readonly time: string; readonly text: string } | null {
  const match = /^(\d{1,2})(?::(\d{2}))? ?([ap]\.?m\.?)?$/i.exec(text);
  const [, hours = '', minutes, half] = match ?? [];
  if (!match || (minutes === undefined && half === undefined) || Number(minutes ?? 0) > 59) return null;
  if (half ? Number(hours) < 1 || Number(hours) > 12 : Number(hours) > 23) return null;
  const hour = half ? (Number(hours) % 12) + (/^p/i.test(half) ? 12 : 0) : Number(hours);
  return { time: `${String(hour).padStart(2, '0')}:${minutes ?? '00'}`, text };
}
const time: Slot<{ readonly time: string; readonly text: string }> = function* (tokens, at) {
  for (const length of [2, 1]) {
    const taken = tokens.slice(at, at + length);
    if (taken.length < length || taken.some(({ kind }) => kind !== 'word' && kind !== 'quoted')) continue;
    const value = readTime(textOf(taken));
    if (value) yield { value, next: at + length };
  }
};

/** Words that are not fields, though they stand where one could. */
const NOT_FIELDS =
  /^(?:all|every|each|it|them|everything|anything|data|information|info|details|something|content|contents|results?|items?|list|page|best|cheapest|most|number|count|sum|total|average|amount|summary|first|last|top|next|the|a|an)$/i;

const field: Slot<Field> = function* (tokens, at) {
  const start = isWord(tokens[at], 'the') ? at + 1 : at;
  const found = tokens[start];
  if (found?.kind === 'quoted' && found.text !== '') yield { value: { name: found.text, quoted: true }, next: start + 1 };
  if (found?.kind === 'word' && /^\p{L}[\p{L}-]*$/u.test(found.text) && !NOT_FIELDS.test(found.text))
    yield { value: { name: found.text.toLowerCase(), quoted: false }, next: start + 1 };
};

/** `name and price`, `"Unit price", stock`; none of them twice. */
const fields: Slot<Field[]> = function* (tokens, at) {
  for (const reading of joined(tokens, at, field))
    if (new Set(reading.value.map(({ name }) => name)).size === reading.value.length) yield reading;
};

/** `prices` to `price`, `categories` to `category`, `addresses` to `address`. */
export function singular(word: string): string {
  if (/ies$/i.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:ss|x|ch|sh)es$/i.test(word)) return word.slice(0, -2);
  return /[^s]s$/i.test(word) && !/(?:us|is|news|status)$/i.test(word) ? word.slice(0, -1) : word;
}

const KEYS: Readonly<Record<string, string>> = {
  enter: 'Enter',
  return: 'Enter',
  tab: 'Tab',
  escape: 'Escape',
  esc: 'Escape',
  space: 'Space',
  'space bar': 'Space',
  backspace: 'Backspace',
  delete: 'Delete',
  home: 'Home',
  end: 'End',
  'page up': 'PageUp',
  pageup: 'PageUp',
  'page down': 'PageDown',
  pagedown: 'PageDown',
  up: 'ArrowUp',
  down: 'ArrowDown',
  left: 'ArrowLeft',
  right: 'ArrowRight',
  'arrow up': 'ArrowUp',
  'arrow down': 'ArrowDown',
  'arrow left': 'ArrowLeft',
  'arrow right': 'ArrowRight',
};
/** A key, and how it is called. */
const key: Slot<{ readonly key: string; readonly said: string }> = function* (tokens, at) {
  for (const { value, next } of oneOfNames(KEYS)(tokens, at)) yield { value: { key: value, said: textOf(tokens.slice(at, next)) }, next };
  const found = tokens[at];
  const value = found?.kind === 'quoted' ? KEYS[found.text.toLowerCase()] : undefined;
  if (found && value !== undefined) yield { value: { key: value, said: found.text }, next: at + 1 };
};

export const isKind = (noun: string): boolean => Object.hasOwn(KINDS, noun.toLowerCase());

const pageField = anyOf<'title' | 'url' | 'heading'>(
  phrase({}, '[the] [page] title', () => 'title' as const),
  phrase({}, '[the] [page|current] url|address', () => 'url' as const),
  phrase({}, '[the] [main] heading', () => 'heading' as const),
);
const pageFields: Slot<('title' | 'url' | 'heading')[]> = function* (tokens, at) {
  yield* joined(tokens, at, pageField);
};

/** `all posts`, `every post`, `the first 5 posts`. */
const items: Slot<Items> = anyOf<Items>(
  phrase({ noun }, '(all [of] [the] | every | each) <noun>', ({ noun }) => ({ noun, which: { many: null } })),
  phrase({ noun, count }, '[the] first|top <count> <noun>', ({ noun, count }) => ({ noun, which: { many: count } })),
);
/** One word, or any in quotes. */
const label = anyOf(
  quoted,
  token(({ kind, text }) => (kind === 'word' && /^\p{L}+$/u.test(text) ? text : null)),
);

/** Every slot by the name that patterns use. */
export const NOUNS = {
  about,
  count,
  day,
  duration,
  element,
  elements,
  fieldGroup,
  fields,
  hidden,
  items,
  key,
  kinds,
  label,
  literal,
  name,
  names,
  noun,
  number,
  numbers,
  pageField,
  pageFields,
  ownName,
  pairs,
  part,
  place: element,
  plainName: bareName,
  properName,
  purpose,
  quoted,
  rank,
  startsWith,
  time,
  typed,
};
