/** The word of a list that was most likely meant, or null: at most two letters off, fewer for short words. */
export function closest(word: string, words: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.min(2, Math.floor(word.length / 3)) + 1;
  for (const each of words) {
    const letters = distance(word.toLowerCase(), each.toLowerCase());
    if (letters < least) [best, least] = [each, letters];
  }
  return best;
}

/** Letters to add, drop, change or swap with the next one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j]!, before[j - 2]! + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}

export const quoted = (words: readonly string[]): string => words.map((word) => JSON.stringify(word)).join(', ');

/** `a`, `a and b`, `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

export const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;
