// Five steps on a small site, one run and four at once, by the embedded server and by a hand-written Playwright script, in turn, each on its
// own warm browser of the same program: `localRun.js FOLDER CACHE N` sends lists of milliseconds.
import { createBrowserPool } from '../../src/browser/pool.ts';
import { DEMO_LOGIN, startDemoSite } from '../../src/demo/site.ts';
import { createTaskRunner } from '../../src/engine/loop.ts';
import { createRulesDecider } from '../../src/engine/rules/decider.ts';
import { parseRules } from '../../src/engine/rules/parse.ts';
import { besideScript } from './byHand.js';
import { clock, embedded } from './embedded.js';

const [, , folder, cacheDir, n] = process.argv;
const { user, password } = DEMO_LOGIN;
const PROMPT = [
  'Click "Log in".',
  `Type "${user}" into "User".`,
  `Type "${password}" into "Password".`,
  'Click the "Log in" button.',
  'Get the "Next delivery".',
].join(' ');

const site = await startDemoSite();

const pool = createBrowserPool(process, { cacheDir, clock, sandbox: true });
const decider = ({ prompt }) => createRulesDecider(parseRules(prompt, { secretNames: [] }).clauses);
const runner = createTaskRunner({ pool, clock, deciders: { rules: decider } });
const { client, start, close } = await embedded(folder, runner, 4);

const ours = { client, steps: 5, start: () => start({ prompt: PROMPT, url: site.url, engine: 'rules' }) };

async function script(page) {
  // Now and then the browser takes no picture of a page that has just gone elsewhere.
  const shot = () => page.screenshot({ type: 'png' }).catch(() => page.screenshot({ type: 'png' }));
  const step = async (act) => {
    await page.ariaSnapshot({ mode: 'ai' });
    await act();
    await shot();
  };
  await page.goto(site.url);
  await shot();
  await step(() => page.getByRole('link', { name: 'Log in' }).click());
  await step(() => page.getByLabel('User').fill(user));
  await step(() => page.getByLabel('Password').fill(password));
  await step(() => page.getByRole('button', { name: 'Log in' }).click());
  let answer;
  await step(async () => {
    answer = await page.locator('dt', { hasText: 'Next delivery' }).locator('+ dd').textContent();
  });
  return answer;
}

const times = await besideScript({ cacheDir, n: Number(n), atOnce: [1, 4] }, ours, script);
await close();
await site.close();
process.send(times);
