/** `retry_policy`: a run that ends as said is run again under its id, is shown in between as a real server shows it, and can be called off. */
import { expect, test } from 'vitest';
import { manualClock } from '../support/clock.js';
import { type Answered, embedded } from '../support/embedded.js';
import { type Flows, flows, type Wire } from '../support/flows.js';
import { recorded } from '../support/recorded.js';
import { noModels, type Script, scriptedRunner, scripts, spending } from '../support/scriptedRunner.js';

const seen = (name: string) => recorded(name).response.body as Answered['body'];
const policy = (more: Wire = {}) => ({
  definition: { retry_policy: { max_retries: 1, delay_seconds: 5, retry_on: [{ status: 'failed' }], ...more } },
});
const task = (text: string) => ({ block_type: 'task', label: 'x', navigation_goal: text });
const shown = ({ status, attempt, retry_pending, next_attempt_at, attempts }: Answered['body']) => ({
  status,
  attempt,
  retry_pending,
  hasNext: next_attempt_at !== null,
  attempts: attempts.map((each: Wire) => [each['attempt_number'], each['status'], each['retry_decision'], each['decision_reason']]),
});

/** Fails so many times, then it is done. */
function failing(times: number): Readonly<Record<string, Script>> {
  let tries = 0;
  return {
    try: async (spec, recorder, signal) => {
      return scripts[tries++ < times ? 'fail' : 'complete']!(spec, recorder, signal);
    },
  };
}

/** The run when it is over: not between two attempts. */
async function ended(server: Flows, runId: string, attempt = 1): Promise<Answered['body']> {
  for (;;) {
    const run = (await server.ask('GET', `/v1/runs/${runId}`)).body;
    if (run.finished_at !== null && !run.retry_pending && run.attempt >= attempt) return run;
  }
}

test.each([
  [1, 'retry-policy-run-failed-retry-pending', 'completed', null],
  [2, 'retry-policy-run-failed-retry-pending', 'failed', 'budget_exhausted'],
])('a run that fails %i times is tried again once, and shown as a real server shows it', async (times, name, last, why) => {
  const clock = manualClock({ auto: false });
  const server = await flows({ clock }, failing(times));
  const { body } = await server.begin([task('try it')], policy());
  await clock.advance(0);
  const pending = await server.until(body.run_id, 'failed');
  expect(shown(pending)).toEqual(shown(seen(name)));
  expect(pending).toMatchObject({ failure_reason: expect.stringContaining('no element fits'), finished_at: expect.any(String) });
  expect(Object.keys(seen(name).attempts[0]).filter((key) => !Object.hasOwn(pending.attempts[0], key))).toEqual([]);
  expect((await server.ask('GET', '/v1/runs')).body[0]).toMatchObject({ status: 'failed', retry_pending: true, attempt: 1 });
  expect((await server.ask('GET', '/v1/workflows/runs')).body[0]).toMatchObject({ status: 'failed', retry_pending: true });
  expect((await server.ask('POST', `/v1/workflows/runs/${body.run_id}/retry`)).status).toBe(400);
  expect(server.runner.specs).toHaveLength(1);
  await clock.advance(5_000);
  const run = await ended(server, body.run_id, 2);
  expect(shown(run)).toEqual({
    status: last,
    attempt: 2,
    retry_pending: false,
    hasNext: false,
    attempts: [
      [1, 'failed', 'retry', null],
      [2, last, 'final', why],
    ],
  });
  expect(server.runner.specs).toHaveLength(2);
  const timeline = await server.timeline(body.run_id);
  expect(timeline.map((item: Wire & { block: Wire }) => [item['attempt'], item.block['attempt_number'], item.block['status']])).toEqual([
    [2, 2, last],
    [1, 1, 'failed'],
  ]);
  expect(run.step_count).toBe(2);
  // Files of the second attempt do not lie where those of the first do.
  const [first, second] = server.runner.shared;
  expect(second!.downloadsDir).not.toBe(first!.downloadsDir);
});

test('between two attempts it can be called off: it stays as it ended', async () => {
  const clock = manualClock({ auto: false });
  const server = await flows({ clock }, failing(9));
  const { body } = await server.begin([task('try it')], policy());
  await clock.advance(0);
  await server.until(body.run_id, 'failed');
  expect((await server.ask('POST', `/v1/runs/${body.run_id}/cancel`)).status).toBe(200);
  const run = (await server.ask('GET', `/v1/runs/${body.run_id}`)).body;
  expect(shown(run)).toEqual(shown(seen('retry-policy-cancel-run-final')));
  await clock.advance(60_000);
  expect(server.runner.specs).toHaveLength(1);
});

test.each<[string, Wire, string, number]>([
  ['another end than is said', { retry_on: [{ status: 'timed_out' }] }, 'fail now', 1],
  ['an error without a code that is said', { retry_on: [{ status: 'failed', error_codes: ['OTHER'] }] }, 'fail now', 1],
  ['an error with a code that is said', { retry_on: [{ status: 'failed', error_codes: ['OTHER', 'NO_ELEMENT'] }] }, 'fail now', 2],
  ['a run that is done', {}, 'complete it', 1],
  ['as often as is said', { max_retries: 3 }, 'fail now', 4],
])('%s', async (_, more, text, attempts) => {
  const server = await flows();
  const { body } = await server.begin([task(text)], policy({ delay_seconds: 0, ...more }));
  await ended(server, body.run_id);
  expect(server.runner.specs).toHaveLength(attempts);
});

test('a server that dies between two attempts leaves the run failed, and makes no other', async () => {
  const clock = manualClock({ auto: false });
  const dead = await flows({ clock }, failing(9));
  const { body } = await dead.begin([task('try it')], policy());
  await clock.advance(0);
  await dead.until(body.run_id, 'failed');
  const runner = scriptedRunner();
  const next = await embedded({ folder: dead.folder, pid: 99_999, runner });
  const run = await next.until(body.run_id, 'failed');
  expect(run).toMatchObject({ retry_pending: false, errors: [{ error_code: 'INTERRUPTED' }] });
  expect(runner.specs).toEqual([]);
});

test('all attempts together cost no more than the run may', async () => {
  const spend = spending(0.3, { status: 'failed', reason: 'no', errors: [], output: null });
  const server = await flows({ defaultEngine: null, models: { ...noModels, refusal: async () => null } }, { spend });
  const { body } = await server.begin([task('spend it')], { ...policy({ max_retries: 3, delay_seconds: 0 }), body: { max_cost: 0.5 } });
  await ended(server, body.run_id);
  expect(server.runner.specs.map(({ maxCost }) => maxCost?.toFixed(1))).toEqual(['0.5', '0.2']);
});
