/** The commands on runs, each against a loopback server that answers as the real one does. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { main } from '../../src/cli/main.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { type FakeSkyvern, fakeSkyvern } from '../support/fakeSkyvern.js';
import { type TestIo, type TestIoOptions, testIo } from '../support/io.js';

interface Ran {
  readonly code: number;
  readonly io: TestIo;
}

/** Runs one command line against the server, as a shell in CI would: no terminal, the key in the environment. */
async function skyvern(
  api: FakeSkyvern,
  line: string | string[],
  options: TestIoOptions & { home?: string; signal?: AbortSignal } = {},
): Promise<Ran> {
  const io = testIo(
    { SKYVERN_BASE_URL: api.url, SKYVERN_API_KEY: api.apiKey, ...(options.home && { SKYVERN_HOME: options.home }) },
    options,
  );
  const argv = typeof line === 'string' ? line.split(' ') : line;
  const code = await main(argv, io, options.signal ?? new AbortController().signal, { clock: manualClock(), random: seededRandom() });
  return { code, io };
}

const ENDS = [
  ['completed', 0],
  ['failed', 10],
  ['terminated', 11],
  ['canceled', 12],
  ['timed_out', 13],
] as const;
const MODES = ['plain', 'json', 'ndjson', 'quiet', 'auto'] as const;
const KINDS = ['tsk_1', 'tsk_v2_1', 'wr_1'] as const;

describe('the verdict of a run is the exit code', () => {
  const cases = ENDS.flatMap(([status, code]) => MODES.map((mode) => [status, mode, code] as const));

  test.each(cases)('%s, already finished, --output %s: %i', async (status, mode, code) => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status, output: { title: 'A' } });
    expect((await skyvern(api, `run watch tsk_1 --output ${mode}`)).code).toBe(code);
  });

  test.each(cases)('%s, seen live, --output %s: %i', async (status, mode, code) => {
    const api = await fakeSkyvern();
    api.run('wr_1', { status: 'created' });
    api.script('wr_1', {}, { status: 'running' }, { status, output: { title: 'A' } });
    expect((await skyvern(api, `run watch wr_1 --output ${mode}`)).code).toBe(code);
  });

  test.each(KINDS)('wait and output agree with watch for %s', async (id) => {
    const api = await fakeSkyvern();
    api.run(id, { status: 'terminated', failure_reason: 'no such item' });
    expect((await skyvern(api, `run wait ${id}`)).code).toBe(11);
    expect((await skyvern(api, `run output ${id}`)).code).toBe(11);
    expect((await skyvern(api, `run get ${id} --exit-status`)).code).toBe(11);
    expect((await skyvern(api, `run get ${id}`)).code).toBe(0);
  });

  test('failed with a retry pending is not the end', async () => {
    const api = await fakeSkyvern();
    api.run('wr_1', { status: 'running' });
    api.script(
      'wr_1',
      {},
      { status: 'failed', retry_pending: true },
      { status: 'running', retry_pending: false, attempt: 2 },
      { status: 'completed' },
    );
    const { code } = await skyvern(api, 'run watch wr_1');
    expect(code).toBe(0);
  });

  test.each([
    ['a run that is paused, with --on-pause fail', { status: 'paused' }, 'run watch wr_1 --on-pause fail', 14],
    ['a time limit', { status: 'running' }, 'run watch wr_1 --timeout 5s', 124],
    ['a status that nobody knows yet is not terminal', { status: 'hibernating' }, 'run wait wr_1 --timeout 5s', 124],
    ['still running', { status: 'running' }, 'run get wr_1 --exit-status', 8],
    ['no output yet', { status: 'running' }, 'run output wr_1', 8],
  ])('%s', async (_, run, line, code) => {
    const api = await fakeSkyvern();
    api.run('wr_1', run);
    expect((await skyvern(api, line)).code).toBe(code);
  });
});

describe('stdout is for results, stderr for people', () => {
  test('watch prints the output alone on stdout', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'completed', output: { title: 'A' } });
    const { io } = await skyvern(api, 'run watch tsk_1');
    expect(JSON.parse(io.stdout.text())).toEqual({ title: 'A' });
    expect(io.stderr.text()).toContain('run completed');
  });

  test('--json prints the run, also when the run failed', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'failed', failure_reason: 'login wall' });
    const { io } = await skyvern(api, 'run watch tsk_1 --json');
    expect(JSON.parse(io.stdout.text())).toMatchObject({ run_id: 'tsk_1', status: 'failed' });
    expect(JSON.parse(io.stderr.lines().at(-1) as string)).toMatchObject({ code: 'run_failed', exit_code: 10, run_id: 'tsk_1' });
  });

  test('--json prints the run after a time limit, too', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'running' });
    const io = testIo({ SKYVERN_BASE_URL: api.url, SKYVERN_API_KEY: api.apiKey });
    const clock = manualClock({ auto: false });
    const ran = main('run watch tsk_1 --json --timeout 3s'.split(' '), io, new AbortController().signal, { clock, random: seededRandom() });
    await io.stderr.seen(/status: running/);
    await clock.advance(3_000);
    expect(await ran).toBe(124);
    expect(JSON.parse(io.stdout.text())).toMatchObject({ run_id: 'tsk_1', status: 'running' });
  });

  test('ndjson begins with the id and ends with the result', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'failed' });
    const { io } = await skyvern(api, 'run watch tsk_1 --output ndjson');
    const events = io.stdout.json();
    expect(events[0]).toMatchObject({ v: 1, seq: 1, type: 'run', run_id: 'tsk_1' });
    expect(events.at(-1)).toMatchObject({ type: 'result', exit_code: 10 });
  });

  test('escape sequences of a server reach no terminal', async () => {
    const api = await fakeSkyvern();
    const hostile = '\u001b]0;pwned\u0007\u001b[2J\u009b31m\rfine';
    api.run('tsk_1', { status: 'failed', failure_reason: hostile, output: hostile });
    for (const line of ['run get tsk_1', 'run watch tsk_1 --output plain', 'run list', 'run timeline tsk_1', 'run wait tsk_1']) {
      const { io } = await skyvern(api, line, { tty: true });
      expect(io.stdout.text() + io.stderr.text(), line).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
  });
});

describe('which run, at which server', () => {
  test('a run started here is found at its own server, by @last, by id and by dashboard URL', async () => {
    const [first, second] = [await fakeSkyvern(), await fakeSkyvern()];
    const { io } = await skyvern(first, ['task', 'run', '--prompt', 'Get the title', '--url', 'https://example.com']);
    const id = io.stdout.text().trim();
    expect(first.started).toEqual([id]);
    for (const name of ['@last', id, `https://app.skyvern.com/tasks/${id}/actions`]) {
      const got = await skyvern(second, ['run', 'get', name, '--json'], { home: io.home });
      expect(JSON.parse(got.io.stdout.text()).run_id).toBe(id);
    }
    expect(second.requests).toEqual([]);
  });

  test('an explicit server wins over the one that is remembered', async () => {
    const [first, second] = [await fakeSkyvern(), await fakeSkyvern()];
    const { io } = await skyvern(first, ['task', 'run', '--prompt', 'x']);
    const got = await skyvern(second, ['run', 'get', '@last', '--base-url', second.url], { home: io.home });
    expect(got.code).toBe(5);
  });

  test.each([
    ['@last without a start', 'run get @last', 2, 'skyvern run list'],
    ['no id', 'run get hello', 2, '@last'],
    ['an unknown id', 'run get tsk_404', 5, ''],
  ])('%s', async (_, line, code, hint) => {
    const { io, ...ran } = await skyvern(await fakeSkyvern(), line);
    expect(ran.code).toBe(code);
    expect(io.stderr.text()).toContain(hint);
  });
});

describe('task run', () => {
  test('prints the id alone in a pipe, and sends only what was given', async () => {
    const api = await fakeSkyvern();
    const { io, code } = await skyvern(api, ['task', 'run', '--prompt', 'Get the title', '--url', 'example.com', '--max-steps', '3']);
    expect(code).toBe(0);
    expect(io.stdout.text()).toMatch(/^tsk_\w+\n$/);
    expect(api.seen('POST /v1/run/tasks').map(({ body }) => body)).toEqual([
      { prompt: 'Get the title', url: 'https://example.com/', max_steps: 3 },
    ]);
  });

  test('every field of the API is a flag', async () => {
    const api = await fakeSkyvern();
    const values: Record<string, [string[], unknown]> = {
      engine: [['--engine', 'skyvern-2.0'], 'skyvern-2.0'],
      title: [['--title', 'T'], 'T'],
      data_extraction_schema: [['--data-extraction-schema', '{"type":"object"}'], { type: 'object' }],
      error_code_mapping: [['--error-code-mapping', '{"a":"b"}'], { a: 'b' }],
      proxy_location: [['--proxy-location', '{"country":"DE"}'], { country: 'DE' }],
      webhook_url: [['--webhook-url', 'https://hook.example/x'], 'https://hook.example/x'],
      totp_identifier: [['--totp-identifier', 'me'], 'me'],
      totp_url: [['--totp-url', 'https://totp.example/'], 'https://totp.example/'],
      browser_session_id: [['--browser-session-id', 'pbs_1'], 'pbs_1'],
      browser_profile_id: [['--browser-profile-id', 'bp_1'], 'bp_1'],
      start_fresh_browser: [['--start-fresh-browser'], true],
      browser_address: [['--browser-address', 'http://127.0.0.1:9222'], 'http://127.0.0.1:9222'],
      extra_http_headers: [['--extra-http-headers', '{"x-a":"1"}'], { 'x-a': '1' }],
      cdp_connect_headers: [['--cdp-connect-headers', '{"x-b":"2"}'], { 'x-b': '2' }],
      model: [['--model', 'm'], { model_name: 'm' }],
      include_action_history_in_verification: [['--include-action-history-in-verification'], true],
      max_screenshot_scrolls: [['--max-screenshot-scrolls', '2'], 2],
      run_with: [['--run-with', 'code'], 'code'],
      publish_workflow: [['--publish-workflow'], true],
      file_ids: [
        ['--file-id', 'file_1', 'file_2'],
        ['file_1', 'file_2'],
      ],
    };
    api.on('POST /v1/run/tasks', { status: 422, body: { detail: 'seen' } });
    await skyvern(api, ['task', 'run', '--prompt', 'x', ...Object.values(values).flatMap(([flags]) => flags)]);
    const [sent] = api.seen('POST /v1/run/tasks');
    expect(sent?.body).toEqual({ prompt: 'x', ...Object.fromEntries(Object.entries(values).map(([field, [, value]]) => [field, value])) });
  });

  describe('--like', () => {
    const request = {
      ...{ prompt: '@not a file', url: 'https://shop.example/', engine: 'skyvern-1.0', title: null, max_steps: 5, webhook_url: null },
      ...{ data_extraction_schema: { type: 'object' }, file_ids: [], start_fresh_browser: false, model: { model_name: 'm' } },
      ...{ browser_session_id: 'pbs_1', browser_address: 'http://127.0.0.1:9222', extra_http_headers: { 'x-key': '*****' } },
    };
    const again = { prompt: '@not a file', url: 'https://shop.example/', engine: 'skyvern-1.0', max_steps: 5 };
    const made = { data_extraction_schema: { type: 'object' }, model: { model_name: 'm' } };

    test.each([
      ['', { ...again, ...made }],
      ['--engine skyvern-2.0 --max-steps 9 --title T', { ...again, ...made, engine: 'skyvern-2.0', max_steps: 9, title: 'T' }],
      ['--prompt Other', { ...again, ...made, prompt: 'Other' }],
    ])('asks for what the task was asked, but for the flags: %s', async (flags, wanted) => {
      const api = await fakeSkyvern();
      api.run('tsk_1', { status: 'failed', run_request: request });
      const { io, code } = await skyvern(api, `task run --like tsk_1 ${flags}`.trim());
      expect([code, io.stdout.text()]).toEqual([0, expect.stringMatching(/^tsk_\w+\n$/)]);
      expect(io.stdout.text()).not.toBe('tsk_1\n');
      expect(api.seen('POST /v1/run/tasks').map(({ body }) => body)).toEqual([wanted]);
    });

    test.each([
      ['a run of a workflow', 'wr_1', { workflow_id: 'wpid_1' }, 2, '`skyvern run retry wr_1` runs it again'],
      ['a task of which nothing is told', 'tsk_1', null, 2, 'say it with --prompt'],
      ['a task that is not there', 'tsk_404', null, 5, 'check the id'],
    ])('%s cannot be repeated so', async (_, id, runRequest, exit, hint) => {
      const api = await fakeSkyvern();
      if (id !== 'tsk_404') api.run(id, { status: 'completed', run_request: runRequest });
      const { io, code } = await skyvern(api, `task run --like ${id}`);
      expect([code, io.stderr.text()]).toEqual([exit, expect.stringContaining(hint)]);
      expect(api.seen('POST /v1/run/tasks')).toEqual([]);
    });
  });

  test('--wait follows the run and exits by its verdict', async () => {
    const api = await fakeSkyvern();
    api.scriptStarts({ status: 'running' }, { status: 'completed', output: 'forty-two' });
    const { io, code } = await skyvern(api, ['task', 'run', '--prompt', '-', '--wait'], { stdin: 'What is the answer?\n' });
    expect([code, io.stdout.text()]).toEqual([0, 'forty-two\n']);
    expect(api.seen('POST /v1/run/tasks')[0]?.body.prompt).toBe('What is the answer?');
  });

  test.each([
    ['the rules engine', ['--engine', 'rules']],
    ['a secret', ['--secret', 'A=env:SKYVERN_HOME']],
    ['a visible browser', ['--headed']],
    ['a browser program', ['--browser-path', '/bin/true']],
  ])('%s is for the embedded server: nothing is sent to another one', async (_, flags) => {
    const api = await fakeSkyvern();
    const { io, code } = await skyvern(api, ['task', 'run', '--prompt', 'use {{A}}', ...flags]);
    expect(code).toBe(2);
    expect(io.stderr.text()).toContain('--local');
    expect(api.requests).toEqual([]);
  });

  test('Ctrl-C while the run is followed leaves it running and says how to come back', async () => {
    const api = await fakeSkyvern();
    const interrupt = new AbortController();
    api.scriptStarts({ status: 'running' });
    api.on('GET /v1/runs/tsk_1', 'pass');
    const io = testIo({ SKYVERN_BASE_URL: api.url, SKYVERN_API_KEY: api.apiKey });
    const clock = manualClock({ auto: false });
    onTestFinished(() => interrupt.abort('SIGINT'));
    const ran = main(['task', 'run', '--prompt', 'x', '--wait'], io, interrupt.signal, { clock, random: seededRandom() });
    await io.stderr.seen(/status: running/);
    interrupt.abort('SIGINT');
    expect(await ran).toBe(130);
    const [id] = api.started;
    expect(io.stderr.text()).toContain(`skyvern run watch ${id}`);
    expect(api.seen(`POST /v1/runs/${id}/cancel`)).toEqual([]);
  });

  test('--cancel-on-interrupt stops the run', async () => {
    const api = await fakeSkyvern();
    const interrupt = new AbortController();
    api.scriptStarts({ status: 'running' });
    const io = testIo({ SKYVERN_BASE_URL: api.url, SKYVERN_API_KEY: api.apiKey });
    const clock = manualClock({ auto: false });
    const ran = main(['task', 'run', '--prompt', 'x', '--wait', '--cancel-on-interrupt'], io, interrupt.signal, {
      clock,
      random: seededRandom(),
    });
    await io.stderr.seen(/status: running/);
    interrupt.abort('SIGTERM');
    expect(await ran).toBe(143);
    expect(api.seen(`POST /v1/runs/${api.started[0]}/cancel`)).toHaveLength(1);
  });
});

describe('keys and servers', () => {
  test.each([
    ['a wrong key', { SKYVERN_API_KEY: 'wrong' }, 'run list', 4],
    ['no key for a server elsewhere', { SKYVERN_BASE_URL: 'https://api.example.com', SKYVERN_API_KEY: undefined }, 'run list', 4],
    ['plain http to another machine', { SKYVERN_BASE_URL: 'http://api.example.com' }, 'run list', 2],
    ['a broken address', { SKYVERN_BASE_URL: 'nonsense' }, 'run list', 2],
    ['a server that is down', { SKYVERN_BASE_URL: 'http://127.0.0.1:1' }, 'run get tsk_1', 3],
  ])('%s', async (_, env, line, code) => {
    const api = await fakeSkyvern();
    const io = testIo({ SKYVERN_BASE_URL: api.url, SKYVERN_API_KEY: api.apiKey, ...env });
    const world = { clock: manualClock(), random: seededRandom() };
    expect(await main(line.split(' '), io, new AbortController().signal, world)).toBe(code);
    expect(io.stderr.text()).toMatch(/^error: .+/m);
  });

  test('a redirect to another origin is refused and not followed', async () => {
    const [api, other] = [await fakeSkyvern(), await fakeSkyvern()];
    api.on('GET /v1/runs/tsk_1', { redirect: `${other.url}/v1/runs/tsk_1` });
    const { code } = await skyvern(api, 'run get tsk_1');
    expect(code).toBe(16);
    expect(other.requests).toEqual([]);
  });

  test('an answer that is no JSON is told in one sentence', async () => {
    const api = await fakeSkyvern();
    const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' };
    api.on('GET /v1/runs/tsk_1', page, page, page, page);
    const { code, io } = await skyvern(api, 'run get tsk_1');
    expect(code).toBe(3);
    expect(io.stderr.lines().filter((line) => line.startsWith('error: '))).toHaveLength(1);
  });
});

describe('cancel', () => {
  test('stops a run that is running', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'running' });
    const { io, code } = await skyvern(api, 'run cancel tsk_1 --json');
    expect([code, JSON.parse(io.stdout.text())]).toEqual([0, { run_id: 'tsk_1', status: 'canceled', changed: true }]);
  });

  test.each(KINDS)('of an ended %s is no error and changes nothing', async (id) => {
    const api = await fakeSkyvern();
    api.run(id, { status: 'completed' });
    const { io, code } = await skyvern(api, `run cancel ${id} --json`);
    expect([code, JSON.parse(io.stdout.text())]).toEqual([0, { run_id: id, status: 'completed', changed: false }]);
    expect(api.seen(`POST /v1/runs/${id}/cancel`)).toEqual([]);
  });
});

describe('list, wait, tail, timeline', () => {
  test('list prints tab-separated lines in a pipe, and filters', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'failed' });
    api.run('wr_2', { status: 'running' });
    const { io } = await skyvern(api, 'run list --status running');
    expect(io.stdout.lines().map((line) => line.split('\t').slice(0, 3))).toEqual([['wr_2', 'running', 'workflow_run']]);
  });

  test('wait for all gives the worst verdict, for any the first', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'completed' });
    api.run('wr_2', { status: 'running' });
    api.script('wr_2', {}, {}, { status: 'failed' });
    expect((await skyvern(api, 'run wait tsk_1 wr_2')).code).toBe(10);
    api.update('wr_2', { status: 'running' });
    expect((await skyvern(api, 'run wait --any tsk_1 wr_2')).code).toBe(0);
  });

  test('tail --after goes on where it stopped, without repeat and without loss', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'completed' });
    api.steps('tsk_1', [{ step_id: 'stp_1', status: 'completed', order: 0 }]);
    api.actions('tsk_1', [
      { action_id: 'act_1', action_type: 'click', status: 'completed', step_id: 'stp_1', step_order: 0, action_order: 0 },
      { action_id: 'act_2', action_type: 'complete', status: 'completed', step_id: 'stp_1', step_order: 0, action_order: 1 },
    ]);
    const all = (await skyvern(api, 'run tail tsk_1 --json')).io.stdout.json();
    const middle = all.findIndex((event) => event.type === 'action');
    const rest = (await skyvern(api, ['run', 'tail', 'tsk_1', '--json', '--after', all[middle].id])).io.stdout.json();
    const ids = (events: { type: string; id: string }[]) => events.filter(({ type }) => type !== 'run').map(({ id }) => id);
    expect(all.some((event) => event.type === 'step')).toBe(true);
    expect(ids(rest)).toEqual(ids(all.slice(middle + 1)));
  });

  test('timeline reads steps and actions where the server has no timeline', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'completed' });
    api.steps('tsk_1', [{ step_id: 'stp_1', status: 'completed', order: 0 }]);
    api.actions('tsk_1', [{ action_id: 'act_1', action_type: 'click', status: 'completed', step_id: 'stp_1', reasoning: 'the first one' }]);
    const { io } = await skyvern(api, 'run timeline tsk_1');
    expect(io.stdout.text()).toMatch(/step 1.*\n└─ completed click.*the first one/);
    expect(api.seen('GET /v1/runs/tsk_1/timeline')).toHaveLength(1);
  });
});
