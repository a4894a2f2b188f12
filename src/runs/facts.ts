/** What a look at a run says, as facts: every item in its present version. */

import { optionalString } from '../protocol/decode.js';
import type { Run } from '../protocol/run.js';
import { isTerminalStatus } from '../protocol/status.js';
import { parseServerTime } from '../protocol/time.js';
import type { Action, Block, Step, Thought, TimelineItem } from '../protocol/timeline.js';
import { type Fact, LAST } from './cursor.js';
import type { NextAttempt, RunEventBody } from './events.js';

/** Server time in microseconds since the epoch, 0 when there is none: two changes within a millisecond keep their order. */
export function serverMicros(text: unknown): number {
  const ms = parseServerTime(text);
  if (ms === null || typeof text !== 'string' || ms < 0) return 0;
  const digits = /\.\d{3}(\d{1,3})/.exec(text)?.[1] ?? '';
  return ms * 1000 + Number(digits.padEnd(3, '0'));
}

const RANK = { status: 0, block: 1, step: 2, thought: 3, action: 4, screenshot: 5 } as const;

interface Dated {
  readonly created_at: string | null;
  readonly modified_at: string | null;
}

function itemFact(
  body: RunEventBody & { readonly type: 'block' | 'step' | 'thought' | 'action' },
  id: string,
  item: Dated,
  shown: readonly unknown[],
): Fact {
  const createdAt = serverMicros(item.created_at);
  const changedAt = serverMicros(item.modified_at) || createdAt;
  return {
    key: `${body.type} ${id}`,
    version: `${changedAt} ${shown.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\0')}`,
    changedAt,
    createdAt,
    rank: RANK[body.type],
    body,
  };
}

export function stepFact(step: Step): Fact {
  return itemFact({ type: 'step', step }, step.step_id, step, [step.status, step.order, step.retry_index]);
}

/** An action and, once it has one, its screenshot. */
export function actionFacts(action: Action, blockId: string | null): Fact[] {
  const { task_id, step_id, step_order, action_order, screenshot_artifact_id } = action;
  const id = action.action_id ?? [blockId ?? task_id, step_id, step_order, action_order].join('/');
  const shown = [action.status, action.reasoning, action.intention, action.description, action.response, action.text];
  const fact = itemFact({ type: 'action', action, block_id: blockId }, id, action, shown);
  if (screenshot_artifact_id === null) return [fact];
  const body = { type: 'screenshot', artifact: null, artifact_id: screenshot_artifact_id, action_id: action.action_id } as const;
  const key = `screenshot ${screenshot_artifact_id}`;
  return [fact, { key, version: '', changedAt: fact.changedAt, createdAt: fact.createdAt, rank: RANK.screenshot, body }];
}

function blockFact(block: Block, parent: Block | null): Fact {
  const { actions: _toldApart, ...item } = block;
  const shown = [block.status, block.label, block.description, block.failure_reason, block.current_index, block.executed_branch_next_block];
  return itemFact(
    { type: 'block', block: item, parent_id: parent?.workflow_run_block_id ?? null, parent_type: parent?.block_type ?? null },
    block.workflow_run_block_id,
    block,
    shown,
  );
}

function thoughtFact(thought: Thought, parentId: string | null): Fact {
  const shown = [thought.observation, thought.thought, thought.answer];
  return itemFact({ type: 'thought', thought, parent_id: parentId }, thought.thought_id, thought, shown);
}

/** A timeline of any depth; walked without recursion, for its depth is the server's to choose. */
export function timelineFacts(items: readonly TimelineItem[]): Fact[] {
  const facts: Fact[] = [];
  const seen = new Set<string>();
  const add = (fact: Fact) => {
    // A list that shifts while it is read may show an item twice: the first is the newest.
    if (!seen.has(fact.key)) facts.push(fact);
    seen.add(fact.key);
  };
  const open: { readonly item: TimelineItem; readonly parent: Block | null }[] = items.map((item) => ({ item, parent: null }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { item, parent } = next;
    if (item.block) {
      add(blockFact(item.block, parent));
      for (const action of item.block.actions) for (const fact of actionFacts(action, item.block.workflow_run_block_id)) add(fact);
    }
    if (item.thought) add(thoughtFact(item.thought, parent?.workflow_run_block_id ?? null));
    for (const child of item.children) open.push({ item: child, parent: item.block ?? parent });
  }
  return facts;
}

interface StatusEntry {
  readonly to: string;
  /** Which try under the same id; a status is entered once in each by the times of the server. */
  readonly attempt: number;
  /** The server's time. */
  readonly at: string | null;
}

function earlierAttempts(run: Run): StatusEntry[] {
  const attempts = Array.isArray(run['attempts']) ? run['attempts'] : [];
  return attempts.slice(0, -1).flatMap((value: unknown, index) => {
    const { status, started_at, finished_at } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    return [
      { to: 'running', attempt: index + 1, at: optionalString(started_at) },
      { to: optionalString(status) ?? 'failed', attempt: index + 1, at: optionalString(finished_at) },
    ];
  });
}

/** The statuses that a run went through, by the times in its present answer: polling alone misses the short ones. */
function knownStatuses(run: Run): StatusEntry[] {
  const earlier = earlierAttempts(run);
  const attempt = Math.max(run.attempt ?? 1, earlier.length / 2 + 1);
  // Between two attempts the time of the start is still that of the earlier one.
  const restarted = earlier.length === 0 || serverMicros(run.started_at) >= serverMicros(run.queued_at);
  return [
    { to: 'created', attempt: 1, at: run.created_at },
    ...earlier,
    { to: 'queued', attempt, at: run.queued_at },
    ...(restarted ? [{ to: 'running', attempt, at: run.started_at }] : []),
    ...(isTerminalStatus(run.status) ? [{ to: run.status, attempt, at: run.finished_at }] : []),
  ].filter(({ at }) => parseServerTime(at) !== null);
}

/** What a run that has ended for now waits for. */
function nextAttempt(run: Run): NextAttempt | null {
  if (!isTerminalStatus(run.status) || run['retry_pending'] !== true) return null;
  return { number: (run.attempt ?? 1) + 1, at: parseServerTime(run.next_attempt_at) };
}

/** Turns looks at a run into the statuses it entered since the look before. */
export class StatusTrack {
  readonly #told = new Set<string>();
  #last: string | null = null;
  #lastAt = 0;

  /** The newest status, null before the first look. */
  get current(): string | null {
    return this.#last;
  }

  /** @param ended whether `run` is over for good: its last status is then told after everything else */
  look(run: Run, ended: boolean): Fact[] {
    const first = this.#last === null;
    const facts: Fact[] = [];
    for (const { to, attempt, at } of knownStatuses(run)) {
      const entry = `${to} ${attempt}`;
      const missed = !this.#told.has(entry);
      this.#told.add(entry);
      if (missed && (first || serverMicros(at) >= this.#lastAt)) facts.push(this.#enter(to, entry, at));
    }
    if (this.#last !== run.status) facts.push(this.#enter(run.status, '', run.modified_at));
    const end = facts.at(-1);
    const next = end && !ended ? nextAttempt(run) : null;
    if (end?.body.type === 'status' && next) facts[facts.length - 1] = { ...end, body: { ...end.body, next_attempt: next } };
    if (ended && end) facts[facts.length - 1] = { ...end, changedAt: LAST, createdAt: LAST };
    return facts;
  }

  /** @param version tells two times in the same status apart; `''` where the server's times do not */
  #enter(to: string, version: string, at: string | null): Fact {
    const from = this.#last;
    this.#last = to;
    // Equal times keep their order, a microsecond apart.
    this.#lastAt = Math.max(this.#lastAt + 1, serverMicros(at));
    const body = { type: 'status', from, to, since: parseServerTime(at) } as const;
    return { key: `status ${to}`, version, changedAt: this.#lastAt, createdAt: this.#lastAt, rank: RANK.status, body };
  }
}
