// Writes the tables of routes in docs/compatibility.md, from the routes that the embedded server has and the API's own document.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { systemRandom } from '../src/random.ts';
import { createServer } from '../src/server/app.ts';
import { openDatabase } from '../src/server/database.ts';
import { withRouteTables } from '../test/support/compatibility.ts';

const folder = mkdtempSync(join(tmpdir(), 'skyvern-routes-'));
const { db } = openDatabase(join(folder, 'server.db'), 0);
const { routes } = createServer({
  db,
  dataFolder: folder,
  runner: null,
  checkTask: () => null,
  clock: systemClock,
  random: systemRandom,
  token: 'none',
  pid: 0,
  version: '0',
  defaultEngine: null,
  concurrency: 0,
  notices: [],
  retention: { ageMs: null, bytes: null },
  address: () => '',
  onStop() {},
  log() {},
});
const file = new URL('../docs/compatibility.md', import.meta.url);
writeFileSync(file, withRouteTables(readFileSync(file, 'utf8'), routes));
db.close();
rmSync(folder, { recursive: true, force: true });
