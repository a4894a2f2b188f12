// Five steps on a small site, by the embedded server and by a hand-written Playwright script, in turn, each on its own warm browser of
// the same program: `localRun.js FOLDER CACHE N` sends both lists of milliseconds.
import { findBrowser } from '../../src/browser/find.ts';
import { launchBrowser } from '../../src/browser/launch.ts';
import { createBrowserPool } from '../../src/browser/pool.ts';
import { DEMO_LOGIN, startDemoSite } from '../../src/demo/site.ts';
import { createTaskRunner } from '../../src/engine/loop.ts';
import { createRulesDecider } from '../../src/engine/rules/decider.ts';
import { parseRules } from '../../src/engine/rules/parse.ts';
import { watchRun } from '../../src/runs/watch.ts';
import { clock, embedded, random } from './embedded.js';

const [, , folder, cacheDir, n] = process.argv;
const { user, password } = DEMO_LOGIN;
const PROMPT = [
  'Click "Log in".',
  `Type "${user}" into "User".`,
  `Type "${password}" into "Password".`,
  'Click the "Log in" button.',
  'Get the "Next delivery".',
].join(' ');
const ANSWER = 'Friday, before noon';

const site = await startDemoSite();

const pool = createBrowserPool(process, { cacheDir, clock, sandbox: true });
const decider = ({ prompt }) => createRulesDecider(parseRules(prompt, { secretNames: [] }).clauses);
const runner = createTaskRunner({ pool, clock, deciders: { rules: decider } });
const { client, start, close } = await embedded(folder, runner);

async function ours() {
  const runId = await start({ prompt: PROMPT, url: site.url, engine: 'rules' });
  const startedAt = performance.now();
  const watch = { clock, random, signal: new AbortController().signal, onPause: 'wait', deadlineMs: null, details: false };
  for await (const event of watchRun(client.runs, runId, watch)) {
    if (event.type !== 'result') continue;
    if (!JSON.stringify(event.run.output).includes(ANSWER)) throw new Error(`${event.status}: ${event.run.failure_reason}`);
  }
  const ms = performance.now() - startedAt;
  const steps = await client.runs.steps(runId);
  if (steps.length !== 5) throw new Error(`the run took ${steps.length} steps`);
  return ms;
}

const program = await findBrowser(process, { path: null, headed: false, cacheDir });
const launched = await launchBrowser(process, program, { headed: false, sandbox: true });

async function byHand() {
  const startedAt = performance.now();
  // The browser has no way out of its own; for pages on this machine this one is direct.
  const proxy = { server: 'http://127.0.0.1:1', bypass: '127.0.0.1' };
  const context = await launched.browser.newContext({ viewport: { width: 1280, height: 720 }, proxy });
  const page = await context.newPage();
  const step = async (act) => {
    await page.ariaSnapshot({ mode: 'ai' });
    await act();
    await page.screenshot({ type: 'png' });
  };
  await page.goto(site.url);
  await page.screenshot({ type: 'png' });
  await step(() => page.getByRole('link', { name: 'Log in' }).click());
  await step(() => page.getByLabel('User').fill(user));
  await step(() => page.getByLabel('Password').fill(password));
  await step(() => page.getByRole('button', { name: 'Log in' }).click());
  let answer;
  await step(async () => {
    answer = await page.locator('dt', { hasText: 'Next delivery' }).locator('+ dd').textContent();
  });
  await context.close();
  if (answer !== ANSWER) throw new Error(`the script found "${answer}"`);
  return performance.now() - startedAt;
}

const times = { ours: [], byHand: [] };
for (let round = -3; round < Number(n); round++) {
  const pair = { ours: await ours(), byHand: await byHand() };
  if (round >= 0) for (const name of Object.keys(times)) times[name].push(pair[name]);
}
await launched.close();
await close();
await site.close();
process.send(times);
