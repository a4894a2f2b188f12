/** In GitHub Actions, and as JUnit: what CI is told of a run, and that nothing a page writes is obeyed there. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';

interface Step {
  readonly env: Record<string, string>;
  outputs(): Record<string, string>;
  summary(): string;
}

/** What a runner gives its step, and reads of it. */
function step(): Step {
  const folder = tempFolder();
  const [outputs, summary] = [join(folder, 'outputs'), join(folder, 'summary')];
  for (const file of [outputs, summary]) writeFileSync(file, '');
  return {
    env: { GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_OUTPUT: outputs, GITHUB_STEP_SUMMARY: summary },
    outputs() {
      const found: Record<string, string> = {};
      const lines = readFileSync(outputs, 'utf8').split('\n');
      for (let at = 0; at < lines.length - 1; at++) {
        const [, name, delimiter] = /^(\w+)<<(.+)$/.exec(lines[at] as string) as unknown as [string, string, string];
        const end = lines.indexOf(delimiter, at + 1);
        found[name] = lines.slice(at + 1, end).join('\n');
        at = end;
      }
      return found;
    },
    summary: () => readFileSync(summary, 'utf8'),
  };
}

/** The lines that a runner obeys (actions/runner, ActionCommand.cs): `::name` after white space, `##[name]` anywhere. */
const obeyed = (text: string): string[] =>
  text.split(/[\n\r]/).flatMap((line) => (/^\s*::|##\[/.test(line) ? [/(?:::|##\[)([\w-]*)/.exec(line)?.[1] ?? ''] : []));

test('a run that failed: key masked, a folded log, one annotation with reason and link, a summary, outputs', async () => {
  const api = await fakeSkyvern();
  api.run('tsk_1', { status: 'failed', failure_reason: 'login wall', output: null });
  api.actions('tsk_1', [{ action_id: 'act_1', action_type: 'click', reasoning: 'It is there.' }]);
  const { env, outputs, summary } = step();
  const { code, io } = await skyvern(api, 'run watch tsk_1', { env });
  expect(code).toBe(10);
  expect(obeyed(io.stderr.text())).toEqual(['add-mask', 'group', 'endgroup', 'error']);
  const lines = io.stderr.lines();
  expect(lines).toContain('::add-mask::fake-api-key');
  expect(lines.at(-1)).toBe(
    '::error title=skyvern::run tsk_1 failed: login wall%0Ahint: see what it did with `skyvern run timeline tsk_1`%0Ahttp://localhost:8080/runs/tsk_1',
  );
  expect(lines.indexOf('::group::skyvern tsk_1')).toBeLessThan(lines.findIndex((line) => line.startsWith('status: ')));
  expect(outputs()).toEqual({ run_id: 'tsk_1', status: 'failed', exit_code: '10' });
  expect(summary()).toContain('<b>failed</b>');
  expect(summary()).toMatch(/<pre>completed click .*It is there\.<\/pre>/);
});

test('a run that is started has its id as an output at once, and its output at the end', async () => {
  const api = await fakeSkyvern();
  api.scriptStarts({ status: 'completed', output: { title: 'A' } });
  const { env, outputs } = step();
  const { code } = await skyvern(api, ['task', 'run', '--prompt', 'x', '--url', 'https://x.example', '--wait'], { env });
  expect(code).toBe(0);
  expect(outputs()).toMatchObject({ run_id: api.started[0], status: 'completed', output: '{"title":"A"}' });
});

test('an error before there is a run is an annotation, too', async () => {
  const { code, io } = await skyvern(await fakeSkyvern(), 'run watch tsk_404', { env: step().env });
  expect(code).toBe(5);
  expect(obeyed(io.stderr.text()).filter((name) => name === 'error')).toHaveLength(1);
});

test('elsewhere nothing of it is printed', async () => {
  const api = await fakeSkyvern();
  api.run('tsk_1', { status: 'failed' });
  const { io } = await skyvern(api, 'run watch tsk_1', { env: { ...step().env, GITHUB_ACTIONS: undefined } });
  expect(obeyed(io.stderr.text())).toEqual([]);
});

describe('what a page writes is text', () => {
  const HOSTILE = [
    '::add-mask::x',
    '\n::set-output name=a::b',
    '\r::error::forged',
    '\u2028::stop-commands::x',
    'a ##[add-mask]b',
    '%0A::error::x',
    'end_0\nrun_id=forged',
    '</pre><script>alert(1)</script><img src="https://evil.example/a.png"> ![x](https://evil.example/b.png)',
  ].join('\n');

  test.each(['plain', 'quiet', 'json', 'ndjson'])('--output %s', async (mode) => {
    const api = await fakeSkyvern();
    const request = { prompt: HOSTILE, url: 'https://x.example/' };
    api.run('tsk_1', { status: 'completed', output: HOSTILE, failure_reason: HOSTILE, run_request: request, app_url: HOSTILE });
    api.actions('tsk_1', [{ action_id: 'act_1', action_type: HOSTILE, reasoning: HOSTILE }]);
    const { env, outputs, summary } = step();
    const junit = join(tempFolder(), 'j.xml');
    const { io } = await skyvern(api, ['run', 'watch', 'tsk_1', '--output', mode, '--junit', junit], { env });
    const ours = mode === 'plain' || mode === 'json' ? ['add-mask', 'group', 'endgroup'] : ['add-mask'];
    expect(obeyed(io.stderr.text())).toEqual(ours);
    expect(obeyed(io.stdout.text())).toEqual([]);
    // Byte for byte for the next step, which a foreseen delimiter could not end.
    expect(outputs()).toMatchObject({ run_id: 'tsk_1', output: HOSTILE });
    expect(summary()).not.toMatch(/<(?:script|img)/);
    expect(summary().replace(/<(pre|code)>[\s\S]*?<\/\1>/g, '')).not.toMatch(/evil|!\[/);
    expect(readFileSync(junit, 'utf8')).not.toMatch(/<script|\u0000/);
  });

  test('the twin: as it is, it would be obeyed', () => {
    expect(obeyed(HOSTILE).length).toBeGreaterThan(3);
  });
});

test.each([
  ['completed', 0, 'failures="0" errors="0" skipped="0"', null],
  [
    'failed',
    10,
    'failures="1" errors="0" skipped="0"',
    '<failure type="run_failed" message="run tsk_1 failed: a &lt; b &amp; &quot;c&quot; ␇">',
  ],
  ['paused', 14, 'failures="0" errors="1"', '<error type="needs_person" message="the run waits for a person">'],
])('--junit of a run that is %s', async (status, exit, counts, fault) => {
  const api = await fakeSkyvern();
  api.run('tsk_1', { status, failure_reason: status === 'failed' ? 'a < b & "c" \u0007' : null, output: { a: ']]>' } });
  const file = join(tempFolder(), 'report.xml');
  const { code } = await skyvern(api, ['run', 'watch', 'tsk_1', '--on-pause', 'fail', '--junit', file]);
  expect(code).toBe(exit);
  const xml = readFileSync(file, 'utf8');
  expect(xml).toContain(`<testsuite name="skyvern" tests="1" ${counts}`);
  expect(xml).toMatch(/<testcase name="Read the title" classname="skyvern.task_v1" time="\d+\.\d{3}">/);
  if (fault) expect(xml).toContain(fault);
  expect(xml).toContain(']]&gt;');
});

test('a file that cannot be written is known before anything is started', async () => {
  const api = await fakeSkyvern();
  const line = ['task', 'run', '--prompt', 'x', '--url', 'https://x.example', '--wait', '--junit', '/nowhere/x.xml'];
  const { code, io } = await skyvern(api, line);
  expect([code, api.started]).toEqual([17, []]);
  expect(io.stderr.text()).toContain('/nowhere/x.xml cannot be written (ENOENT)');
});

test('of many runs the first that failed are annotated, the others counted; one that nobody waits for any more is skipped', async () => {
  const api = await fakeSkyvern();
  const ids = Array.from({ length: 12 }, (_, index) => `wr_${index}`);
  for (const id of ids) api.run(id, { status: 'failed', failure_reason: 'login wall' });
  const { env, outputs, summary } = step();
  const { code, io } = await skyvern(api, ['run', 'watch', ...ids], { env });
  expect(code).toBe(10);
  expect(obeyed(io.stderr.text()).filter((name) => name === 'error')).toHaveLength(10);
  expect(io.stderr.text()).toContain('::error title=skyvern::3 more runs did not complete');
  expect(JSON.parse(outputs()['runs'] ?? '')).toHaveLength(12);
  expect(outputs()['exit_code']).toBe('10');
  expect(summary().match(/<li>/g)).toHaveLength(12);
  api.run('tsk_never', { status: 'running' });
  const junit = join(tempFolder(), 'any.xml');
  await skyvern(api, ['run', 'wait', 'tsk_never', 'wr_1', '--any', '--junit', junit]);
  expect(readFileSync(junit, 'utf8')).toMatch(
    /tests="2" failures="1" errors="0" skipped="1"[\s\S]*<skipped message="the run goes on: another one ended the wait"\/>/,
  );
});
