import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunEvent } from '../../src/runs/events.js';
import { tempFolder } from '../support/io.js';
import { story } from './story.js';
import { bundlePlayer, type Played, playIn, type Screen } from './terminal.js';

let folder: string;
let player: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyvern-player-'));
  player = await bundlePlayer(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A run whose one step never ends, with many actions. */
const crowded = (): RunEvent[] => {
  const events = story({ steps: 60 });
  const one = events.flatMap((event): RunEvent[] =>
    event.type === 'action'
      ? [{ ...event, action: { ...event.action, step_id: 'stp_0' } }]
      : event.type === 'step' && event.step.order > 0
        ? []
        : [event],
  );
  return one.filter((event) => !(event.type === 'step' && event.step.status === 'completed')).slice(0, -2);
};

const cursorIsShown = (screen: Screen): boolean => screen.raw().lastIndexOf('\u001b[?25h') > screen.raw().lastIndexOf('\u001b[?25l');

test('the first picture names the run, then steps and actions appear with their reasons, and what is over stays in the scrollback', async () => {
  const events = story({ steps: 12 });
  const screen = playIn(player, [...events.slice(0, 6), 300, ...events.slice(6, 45), 300, ...events.slice(45)], { rows: 16 });
  await screen.shows(/waiting for the first answer|Get the title of the top post/);
  await screen.shows(/step 1[\s\S]*click {2}link "Item 1"[\s\S]*The prompt says to open it\.[\s\S]*tsk_1 · 1 step/);
  expect(await screen.ended).toBe(0);
  const all = screen.everything().join('\n');
  for (let step = 1; step <= 12; step++) expect(all.match(new RegExp(`✓ step ${step} `, 'g'))).toHaveLength(1);
  expect(all).toMatch(
    /✓ completed in 37s {2}12 steps · 24 actions\n {2}created 0\.4s → running 36s\n {2}output {4}title {2}Watering can\n {2}link {6}http[^\n]+\n {2}next {6}skyvern run timeline tsk_1\n {12}skyvern run report tsk_1 --open\n/,
  );
  expect(screen.raw()).not.toMatch(/\u001b\[3J|\u001b\[\?1049h|\u001b\[2J/);
  expect(cursorIsShown(screen)).toBe(true);
});

test.each([
  [20, 5],
  [40, 8],
  [80, 24],
  [120, 12],
  [300, 100],
])('%i x %i: never taller than the terminal leaves room for, and the newest is seen', async (columns, rows) => {
  const screen = playIn(player, [...crowded(), 'forever'], { columns, rows });
  const seen = await screen.shows(/✓ extract[\s\S]*running \d[\s\S]*tsk_1 ·/);
  expect(seen.filter((row) => /running \d/.test(row))).toHaveLength(1);
  if (rows > 5 && rows < 100) expect(seen.join('\n')).toMatch(/⋮ \d+ more above/);
  screen.type('d');
  expect(await screen.ended).toBe(0);
});

test('of a long history the newest items are printed, with the number of the others and where to see them', async () => {
  const screen = playIn(player, story({ steps: 1_000 }));
  expect(await screen.ended).toBe(0);
  const all = screen.everything().join('\n');
  expect(all).toContain('⋮ 2400 earlier items not shown here: skyvern run timeline tsk_1');
  expect(all.match(/✓ step \d+ /g)).toHaveLength(200);
  expect(all).toContain('✓ step 1000 ');
});

test('wide characters keep to their columns', async () => {
  const wide = story().map((event) => JSON.parse(JSON.stringify(event).replaceAll('Item', '日本語のとても長い商品名')));
  const screen = playIn(player, [...wide.slice(0, 6), 'forever'], { columns: 40, rows: 24 });
  const seen = await screen.shows(/click[\s\S]*tsk_1 ·/);
  expect(seen.find((row) => row.includes('✓ click'))).toMatch(/^ {2}✓ click {2}link "日本語の.*… {1,3}0\.3s$/);
  screen.type('d');
  await screen.ended;
});

test.each([
  ['d', 'd'],
  ['Ctrl-C', '\u0003'],
])('%s leaves the terminal as it was', async (_, key) => {
  const screen = playIn(player, [...story().slice(0, 6), 'forever']);
  await screen.shows(/d detach/);
  screen.type(key);
  expect(await screen.ended).toBe(0);
  expect(screen.everything().join('\n')).toContain('after: raw false');
  expect(cursorIsShown(screen)).toBe(true);
  expect(screen.terminal.modes.bracketedPasteMode).toBe(false);
});

test('cancel asks first, and only y cancels', async () => {
  const screen = playIn(player, [...story().slice(0, 6), 'forever']);
  await screen.shows(/d detach/);
  screen.type('c');
  await screen.shows(/Cancel this run\? y/);
  screen.type('?');
  await screen.shows(/stop watching; the run goes on/);
  screen.type('c');
  await screen.shows(/Cancel this run\? y/);
  screen.type('y');
  await screen.shows(/the run is being canceled/);
  screen.type('d');
  await screen.ended;
  expect(screen.everything().join('\n')).toContain('1 cancels');
});

test.each([
  ['by itself', '%'],
  ['under a process that waits for it, as npx does', "bash --norc -c '%; true'"],
])('Ctrl-Z puts the view aside and fg brings it back: %s', async (_, command) => {
  const screen = playIn(player, [...story().slice(0, 6), 'forever'], { shell: `set -m; ${command}; echo "put aside"; fg` });
  await screen.shows(/d detach/);
  screen.type('\u001a');
  await screen.shows(/put aside[\s\S]*d detach/);
  screen.type('d');
  await screen.shows(/after: raw false/);
});

test('a terminal that changes its size gets one view that fits', async () => {
  const screen = playIn(player, [...crowded(), 'forever'], { columns: 100, rows: 30 });
  await screen.shows(/more above[\s\S]*tsk_1 ·/);
  screen.resize(50, 12);
  const seen = await screen.shows(/⋮ 11\d more above[\s\S]*running \d[\s\S]*tsk_1 ·/);
  const view = seen.slice(seen.findLastIndex((row) => row.includes('more above')));
  expect(view.length).toBeLessThan(12);
  expect(view.filter((row) => /running \d/.test(row))).toHaveLength(1);
  screen.type('d');
  await screen.ended;
});

/** What is on a terminal that has got narrower twice: how often each of these is there. */
async function narrowed(
  env: Record<string, string>,
  breaksAnew: boolean,
  sizes: readonly (readonly number[])[] = [[60], [24]],
): Promise<Record<string, number>> {
  const shell = 'printf "of the shell\\nof the shell\\n"; exec %';
  // A picture between the new size and the news of it would be drawn for the old one: that is chance, and not tested here.
  const still = { ...env, STILL: '1' };
  const screen = playIn(player, [...story().slice(0, 6), 'forever'], { columns: 100, rows: 40, env: still, breaksAnew, shell });
  await screen.shows(/heading of item 1[\s\S]*d detach {2}c cancel/); // the last event
  for (const atOnce of sizes) {
    const before = screen.raw().length;
    for (const columns of atOnce) screen.resize(columns, 40);
    await screen.until(() => screen.raw().length > before);
    for (const [key, isThere] of [
      ['?', true],
      ['?', false],
    ] as const) {
      screen.type(key);
      await screen.until((rows) => /^\? {4,}close/.test(rows.at(-1) ?? '') === isThere);
    }
  }
  const all = screen.everything().join('\n');
  const count = (wanted: RegExp) => [...all.matchAll(wanted)].length;
  screen.type('d');
  await screen.ended;
  return { shell: count(/of the shell/g), header: count(/^▎ tsk_1/gm), step: count(/^. step 1/gm), action: count(/click {2}/g) };
}

test('a terminal that gets narrower keeps what is above the view, and nothing of the old view, where it is known how it breaks rows', async () => {
  const clean = { shell: 2, header: 1, step: 1, action: 1 };
  expect(await narrowed({ TERM_PROGRAM: 'vscode' }, true)).toEqual(clean);
  // Where it is not known, pieces of the old view may stay, but what belongs to others is not touched; and both would be noticed here.
  const unknown = await narrowed({}, true);
  expect(unknown).toMatchObject({ shell: 2, header: 1 });
  expect(unknown.step).toBeGreaterThan(1);
  expect(await narrowed({}, false)).toEqual(clean);
  expect(await narrowed({ TERM_PROGRAM: 'vscode' }, false)).not.toEqual(clean);
});

test('several sizes in one go are one new size: nothing is drawn for those that are gone', async () => {
  const clean = { shell: 2, header: 1, step: 1, action: 1 };
  const sizes = [
    [90, 80, 70, 60, 50, 44],
    [60, 40, 100, 52],
    [70, 30],
  ];
  expect(await narrowed({ TERM_PROGRAM: 'vscode' }, true, sizes)).toEqual(clean);
});

test('a header that fills its row to the edge goes on in the next one without the space between', async () => {
  const words = 'Buy a can of paint and two brushes now'; // as wide as the row
  const titled = story().map((step) =>
    JSON.parse(JSON.stringify(step).replaceAll('Get the title of the top post', `${words} and then go`)),
  );
  const screen = playIn(player, titled, { columns: words.length + 2, rows: 40 });
  await screen.ended;
  const rows = screen.everything();
  const at = rows.findIndex((row) => row.includes(words));
  expect(rows.slice(at, at + 2)).toEqual([`▎ ${words}`, '  and then go']);
});

test('the view is on stderr: stdout stays clean for a pipe, and the card shows the output then', async () => {
  const file = join(tempFolder(), 'out.json');
  const screen = playIn(player, story(), { mode: 'json', shell: `% > ${file}` });
  await screen.ended;
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ run_id: 'tsk_1', status: 'completed' });
  expect(screen.everything().join('\n')).toMatch(/output {4}title {2}Watering can/);
});

test('colour and glyphs can be switched off', async () => {
  const screen = playIn(player, story(), { env: { NO_COLOR: '1', SKYVERN_ASCII: '1' } });
  await screen.ended;
  expect(screen.raw()).not.toMatch(/\u001b\[[\d;]*m/);
  expect(screen.everything().join('\n')).not.toMatch(/[^\u0000-\u007f]/);
  expect(screen.everything().join('\n')).toContain('+ completed in 7.0s');
});

const typed = (text: string): Played[] =>
  story().map((event) =>
    event.type === 'action'
      ? { ...event, action: { ...event.action, action_type: 'input_text', text, reasoning: 'because '.repeat(20) } }
      : event,
  );

test.each([
  ['a locale that has no UTF-8', { LC_ALL: 'C' }, true],
  ['a locale with a character set of its own', { LANG: 'de_DE.ISO-8859-1' }, true],
  ['asked for', { SKYVERN_ASCII: '1' }, true],
  ['a locale with UTF-8', { LC_ALL: '', LANG: 'en_US.utf8' }, false],
  ['no locale, as in most containers', { LANG: '' }, false],
  ['asked against', { SKYVERN_ASCII: '0', LC_ALL: 'C' }, false],
])('ASCII alone, also where text is quoted and cut short: %s', async (_, env, alone) => {
  const screen = playIn(player, [...typed('ada').slice(0, 6), 'forever'], { env: env as Record<string, string> });
  await screen.shows(/ada[\s\S]*because[\s\S]*d detach/);
  const seen = screen.everything().join('\n');
  expect(/[^\u0000-\u007f]/.test(seen)).toBe(!alone);
  expect(seen).toMatch(alone ? /"ada" [\s\S]*because.*~/ : /“ada” [\s\S]*because.*…/);
  screen.type('d');
  await screen.ended;
});

test('links are links where the terminal has them, and only to the web', async () => {
  const linked = playIn(player, story(), { env: { FORCE_HYPERLINK: '1' } });
  await linked.ended;
  expect(linked.raw()).toContain('\u001b]8;;http://localhost:8080/tasks/tsk_1\u0007');
  const hostile = story().map((event) => JSON.parse(JSON.stringify(event).replaceAll('http://localhost:8080', 'javascript:alert(1)')));
  const inert = playIn(player, hostile, { env: { FORCE_HYPERLINK: '1' } });
  await inert.ended;
  expect(inert.raw()).not.toContain(']8;;javascript');
});

test('a bug in drawing restores the terminal and is told', async () => {
  const broken = { ...(story()[4] as RunEvent), action: { action_type: null, step_id: 'stp_0' } } as unknown as RunEvent;
  const screen = playIn(player, [...story().slice(0, 4), 200, broken, 200, ...story().slice(4)]);
  expect(await screen.ended).not.toBe(0);
  expect(screen.everything().join('\n')).toMatch(/TypeError/);
  expect(cursorIsShown(screen)).toBe(true);
});
