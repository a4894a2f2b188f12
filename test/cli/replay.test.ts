/** Recordings: what a watch showed is shown again, without secrets, and nothing that a file can hold does harm. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cleaner } from '../../src/cli/observers.js';
import { ReplayClock } from '../../src/cli/replayClock.js';
import { redactor } from '../../src/client/redact.js';
import { parseRecording } from '../../src/render/recording.js';
import { story } from '../render/story.js';
import { manualClock } from '../support/clock.js';
import { type FakeSkyvern, fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';

const nowhere = { url: 'http://127.0.0.1:9', apiKey: 'none' };

/** A run seen live: it starts, does two things and ends. */
async function eventful(status = 'completed'): Promise<FakeSkyvern> {
  const api = await fakeSkyvern();
  const request = { prompt: 'Get the title', url: 'https://shop.example/?token=url-secret', totp_identifier: 'ada@example.com' };
  api.run('tsk_1', { status: 'created', run_request: { ...request, extra_http_headers: { 'x-auth': 'header-secret' } } });
  api.steps('tsk_1', [{ step_id: 'stp_1', order: 0, status: 'completed' }]);
  api.actions('tsk_1', [{ action_id: 'act_1', step_id: 'stp_1', action_type: 'click', reasoning: 'It says header-secret and 2026.' }]);
  api.script(
    'tsk_1',
    {},
    { status: 'running' },
    { status, output: { title: 'A' }, failure_reason: status === 'failed' ? 'login wall' : null },
  );
  return api;
}

const MODES = ['plain', 'json', 'ndjson', 'quiet'] as const;

describe.each(['completed', 'failed'])('a run that %s', (status) => {
  test.each(MODES)('looks the same from its recording, --output %s', async (mode) => {
    const file = join(tempFolder(), 'run.ndjson');
    const watched = await skyvern(await eventful(status), ['run', 'watch', 'tsk_1', '--output', mode, '--record', file]);
    const again = await skyvern(nowhere, ['run', 'replay', file, '--output', mode, '--exit-status']);
    expect(again.code).toBe(watched.code);
    const withoutBeats = (text: string) => text.replace(/^still .*\n/gm, ''); // the clock of this test jumps
    const masked = (text: string) =>
      text.replaceAll('header-secret', '***').replaceAll('url-secret', '***').replaceAll('ada@example.com', '***');
    // What a watch was not asked to tell is not in its recording: quiet reads no details.
    if (mode !== 'json' && mode !== 'ndjson') {
      expect(withoutBeats(again.io.stderr.text())).toBe(masked(withoutBeats(watched.io.stderr.text())));
      expect(again.io.stdout.text()).toBe(masked(watched.io.stdout.text()));
    } else {
      const told = (text: string) =>
        text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Record<string, unknown>);
      const shown = told(again.io.stdout.text());
      expect(shown.map(({ id, status: each, type }) => [id, each, type])).toEqual(
        told(watched.io.stdout.text()).map(({ id, status: each, type }) => [id, each, type]),
      );
    }
  });
});

test('no secret is in a recording, and only its owner can read it', async () => {
  const file = join(tempFolder(), 'run.ndjson');
  await skyvern(await eventful(), ['run', 'watch', 'tsk_1', '--record', file]);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('click');
  for (const secret of ['header-secret', 'url-secret', 'ada@example.com']) expect(text).not.toContain(secret);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  // The twin: without the cleaner they would be there.
  const { io } = await skyvern(await eventful(), 'run watch tsk_1 --output ndjson');
  expect(io.stdout.text()).toContain('header-secret');
});

test('times and ids stay readable whatever the secrets are, and the key of the server goes', () => {
  const clean = cleaner([redactor(['server-key'])]);
  const run = { run_id: 'wr_2026', created_at: '2026-01-20T12:00:00', run_request: { parameters: { year: '2026' } } };
  expect(clean({ type: 'run', run })).toEqual({ type: 'run', run: { ...run, run_request: { parameters: { year: '***' } } } });
  expect(clean({ type: 'notice', message: 'server-key of 2026' })).toEqual({ type: 'notice', message: '*** of ***' });
});

describe('a file that is not whole', () => {
  const lines = story().map((event) => JSON.stringify(event));
  const written = (text: string) => {
    const file = join(tempFolder(), 'x.ndjson');
    writeFileSync(file, text);
    return file;
  };
  const replay = (text: string) => skyvern(nowhere, ['run', 'replay', written(text), '--output', 'plain', '--speed', 'max']);

  test('one that was cut is played up to there, and says so', async () => {
    const { code, io } = await replay(`${lines.slice(0, 6).join('\n')}\n${lines[6]?.slice(0, 40)}`);
    expect(code).toBe(0);
    expect(io.stderr.text()).toMatch(
      /^notice: the recording is cut in the middle of a line[\s\S]*action click[\s\S]*ends before the watch did\n$/,
    );
  });

  test.each([
    ['a picture', '\u0089PNG\r\n\u001a\n\u0000', /line 1 is not JSON/],
    ['an empty file', '', /holds no event/],
    ['JSON of another kind', '{"a":1}\n', /line 1 is no event: type is not a text/],
    ['a line of something else in the middle', `${lines[0]}\nhello\n${lines[1]}\n`, /line 2 is not JSON/],
    [
      'an event without its contents',
      `${lines[0]}\n${JSON.stringify({ ...story()[4], action: null, type: 'action' })}\n`,
      /line 2 is no event: action is not an object/,
    ],
    ['a form of the future', `{"recording":2}\n${lines[0]}\n`, /line 1 is no event: recording is not a form that this version reads/],
  ])('%s is refused in one sentence', async (_, text, wanted) => {
    const { code, io } = await replay(text);
    expect(code).toBe(2);
    expect(io.stderr.lines()).toEqual([expect.stringMatching(wanted), 'hint: make one with `skyvern run watch @last --record run.ndjson`']);
  });

  test('a file that is not there', async () => {
    const { code, io } = await skyvern(nowhere, 'run replay /nowhere/x');
    expect([code, io.stderr.lines()[0]]).toEqual([2, 'error: There is no file /nowhere/x.']);
  });

  test('events of a kind of the future are left out', () => {
    const { events, notices } = parseRecording(`${lines.join('\n')}\n${JSON.stringify({ ...story()[0], type: 'hologram' })}\n`, 'x');
    expect(events).toHaveLength(lines.length);
    expect(notices).toEqual([expect.stringContaining('hologram')]);
  });

  test('what a hostile file says reaches the terminal as text', async () => {
    const hostile = lines.map((line) => line.replaceAll('The prompt says', '\\u001b[2J\\u001b]0;x\\u0007::error::x'));
    const { io } = await replay(`${hostile.join('\n')}\n`);
    expect(io.stderr.text()).not.toMatch(/\u001b|\u0007|^::/m);
    expect(io.stderr.text()).toContain('␛[2J');
  });
});

test.each([
  [1, [60_000, 10_000]],
  [8, [7_500, 1_250]],
])('at speed %i a minute takes its part, and of a long silence no more than was allowed', async (speed, expected) => {
  const real = manualClock({ start: 0 });
  const clock = new ReplayClock(real, 1_000_000, speed);
  const { signal } = new AbortController();
  await clock.reach(1_060_000, 60_000, signal);
  await clock.reach(5_000_000, 10_000, signal);
  expect(real.slept).toEqual(expected);
  expect(clock.now()).toBe(5_000_000);
});
