import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.js';
import { manualClock, seededRandom, turn } from '../support/clock.js';
import { type FaultServer, faultServer } from '../support/faultServer.js';
import { testIo } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';

/** Runs command lines at one server and one home, on one clock. */
async function bench() {
  const clock = manualClock();
  const server = await faultServer({ now: () => clock.now() });
  const { home } = testIo();
  const at = { url: server.url, apiKey: 'key-1' };
  const random = seededRandom();
  const run = (line: string | string[], env: Record<string, string> = {}) => skyvern(at, line, { home, clock, random, env });
  return { clock, server, home, random, run };
}

/** Leaves one start behind: its answer is lost, and its run shows up only after it was given up. */
async function leave({ server, run, clock }: Awaited<ReturnType<typeof bench>>, prompt = 'Get the title'): Promise<string> {
  server.on('POST /v1/run/tasks', { kind: 'late', afterMs: 300_000 });
  const { code, io } = await run(['task', 'run', '--prompt', prompt, '--url', 'https://x.example', '--title', 'T']);
  expect(code).toBe(7);
  await clock.sleep(300_000);
  return /recover --op (\w+)/.exec(io.stderr.text())?.[1] as string;
}

test('F36 a start that was left behind is found, kept as if it had just been started, and told once', async () => {
  const world = await bench();
  const op = await leave(world);
  const { code, io } = await world.run('run recover');
  const id = world.server.made[0]?.run_id;
  expect([code, io.stdout.lines().map((line) => line.split('\t').filter((_, index) => index !== 1))]).toEqual([
    0,
    [[op, 'found', id, 'T']],
  ]);
  expect((await world.run('run get @last --json')).io.stdout.json()[0].run_id).toBe(id);
  expect((await world.run('run recover')).io.stdout.text()).toBe('');
  expect((await world.run(['run', 'recover', '--op', op, '--json'])).io.stdout.json()[0]).toMatchObject([
    { op, result: 'found', run_id: id },
  ]);
  expect(world.server.made).toHaveLength(1);
});

test('what is not found is waited for; once nothing can arrive any more, there is none', async () => {
  const { server, run, clock } = await bench();
  server.on('POST /v1/run/tasks', { kind: 'reset', made: false });
  await run(['task', 'run', '--prompt', 'x', '--url', 'https://x.example']);
  const early = await run('run recover --json');
  expect([early.code, early.io.stdout.json()[0]]).toMatchObject([7, [{ result: 'waiting', detail: 'it may still appear' }]]);
  await clock.sleep(600_000);
  const late = await run('run recover --json');
  expect([late.code, late.io.stdout.json()[0]]).toMatchObject([0, [{ result: 'none', run_id: null }]]);
});

test('a person settles what is ambiguous', async () => {
  const { server, run, clock } = await bench();
  const twin = server.twin({ prompt: 'x', url: 'https://x.example/' }, clock.now());
  server.on('POST /v1/run/tasks', { kind: 'reset', made: true });
  const { io } = await run(['task', 'run', '--prompt', 'x', '--url', 'https://x.example']);
  const op = /recover --op (\w+)/.exec(io.stderr.text())?.[1] as string;
  const asked = await run('run recover --json');
  expect([asked.code, asked.io.stdout.json()[0][0]]).toMatchObject([
    7,
    { result: 'ambiguous', candidates: [{ run_id: twin }, { run_id: server.made[1]?.run_id }] },
  ]);
  const byHand = await run(['run', 'recover', '--op', op, '--run', server.made[1]?.run_id as string, '--json']);
  expect([byHand.code, byHand.io.stdout.json()[0]]).toMatchObject([0, [{ op, result: 'found', run_id: server.made[1]?.run_id }]]);
  expect((await run(['run', 'recover', '--op', op, '--none'])).code).toBe(2);
});

test.each([
  ['no such start', 'run recover --op 01JB4X0000000000000000000Z', 5],
  ['--run without --op', 'run recover --run tsk_1', 2],
  ['--run and --none', 'run recover --op 01JB4X0000000000000000000Z --run tsk_1 --none', 2],
  ['no run id', 'run recover --op 01JB4X0000000000000000000Z --run hello', 2],
])('%s', async (_, line, code) => {
  expect((await (await bench()).run(line)).code).toBe(code);
});

test('a server that cannot be asked leaves it open, and says so', async () => {
  const world = await bench();
  await leave(world);
  world.server.close();
  const { code, io } = await world.run('run recover --json');
  expect([code, io.stdout.json()[0]]).toMatchObject([7, [{ result: 'unreachable', detail: expect.stringContaining('no server listens') }]]);
});

test('F36 the next start settles what was left behind, says so in one line, and starts its own', async () => {
  const world = await bench();
  const op = await leave(world);
  const { code, io } = await world.run(['task', 'run', '--prompt', 'another', '--url', 'https://x.example']);
  const [left, own] = world.server.made.map(({ run_id }) => run_id);
  expect([code, io.stdout.text()]).toEqual([0, `${own}\n`]);
  expect(io.stderr.text()).toBe(`found ${left}, of an earlier start whose answer was lost: T\n`);
  expect((await world.run(['run', 'recover', '--op', op, '--json'])).io.stdout.json()[0]).toMatchObject([
    { result: 'found', run_id: left },
  ]);
});

test.each<[string, (server: FaultServer) => void]>([
  ['fails', (server) => server.on('GET /v1/runs', ...Array(9).fill({ kind: 'answer', made: false, status: 500, body: '' }))],
  ['does not answer', (server) => server.on('GET /v1/runs', { kind: 'stall', bytes: 0 })],
])('a look that %s neither fails the next start nor holds it up', async (_, plan) => {
  const world = await bench();
  await leave(world);
  plan(world.server);
  const began = performance.now();
  const { code, io } = await world.run(['task', 'run', '--prompt', 'another', '--url', 'https://x.example']);
  expect([code, io.stdout.text(), io.stderr.text()]).toEqual([0, `${world.server.made.at(-1)?.run_id}\n`, '']);
  expect(performance.now() - began).toBeLessThan(3_000);
});

test('F34 a start that is terminated while it waits for its answer says what to do, and the next one finds its run', async () => {
  const { server, home, clock, random, run } = await bench();
  server.on('POST /v1/run/tasks', { kind: 'stall', bytes: 0 });
  const io = testIo({ SKYVERN_BASE_URL: server.url, SKYVERN_API_KEY: 'key-1', SKYVERN_HOME: home });
  const terminate = new AbortController();
  const ours = manualClock({ start: clock.now(), auto: false });
  const ran = main(['task', 'run', '--prompt', 'x', '--url', 'https://x.example'], io, terminate.signal, { clock: ours, random });
  while (server.made.length === 0) await turn();
  terminate.abort('SIGTERM');
  await ours.advance(5_000);
  expect(await ran).toBe(143);
  expect(io.stdout.text()).toBe('');
  expect(io.stderr.text()).toMatch(/hint: the run may have started; `skyvern run recover --op 0\w+` finds out/);
  const next = await run(['task', 'run', '--prompt', 'another', '--url', 'https://x.example']);
  expect(next.io.stderr.text()).toBe(`found ${server.made[0]?.run_id}, of an earlier start whose answer was lost: x\n`);
  expect((await run('run recover --json')).io.stdout.json()[0]).toEqual([]);
  expect(readdirSync(join(home, 'state/ops')).filter((name) => name.includes('.lock'))).toEqual([]);
});
