import { expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/errors.js';
import { SEVERITY, worstExit } from '../../src/runs/exit.js';
import { watchMany } from '../../src/runs/watchMany.js';
import { apiError, aRun, type Moment, scripted, watchOptions } from './sources.js';

const ended = (status: string): Moment => ({ run: aRun({ status, finished_at: '2026-01-20T12:00:09' }) });
const runs: Readonly<Record<string, Moment[]>> = {
  tsk_ok: [{ run: aRun() }, ended('completed')],
  tsk_failed: [{ run: aRun() }, { run: aRun() }, ended('failed')],
  tsk_never: [{ run: aRun() }],
  tsk_gone: [{ run: apiError(404) }],
};
const many = (ids: string[], until: 'any' | 'all', deadlineMs: number | null = null) => {
  const { details: _one, ...options } = watchOptions({ deadlineMs });
  return watchMany((id) => scripted(runs[id] ?? []), ids, { ...options, until });
};

test.each<[string, string[], 'any' | 'all', number, [string, number][]]>([
  ['all completed', ['tsk_ok'], 'all', 0, [['tsk_ok', 0]]],
  ['the worst of all', ['tsk_ok', 'tsk_failed'], 'all', 10, [['tsk_ok', 0], ['tsk_failed', 10]]], // biome-ignore format: a table
  ['one that cannot be watched', ['tsk_ok', 'tsk_gone'], 'all', 5, [['tsk_ok', 0], ['tsk_gone', 5]]], // biome-ignore format: a table
  ['any: the first end decides, the others go on', ['tsk_never', 'tsk_failed', 'tsk_ok'], 'any', 0, [['tsk_never', 8], ['tsk_failed', 8], ['tsk_ok', 0]]], // biome-ignore format: a table
  ['any: one that cannot be watched is no end', ['tsk_gone', 'tsk_ok'], 'any', 0, [['tsk_gone', 5], ['tsk_ok', 0]]], // biome-ignore format: a table
])('%s', async (_, ids, until, exit, expected) => {
  const { results, exitCode } = await many(ids, until);
  expect(results.map(({ run_id, exit_code }) => [run_id, exit_code])).toEqual(expected);
  expect(exitCode).toBe(exit);
});

test('the time limit holds for all of them', async () => {
  expect((await many(['tsk_never', 'tsk_ok'], 'all', 60_000)).exitCode).toBe(124);
});

test('every exit code has its place in the order of severity', () => {
  expect([...SEVERITY].sort()).toEqual(Object.keys(EXIT_CODES).sort());
  expect(worstExit([0, 11, 10, 8, 124])).toBe(10);
  expect(worstExit([])).toBe(0);
});
