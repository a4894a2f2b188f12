import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { buildServerProgram, emptyKillTally, KillWorld } from './serverKills.js';

vi.setConfig({ testTimeout: 300_000 });
const folder = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
let program = '';
beforeAll(async () => {
  program = await buildServerProgram(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function killWorld(seed: number) {
  const tally = emptyKillTally();
  const world = new KillWorld(program, seed, tally);
  onTestFinished(() => world.close());
  return { world, tally };
}

test.each([1, 2, 3, 4, 5])(
  'F50 ten kills of a server at work, seed %d: nothing acknowledged is lost, nothing acts twice, all is told',
  async (seed) => {
    const { world, tally } = killWorld(seed);
    for (let round = 0; round < 10; round++) await world.round();
    await world.settle();
    expect(tally.kills).toBe(10);
    expect(tally.acted).toBeGreaterThan(0);
  },
);

/** What the check would notice, done to what a killed server left. */
test.each<[string, RegExp, (file: string, effects: string, runId: string) => void]>([
  [
    'a run that is lost',
    /was acknowledged/,
    (file, _, runId) => {
      const db = new DatabaseSync(file);
      db.exec('PRAGMA foreign_keys = OFF');
      const tables = db.prepare(
        "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c ON c.name = 'run_id' WHERE m.type = 'table'",
      );
      for (const { name } of tables.all()) db.prepare(`DELETE FROM ${name} WHERE run_id = ?`).run(runId);
      db.close();
    },
  ],
  ['a run that acted twice', /acted \d times/, (_, effects, runId) => appendFileSync(effects, `${runId} 1\n${runId} 2\n`)],
  [
    'an end that is another one now',
    /is failed now/,
    (file) => {
      const db = new DatabaseSync(file);
      db.exec("UPDATE runs SET status = 'failed' WHERE status = 'completed'");
      db.close();
    },
  ],
  [
    'a file that is not whole',
    /is listed and is not whole/,
    (file) => {
      const db = new DatabaseSync(file);
      db.exec("UPDATE artifacts SET checksum = 'another'");
      db.close();
    },
  ],
])('%s is noticed', async (_, problem, tamper) => {
  const { world } = killWorld(7);
  await world.wholeRound();
  const settled = world.settle((home, effects, runIds) => tamper(join(home, 'data', 'local', 'server.db'), effects, runIds[0]!));
  await expect(settled).rejects.toThrow(problem);
});
