import { expect, test } from 'vitest';
import { manualClock } from '../support/clock.js';
import { embedded } from '../support/embedded.js';
import { scriptedRunner } from '../support/scriptedRunner.js';

/** Acts, asks a person, and tells the answer as its output. */
const asking = scriptedRunner({
  async ask(_, recorder) {
    await recorder.acting();
    await recorder.stepStarted(0);
    const answer = await recorder.askPerson('Click "Pay now"? It pays.');
    await recorder.stepEnded(0, { status: 'completed', isLast: true, usage: null });
    return { status: 'completed', output: answer };
  },
});

test('a run that asks a person is paused with what it asks, and goes on after the yes', async () => {
  const { ask, start, until } = await embedded({ runner: asking });
  const id = await start('ask');
  await until(id, 'paused');
  const [item] = (await ask('GET', `/v1/runs/${id}/timeline`)).body;
  expect(item.block.instructions).toBe('Click "Pay now"? It pays.');
  expect(await ask('POST', `/v1/workflows/runs/${id}/continue`)).toMatchObject({ status: 200, body: null });
  expect((await until(id, 'completed')).output).toBe('approved');
  expect((await ask('GET', `/v1/runs/${id}/timeline`)).body[0].block.instructions).toBeNull();
});

test('the no is a cancel; a run that does not wait cannot go on', async () => {
  const { ask, start, until } = await embedded({ runner: asking });
  const id = await start('ask');
  await until(id, 'paused');
  expect((await ask('POST', `/v1/runs/${id}/cancel`)).status).toBe(200);
  expect((await until(id, 'canceled')).output).toBeNull();
  const again = await ask('POST', `/v1/workflows/runs/${id}/continue`);
  expect(again).toMatchObject({ status: 404, body: { detail: `Workflow run not found ${id}` } });
});

test('a question that nobody answers for two hours is over', async () => {
  const { start, until } = await embedded({ runner: asking, clock: manualClock() });
  expect((await until(await start('ask'), 'completed')).output).toBe('unanswered');
});

test('a server that is told to stop while a run waits fails the run and ends', async () => {
  const first = await embedded({ runner: asking });
  const id = await first.start('ask');
  await first.until(id, 'paused');
  await first.stop();
  const second = await embedded({ folder: first.folder, pid: 2 });
  expect(await second.until(id, 'failed')).toMatchObject({
    failure_reason: expect.stringContaining('was stopped while this run was acting'),
  });
});

test.each([
  [{ allow_hosts: ['http://10.0.0.1/admin'] }, 'allow_hosts'],
  [{ allow_hosts: ['*'] }, 'allow_hosts'],
  [{ allow_hosts: 'localhost' }, 'allow_hosts'],
  [{ confirm: ['steal'] }, 'confirm'],
])('%j is refused with the name of the field', async (fields, name) => {
  const { ask } = await embedded();
  const { status, body } = await ask('POST', '/v1/run/tasks', { body: { prompt: 'complete', url: 'http://a/', ...fields } });
  expect(status).toBe(422);
  expect(JSON.stringify(body)).toContain(name);
});

test('hosts and kinds to confirm reach the engine as origins and a policy', async () => {
  const runner = scriptedRunner();
  const { start, until } = await embedded({ runner });
  const fields = { allow_hosts: ['localhost:3000', 'intranet.example', '[fd00::1]:8443'], confirm: ['send', 'pay'], unattended: true };
  await until(await start('complete', fields), 'completed');
  expect(runner.specs[0]).toMatchObject({
    allowedUrls: ['http://localhost:3000', 'http://intranet.example', 'https://intranet.example', 'http://[fd00::1]:8443'],
    confirm: { risks: ['pay', 'send'], unattended: true },
  });
});
