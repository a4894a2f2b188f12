import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { testIo } from '../support/io.js';

function withLog(text: string) {
  const io = testIo();
  mkdirSync(join(io.home, 'state/local'), { recursive: true });
  const file = join(io.home, 'state/local/server.log');
  writeFileSync(file, text);
  return { io, file };
}
const world = () => ({ clock: manualClock(), random: seededRandom() });
const never = new AbortController().signal;

test('the last lines are printed, whole, and fit for a terminal', async () => {
  const { io } = withLog(`${Array.from({ length: 300 }, (_, index) => `line ${index}`).join('\n')}\nhostile \u001b]0;pwn\u0007\nhalf a li`);
  expect(await main(['local', 'logs', '-n', '3'], io, never, world())).toBe(0);
  expect(io.stdout.text()).toBe('line 298\nline 299\nhostile ␛]0;pwn␇\n');
});

test('--follow prints what is added, also when a new server begins a new log, until it is interrupted', async () => {
  const { io, file } = withLog('one\n');
  const clock = manualClock({ auto: false });
  const interrupt = new AbortController();
  const ran = main(['local', 'logs', '--follow'], io, interrupt.signal, { clock, random: seededRandom() });
  await io.stdout.seen(/^one\n$/);
  const look = async (wanted: RegExp) => {
    while (!wanted.test(io.stdout.text())) await clock.advance(250);
  };
  appendFileSync(file, 'two\nthr');
  await look(/two\n$/);
  appendFileSync(file, 'ee ünïcode\n');
  await look(/three ünïcode\n$/);
  writeFileSync(file, 'new\n');
  await look(/new\n$/);
  interrupt.abort('SIGINT');
  expect(await ran).toBe(130);
  expect(io.stdout.text()).toBe('one\ntwo\nthree ünïcode\nnew\n');
  expect(io.stderr.text()).toBe('interrupted\n'); // "detached" is for what goes on without us
});

test('without a log: 5, and how to get one', async () => {
  const io = testIo();
  expect(await main(['local', 'logs'], io, never, world())).toBe(5);
  expect(io.stderr.text()).toContain('`skyvern local start`');
});
