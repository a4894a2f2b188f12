/**
 * Runs of a real server, as people see them: the plain log line by line, and what the live view leaves in the scrollback.
 *
 * The files in `golden/` are meant to be read: `vitest run -u` writes them again, and the difference is what changed for people.
 */
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { decodeRun } from '../../src/protocol/run.js';
import { decodeAction, decodeStep } from '../../src/protocol/timeline.js';
import { createRenderers } from '../../src/render/pick.js';
import { drive } from '../../src/render/renderer.js';
import { printableEvent } from '../../src/render/sanitize.js';
import { cardLines } from '../../src/render/ui/cardLines.js';
import { headerLines } from '../../src/render/ui/headerLines.js';
import type { Line } from '../../src/render/ui/line.js';
import { settledLines } from '../../src/render/ui/nodeLines.js';
import { themeOf } from '../../src/render/ui/theme.js';
import type { RunEvent } from '../../src/runs/events.js';
import { childrenOf, emptyView, type RunView, reduce } from '../../src/runs/view.js';
import { eventsOf, type Moment, recorded, scripted, timelineOf } from '../runs/sources.js';
import { manualClock } from '../support/clock.js';
import { testIo } from '../support/io.js';
import { recordings } from '../support/recorded.js';
import { START } from './story.js';

/** What a server answered while a run of this name went on, in order. */
function momentsOf(name: string): Moment[] {
  const run = (state: string) => decodeRun(recorded(`${name}-run-${state}`));
  const states = new Set(recordings(new RegExp(`^${name}-run-`)).map(([each]) => each.slice(`${name}-run-`.length)));
  const before = ['queued', 'running', 'paused', 'failed-retry-pending', 'running-attempt-2'].filter((state) => states.has(state)).map(run);
  const timelines = recordings(new RegExp(`^${name}-timeline-(?:\\d+|final)\\.json$`)).filter(([, { response }]) =>
    Array.isArray(response.body),
  );
  const last = { run: run('final'), ...detailsOf(name, 'last') };
  if (timelines.length === 0) return [...before.map((each) => ({ run: each })), last];
  const ended = timelineOf(timelines.at(-1)?.[1].response.body);
  const during = timelines.map(([, { response }], index): Moment => {
    const at = Math.min(before.length - 1, Math.floor((index * before.length) / timelines.length));
    return { run: before[at] ?? last.run, timeline: timelineOf(response.body) };
  });
  return [...(before.length === 0 ? [] : during), { run: last.run, timeline: ended }];
}

/** Steps and actions of a task, which has no timeline. */
function detailsOf(name: string, state: string): Pick<Moment, 'steps' | 'actions'> {
  const list = (what: string) =>
    recordings(new RegExp(`^${name}-${what}-${state}\\.json$`)).flatMap(([, { response }]) => response.body as never);
  return {
    steps: (list('steps') as unknown[]).map((each) => decodeStep(each)),
    actions: (list('actions') as unknown[]).map((each) => decodeAction(each)),
  };
}

async function plain(events: readonly RunEvent[], runId: string): Promise<string> {
  const io = testIo();
  const controls = { detach: () => {}, cancel: async () => {} };
  const each = async function* () {
    yield* events;
  };
  await drive(each(), createRenderers(io, 'plain', { runId, clock: manualClock({ auto: false }), controls }));
  return io.stderr.text();
}

const THEME = themeOf({ ...testIoOnce(), env: { NO_COLOR: '1' } });
function testIoOnce() {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    platform: process.platform,
    arch: process.arch,
    pid: 1,
    execPath: '',
    argv: [],
    cwd: () => '/',
    kill: (): true => true,
  };
}

const textOf = ({ indent, lead = '', text, right }: Line): string =>
  `${' '.repeat(indent)}${lead}${text}${right ? `  | ${right}` : ''}`.trimEnd();

function scrollback(view: RunView): string {
  const moment = { now: START, tick: 0 };
  const lines = [
    ...headerLines(view, null, THEME),
    ...childrenOf(view, '').flatMap((key) => settledLines(view, key, THEME, moment)),
    { indent: 0, text: '' },
    ...cardLines(view, { columns: 100, theme: THEME, moment, showOutput: true }),
  ];
  return `${lines.map(textOf).join('\n')}\n`;
}

test.each([
  'task',
  'extract-with-url',
  'task2',
  'task2-loop',
  'task2-failed',
  'blocks',
  'browser',
  'login',
  'download',
  'human',
  'human-reject',
  'human-timeout',
  'retry-policy',
  'wf-failed',
  'wf-fin',
  'wf-goon',
  'wf-term',
  'wf-timed-out',
  'wf-cancel',
])('%s', async (name) => {
  const moments = momentsOf(name);
  const { run } = moments.at(-1) as Moment;
  if (run instanceof Error) throw run;
  const events = await eventsOf(scripted(moments), { clock: manualClock({ start: Date.parse('2026-11-23T00:00:00Z') }) }, run.run_id);
  await expect(await plain(events, run.run_id)).toMatchFileSnapshot(`golden/${name}.plain.txt`);
  const view = events.map(printableEvent).reduce(reduce, emptyView(run.run_id));
  const shown = scrollback(view);
  expect(shown).toBe(stripVTControlCharacters(shown));
  await expect(shown).toMatchFileSnapshot(`golden/${name}.live.txt`);
});
