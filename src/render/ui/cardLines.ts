/** The last lines: how a run ended and why, what it gave, where to look, what to type next. */
import { isTerminalStatus } from '../../protocol/status.js';
import { NOT_MET } from '../../runs/exit.js';
import { elapsedMs, type RunView, timeInStatus } from '../../runs/view.js';
import { failingOf, filesOf, nextCommands, recordingOf } from '../ending.js';
import { essenceOf } from '../essence.js';
import { duration, isWebUrl, outputCommand, plural } from '../words.js';
import { dataLines } from './dataLines.js';
import { type Line, led, line, type Moment } from './line.js';
import { mark } from './nodeLines.js';
import { countsText, priceText, trackWords } from './statusLines.js';
import type { Theme } from './theme.js';

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

export function cardLines(view: RunView, { columns, theme, moment, showOutput }: CardLook): Line[] {
  const { result, run, status } = view;
  if (!result || status === null) return [];
  // The watch ended before the run: what is known stays on the screen, and the command says the rest.
  if (result.error !== null && result.error.code !== NOT_MET)
    return [led(0, mark(isTerminalStatus(status) ? status : null, true, theme, moment), trackWords(view, theme, moment))];
  const field = (name: string, ...values: readonly string[]): Line[] =>
    values.map((value, at) => led(2, theme.paint('dim', (at === 0 ? name : '').padEnd(NAME_WIDTH)), value));
  const did = [countsText(view, theme), priceText(view)].filter((each) => each !== '').join(` ${theme.glyphs.dot} `);
  const [failing, recording] = [failingOf(view), recordingOf(view)];
  const took = `${theme.paint('bold', status)} in ${duration(elapsedMs(view, moment.now))}`;
  return [
    led(0, mark(status, true, theme, moment), did === '' ? took : `${took}${theme.paint('dim', `  ${did}`)}`),
    ...trackOf(view, theme, moment),
    ...(run?.failure_reason ? field('reason', theme.paint('red', run.failure_reason)) : []),
    ...(failing ? [...field('at', failing.at), ...(failing.last === null ? [] : field('last', failing.last))] : []),
    ...(showOutput ? field('output', ...outputOf(view, columns - FIELD_INDENT, theme)) : []),
    ...field('files', ...filesOf(view)),
    ...(recording === null ? [] : field('recording', isWebUrl(recording) ? theme.link(recording) : theme.paint('cyan', recording))),
    ...(run?.app_url ? field('link', theme.link(run.app_url)) : []),
    ...field('next', ...nextCommands(view).map((each) => theme.paint('cyan', each))),
  ];
}

function trackOf(view: RunView, theme: Theme, { now }: Moment): Line[] {
  if (view.track.length < 2) return [];
  const spans = timeInStatus(view, now).flatMap(({ status, ms }) => (ms === null ? [] : [`${status} ${duration(ms)}`]));
  return [line(2, theme.paint('dim', spans.join(` ${theme.glyphs.arrow} `)))];
}

function outputOf({ run, runId }: RunView, columns: number, theme: Theme): string[] {
  const { found, isShort } = essenceOf(run?.output);
  if (found === null || found === '') return [];
  const all = dataLines(found, columns, theme);
  const more = all.length - MAX_OUTPUT_LINES;
  if (more > 0) return [...all.slice(0, MAX_OUTPUT_LINES), `${plural(more, 'more line')}: ${outputCommand(runId)}`];
  return isShort ? [...all, theme.paint('dim', `without the books of each block; all of it: ${outputCommand(runId)}`)] : all;
}
