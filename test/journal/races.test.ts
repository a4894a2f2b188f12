import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Interrupted } from '../../src/errors.js';
import { Journal } from '../../src/journal/journal.js';
import { LATE_MS } from '../../src/journal/lookUp.js';
import { startTask } from '../../src/journal/startTask.js';
import { ulid } from '../../src/journal/ulid.js';
import type { Held } from '../../src/lock.js';
import { paths } from '../../src/paths.js';
import { manualClock } from '../support/clock.js';
import { BODY, bench } from './bench.js';

/** A pid that no process has. */
const DEAD = 2 ** 22 + 7;

const settled = (promise: Promise<unknown>) =>
  promise.then(
    (value) => ({ value }) as never,
    (error) => error,
  );

test('two starts of the same content whose answers were lost at the same time do not both adopt the one run that was made', async () => {
  const a = await bench();
  const b = await bench({ beside: a });
  a.server.plan({ kind: 'reset', made: true }, { kind: 'reset', made: false });
  const outcomes = await Promise.all([a, b].map(({ deps }) => settled(startTask(deps, BODY))));
  expect(a.server.made).toHaveLength(1);
  const adopted = a.journal.entries().flatMap(({ run_id }) => run_id ?? []);
  expect(adopted).toEqual([a.server.made[0]?.run_id]);
  expect(outcomes.filter((outcome) => outcome.exitCode === 7)).toHaveLength(1);
});

test('two starts with one run key make one run, also when a third command settles what is left behind as they begin', async () => {
  const a = await bench();
  const b = await bench({ beside: a });
  class Raced extends Journal {
    override hold<T>(op: string, work: (held: Held) => T | Promise<T>, patienceMs?: number): Promise<T> {
      return b.recoverAll().then(() => super.hold(op, work, patienceMs));
    }
    override async claimRunKey(runKey: string, op: string) {
      const holder = await super.claimRunKey(runKey, op);
      // The other command comes now: before the first has sent anything.
      await settled(startTask(b.deps, BODY, { runKey }));
      return holder;
    }
  }
  const journal = new Journal({ paths: paths(a.io), owner: a.io, clock: a.clock, random: a.deps.random });
  const raced = new Raced({ paths: paths(a.io), owner: a.io, clock: a.clock, random: a.deps.random });
  await startTask({ ...a.deps, journal: raced }, BODY, { runKey: 'order-1' });
  expect(a.server.made).toHaveLength(1);
  expect(journal.unsettled()).toEqual([]);
});

test('a run key whose start is found to have made no run is free: the same command goes on and makes it', async () => {
  const a = await bench();
  const opened = new Journal({ paths: paths(a.io), owner: { ...a.io, pid: DEAD }, clock: a.clock, random: a.deps.random });
  const killed = new AbortController();
  a.server.plan({ kind: 'reset', made: false });
  // A command that was killed while it looked for its run: its entry says `unknown`, and nobody holds it.
  const lost = settled(startTask({ ...a.deps, journal: opened, signal: killed.signal }, BODY, { runKey: 'order-1' }));
  await vi.waitUntil(() => a.progress.some(({ type }) => type === 'looking'));
  killed.abort(new Interrupted('terminated'));
  await lost;
  expect(a.journal.unsettled()).toMatchObject([{ state: 'unknown' }]);
  // As long as it may still appear, the key is its own.
  expect(await settled(startTask(a.deps, BODY, { runKey: 'order-1' }))).toMatchObject({ exitCode: 7, op: a.journal.unsettled()[0]?.op });
  await a.clock.sleep(LATE_MS);
  const { run, adopted } = await startTask(a.deps, BODY, { runKey: 'order-1' });
  expect([a.server.made.map(({ run_id }) => run_id), adopted]).toEqual([[run.run_id], false]);
  expect(a.journal.unsettled()).toEqual([]);
});

test('what names a start that is gone goes with it: run keys, and the locks of those that were killed before they were written down', async () => {
  const clock = manualClock({ start: Date.now() });
  let count = 0;
  // Ids that end in 00: the starts that tidy up.
  const random = {
    bytes: (size: number) => Uint8Array.from({ length: size }, (_, at) => (at < 4 ? (++count >> (8 * at)) & 255 : 0)),
    fraction: () => 0,
  };
  const a = await bench({ clock });
  const journal = new Journal({ paths: paths(a.io), owner: a.io, clock, random });
  const deps = { ...a.deps, journal };
  await startTask(deps, BODY, { runKey: 'old' });
  const [old] = readdirSync(a.opsFolder).filter((name) => name.startsWith('key-'));
  const left = join(a.opsFolder, `${ulid(clock.now(), random)}.json.lock`);
  writeFileSync(left, JSON.stringify({ pid: DEAD, started: null, nonce: 'x' }));
  const month = 31 * 24 * 3_600_000;
  await clock.advance(month);
  utimesSync(join(a.opsFolder, String(old)), (clock.now() - month) / 1000, (clock.now() - month) / 1000);
  await startTask(deps, BODY, { runKey: 'new' });
  await startTask(deps, BODY, { runKey: 'newer' });
  const names = readdirSync(a.opsFolder);
  expect(names.filter((name) => name.startsWith('key-'))).toHaveLength(2);
  expect(names).not.toContain(old);
  expect(names.filter((name) => name.endsWith('.lock'))).toEqual([]);
  expect(names.filter((name) => /^\w{26}\.json$/.test(name))).toHaveLength(2);
});

test('F42 a journal that cannot be read is a fault, not an empty one: whose runs are taken is not known then', async () => {
  const a = await bench();
  expect(a.journal.entries()).toEqual([]);
  mkdirSync(dirname(a.opsFolder), { recursive: true });
  writeFileSync(a.opsFolder, 'a file where the folder should be');
  expect(() => a.journal.claimed()).toThrow(expect.objectContaining({ exitCode: 17, message: expect.stringContaining(a.opsFolder) }));
});

test('a run that looks like ours is not taken for it where there are too many to see whether another one does, too', async () => {
  const { server, deps, clock, journal } = await bench();
  // Older than all that are read, and just like ours.
  server.twin({ prompt: BODY.prompt, url: 'https://news.ycombinator.com/' }, clock.now() - 50_000);
  for (let count = 0; count < 110; count++) server.twin({ prompt: `other ${count}`, url: 'https://x.example/' }, clock.now() - 40_000);
  server.plan({ kind: 'reset', made: true });
  const lost = await settled(startTask(deps, BODY));
  expect(lost).toMatchObject({ exitCode: 7 });
  expect(journal.unsettled()).toMatchObject([{ op: lost.op, state: 'ambiguous' }]);
  // Its own run is nearest in time: it is among those that are shown.
  expect(lost.candidates.map(({ run_id }: { run_id: string }) => run_id)).toContain(server.made.find(({ key }) => key === lost.op)?.run_id);
});
