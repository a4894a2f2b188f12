import { describe, expect, test } from 'vitest';
import { momentText, nextFirings, parseInterval, parseMoment, timingFault, timingWords } from '../../src/schedule/timing.js';
import { clockChange, instantsOf } from '../../src/schedule/zone.js';

const BERLIN = 'Europe/Berlin';
const times = (expression: string, zone: string, from: string, count: number) =>
  nextFirings({ kind: 'cron', expression }, zone, Date.parse(from), count).map(
    ({ at, note }) => momentText(at, zone) + (note ? ` | ${note}` : ''),
  );

describe('where clocks change', () => {
  test.each([
    [
      'a time that is skipped runs as much later',
      '30 2 * * *',
      BERLIN,
      '2027-03-27T12:00:00Z',
      ['2027-03-28 03:30 +02:00 | 02:30 does not exist that day: clocks go from 02:00 to 03:00', '2027-03-29 02:30 +02:00'],
    ],
    [
      'a time after the gap is that time',
      '0 3 * * *',
      BERLIN,
      '2027-03-27T12:00:00Z',
      ['2027-03-28 03:00 +02:00', '2027-03-29 03:00 +02:00'],
    ],
    [
      'a time that comes twice runs the first time',
      '30 2 * * *',
      BERLIN,
      '2027-10-30T12:00:00Z',
      ['2027-10-31 02:30 +02:00 | 02:30 comes twice that day: this is the first', '2027-11-01 02:30 +01:00'],
    ],
    [
      'each hour runs in both',
      '0 * * * *',
      BERLIN,
      '2027-10-30T23:30:00Z',
      [
        '2027-10-31 02:00 +02:00 | 02:00 comes twice that day: this is the first',
        '2027-10-31 02:00 +01:00 | 02:00 comes twice that day: this is the second',
        '2027-10-31 03:00 +01:00',
      ],
    ],
    ['09:00 stays 09:00', '0 9 * * *', 'America/New_York', '2027-03-13T20:00:00Z', ['2027-03-14 09:00 -04:00', '2027-03-15 09:00 -04:00']],
    [
      'half an hour, too',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2027-04-03T10:00:00Z',
      ['2027-04-04 01:45 +11:00 | 01:45 comes twice that day: this is the first', '2027-04-05 01:45 +10:30'],
    ],
  ])('%s', (_, expression, zone, from, expected) => {
    expect(times(expression, zone, from, expected.length)).toEqual(expected);
  });

  test('an interval goes on as if nothing were', () => {
    const firings = nextFirings(
      { kind: 'interval', seconds: 86_400, firstAt: Date.parse('2027-03-27T08:00:00Z') },
      BERLIN,
      Date.parse('2027-03-27T09:00:00Z'),
      2,
    );
    expect(firings.map(({ at }) => momentText(at, BERLIN))).toEqual(['2027-03-28 10:00 +02:00', '2027-03-29 10:00 +02:00']);
  });

  test('the instants of a clock', () => {
    expect(instantsOf('2027-03-28T02:30:00', BERLIN)).toEqual([]);
    expect(instantsOf('2027-10-31T02:30:00', BERLIN)).toEqual([Date.UTC(2027, 9, 31, 0, 30), Date.UTC(2027, 9, 31, 1, 30)]);
    expect(instantsOf('2027-06-01T12:00:00', 'Asia/Kolkata')).toEqual([Date.UTC(2027, 5, 1, 6, 30)]);
    expect(clockChange(Date.UTC(2027, 2, 27), Date.UTC(2027, 2, 29), BERLIN)).toEqual({
      at: Date.UTC(2027, 2, 28, 1),
      from: '2027-03-28T02:00:00',
      to: '2027-03-28T03:00:00',
    });
  });
});

describe('what people write', () => {
  test.each([
    ['2026-11-25T09:00', '2026-11-25 09:00 +01:00'],
    ['2026-11-25 09:00:30', '2026-11-25 09:00:30 +01:00'],
    ['2026-11-25T09:00Z', '2026-11-25 10:00 +01:00'],
    ['2027-10-31T02:30+01:00', '2027-10-31 02:30 +01:00'],
  ])('%s is %s', (text, expected) => {
    const parsed = parseMoment(text, BERLIN);
    expect('at' in parsed && momentText(parsed.at, BERLIN)).toBe(expected);
  });

  test.each([
    ['2027-03-28T02:30', '2027-03-28 02:30 does not exist in Europe/Berlin: clocks go from 02:00 to 03:00', 'give another time'],
    ['2027-10-31T02:30', '2027-10-31 02:30 comes twice in Europe/Berlin', 'say which: 2027-10-31T02:30+02:00 or 2027-10-31T02:30+01:00'],
    [
      '2026-02-30T09:00',
      '"2026-02-30T09:00" is no date and time',
      'write it like 2026-11-25T09:00, or with an offset: 2026-11-25T09:00+01:00',
    ],
    ['tomorrow', '"tomorrow" is no date and time', 'write it like 2026-11-25T09:00, or with an offset: 2026-11-25T09:00+01:00'],
  ])('%s is refused', (text, fault, hint) => {
    expect(parseMoment(text, BERLIN)).toEqual({ fault, hint });
  });

  test.each([
    ['30m', 1800],
    ['1h30m', 5400],
    ['2w', 1_209_600],
    ['300', 300],
    ['1.5h', null],
    ['often', null],
  ])('--every %s', (text, seconds) => {
    expect(parseInterval(text)).toBe(seconds);
  });

  test.each([
    [{ kind: 'interval', seconds: 299, firstAt: null }, 'it is shorter than 5 minutes'],
    [{ kind: 'once', at: 59_000 }, 'it is less than 60 seconds ahead'],
    [{ kind: 'once', at: -1 }, 'it is over'],
    [{ kind: 'cron', expression: '0 0 31 2 *' }, 'it never fires'],
    [{ kind: 'cron', expression: '*/7 * * * *' }, 'it fires at 00:56 and again at 01:00: runs are at least 5 minutes apart'],
  ] as const)('%j is refused', (timing, fault) => {
    expect(timingFault(timing, 0)).toBe(fault);
  });

  test('in words', () => {
    expect(timingWords({ kind: 'cron', expression: '30 6 * * 1-5' }, BERLIN)).toBe('at 06:30, Monday through Friday (Europe/Berlin)');
    expect(timingWords({ kind: 'cron', expression: '0 6 * * 1 30' }, 'UTC')).toBe('at 06:00:30, only on Monday (UTC)');
    expect(timingWords({ kind: 'interval', seconds: 5400, firstAt: null }, BERLIN)).toBe('every 90 minutes');
  });
});
