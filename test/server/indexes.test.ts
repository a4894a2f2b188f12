/** What is asked of tables that only grow is found by an index: a server lives for weeks, and asks with every action of a run. */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/server/database.js';
import { embedded } from '../support/embedded.js';
import { tempFolder } from '../support/io.js';
import { anAction, scriptedRunner } from '../support/scriptedRunner.js';

/** Tables that have rows for every run that there ever was. */
const GROWING = /SCAN (?:runs|queue|steps|actions|artifacts|thoughts|subtasks|blocks|webhooks|webhook_deliveries|idempotency)\b(?! USING)/;
const WHOLE = [
  // Asked by a person or once an hour, of everything there is.
  /^SELECT \(SELECT count\(\*\) FROM runs\)/,
  /FROM artifacts JOIN runs USING \(run_id\)\s+WHERE finished_at/,
  // From the newest run back until the page is full.
  /FROM runs\s+WHERE\s+\(json_array_length\(\?1\) = 0 OR .* ORDER BY seq DESC LIMIT/s,
];

const planOf = (db: DatabaseSync, sql: string): string =>
  db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => detail)
    .join('; ');

/** Everything that a server asks its database while clients use all of it. */
async function asked(): Promise<{ readonly db: DatabaseSync; readonly statements: readonly string[] }> {
  const statements = new Set<string>();
  const runner = scriptedRunner({
    async much(_, recorder) {
      await recorder.acting();
      await recorder.stepStarted(0);
      await recorder.thought({
        type: 'plan',
        scenario: 'generate_plan',
        observation: null,
        thought: 'a',
        answer: 'b',
        output: null,
        usage: null,
      });
      await recorder.subtaskStarted(0, { type: 'navigation', goal: 'go' });
      await recorder.action(0, anAction());
      await recorder.stepArtifact(0, { type: 'html_scrape', content: '<p>' });
      await recorder.subtaskEnded({ status: 'completed', reason: null, output: null });
      await recorder.stepEnded(0, { status: 'completed', isLast: true, usage: null });
      return { status: 'completed', output: 1 };
    },
  });
  const server = await embedded({ runner, onStatement: (sql) => void statements.add(sql) });
  const { ask, start, until } = server;
  const id = await start('much', { webhook_url: 'http://127.0.0.1:9/hook' });
  await until(id, 'completed');
  await ask('POST', '/v1/run/tasks', { body: { prompt: 'complete', url: 'http://127.0.0.1:9/' }, headers: { 'idempotency-key': 'k' } });
  await until(await start('fail'), 'failed');
  const made = await ask('POST', '/v1/workflows', {
    body: {
      json_definition: {
        title: 'T',
        run_sequentially: true,
        workflow_definition: { parameters: [], blocks: [{ block_type: 'http_request', label: 'get', url: 'https://a.example/' }] },
      },
    },
  });
  const flow = await ask('POST', '/v1/run/workflows', { body: { workflow_id: made.body.workflow_permanent_id } });
  await until(flow.body.run_id, 'completed');
  for (const path of [
    `/v1/runs/${flow.body.run_id}/timeline`,
    '/v1/workflows/runs',
    `/v1/workflows/${made.body.workflow_permanent_id}/runs`,
  ]) {
    expect((await ask('GET', path)).status).toBe(200);
  }
  expect((await ask('POST', `/v1/workflows/runs/${flow.body.run_id}/retry`)).status).toBe(200);
  const paths = ['artifacts', 'timeline', 'webhook_deliveries'].map((name) => `/v1/runs/${id}/${name}`);
  for (const path of [...paths, '/v1/runs', `/api/v1/tasks/${id}`, `/api/v1/tasks/${id}/steps`, `/api/v1/tasks/${id}/actions`]) {
    expect((await ask('GET', path)).status).toBe(200);
  }
  expect((await ask('GET', '/v1/runs?status=running&status=paused')).status).toBe(200);
  await ask('POST', '/v1/runs/cancel', { body: { run_ids: [await start('wait')] } });
  await ask('GET', '/v1/local/status');
  await ask('POST', '/v1/local/prune', { body: { dry_run: true } });
  return { db: server.db, statements: [...statements] };
}

test('no statement of a server at work scans a table that only grows', async () => {
  const { db, statements } = await asked();
  expect(statements.length).toBeGreaterThan(40);
  const scanning = statements
    .filter((sql) => /^\s*(?:SELECT|INSERT|UPDATE|DELETE)/i.test(sql) && !WHOLE.some((whole) => whole.test(sql)))
    .map((sql) => `${planOf(db, sql)}: ${sql.replace(/\s+/g, ' ').slice(0, 120)}`)
    .filter((plan) => GROWING.test(plan));
  expect(scanning).toEqual([]);
});

test('every reference to steps, which are deleted when a run goes back to the queue, has an index', () => {
  const { db } = openDatabase(join(tempFolder(), 'server.db'), 0);
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
  const missing = tables.flatMap(({ name }) =>
    (db.prepare(`PRAGMA foreign_key_list(${name})`).all() as { from: string; table: string }[])
      .filter(({ from, table }) => table === 'steps' && / SCAN |^SCAN/.test(planOf(db, `SELECT 1 FROM ${name} WHERE ${from} = 'x'`)))
      .map(({ from }) => `${name}.${from}`),
  );
  expect(missing).toEqual([]);
  expect(planOf(db, "SELECT 1 FROM actions WHERE action_type = 'click'")).toMatch(GROWING); // twin: what has none is a scan
  db.close();
});
