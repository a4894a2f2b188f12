// A log-in on a small site, by the agent of the embedded server and by a hand-written Playwright script, in turn, each on its own warm
// browser of the same program: `agentRun.js FOLDER CACHE N` sends both lists of milliseconds.
import { findBrowser } from '../../src/browser/find.ts';
import { launchBrowser } from '../../src/browser/launch.ts';
import { createBrowserPool } from '../../src/browser/pool.ts';
import { DEMO_LOGIN, startDemoSite } from '../../src/demo/site.ts';
import { agentFactory } from '../../src/engine/agent/decider.ts';
import { createTaskRunner } from '../../src/engine/loop.ts';
import { openModel } from '../../src/model/ask.ts';
import { watchRun } from '../../src/runs/watch.ts';
import { startScriptedModel } from '../../test/support/scriptedModel.ts';
import { clock, embedded, random } from './embedded.js';

const [, , folder, cacheDir, n] = process.argv;
const { user, password } = DEMO_LOGIN;
const ANSWER = 'Friday, before noon';

const model = await startScriptedModel(({ tool, text }) => {
  const page = text.slice(text.lastIndexOf('<page>'));
  const ref = (role, name) => new RegExp(`- ${role} "${name}[^\\n]*\\[(\\w+)\\]`).exec(page)?.[1];
  const act = (...actions) => ({ tool: { thought: '', actions: actions.map((each) => ({ why: 'it is next', ...each })) } });
  if (tool === 'judge') return { tool: { achieved: true, evidence: ANSWER, missing: '' } };
  if (page.includes(ANSWER)) return act({ action: 'complete', text: ANSWER, output: { 'Next delivery': ANSWER } });
  if (!ref('textbox', 'Password')) return act({ action: 'click', ref: ref('link', 'Log in') });
  return act(
    { action: 'type', ref: ref('textbox', 'User'), text: user },
    { action: 'type', ref: ref('textbox', 'Password'), text: password },
    { action: 'click', ref: ref('button', 'Log in') },
  );
});

const site = await startDemoSite();
const pool = createBrowserPool(process, { cacheDir, clock, sandbox: true });
const open = () => openModel({ clock, random, env: {} }, model.access('openai-compatible'));
const runner = createTaskRunner({ pool, clock, deciders: { 'skyvern-1.0': agentFactory({ openModel: open }) } });
const { client, start, close } = await embedded(folder, runner);

async function ours() {
  const runId = await start({ prompt: 'Log in and get the next delivery', url: site.url, model: { model_name: 'scripted' } });
  const startedAt = performance.now();
  const watch = { clock, random, signal: new AbortController().signal, onPause: 'wait', deadlineMs: null, details: false };
  for await (const event of watchRun(client.runs, runId, watch)) {
    if (event.type !== 'result') continue;
    if (!JSON.stringify(event.run.output).includes(ANSWER)) throw new Error(`${event.status}: ${event.run.failure_reason}`);
  }
  const ms = performance.now() - startedAt;
  const steps = await client.runs.steps(runId);
  if (steps.length !== 3) throw new Error(`the run took ${steps.length} steps`);
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
  const shot = () => page.screenshot({ type: 'png' });
  const look = async () => {
    await page.ariaSnapshot({ mode: 'ai' });
    await shot();
  };
  const act = async (action) => {
    await action;
    await shot();
  };
  await act(page.goto(site.url));
  await look();
  await act(page.getByRole('link', { name: 'Log in' }).click());
  await look();
  await act(page.getByLabel('User').fill(user));
  await act(page.getByLabel('Password').fill(password));
  await act(page.getByRole('button', { name: 'Log in' }).click());
  await look();
  const answer = await page.locator('dt', { hasText: 'Next delivery' }).locator('+ dd').textContent();
  await shot();
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
await model.close();
process.send(times);
