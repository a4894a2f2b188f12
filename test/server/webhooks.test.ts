import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { signWebhook, standardSecret } from '../../src/protocol/webhookSignature.js';
import { openDatabase } from '../../src/server/database.js';
import { MIGRATIONS } from '../../src/server/schema.js';
import { MAX_BEGUN, MAX_TRIES } from '../../src/server/webhooks.js';
import { type ManualClock, manualClock, turn } from '../support/clock.js';
import { embedded } from '../support/embedded.js';
import { tempFolder } from '../support/io.js';

interface Delivery {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

type Answer = (response: ServerResponse) => void;
const answer =
  (status: number, headers: Record<string, string> = {}, text = '{"received":true}'): Answer =>
  (response) =>
    response.writeHead(status, headers).end(text);

/** Keeps what it is sent; answers by the next of `answers`, 200 when there is none left. */
async function receiver(...answers: Answer[]) {
  const deliveries: Delivery[] = [];
  let arrived = () => {};
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    deliveries.push({ path: request.url!, headers: request.headers, body: Buffer.concat(chunks) });
    (answers.shift() ?? answer(200))(response);
    arrived();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?a=1`,
    deliveries,
    async until(count: number) {
      while (deliveries.length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
  };
}

const recordedJson = (name: string) => JSON.parse(readFileSync(new URL(`../recorded/${name}.json`, import.meta.url), 'utf8'));

type Ask = Awaited<ReturnType<typeof embedded>>['ask'];

/** Looks until the outcome of the delivery is known. */
async function outcome(ask: Ask, runId: string): Promise<string> {
  for (;;) {
    const reason = (await ask('GET', `/api/v1/tasks/${runId}`)).body.webhook_failure_reason;
    if (reason !== null) return reason;
    await turn();
  }
}

test('the end of a run is told once, signed over the exact bytes, in the keys that upstream sends', async () => {
  const hook = await receiver();
  const { start, ask, token } = await embedded();
  const id = await start('complete', { webhook_url: hook.url });
  expect(await outcome(ask, id)).toBe('');
  expect(hook.deliveries).toHaveLength(1);
  const [{ path, headers, body }] = hook.deliveries as [Delivery];
  expect([path, headers['content-type']]).toEqual(['/hook?a=1', 'application/json']);
  expect(headers['x-skyvern-signature']).toBe(createHmac('sha256', token).update(body).digest('hex'));
  expect(Math.abs(Number(headers['x-skyvern-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
  expect(headers['x-api-key']).toBeUndefined();
  const told = JSON.parse(body.toString());
  const recorded = recordedJson('signed-task-webhook').deliveries[0].body;
  expect(Object.keys(told)).toEqual(Object.keys(recorded));
  expect(told).toMatchObject({ task_id: id, run_id: id, run_type: 'task_v1', status: 'completed', output: { title: 'A page' } });
  const run = (await ask('GET', `/v1/runs/${id}`)).body;
  expect(run.run_request.webhook_url).toBe(hook.url);
  expect((await ask('GET', `/api/v1/tasks/${id}`)).body.request).toMatchObject({ webhook_callback_url: hook.url });
});

/** Moves time on between the tries of one delivery. */
async function afterTries(clock: ManualClock, hook: Awaited<ReturnType<typeof receiver>>, tries: number): Promise<void> {
  await clock.advance(0); // lets the worker take it
  const waits = () => clock.slept.filter((ms) => ms >= 1_000 && ms < 5_000);
  for (let n = 1; n < tries; n++) {
    await hook.until(n);
    while (waits().length < n) await turn();
    await clock.advance(5_000);
  }
}

test('it is signed by Standard Webhooks, too: one message however often it is sent, its time in the signature', async () => {
  const hook = await receiver(answer(500), answer(200));
  const clock = manualClock({ auto: false });
  const { start, ask, token } = await embedded({ clock });
  const id = await start('complete', { webhook_url: hook.url });
  await afterTries(clock, hook, 2);
  expect(await outcome(ask, id)).toBe('');
  await ask('POST', `/v1/runs/${id}/retry_webhook`);
  expect(hook.deliveries.map(({ headers }) => headers['webhook-id'])).toEqual([`msg_${id}`, `msg_${id}`, `msg_${id}`]);
  // As the specification says it, from the secret that a library is given.
  const secret = Buffer.from(standardSecret(token).slice('whsec_'.length), 'base64');
  for (const { headers, body } of hook.deliveries) {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
  }
});

test('every try can be looked at: when, how long, what was answered, or why nothing was', async () => {
  const hook = await receiver(answer(503, {}, 'later'), (response) => response.destroy(), answer(200, {}, 'thanks'));
  const clock = manualClock({ auto: false });
  const { start, ask } = await embedded({ clock });
  const id = await start('complete', { webhook_url: hook.url });
  await afterTries(clock, hook, 3);
  expect(await outcome(ask, id)).toBe('');
  await ask('POST', `/v1/runs/${id}/retry_webhook`);
  const seen = (await ask('GET', `/v1/runs/${id}/webhook_deliveries`)).body;
  const own = { target_webhook_url: hook.url, replay: false, error: null };
  expect(seen).toMatchObject([
    { ...own, status_code: 503, response_body: 'later' },
    { ...own, status_code: null, response_body: null, error: 'socket hang up' },
    { ...own, status_code: 200, response_body: 'thanks' },
    { ...own, status_code: 200, replay: true },
  ]);
  expect((await ask('GET', '/v1/runs/tsk_1/webhook_deliveries')).status).toBe(404);
});

test.each<[string, string]>([
  ['fail', 'failed'],
  ['hold', 'canceled'],
])('a run of "%s" is told as %s', async (prompt, status) => {
  const hook = await receiver();
  const { start, ask, untilActions } = await embedded();
  const id = await start(prompt, { webhook_url: hook.url });
  await untilActions(id, 2);
  await ask('POST', `/v1/runs/${id}/cancel`);
  expect(await outcome(ask, id)).toBe('');
  expect(hook.deliveries.map(({ body }) => JSON.parse(body.toString()).status)).toEqual([status]);
});

test('F57 a receiver that fails is asked three times, with growing waits or as long as it says, and the reason is kept', async () => {
  const hook = await receiver(answer(500, {}, 'first'), answer(429, { 'retry-after': '7' }), answer(503, {}, 'third'));
  const clock = manualClock({ auto: false });
  const { start, ask, log } = await embedded({ clock });
  const id = await start('complete', { webhook_url: hook.url });
  await clock.advance(0); // lets the worker take it
  await hook.until(1);
  while (!clock.slept.some((ms) => ms >= 1_000 && ms < 2_000)) await turn();
  await clock.advance(2_000);
  await hook.until(2);
  while (!clock.slept.includes(7_000)) await turn();
  await clock.advance(6_000);
  expect(hook.deliveries).toHaveLength(2);
  await clock.advance(1_000);
  expect(await outcome(ask, id)).toBe('Webhook failed with status code 503, error message: third');
  expect(hook.deliveries).toHaveLength(3);
  expect((await ask('GET', `/v1/runs/${id}`)).body.status).toBe('completed');
  expect(log.join()).toContain(id);
});

test.each<[string, Answer, RegExp, number]>([
  ['says no', answer(410, {}, 'gone'), /^Webhook failed with status code 410, error message: gone$/, 1],
  ['redirects', answer(302, { location: 'http://127.0.0.1:9/elsewhere' }, ''), /^Webhook failed with status code 302/, 1],
  [
    'says too much',
    answer(400, {}, 'x'.repeat(100_000)),
    /^Webhook failed with status code 400, error message: x{2048}\n\.\.\. \(truncated\)$/,
    1,
  ],
])('F57 a receiver that %s is not asked again', async (_, scripted, reason, count) => {
  const hook = await receiver(scripted);
  const { start, ask } = await embedded();
  const id = await start('complete', { webhook_url: hook.url });
  expect(await outcome(ask, id)).toMatch(reason);
  expect(hook.deliveries).toHaveLength(count);
});

test('F57 a silent receiver is given up after 30 seconds a try', async () => {
  const silent: Answer = () => {};
  const hook = await receiver(silent, silent, silent);
  const clock = manualClock({ auto: false });
  const { start, ask } = await embedded({ clock });
  const id = await start('complete', { webhook_url: hook.url });
  await clock.advance(0);
  for (const tries of [1, 2, 3]) {
    await hook.until(tries);
    await clock.advance(29_999);
    expect((await ask('GET', `/api/v1/tasks/${id}`)).body.webhook_failure_reason).toBeNull();
    await clock.advance(1);
    if (tries === 3) break;
    const waits = () => clock.slept.filter((ms) => ms >= 1_000 && ms < 5_000);
    while (waits().length < tries) await turn();
    await clock.advance(waits().at(-1)!);
  }
  expect(await outcome(ask, id)).toBe('Webhook could not be sent: no answer within 30 s');
});

test('F50 F57 what was not told when the server stopped is told by the next one, also of runs that it interrupted', async () => {
  const silent: Answer = () => {};
  const hook = await receiver(silent);
  const folder = tempFolder();
  const first = await embedded({ folder, pid: 1 });
  const ended = await first.start('complete', { webhook_url: hook.url });
  await hook.until(1);
  const held = await first.start('hold', { webhook_url: hook.url });
  await first.untilActions(held, 2);
  await first.stop();
  const second = await embedded({ folder, pid: 2 });
  expect(await outcome(second.ask, ended)).toBe('');
  expect(await outcome(second.ask, held)).toBe('');
  const told = hook.deliveries.slice(1).map(({ body }) => JSON.parse(body.toString()));
  expect(Object.fromEntries(told.map(({ run_id, status }) => [run_id, status]))).toEqual({ [ended]: 'completed', [held]: 'failed' });
});

test.each([
  ['in three tries: the receiver did not fail them, and is told', MAX_TRIES, 1],
  ['in many tries: the receiver may be why, and is asked no more', MAX_BEGUN, 0],
])('servers that died %s', async (_, begun, told) => {
  const hook = await receiver();
  const folder = tempFolder();
  const first = await embedded({ folder, pid: 1 });
  const id = await first.start('complete');
  await first.until(id, 'completed');
  first.db.prepare('INSERT INTO webhooks (run_id, url, tries) VALUES (?, ?, ?)').run(id, hook.url, begun);
  await first.stop();
  const second = await embedded({ folder, pid: 2 });
  expect(await outcome(second.ask, id)).toMatch(told ? /^$/ : /stopped/);
  expect(hook.deliveries).toHaveLength(told);
});

test('tries that failed are counted from one server to the next', async () => {
  const no = answer(500);
  const hook = await receiver(no, no, no, no, no);
  const folder = tempFolder();
  const held = manualClock({ auto: false });
  const first = await embedded({ folder, pid: 1, clock: held });
  const id = await first.start('complete', { webhook_url: hook.url });
  await afterTries(held, hook, 2);
  while (held.slept.filter((ms) => ms >= 1_000 && ms < 5_000).length < 2) await turn();
  await first.stop();
  const second = await embedded({ folder, pid: 2 });
  expect(await outcome(second.ask, id)).toContain('status code 500');
  expect(hook.deliveries).toHaveLength(MAX_TRIES);
});

test("a replay sends now and once, to the run's own receiver or another, and answers what came of it", async () => {
  const hook = await receiver(answer(200), answer(500, {}, 'no'), answer(200));
  const { start, ask, token } = await embedded();
  const id = await start('complete', { webhook_url: hook.url });
  expect(await outcome(ask, id)).toBe('');
  const { body } = await ask('POST', `/v1/runs/${id}/retry_webhook`);
  const recorded = recordedJson('signed-task-retry-webhook').response.body;
  expect(Object.keys(body)).toEqual(Object.keys(recorded));
  expect(body).toMatchObject({ status_code: 500, response_body: 'no', error: null, target_webhook_url: hook.url, run_type: 'task_v1' });
  expect(Object.keys(body.headers)).toEqual([...Object.keys(recorded.headers), 'webhook-id', 'webhook-timestamp', 'webhook-signature']);
  expect(hook.deliveries[1]!.body.toString()).toBe(body.payload);
  expect(body.headers['x-skyvern-signature']).toBe(signWebhook(body.payload, token));
  const other = await ask('POST', `/v1/runs/${id}/retry_webhook`, { body: { webhook_url: hook.url.replace('/hook', '/other') } });
  expect(other.body).toMatchObject({ status_code: 200, default_webhook_url: hook.url });
  expect(hook.deliveries.map(({ path }) => path)).toEqual(['/hook?a=1', '/hook?a=1', '/other?a=1']);
  const nobody = await ask('POST', `/v1/runs/${id}/retry_webhook`, { body: { webhook_url: 'http://127.0.0.1:9/' } });
  expect(nobody.body).toMatchObject({ status_code: null, response_body: null, error: expect.stringMatching(/^Could not reach URL: /) });
});

test("a replay is refused in upstream's words", async () => {
  const { start, ask, until } = await embedded();
  const [running, ended] = [await start('wait'), await start('complete')];
  await until(running, 'running');
  await until(ended, 'completed');
  const replay = async (id: string, body?: unknown) => {
    const refused = await ask('POST', `/v1/runs/${id}/retry_webhook`, { body });
    return [refused.status, refused.body.detail];
  };
  expect(await replay('tsk_1', {})).toEqual([404, 'Run tsk_1 not found']);
  expect(await replay(running)).toEqual([400, `Run ${running} has not reached a terminal state (status=running).`]);
  expect(await replay(ended)).toEqual([400, 'No webhook URL configured for the run.']);
  const scheme = 'Invalid url: unsupported scheme. Use an HTTP or HTTPS URL with at most 2083 characters.';
  expect(await replay(ended, { webhook_url: 'ftp://example.com' })).toEqual([400, scheme]);
  expect(await replay('tsk_1', { webhook_url: 5 })).toEqual([422, [expect.objectContaining({ loc: ['body', 'webhook_url'] })]]);
  const start422 = await ask('POST', '/v1/run/tasks', { body: { prompt: 'complete', webhook_url: 'ftp://example.com/x' } });
  expect([start422.status, start422.body.detail]).toEqual([400, scheme.replace('url', 'webhook_url')]);
});

test('runs of a database of the first version are kept', () => {
  const file = join(tempFolder(), 'server.db');
  openDatabase(file, 1, MIGRATIONS.slice(0, 1)).db.close();
  const old = new DatabaseSync(file);
  old.exec(`INSERT INTO runs (run_id, task_run_id, status, engine, request, holds_secrets, created_at, modified_at)
    VALUES ('tsk_1', 'tr_1', 'completed', 'rules', '{"prompt":"x"}', 0, 1, 1)`);
  old.close();
  const { db } = openDatabase(file, 2);
  expect(db.prepare('SELECT run_id FROM runs').all()).toEqual([{ run_id: 'tsk_1' }]);
  expect(db.prepare('SELECT * FROM webhooks').all()).toEqual([]);
  db.close();
});
