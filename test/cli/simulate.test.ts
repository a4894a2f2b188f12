/** Every scenario does what its sentence says, seen through our own commands; and a command inside of one keeps its exit code. */
import { expect, onTestFinished, test } from 'vitest';
import { SCENARIOS, type Scenario } from '../../src/simulate/scenarios.js';
import { type Simulation, simulate } from '../../src/simulate/server.js';
import { type ManualClock, manualClock, seededRandom } from '../support/clock.js';
import { skyvern } from '../support/skyvern.js';

const scenarioOf = (name: string): Scenario => SCENARIOS.find((each) => each.name === name) as Scenario;

async function playing(name: string): Promise<Simulation & { readonly url: string; readonly clock: ManualClock }> {
  const own = manualClock();
  const simulation = await simulate(scenarioOf(name), { clock: own, random: seededRandom(), port: 0, speed: 1 });
  onTestFinished(() => simulation.close());
  return { ...simulation, url: simulation.baseUrl, clock: own };
}

const TASK = ['task', 'run', '--prompt', 'Buy a can', '--url', 'https://shop.example', '--wait'];

test.each([
  ['success', TASK, 0, 1],
  ['failed', TASK, 10, 1],
  ['terminated', TASK, 11, 1],
  ['canceled', TASK, 12, 1],
  ['timed-out', TASK, 13, 1],
  ['flaky', TASK, 0, 1],
  ['slow', TASK, 0, 1],
  ['stuck', [...TASK, '--timeout', '1h'], 124, 1],
  ['paused', ['workflow', 'run', 'wpid_1', '--wait', '--on-pause', 'fail'], 14, 1],
  ['totp', [...TASK, '--timeout', '10m'], 124, 1],
  ['retry', ['workflow', 'run', 'wpid_1', '--wait'], 0, 1],
  ['outage', TASK, 0, 1],
  ['bad-gateway', TASK, 0, 1],
  ['rate-limit', TASK, 0, 1],
  ['lost-answer', TASK, 0, 1],
  ['lost-start', TASK, 7, 0],
  ['read-lag', [...TASK, '--quiet'], 0, 1],
  ['no-credit', TASK, 9, 0],
  ['key-revoked', TASK, 4, 1],
  ['hostile', TASK, 10, 1],
] as const)('%s', async (name, line, code, started) => {
  const simulation = await playing(name);
  const { code: got, io } = await skyvern(simulation, line, { clock: simulation.clock });
  expect(got, io.stderr.text()).toBe(code);
  // A pipeline that starts twice is what this is for: ours must not.
  expect(simulation.summary().runs).toHaveLength(started);
  expect(io.stderr.text()).not.toMatch(/\u001b|^::/m);
});

test('the table above has every scenario but the crowd', () => {
  expect(SCENARIOS.map(({ name }) => name).filter((name) => name === 'crowd')).toHaveLength(1);
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
});

test('a paused run goes on when it is told to, a run that waits for a code when it gets one', async () => {
  const paused = await playing('paused');
  const { io } = await skyvern(paused, ['workflow', 'run', 'wpid_1', '--wait', '--on-pause', 'fail'], { clock: paused.clock });
  expect(io.stderr.text()).toContain('Look at the order and let the run go on.');
  const [run] = paused.summary().runs;
  expect((await skyvern(paused, ['run', 'continue', run?.id ?? ''], { clock: paused.clock })).code).toBe(0);
  expect((await skyvern(paused, ['run', 'wait', run?.id ?? ''], { clock: paused.clock })).code).toBe(0);
});

test('a crowd is there at once, in pages', async () => {
  const { url, apiKey, clock: own } = await playing('crowd');
  const { io } = await skyvern({ url, apiKey }, 'run list --all --json', { clock: own });
  expect(JSON.parse(io.stdout.text())).toHaveLength(1_000);
});

test('what it does not play it says, and another key it refuses', async () => {
  const simulation = await playing('success');
  const { io } = await skyvern(simulation, 'credential list');
  expect(io.stderr.text()).toContain('the simulation does not play GET /v1/credentials');
  expect((await skyvern({ ...simulation, apiKey: 'another' }, 'run list')).code).toBe(4);
});

test.each([
  ['no scenario', 'simulate', 'no scenario is named'],
  ['one that is not there', 'simulate earthquake', 'there is no such scenario'],
  ['a program that is not there', 'simulate success -- /nowhere/x', 'there is no program "/nowhere/x"'],
])('%s is refused', async (_, line, message) => {
  const { code, io } = await skyvern({ url: 'http://127.0.0.1:9', apiKey: 'none' }, line);
  expect([code, io.stderr.lines()[0]]).toEqual([2, `error: ${message}`]);
});

test('a command inside has the address and the key, a home of its own, and its own exit code', async () => {
  const script =
    'test "$SKYVERN_BASE_URL" != "" -a "$SKYVERN_API_KEY" != none -a -d "$SKYVERN_HOME" -a "$SKYVERN_HOME" != "$OUTER" && exit 7';
  const { code, io } = await skyvern({ url: 'http://127.0.0.1:9', apiKey: 'none' }, ['simulate', 'success', '--', 'sh', '-c', script]);
  expect([code, io.stderr.text()]).toEqual([7, 'simulated success: 0 requests, 0 of them disturbed; 0 runs started\n']);
});
