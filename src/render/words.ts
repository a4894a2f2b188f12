/** The words in which people read of a run: shared by the plain log and the live view, so that they never differ. */
import type { Run } from '../protocol/run.js';
import type { Action, Thought } from '../protocol/timeline.js';
import type { BlockItem } from '../runs/events.js';

/** `0.4s`, `12s`, `3m 05s`, `2h 07m`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const pad = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${pad(Math.floor(seconds / 60) % 60)}m`;
}

const words = (name: string): string => name.replaceAll('_', ' ');
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export interface Described {
  /** What it is: `click`, `for loop`, `thought`. */
  readonly kind: string;
  /** What it acts on or is called; may be empty. */
  readonly label: string;
  /** Why it was done, or what came of it; may be empty. */
  readonly reason: string;
}

export function describeAction(action: Action): Described {
  const typed = action.text !== null && action.text !== '' ? `“${action.text}”` : '';
  const target = action.intention ?? elementText(action) ?? action.description ?? '';
  const label = [typed, target].filter(Boolean).join(typed && target ? ' into ' : '');
  const why = action.status === 'failed' ? (action.response ?? action.reasoning) : action.reasoning;
  return { kind: words(action.action_type), label, reason: why ?? '' };
}

function elementText(action: Action): string | null {
  const element = action['skyvern_element_data'];
  if (typeof element !== 'object' || element === null) return null;
  const { text } = element as Record<string, unknown>;
  return typeof text === 'string' && text !== '' ? text : null;
}

export function describeBlock(block: BlockItem): Described {
  const iteration =
    block.current_index === null ? '' : `#${block.current_index + 1}${block.current_value ? ` ${block.current_value}` : ''}`;
  const branch = block.executed_branch_next_block === null ? '' : `took ${block.executed_branch_next_block}`;
  const label = [block.label ?? '', iteration, branch].filter(Boolean).join(' ');
  return { kind: words(block.block_type), label, reason: block.failure_reason ?? block.description ?? '' };
}

export function describeThought(thought: Thought): Described {
  const text = [thought.thought, thought.answer].filter((each) => each !== null && each !== '').join(' → ');
  return { kind: words(thought.thought_type ?? 'thought'), label: '', reason: text || (thought.observation ?? '') };
}

/** The way back to a run, complete in itself. */
export const watchCommand = (runId: string): string => `skyvern run watch ${runId}`;
export const timelineCommand = (runId: string): string => `skyvern run timeline ${runId}`;

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
