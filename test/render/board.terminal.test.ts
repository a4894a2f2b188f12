/** The board in a real pseudo-terminal: the built program against a simulated server. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { SCENARIOS, type Scenario } from '../../src/simulate/scenarios.js';
import { type Simulation, simulate } from '../../src/simulate/server.js';
import type { Turn } from '../../src/simulate/story.js';
import { seededRandom } from '../support/clock.js';
import { type PlayOptions, playIn, type Screen } from './terminal.js';

const program = join(dirname(fileURLToPath(import.meta.url)), '../../bin/skyvern.js');
const crowd = SCENARIOS.find(({ name }) => name === 'crowd') as Scenario;

const FATES: readonly (Omit<Turn, 'at'> | null)[] = [
  null,
  { status: 'failed', fields: { failure_reason: 'login \u001b[2Jwall' } },
  { status: 'paused' },
];

/** As many runs as asked for; the second failed, the third waits for a person, from the first look on; the others go on for long. */
async function playing(count: number): Promise<Simulation> {
  const scenario: Scenario = {
    ...crowd,
    crowd: count,
    story: (index) => {
      const turns: Turn[] = [{ at: 0, ...(FATES[index] ?? { status: 'running' }) }];
      return { phases: [{ turns, acts: [], until: 'continue' }] };
    },
  };
  const simulation = await simulate(scenario, { clock: systemClock, random: seededRandom(), port: 0, speed: 1 });
  onTestFinished(() => simulation.close());
  return simulation;
}

function watch({ baseUrl, apiKey }: Simulation, what: string, options: PlayOptions = {}): Screen {
  const env = { SKYVERN_BASE_URL: baseUrl, SKYVERN_API_KEY: apiKey, SKYVERN_HOME: '/nonexistent/skyvern', ...options.env };
  return playIn('', [], { ...options, env, shell: `${JSON.stringify(process.execPath)} ${program} run watch ${what}; echo "exit $?"` });
}

const all = '--status running failed paused';

test.each([
  [3, 80, 24],
  [50, 80, 24],
  [1_000, 80, 24],
  [50, 20, 5],
  [50, 300, 100],
])('%i runs at %i x %i: attention first, then what failed, and never taller than the terminal', async (count, columns, rows) => {
  const screen = watch(await playing(count), all, { columns, rows });
  const seen = await screen.shows(new RegExp(`${count} runs[\\s\\S]*● .*\n[\\s\\S]*✗ ${rows > 5 ? '[\\s\\S]*ended' : ''}`));
  const board = seen.slice(seen.findLastIndex((row) => row.includes(`${count} runs`)));
  expect(board.length).toBeLessThan(rows);
  const marks = board.flatMap((row) => /^▎?\s?([●✗◐◓◑◒])/.exec(row)?.[1] ?? []);
  expect(marks.slice(0, 2)).toEqual(['●', '✗']);
  if (count > rows) expect(seen.join('\n')).toMatch(rows > 5 ? /⋮ \d+ more below/ : /./);
  screen.type('d');
  await screen.shows(/exit 130/);
  expect(screen.raw()).not.toMatch(/\u001b\[3J|\u001b\[\?1049h/);
  expect(screen.raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.raw().lastIndexOf('\u001b[?25l'));
});

test('enter opens the chosen run, d comes back to the board, and the way back is told at the end', async () => {
  const screen = watch(await playing(5), all);
  // Keys that come in one piece are a paste: the next is typed when what the last one did is seen.
  const sees = (shown: RegExp, gone: RegExp) => screen.until((rows) => shown.test(rows.join('\n')) && !gone.test(rows.join('\n')));
  await screen.shows(/▎● wr_\d+ +paused[\s\S]*enter open/);
  screen.type('j');
  await screen.shows(/▎✗ wr_\d+ +failed/);
  screen.type('\r');
  // What a failure says is text there, too.
  await screen.shows(/login ␛\[2Jwall[\s\S]*any key goes back to the board/);
  screen.type('x');
  await sees(/5 runs[\s\S]*▎✗ wr_\d+ +failed[\s\S]*enter open/, /any key goes back/);
  screen.type('?');
  await screen.shows(/close this help/);
  screen.type('?');
  await sees(/enter open/, /close this help/);
  screen.type('d');
  const end = await screen.shows(/exit 130/);
  expect(end.join('\n')).toMatch(
    /detached: no longer watching; 4 runs of 5 go on\nhint: come back with `skyvern run watch --status running failed paused`\nexit 130/,
  );
});

test('a terminal that changes its size gets one board that fits', async () => {
  const screen = watch(await playing(60), all, { columns: 100, rows: 30 });
  await screen.shows(/60 runs[\s\S]*more below[\s\S]*enter open/);
  screen.resize(60, 10);
  const seen = await screen.shows(/60 runs[^⋮]*⋮ 5\d more below\n.*ended/);
  expect(seen.slice(seen.findLastIndex((row) => row.includes('60 runs'))).length).toBeLessThan(10);
  screen.type('d');
  await screen.shows(/exit 130/);
});
