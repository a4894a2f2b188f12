import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Clock } from '../../src/clock.js';
import { openDatabase } from '../../src/server/database.js';
import { Queue } from '../../src/server/queue.js';
import { Store } from '../../src/server/store.js';
import { manualClock, seededRandom, turn } from '../support/clock.js';
import { embedded } from '../support/embedded.js';
import { tempFolder } from '../support/io.js';
import { scriptedRunner } from '../support/scriptedRunner.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
const heapMb = (): number => {
  gc();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

test('ten thousand runs wait in the database and not in memory, and are taken as they came', { timeout: 120_000 }, () => {
  const { db } = openDatabase(join(tempFolder(), 'server.db'), 0);
  db.exec('PRAGMA synchronous = OFF'); // what a power cut leaves is not what is looked at here
  let news = 0;
  const store = new Store(db, manualClock(), seededRandom(), () => news++);
  const queue = new Queue(store, manualClock(), 'here');
  const accept = () => {
    const accepted = queue.accept(
      { title: null, engine: 'rules', kind: 'task', request: { prompt: 'x' }, holdsSecrets: false },
      null,
      (run) => run.run_id,
    );
    queue.markWaiting();
    return (accepted as { readonly body: string }).body;
  };
  const ids = Array.from({ length: 100 }, accept);
  const before = heapMb();
  while (ids.length < 10_000) ids.push(accept());
  const grown = heapMb() - before;
  expect(grown, `${grown.toFixed(1)} MB more`).toBeLessThan(10); // the ids of this test are one of them
  expect(store.counts()).toEqual({ queued: 10_000, running: 0 });
  const taken: string[] = [];
  for (let lease = queue.claim(); lease; lease = queue.claim()) {
    queue.finish(lease, { status: 'completed' });
    taken.push(lease.runId);
  }
  expect(taken).toEqual(ids);
  expect(news).toBeGreaterThan(10_000);
  db.close();
});

test('what ten thousand runs wait in is searched by an index: a twin without it is a scan', () => {
  const { db } = openDatabase(join(tempFolder(), 'server.db'), 0);
  const plan = (sql: string) =>
    db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join('; ');
  const searched: string[] = [];
  const spy = new Proxy(db, {
    get: (target, name) => {
      if (name !== 'prepare') return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name);
      return (sql: string) => {
        searched.push(sql);
        return target.prepare(sql);
      };
    },
  });
  const queue = new Queue(new Store(spy, manualClock(), seededRandom()), manualClock(), 'here');
  queue.claim();
  queue.markWaiting();
  const plans = searched.filter((sql) => sql.startsWith('SELECT')).map(plan);
  expect(plans).toHaveLength(2);
  for (const each of plans) expect(each).not.toMatch(/SCAN|TEMP B-TREE/);
  expect(plan("SELECT run_id FROM queue WHERE state = 'queued' ORDER BY run_id")).toMatch(/SCAN|TEMP B-TREE/);
  db.close();
});

test('two hundred watchers of one run all hear of its end at once, and none is kept', { timeout: 60_000 }, async () => {
  const go = Promise.withResolvers<void>();
  const runner = scriptedRunner({
    async gated(_, recorder) {
      await recorder.acting();
      await go.promise;
      return { status: 'completed', output: 1 };
    },
  });
  const { start, until, ask, server } = await embedded({ runner });
  const id = await start('gated');
  const { body } = { body: await until(id, 'running') };
  expect(body.status).toBe('running');
  const etag = (await ask('GET', `/v1/runs/${id}`)).headers.get('etag')!;
  let answered = 0;
  const watchers = Array.from({ length: 200 }, async () => {
    let known = etag;
    for (;;) {
      const answer = await ask('GET', `/v1/runs/${id}`, { headers: { prefer: 'wait=20', 'if-none-match': known } });
      answered++;
      if (answer.body.status === 'completed') return answer.body.output;
      known = answer.headers.get('etag') ?? known;
    }
  });
  // All of them wait now: an answer that is asked for after them comes, and theirs do not.
  for (let look = 0; look < 50; look++) await ask('GET', '/v1/version');
  expect(answered).toBe(0);
  go.resolve();
  expect(await Promise.all(watchers)).toEqual(Array.from({ length: 200 }, () => 1));
  expect(answered).toBeLessThanOrEqual(400); // one change each, or two when they were told of both
  await turn();
  expect(server.idleMs()).toBeGreaterThanOrEqual(0);
});

test.each([
  ['back by a day', -24 * 60 * 60_000],
  ['on by a day', 24 * 60 * 60_000],
])('a clock that is set %s while runs wait and work changes no order, loses no key and makes no negative time', async (_, jumpMs) => {
  let offset = 0;
  const real = manualClock({ auto: false });
  const clock: Clock = { ...real, now: () => real.now() + offset };
  const { ask, start, until, untilActions } = await embedded({ clock, concurrency: 1 });
  const body = { prompt: 'complete', url: 'http://127.0.0.1:9/', engine: 'rules' };
  const key = { 'idempotency-key': 'before-the-jump' };
  const holder = await start('hold');
  await real.advance(0);
  await untilActions(holder, 2);
  const waiting = (await ask('POST', '/v1/run/tasks', { body, headers: key })).body.run_id;
  offset = jumpMs;
  const later = await start('complete');
  expect((await ask('POST', '/v1/run/tasks', { body, headers: key })).body.run_id).toBe(waiting);
  await ask('POST', `/v1/runs/${holder}/cancel`);
  await real.advance(0);
  const ended = [await until(holder, 'canceled'), await until(waiting, 'completed'), await until(later, 'completed')];
  for (const run of ended) expect(Date.parse(`${run.finished_at}Z`) - Date.parse(`${run.started_at}Z`)).toBeGreaterThanOrEqual(0);
  const [block] = (await ask('GET', `/v1/runs/${holder}/timeline`)).body;
  expect(block.block.duration).toBeGreaterThanOrEqual(0);
  const listed = (await ask('GET', '/v1/runs')).body.map((run: { run_id: string }) => run.run_id);
  expect(listed).toEqual([later, waiting, holder]);
});
