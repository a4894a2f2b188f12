/**
 * The one place where text from servers, pages and models becomes fit for a terminal.
 *
 * Human renderers get only events that went through `printableEvent`, so none can forget. Machine renderers get the event
 * itself, written by `safeJson`: the same data, in characters that no terminal obeys.
 */
import type { RunEvent } from '../runs/events.js';

/** Longest text shown of one field, in characters; the number of what was cut is shown. */
const MAX_LENGTH = 4_000;
/** Deepest and widest data shown; a hostile answer may be a million levels deep. */
const MAX_DEPTH = 40;
const MAX_ENTRIES = 2_000;
/** More combining marks on one character than any script uses. */
const MAX_MARKS = 4;

/** Bidi controls and isolates, the Arabic letter mark, and what shows nothing: zero-width, word joiner, fillers, soft hyphen. */
const INVISIBLE =
  '\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200c\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb';
/** Tags, variation selectors beyond the usual, musical controls; surrogates without a partner match in `u` mode. */
const ASTRAL = '\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\ud800-\\udfff';
const UNSAFE = new RegExp(`[\\u0000-\\u001f\\u007f-\\u009f${INVISIBLE}${ASTRAL}]`, 'gu');
/** A zero-width joiner is kept between two pictures, where it makes one of them. */
const STRAY_JOINER = /(?<!\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d|\u200d(?!\p{Extended_Pictographic})/gu;
const MARKS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, 'gu');
/**
 * A workflow command of GitHub Actions counts at the start of a line, after white space of any kind too; in its older form
 * anywhere (actions/runner, ActionCommand.cs). A backslash is no white space.
 */
const WORKFLOW_COMMAND = /^(\s*)(?=::)|(?<=##)(?=\[)/g;

/** ESC as ␛, BEL as ␇, and so on; what has no picture as its code point. */
function picture(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** Text of several lines in which none is a workflow command. All else stays as it is. */
export const withoutCommands = (text: string): string =>
  text
    .split(/(?<=[\n\r\v\f\u0085\u2028\u2029])/)
    .map((line) => line.replace(WORKFLOW_COMMAND, '$1\\'))
    .join('');

export interface PrintableOptions {
  /** Keep line feeds (CRLF becomes one): for text that may fill several lines. Else one field is one line. */
  readonly newlines?: boolean;
  /** Longest result, in characters. */
  readonly maxLength?: number;
}

/** Text that a terminal shows and never obeys. What would act or hide is shown as a visible character. Never throws. */
export function printable(text: string, { newlines = false, maxLength = MAX_LENGTH }: PrintableOptions = {}): string {
  const cut = text.length > maxLength;
  // Not between the halves of a pair: half of one would be shown as a lone surrogate.
  const end = cut && /[\ud800-\udbff]/.test(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
  const kept = cut ? text.slice(0, end) : text;
  const lines = newlines ? kept.replaceAll('\r\n', '\n').split('\n') : [kept];
  const shown = lines
    .map((line) =>
      line
        .replace(/\t/g, newlines ? '    ' : ' ')
        .replace(UNSAFE, picture)
        .replace(STRAY_JOINER, picture)
        .replace(MARKS, '$1'),
    )
    .map((line) => line.replace(WORKFLOW_COMMAND, '$1\\'))
    .join('\n');
  return cut ? `${shown}… (${text.length - end} more characters)` : shown;
}

/** Anything inside an event, with every text in it printable, keys too. */
function printableValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return printable(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '… (deeper)';
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_ENTRIES).map((each) => printableValue(each, depth + 1));
    return value.length > MAX_ENTRIES ? [...shown, `… (${value.length - MAX_ENTRIES} more)`] : shown;
  }
  const entries = Object.entries(value);
  const shown = entries.slice(0, MAX_ENTRIES).map(([key, each]) => [printable(key, { maxLength: 200 }), printableValue(each, depth + 1)]);
  if (entries.length > MAX_ENTRIES) shown.push(['…', `(${entries.length - MAX_ENTRIES} more)`]);
  return Object.fromEntries(shown);
}

/** The same event, fit for people. Its shape stays: only texts change, and what is too deep or too long is cut with a word. */
export const printableEvent = (event: RunEvent): RunEvent => printableValue(event, 0) as RunEvent;

const UNSAFE_IN_JSON = new RegExp(`[\\u007f-\\u009f\\u200d${INVISIBLE}]|[\\u{e0000}-\\u{e0fff}]`, 'gu');

/** JSON nested deeper is cut there: the stack is not ours to give away. */
const MAX_JSON_DEPTH = 2_000;

/**
 * JSON that is safe on a terminal and still the same data: `JSON.stringify` escapes C0 and lone surrogates, this also C1,
 * DEL, line separators, bidi and invisible characters, and what a CI runner would obey. What is nested deeper than 2,000 levels becomes null.
 */
export function safeJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(shallow(value), null, indent) ?? 'null';
  // Both stand in texts only: elsewhere JSON has no such characters.
  return json
    .replaceAll('##[', '##\\u005b')
    .replace(UNSAFE_IN_JSON, (character) =>
      Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join(''),
    );
}

/** The same value unless it is too deep to be written; walked without recursion. */
function shallow(value: unknown): unknown {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MAX_JSON_DEPTH) return cutBelow(value, MAX_JSON_DEPTH);
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return value;
}

function cutBelow(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.map((each) => cutBelow(each, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cutBelow(each, depth - 1)]));
}
