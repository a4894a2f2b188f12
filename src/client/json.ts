/** JSON from a server, read strictly. */

export class JsonError extends Error {
  /** `cut` when the text ends too early: the same request may well succeed the next time. */
  readonly kind: 'empty' | 'cut' | 'invalid' | 'duplicate';
  constructor(kind: JsonError['kind'], message: string) {
    super(message);
    this.name = 'JsonError';
    this.kind = kind;
  }
}

/**
 * The value, or `JsonError`. An object with the same key twice is refused: the parser keeps the last one silently, another
 * program on the way may have read the first.
 */
export function parseJson(text: string): unknown {
  if (text.trim() === '') throw new JsonError('empty', 'is empty');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const cut = error instanceof SyntaxError && stopsAtEnd(error.message, text);
    throw new JsonError(cut ? 'cut' : 'invalid', cut ? 'ends in the middle' : 'is not JSON');
  }
  if (keysWritten(text) !== keysKept(value)) throw new JsonError('duplicate', 'has a key twice in one object');
  return value;
}

/** Whether the parser was content with all there is and wanted more, by V8's message. */
function stopsAtEnd(message: string, text: string): boolean {
  const place = /at position (\d+)/.exec(message)?.[1];
  return /unexpected end|unterminated/i.test(message) || (place !== undefined && Number(place) >= text.trimEnd().length);
}

/** How many keys valid JSON text writes: strings that a colon follows. */
function keysWritten(text: string): number {
  let count = 0;
  for (let open = text.indexOf('"'); open !== -1; ) {
    let close = text.indexOf('"', open + 1);
    while (isEscaped(text, close)) close = text.indexOf('"', close + 1);
    let next = close + 1;
    while (next < text.length && text.charCodeAt(next) <= 0x20) next++;
    if (text[next] === ':') count++;
    open = text.indexOf('"', next);
  }
  return count;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function keysKept(value: unknown): number {
  let count = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const each = open.pop();
    if (typeof each !== 'object' || each === null) continue;
    const inner = Object.values(each);
    if (!Array.isArray(each)) count += inner.length;
    for (const one of inner) if (typeof one === 'object' && one !== null) open.push(one);
  }
  return count;
}
