/**
 * A run as lines of text, each one row of the terminal. Pure: of a view, a theme and the time.
 *
 * The live part is built from its end backwards and stops when the rows are used up, so a run of 10,000 steps costs no more
 * than one that fits.
 */
import { isTerminalStatus } from '../../protocol/status.js';
import { parseServerTime } from '../../protocol/time.js';
import { NOT_MET } from '../../runs/exit.js';
import { childrenOf, elapsedMs, type Node, type RunView, timeInStatus } from '../../runs/view.js';
import { outputText } from '../result.js';
import {
  type Described,
  describeAction,
  describeBlock,
  describeThought,
  duration,
  engineOf,
  plural,
  subjectOf,
  timelineCommand,
} from '../words.js';
import type { Theme } from './theme.js';

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

const line = (indent: number, text: string, right?: string): Line => ({ indent, text, ...(right ? { right } : {}) });
const led = (indent: number, lead: string, text: string, right?: string): Line => ({ ...line(indent, text, right), lead: `${lead} ` });

const spin = ({ glyphs, paint }: Theme, { tick }: Moment): string => paint('cyan', glyphs.spinner[tick % glyphs.spinner.length] ?? '');

/** First of all lines: what the run is and where. */
export function headerLines(view: RunView, title: string | null, theme: Theme): Line[] {
  const { run, runId } = view;
  const subject = title ?? (run && subjectOf(run));
  const facts = [runId, ...(run ? [engineOf(run)] : [])].join(` ${theme.glyphs.dot} `);
  const texts = [
    ...(subject ? [theme.paint('bold', subject)] : []),
    theme.paint('dim', facts),
    ...(run?.app_url ? [theme.paint('dim', theme.link(run.app_url))] : []),
  ];
  const bar = theme.paint('cyan', theme.glyphs.bar);
  return [...texts.map((text) => led(0, bar, text)), line(0, '')];
}

const STYLE_OF: Readonly<
  Record<string, ['done' | 'failed' | 'stopped' | 'skipped' | 'waiting', 'green' | 'red' | 'yellow' | 'dim' | 'cyan']>
> = {
  completed: ['done', 'green'],
  failed: ['failed', 'red'],
  terminated: ['failed', 'red'],
  timed_out: ['failed', 'red'],
  canceled: ['stopped', 'yellow'],
  paused: ['waiting', 'yellow'],
  skipped: ['skipped', 'dim'],
};

function mark(status: string | null, settled: boolean, theme: Theme, moment: Moment): string {
  const known = STYLE_OF[status ?? ''];
  if (known) return theme.paint(known[1], theme.glyphs[known[0]]);
  return settled ? theme.paint('dim', theme.glyphs.skipped) : spin(theme, moment);
}

function describe(node: Node): Described & { readonly status: string | null } {
  switch (node.kind) {
    case 'block':
      return { ...describeBlock(node.item), status: node.item.status };
    case 'step': {
      const { order, retry_index, status } = node.item;
      return { kind: `step ${order + 1}`, label: retry_index > 0 ? `retry ${retry_index}` : '', reason: '', status };
    }
    case 'action':
      return { ...describeAction(node.item), status: node.item.status };
    default:
      return { ...describeThought(node.item), status: null };
  }
}

function tookMs(node: Node): number | null {
  if (node.kind === 'thought' || node.settledAt === null) return null;
  if (node.kind === 'block' && node.item.duration !== null) return node.item.duration * 1000;
  const [from, to] = node.kind === 'action' ? [node.item.started_at, node.item.finished_at] : [node.item.created_at, node.item.modified_at];
  const [start, end] = [parseServerTime(from), parseServerTime(to)];
  return start === null || end === null ? null : Math.max(0, end - start);
}

/** A node's own lines: what it is, and why. */
function nodeLines(node: Node, depth: number, theme: Theme, moment: Moment, over = false): Line[] {
  const { kind, label, reason, status } = describe(node);
  const took = tookMs(node);
  const indent = depth * 2;
  const right = took === null ? undefined : theme.paint('dim', duration(took));
  if (node.kind === 'thought')
    return [led(indent, theme.paint('dim', theme.glyphs.thought), theme.paint('dim', reason === '' ? kind : reason))];
  const name = node.kind === 'action' ? kind : theme.paint('bold', kind);
  const glyph = mark(status, over || node.settledAt !== null, theme, moment);
  const head = led(indent, glyph, label === '' ? name : `${name}  ${label}`, right);
  const why = status === 'failed' ? theme.paint('red', reason) : theme.paint('dim', reason);
  return reason === '' ? [head] : [head, line(indent + 2, why)];
}

/** More items than these at once are history that nobody reads in a terminal: the newest are shown, and where to see all. */
export const MAX_ITEMS = 200;

/**
 * A node and what it encloses, for the scrollback, and how many nodes that is.
 *
 * Walked without recursion, here and below: its depth is the server's.
 */
export function settledLines(view: RunView, key: string, theme: Theme, moment: Moment): { readonly lines: Line[]; readonly nodes: number } {
  const nodes = countNodes(view, key);
  const root = view.nodes.get(key);
  const newest: { readonly node: Node; readonly depth: number }[] = [];
  for (const item of fromTheEnd(view, childrenOf(view, key), 0, 1)) {
    if (newest.length === MAX_ITEMS) break;
    newest.push(item);
  }
  const left = nodes - 1 - newest.length;
  const lines = [
    ...(root ? nodeLines(root, 0, theme, moment, true) : []),
    ...(left > 0 ? [earlierLine(left, 2, view.runId, theme)] : []),
    ...newest.reverse().flatMap(({ node, depth }) => nodeLines(node, Math.min(depth, MAX_DEPTH), theme, moment, true)),
  ];
  return { lines, nodes };
}

export const earlierLine = (count: number, indent: number, runId: string, theme: Theme): Line =>
  line(indent, theme.paint('dim', `${theme.glyphs.more} ${plural(count, 'earlier item')} not shown here: ${timelineCommand(runId)}`));

export function countNodes(view: RunView, key: string): number {
  let nodes = 0;
  const open = [key];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    nodes++;
    open.push(...childrenOf(view, next));
  }
  return nodes;
}

const MAX_DEPTH = 12;

/**
 * The newest lines of what is not in the scrollback yet, at most `rows` of them.
 * @param printed how many nodes at the top are in the scrollback, and how many with all they enclose
 */
export function treeLines(
  view: RunView,
  printed: { readonly top: number; readonly nodes: number },
  rows: number,
  theme: Theme,
  moment: Moment,
): Line[] {
  if (rows <= 0) return [];
  const { blocks, steps, actions, thoughts } = view.counts;
  const total = blocks + steps + actions + thoughts - printed.nodes;
  const backwards: Line[] = [];
  let shown = 0;
  let cutAt: Node | null = null;
  for (const { node, depth } of fromTheEnd(view, childrenOf(view, ''), printed.top, 0)) {
    // One row is kept for the line that says how many are not shown, and the reason of a node goes before the node.
    const kept = shown + 1 < total && rows > 1 ? 1 : 0;
    const own = nodeLines(node, Math.min(depth, MAX_DEPTH), theme, moment).slice(0, rows - backwards.length - kept);
    if (own.length === 0) {
      cutAt = node;
      break;
    }
    backwards.push(...own.reverse());
    shown++;
  }
  const lines = backwards.reverse();
  if (!cutAt) return lines;
  const inside = enclosing(view, cutAt);
  const where = inside === '' ? '' : ` ${theme.glyphs.dot} in ${inside}`;
  return [line(0, theme.paint('dim', `${theme.glyphs.more} ${total - shown} more above${where}`)), ...lines].slice(0, rows);
}

/** Nodes in reverse reading order: the last leaf first, each node after what it encloses. */
function* fromTheEnd(
  view: RunView,
  roots: readonly string[],
  first: number,
  depth: number,
): Generator<{ readonly node: Node; readonly depth: number }> {
  const open: { readonly key: string; readonly depth: number; next: number }[] = [];
  for (let root = roots.length - 1; root >= first; root--) {
    const key = roots[root] as string;
    open.push({ key, depth, next: childrenOf(view, key).length - 1 });
    while (open.length > 0) {
      const here = open.at(-1) as (typeof open)[number];
      const child = childrenOf(view, here.key)[here.next--];
      if (child !== undefined) {
        open.push({ key: child, depth: here.depth + 1, next: childrenOf(view, child).length - 1 });
        continue;
      }
      open.pop();
      const node = view.nodes.get(here.key);
      if (node) yield { node, depth: here.depth };
    }
  }
}

function enclosing(view: RunView, node: Node): string {
  const parent = view.nodes.get(node.parent);
  if (!parent) return '';
  const { kind, label } = describe(parent);
  return label === '' ? kind : label;
}

/** Each status with the time spent in it, the present one last. Old ones go first where room is short. */
function trackWords(view: RunView, theme: Theme, moment: Moment, columns = Number.POSITIVE_INFINITY): string {
  const spans = timeInStatus(view, moment.now);
  const separator = ` ${theme.glyphs.arrow} `;
  let room = columns;
  const kept: string[] = [];
  for (const [index, { status, ms }] of [...spans.entries()].reverse()) {
    const words = ms === null ? status : `${status} ${duration(ms)}`;
    room -= words.length + separator.length;
    if (room < 0 && kept.length > 0) break;
    kept.unshift(theme.paint(index === spans.length - 1 ? 'bold' : 'dim', words));
  }
  return kept.join(theme.paint('dim', separator));
}

/** Where the run stands. */
export function trackLine(view: RunView, columns: number, theme: Theme, moment: Moment): Line {
  const head = mark(view.status, false, theme, moment);
  return led(0, head, view.track.length === 0 ? 'waiting for the first answer' : trackWords(view, theme, moment, columns - 3));
}

/** What wants the reader's eye now: a person is needed, the network fails us, nothing moves. */
export function troubleLines(view: RunView, theme: Theme): Line[] {
  const { attention, retrying, stalledMs } = view;
  const lines: Line[] = [];
  if (attention) {
    const asks = attention.instructions === null ? '' : `: ${attention.instructions}`;
    lines.push(line(0, theme.paint('yellow', `${theme.glyphs.waiting} ${attention.message}${asks}`)));
  }
  if (retrying) {
    const again = `trying again in ${duration(retrying.delay_ms)} (attempt ${retrying.attempt})`;
    lines.push(line(0, theme.paint('yellow', `${theme.glyphs.skipped} reconnecting ${theme.glyphs.dot} ${again}: ${retrying.reason}`)));
  }
  if (stalledMs !== null)
    lines.push(line(0, theme.paint('yellow', `${theme.glyphs.skipped} nothing has changed for ${duration(stalledMs)}`)));
  const notice = view.notices.at(-1);
  if (notice) lines.push(line(0, theme.paint('dim', `${theme.glyphs.dot} ${notice.message}`)));
  return lines;
}

export function countsText(view: RunView, theme: Theme): string {
  const { blocks, steps, actions, failedActions } = view.counts;
  const counts = [
    blocks > 0 && plural(blocks, 'block'),
    steps > 0 && plural(steps, 'step'),
    actions > 0 && plural(actions, 'action'),
    failedActions > 0 && `${failedActions} failed`,
  ];
  return counts.filter(Boolean).join(` ${theme.glyphs.dot} `);
}

const MAX_OUTPUT_LINES = 12;

export interface CardOptions {
  /** Whether the output is shown here: not where stdout shows it right after, on the same terminal. */
  readonly showOutput: boolean;
}

/** The last lines: how it ended and why, what it gave, where to look, what to type next. */
export function cardLines(view: RunView, theme: Theme, moment: Moment, { showOutput }: CardOptions): Line[] {
  const { result, run, status } = view;
  if (!result || status === null) return [];
  // The watch ended before the run: what is known stays on the screen, and the command says the rest.
  if (result.error !== null && result.error.code !== NOT_MET)
    return [led(0, mark(isTerminalStatus(status) ? status : null, true, theme, moment), trackWords(view, theme, moment))];
  const took = `${theme.paint('bold', status)} in ${duration(elapsedMs(view, moment.now))}`;
  const field = (name: string, value: string) => led(2, theme.paint('dim', name.padEnd(7)), value);
  const counts = countsText(view, theme);
  const lines = [led(0, mark(status, true, theme, moment), `${took}${counts === '' ? '' : theme.paint('dim', `  ${counts}`)}`)];
  if (view.track.length > 1) {
    const track = timeInStatus(view, moment.now).flatMap(({ status: each, ms }) => (ms === null ? [] : [`${each} ${duration(ms)}`]));
    lines.push(line(2, theme.paint('dim', track.join(` ${theme.glyphs.arrow} `))));
  }
  if (run?.failure_reason) lines.push(field('reason', theme.paint('red', run.failure_reason)));
  if (showOutput) lines.push(...outputLines(run?.output, field, view.runId));
  if (run?.app_url) lines.push(field('link', theme.link(run.app_url)));
  lines.push(field('next', theme.paint('cyan', timelineCommand(view.runId))));
  return lines;
}

function outputLines(output: unknown, field: (name: string, value: string) => Line, runId: string): Line[] {
  const text = outputText(output, true).trimEnd();
  if (text === '') return [];
  const all = text.split('\n');
  const shown = all.slice(0, MAX_OUTPUT_LINES).map((each, index) => field(index === 0 ? 'output' : '', each));
  const more = all.length - MAX_OUTPUT_LINES;
  return more > 0 ? [...shown, field('', `${plural(more, 'more line')}: skyvern run output ${runId}`)] : shown;
}
