/** A row of the terminal, before it is laid out. */
import stringWidth from 'string-width';

export interface Line {
  /** Columns before the text. */
  readonly indent: number;
  /** Stands before the text and is never wrapped: a mark, the name of a field. */
  readonly lead?: string;
  readonly text: string;
  /** At the right edge. */
  readonly right?: string;
}

export interface Moment {
  /** Epoch ms, by our clock. */
  readonly now: number;
  /** Counts up while the view is drawn: what turns the spinner. */
  readonly tick: number;
}

export const line = (indent: number, text: string, right?: string): Line => ({ indent, text, ...(right ? { right } : {}) });

export const led = (indent: number, lead: string, text: string, right?: string): Line => ({
  ...line(indent, text, right),
  lead: `${lead} `,
});

/** What terminals do not agree on the width of: joined pictures, skin tones, flags. */
const UNSTEADY = /[\u200d\u{1f3fb}-\u{1f3ff}\u{1f1e6}-\u{1f1ff}]/u;

/** A text of which every terminal knows how wide it is: a family is its members, a flag its letters. */
export function steady(text: string): string {
  if (!UNSTEADY.test(text)) return text;
  return text
    .replace(/[\u{1f1e6}-\u{1f1ff}]/gu, (flag) => String.fromCodePoint((flag.codePointAt(0) ?? 0) - 0x1f1e6 + 0x41))
    .replace(/[\u200d\u{1f3fb}-\u{1f3ff}]/gu, '');
}

/** A text on at most so many lines, broken between words where it can be; the last one is cut by the layout when it is too long. */
export function wrapped(text: string, columns: number, maxLines: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && (lines.length === maxLines || stringWidth(`${last} ${word}`) <= columns))
      lines[lines.length - 1] = `${last} ${word}`;
    else if (word !== '' || last !== undefined) lines.push(word);
  }
  return lines;
}
