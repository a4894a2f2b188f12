// A start with and without the journal, in turn: `journal.js FOLDER URL N` sends both lists of milliseconds, and what an fsync took.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from '../../src/client/client.ts';
import { systemClock as clock } from '../../src/clock.ts';
import { Journal } from '../../src/journal/journal.ts';
import { startTask } from '../../src/journal/startTask.ts';
import { parseBaseUrl } from '../../src/origin.ts';
import { paths } from '../../src/paths.ts';
import { systemRandom as random } from '../../src/random.ts';

const [, , home, url, n] = process.argv;
const baseUrl = parseBaseUrl(url);
const client = new ApiClient({ baseUrl, apiKey: 'key', clock, random });
const journal = new Journal({ paths: paths({ env: { SKYVERN_HOME: home }, platform: process.platform }), owner: process, clock, random });
const body = { prompt: 'Get the title of the top post', url: 'https://news.ycombinator.com' };
const deps = {
  client,
  journal,
  clock,
  random,
  signal: new AbortController().signal,
  server: { baseUrl, profile: 'default', local: false, replays: false },
  cwd: process.cwd(),
  onProgress: () => {},
};

async function timed(start) {
  const startedAt = performance.now();
  await start();
  return performance.now() - startedAt;
}

async function oneFsync(round) {
  const file = openSync(join(home, `fsync-${round}`), 'wx');
  writeSync(file, 'x');
  const ms = await timed(() => fsyncSync(file));
  closeSync(file);
  return ms;
}

const journalled = [];
const fsyncs = [];
const bare = [];
for (let round = -3; round < Number(n); round++) {
  const withJournal = await timed(() => startTask(deps, body, { allowDuplicate: false, adopt: 'content' }));
  const without = await timed(() => client.starts.task(body, { idempotencyKey: `bench-${round}` }));
  const fsync = await oneFsync(round);
  if (round < 0) continue;
  fsyncs.push(fsync);
  journalled.push(withJournal);
  bare.push(without);
}
await client.close();
process.send({ journalled, bare, fsyncs });
