/** The live view on every kind of terminal, read by an emulator: how high it is, what is left in the scrollback, what state it leaves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunEvent, RunEventBody } from '../../src/runs/events.js';
import { story, stream } from './story.js';
import { bundlePlayer, type Played, playIn, type Screen } from './terminal.js';

let folder: string;
let player: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyvern-matrix-'));
  player = await bundlePlayer(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first is where it begins; the others come by changing the size. */
const SIZES = [
  [80, 24],
  [20, 5],
  [40, 10],
  [300, 100],
] as const;

const TERMINALS: Readonly<Record<string, Record<string, string>>> = {
  xterm: {},
  'xterm without colours': { NO_COLOR: '1' },
  '16 colours, light background': { TERM: 'xterm', COLORFGBG: '0;15' },
  'the console of Linux': { TERM: 'linux' },
  kitty: { TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1' },
  'Windows Terminal': { WT_SESSION: 'x' },
  tmux: { TERM: 'tmux-256color', TMUX: '/tmp/tmux-0/default,1,0', TERM_PROGRAM: 'tmux' },
  screen: { TERM: 'screen-256color', STY: '1.pts-0.x' },
  ASCII: { SKYVERN_ASCII: '1', FORCE_COLOR: '1' },
};

/** Texts that are wider, narrower or the other way round than their number of characters says. */
const HARD = [
  '日本語のとても長い商品名',
  '👩‍👩‍👧‍👦 family 🇩🇪 👍🏽',
  'שלום עולם',
  'مرحبا بالعالم',
  'e\u0301a\u0300 combined',
  'a'.repeat(400),
];

function hardStory(): RunEvent[] {
  const events = story({ steps: 8 });
  const bodies = events.map(({ v: _v, seq: _seq, at: _at, run_id: _run, id: _id, ...body }, index) => {
    const text = HARD[index % HARD.length] as string;
    const action = body.type === 'action' ? { ...body.action, intention: text, reasoning: `${text} ${text}` } : undefined;
    return (action ? { ...body, action } : body) as RunEventBody;
  });
  return stream(bodies);
}

const events = hardStory();
/** A picture with six steps over, one under way, and a question. */
const BEFORE: Played[] = [
  ...events.slice(0, 27),
  {
    ...(events[27] as RunEvent),
    type: 'attention',
    kind: 'paused',
    message: 'the run waits for a person',
    instructions: 'שלום 日本語 👍🏽 '.repeat(12),
    resolved: false,
  } as RunEvent,
  'forever',
];

/** Rows between the last line of the scrollback and the cursor: what the view itself is made of. */
const heightOf = (screen: Screen): number => {
  const rows = screen.rows();
  const top = rows.findLastIndex((row) => /^(?:[✓+] step|▎|\| )/.test(row));
  return rows.length - (top + 1);
};

/** Rows among the last ones that the terminal itself had to break: they were wider than was thought. Old ones it breaks when it gets narrower. */
function brokenRows({ terminal }: Screen, count: number): string[] {
  const buffer = terminal.buffer.active;
  const end = buffer.baseY + buffer.cursorY;
  const lines = Array.from({ length: count }, (_, row) => buffer.getLine(end - row));
  return lines.flatMap((line) => (line?.isWrapped ? [line.translateToString(true)] : []));
}

/** A row of the help, which is below everything else. */
const isHelp = (row = ''): boolean => /^(?:d|c|a r|t|j k|Enter|\/ n|o|s|l|\?) {2,}\w/.test(row);

test.each(Object.entries(TERMINALS))('%s, from 20 x 5 to 300 x 100', async (name, env) => {
  const screen = playIn(player, BEFORE, { columns: SIZES[0][0], rows: SIZES[0][1], env });
  await screen.shows(/waits for/);
  expect(brokenRows(screen, heightOf(screen))).toEqual([]);
  for (const [columns, rows] of SIZES) {
    screen.resize(columns, rows);
    screen.type('?');
    // The key may be there before the new size: the picture of that moment is not the last one.
    await screen.until((seen) => isHelp(seen.at(-1)) && heightOf(screen) < rows);
    screen.type('?');
    await screen.until((seen) => !isHelp(seen.at(-1)) && heightOf(screen) < rows);
  }
  screen.type('d');
  expect(await screen.ended).toBe(0);
  const raw = screen.raw();
  const { modes } = screen.terminal;
  // Not the alternate screen, not the scrollback, nobody's mouse; the cursor and the keyboard as they were.
  expect(raw).not.toMatch(/\u001b\[3J|\u001b\[\?(?:1049|47|1047|1000|1002|1003)h/);
  expect(raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw.lastIndexOf('\u001b[?25l'));
  expect([modes.bracketedPasteMode, modes.applicationCursorKeysMode, modes.mouseTrackingMode]).toEqual([false, false, 'none']);
  expect(screen.everything().join('\n')).toContain('after: raw false');
  // What a terminal does not understand is not sent to it.
  if (name !== 'Windows Terminal') expect(raw).not.toContain('\u001b]9;4');
  if (name === 'the console of Linux' || name === 'screen') expect(raw).not.toMatch(/\u001b\]/);
  if (name === 'the console of Linux' || name === 'ASCII') expect(raw).not.toMatch(/[✓◐▎❯·]/);
  if ('NO_COLOR' in env) expect(raw).not.toMatch(/\u001b\[[\d;]*m/);
});

test('the checks would notice a view that is too high, and text that is wider than was thought', async () => {
  const screen = playIn(player, BEFORE, { columns: 80, rows: 24 });
  await screen.shows(/waits for/);
  await screen.until(() => heightOf(screen) > 8); // on a terminal of so many rows it would be too high
  await new Promise<void>((done) => screen.terminal.write(`\r\n${'x'.repeat(81)}\r\n`, done));
  expect(brokenRows(screen, 3)).toEqual(['x']);
  screen.type('d');
  await screen.ended;
});

test.each([
  ['a terminal that says it is 0 x 0', {}, 0, 0],
  ['TERM=dumb: plain lines', { TERM: 'dumb' }, 80, 24],
  ['CI: plain lines', { CI: 'true' }, 80, 24],
])('%s', async (name, env, columns, rows) => {
  const shell = columns === 0 ? 'stty rows 0 cols 0; exec %' : 'exec %';
  const screen = playIn(player, story(), { shell, env });
  expect(await screen.ended).toBe(0);
  const all = screen.everything().join('\n');
  if (columns === 0 && rows === 0) expect(all).toMatch(/✓ completed in/);
  else {
    expect(all).toContain('run completed in 7.0s (2 steps, 4 actions)');
    expect(screen.raw(), name).not.toContain('\u001b');
  }
});

test.each([
  [{ NO_COLOR: '1' }, false],
  [{ NO_COLOR: '' }, true],
  [{ CLICOLOR: '0' }, false],
  [{ CLICOLOR: '1' }, true],
  [{ FORCE_COLOR: '0' }, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  [{ FORCE_COLOR: 'false' }, false],
])('colours by %o: %s', async (env, colored) => {
  const screen = playIn(player, story({ steps: 1 }), { env: env as Record<string, string> });
  await screen.ended;
  expect(/\u001b\[3\dm/.test(screen.raw())).toBe(colored);
});

test('all that was over is in the scrollback once, in order, whatever was pressed and however often the size changed', async () => {
  const all = story({ steps: 30 });
  const screen = playIn(player, [...all.slice(0, 60), 400, ...all.slice(60, 100), 400, ...all.slice(100)], { columns: 90, rows: 20 });
  await screen.shows(/step 10/);
  for (const [columns, rows] of [
    [60, 12],
    [120, 30],
    [90, 20],
  ] as const) {
    screen.resize(columns, rows);
    screen.type('k');
    screen.type('?');
  }
  expect(await screen.ended).toBe(0);
  const steps = screen.everything().flatMap((row) => /^✓ step (\d+) .*\d\.\ds$/.exec(row)?.[1] ?? []);
  expect(steps.map(Number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
});
