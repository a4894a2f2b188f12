// Runs of ours beside a hand-written Playwright script that does the same, in turn, each on its own warm browser of the same program.
import { findBrowser } from '../../src/browser/find.ts';
import { launchBrowser } from '../../src/browser/launch.ts';
import { watchRun } from '../../src/runs/watch.ts';
import { inTurn } from '../timing.js';
import { clock, random } from './embedded.js';

/** The next delivery, which the demo's site shows to whoever has logged in. */
export const ANSWER = 'Friday, before noon';

/** Until the client knows the end. Throws unless the run found the answer, in so many steps. */
async function untilEnd(client, runId, steps) {
  const watch = { clock, random, signal: new AbortController().signal, onPause: 'wait', deadlineMs: null, details: false };
  for await (const event of watchRun(client.runs, runId, watch)) {
    if (event.type !== 'result') continue;
    if (!JSON.stringify(event.run.output).includes(ANSWER)) throw new Error(`${event.status}: ${event.run.failure_reason}`);
  }
  const { length } = await client.runs.steps(runId);
  if (length !== steps) throw new Error(`the run took ${length} steps`);
}

/** The film is made when the run is over: it is not to take the script's processor. */
async function untilRecorded(client, runId) {
  const giveUpAt = performance.now() + 60_000;
  while (!(await client.runs.get(runId)).recording_url) {
    if (performance.now() > giveUpAt) throw new Error(`${runId} has no recording`);
    await clock.sleep(20);
  }
}

/**
 * @param ours.start starts a run, which takes `ours.steps`, and gives its id
 * @param script is given a page, and gives what it read there
 * @param atOnce how many of a kind run at the same time; each is a row of its own
 * @returns lists of milliseconds: `ours`, from the accepted starts to the last end, and `byHand`, each by how many ran at once; `version` of the browser
 */
export async function besideScript({ cacheDir, n, atOnce = [1] }, { client, start, steps }, script) {
  const program = await findBrowser(process, { path: null, headed: false, cacheDir });
  const { browser, close } = await launchBrowser(process, program, { headed: false, sandbox: true });
  // The browser has no way out of its own; for pages on this machine this one is direct.
  const version = `Chromium ${browser.version()}${program.headlessOnly ? ', headless shell' : ''}`;
  const proxy = { server: 'http://127.0.0.1:1', bypass: '127.0.0.1' };
  const times = (count, work) => Promise.all(Array.from({ length: count }, work));
  const ours = async (count) => {
    const ids = await times(count, start);
    const startedAt = performance.now();
    await Promise.all(ids.map((id) => untilEnd(client, id, steps)));
    const ms = performance.now() - startedAt;
    await Promise.all(ids.map((id) => untilRecorded(client, id)));
    return ms;
  };
  const byHand = async (count) => {
    const startedAt = performance.now();
    await times(count, async () => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, proxy });
      const answer = await script(await context.newPage());
      await context.close();
      if (answer !== ANSWER) throw new Error(`the script found "${answer}"`);
    });
    return performance.now() - startedAt;
  };
  const kinds = atOnce.flatMap((count) => [
    [`ours${count}`, () => ours(count)],
    [`byHand${count}`, () => byHand(count)],
  ]);
  const found = await inTurn(Object.fromEntries(kinds), { n, warmUps: 3 });
  await close();
  const by = (name) => Object.fromEntries(atOnce.map((count) => [count, found[`${name}${count}`]]));
  return { ours: by('ours'), byHand: by('byHand'), version };
}
