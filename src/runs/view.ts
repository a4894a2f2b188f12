/**
 * What is known of a run, as plain data: `reduce(view, event)` is the only way it changes, and it is pure.
 *
 * Times named `...At` are ours, epoch milliseconds; `since` is the server's. The two clocks may disagree by hours, so a
 * duration is the difference of one of each only where nothing better is known, and never negative.
 */
import type { Run } from '../protocol/run.js';
import { isTerminalStatus } from '../protocol/status.js';
import { parseServerTime } from '../protocol/time.js';
import type { Action, Step, Thought } from '../protocol/timeline.js';
import { ChunkedMap } from './chunkedMap.js';
import type { BlockItem, NextAttempt, RunEvent } from './events.js';
import { KeyList } from './keyList.js';

interface NodeBase {
  readonly key: string;
  /** Key of the enclosing node, `''` at the top. It may be told later than what it encloses. */
  readonly parent: string;
  /** The server's creation time, epoch ms: the order among siblings. */
  readonly created: number;
  readonly changedAt: number;
  /** When it was first seen in a status that does not change any more; null while it works. */
  readonly settledAt: number | null;
  readonly screenshotId: string | null;
}

/** One turn of a loop: not the server's, made of what its blocks say of it. */
export interface Iteration {
  /** From 0. */
  readonly index: number;
  readonly value: string | null;
  readonly created_at: string | null;
  readonly modified_at: string | null;
}

/** A block, turn of a loop, step, action or thought. */
export type Node = NodeBase &
  (
    | { readonly kind: 'block'; readonly item: BlockItem }
    | { readonly kind: 'iteration'; readonly item: Iteration & { readonly [key: string]: unknown } }
    | { readonly kind: 'step'; readonly item: Step }
    | { readonly kind: 'action'; readonly item: Action }
    | { readonly kind: 'thought'; readonly item: Thought }
  );

export interface StatusSpan {
  readonly status: string;
  readonly since: number | null;
  readonly seenAt: number;
  /** Whether it was news, not what had been before we looked. */
  readonly live: boolean;
  /** What follows a failed attempt under the same id. */
  readonly nextAttempt: NextAttempt | null;
}

export interface Counts {
  readonly blocks: number;
  readonly iterations: number;
  readonly steps: number;
  readonly actions: number;
  readonly failedActions: number;
  readonly thoughts: number;
  /** Read and written by the model, where the server says so. */
  readonly tokens: number;
  /** US dollars, where the server says so. */
  readonly cost: number;
}

export interface RunView {
  readonly runId: string;
  /** The newest answer of the server; null before the first. */
  readonly run: Run | null;
  readonly firstAt: number | null;
  readonly changedAt: number | null;
  readonly status: string | null;
  readonly track: readonly StatusSpan[];
  readonly nodes: ChunkedMap<Node>;
  /** Keys of children, oldest first, by the key of the parent; `''` for the top. */
  readonly children: ChunkedMap<KeyList>;
  /** How many nodes are below one, by its key; those more than 32 levels down are not counted. */
  readonly sizes: ChunkedMap<number>;
  readonly counts: Counts;
  /** Where the browser was last seen. */
  readonly url: string | null;
  /** The newest screenshot that an action names. */
  readonly screenshotId: string | null;
  readonly attention: Extract<RunEvent, { type: 'attention' }> | null;
  /** Set while the network fails us. */
  readonly retrying: Extract<RunEvent, { type: 'retrying' }> | null;
  readonly stalledMs: number | null;
  readonly notices: readonly Extract<RunEvent, { type: 'notice' }>[];
  readonly result: Extract<RunEvent, { type: 'result' }> | null;
}

export const emptyView = (runId: string): RunView => ({
  runId,
  run: null,
  firstAt: null,
  changedAt: null,
  status: null,
  track: [],
  nodes: new ChunkedMap(),
  children: new ChunkedMap(),
  sizes: new ChunkedMap(),
  counts: { blocks: 0, iterations: 0, steps: 0, actions: 0, failedActions: 0, thoughts: 0, tokens: 0, cost: 0 },
  url: null,
  screenshotId: null,
  attention: null,
  retrying: null,
  stalledMs: null,
  notices: [],
  result: null,
});

/** How many nodes are below this one. */
export const sizeOf = (view: RunView, key: string): number => view.sizes.get(key) ?? 0;

/** How many nodes there are in all. */
export const totalOf = ({ counts: { blocks, iterations, steps, actions, thoughts } }: RunView): number =>
  blocks + iterations + steps + actions + thoughts;

export const childrenOf = (view: RunView, key: string): readonly string[] => view.children.get(key)?.all ?? [];

export const nodesBelow = (view: RunView, key: string): Node[] => childrenOf(view, key).flatMap((child) => view.nodes.get(child) ?? []);

/** An event other than `retrying` means that the server answered. */
export function reduce(view: RunView, event: RunEvent): RunView {
  if (event.type === 'retrying') return { ...view, retrying: event };
  if (event.type === 'reconnected') return { ...view, retrying: null }; // that is all there is to it
  const next = apply(view, event);
  return { ...next, firstAt: view.firstAt ?? event.at, changedAt: event.at, retrying: null };
}

function apply(view: RunView, event: RunEvent): RunView {
  switch (event.type) {
    case 'run':
      return { ...view, run: event.run, status: view.status ?? event.run.status, url: view.url ?? startUrl(event.run) };
    case 'status': {
      // What the first look tells shares its moment, or nearly: the server's times say how long ago it was.
      const live = view.track.length > 0 && event.at - (view.firstAt ?? event.at) > LOOK_MS;
      const span = { status: event.to, since: event.since, seenAt: event.at, live, nextAttempt: event.next_attempt ?? null };
      return { ...view, status: event.to, track: [...view.track, span], stalledMs: null };
    }
    case 'block': {
      const { block } = event;
      const within = inLoop(view, event);
      const settled = block.status !== null && block.status !== 'running' && block.status !== 'created';
      const next = place(within.view, { kind: 'block', item: block }, block.workflow_run_block_id, within.parent, settled, event.at);
      return { ...next, url: text(block['final_url']) ?? block.url ?? view.url };
    }
    case 'step': {
      const { step } = event;
      return place(view, { kind: 'step', item: step }, step.step_id, '', isTerminalStatus(step.status), event.at);
    }
    case 'action': {
      const { action } = event;
      const parent = event.block_id !== null ? `block ${event.block_id}` : action.step_id !== null ? `step ${action.step_id}` : '';
      const id = action.action_id ?? `${parent} ${action.step_order} ${action.action_order}`;
      const next = place(view, { kind: 'action', item: action }, id, parent, action.status !== 'pending', event.at);
      return { ...next, url: pageOf(action) ?? view.url, screenshotId: action.screenshot_artifact_id ?? view.screenshotId };
    }
    case 'thought': {
      const { thought } = event;
      const parent = event.parent_id === null ? '' : `block ${event.parent_id}`;
      const settled = thought.thought !== null || thought.answer !== null;
      return place(view, { kind: 'thought', item: thought }, thought.thought_id, parent, settled, event.at);
    }
    case 'screenshot': {
      const node = event.action_id === null ? undefined : view.nodes.get(`action ${event.action_id}`);
      const nodes = node ? view.nodes.with(node.key, { ...node, screenshotId: event.artifact_id }) : view.nodes;
      return { ...view, nodes, screenshotId: event.artifact_id };
    }
    case 'attention':
      return { ...view, attention: event.resolved ? null : event };
    case 'stalled':
      return { ...view, stalledMs: event.silent_ms };
    case 'notice':
      return { ...view, notices: [...view.notices, event] };
    case 'result':
      return { ...view, run: event.run ?? view.run, status: event.status ?? view.status, result: event, attention: null, stalledMs: null };
    default:
      return view;
  }
}

const LOOK_MS = 2_000;

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const startUrl = (run: Run): string | null => text(run.run_request?.['url']);

function pageOf(action: Action): string | null {
  const element = action['skyvern_element_data'];
  const page = typeof element === 'object' && element !== null ? (element as Record<string, unknown>)['page_url'] : null;
  return text(action['url']) ?? text(page);
}

/** Where a block belongs: in a turn of its loop, which begins with the first block that names it. */
function inLoop(view: RunView, event: Extract<RunEvent, { type: 'block' }>): { readonly view: RunView; readonly parent: string } {
  const { block, parent_id: parentId, parent_type: type, at } = event;
  if (parentId === null) return { view, parent: '' };
  const parent = `block ${parentId}`;
  const above = view.nodes.get(parent);
  // A conditional inside a loop passes the turn on to its blocks; of a parent that nobody named, a loop is what is likely.
  const isLoop = (type ?? (above?.kind === 'block' ? above.item.block_type : 'loop')).includes('loop');
  if (block.current_index === null || !isLoop) return { view, parent };
  const id = `${parentId} ${block.current_index}`;
  const known = view.nodes.get(`iteration ${id}`);
  const item = {
    index: block.current_index,
    value: block.current_value,
    created_at: known?.item.created_at ?? block.created_at,
    modified_at: block.modified_at,
  };
  return { view: place(view, { kind: 'iteration', item }, id, parent, false, at), parent: `iteration ${id}` };
}

type Content = Node extends infer Each ? (Each extends Node ? Pick<Each, 'kind' | 'item'> : never) : never;

function place(view: RunView, content: Content, id: string, parent: string, settled: boolean, at: number): RunView {
  const key = `${content.kind} ${id}`;
  const old = view.nodes.get(key);
  const created = old?.created ?? parseServerTime(content.item.created_at) ?? at;
  const settledAt = settled ? (old?.settledAt ?? at) : null;
  const screenshotId = content.kind === 'action' ? content.item.screenshot_artifact_id : null;
  const node = { key, parent, created, changedAt: at, settledAt, screenshotId, ...content } as Node;
  const nodes = view.nodes.with(key, node);
  return {
    ...view,
    nodes,
    children: old ? view.children : insert(view.children, nodes, node),
    sizes: old ? view.sizes : grow(view, node),
    counts: count(view.counts, node, old),
    stalledMs: null,
  };
}

/** A depth of which nobody draws more; without it a chain of nodes would cost its length for each. */
const MAX_COUNTED_DEPTH = 32;

function grow({ sizes, nodes }: RunView, node: Node): ChunkedMap<number> {
  const by = 1 + (sizes.get(node.key) ?? 0); // what was told before the node that encloses it
  let grown = sizes;
  let above: string | undefined = node.parent;
  for (let depth = 0; above && depth < MAX_COUNTED_DEPTH; depth++) {
    grown = grown.with(above, (grown.get(above) ?? 0) + by);
    above = nodes.get(above)?.parent;
  }
  return grown;
}

function insert(children: RunView['children'], nodes: ChunkedMap<Node>, node: Node): RunView['children'] {
  const siblings = children.get(node.parent) ?? new KeyList();
  let at = siblings.length;
  while (at > 0 && isAfter(nodes.get(siblings.at(at - 1) as string), node)) at--;
  return children.with(node.parent, siblings.inserted(at, node.key));
}

function isAfter(sibling: Node | undefined, node: Node): boolean {
  if (!sibling) return false;
  if (sibling.kind === 'action' && node.kind === 'action') {
    const [a, b] = [sibling.item, node.item];
    const order = (a.step_order ?? 0) - (b.step_order ?? 0) || (a.action_order ?? 0) - (b.action_order ?? 0);
    if (a.step_id !== null && a.task_id === b.task_id && order !== 0) return order > 0;
  }
  return sibling.created > node.created;
}

function count(counts: Counts, node: Node, old: Node | undefined): Counts {
  const failed = (each: Node | undefined) => (each?.kind === 'action' && each.item.status === 'failed' ? 1 : 0);
  const [now, before] = [priceOf(node), old ? priceOf(old) : FREE];
  const changed = {
    ...counts,
    failedActions: counts.failedActions + failed(node) - failed(old),
    tokens: counts.tokens + now.tokens - before.tokens,
    cost: counts.cost + now.cost - before.cost,
  };
  return old ? changed : { ...changed, [`${node.kind}s`]: counts[`${node.kind}s`] + 1 };
}

interface Price {
  readonly tokens: number;
  readonly cost: number;
}
const FREE: Price = { tokens: 0, cost: 0 };

/** Steps of a task and thoughts say what the model read, wrote and cost. */
function priceOf(node: Node): Price {
  if (node.kind !== 'step' && node.kind !== 'thought') return FREE;
  const { item } = node;
  const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
  const cost = node.kind === 'step' ? item['step_cost'] : item['thought_cost'];
  return { tokens: number(item['input_token_count']) + number(item['output_token_count']), cost: number(cost) };
}

export interface TimedStatus {
  readonly status: string;
  /** Milliseconds in it so far, never negative; null for the last status of a run that is over. */
  readonly ms: number | null;
}

/** How long the run was in each status. @param now epoch ms, by our clock */
export function timeInStatus(view: RunView, now: number): TimedStatus[] {
  return view.track.map((span, index) => {
    const next = view.track[index + 1];
    if (!next) return { status: span.status, ms: isTerminalStatus(span.status) ? null : Math.max(0, now - enteredAt(span)) };
    const ms = next.since !== null && span.since !== null ? next.since - span.since : next.seenAt - span.seenAt;
    return { status: span.status, ms: Math.max(0, ms) };
  });
}

/** When a status was entered, by our clock as well as can be known. */
function enteredAt({ since, seenAt, live }: StatusSpan): number {
  if (since === null || since > seenAt) return seenAt;
  return live ? Math.max(since, seenAt - MAX_LAG_MS) : since;
}

/** Longer than any poll takes: what was told later than this after its own time means that the server's clock is behind. */
const MAX_LAG_MS = 60_000;

/** How long the run took, or takes so far, in milliseconds. @param now epoch ms, by our clock */
export function elapsedMs(view: RunView, now: number): number {
  const first = view.track[0];
  const last = view.track.at(-1);
  if (!first || !last) return 0;
  if (isTerminalStatus(last.status) && first.since !== null && last.since !== null) return Math.max(0, last.since - first.since);
  return Math.max(0, (isTerminalStatus(last.status) ? last.seenAt : now) - enteredAt(first));
}
