/** The last lines: how a run ended and why, what it gave, where to look, what to type next. */
import { isTerminalStatus } from '../../protocol/status.js';
import { NOT_MET } from '../../runs/exit.js';
import { childrenOf, elapsedMs, type Node, type RunView, timeInStatus } from '../../runs/view.js';
import { describeNode, downloadCommand, duration, outputCommand, plural, retryCommand, statusOf, timelineCommand } from '../words.js';
import { dataLines } from './dataLines.js';
import { type Line, led, line, type Moment } from './line.js';
import { mark } from './nodeLines.js';
import { countsText, priceText, trackWords } from './statusLines.js';
import type { Theme } from './theme.js';
import { around, isBad, take } from './tree.js';

export interface CardLook {
  readonly columns: number;
  readonly theme: Theme;
  readonly moment: Moment;
  /** Whether the output is shown here: not where stdout shows it right after, on the same terminal. */
  readonly showOutput: boolean;
}

const NAME_WIDTH = 9;
const FIELD_INDENT = 2 + NAME_WIDTH + 1;
const MAX_OUTPUT_LINES = 40;
const MAX_FILES = 5;

export function cardLines(view: RunView, { columns, theme, moment, showOutput }: CardLook): Line[] {
  const { result, run, status } = view;
  if (!result || status === null) return [];
  // The watch ended before the run: what is known stays on the screen, and the command says the rest.
  if (result.error !== null && result.error.code !== NOT_MET)
    return [led(0, mark(isTerminalStatus(status) ? status : null, true, theme, moment), trackWords(view, theme, moment))];
  const field = (name: string, ...values: readonly string[]): Line[] =>
    values.map((value, at) => led(2, theme.paint('dim', (at === 0 ? name : '').padEnd(NAME_WIDTH)), value));
  const did = [countsText(view, theme), priceText(view)].filter((each) => each !== '').join(` ${theme.glyphs.dot} `);
  const took = `${theme.paint('bold', status)} in ${duration(elapsedMs(view, moment.now))}`;
  return [
    led(0, mark(status, true, theme, moment), did === '' ? took : `${took}${theme.paint('dim', `  ${did}`)}`),
    ...trackOf(view, theme, moment),
    ...(run?.failure_reason ? field('reason', theme.paint('red', run.failure_reason)) : []),
    ...(status === 'completed' ? [] : failing(view).flatMap(({ name, text }) => field(name, text))),
    ...(showOutput ? field('output', ...outputOf(view, columns - FIELD_INDENT, theme)) : []),
    ...field('files', ...filesOf(view)),
    ...(typeof run?.['recording_url'] === 'string' ? field('recording', recordingOf(view.runId, run['recording_url'], theme)) : []),
    ...(run?.app_url ? field('link', theme.link(run.app_url)) : []),
    ...field('next', ...nextCommands(view).map((each) => theme.paint('cyan', each))),
  ];
}

function trackOf(view: RunView, theme: Theme, { now }: Moment): Line[] {
  if (view.track.length < 2) return [];
  const spans = timeInStatus(view, now).flatMap(({ status, ms }) => (ms === null ? [] : [`${status} ${duration(ms)}`]));
  return [line(2, theme.paint('dim', spans.join(` ${theme.glyphs.arrow} `)))];
}

/** Further back nobody looks for what failed at the end. */
const MAX_LOOKED_AT = 2_000;

/** The innermost block or step that failed last, and the last thing that was done in it. */
function failing(view: RunView): { readonly name: string; readonly text: string }[] {
  const recent = take(around(view, null, -1), MAX_LOOKED_AT);
  const node = recent.find((each) => (each.kind === 'block' || each.kind === 'step') && isBad(statusOf(view, each)));
  if (!node) return [];
  const last = childrenOf(view, node.key)
    .map((key) => view.nodes.get(key))
    .findLast((child) => child?.kind === 'action');
  return [{ name: 'at', text: nameOf(view, node) }, ...(last ? [{ name: 'last', text: wholeOf(view, last) }] : [])];
}

function nameOf(view: RunView, node: Node): string {
  const { kind, label } = describeNode(view, node);
  return label === '' ? kind : `${kind} ${label}`;
}

function wholeOf(view: RunView, node: Node): string {
  const { reason } = describeNode(view, node);
  return reason === '' ? nameOf(view, node) : `${nameOf(view, node)}: ${reason}`;
}

function outputOf({ run, runId }: RunView, columns: number, theme: Theme): string[] {
  const output = essence(run?.output);
  if (output === null || output === undefined || output === '') return [];
  const all = dataLines(output, columns, theme);
  const more = all.length - MAX_OUTPUT_LINES;
  if (more > 0) return [...all.slice(0, MAX_OUTPUT_LINES), `${plural(more, 'more line')}: ${outputCommand(runId)}`];
  return output === run?.output ? all : [...all, theme.paint('dim', `without the books of each block; all of it: ${outputCommand(runId)}`)];
}

/**
 * What a workflow found out. Each of its blocks adds ids, addresses of screenshots and the like to the output, and the server a list
 * of all that was extracted: the same again.
 */
function essence(output: unknown): unknown {
  if (!isFields(output)) return output;
  const books = Object.values(output).some(isTaskOutput);
  if (!books) return output;
  const found = Object.entries(output)
    .filter(([name]) => name !== 'extracted_information')
    .map(([name, value]) => [name, isTaskOutput(value) ? value['extracted_information'] : value] as const)
    .filter(([, value]) => value !== null && value !== undefined);
  return found.length === 0 ? null : Object.fromEntries(found);
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isTaskOutput = (value: unknown): value is Fields => isFields(value) && 'task_id' in value && 'extracted_information' in value;

function filesOf({ run }: RunView): string[] {
  const files: readonly unknown[] = Array.isArray(run?.['downloaded_files']) ? run['downloaded_files'] : [];
  const names = files.map((file) => {
    const { filename, file_size } = (file ?? {}) as Readonly<Record<string, unknown>>;
    const size = typeof file_size === 'number' ? ` (${bytes(file_size)})` : '';
    return `${typeof filename === 'string' && filename !== '' ? filename : 'a file without a name'}${size}`;
  });
  const more = names.length - MAX_FILES;
  return more > 0 ? [...names.slice(0, MAX_FILES), plural(more, 'more file')] : names;
}

const bytes = (size: number): string =>
  size < 1_000 ? `${size} B` : size < 1e6 ? `${(size / 1_000).toFixed(1)} kB` : `${(size / 1e6).toFixed(1)} MB`;

/** A server that keeps files on its own disk gives addresses that only it can open. */
const recordingOf = (runId: string, url: string, theme: Theme): string =>
  /^https?:/.test(url) ? theme.link(url) : theme.paint('cyan', `${downloadCommand(runId)} --recording`);

function nextCommands({ run, runId, status }: RunView): string[] {
  const hasFiles = Array.isArray(run?.['downloaded_files']) && run['downloaded_files'].length > 0;
  const mayRetry = status !== 'completed' && run?.run_type === 'workflow_run';
  return [timelineCommand(runId), ...(hasFiles ? [`${downloadCommand(runId)} --files`] : []), ...(mayRetry ? [retryCommand(runId)] : [])];
}
