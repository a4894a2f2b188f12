// A run of ours beside a hand-written Playwright script that does the same, in turn, each on its own warm browser of the same program.
import { findBrowser } from '../../src/browser/find.ts';
import { launchBrowser } from '../../src/browser/launch.ts';
import { watchRun } from '../../src/runs/watch.ts';
import { inTurn } from '../timing.js';
import { clock, random } from './embedded.js';

/** The next delivery, which the demo's site shows to whoever has logged in. */
export const ANSWER = 'Friday, before noon';

/** Milliseconds until the client knows the end of an accepted run. Throws unless it found the answer, in so many steps. */
export async function untilEnd(client, runId, steps) {
  const startedAt = performance.now();
  const watch = { clock, random, signal: new AbortController().signal, onPause: 'wait', deadlineMs: null, details: false };
  for await (const event of watchRun(client.runs, runId, watch)) {
    if (event.type !== 'result') continue;
    if (!JSON.stringify(event.run.output).includes(ANSWER)) throw new Error(`${event.status}: ${event.run.failure_reason}`);
  }
  const ms = performance.now() - startedAt;
  const { length } = await client.runs.steps(runId);
  if (length !== steps) throw new Error(`the run took ${length} steps`);
  return ms;
}

/**
 * @param ours gives its milliseconds
 * @param script is given a page, and gives what it read there
 * @returns both lists of milliseconds
 */
export async function besideScript({ cacheDir, n }, ours, script) {
  const program = await findBrowser(process, { path: null, headed: false, cacheDir });
  const { browser, close } = await launchBrowser(process, program, { headed: false, sandbox: true });
  // The browser has no way out of its own; for pages on this machine this one is direct.
  const proxy = { server: 'http://127.0.0.1:1', bypass: '127.0.0.1' };
  const byHand = async () => {
    const startedAt = performance.now();
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, proxy });
    const answer = await script(await context.newPage());
    await context.close();
    if (answer !== ANSWER) throw new Error(`the script found "${answer}"`);
    return performance.now() - startedAt;
  };
  const times = await inTurn({ ours, byHand }, { n, warmUps: 3 });
  await close();
  return times;
}
