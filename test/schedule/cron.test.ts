import { describe, expect, test } from 'vitest';
import type { ScheduleAnswer } from '../../src/protocol/schedule.js';
import { decodeScheduleAnswer } from '../../src/protocol/schedule.js';
import { parseServerTime } from '../../src/protocol/time.js';
import { cronFault, cronFirings, translateCron } from '../../src/schedule/cron.js';
import { nextFirings, timingOf } from '../../src/schedule/timing.js';
import { clockChange } from '../../src/schedule/zone.js';
import { recordings } from '../support/recorded.js';

const TEXTS = { invalid: 'Invalid cron expression', never: 'failed to find next date', near: 'Cron interval must be at least 5 minutes' };
const crons = recordings(/^schedule-cron-(?!and-once)/).map(([name, { request, response }]) => {
  return [name, String(request.body?.['cron_expression']), response] as const;
});

describe('agrees with a real server', () => {
  test.each(crons)('%s (%s)', (_, expression, { status, headers, body }) => {
    const now = Date.parse(headers['date'] as string);
    const fault = cronFault(expression, now);
    expect(fault && { detail: TEXTS[fault.kind] }).toEqual(status === 200 ? null : body);
  });

  const answered = recordings(/^schedule-/).flatMap(([name, { request, response }]): [string, ScheduleAnswer, number][] => {
    const isNew = request.method === 'POST' && 'schedule' in (response.body ?? {});
    return isNew ? [[name, decodeScheduleAnswer(response.body), Date.parse(response.headers['date'] as string)]] : [];
  });

  test.each(answered)('%s: the next times', (_, { schedule, next_runs }, now) => {
    const timing = timingOf(schedule)!;
    const theirs = next_runs.map((time) => parseServerTime(time));
    const ours = nextFirings(timing, schedule.timezone, now, theirs.length).map(({ at }) => at);
    // Where clocks change before a firing, the server's list is an hour off: `disagreement()` says so to people.
    const isBefore = (_at: unknown, index: number) => clockChange(now, ours[index]!, schedule.timezone) === null;
    expect(ours.filter(isBefore)).toEqual(theirs.filter(isBefore));
    expect(ours.filter(isBefore).length).toBeGreaterThan(0);
  });

  test('on enough of them', () => {
    expect(crons.length).toBeGreaterThan(10);
    expect(answered.length).toBeGreaterThan(10);
  });
});

/** Read by croniter 3.0.4, which servers use. */
describe('the dialect of servers', () => {
  test.each([
    ['0 6 * * 1 30', '30 0 6 * * 1'],
    ['0 6 * * 1 30 2027', '30 0 6 * * 1 2027'],
    ['5/15 * * * *', '5-59/15 * * * *'],
    ['*/90 * * * *', '0 * * * *'],
    ['0 0 * * L5', '0 0 * * 5#L'],
    ['0 0 * * fri#2', '0 0 * * 5#2'],
    ['0 0 ? JAN-MAR 7', '0 0 * 1-3 7'],
    ['0\t9  * * 1 ', '0 9 * * 1'],
    ['@Daily', '@daily'],
  ])('%s is taken', (theirs, ours) => {
    expect(translateCron(theirs)).toBe(ours);
    expect(cronFirings(theirs, 'UTC', Date.UTC(2026, 0, 1), 1)).toHaveLength(1);
  });

  test.each([
    '* * * *',
    '0 0 * * 5L',
    '0 0 15W * *',
    '0 0 * * 5#L',
    '0 0 * * 1,FRI#2',
    '? * * * *',
    '5-1 * * * *',
    '*/0 * * * *',
    '@reboot',
    '1,,2 * * * *',
    'R * * * *',
    '60 * * * *',
  ])('%s is not', (expression) => {
    expect(cronFault(expression, 0)).toEqual({ kind: 'invalid' });
  });

  test('gaps are measured over a day, across the hour', () => {
    const now = Date.UTC(2026, 0, 20, 12);
    expect(cronFault('0,5,59 * * * *', now)).toEqual({ kind: 'near', firings: [Date.UTC(2026, 0, 20, 12, 59), Date.UTC(2026, 0, 20, 13)] });
    expect(cronFault('*/2 3 * * 6', now)?.kind).toBe('near');
  });
});
