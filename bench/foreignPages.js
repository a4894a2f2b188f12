// `npm run bench:pages -- --pages FOLDER`: the rules engine on pages that nobody of this project wrote (MiniWoB++), which judge it themselves.
//
//   --pages FOLDER   holds miniwob-server.mjs, whose start() serves episodes, and tasks-open.txt, the tasks; without it nothing is run
//   --seeds 0,1,2/7,8,9   episodes of each task; groups between slashes are summed each by itself
//   --all            the other tasks too, which are kept for judging: how they ended is counted, their prompts are not shown
//   --tasks A,B      these tasks only, told one by one and not written down
//
// The engine runs in this process, one episode at a time, each from its start page with the prompt as the page words it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createBrowserPool } from '../src/browser/pool.ts';
import { systemClock } from '../src/clock.ts';
import { createTaskRunner } from '../src/engine/loop.ts';
import { createRulesDecider } from '../src/engine/rules/decider.ts';
import { parseRules } from '../src/engine/rules/parse.ts';
import { paths } from '../src/paths.ts';
import { needsMore } from './plainlyWorded.js';
import { foreignPagesRow, foreignPagesText, withSection } from './report.js';

const VERDICTS = ['solved', 'refused', 'failed', 'wrong'];
const { values: flags } = parseArgs({
  options: {
    pages: { type: 'string' },
    seeds: { type: 'string', default: '0,1,2' },
    all: { type: 'boolean', default: false },
    tasks: { type: 'string' },
  },
});
const server = flags.pages === undefined ? undefined : join(resolve(flags.pages), 'miniwob-server.mjs');
if (server === undefined || !existsSync(server)) {
  console.log(`not run: ${server === undefined ? 'name the pages with --pages FOLDER' : `there is no ${server}`}`);
  process.exit(0);
}

const listed = new Set(
  readFileSync(join(resolve(flags.pages), 'tasks-open.txt'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean),
);
const seedGroups = flags.seeds.split('/').map((group) => group.split(',').map(Number));
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();

const { start } = await import(pathToFileURL(server).href);
const pages = await start();
const others = flags.all ? pages.tasks.filter((task) => !listed.has(task)) : [];
const tasks = flags.tasks?.split(',') ?? [...listed, ...others];
const ask = async (path) => (await fetch(pages.origin + path)).json();
const folder = mkdtempSync(join(tmpdir(), 'skyvern-bench-'));
const pool = createBrowserPool(process, {
  cacheDir: paths({ env: process.env, platform: process.platform }).cache,
  clock: systemClock,
  sandbox: true,
});

/** @returns how the episode ended, and the reason where it did not go well */
async function episode(task, seed) {
  const { id, url, utterance, error } = await ask(`/episode?task=${task}&seed=${seed}`);
  if (error) throw new Error(`${task}: ${error}`);
  const parsed = parseRules(utterance, { secretNames: [] });
  if ('refusal' in parsed) return { verdict: 'refused', utterance, reason: `${parsed.refusal.clause}: ${parsed.refusal.reason}` };
  const runner = createTaskRunner({ pool, clock: systemClock, deciders: { rules: () => createRulesDecider(parsed.clauses) } });
  const nothing = async () => {};
  const recorder = { acting: nothing, stepStarted: nothing, action: nothing, stepEnded: nothing, downloaded: nothing };
  const outcome = await runner.run(
    {
      runId: id,
      prompt: utterance,
      url,
      engine: 'rules',
      model: null,
      maxCost: null,
      mustDownload: false,
      files: [],
      evidenceDir: null,
      maxSteps: 50,
      dataExtractionSchema: null,
      errorCodeMapping: {},
      extraHttpHeaders: {},
      secrets: new Map(),
      credential: null,
      codes: null,
      allowedUrls: [],
      confirm: { risks: [], unattended: true },
      browser: { headed: false, path: null, address: null, cdpHeaders: {}, state: null },
      keepBrowserState: null,
      downloads: { suffix: null, timeoutMs: null },
      downloadsDir: folder,
    },
    recorder,
    new AbortController().signal,
  );
  const { solved } = await ask(`/result?id=${id}`);
  if (outcome.status === 'completed') return { verdict: solved ? 'solved' : 'wrong', utterance, reason: 'it claims to be done' };
  return { verdict: 'failed', utterance, reason: outcome.reason };
}

const rows = [];
const told = (verdict, task, seed, utterance, reason) =>
  console.log(`${verdict.padEnd(8)} ${task} #${seed}  ${utterance}${verdict === 'solved' ? '' : `\n  ${reason}`}`);
try {
  for (const task of tasks) {
    const episodes = [];
    for (const seed of seedGroups.flat()) {
      const { verdict, utterance, reason } = await episode(task, seed);
      const needs = needsMore(utterance);
      episodes.push({ verdict, plain: needs === null, seed });
      if (flags.tasks || verdict === 'wrong') told(verdict, task, seed, utterance, needs === null ? reason : `${reason} (needs ${needs})`);
    }
    const row = { task, listed: listed.has(task), episodes };
    rows.push(row);
    if (!flags.tasks)
      console.log(
        foreignPagesRow(row, VERDICTS)
          .map((cell, at) => (at === 0 ? cell.padEnd(30) : cell.padStart(8)))
          .join(''),
      );
  }
} finally {
  await pool.close();
  await pages.close();
  rmSync(folder, { recursive: true, force: true });
}
const text = foreignPagesText({ verdicts: VERDICTS, rows, seedGroups, commit, all: flags.all });
console.log(text.slice(text.indexOf('| tasks')));
if (flags.tasks === undefined) {
  const results = new URL('RESULTS.md', import.meta.url);
  writeFileSync(results, withSection(readFileSync(results, 'utf8'), text));
}
