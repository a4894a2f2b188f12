/** What there is to say of a run that has ended: where it failed, what files it left, what to type next. In words, for every view. */
import { childrenOf, type Node, type RunView } from '../runs/view.js';
import { around, isBad, take } from './ui/tree.js';
import {
  byteSize,
  describeNode,
  downloadCommand,
  isWebUrl,
  plural,
  reportCommand,
  retryCommand,
  statusOf,
  timelineCommand,
} from './words.js';

/** Further back nobody looks for what failed at the end. */
const MAX_LOOKED_AT = 2_000;

export interface Failing {
  /** The innermost block or step that failed last. */
  readonly at: string;
  /** The last thing that was done in it; null when nothing was. */
  readonly last: string | null;
}

/** Null for a run that went well, and for one of which nothing that failed is known. */
export function failingOf(view: RunView): Failing | null {
  if (view.status === 'completed') return null;
  const recent = take(around(view, null, -1), MAX_LOOKED_AT);
  const node = recent.find((each) => (each.kind === 'block' || each.kind === 'step') && isBad(statusOf(view, each)));
  if (!node) return null;
  const last = childrenOf(view, node.key)
    .map((key) => view.nodes.get(key))
    .findLast((child) => child?.kind === 'action');
  return { at: nameOf(view, node), last: last ? wholeOf(view, last) : null };
}

function nameOf(view: RunView, node: Node): string {
  const { kind, label } = describeNode(view, node);
  return label === '' ? kind : `${kind} ${label}`;
}

function wholeOf(view: RunView, node: Node): string {
  const { reason } = describeNode(view, node);
  return reason === '' || view.run?.failure_reason?.includes(reason) ? nameOf(view, node) : `${nameOf(view, node)}: ${reason}`;
}

const MAX_FILES = 5;

/** Names and sizes of what the run downloaded. */
export function filesOf({ run }: RunView): string[] {
  const files: readonly unknown[] = Array.isArray(run?.['downloaded_files']) ? run['downloaded_files'] : [];
  const names = files.map((file) => {
    const { filename, file_size } = (file ?? {}) as Readonly<Record<string, unknown>>;
    const size = typeof file_size === 'number' ? ` (${byteSize(file_size)})` : '';
    return `${typeof filename === 'string' && filename !== '' ? filename : 'a file without a name'}${size}`;
  });
  const more = names.length - MAX_FILES;
  return more > 0 ? [...names.slice(0, MAX_FILES), plural(more, 'more file')] : names;
}

/** Where the recording is: an address, or a command where only the server could open it; null when there is none. */
export function recordingOf({ run, runId }: RunView): string | null {
  const url = run?.['recording_url'];
  if (typeof url !== 'string' || url === '') return null;
  return isWebUrl(url) ? url : `${downloadCommand(runId)} --recording`;
}

/** Exact commands, the most useful first. */
export function nextCommands(view: RunView): string[] {
  const { run, runId, status } = view;
  const mayRetry = status !== 'completed' && run?.run_type === 'workflow_run';
  return [
    timelineCommand(runId),
    ...(filesOf(view).length > 0 ? [`${downloadCommand(runId)} --files`] : []),
    ...(mayRetry ? [retryCommand(runId)] : []),
    reportCommand(runId),
  ];
}
