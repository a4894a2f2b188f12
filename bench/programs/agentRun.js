// A log-in on a small site, by the agent of the embedded server and by a hand-written Playwright script, in turn, each on its own warm
// browser of the same program: `agentRun.js FOLDER CACHE N` sends both lists of milliseconds.
import { createBrowserPool } from '../../src/browser/pool.ts';
import { DEMO_LOGIN, startDemoSite } from '../../src/demo/site.ts';
import { agentFactory } from '../../src/engine/agent/decider.ts';
import { createTaskRunner } from '../../src/engine/loop.ts';
import { openModel } from '../../src/model/ask.ts';
import { startScriptedModel } from '../../test/support/scriptedModel.ts';
import { ANSWER, besideScript } from './byHand.js';
import { clock, embedded, random } from './embedded.js';

const [, , folder, cacheDir, n] = process.argv;
const { user, password } = DEMO_LOGIN;

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

const ours = {
  client,
  steps: 3,
  start: () => start({ prompt: 'Log in and get the next delivery', url: site.url, model: { model_name: 'scripted' } }),
};

async function script(page) {
  // Now and then the browser takes no picture of a page that has just gone elsewhere.
  const shot = () => page.screenshot({ type: 'png' }).catch(() => page.screenshot({ type: 'png' }));
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
  return answer;
}

const times = await besideScript({ cacheDir, n: Number(n) }, ours, script);
await close();
await site.close();
await model.close();
process.send(times);
