/**
 * A prompt becomes clauses, or is refused with the part that is not understood.
 *
 * Every pattern matches a whole clause: a word left over is a refusal, never ignored. Quoted text, addresses and `{{NAME}}` are
 * taken out first, so that no comma or `and` inside of them divides anything.
 */
import type { PromptRefusal } from '../task.js';
import type { Clause, Command, ElementKind, Field, Pages, Target } from './clause.js';

export interface ParseOptions {
  readonly secretNames: Iterable<string>;
}

export type Parsed = { readonly clauses: readonly Clause[] } | { readonly refusal: PromptRefusal };

/** Pure: neither browser nor network. */
export function parseRules(prompt: string, { secretNames }: ParseOptions): Parsed {
  const known = new Set(secretNames);
  if (/[\uE000\uE001]/.test(prompt)) return refuse(prompt, 'the prompt holds characters of private use');
  for (const [, name = ''] of prompt.matchAll(SECRET_NAME)) {
    if (!known.has(name)) return refuse(`{{${name}}}`, `no secret named ${name} was given`);
  }
  const literals: string[] = [];
  const marked = markLiterals(prompt, literals);
  const clauses: Clause[] = [];
  for (const part of split(marked)) {
    const text = unmark(part, literals);
    const command = parseClause(part, literals);
    if (typeof command === 'string') return refuse(text, command);
    clauses.push({ text: withoutPassword(text, command), command });
  }
  if (clauses.length === 0) return refuse(prompt.trim(), 'there is nothing to do in it');
  return { clauses };
}

/** A clause is repeated in records and reasons: a password that stands in it is not. */
const withoutPassword = (text: string, command: Command): string =>
  command.kind === 'login' && command.password !== '' && !command.password.includes('{{')
    ? text.replace(`"${command.password}"`, '"*****"')
    : text;

const refuse = (clause: string, reason: string): Parsed => ({ refusal: { clause, reason } });

const SECRET_NAME = /\{\{\s*([\w-]+)\s*\}\}/g;

/** A literal in marked text is its number between two characters of private use. */
const LITERALS = [
  /"([^"\n]*)"/g,
  /“([^”\n]*)”/g,
  /«([^»\n]*)»/g,
  /`([^`\n]*)`/g,
  /(?<=^|[\s(])['‘]([^\n]*?)['’](?=$|[\s,.;:!?)])/g,
  /(\{\{\s*[\w-]+\s*\}\})/g,
  /(https?:\/\/[^\s"'<>]*[^\s"'<>.,;:!?)\]])/gi,
];

function markLiterals(prompt: string, literals: string[]): string {
  return LITERALS.reduce(
    (text, pattern) => text.replace(pattern, (_, inner: string) => `\uE000${literals.push(unmark(inner, literals)) - 1}\uE001`),
    prompt,
  );
}

const unmark = (text: string, literals: readonly string[]): string =>
  text.replace(/\uE000(\d+)\uE001/g, (_, index: string) => {
    const literal = literals[Number(index)] ?? '';
    return /^(https?:\/\/|\{\{)/i.test(literal) ? literal : `"${literal}"`;
  });

const VERBS =
  'go|navigate|browse|open|visit|click|tap|press|hit|push|type|enter|input|write|fill|put|set|select|choose|pick|check|tick|uncheck|untick|wait|reload|refresh|scroll|download|get|extract|return|read|fetch|log|login|sign|follow|find|use|submit|close|hover|drag|move|search|upload';

function split(marked: string): string[] {
  return marked
    .split(/\n+/)
    .map((line) => line.replace(/^\s*(?:\d+[.)]|[-*•])\s+/, ''))
    .flatMap((line) => line.split(/;|[.!]+(?=\s|$)/))
    .map((sentence) => sentence.replace(/\bfind and (?=(?:click|tap|open)\b)/gi, ''))
    .flatMap((sentence) =>
      sentence.split(
        new RegExp(
          `(?:,\\s*|\\s+)(?:and\\s+)?then\\s+|,\\s*(?:and\\s+)?(?=(?:please\\s+)?(?:${VERBS})\\b)|\\s+and\\s+(?=(?:${VERBS})\\b)`,
          'i',
        ),
      ),
    )
    .map((clause) =>
      clause
        .replace(/\s+/g, ' ')
        .trim()
        .replace(/^(?:(?:first|then|next|finally|after that|now|and)\b,? (?=[a-z])|please\b,? |and )+/i, '')
        .replace(/,$/, '')
        .trim(),
    )
    .filter((clause) => clause !== '' && !/^(?:please|then|and)$/i.test(clause));
}

/** One literal. */
const Q = '\\uE000\\d+\\uE001';
const KINDS: Readonly<Record<string, ElementKind>> = {
  link: 'link',
  hyperlink: 'link',
  button: 'button',
  tab: 'tab',
  checkbox: 'checkbox',
  'check box': 'checkbox',
  radio: 'radio',
  'radio button': 'radio',
  'menu item': 'menuitem',
  option: 'option',
  field: 'field',
  'input field': 'field',
  'text field': 'field',
  'text input': 'field',
  'text box': 'field',
  'text area': 'field',
  textarea: 'field',
  textbox: 'field',
  input: 'field',
  box: 'field',
  'search box': 'field',
  'search field': 'field',
  dropdown: 'list',
  'drop-down': 'list',
  'dropdown list': 'list',
  'select box': 'list',
  list: 'list',
  menu: 'list',
  image: 'image',
  heading: 'heading',
};
const KIND = `(?:${Object.keys(KINDS)
  .sort((a, b) => b.length - a.length)
  .join('|')})`;
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const ORDINAL = `(?:top|${ORDINALS.join('|')}|\\d{1,3}(?:st|nd|rd|th))`;
const NOUN = '[\\p{L}][\\p{L}-]*(?: (?:result|item|entry|results|items|entries))?';
/** In a name without quotes these words could mean something else than the name. */
const NEVER_IN_NAMES =
  /^(?:all|every|each|any|both|none|nothing|everything|something|it|them|this|that|these|those|one|two|three|last|next to)\b|\b(?:or|and|if|unless|until|except|without|while|when|where|which|that|whose|named|labeled|labelled|called|above|below|under|near|beside|between|after|before|next to|similar|not|for|by|with|of|from|into|in|on|at|to|using|via|contains?|containing|times?|twice|again|same|cheapest|lowest|highest|largest|smallest|biggest|shortest|longest|latest|newest|oldest|correct|right)\b/i;
/** A few names hold such a word and are common enough to be meant. */
const COMMON_NAMES =
  /^(?:sign in|log in|sign up|log on|log out|sign out|check out|add to (?:cart|basket|bag)|back to top|terms of (?:use|service)|contact us|about us)$/i;

const KEYS: Readonly<Record<string, string>> = {
  enter: 'Enter',
  return: 'Enter',
  tab: 'Tab',
  escape: 'Escape',
  esc: 'Escape',
  space: 'Space',
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
const MAX_PAUSE_MS = 300_000;
const NOT_UNDERSTOOD = 'it is not understood; the rules engine takes plain commands such as `click "Next"` or `get the title of the page`';

/** Each rule: a pattern for the whole clause, and what it means. A string is a reason to refuse; null passes on to the next rule. */
type Rule = readonly [RegExp, (groups: Readonly<Record<string, string | undefined>>, say: Sayer) => Command | string | null];

/** Turns marked text back into what it stands for. */
interface Sayer {
  /** The literal when `marked` is one, else null. */
  literal(marked: string): string | null;
}

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`, 'iu');
const PAGE = '(?: (?:of|on|from|in) (?:the|this|that) (?:current )?(?:web ?)?(?:page|site|website|list|table))?';
const GET = '(?:get|extract|return|read|fetch|find|collect|list|show|give|tell)(?: me)?';

const RULES: readonly Rule[] = [
  [
    whole('(?:go|navigate|browse|open|visit)(?: to)? (?:the )?(?:(?:page|site|website|url|address) )?(?<url>\\S+)'),
    ({ url = '' }, say) => {
      const literal = say.literal(url);
      const address = literal ?? url;
      if (/^https?:\/\//i.test(address)) return URL.canParse(address) ? { kind: 'goto', url: address } : `${address} is not an address`;
      if (/^[a-z][a-z\d+.-]*:(?!\d)/i.test(address)) return 'only http and https addresses are opened';
      if (/^(?:[a-z\d-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?$/i.test(address)) return { kind: 'goto', url: `https://${address}` };
      if (/^localhost(?::\d+)?(?:[/?#]\S*)?$/i.test(address)) return { kind: 'goto', url: `http://${address}` };
      return null;
    },
  ],
  [whole('go back(?: (?:one page|to the previous page|a page))?'), () => ({ kind: 'history', to: 'back' })],
  [whole('go forward(?: (?:one page|a page))?'), () => ({ kind: 'history', to: 'forward' })],
  [whole('(?:reload|refresh)(?: (?:the|this) page)?'), () => ({ kind: 'history', to: 'reload' })],
  [whole('scroll (?<to>up|down)(?: (?:one|a) page)?'), ({ to }) => ({ kind: 'scroll', to: to?.toLowerCase() === 'up' ? 'up' : 'down' })],
  [
    whole('scroll (?:(?:up|down) )?to the (?<to>top|bottom|end)(?: of the page)?'),
    ({ to }) => ({ kind: 'scroll', to: to?.toLowerCase() === 'top' ? 'top' : 'bottom' }),
  ],
  [
    whole('wait (?:for )?(?<n>\\d+(?:\\.\\d+)?) ?(?<unit>ms|milliseconds?|s|secs?|seconds?|mins?|minutes?)'),
    ({ n, unit = '' }) => {
      const ms = Number(n) * (/^m(?:s|illi)/i.test(unit) ? 1 : /^s/i.test(unit) ? 1000 : 60_000);
      return ms > MAX_PAUSE_MS ? 'it waits longer than five minutes' : { kind: 'pause', ms };
    },
  ],
  [
    whole(
      `wait (?:for|until) (?:the )?(?:text )?(?<text>${Q})(?: text)?(?: (?:to (?:appear|show(?: up)?)|appears|shows(?: up)?|is (?:shown|visible|there)))?`,
    ),
    ({ text = '' }, say) => ({ kind: 'waitText', text: say.literal(text) ?? '' }),
  ],
  [
    whole('(?:press|hit|push) (?:the )?(?<key>[\\p{L} ]+?)(?: key)?'),
    ({ key = '' }) => {
      const known = KEYS[key.toLowerCase()];
      return known ? { kind: 'press', key: known } : null;
    },
  ],
  [
    whole(`(?:press|hit|push) (?:the )?(?<key>${Q})(?<sure> key)?`),
    ({ key = '', sure }, say) => {
      const known = KEYS[(say.literal(key) ?? '').toLowerCase()];
      if (known) return { kind: 'press', key: known };
      return sure ? `there is no key of that name` : null;
    },
  ],
  [
    whole(`(?:click|tap|open|follow)(?: on)? (?:the )?(?<ordinal>${ORDINAL}) (?<noun>${NOUN})`),
    ({ ordinal = '', noun = '' }) =>
      noun.toLowerCase() in KINDS ? null : { kind: 'openItem', items: { noun, which: { one: numberOf(ordinal) } } },
  ],
  [
    whole('(?:click|tap|press|hit|push|open|follow)(?: on)? (?<target>.+)'),
    ({ target = '' }, say) => withTarget(target, say, (found) => ({ kind: 'click', target: found, download: false })),
  ],
  [
    whole('download (?<target>.+?)(?: file)?'),
    ({ target = '' }, say) => withTarget(target, say, (found) => ({ kind: 'click', target: found, download: true })),
  ],
  [
    whole('(?<off>un)?(?:check|tick)(?: off)? (?<target>.+)'),
    ({ off, target = '' }, say) =>
      withTarget(target, say, (found) => ({ kind: 'check', target: { ...found, kind: found.kind ?? 'checkbox' }, checked: !off })),
  ],
  [
    whole('(?:select|choose|pick) (?:the (?:option )?)?(?<options>.+?)(?: option)? (?:from|in) (?<from>.+)'),
    ({ options = '', from = '' }, say) => {
      const names = nameList(options, say);
      if (names?.length !== 1) return NOT_UNDERSTOOD;
      return withTarget(from, say, (found) => ({ kind: 'select', options: names, from: { ...found, kind: found.kind ?? 'list' } }));
    },
  ],
  [
    whole('(?:select|choose|pick) (?:the (?:option )?)?(?<options>.+?)(?: option)?'),
    ({ options = '' }, say) => {
      const names = nameList(options, say);
      return names ? { kind: 'select', options: names, from: null } : NOT_UNDERSTOOD;
    },
  ],
  [
    whole(`(?:type|enter|input|write|put)(?: in)? (?:the (?:text|value|word) )?(?<text>${Q}|\\S+)(?: (?:into|in|to|as) (?<target>.+))?`),
    ({ text = '', target }, say) => typing(text, target, say),
  ],
  [whole(`fill(?: in| out)? (?<text>${Q}) (?:into|in) (?<target>.+)`), ({ text = '', target }, say) => typing(text, target, say)],
  [whole(`fill(?: in| out)? (?<target>.+) with (?<text>${Q}|\\S+)`), ({ text = '', target }, say) => typing(text, target, say)],
  [whole(`set (?<target>.+) to (?<text>${Q})`), ({ text = '', target }, say) => typing(text, target, say)],
  [whole(`use (?<target>.+) to (?:enter|type) (?<text>${Q})`), ({ text = '', target }, say) => typing(text, target, say)],
  [
    whole(
      `(?:log|sign) ?in (?:as|with|using) (?:the )?(?:user(?: ?name)? |e-?mail(?: address)? )?(?<user>${Q}|[\\w.@+-]+)(?:,)? (?:and|with|using)(?: the)? password (?<password>${Q})`,
    ),
    ({ user = '', password = '' }, say) => ({
      kind: 'login',
      user: say.literal(user) ?? user,
      password: say.literal(password) ?? '',
      submit: true,
    }),
  ],
  [
    whole(
      `(?:enter|type|fill in) (?:the )?(?:user ?name|user) (?<user>${Q}) and (?:the )?password (?<password>${Q})(?: (?:into|in) the (?:text |input )?fields)?`,
    ),
    ({ user = '', password = '' }, say) => ({
      kind: 'login',
      user: say.literal(user) ?? '',
      password: say.literal(password) ?? '',
      submit: false,
    }),
  ],
  [
    whole(
      `${GET} (?:the )?(?<fields>(?:(?:page )?title|url|address|(?:main )?heading)(?:(?:,| and|, and) (?:the )?(?:(?:page )?title|url|address|(?:main )?heading))*) of (?:the|this) (?:current )?(?:web ?)?(?:page|site|website)`,
    ),
    ({ fields = '' }) => ({ kind: 'getPage', fields: pageFields(fields) }),
  ],
  [
    whole(`${GET} the (?<fields>page title|(?:page|current) url|current address|(?:main )?heading|url)`),
    ({ fields = '' }) => ({ kind: 'getPage', fields: pageFields(fields) }),
  ],
  [
    whole(`${GET} (?:the )?(?:text|value|content) of (?<target>(?:the )?(?:${KIND} )?${Q}(?: ${KIND})?)`),
    ({ target = '' }, say) => withTarget(target, say, (found) => ({ kind: 'getText', target: found })),
  ],
  [
    whole(`${GET} (?:the )?(?<fields>.+?) (?:of|for|from) (?:the )?(?<ordinal>${ORDINAL}) (?<noun>${NOUN})${PAGE}`),
    ({ fields = '', ordinal = '', noun = '' }, say) => {
      const names = fieldList(fields, say, false);
      return names ? { kind: 'getItems', fields: names, items: { noun, which: { one: numberOf(ordinal) } }, pages: null } : NOT_UNDERSTOOD;
    },
  ],
  [
    whole(
      `${GET} (?:the )?(?<fields>.+?) (?:of|for|from) (?:all(?: of)?(?: the)?|every|each|the (?:first|top) (?<count>\\d{1,4})) (?<noun>${NOUN})(?:${PAGE}|(?<pages> (?:on|from|across|over|of) (?:(?<every>all|every|each)(?: the)?|the first (?<most>\\d{1,3})) pages?)|,? following (?:the )?(?<next>${Q}|\\w+)(?: (?:link|button))?(?: (?:for )?up to (?<upTo>\\d{1,3}) pages)?)`,
    ),
    ({ fields = '', count, noun = '', pages, most, next, upTo }, say) => {
      const names = fieldList(fields, say, true);
      if (!names) return NOT_UNDERSTOOD;
      const limit = most ?? upTo;
      const over: Pages | null =
        pages || next ? { count: limit ? Number(limit) : null, next: next ? (say.literal(next) ?? next) : null } : null;
      return { kind: 'getItems', fields: names, items: { noun, which: { many: count ? Number(count) : null } }, pages: over };
    },
  ],
  [
    whole(`${GET} (?:the )?(?<fields>.+?)${PAGE}`),
    ({ fields = '' }, say) => {
      const names = fieldList(fields, say, false);
      return names ? { kind: 'getFields', fields: names } : null;
    },
  ],
];

function parseClause(marked: string, literals: readonly string[]): Command | string {
  const say: Sayer = {
    literal: (text) => {
      const index = /^\uE000(\d+)\uE001$/.exec(text.trim())?.[1];
      return index === undefined ? null : (literals[Number(index)] ?? '');
    },
  };
  for (const [pattern, meaning] of RULES) {
    const match = pattern.exec(marked);
    const command = match && meaning(match.groups ?? {}, say);
    if (command !== null) return command;
  }
  return NOT_UNDERSTOOD;
}

const numberOf = (ordinal: string): number => {
  const word = ordinal.toLowerCase();
  return word === 'top' ? 1 : ORDINALS.indexOf(word) + 1 || Number.parseInt(word, 10);
};

function typing(text: string, target: string | undefined, say: Sayer): Command | string {
  const literal = say.literal(text);
  if (literal === null && /[\uE000,;:]|^(?:the|a|an|your|my|some|any)$/i.test(text)) return NOT_UNDERSTOOD;
  if (target === undefined) return literal === null ? NOT_UNDERSTOOD : { kind: 'type', text: literal, target: null };
  return withTarget(target, say, (found) => ({ kind: 'type', text: literal ?? text, target: { ...found, kind: found.kind ?? 'field' } }));
}

function withTarget(marked: string, say: Sayer, make: (target: Target) => Command): Command | string {
  const target = parseTarget(marked, say);
  return target
    ? make(target)
    : `"${marked.replace(/\uE000\d+\uE001/g, '...')}" does not say plainly which element is meant; put its name in quotes`;
}

/** `the "Save" button`, `the second "Delete" link`, `the link named "Eget"`, `the text field`, `Save`. */
function parseTarget(marked: string, say: Sayer): Target | null {
  const match = whole(
    `(?:(?:the|a|an) )?(?:(?<ordinal>${ORDINAL}) )?(?:(?<before>${KIND}|item)(?: (?:named|labell?ed|called|with (?:the )?(?:text|label|name)))? )?(?<name>${Q})(?: (?<after>${KIND}))?`,
  ).exec(marked);
  if (match?.groups) {
    const { ordinal, before, name = '', after } = match.groups;
    if (before && after) return null;
    const kind = before?.toLowerCase() === 'item' ? null : (before ?? after);
    return {
      name: say.literal(name) ?? '',
      kind: kind ? (KINDS[kind.toLowerCase()] ?? null) : null,
      ordinal: ordinal ? numberOf(ordinal) : null,
    };
  }
  if (/\uE000/.test(marked)) return null;
  const bare = whole(`(?:(?<article>the|a|an) )?(?:(?<ordinal>${ORDINAL}) )?(?<kind>${KIND})`).exec(marked);
  if (bare?.groups?.['article'] === 'the') {
    const { kind = '', ordinal } = bare.groups;
    return { name: null, kind: KINDS[kind.toLowerCase()] ?? null, ordinal: ordinal ? numberOf(ordinal) : null };
  }
  if (bare) return null;
  const words = whole(`(?:the )?(?<name>.+?)(?: (?<kind>${KIND}))?`).exec(marked);
  const { name = '', kind } = words?.groups ?? {};
  if (!isPlainName(name)) return null;
  return { name, kind: kind ? (KINDS[kind.toLowerCase()] ?? null) : null, ordinal: null };
}

const isPlainName = (name: string): boolean =>
  COMMON_NAMES.test(name) ||
  (/^[\p{L}\p{N}][\p{L}\p{N}&'’._@#+-]*(?: [\p{L}\p{N}&'’._@#+-]+){0,4}$/u.test(name) &&
    !NEVER_IN_NAMES.test(name) &&
    !whole(`${ORDINAL}.*`).test(name));

/** `"Red"`; `"a", "b" and "c"`; `nb, 8qi`. */
function nameList(marked: string, say: Sayer): string[] | null {
  const names = marked.split(/\s*,\s*(?:and\s+)?|\s+and\s+/i).map((part) => say.literal(part) ?? (isPlainName(part) ? part : null));
  return names.every((name) => name !== null && name !== '') ? (names as string[]) : null;
}

/** Words that are not fields, though they stand where one could. */
const NOT_FIELDS =
  /^(?:all|every|each|it|them|everything|anything|data|information|info|details|something|content|contents|results?|items?|list|page|best|cheapest|most|number|count|sum|total|average|amount|summary|first|last|top|next)$/i;

/** `name and price`, `"Unit price", stock`. In `all` forms fields are plural: `names and prices`. */
function fieldList(marked: string, say: Sayer, plural: boolean): Field[] | null {
  const fields = marked.split(/\s*,\s*(?:and\s+)?|\s+and\s+/i).map((part): Field | null => {
    const bare = part.replace(/^the /i, '').trim();
    const literal = say.literal(bare);
    if (literal !== null) return literal === '' ? null : { name: literal, quoted: true };
    if (!/^[\p{L}][\p{L}-]*$/u.test(bare) || NOT_FIELDS.test(bare)) return null;
    return { name: plural ? singular(bare.toLowerCase()) : bare.toLowerCase(), quoted: false };
  });
  const names = new Set(fields.map((field) => field?.name));
  return fields.every((field) => field !== null) && names.size === fields.length ? (fields as Field[]) : null;
}

const pageFields = (list: string): ('title' | 'url' | 'heading')[] =>
  list.split(/,| and /i).map((field) => (/title/i.test(field) ? 'title' : /heading/i.test(field) ? 'heading' : 'url'));

/** `prices` to `price`, `categories` to `category`, `addresses` to `address`. */
export function singular(word: string): string {
  if (/ies$/i.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:ss|x|ch|sh)es$/i.test(word)) return word.slice(0, -2);
  return /[^s]s$/i.test(word) && !/(?:us|is|news|status)$/i.test(word) ? word.slice(0, -1) : word;
}
