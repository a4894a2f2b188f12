/** The board as rows of cells: pure, of what is known, the time and the size of the terminal. */
import { elapsedMs, type RunView, timeInStatus } from '../../runs/view.js';
import type { Style, Theme } from '../ui/theme.js';
import { duration, plural, subjectOf } from '../words.js';
import { type Board, remarkOf, type Standing, standingOf } from './state.js';

/** Cells beside each other, each cut to its width; the last takes what is left. */
export interface Row {
  readonly cells: readonly { readonly text: string; readonly width: number | null }[];
  /** Several lines where it is too long for one: only in what is printed for good. */
  readonly wrap?: boolean;
}

export interface BoardLook {
  readonly board: Board;
  /** Epoch ms, by our clock. */
  readonly now: number;
  /** Turns the spinner. */
  readonly tick: number;
  readonly columns: number;
  readonly rows: number;
  readonly theme: Theme;
  /** The run that enter opens; null for none yet. */
  readonly selected: string | null;
  /** Whether keys reach us. */
  readonly hasKeys: boolean;
  readonly talk: 'nothing' | 'help';
}

const STYLES: Readonly<Record<Standing, Style>> = {
  attention: 'yellow',
  bad: 'red',
  moving: 'cyan',
  waiting: 'dim',
  stopped: 'yellow',
  good: 'green',
};

function mark(standing: Standing, { glyphs, paint }: Theme, tick: number): string {
  const glyph = {
    attention: glyphs.waiting,
    bad: glyphs.failed,
    moving: glyphs.spinner[tick % glyphs.spinner.length] ?? '',
    waiting: glyphs.dot,
    stopped: glyphs.stopped,
    good: glyphs.done,
  }[standing];
  return paint(STYLES[standing], glyph);
}

const whole = (text: string): Row => ({ cells: [{ text, width: null }] });

/** Widest id, status and duration that get a column of their own. */
const MAX_ID = 26;
const STATUS_WIDTH = 12;
const TIME_WIDTH = 9;

function runRow(view: RunView, idWidth: number, { columns, now, tick, theme, selected }: BoardLook): Row {
  const standing = standingOf(view);
  const { runId, run, status, result } = view;
  const isSelected = runId === selected;
  const name = isSelected ? theme.paint('bold', runId) : runId;
  const lead = { text: `${isSelected ? theme.paint('cyan', theme.glyphs.bar) : ' '}${mark(standing, theme, tick)}`, width: 3 };
  const state = theme.paint(STYLES[standing], status ?? (result ? 'unknown' : 'not read yet'));
  const ms = result ? elapsedMs(view, result.at) : (timeInStatus(view, now).at(-1)?.ms ?? null);
  const time = { text: theme.paint('dim', ms === null ? '' : duration(ms)), width: TIME_WIDTH };
  const remark = remarkOf(view, run && subjectOf(run)).replace(/\s+/g, ' ');
  // What there is room for: on the narrowest, how it stands, and the end of the id, which tells runs apart.
  if (columns < 40) {
    const width = Math.min(STATUS_WIDTH, columns - 8);
    const room = Math.max(1, columns - width - 4);
    const end = runId.length > room ? `${theme.glyphs.more}${runId.slice(1 - room)}` : runId;
    return { cells: [lead, { text: state, width }, { text: isSelected ? theme.paint('bold', end) : end, width: null }] };
  }
  const cells = [lead, { text: name, width: idWidth + 2 }, { text: state, width: STATUS_WIDTH + 1 }];
  if (columns < 64) return { cells: [...cells, { text: theme.paint('dim', remark), width: null }] };
  const said =
    standing === 'bad' ? theme.paint('red', remark) : standing === 'attention' ? theme.paint('yellow', remark) : theme.paint('dim', remark);
  return { cells: [...cells, time, { text: said, width: null }] };
}

/** `2 failed · 3 running`, each in its colour. */
function countsText({ board, theme }: Pick<BoardLook, 'board' | 'theme'>): string {
  const standing = new Map(board.all().map((view) => [view.status ?? 'unknown', standingOf(view)]));
  const parts = board.counts().map(([status, count]) => theme.paint(STYLES[standing.get(status) ?? 'waiting'], `${count} ${status}`));
  const left = board.expected - board.all().length;
  if (left > 0) parts.push(theme.paint('dim', `${left} not read yet`));
  return parts.join(theme.paint('dim', ` ${theme.glyphs.dot} `));
}

const HELP: readonly (readonly [string, string])[] = [
  ['↑ ↓', 'choose a run (j and k, page up and down, home and end)'],
  ['enter', 'open it; d there comes back'],
  ['d', 'stop watching; the runs go on (Ctrl-C too)'],
  ['?', 'close this help (Ctrl-Z puts the board aside, fg brings it back)'],
];

/** Never more rows than the terminal has, less one for the cursor; the selected run is always among them. */
export function boardRows(look: BoardLook): Row[] {
  const { board, rows, theme, talk, selected } = look;
  const room = Math.max(1, rows - 1);
  const runs = board.ordered();
  const head = [whole(`${theme.paint('bold', plural(board.expected, 'run'))}  ${countsText(look)}`)];
  const trouble = board.trouble;
  const again =
    trouble &&
    `reconnecting ${theme.glyphs.dot} trying again in ${duration(trouble.delay_ms)} (attempt ${trouble.attempt}): ${trouble.reason}`;
  const talking = talk === 'help' ? HELP.map(([key, what]) => whole(`${theme.paint('bold', key)}  ${what}`)) : [];
  const foot = [...(again ? [whole(theme.paint('yellow', again))] : []), ...talking];
  if (room >= 6 && talk === 'nothing') foot.push(whole(theme.paint('dim', keysText(look))));
  const fixed = [...head, ...foot].slice(0, room);
  const space = room - fixed.length;
  const idWidth = Math.min(MAX_ID, Math.max(0, ...runs.map(({ runId }) => runId.length)));
  const at = Math.max(
    0,
    runs.findIndex(({ runId }) => runId === selected),
  );
  const fits = runs.length <= space;
  // A row above and one below say how many are not shown, where there is room for that.
  const shown = fits ? runs.length : Math.max(1, space - (space >= 5 ? 2 : 0));
  const first = fits ? 0 : Math.min(Math.max(0, at - Math.floor(shown / 2)), runs.length - shown);
  const list = space > 0 ? runs.slice(first, first + shown).map((view) => runRow(view, idWidth, look)) : [];
  const more = (count: number, where: string) =>
    whole(theme.paint('dim', count > 0 ? `   ${theme.glyphs.more} ${count} more ${where}` : ''));
  const body = fits || space < 5 ? list : [more(first, 'above'), ...list, more(runs.length - first - shown, 'below')];
  const below = foot.slice(0, fixed.length - head.length);
  return [...head, ...body, ...below].slice(0, room);
}

function keysText({ hasKeys, columns, board }: BoardLook): string {
  const done = `${board.ended()} of ${board.expected} ended`;
  const keys = hasKeys ? ['↑↓ choose  enter open  d detach  ? help', '? help'] : [];
  const shown = keys.find((each) => done.length + each.length + 3 <= columns);
  return shown === undefined ? done : `${done}   ${shown}`;
}

/** How many of those that went wrong are named at the end. */
const MAX_NAMED = 20;

/** The last rows: how many ended how, which did not end well and why, and what to type next. */
export function cardRows(look: BoardLook): Row[] {
  const { board, theme, columns } = look;
  const runs = board.ordered().filter((view) => ['attention', 'bad', 'stopped'].includes(standingOf(view)));
  const idWidth = Math.min(MAX_ID, Math.max(0, ...runs.map(({ runId }) => runId.length)));
  const shown = runs.slice(0, MAX_NAMED);
  const named = shown.flatMap((view): Row[] => {
    const { cells } = runRow(view, idWidth, { ...look, selected: null });
    const remark = remarkOf(view, null).replace(/\s+/g, ' ');
    const said: Row = {
      cells: [
        { text: '', width: 5 },
        { text: theme.paint('dim', remark), width: null },
      ],
      wrap: true,
    };
    return [{ cells: columns < 40 ? cells : cells.with(-1, { text: '', width: null }) }, ...(remark === '' ? [] : [said])];
  });
  const left = runs.length - shown.length;
  const [worst] = runs;
  return [
    whole(`${theme.paint('bold', plural(board.expected, 'run'))}  ${countsText(look)}`),
    ...named,
    ...(left > 0 ? [whole(theme.paint('dim', `   and ${left} more`))] : []),
    ...(worst
      ? [{ ...whole(`   ${theme.paint('dim', 'next')}  ${theme.paint('cyan', `skyvern run watch ${worst.runId}`)}`), wrap: true }]
      : []),
  ];
}
