/** A prompt as words, literals and marks. Quoted text, addresses and `{{NAME}}` are one token each: no comma or `and` inside of them divides anything. */

export interface Token {
  readonly kind: 'word' | 'quoted' | 'secret' | 'address' | 'mark';
  /** What it stands for: without the quotes; a mark is one character, `\n` the end of a line. */
  readonly text: string;
  /** Where it stands in the prompt. */
  readonly start: number;
  readonly end: number;
}

/** Each pattern's first group is the value. A single quote opens only where a word could begin: `don't` is a word. */
const LITERALS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['quoted', /"([^"\n]*)"/y],
  ['quoted', /“([^”\n]*)”/y],
  ['quoted', /«([^»\n]*)»/y],
  ['quoted', /`([^`\n]*)`/y],
  ['quoted', /(?<=^|[\s(])['‘]([^\n]*?)['’](?=$|[\s,.;:!?)])/y],
  ['secret', /(\{\{\s*[\w-]+\s*\}\})/y],
  ['address', /([a-z][a-z\d+.-]*:\/\/[^\s"'<>]*[^\s"'<>.,;:!?)\]])/iy],
];
/** Commas inside of numbers and `>` inside of arrows belong to the word. */
const WORD = /(?:[^\s,;>"“”«»`]|(?<=\d),(?=\d{3})|(?<=-)>)+/y;
/** Two words that are one verb. */
const TWO_WORDS = /(double|right|left)[ -]?(click)(?=$|[\s,.;])/iy;
const LINE_START = /[ \t]*(?:\d+[.)]|[-*•])[ \t]+/y;

export function tokenize(prompt: string): Token[] {
  const tokens: Token[] = [];
  const at = (pattern: RegExp, position: number) => {
    pattern.lastIndex = position;
    return pattern.exec(prompt);
  };
  let position = at(LINE_START, 0)?.[0].length ?? 0;
  const add = (kind: Token['kind'], text: string, length: number) => {
    tokens.push({ kind, text, start: position, end: position + length });
    position += length;
  };
  next: while (position < prompt.length) {
    const character = prompt[position] ?? '';
    if (character === '\n') {
      add('mark', '\n', 1);
      position += at(LINE_START, position)?.[0].length ?? 0;
      continue;
    }
    if (/\s/.test(character)) {
      position++;
      continue;
    }
    for (const [kind, pattern] of LITERALS) {
      const match = at(pattern, position);
      if (!match) continue;
      add(kind, match[1] ?? '', match[0].length);
      continue next;
    }
    const verb = at(TWO_WORDS, position);
    if (verb) {
      add('word', `${verb[1]}-${verb[2]}`, verb[0].length);
      continue;
    }
    const run = at(WORD, position)?.[0];
    const word = run?.replace(/[.!?:)]+$/, '');
    if (word) add('word', word, word.length);
    else add('mark', character, 1);
  }
  return tokens;
}

export const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token?.kind === 'word' && words.includes(token.text.toLowerCase());

export const isMark = (token: Token | undefined, marks: string): boolean => token?.kind === 'mark' && marks.includes(token.text);

/** What the prompt says there. */
export function sourceOf(prompt: string, tokens: readonly Token[]): string {
  const [first] = tokens;
  const last = tokens.at(-1);
  return first && last ? prompt.slice(first.start, last.end).replace(/\s+/g, ' ') : '';
}
