// One run and four at once on one embedded server with a warm browser: `fourRuns.js FOLDER CACHE N` sends both lists of milliseconds.
import { createBrowserPool } from '../../src/browser/pool.ts';
import { startDemoSite } from '../../src/demo/site.ts';
import { createTaskRunner } from '../../src/engine/loop.ts';
import { createRulesDecider } from '../../src/engine/rules/decider.ts';
import { parseRules } from '../../src/engine/rules/parse.ts';
import { isTerminalStatus } from '../../src/protocol/status.ts';
import { clock, embedded } from './embedded.js';

const [, , folder, cacheDir, n] = process.argv;
const PROMPT = 'Click "Log in", type "ada" into "User", type "correct horse" into "Password", click the "Log in" button.';

const site = await startDemoSite();
const pool = createBrowserPool(process, { cacheDir, clock, sandbox: true });
const decider = ({ prompt }) => createRulesDecider(parseRules(prompt, { secretNames: [] }).clauses);
const { client, start, close } = await embedded(folder, createTaskRunner({ pool, clock, deciders: { rules: decider } }), 4);

async function run() {
  const runId = await start({ prompt: PROMPT, url: site.url, engine: 'rules' });
  for (;;) {
    const { status } = await client.runs.get(runId);
    if (isTerminalStatus(status)) return;
    await clock.sleep(5);
  }
}

async function timed(count) {
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: count }, run));
  return performance.now() - startedAt;
}

const times = { one: [], four: [] };
for (let round = -2; round < Number(n); round++) {
  const pair = { one: await timed(1), four: await timed(4) };
  if (round >= 0) for (const name of Object.keys(times)) times[name].push(pair[name]);
}
await close();
await site.close();
process.send(times);
