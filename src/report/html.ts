/** Text of others in a page of ours. */
import { createHash } from 'node:crypto';
import { printable } from '../render/sanitize.js';

/** HTML that was made here: what is put into it is escaped, unless it is such HTML itself. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | false | readonly Part[];

/** Longest text of one field in the page, in characters. */
const MAX_TEXT = 200_000;

/** Characters that hide, reorder or act become visible ones, as on a terminal. */
export const escaped = (text: string): string =>
  printable(text, { newlines: true, maxLength: MAX_TEXT })
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');

function put(part: Part): string {
  if (part === null || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(put).join('');
  return escaped(String(part));
}

/** A template whose values are escaped. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.reduce((text, string, index) => text + put(parts[index - 1] ?? null) + string));

/** For a content security policy: the only script or style that may run is the one with this digest. */
export const digestOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
