/** The words in which people read of a run: shared by the plain log and the live view, so that they never differ. */
import type { Run } from '../protocol/run.js';
import { isTerminalStatus } from '../protocol/status.js';
import { parseServerTime } from '../protocol/time.js';
import type { Action, Thought } from '../protocol/timeline.js';
import type { BlockItem } from '../runs/events.js';
import { childrenOf, type Node, type RunView } from '../runs/view.js';

// For whoever needs words anyway; errors, which every command can end in, need the commands alone.
export * from './runCommands.js';

/** `0.4s`, `12s`, `3m 05s`, `2h 07m`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const pad = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${pad(Math.floor(seconds / 60) % 60)}m`;
}

/** `812 B`, `3.4 kB`, `12 MB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), 4);
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${['', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

/** From here on it is worth saying how long a pause is. */
const LONG_PAUSE_MS = 10_000;

/** That the server does not answer, in words. */
export function silence({ delay_ms, reason }: { readonly delay_ms: number; readonly reason: string }): string {
  const when = delay_ms < LONG_PAUSE_MS ? '' : ` in ${duration(delay_ms)}`;
  return `no answer from the server, asking again${when}: ${reason}`;
}

const words = (name: string): string => name.replaceAll('_', ' ');
export const plural = (count: number, noun: string, nouns = `${noun}s`): string => `${count} ${count === 1 ? noun : nouns}`;

export interface Described {
  /** What it is: `click`, `for loop`, `thought`. */
  readonly kind: string;
  /** What it acts on or is called; may be empty. */
  readonly label: string;
  /** Why it was done, or what came of it; may be empty. */
  readonly reason: string;
}

export function describeAction(action: Action): Described {
  const typed = action.text !== null && action.text !== '' ? `“${isSecret(action) ? '•••' : action.text}”` : '';
  const target = action.intention ?? elementName(action) ?? action.description ?? '';
  const label = [typed, target].filter(Boolean).join(typed && target ? ' into ' : '');
  const why = action.status === 'failed' ? (action.response ?? action.reasoning) : action.reasoning;
  return { kind: words(action.action_type), label, reason: why ?? '' };
}

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

/** What people call the element: its text, else the first of its names. */
function elementName(action: Action): string | null {
  const element = fieldsOf(action['skyvern_element_data']);
  const attributes = fieldsOf(element['attributes']);
  const names = [element['text'], ...['aria-label', 'placeholder', 'title', 'alt', 'name', 'id'].map((name) => attributes[name])];
  const found = names.find((name) => typeof name === 'string' && name.trim() !== '');
  return typeof found === 'string' ? found : null;
}

/** What is typed into such a field is nobody's to read over a shoulder. */
function isSecret(action: Action): boolean {
  const { type, autocomplete } = fieldsOf(fieldsOf(action['skyvern_element_data'])['attributes']);
  return (
    type === 'password' ||
    /^(?:one-time-code|cc-|current-password|new-password)/.test(String(autocomplete ?? '')) ||
    action['totp_timing_info'] != null
  );
}

export function describeBlock(block: BlockItem): Described {
  const turn = block.current_index === null ? '' : `#${block.current_index + 1}${block.current_value ? ` ${block.current_value}` : ''}`;
  return { kind: words(block.block_type), label: [labelOf(block), turn].filter(Boolean).join(' '), reason: reasonOf(block) };
}

/** The name of a block, with which branch it took, whose run it started, and which attempt it belongs to. */
function labelOf(block: BlockItem): string {
  const nested = block['block_workflow_run_id'];
  const parts = [
    block.label ?? '',
    block.executed_branch_next_block === null ? '' : `took ${block.executed_branch_next_block}`,
    typeof nested === 'string' && nested !== '' ? `run ${nested}` : '',
    (block.attempt_number ?? 1) > 1 ? `attempt ${block.attempt_number}` : '',
  ];
  return parts.filter(Boolean).join(' ');
}

function reasonOf(block: BlockItem): string {
  const { failure_reason, executed_branch_next_block, executed_branch_expression, description } = block;
  if (failure_reason !== null) return failure_reason;
  // Why a branch was taken says more than what a model thought the block would do.
  if (executed_branch_next_block !== null) {
    return [executed_branch_expression ?? 'no condition held', judgedBecause(block['output'])].filter(Boolean).join(' → ');
  }
  return description ?? '';
}

/** What a model said of the condition that held; empty where a template decided, or a server does not tell. */
function judgedBecause(output: unknown): string {
  const evaluations = (output as { readonly evaluations?: unknown } | null)?.evaluations;
  const held = Array.isArray(evaluations) ? evaluations.find((each) => each?.is_matched === true) : null;
  return typeof held?.reasoning === 'string' ? held.reasoning : '';
}

function describeIteration(view: RunView, { parent, item }: Extract<Node, { kind: 'iteration' }>): Described {
  const loop = view.nodes.get(parent);
  const values = loop?.kind === 'block' ? loop.item['loop_values'] : null;
  const of = Array.isArray(values) ? ` of ${values.length}` : '';
  return { kind: `turn ${item.index + 1}${of}`, label: item.value ?? '', reason: '' };
}

export function describeThought(thought: Thought): Described {
  const text = [thought.thought, thought.answer].filter((each) => each !== null && each !== '').join(' → ');
  return { kind: words(thought.thought_type ?? 'thought'), label: '', reason: text || (thought.observation ?? '') };
}

/** A node of a view. Of a block in a turn of a loop the turn is not said again. */
export function describeNode(view: RunView, node: Node): Described {
  switch (node.kind) {
    case 'block':
      return describeBlock(isInTurn(view, node) ? { ...node.item, current_index: null } : node.item);
    case 'iteration':
      return describeIteration(view, node);
    case 'step': {
      const { order, retry_index } = node.item;
      return { kind: `step ${order + 1}`, label: retry_index > 0 ? `retry ${retry_index}` : '', reason: '' };
    }
    case 'action':
      return describeAction(node.item);
    default:
      return describeThought(node.item);
  }
}

function isInTurn(view: RunView, node: Node): boolean {
  if (node.kind !== 'block' || node.item.current_index === null) return false;
  for (let above = view.nodes.get(node.parent); above; above = view.nodes.get(above.parent)) if (above.kind === 'iteration') return true;
  return false;
}

/** How a node stands; null for thoughts and what the server says nothing of. A turn is over when the next has begun, or the loop is. */
export function statusOf(view: RunView, node: Node): string | null {
  if (node.kind === 'thought') return null;
  if (node.kind !== 'iteration') return node.item.status;
  const statuses = childrenOf(view, node.key).flatMap((key) => {
    const child = view.nodes.get(key);
    return child && child.kind !== 'iteration' && child.kind !== 'thought' ? [child.item.status] : [];
  });
  const bad = statuses.find((status) => status !== null && status !== 'completed' && status !== 'skipped' && isTerminalStatus(status));
  if (bad) return bad;
  const loop = view.nodes.get(node.parent);
  const isOver = (loop && loop.settledAt !== null) || childrenOf(view, node.parent).at(-1) !== node.key;
  return isOver ? 'completed' : 'running';
}

/** How long a node took by the server's own times, in milliseconds; null while it works and for thoughts. */
export function tookMs(node: Node): number | null {
  if (node.kind === 'thought' || (node.kind !== 'iteration' && node.settledAt === null)) return null;
  if (node.kind === 'block' && node.item.duration !== null) return node.item.duration * 1000;
  const [from, to] = node.kind === 'action' ? [node.item.started_at, node.item.finished_at] : [node.item.created_at, node.item.modified_at];
  const [start, end] = [parseServerTime(from), parseServerTime(to)];
  return start === null || end === null ? null : Math.max(0, end - start);
}

/** `https` addresses and their like may become links; nothing that a page says may be `javascript:` or `file:`. */
export const isWebUrl = (text: string): boolean => /^https?:\/\/[\x21-\x7e]+$/.test(text);

/** The engine of a run, or else its type: what a reader calls the way it is run. */
export function engineOf(run: Run): string {
  const engine = run.run_request?.['engine'];
  return typeof engine === 'string' && engine !== '' ? engine : words(run.run_type);
}

/** What a run is about, in one line; null when it does not say. */
export function subjectOf(run: Run): string | null {
  const { title, prompt } = run.run_request ?? {};
  const found = [title, prompt].find((text) => typeof text === 'string' && text.trim() !== '');
  return typeof found === 'string' ? found : null;
}
