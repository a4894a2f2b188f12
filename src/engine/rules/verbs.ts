/** Every command of the prompt's language: how it is said, and what it means. The order matters only where two could be meant. */
import type { ClickHow } from '../../browser/types.js';
import type { Command, Covers, ElementKind, Field, Items, Pages, Scope, Target } from './clause.js';
import { type Filled, phrase, type Slot } from './grammar.js';
import { isKind, NOUNS, target as named, ROW, singular, type Typed } from './nouns.js';
import { isWord, type Token } from './tokens.js';

/** What a clause says: what to do, or something about the clause after it; or why it is refused. */
export type Said =
  | { readonly do: readonly Command[] }
  | { readonly withIn: Scope }
  | { readonly covered: Covers }
  | { readonly refused: string };

const address: Slot<string> = (tokens, at) => {
  const found = tokens[at];
  return found && found.kind !== 'mark' && found.kind !== 'secret' ? [{ value: found.text, next: at + 1 }] : [];
};
/** All that is left of the clause: for reasons to refuse. */
const rest: Slot<readonly Token[]> = (tokens, at) => (at < tokens.length ? [{ value: tokens.slice(at), next: tokens.length }] : []);
const path: Slot<string[]> = function* (tokens, at) {
  for (const { value, next } of NOUNS.name(tokens, at)) {
    if (tokens[next]?.kind === 'mark' && tokens[next].text === '>')
      for (const more of path(tokens, next + 1)) yield { value: [value, ...more.value], next: more.next };
    yield { value: [value], next };
  }
};
const slots = { ...NOUNS, address, rest, path };

const GET = 'get|extract|return|read|fetch|find|collect|list|show|give|tell [me] [the]';
const PICK = 'enter|type|select|choose|pick';
const PAGE = 'of|on|from|in the|this|that [current] [web] page|webpage|site|website|list|table';
/** What the browser itself shows, or a page in its place. */
const DIALOG = '[confirm|confirmation|alert|prompt|browser|javascript] dialog|alert|confirmation|prompt|popup|pop-up|question';
/** A page's own parts are closed; these words mean the browser's. */
const BROWSER_DIALOG = '(alert|confirmation|prompt | confirm|confirmation|alert|prompt|browser|javascript dialog|alert|prompt|box)';
const MAX_PAUSE_MS = 300_000;

const withKind = (target: Target, kind: ElementKind): Target => ({ ...target, kind: target.kind ?? kind });
const does = (...commands: Command[]): Said => ({ do: commands });

type Verb = Slot<Said> & { readonly firstWords: readonly string[] };
const verb = <const P extends string>(pattern: P, make: (values: Filled<typeof slots, P>) => Said | null): Verb =>
  phrase(slots, pattern, make);

function goto(address: string): Said | null {
  if (/^https?:\/\//i.test(address))
    return URL.canParse(address) ? does({ kind: 'goto', url: address }) : { refused: `${address} is not an address` };
  if (/^[a-z][a-z\d+.-]*:(?!\d)/i.test(address)) return { refused: 'only http and https addresses are opened' };
  if (/^(?:[a-z\d-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?$/i.test(address)) return does({ kind: 'goto', url: `https://${address}` });
  if (/^localhost(?::\d+)?(?:[/?#]\S*)?$/i.test(address)) return does({ kind: 'goto', url: `http://${address}` });
  return null;
}

const click = (target: Target, download = false, how?: ClickHow): Said => does({ kind: 'click', target, download, ...(how && { how }) });
/** What is filled in is sent, as in `press login`. */
const send = (name: string): Said => does({ kind: 'click', target: named({ name }), download: false, sends: true });

/** The field that is meant: the one that is named, else the one that the text's own noun names. */
function type({ text, described, bare }: Typed, into: Target | null): Said {
  if (bare && 'literal' in text && /^(?:today|tomorrow|yesterday|now|nothing|anything|something|everything|random)$/i.test(text.literal))
    return { refused: `"${text.literal}" is no text to type; put it in quotes where it is` };
  const target = into ? withKind(into, 'field') : described === null ? null : named({ name: described, kind: 'field' });
  return does({ kind: 'type', text, into: target, fields: into === null && described !== null ? 'described' : 'one' });
}

const NAVIGATION: readonly Verb[] = [
  verb('go|navigate|browse|open|visit [to] [the] [page|site|website|url|address] <address>', ({ address }) => goto(address)),
  verb('go back [one page | to the previous page | a page]', () => does({ kind: 'history', to: 'back' })),
  verb('go forward [one page | a page]', () => does({ kind: 'history', to: 'forward' })),
  verb('reload|refresh [the|this page]', () => does({ kind: 'history', to: 'reload' })),
  verb('scroll up [one|a page]', () => does({ kind: 'scroll', to: 'up', in: null })),
  verb('scroll down [one|a page]', () => does({ kind: 'scroll', to: 'down', in: null })),
  verb('scroll [up|down] to the top [of the page]', () => does({ kind: 'scroll', to: 'top', in: null })),
  verb('scroll [up|down] to the bottom|end [of the page]', () => does({ kind: 'scroll', to: 'bottom', in: null })),
  verb('scroll [up|down] to the top of <place>', ({ place }) => does({ kind: 'scroll', to: 'top', in: place })),
  verb('scroll [up|down] to the bottom|end of <place>', ({ place }) => does({ kind: 'scroll', to: 'bottom', in: place })),
  verb('scroll <place> [up] to the top [of the text|list|content]', ({ place }) => does({ kind: 'scroll', to: 'top', in: place })),
  verb('scroll <place> [down] to the bottom|end [of the text|list|content]', ({ place }) =>
    does({ kind: 'scroll', to: 'bottom', in: place }),
  ),
  verb('wait [for] <duration>', ({ duration }) =>
    duration > MAX_PAUSE_MS ? { refused: 'it waits longer than five minutes' } : does({ kind: 'pause', ms: duration }),
  ),
  verb('wait for|until [the] [text] <quoted> [text] [to appear|show [up] | appears|shows [up] | is shown|visible|there]', ({ quoted }) =>
    does({ kind: 'waitText', text: quoted }),
  ),
];

const answer = (accept: boolean, text: string | null = null): Said => does({ kind: 'answer', accept, text });

const DIALOGS: readonly Verb[] = [
  verb(`accept|confirm|approve the|this ${DIALOG}`, () => answer(true)),
  verb(`answer|accept|confirm the|this ${DIALOG} with [the] [text] <quoted>`, ({ quoted }) => answer(true, quoted)),
  verb(`cancel|decline|reject|refuse the|this ${DIALOG}`, () => answer(false)),
  verb(`close|dismiss the|this ${BROWSER_DIALOG}`, () => answer(false)),
];

const CLICKS: readonly Verb[] = [
  verb('double-click [on] <element>', ({ element }) => click(element, false, 'double')),
  verb('right-click [on] <element>', ({ element }) => click(element, false, 'right')),
  verb('left-click [on] <element>', ({ element }) => click(element)),
  verb('press|hit|push [the] <key> key', ({ key }) => does({ kind: 'press', key: key.key, said: null })),
  verb('press|hit|push [the] <key>', ({ key }) => does({ kind: 'press', key: key.key, said: key.said })),
  verb('press|hit|push|hold [the] <rest>', ({ rest }) =>
    /^(?:shift|ctrl|control|alt|option|cmd|command|meta|windows)\b(?=\+| |$)/i.test(rest.map(({ text }) => text).join(' ')) &&
    !rest.some((token) => isWord(token, 'button', 'link'))
      ? { refused: 'keys that are held down together are not understood' }
      : null,
  ),
  verb('press|hit|push [the] <quoted> key', () => ({ refused: 'there is no key of that name' })),
  verb('[find and] click|tap|open|follow [on] the|top <rank> <noun>', ({ rank, noun }) =>
    isKind(noun) ? null : does({ kind: 'openItem', items: { noun, which: { one: rank } } }),
  ),
  verb('click|tap|press [on] <element> on|for|in|of all|every [the] <noun> [of|by|from|with|containing] <about>', ({ element, about }) =>
    does({ kind: 'clickEach', target: element, about, count: null }),
  ),
  verb('click|tap|press [on] <element> on|for|in|of <count> <noun> [of|by|from|with|containing] <about>', ({ element, count, about }) =>
    does({ kind: 'clickEach', target: element, about, count }),
  ),
  verb('click|tap|press|hit|push [on] [the] <plainName>', ({ plainName }) =>
    /^(?:log ?(?:in|on)|sign ?in)$/i.test(plainName) ? send(plainName) : null,
  ),
  verb('submit [it | the form | the values|answer|answers]', () => send('submit')),
  verb('hover|point [the mouse] on|over|at <element>', ({ element }) => does({ kind: 'hover', target: element })),
  verb('click|tap|press|hit|push|open|follow [on] <element> [<purpose?>]', ({ element }) => click(element)),
  verb('click|tap [on|in|into] <element> [<purpose?>]', ({ element }) => click(element)),
  verb('find|look [for] <name> in the <noun> [book|list]', ({ name }) => does({ kind: 'findText', text: name })),
  verb('click|tap [on] their|its|his|her <name>', ({ name }) => does({ kind: 'clickValue', label: name })),
  verb('find and click|tap|open [on] <element>', ({ element }) => does({ kind: 'findAndClick', target: element, covers: 'menus' })),
  verb('focus [on|in|into] <place>', ({ place }) => click(withKind(place, 'field'))),
  verb('download <element> [file]', ({ element }) => click(element, true)),
  verb('go|navigate|browse through the [file|folder|directory] tree', () => ({ covered: 'tree' })),
  verb('expand|open [all|each] [of] the sections|panels [below] [,] to find and click|tap [on] <element>', ({ element }) =>
    does({ kind: 'findAndClick', target: element, covers: 'sections' }),
  ),
  verb('switch|go|look|navigate between|through the tabs to find and click|tap [on] <element>', ({ element }) =>
    does({ kind: 'findAndClick', target: element, covers: 'tabs' }),
  ),
  verb('for|in [the] <noun> [named|called] <about>', ({ about }) => ({ withIn: { about } })),
  verb(
    `find|locate|look [for] the ${ROW} [from|by|of|for|with|about|named|called|containing | that says|shows|contains] <about>`,
    ({ about }) => ({ withIn: { about } }),
  ),
  verb(`find|locate|look [for] the ${ROW} (from|by) <ownName>`, ({ ownName }) => ({ withIn: { about: ownName } })),
  verb('in <part>', ({ part }) => ({ withIn: { part } })),
  verb('switch|go|change to <element>', ({ element }) => (element.kind === 'tab' ? click(element) : null)),
  verb('expand|open the [collapsed] section|panel|accordion [below]', () => does({ kind: 'expand', target: 'one', open: true })),
  verb('expand|open all [of] [the] sections|panels [below]', () => does({ kind: 'expand', target: 'all', open: true })),
  verb('expand|open the <quoted> section|panel', ({ quoted }) => does({ kind: 'expand', target: named({ name: quoted }), open: true })),
  verb('expand <element>', ({ element }) => does({ kind: 'expand', target: element, open: true })),
  verb('collapse the [open|expanded] section|panel|accordion [below]', () => does({ kind: 'expand', target: 'one', open: false })),
  verb('collapse all [of] [the] sections|panels [below]', () => does({ kind: 'expand', target: 'all', open: false })),
  verb('collapse the <quoted> section|panel', ({ quoted }) => does({ kind: 'expand', target: named({ name: quoted }), open: false })),
  verb('collapse <element>', ({ element }) => does({ kind: 'expand', target: element, open: false })),
  verb('close|dismiss <part> [by|with|using clicking|pressing|tapping [on] <by?:element>]', ({ part, by }) =>
    does({ kind: 'close', part, by: by ?? null }),
  ),
];

const CHOICES: readonly Verb[] = [
  verb('select|choose|pick|enter|input|type|set <day> as|for the date', ({ day }) => does({ kind: 'date', day, target: null })),
  verb('select|choose|pick|enter|input|type <day> in|into|for|as|from|with|using <place>', ({ day, place }) =>
    does({ kind: 'date', day, target: withKind(place, 'field') }),
  ),
  verb('set|change the date to <day>', ({ day }) => does({ kind: 'date', day, target: null })),
  verb('set|change <place> to <day>', ({ day, place }) => does({ kind: 'date', day, target: withKind(place, 'field') })),
  verb('select|choose|pick|enter|input [the] [date] <day>', ({ day }) => does({ kind: 'date', day, target: null })),
  verb('select|choose|pick|enter|input|type|set <time> as|for the time', ({ time }) => does({ kind: 'time', ...time, target: null })),
  verb('select|choose|pick|enter|input|type <time> in|into|for|as <place>', ({ time, place }) =>
    does({ kind: 'time', ...time, target: withKind(place, 'field') }),
  ),
  verb('set|change the time to <time>', ({ time }) => does({ kind: 'time', ...time, target: null })),
  verb('set|change <place> to <time>', ({ time, place }) => does({ kind: 'time', ...time, target: withKind(place, 'field') })),
  verb('select|choose|pick|set|enter <number> with|on|using|in <place>', ({ number, place }) => adjust(number, place)),
  verb('set|move|drag|change|adjust <place> to <number>', ({ number, place }) => adjust(number, place)),
  verb('set|move|drag|change|adjust [all] [the] <kinds> to [the] [combination|values|numbers|positions] <numbers>', ({ kinds, numbers }) =>
    kinds === 'slider' || kinds === 'spinner'
      ? does(
          ...numbers.map((value, at) => ({
            kind: 'adjust' as const,
            value,
            target: named({ kind: kinds, ordinal: at + 1 }),
            of: numbers.length,
          })),
        )
      : null,
  ),
  verb('use <place> to select|choose|pick|set <number>', ({ number, place }) => adjust(number, place)),
  verb(
    'select|choose|pick|click|tap [the] <name> (from|in|among [the] suggestions|completions | from the list of suggestions)',
    ({ name }) => does({ kind: 'suggestion', which: { name }, into: null }),
  ),
  verb('select|choose|pick|click|tap the suggestion <quoted>', ({ quoted }) =>
    does({ kind: 'suggestion', which: { name: quoted }, into: null }),
  ),
  verb(`${PICK} a|an|any <startsWith> [in|into|from|for <place?>]`, ({ startsWith, place }) => suggestion(startsWith, true, place)),
  verb(`${PICK} the <startsWith> [in|into|from|for <place?>]`, ({ startsWith, place }) => suggestion(startsWith, false, place)),
  verb('select|choose|pick|check|click nothing', () => does({ kind: 'selectNothing' })),
  verb('check|tick|select all [of] [the] checkboxes|boxes', () => does({ kind: 'checkAll', checked: true })),
  verb('uncheck|untick|clear|deselect all [of] [the] checkboxes|boxes', () => does({ kind: 'checkAll', checked: false })),
  verb('turn on <elements>', ({ elements }) => check(elements, true)),
  verb('turn off <elements>', ({ elements }) => check(elements, false)),
  verb('turn <element> on', ({ element }) => check([element], true)),
  verb('turn <element> off', ({ element }) => check([element], false)),
  verb('check|tick [off] <elements>', ({ elements }) => check(elements, true)),
  verb('uncheck|untick|deselect <elements>', ({ elements }) => check(elements, false)),
  verb('select|choose|pick <properName> from|in|of <from:element>', ({ properName, from }) =>
    selectFrom([properName.name], properName.parts, from),
  ),
  verb('select|choose|pick [the] [option|options] <names> [option|options] from|in|of <from:element>', ({ names, from }) =>
    selectFrom(names, null, from),
  ),
  verb('select|choose|pick <path>', ({ path }) => (path.length > 1 ? does({ kind: 'selectPath', path }) : null)),
  verb('select|choose|pick <element>', ({ element }) => selectElement(element)),
  verb('select|choose|pick [the] [option|options] <names> [option|options]', ({ names }) =>
    does({ kind: 'select', options: names, orEach: null, from: null }),
  ),
  verb('sort [the] [table|list|rows|items|results] by <name> [ascending | in ascending order]', ({ name }) =>
    does({ kind: 'sort', column: name, descending: false, table: null }),
  ),
  verb('sort [the] [table|list|rows|items|results] by <name> (descending | in descending order)', ({ name }) =>
    does({ kind: 'sort', column: name, descending: true, table: null }),
  ),
];

const suggestion = (letters: { readonly starts: string; readonly ends: string | null }, any: boolean, place?: Target): Said =>
  does({ kind: 'suggestion', which: { ...letters, any }, into: place ? withKind(place, 'field') : null });

/** `From the suggestions` is said of what a field shows, not of a list of that name. */
const selectFrom = (options: readonly string[], orEach: readonly string[] | null, from: Target): Said | null =>
  /^(?:suggestions|completions)\b/i.test(from.name ?? '') ? null : does({ kind: 'select', options, orEach, from: withKind(from, 'list') });

const adjust = (value: number, target: Target): Said | null =>
  target.kind === 'slider' || target.kind === 'spinner' ? does({ kind: 'adjust', value, target }) : null;

const check = (elements: readonly Target[], checked: boolean): Said =>
  does({ kind: 'check', targets: elements.map((each) => withKind(each, 'checkbox')), checked });

/** `Select the 2nd radio button`: what can be checked is; a link or a field cannot be selected. */
function selectElement(target: Target): Said | null {
  if (target.kind === 'checkbox' || target.kind === 'radio') return check([target], true);
  if (target.kind === 'tab' || target.kind === 'menuitem' || target.kind === 'treeitem') return click(target);
  return null;
}

const TYPING: readonly Verb[] = [
  verb('type|enter|input|write|put [in] <typed> into|in|to|as <group:fieldGroup>', ({ typed, group }) =>
    does({ kind: 'type', text: typed.text, into: named({ kind: group.kind }), fields: group.fields }),
  ),
  verb('type|enter|input|write|put|fill [in] <pairs> [into|in the [text|input] fields|boxes|inputs|form]', ({ pairs }) =>
    pairs.length > 1 && pairs.every(({ described }) => described !== null)
      ? { do: pairs.flatMap((pair) => commandsOf(type(pair, null))) }
      : null,
  ),
  verb('type|enter|input|write|put [in] <typed> into|in|to|as|for <place>', ({ typed, place }) => type(typed, place)),
  // One word without quotes may be anything: where it goes must be said.
  verb('type|enter|input|write|put [in] <typed>', ({ typed }) => (typed.bare ? null : type(typed, null))),
  verb('fill [in|out] <typed> into|in <place>', ({ typed, place }) => type(typed, place)),
  verb('fill [in|out] <place> with <typed>', ({ typed, place }) => type(typed, place)),
  verb('set|change <place> to <typed>', ({ typed, place }) => {
    const { text, bare } = typed;
    // One word without quotes may be anything; a number is a number.
    if (!('literal' in text) || (bare && !/\d/.test(text.literal))) return null;
    return does({ kind: 'set', target: place, value: text.literal });
  }),
  verb('use <place> to enter|type <typed>', ({ typed, place }) => type(typed, place)),
  verb('search for <quoted>', ({ quoted }) =>
    does(
      { kind: 'type', text: { literal: quoted }, into: named({ name: 'Search', kind: 'field' }), fields: 'one' },
      { kind: 'press', key: 'Enter', said: null },
    ),
  ),
  verb('clear <place>', ({ place }) => does({ kind: 'type', text: { literal: '' }, into: withKind(place, 'field'), fields: 'one' })),
  verb('copy [the text|value|content] [in|of|from] <place> [below]', ({ place }) => does({ kind: 'copy', from: place })),
  verb('paste [it|that | the [copied] text] [in|into <place?>]', ({ place }) =>
    does({ kind: 'paste', into: place ? withKind(place, 'field') : null }),
  ),
  verb('find|copy the <rank> word in|of <place>', ({ rank, place }) => does({ kind: 'findWord', ordinal: rank, in: place })),
  verb('highlight|select [all] the text in|of <place>', ({ place }) => does({ kind: 'highlight', target: place })),
  verb('highlight <place>', ({ place }) => (place.kind === 'paragraph' ? does({ kind: 'highlight', target: place }) : null)),
  verb('upload|attach [the] [file|files] <names> to|into|in|as|with|using <place>', ({ names, place }) =>
    does({ kind: 'upload', files: names, target: place }),
  ),
  verb('upload|attach [the] [file|files] <names>', ({ names }) => does({ kind: 'upload', files: names, target: null })),
  verb(
    '(log in | sign in | login) as|with|using [the] [user [name] | username | email [address] | e-mail [address]] <user:literal> [,] and|with|using [the] password <password:hidden>',
    ({ user, password }) => does({ kind: 'login', user: user.literal, password }),
  ),
];

const READING: readonly Verb[] = [
  verb(`${GET} <pageFields> of the|this [current] [web] page|webpage|site|website`, ({ pageFields }) =>
    does({ kind: 'getPage', fields: pageFields }),
  ),
  verb('get|extract|return|read|fetch|find|show|give|tell [me] <pageField>', ({ pageField }) =>
    // `the title` alone may be that of what the page is about.
    pageField === 'title' ? null : does({ kind: 'getPage', fields: [pageField] }),
  ),
  verb('get|extract|return|read|fetch|find|show|give|tell [me] the page title', () => does({ kind: 'getPage', fields: ['title'] })),
  verb(`${GET} text|value|content of <element>`, ({ element }) =>
    element.name === null ? null : does({ kind: 'getText', target: element }),
  ),
  verb(`${GET} <fields> of|for [the] [${ROW}] [named|called|from|by] <about>`, ({ fields, about }) =>
    does({ kind: 'getOf', fields, about }),
  ),
  verb(`${GET} <fields> of|for|from [the] <rank> <noun> [${PAGE}]`, ({ fields, rank, noun }) =>
    getItems(fields, { noun, which: { one: rank } }),
  ),
  verb(`${GET} <fields> of|for|from <items>`, ({ fields, items }) => getItems(fields, items)),
  verb(`${GET} <fields> of|for|from <items> of|on|from|in the|this|that site|website|list|table`, ({ fields, items }) =>
    getItems(fields, items),
  ),
  verb(`${GET} <fields> of|for|from <items> of|on|from|in the|this|that [current] [web] page|webpage`, ({ fields, items }) =>
    getItems(fields, items, null, true),
  ),
  verb(`${GET} <fields> of|for|from <items> on|from|across|over|of all|every|each [the] pages|page`, ({ fields, items }) =>
    getItems(fields, items, { count: null, next: null }),
  ),
  verb(`${GET} <fields> of|for|from <items> on|from|across|over|of the first <count> pages`, ({ fields, items, count }) =>
    getItems(fields, items, { count, next: null }),
  ),
  verb(
    `${GET} <fields> of|for|from <items> [,] following [the] <next:label> [link|button] [[for] up to <count?> pages]`,
    ({ fields, items, next, count }) => getItems(fields, items, { count: count ?? null, next }),
  ),
  verb(`${GET} <fields> [${PAGE}]`, ({ fields }) => does({ kind: 'getFields', fields })),
];

/** Fields of many items are said in the plural: `names and prices`. */
const getItems = (fields: readonly Field[], items: Items, pages: Pages | null = null, thisPage = false): Said =>
  does({
    kind: 'getItems',
    fields: 'one' in items.which ? fields : fields.map((field) => (field.quoted ? field : { ...field, name: singular(field.name) })),
    items,
    pages,
    thisPage,
  });

const commandsOf = (said: Said): readonly Command[] => ('do' in said ? said.do : []);

export const VERBS: readonly Verb[] = [...NAVIGATION, ...DIALOGS, ...CLICKS, ...CHOICES, ...TYPING, ...READING];

/** Understood as far as the verb, not as to what it acts on. */
export const UNPLAIN: readonly Slot<readonly Token[]>[] = [
  phrase(
    slots,
    'click|tap|press|hit|push|open|follow|download|check|uncheck|tick|untick|expand|collapse|close|focus|highlight [on] <rest>',
    ({ rest }) => rest,
  ),
  phrase(slots, 'type|enter|input|write|put|fill [in] <typed> into|in|to|as <rest>', ({ rest }) => rest),
  phrase(slots, 'select|choose|pick <names> from|in|of <rest>', ({ rest }) => rest),
];
