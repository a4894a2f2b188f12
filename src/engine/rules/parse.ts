/**
 * A prompt becomes clauses, or is refused with the part that is not understood.
 *
 * Tokens are divided into clauses where a new command begins; each must be one of `VERBS` from its first word to its last: a word left
 * over is a refusal, never ignored. A clause that only says something about the following one is put into that.
 */
import type { PromptRefusal } from '../task.js';
import type { Clause, Command, Target } from './clause.js';
import { wholly } from './grammar.js';
import { isMark, isWord, sourceOf, type Token, tokenize } from './tokens.js';
import { type Said, UNPLAIN, VERBS } from './verbs.js';

export interface ParseOptions {
  readonly secretNames: Iterable<string>;
  /** Whether the run has files to give to pages; none when left out. */
  readonly hasFiles?: boolean;
}

export type Parsed = { readonly clauses: readonly Clause[] } | { readonly refusal: PromptRefusal };

const NOT_UNDERSTOOD = 'it is not understood; the rules engine takes plain commands such as `click "Next"` or `get the title of the page`';

/** Pure: neither browser nor network. */
export function parseRules(prompt: string, { secretNames, hasFiles = false }: ParseOptions): Parsed {
  const known = new Set(secretNames);
  for (const [, name = ''] of prompt.matchAll(/\{\{\s*([\w-]+)\s*\}\}/g)) {
    if (!known.has(name)) return refuse(`{{${name}}}`, `no secret named ${name} was given`);
  }
  const clauses: Clause[] = [];
  /** Said about the clause that comes next. */
  let before: { readonly text: string; readonly said: Exclude<Said, { do: unknown } | { refused: string }> } | null = null;
  for (const tokens of split(tokenize(prompt)).flatMap(runOn)) {
    const own = sourceOf(prompt, tokens);
    const said = wholly(VERBS, tokens) ?? { refused: whyNot(tokens, own) };
    if ('refused' in said) return refuse(own, said.refused);
    if (!('do' in said)) {
      if (before) return refuse(before.text, 'it says nothing about the clause after it');
      before = { text: own, said };
      continue;
    }
    const text = before ? `${before.text}, ${own}` : own;
    if (said.do.some(({ kind }) => kind === 'upload') && !hasFiles) return refuse(own, 'no file was given with the task');
    const commands = before ? said.do.map((command) => modified(command, before?.said)) : said.do;
    before = null;
    for (const command of commands) {
      if (command === null) return refuse(text, 'the first part of it says nothing about the second');
      if (command.kind === 'answer') {
        const problem = answerBefore(clauses, command);
        if (problem !== null) return refuse(text, problem);
      }
      clauses.push({ text: withoutPasswords(text, commands), command });
    }
  }
  if (before) return refuse(before.text, 'it does nothing by itself');
  if (clauses.length === 0) return refuse(prompt.trim(), 'there is nothing to do in it');
  return { clauses };
}

const refuse = (clause: string, reason: string): Parsed => ({ refusal: { clause, reason } });

function whyNot(tokens: readonly Token[], source: string): string {
  if (tokens.some(({ kind, text }) => kind === 'mark' && /["“”«»`]/.test(text))) return 'a quotation mark in it is not closed';
  const unplain = wholly(UNPLAIN, tokens);
  if (!unplain || unplain.length === 0) return NOT_UNDERSTOOD;
  return `"${sourceOf(
    source,
    unplain.map((token) => ({ ...token, start: token.start - (tokens[0]?.start ?? 0), end: token.end - (tokens[0]?.start ?? 0) })),
  )}" does not say plainly which element is meant; put its name in quotes`;
}

/** `For the order 1003, click "Cancel"`; `Go through the tree. Find and click on "notes"`. Null when the one has no bearing on the other. */
function modified(command: Command, said: Exclude<Said, { do: unknown } | { refused: string }> | undefined): Command | null {
  if (!said) return command;
  if ('covered' in said) {
    if (command.kind !== 'click' && command.kind !== 'findAndClick') return null;
    return { kind: 'findAndClick', target: { ...command.target, kind: command.target.kind ?? 'treeitem' }, covers: said.covered };
  }
  const inside = (target: Target): Target | null => (target.within === null ? { ...target, within: said.withIn } : null);
  switch (command.kind) {
    case 'click':
    case 'findAndClick':
    case 'getText': {
      const target = inside(command.target);
      return target && { ...command, target };
    }
    case 'check': {
      const targets = command.targets.map(inside);
      return targets.every((target) => target !== null) ? { ...command, targets } : null;
    }
    case 'type': {
      const into = command.into && inside(command.into);
      return into && { ...command, into };
    }
    case 'select': {
      const from = command.from && inside(command.from);
      return from && { ...command, from };
    }
    default:
      return null;
  }
}

/** They open no dialog, or pass the time until one comes. */
const OPENS_NONE = new Set<Command['kind']>([
  'getPage',
  'getText',
  'getFields',
  'getItems',
  'getOf',
  'copy',
  'findWord',
  'findText',
  'scroll',
  'highlight',
  'selectNothing',
  'clickEach',
]);
const WAITS = new Set<Command['kind']>(['pause', 'waitText']);

/** Tells the clause that opens a dialog what to answer it: a browser waits for the answer before anything else is done. Null, or why it cannot. */
function answerBefore(clauses: Clause[], { accept, text }: Extract<Command, { kind: 'answer' }>): string | null {
  const at = clauses.findLastIndex(({ command }) => !WAITS.has(command.kind));
  const opener = clauses[at];
  if (!opener || OPENS_NONE.has(opener.command.kind)) return 'nothing before it opens a dialog';
  if (opener.answer || opener.command.kind === 'answer') return 'what opens the second dialog is not said';
  clauses[at] = { ...opener, answer: { accept, text } };
  return null;
}

const PASSWORD = /pass(?:word|phrase|code)|\bpin\b/i;
const SPOKEN_PASSWORD = /((?:pass(?:word|phrase|code)|\bpin)\b(?: (?:is|to|of|with|as))? )(["“«`'‘])(?!\{\{)[^"”»`'’]*(["”»`'’])/gi;

/** A clause is repeated in records and reasons: a password that stands in it is not. */
function withoutPasswords(text: string, commands: readonly (Command | null)[]): string {
  const typed = (command: Command | null): string => {
    if (command?.kind === 'login') return command.password;
    if (command?.kind === 'type' && 'literal' in command.text && PASSWORD.test(command.into?.name ?? '')) return command.text.literal;
    return command?.kind === 'set' && PASSWORD.test(command.target.name ?? '') ? command.value : '';
  };
  return commands
    .map(typed)
    .filter((password) => password !== '' && !password.includes('{{'))
    .reduce((shown, password) => shown.replaceAll(password, '*****'), text)
    .replace(SPOKEN_PASSWORD, '$1$2*****$3');
}

/** Verbs that begin a clause though no command has them: what follows is refused by itself, not with what stands before it. */
const OTHER_VERBS = ['drag', 'move'];
const VERB_WORDS = new Set([...VERBS.flatMap(({ firstWords }) => firstWords), ...OTHER_VERBS].filter((word) => !/^(?:for|in)$/.test(word)));
const POLITE = ['please', 'now', 'finally', 'next', 'afterwards'];

/** Where one command ends and another begins: at the end of a sentence, at `then`, and before a verb after a comma or `and`. */
function split(tokens: readonly Token[]): Token[][] {
  const clauses: Token[][] = [[]];
  let at = 0;
  const startsCommand = (position: number): boolean => {
    const next = tokens[position];
    if (next?.kind !== 'word') return false;
    return isWord(next, ...POLITE) ? startsCommand(position + 1) : VERB_WORDS.has(next.text.toLowerCase());
  };
  /** Position after what divides two clauses here; the same one when nothing does. */
  const divided = (position: number): number => {
    const token = tokens[position];
    if (isMark(token, '\n;') || isMark(token, '.!')) return position + 1;
    const comma = isMark(token, ',') ? position + 1 : position;
    const and = isWord(tokens[comma], 'and') ? comma + 1 : comma;
    if (isWord(tokens[and], 'then')) return isMark(tokens[and + 1], ',') ? and + 2 : and + 1;
    // `..., for the order 1003, click "Cancel"`: the place comes before its command.
    const place =
      and > position && isWord(tokens[and], 'for', 'in') ? tokens.findIndex((each, index) => index > and && isMark(each, ',')) : -1;
    if (place > 0 && startsCommand(place + 1)) return and;
    // `find and click` is one command.
    const found = and > comma && isWord(tokens[position - 1], 'find') && isWord(tokens[and], 'click', 'tap', 'open');
    return and > position && !found && startsCommand(and) ? and : position;
  };
  while (at < tokens.length) {
    const next = divided(at);
    const token = tokens[at];
    if (next > at) clauses.push([]);
    else if (token) clauses.at(-1)?.push(token);
    at = Math.max(next, at + 1);
  }
  return clauses.map(trimmed).filter((clause) => clause.length > 0);
}

/** `Type "a" into "Name" press Enter`: two commands with nothing between, where there is one way only to read both. */
function runOn(tokens: readonly Token[]): (readonly Token[])[] {
  if (wholly(VERBS, tokens)) return [tokens];
  const isCommand = (part: readonly Token[]) => 'do' in (wholly(VERBS, part) ?? {});
  const pairs = tokens
    .flatMap((token, at) =>
      at > 0 && isWord(token, 'press', 'hit', 'click', 'tap', 'submit') ? [[tokens.slice(0, at), tokens.slice(at)]] : [],
    )
    .filter((parts) => parts.every(isCommand));
  const [only] = pairs;
  return pairs.length === 1 && only ? only : [tokens];
}

/** Without the words that only tell the order: `First, please click "A"`. */
function trimmed(clause: readonly Token[]): Token[] {
  let start = 0;
  for (;;) {
    const next = clause[start];
    const after = start + (isMark(clause[start + 1], ',') ? 2 : 1);
    const orders = isWord(next, 'first', 'then', 'and', ...POLITE) || (isWord(next, 'after') && isWord(clause[start + 1], 'that'));
    if (isMark(next, ',')) start++;
    else if (orders) start = isWord(next, 'after') ? start + 2 : after;
    else break;
  }
  let end = clause.length;
  while (end > start && isMark(clause[end - 1], ',')) end--;
  return clause.slice(start, end);
}
