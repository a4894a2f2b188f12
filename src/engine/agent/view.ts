/**
 * A page as text for a model: its accessibility tree, within a budget.
 *
 * What is in the viewport comes first. When all does not fit, rows that repeat are folded and what is far away is left out, each
 * with a marker that says how much, so that nobody takes a part for the whole.
 */
import type { Box, SnapshotNode } from '../../browser/types.js';
import { VIEWPORT } from '../../browser/viewport.js';
import { oneLine } from './prompt.js';

export interface PageView {
  readonly text: string;
  /** Every line without refs and focus: what a page is compared by. */
  readonly lines: readonly string[];
  /** All that a person reads on the page, in order. */
  readonly words: string;
  /** Elements that can be acted on, by their ref; also those that are not shown. */
  readonly elements: ReadonlyMap<string, SnapshotNode>;
  /** Screens above and below the visible part; null where that is not known. */
  readonly scroll: { readonly above: number; readonly below: number } | null;
  /** Lines that were left out. */
  readonly left: number;
}

interface Line {
  readonly indent: number;
  readonly text: string;
  readonly bare: string;
  readonly inView: boolean;
  /** Number of the run of alike rows that it is folded with; null when it is in none, or is shown in any case. */
  readonly run: number | null;
  /** Whether a row of its run begins with it. */
  readonly first: boolean;
}

/** Alike rows beside each other that make a run, and those of one that are always shown. */
const MIN_RUN = 8;
const SHOWN_OF_RUN = 3;
const MAX_TEXT = 1_000;
const MAX_NAME = 200;
const MAX_URL = 100;
const MAX_OPTIONS = 40;
/** English words and markup have some 3.5 characters a token. */
const CHARACTERS_PER_TOKEN = 3.5;

/** @param budgetTokens roughly what the text may cost */
export function viewOf(root: SnapshotNode, budgetTokens: number): PageView {
  const budget = Math.floor(budgetTokens * CHARACTERS_PER_TOKEN);
  const elements = new Map<string, SnapshotNode>();
  const whole = new Writer(elements, true).write(root);
  let shown = whole;
  if (length(whole) > budget) shown = new Writer(new Map(), false).write(root);
  const { text, left } = length(shown) <= budget ? { text: shown.map(written).join('\n'), left: 0 } : cut(fold(shown), budget);
  return { text, lines: whole.map(({ bare }) => bare), words: wordsOf(root), elements, scroll: scrollOf(root), left };
}

class Writer {
  readonly #elements: Map<string, SnapshotNode>;
  readonly #urls: boolean;
  readonly #lines: Line[] = [];
  #runs = 0;

  constructor(elements: Map<string, SnapshotNode>, urls: boolean) {
    this.#elements = elements;
    this.#urls = urls;
  }

  write(root: SnapshotNode): readonly Line[] {
    this.#children(root, 0, { x: 0, y: 0, inView: true }, null);
    return this.#lines;
  }

  #children(node: SnapshotNode, indent: number, at: Offset, run: number | null): void {
    const rows = rowsIn(node);
    let row = 0;
    let number: number | null = null;
    for (const child of node.children) {
      const inRun = typeof child !== 'string' && rows.has(child);
      if (!inRun) number = null;
      else if (number === null) {
        number = this.#runs++;
        row = 0;
      }
      const foldable = inRun && row++ >= SHOWN_OF_RUN ? number : run;
      if (typeof child === 'string') this.#push(indent, `- text: ${clip(child, MAX_TEXT)}`, child, at.inView, run, false);
      else this.#node(child, indent, at, foldable, foldable !== run);
    }
  }

  #node(node: SnapshotNode, indent: number, at: Offset, run: number | null, first: boolean): void {
    if (node.ref !== null) this.#elements.set(node.ref, node);
    const plain = node.role === 'generic' && node.name === '' && !node.pointer;
    const texts = node.children.filter((child) => typeof child === 'string');
    const inView = isInView(node.box, at);
    if (plain && texts.length === 0) {
      this.#children(node, indent, { ...at, inView }, run);
      return;
    }
    const options = optionsOf(node);
    const onlyText = options === null && texts.length === node.children.length;
    const text = onlyText ? texts.join(' ') : '';
    const words = [plain ? 'text' : node.role, node.name === '' ? '' : quoted(node.name), ...states(node)].filter(Boolean).join(' ');
    const focus = node.focused ? ' focused' : '';
    const tail = [
      options,
      text === '' ? null : clip(text, MAX_TEXT),
      this.#urls && node.url !== null ? `<${clip(node.url, MAX_URL)}>` : null,
    ].filter((each) => each !== null);
    const ref = node.ref !== null && isActionable(node) ? ` [${node.ref}]` : '';
    const end = tail.length > 0 ? `: ${tail.join(' ')}` : '';
    this.#push(indent, `- ${words}${focus}${ref}${end}`, `${words}${end}`, inView, run, first);
    if (onlyText || options !== null) return;
    const frame = node.role === 'iframe' ? node.box : null;
    const inside = { x: at.x + (frame?.x ?? 0), y: at.y + (frame?.y ?? 0), inView };
    this.#children(node, indent + 1, inside, run);
  }

  #push(indent: number, text: string, bare: string, inView: boolean, run: number | null, first: boolean): void {
    // What is in a text field may have lines of its own: here it is one.
    this.#lines.push({ indent, text: oneLine(text), bare: oneLine(bare), inView, run, first });
  }
}

/** Where the frame around a node is, and whether what the node stands in is in view: what has no place of its own is where that is. */
interface Offset {
  readonly x: number;
  readonly y: number;
  readonly inView: boolean;
}

/** Roles with a ref that is worth its tokens: what people point at. */
const POINTED_AT =
  /^(?:button|link|textbox|searchbox|combobox|listbox|option|checkbox|radio|switch|slider|spinbutton|tab|menuitem|menuitemcheckbox|menuitemradio|treeitem|gridcell|cell|row|columnheader|listitem|img|iframe|dialog)$/;

const isActionable = (node: SnapshotNode): boolean => node.pointer || POINTED_AT.test(node.role) || node.focused === true;

function states(node: SnapshotNode): string[] {
  return [
    node.level === null ? '' : `level=${node.level}`,
    node.checked === false ? '' : node.checked === true ? 'checked' : 'checked=mixed',
    node.selected ? 'selected' : '',
    node.disabled ? 'disabled' : '',
    node.expanded === true ? 'expanded' : node.expanded === false ? 'collapsed' : '',
    node.pressed === true ? 'pressed' : '',
    node.placeholder ? `placeholder=${quoted(node.placeholder)}` : '',
  ].filter(Boolean);
}

/** The choices of a closed list in one line; null for all else. */
function optionsOf(node: SnapshotNode): string | null {
  if (node.role !== 'combobox' && node.role !== 'listbox') return null;
  const options = node.children.filter((child): child is SnapshotNode => typeof child !== 'string');
  if (options.length === 0 || !options.every(({ role, ref }) => role === 'option' && ref === null)) return null;
  const names = options.map(({ name, selected }) => (selected ? `*${clip(name, 60)}*` : clip(name, 60)));
  const more = names.length > MAX_OPTIONS ? ` | ... ${names.length - MAX_OPTIONS} more` : '';
  return `{${names.slice(0, MAX_OPTIONS).join(' | ')}${more}}`;
}

/** Children that stand in runs of alike ones. */
function rowsIn({ children }: SnapshotNode): ReadonlySet<SnapshotNode> {
  const rows = new Set<SnapshotNode>();
  let run: SnapshotNode[] = [];
  const close = () => {
    if (run.length >= MIN_RUN) for (const row of run) rows.add(row);
    run = [];
  };
  let shape = '';
  for (const child of children) {
    if (typeof child === 'string') {
      close();
      continue;
    }
    const own = shapeOf(child);
    if (own !== shape) close();
    shape = own;
    run.push(child);
  }
  close();
  return rows;
}

const shapeOf = ({ role, children }: SnapshotNode): string =>
  `${role}(${children.map((child) => (typeof child === 'string' ? 't' : child.role)).join()})`;

/** Rows that repeat become one marker, but for the first ones and what is in view. */
function fold(lines: readonly Line[]): readonly Line[] {
  const visible = new Set<number>(); // by the index of a row's first line
  let rowStart = 0;
  lines.forEach((line, index) => {
    if (line.first) rowStart = index;
    if (line.run !== null && line.inView) visible.add(rowStart);
  });
  const folded: Line[] = [];
  let hidden = 0;
  let indent = 0;
  const flush = () => {
    if (hidden > 0) folded.push(marker(indent, `... ${hidden} more like these, not shown`));
    hidden = 0;
  };
  let hiding = false;
  lines.forEach((line, index) => {
    if (line.run === null) hiding = false;
    else if (line.first) {
      hiding = !visible.has(index);
      if (hiding) {
        hidden++;
        indent = line.indent;
      }
    }
    if (hiding) return;
    flush();
    folded.push(line);
  });
  flush();
  return folded;
}

/** Lines in view first, then the others from the top, as far as the budget goes. */
function cut(lines: readonly Line[], budget: number): { readonly text: string; readonly left: number } {
  let room = budget;
  const kept = new Set<number>();
  const keep = (index: number) => {
    const cost = written(lines[index] as Line).length + 1;
    if (cost > room) return;
    room -= cost;
    kept.add(index);
  };
  lines.forEach((line, index) => {
    if (line.inView) keep(index);
  });
  lines.forEach((line, index) => {
    if (!line.inView) keep(index);
  });
  const texts: string[] = [];
  let gap = 0;
  let left = 0;
  lines.forEach((line, index) => {
    if (!kept.has(index)) {
      gap++;
      left++;
      return;
    }
    if (gap > 0) texts.push(`... ${gap} lines not shown, scroll to see them`);
    gap = 0;
    texts.push(written(line));
  });
  if (gap > 0) texts.push(`... ${gap} lines not shown, scroll to see them`);
  return { text: texts.join('\n'), left };
}

/** Names and texts; a name that its own text says again is said once. */
function wordsOf(node: SnapshotNode): string {
  const inner = node.children.map((child) => (typeof child === 'string' ? child : wordsOf(child))).join(' ');
  return node.name !== '' && !inner.includes(node.name) ? `${node.name} ${inner}` : inner;
}

const marker = (indent: number, text: string): Line => ({ indent, text, bare: text, inView: true, run: null, first: false });
const written = ({ indent, text }: Line): string => '  '.repeat(Math.min(indent, 12)) + text;
const length = (lines: readonly Line[]): number => lines.reduce((sum, line) => sum + written(line).length + 1, 0);
const clip = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max)}...(${text.length - max} more)` : text);
const quoted = (text: string): string => JSON.stringify(clip(text, MAX_NAME));

function isInView(box: Box | null | undefined, at: Offset): boolean {
  if (!box) return at.inView;
  const [x, y] = [box.x + at.x, box.y + at.y];
  return y < VIEWPORT.height && y + box.height > 0 && x < VIEWPORT.width && x + box.width > 0;
}

function scrollOf(root: SnapshotNode): PageView['scroll'] {
  const box = root.box ?? root.children.find((child): child is SnapshotNode => typeof child !== 'string')?.box;
  if (!box) return null;
  const screens = (pixels: number) => Math.max(0, Math.round((pixels / VIEWPORT.height) * 10) / 10);
  return { above: screens(-box.y), below: screens(box.y + box.height - VIEWPORT.height) };
}
