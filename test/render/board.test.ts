/** The board as text: what the README shows is what it draws. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { boardRows, cardRows, type Row } from '../../src/render/board/rows.js';
import { Board } from '../../src/render/board/state.js';
import { themeOf } from '../../src/render/ui/theme.js';
import type { RunEvent, RunEventBody } from '../../src/runs/events.js';
import { aRun } from '../runs/sources.js';
import { testIo } from '../support/io.js';
import { START } from './story.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** `[id, title, statuses, reason]`, a second apart. */
const RUNS: readonly (readonly [string, string, readonly string[], string?])[] = [
  ['wr_4001', 'Invoices of Monday', ['queued', 'running', 'completed']],
  ['wr_4003', 'Invoices of Tuesday', ['queued', 'running', 'failed'], 'The shop asks for a log-in before it shows a price.'],
  ['wr_4005', 'Invoices of Wednesday', ['queued', 'running', 'paused']],
  ['tsk_4007', 'Order the usual', ['queued', 'running']],
  ['tsk_4009', 'Order more of it', ['queued']],
];

function board(): Board {
  const known = new Board(RUNS.length);
  for (const [run_id, title, statuses, reason = null] of RUNS) {
    const tell = (body: RunEventBody, seq: number) =>
      known.event({ v: 1, seq, at: START + seq * 4_000, run_id, id: `${seq}`, ...body } as RunEvent);
    const run = (status: string) => aRun({ run_id, status, failure_reason: status === 'failed' ? reason : null, run_request: { title } });
    tell({ type: 'run', run: run('queued') }, 0);
    for (const [index, to] of statuses.entries()) tell({ type: 'status', from: null, to, since: START + index * 4_000 }, index);
    const last = statuses.at(-1) as string;
    if (last === 'paused')
      tell(
        { type: 'attention', kind: 'paused', message: 'the run waits for a person', instructions: 'Approve the total.', resolved: false },
        3,
      );
    if (statuses.length === 3 && last !== 'paused')
      tell({ type: 'result', run: run(last), status: last, exit_code: last === 'failed' ? 10 : 0, error: null }, 3);
  }
  return known;
}

/** Each row as it stands on a terminal of this width, cut where it is cut there. */
const drawn = (rows: readonly Row[], columns: number): string =>
  rows
    .map(({ cells }) => {
      const text = cells.map(({ text: each, width }) => (width === null ? each : each.slice(0, width).padEnd(width))).join('');
      return (text.length > columns ? `${text.slice(0, columns - 1)}…` : text).trimEnd();
    })
    .join('\n');

const look = (columns: number, rows: number, selected: string | null = 'wr_4005') => ({
  board: board(),
  ...{ now: START + 60_000, tick: 0, columns, rows, selected, hasKeys: true, talk: 'nothing' as const },
  theme: themeOf(testIo({ NO_COLOR: '1' })),
});

test('those that need a person come first, then what failed, what moves, what waits, and last what is well; so says the README', () => {
  const text = drawn(boardRows(look(92, 24)), 92);
  expect(text.split('\n').map((row) => /\b(?:wr|tsk)_\d+/.exec(row)?.[0] ?? '')).toEqual([
    '',
    'wr_4005',
    'wr_4003',
    'tsk_4007',
    'tsk_4009',
    'wr_4001',
    '',
  ]);
  expect(readme).toContain(text);
});

test.each([
  [300, 100],
  [80, 24],
  [50, 6],
  [20, 5],
  [20, 2],
  [1, 1],
])('%i x %i: never taller than the terminal leaves room for, and the chosen run is among the rows', (columns, rows) => {
  for (const { runId } of board().all()) {
    const shown = boardRows(look(columns, rows, runId));
    expect(shown.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
    if (rows > 2 && columns > 20) expect(drawn(shown, columns)).toContain(runId);
  }
});

test('at the end those that did not end well are named with their reasons, and what to type', () => {
  expect(drawn(cardRows(look(80, 24)), 80)).toMatch(
    /^5 runs {2}.*\n ● wr_4005 +paused.*\n +the run waits for a person: Approve the total\.\n ✗ wr_4003 +failed.*\n +The shop asks for a log-in before it shows a price\.\n {3}next {2}skyvern run watch wr_4005$/,
  );
});
