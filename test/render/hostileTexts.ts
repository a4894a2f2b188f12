/** Hostile texts by the million, through everything that shows text to people; what comes out is read for control characters. */
import { Writable } from 'node:stream';
import { describeRun } from '../../src/cli/describeRun.js';
import { type Column, printTable } from '../../src/cli/table.js';
import { systemClock } from '../../src/clock.js';
import { SkyvernError } from '../../src/errors.js';
import type { Io, Out } from '../../src/io.js';
import type { Random } from '../../src/random.js';
import { boardRows, cardRows } from '../../src/render/board/rows.js';
import { Board } from '../../src/render/board/state.js';
import { formatError } from '../../src/render/errors.js';
import { createRenderers, type OutputMode } from '../../src/render/pick.js';
import { drive } from '../../src/render/renderer.js';
import { outputText } from '../../src/render/result.js';
import { printable, printableEvent } from '../../src/render/sanitize.js';
import { timelineLines } from '../../src/render/timeline.js';
import { cardLines } from '../../src/render/ui/cardLines.js';
import { headerLines } from '../../src/render/ui/headerLines.js';
import type { Line } from '../../src/render/ui/line.js';
import { settledLines } from '../../src/render/ui/nodeLines.js';
import { liveLines } from '../../src/render/ui/RunScreen.js';
import { newSession } from '../../src/render/ui/session.js';
import { themeOf } from '../../src/render/ui/theme.js';
import type { RunEvent } from '../../src/runs/events.js';
import { childrenOf, emptyView, reduce } from '../../src/runs/view.js';
import { seededRandom } from '../support/clock.js';
import { ATTACKS, effects, everyEvent, poisoned } from './hostileEvents.js';

const WORDS = ['Log in', 'ok', 'Über', '日本語', '👩‍💻', 'é', 'مرحبا', ' ', '{"a":1}', '/etc/passwd', '%s', '\\u001b[2J', '&#27;'];
/** Pieces of sequences, so that they meet in ways that nobody wrote down. */
const PIECES = [
  '\u001b',
  '\u001b[',
  '\u001b]',
  '\u001bP',
  '\u001b\\',
  '\u009b',
  '\u009d',
  '\u0090',
  '\u0007',
  '0;',
  '8;;http://x',
  '31;5m',
  '?1049h',
  '2J',
  '6n',
  'c',
  '\r',
  '\n',
  '\b',
  '\u0000',
  '##[',
  '::',
];

/** A text of up to some dozen characters, most of which no text should have. */
export function hostileText(dice: Random): string {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(dice.fraction() * choices.length)] as T;
  let text = '';
  for (let count = 1 + Math.floor(dice.fraction() * 6); count > 0; count--) {
    const kind = dice.fraction();
    if (kind < 0.3) text += pick(PIECES);
    else if (kind < 0.45) text += pick(WORDS);
    else if (kind < 0.55) text += pick(ATTACKS);
    else if (kind < 0.75) text += String.fromCharCode(Math.floor(dice.fraction() * 0xa0));
    else if (kind < 0.9) text += String.fromCharCode(Math.floor(dice.fraction() * 0x1_0000));
    else text += String.fromCodePoint(Math.floor(dice.fraction() * 0x11_0000));
  }
  return text;
}

/** C0 but a line feed, DEL, C1, bidi, invisible, tags, lone surrogates. */
const CONTROLS =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]|[\ud800-\udfff]/u;
/** What our own views write: styles of the theme, links to the web, and (Ink) lines redrawn, the cursor hidden, a title in our words. */
const OURS = [
  /\u001b\[(?:1|2|7|22|27|3[1236]|39)m/g,
  /\u001b\]8;;(?:https?:\/\/[\x21-\x7e]*)?(?:\u0007|\u001b\\)/g,
  /\u001b\[(?:\d{0,3}[AGJK]|\?25[hl]|\?2026[hl]|2[23];2t)/g,
  /\u001b\]2;(?:skyvern: tsk_1 (?:[a-z_]+|under way|waits for you))?\u0007/g,
  /\u001b\]9;4;[0-9;]*(?:\u0007|\u001b\\)/g,
  // Between the cells of a table in a pipe.
  /\t/g,
];

/** The control characters in a text, but our own, each with what is around it. */
export function controlsIn(shown: string): string[] {
  let rest = shown;
  for (const ours of OURS) rest = rest.replace(ours, '');
  const found = CONTROLS.exec(rest);
  return found ? [JSON.stringify(rest.slice(Math.max(0, found.index - 20), found.index + 20))] : [];
}

class Sink extends Writable {
  readonly isTTY: boolean;
  readonly columns = 100;
  readonly rows = 40;
  text = '';
  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }
  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const ENV = { TERM: 'xterm-256color', COLORTERM: 'truecolor', TERM_PROGRAM: 'WezTerm' };

/** A renderer as the commands choose it, fed with these events. Its streams are terminals for the live view. */
async function rendered(events: readonly RunEvent[], mode: OutputMode): Promise<string> {
  const [stdout, stderr] = [new Sink(mode === 'live'), new Sink(mode === 'live')];
  const stdin = Object.assign(new Writable(), { isTTY: false });
  const io = { stdin, stdout, stderr, env: ENV, platform: 'linux', arch: 'x64', pid: process.pid } as unknown as Io;
  const controls = { detach: () => {}, cancel: async () => {} };
  await drive(
    (async function* () {
      yield* events;
    })(),
    createRenderers(io, mode, { runId: 'tsk_1', clock: systemClock, controls }),
  );
  return `${stderr.text}${stdout.text}`;
}

const THEME = themeOf({ env: ENV } as unknown as Io);
const MOMENT = { now: Date.UTC(2026, 0, 20, 12, 1), tick: 1 };
const textOf = (lines: readonly Line[]): string => lines.map(({ lead = '', text, right = '' }) => `${lead}${text}${right}`).join('\n');

/** The live view and the board before Ink lays them out: all lines of all nodes, running and ended. */
function laidOut(events: readonly RunEvent[]): string {
  let view = emptyView('tsk_1');
  const board = new Board(3);
  const shown: string[] = [];
  const look = { now: MOMENT.now, tick: 1, columns: 300, rows: 300, theme: THEME, selected: null, hasKeys: true, talk: 'nothing' } as const;
  for (const event of events.map(printableEvent)) {
    view = reduce(view, event);
    board.event(event);
    if (event.type === 'attention' || event.type === 'retrying')
      shown.push(textOf(liveLines({ ...SCREEN, view })), cells(boardRows({ ...look, board })));
  }
  shown.push(
    textOf(headerLines(view, null, THEME)),
    ...childrenOf(view, '').map((key) => textOf(settledLines(view, key, THEME, MOMENT, true))),
  );
  shown.push(textOf(cardLines(view, { columns: 300, theme: THEME, moment: MOMENT, showOutput: true })));
  shown.push(cells(boardRows({ ...look, board })), cells(cardRows({ ...look, board })), timelineLines(view).join('\n'));
  return shown.join('\n');
}
const cells = (rows: ReturnType<typeof boardRows>): string => rows.map((row) => row.cells.map(({ text }) => text).join('')).join('\n');
const SCREEN = {
  printed: [],
  done: { top: 0, nodes: 0 },
  moment: MOMENT,
  columns: 300,
  rows: 300,
  theme: THEME,
  session: newSession,
  powers: { approve: true, code: true, open: true, screenshot: true, log: true },
  hasKeys: true,
  nextPollAt: null,
  perMinute: null,
  requests: [],
} as const;

const COLUMNS: readonly Column<readonly string[]>[] = [0, 1, 2, 3].map((place) => [`C${place}`, (row) => row[place] ?? null]);

/** What tables, descriptions, errors and outputs make of texts. */
async function written(texts: readonly string[], run: RunEvent): Promise<string> {
  const rows = Array.from({ length: Math.ceil(texts.length / 4) }, (_, index) => texts.slice(4 * index, 4 * index + 4));
  const out = new Sink(false);
  await printTable(out as unknown as Out, rows, COLUMNS, false);
  const [first = '', second = '', third = ''] = texts;
  const error = new SkyvernError('refused', 'refused', `the server says ${first}`, { hint: `type ${second}`, runId: third });
  const shown = [out.text, formatError(error, 'plain'), outputText({ [first]: texts }, true), outputText(second, true)];
  if (run.type === 'run') shown.push(describeRun(run.run, true), describeRun(run.run, false));
  for (const text of texts) shown.push(printable(text), printable(text, { newlines: true }));
  return shown.join('\n');
}

export interface HostileTally {
  texts: number;
  /** Texts that went through Ink, too. */
  drawn: number;
  /** Bytes that were read for control characters. */
  bytes: number;
  readonly broken: { readonly seed: number; readonly how: string }[];
}

export const emptyHostile = (): HostileTally => ({ texts: 0, drawn: 0, bytes: 0, broken: [] });

const EVENTS = everyEvent();

/** Every event there is, each of its texts another hostile one, and those texts. */
function packet(seed: number): { readonly events: RunEvent[]; readonly texts: string[] } {
  const dice = seededRandom(seed);
  const texts: string[] = [];
  const events = poisoned(EVENTS, (text) => {
    const hostile = hostileText(dice);
    texts.push(hostile);
    // Some stand alone, so that they begin a line.
    return dice.fraction() < 0.5 ? hostile : `${text}${hostile}`;
  });
  return { events, texts };
}

/** Some hundred texts through everything that shows text; through Ink only where asked, as that takes ten times as long. */
export async function runPacket(seed: number, tally: HostileTally, { draws = false, guarded = true } = {}): Promise<void> {
  const { events, texts } = packet(seed);
  const shown: [string, string][] = guarded
    ? [
        ['plain', await rendered(events, 'plain')],
        ['views', laidOut(events)],
        ['writing', await written(texts, events[0] as RunEvent)],
      ]
    : [['raw', texts.join('\n')]];
  if (draws) shown.push(['live', await rendered(events, 'live')], ['quiet', await rendered(events, 'quiet')]);
  for (const [name, text] of shown) {
    tally.bytes += text.length;
    for (const how of controlsIn(text)) tally.broken.push({ seed, how: `${name}: ${how}` });
  }
  tally.texts += texts.length;
  if (draws) tally.drawn += texts.length;
}

/** The same texts, read by a terminal emulator: what they did to it. */
export async function readPacket(seed: number, tally: HostileTally, guarded = true): Promise<void> {
  const { events, texts } = packet(seed);
  const shown: [string, string][] = guarded
    ? [
        ['plain', await rendered(events, 'plain')],
        ['live', await rendered(events, 'live')],
        ['writing', await written(texts, events[0] as RunEvent)],
      ]
    : [['raw', texts.join('\n')]];
  for (const [name, text] of shown) {
    const found = await effects(text, name !== 'plain' && name !== 'live');
    if (found.length > 0) tally.broken.push({ seed, how: `${name}: ${[...new Set(found)].join(', ')}` });
  }
  tally.texts += texts.length;
}
