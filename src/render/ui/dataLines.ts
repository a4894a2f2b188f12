/** What a run gave, for eyes: a list of records as a table, all else as an indented tree. JSON is for pipes. */
import stringWidth from 'string-width';
import type { Theme } from './theme.js';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isSimple = (value: unknown): boolean => typeof value !== 'object' || value === null;
/** Records: objects of the same few simple fields. */
const MAX_COLUMNS = 8;
function isTable(value: unknown): value is readonly Fields[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isFields)) return false;
  const names = new Set(value.flatMap((each) => Object.keys(each)));
  return names.size > 0 && names.size <= MAX_COLUMNS && value.every((each) => Object.values(each).every(isSimple));
}

const textOf = (value: unknown): string => (value === null || value === undefined ? '–' : String(value).replace(/\s*\n\s*/g, ' '));

/** Deeper data is told by its size. */
const MAX_DEPTH = 8;
/** More lines than anybody is shown are not made. */
const MAX_LINES = 2_000;

/** @param columns how wide a line may be */
export function dataLines(value: unknown, columns: number, theme: Theme): string[] {
  const lines: string[] = [];
  add(lines, value, 0, columns, theme);
  return lines;
}

function add(lines: string[], value: unknown, depth: number, columns: number, theme: Theme): void {
  if (lines.length >= MAX_LINES) return;
  const indent = '  '.repeat(depth);
  if (isTable(value)) lines.push(...tableLines(value, columns - indent.length, theme).map((each) => indent + each));
  else if (typeof value === 'string') lines.push(...value.split('\n').map((each) => indent + each));
  else if (isSimple(value)) lines.push(indent + textOf(value));
  else if (depth >= MAX_DEPTH) lines.push(`${indent}${theme.glyphs.more} ${Object.keys(value as Fields).length} more inside`);
  else if (Array.isArray(value)) for (const each of value) addEntry(lines, theme.glyphs.dot, each, depth, columns, theme);
  else for (const [name, each] of Object.entries(value as Fields)) addEntry(lines, theme.paint('dim', name), each, depth, columns, theme);
}

function addEntry(lines: string[], name: string, value: unknown, depth: number, columns: number, theme: Theme): void {
  const indent = '  '.repeat(depth);
  const isEmpty = !isSimple(value) && Object.keys(value as Fields).length === 0;
  if (isEmpty) lines.push(`${indent}${name}  ${theme.paint('dim', Array.isArray(value) ? 'an empty list' : 'nothing')}`);
  else if (isSimple(value) && !(typeof value === 'string' && value.includes('\n'))) lines.push(`${indent}${name}  ${textOf(value)}`);
  else {
    lines.push(indent + name);
    add(lines, value, depth + 1, columns, theme);
  }
}

const GAP = 2;
/** Narrower than this a column says nothing. */
const MIN_WIDTH = 6;

function tableLines(rows: readonly Fields[], columns: number, theme: Theme): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const shown = rows.slice(0, MAX_LINES);
  const cells = shown.map((row) => names.map((name) => textOf(row[name])));
  const wanted = names.map((name, at) => Math.max(...[name, ...cells.map((row) => row[at] as string)].map((text) => stringWidth(text))));
  const widths = fitted(wanted, columns - GAP * (names.length - 1));
  const numeric = names.map((name) => shown.every((row) => typeof row[name] === 'number'));
  const draw = (row: readonly string[]) =>
    row
      .map((text, at) => (numeric[at] ? padded(text, widths[at] as number, true) : padded(text, widths[at] as number)))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [theme.paint('dim', draw(names)), ...cells.map(draw)];
}

/** The widest columns give way until all fit. */
function fitted(wanted: readonly number[], room: number): number[] {
  let limit = Math.max(...wanted);
  const sum = () => wanted.reduce((total, width) => total + Math.min(width, limit), 0);
  while (sum() > room && limit > MIN_WIDTH) limit--;
  return wanted.map((width) => Math.min(width, limit));
}

/** A text in exactly so many columns, cut between characters as people see them. */
function padded(text: string, width: number, right = false): string {
  let kept = text;
  if (stringWidth(text) > width) {
    kept = '';
    for (const { segment } of new Intl.Segmenter().segment(text)) {
      if (stringWidth(kept + segment) > width - 1) break;
      kept += segment;
    }
    kept += '…';
  }
  const fill = ' '.repeat(Math.max(0, width - stringWidth(kept)));
  return right ? fill + kept : kept + fill;
}
