/** Where JSON goes wrong, in words: the engine's own message often does not say. */

/**
 * `line 2, column 11: Unexpected token 'o'`, both counted from 1; null for text that is JSON.
 *
 * The place is the end of the longest beginning that could still become JSON, found by halving.
 */
export function jsonFault(text: string): string | null {
  const message = failure(text);
  if (message === null) return null;
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const lines = text.slice(0, good).split('\n');
  const what = message.replace(/,? (?:\.\.\.)?".*$/s, '').replace(/ (?:in JSON )?at position.*$/s, '');
  return `line ${lines.length}, column ${(lines.at(-1) as string).length + 1}: ${what}`;
}

function failure(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return (error as SyntaxError).message;
  }
}

function couldGoOn(text: string): boolean {
  const message = failure(text);
  if (message === null || /end of JSON|Unterminated/.test(message)) return true;
  return Number(/at position (\d+)/.exec(message)?.[1] ?? -1) >= text.length;
}
