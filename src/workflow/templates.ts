/**
 * What Jinja templates in a text ask for: the names they use, and whether they are closed. Enough to find mistakes before a run
 * does; what an expression means is the server's to say.
 */

export interface TemplateScan {
  /** Names that are looked up in what the run knows, each once. */
  readonly names: readonly string[];
  /** What is wrong, as a sentence without its end; null when nothing is. */
  readonly fault: string | null;
}

const OPENING = /\{\{|\{%|\{#/g;
const CLOSING: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' };
/** Words of the language, tests and constants. */
const WORDS = new Set(
  'and or not in is if else elif for endif endfor set endset block endblock macro endmacro filter endfilter with endwith raw endraw call endcall do recursive true false none True False None loop range dict lipsum cycler joiner namespace'.split(
    ' ',
  ),
);
/** Statements that have an end of their own. */
const PAIRS = new Set(['if', 'for', 'macro', 'filter', 'with', 'call', 'block', 'autoescape']);

export function scanTemplates(text: string): TemplateScan {
  const names = new Set<string>();
  const own = new Set<string>();
  const open: string[] = [];
  let fault: string | null = null;
  OPENING.lastIndex = 0;
  for (let match = OPENING.exec(text); match; match = OPENING.exec(text)) {
    const start = match[0];
    const end = closeAt(text, match.index + 2, CLOSING[start]!, start === '{#');
    if (end === -1) {
      fault ??= `${start} is not closed by ${CLOSING[start]}`;
      break;
    }
    OPENING.lastIndex = end + 2;
    if (start === '{#') continue;
    const inner = text.slice(match.index + 2, end).replace(/^[-+]|[-+]$/g, '');
    if (start === '{{' && inner.trim() === '') fault ??= `${start}${inner}}} is empty`;
    if (start === '{%') fault ??= nest(inner.trim(), open);
    if (start === '{%' && inner.trim() === 'raw') {
      const closed = /\{%[-+]?\s*endraw\s*[-+]?%\}/.exec(text.slice(end));
      if (!closed) {
        fault ??= '{% raw %} has no {% endraw %}';
        break;
      }
      OPENING.lastIndex = end + closed.index + closed[0].length;
      continue;
    }
    for (const name of namesIn(inner, own)) names.add(name);
  }
  if (fault === null && open.length > 0) fault = `{% ${open.at(-1)} %} has no {% end${open.at(-1)} %}`;
  return { names: [...names].filter((name) => !own.has(name)), fault };
}

/** Where the closing bracket stands, texts in quotes passed over. */
function closeAt(text: string, from: number, closing: string, isComment: boolean): number {
  for (let at = from; at < text.length; at++) {
    if (text.startsWith(closing, at)) return at;
    const quote = text[at];
    if (isComment || (quote !== '"' && quote !== "'")) continue;
    const end = quoteEnd(text, at);
    if (end === -1) return -1;
    at = end;
  }
  return -1;
}

function quoteEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[from]) return at;
  }
  return -1;
}

function nest(statement: string, open: string[]): string | null {
  const word = /^\w+/.exec(statement)?.[0] ?? '';
  if (PAIRS.has(word)) open.push(word);
  else if (word.startsWith('end') && PAIRS.has(word.slice(3))) {
    const last = open.pop();
    if (last !== word.slice(3)) return `{% ${word} %} closes nothing`;
  }
  return null;
}

/** Names of an expression: not what follows a dot or a bar, not what stands before `=` in a call, not texts. */
function namesIn(expression: string, own: Set<string>): string[] {
  const bare = expression.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs, '""');
  const made = /^\s*(?:for\s+([\w\s,()]+?)\s+in\b|set\s+([\w\s,.]+?)\s*(?:=|$)|macro\s+(\w+\s*\([^)]*)\))/.exec(bare);
  for (const name of (made?.slice(1).find(Boolean) ?? '').match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []) own.add(name);
  const found: string[] = [];
  for (const match of bare.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)) {
    const before = bare.slice(0, match.index).trimEnd();
    const after = bare.slice(match.index + match[0].length);
    if (WORDS.has(match[0]) || /[.|]$/.test(before) || /\bis(?:\s+not)?$/.test(before)) continue;
    if (/^[\w.[\]"]*\s*(?:\|\s*(?:default|d)\b|is\s+(?:not\s+)?defined\b)/.test(after)) continue; // may be missing
    if (/^\s*=(?!=)/.test(after) && /[(,]$/.test(before)) continue;
    if (/\d$/.test(before) && !/\s$/.test(bare.slice(0, match.index))) continue; // 1e5
    found.push(match[0]);
  }
  return found;
}
