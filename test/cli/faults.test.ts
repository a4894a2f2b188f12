/** Faults of reliability chapter 3, through the whole program: sentence, hint, JSON `code`, exit code, and what is on stdout. */
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { type Fault, type FaultServer, faultServer, type MadeRun, page } from '../support/faultServer.js';
import { type TestIo, testIo } from '../support/io.js';

const NOW = Date.UTC(2026, 0, 20, 12);
const LIMITS = { connectMs: 1_000, headersMs: 300, bodyIdleMs: 300, totalMs: 4_000, startMs: 300 };

interface Ran {
  readonly code: number;
  readonly io: TestIo;
}

async function skyvern(server: FaultServer, argv: readonly string[], home?: string, clock = manualClock({ start: NOW })): Promise<Ran> {
  const io = testIo({ SKYVERN_BASE_URL: server.url, SKYVERN_API_KEY: 'key-1', ...(home && { SKYVERN_HOME: home }) });
  const code = await main(argv, io, new AbortController().signal, { clock, random: seededRandom(), timeouts: LIMITS });
  return { code, io };
}

const answer = (status: number, body: string, headers: Record<string, string> = {}, made = false): Fault => ({
  kind: 'answer',
  made,
  status,
  headers,
  body,
});
const HTML = { 'content-type': 'text/html' };
const ELSEWHERE = { location: 'http://127.0.0.1:9/x' };

interface Told {
  readonly exit: number;
  readonly code: string;
  readonly sentence: RegExp;
  readonly hint: RegExp;
}

/** One sentence and one hint on stderr, in the form that was asked for, and nothing on stdout. */
function expectTold({ code, io }: Ran, { exit, code: stable, sentence, hint }: Told, mode: string): void {
  expect(code).toBe(exit);
  expect(io.stdout.text()).toBe('');
  if (mode === 'json') {
    const problem = JSON.parse(io.stderr.lines().at(-1) as string);
    expect(problem).toMatchObject({
      code: stable,
      exit_code: exit,
      message: expect.stringMatching(sentence),
      hint: expect.stringMatching(hint),
    });
    return;
  }
  const errors = io.stderr.lines().filter((line) => /^(?:error|detached|timed out): /.test(line));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(sentence);
  expect(io.stderr.lines().at(-1)).toMatch(/^hint: /);
  expect(io.stderr.lines().at(-1)).toMatch(hint);
}

const told = (exit: number, code: string, sentence: RegExp, hint: RegExp): Told => ({ exit, code, sentence, hint });
const DOCTOR = /`skyvern doctor`/;

const READS: readonly (readonly [string, Fault, Told])[] = [
  ['F01 reset', { kind: 'reset', made: false }, told(3, 'connection_lost', /was lost before the answer came/, DOCTOR)],
  ['F29 closed', { kind: 'close', made: false }, told(3, 'connection_lost', /was lost/, DOCTOR)],
  ['F27 cut', { kind: 'cut', bytes: 190 }, told(3, 'connection_lost', /was lost/, DOCTOR)],
  ['F03 502', answer(502, page('502 Bad Gateway'), HTML), told(3, 'server_error', /failed with 502: 502 Bad Gateway/, DOCTOR)],
  ['F03 504', answer(504, ''), told(3, 'server_error', /failed with 504/, DOCTOR)],
  ['F05 cut JSON', answer(200, '{"run_id":"tsk_1'), told(3, 'bad_answer', /ends in the middle/, DOCTOR)],
  ['F05 empty', answer(200, ''), told(3, 'bad_answer', /is empty/, DOCTOR)],
  ['F05 another shape', answer(200, '[]'), told(3, 'unexpected_answer', /is not an object/, DOCTOR)],
  ['F25 a log-in page', answer(200, page('Hotel'), HTML), told(3, 'not_an_api', /is a web page, "Hotel"/, /--base-url/)],
  ['F30 compressed', answer(200, 'x', { 'content-encoding': 'br' }), told(3, 'unexpected_encoding', /compressed its answer/, DOCTOR)],
  [
    'F10 a revoked key',
    answer(401, '{"detail":"Invalid credentials"}'),
    told(4, 'key_refused', /refused the key: Invalid cred/, /SKYVERN_API_KEY/),
  ],
  ['F11 no credits', answer(403, '{"detail":"No credits left"}'), told(9, 'payment_required', /No credits left/, /plan/)],
  ['F63 no such route', answer(404, '{"detail":"Not Found"}'), told(5, 'no_such_route', /has no GET/, /version of the server/)],
  ['F07 429 past all patience', answer(429, '{}', { 'retry-after': '9999' }), told(6, 'rate_limited', /come back in 9999 s/, /later/)],
  ['A15 a redirect', answer(307, '', ELSEWHERE), told(16, 'redirect', /sent the request on to http:\/\/127.0.0.1:9/, /base URL/)],
  ['A24 escapes', answer(400, '{"detail":"\\u001b]0;pwn\\u0007 no"}'), told(9, 'bad_request', /refused the request: .*no/, /try again/)],
];
const COMMANDS = ['get', 'watch', 'cancel', 'output', 'wait'] as const;

describe.each(['plain', 'json'])('reads, --output %s', (mode) => {
  test.each(READS)('%s: the same for every command that reads a run', async (_, fault, expected) => {
    for (const command of COMMANDS) {
      const server = await faultServer({ now: () => NOW, status: () => 'completed' });
      const id = server.twin({}, NOW);
      server.on(`GET /v1/runs/${id}`, ...Array<Fault>(9).fill(fault));
      const ran = await skyvern(server, ['run', command, id, '--output', mode]);
      if (command === 'wait') expect(ran.code, command).toBe(expected.exit);
      else expectTold(ran, expected, mode);
      expect(ran.io.stderr.text() + ran.io.stdout.text()).not.toMatch(/\u001b|\u0007/);
    }
  });
});

test('a run that was got is no fault: the check would notice', async () => {
  const server = await faultServer({ now: () => NOW, status: () => 'completed' });
  const ran = await skyvern(server, ['run', 'get', server.twin({}, NOW)]);
  for (const [, , expected] of READS) expect(() => expectTold(ran, expected, 'plain')).toThrow();
});

test.each([
  ['F27 no answer', { kind: 'stall', bytes: 0 } as const, /did not answer in time/],
  ['F27 half an answer', { kind: 'stall', bytes: 190 } as const, /stopped in the middle/],
])(
  '%s: given up in time',
  async (_, fault, sentence) => {
    const server = await faultServer({ now: () => NOW });
    const id = server.twin({}, NOW);
    server.on(`GET /v1/runs/${id}`, fault, fault, fault);
    expectTold(await skyvern(server, ['run', 'get', id]), told(3, 'timeout', sentence, DOCTOR), 'plain');
  },
  15_000,
);

const START = 'POST /v1/run/tasks';
const task = (...more: string[]) => ['task', 'run', '--prompt', 'Get the title', '--url', 'https://x.example', ...more];

const LOST: readonly (readonly [string, Fault])[] = [
  ['F01 reset after the run was made', { kind: 'reset', made: true }],
  ['F29 closed', { kind: 'close', made: true }],
  ['F27 cut in its headers', { kind: 'cut', bytes: 20 }],
  ['F27 cut in its body', { kind: 'cut', bytes: 250 }],
  ['F27 no answer', { kind: 'stall', bytes: 0 }],
  ['F03 502', answer(502, page('502'), HTML, true)],
  ['F03 504', answer(504, '', {}, true)],
  ['F09 500', answer(500, '{"error":"Unexpected error: KeyError"}', {}, true)],
  ['F05 a web page', answer(200, page('Log in'), HTML, true)],
  ['F05 an empty body', answer(200, '', {}, true)],
  ['F05 no run id', answer(200, '{}', {}, true)],
  ['F05 another type', answer(200, 'ok', { 'content-type': 'image/png' }, true)],
  ['F30 compressed', answer(200, 'x', { 'content-encoding': 'gzip' }, true)],
  ['F04 a run that is late', { kind: 'late', afterMs: 90_000 }],
];

describe('task run', () => {
  test.each(LOST)('%s: found, told, and one run', async (_, fault) => {
    for (const mode of ['plain', 'json']) {
      const clock = manualClock({ start: NOW });
      const server = await faultServer({ now: () => clock.now() });
      server.on(START, fault);
      const { code, io } = await skyvern(server, task('--output', mode), undefined, clock);
      expect([code, server.made.length, server.seen.filter((request) => request === START).length]).toEqual([0, 1, 1]);
      const id = server.made[0]?.run_id;
      if (mode === 'json') expect(io.stdout.json()).toMatchObject([{ run_id: id }]);
      else expect(io.stdout.text()).toBe(`${id}\n`);
      expect(io.stderr.text()).toMatch(/^The reply was lost \(.+\)\. Looking for your run \.\.\.\n[\s\S]*^found tsk_\d+ \(/m);
    }
  });

  const REFUSED: readonly (readonly [string, Fault, Told])[] = [
    [
      'F11 402',
      answer(402, '{"detail":"Insufficient credits"}'),
      told(9, 'payment_required', /Insufficient credits; nothing was started/, /credits/),
    ],
    ['401', answer(401, '{"detail":"Invalid credentials"}'), told(4, 'key_refused', /; nothing was started/, /SKYVERN_API_KEY/)],
    [
      '422',
      answer(422, '{"detail":[{"loc":["body","url"],"msg":"bad url"}]}'),
      told(9, 'invalid', /url: bad url; nothing was started/, /try again/),
    ],
    ['404', answer(404, '{"detail":"Not Found"}'), told(5, 'no_such_route', /has no POST .*; nothing was started/, /version/)],
    ['F07 429', answer(429, '{}', { 'retry-after': '9999' }), told(6, 'rate_limited', /9999 s; nothing was started/, /later/)],
    ['A15 307', answer(307, '', ELSEWHERE), told(16, 'redirect', /not followed.*; nothing was started/, /base URL/)],
  ];
  test.each(REFUSED)('%s: refused, and nothing was started', async (_, fault, expected) => {
    for (const mode of ['plain', 'json']) {
      const server = await faultServer({ now: () => NOW });
      server.on(START, fault);
      expectTold(await skyvern(server, task('--output', mode)), expected, mode);
      expect(server.made).toEqual([]);
    }
  });

  const DOUBTFUL: readonly (readonly [string, Fault, Told])[] = [
    [
      'F02 reset before it was read',
      { kind: 'reset', made: false },
      told(7, 'start_unknown', /was lost .*no run of it was found; it may still appear/, /`skyvern run recover --op 0\w+`/),
    ],
    [
      'F06 an id of a wrong shape',
      answer(200, '{"run_id":"../x"}', {}, true),
      told(16, 'bad_run_id', /no run id/, /`skyvern run recover --op 0\w+`/),
    ],
    [
      'A15 302',
      answer(302, '', ELSEWHERE),
      told(16, 'redirect', /whether the run started is not known/, /`skyvern run recover --op 0\w+`/),
    ],
  ];
  test.each(DOUBTFUL)('%s: said to be unknown, with the command that settles it', async (_, fault, expected) => {
    for (const mode of ['plain', 'json']) {
      const clock = manualClock({ start: NOW });
      const server = await faultServer({ now: () => clock.now() });
      server.on(START, fault);
      const ran = await skyvern(server, task('--output', mode), undefined, clock);
      expectTold(ran, expected, mode);
      const op = /recover --op (\w+)/.exec(ran.io.stderr.text())?.[1] as string;
      await clock.sleep(660_000);
      const settled = await skyvern(server, ['run', 'recover', '--op', op, '--json'], ran.io.home, clock);
      expect(settled.code).toBe(0);
      expect(settled.io.stdout.json()[0]).toMatchObject(
        server.made[0] ? [{ result: 'found', run_id: server.made[0].run_id }] : [{ result: 'none' }],
      );
    }
  });

  test.each([
    [
      'whose list is none either: the end comes at once, and names the address',
      9,
      /could not be looked for: .*; check SKYVERN_BASE_URL/,
      0,
    ],
    ['whose list is one: its run is looked for to the end', 0, /no run of it was found/, 100_000],
  ])('F25 an answer of something that is no Skyvern, %s', async (_, pages, sentence, atLeastMs) => {
    const clock = manualClock({ start: NOW });
    const server = await faultServer({ now: () => clock.now() });
    server.on(START, answer(200, page('Hotel'), HTML));
    server.on('GET /v1/runs', ...Array(pages).fill(answer(200, page('Hotel'), HTML)));
    const began = clock.monotonic();
    expectTold(await skyvern(server, task(), undefined, clock), told(7, 'start_unknown', sentence, /`skyvern run recover --op/), 'plain');
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(atLeastMs);
    if (pages > 0) expect(clock.monotonic() - began).toBeLessThan(1_000);
  });

  test('several runs may be it: 7 with both', async () => {
    const server = await faultServer({ now: () => NOW });
    const request = { prompt: 'Get the title', url: 'https://x.example/' };
    server.twin(request, NOW);
    server.on(START, { kind: 'reset', made: true });
    const ran = await skyvern(server, task());
    expectTold(
      ran,
      told(7, 'start_unknown', /2 runs may be it: tsk_\d+ \(running\), tsk_\d+ \(running\)/, /`skyvern run recover --op/),
      'plain',
    );
  });

  test('nobody listens: tried three times, nothing was started', async () => {
    const server = await faultServer();
    server.close();
    const ran = await skyvern(server, task());
    expectTold(ran, told(3, 'unreachable', /no server listens at .*; nothing was started/, /--local/), 'plain');
    expect(ran.io.stderr.text().match(/did not get through/g)).toHaveLength(2);
  });

  test('F07 429 with a time is waited out and sent again as the same start', async () => {
    const clock = manualClock({ start: NOW });
    const server = await faultServer({ now: () => clock.now() });
    server.on(START, answer(429, '{}', { 'retry-after': '30' }));
    const { code, io } = await skyvern(server, task(), undefined, clock);
    expect([code, server.made.length]).toEqual([0, 1]);
    expect(io.stderr.text()).toMatch(/again in 30s/);
    expect(new Set(server.headers.map((headers) => headers['idempotency-key'])).size).toBe(1);
  });

  test('--fence: what is not found is ended for certain and sent again', async () => {
    const clock = manualClock({ start: NOW });
    const server = await faultServer({ now: () => clock.now() });
    server.on(START, { kind: 'reset', made: false });
    const { code, io } = await skyvern(server, task('--fence'), undefined, clock);
    expect([code, io.stdout.text()]).toEqual([0, `${server.made[0]?.run_id}\n`]);
    expect(server.made.filter(({ acts }) => acts)).toHaveLength(1);
    expect(server.sessions.map(({ status }) => status)).toEqual(['completed', 'created']);
    expect(server.made[0]?.request['browser_session_id']).toBe(server.sessions[1]?.browser_session_id);
  });
});

describe('a watch outlives what passes', () => {
  const watch = async (id: (server: FaultServer) => string, faults: readonly Fault[], ...argv: string[]) => {
    const clock = manualClock({ start: NOW });
    let reads = 0;
    const status = ({ run_id }: MadeRun) =>
      server.seen.filter((request) => request === `GET /v1/runs/${run_id}`).length > reads ? 'completed' : 'running';
    const server: FaultServer = await faultServer({ now: () => clock.now(), status });
    const runId = id(server);
    reads = faults.length;
    server.on(`GET /v1/runs/${runId}`, ...faults);
    return { server, runId, ...(await skyvern(server, [...argv, runId], undefined, clock)) };
  };
  const twin = (server: FaultServer) => server.twin({}, NOW);
  const ok: Fault = { kind: 'ok' };
  const times = (count: number, fault: Fault) => Array<Fault>(count).fill(fault);

  test.each<[string, readonly Fault[]]>([
    ['F23 twenty resets', [ok, ...times(20, { kind: 'reset', made: false })]],
    ['F03 a gateway that is down', [ok, ...times(12, answer(502, page('502'), HTML))]],
    ['F25 a log-in page for a while', [ok, ...times(6, answer(200, page('Hotel'), HTML))]],
    ['F07 429 for a while', [ok, ...times(6, answer(429, '{}', { 'retry-after': '20' }))]],
  ])('%s: still the verdict of the run', async (_, faults) => {
    const { code, io } = await watch(twin, faults, 'run', 'watch', '--output', 'ndjson');
    expect(code).toBe(0);
    const events = io.stdout.json();
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ type: 'result', exit_code: 0 });
  });

  test('F10 a key that is revoked in the middle: 4, and the run is named', async () => {
    const { code, io, runId } = await watch(
      twin,
      [ok, ...times(9, answer(401, '{"detail":"Invalid credentials"}'))],
      'run',
      'watch',
      '--json',
    );
    expect(code).toBe(4);
    expect(JSON.parse(io.stderr.lines().at(-1) as string)).toMatchObject({ code: 'key_refused', exit_code: 4, run_id: runId });
  });

  test('F13 a run that is no longer visible: asked again, then 5', async () => {
    const { code, server, runId } = await watch(twin, [ok, ...times(9, answer(404, '{"detail":"Task run not found"}'))], 'run', 'watch');
    expect(code).toBe(5);
    expect(server.seen.filter((request) => request === `GET /v1/runs/${runId}`).length).toBeGreaterThanOrEqual(4);
  });

  test('F33 a cancel whose answer is lost says how the run is', async () => {
    const server = await faultServer({
      now: () => NOW,
      status: () => (server.seen.some((each) => each.startsWith('POST')) ? 'canceled' : 'running'),
    });
    const id = server.twin({}, NOW);
    server.on(`POST /v1/runs/${id}/cancel`, { kind: 'reset', made: true });
    const { code, io } = await skyvern(server, ['run', 'cancel', id]);
    expect([code, io.stdout.text()]).toEqual([0, `${id}\tcanceled\n`]);
  });
});
