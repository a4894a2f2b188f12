// `npm run conformance -- --base-url URL --pages URL`: drives the built program against a real, running Skyvern and writes docs/conformance.md.
// The key is read from SKYVERN_API_KEY. `--pages` is a small shop with a model that obeys `[[words]]` in a prompt; without it only
// commands that start nothing are tried.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: flags } = parseArgs({ options: { 'base-url': { type: 'string' }, pages: { type: 'string' }, only: { type: 'string' } } });
if (!flags['base-url'] || !process.env.SKYVERN_API_KEY) {
  console.error('usage: SKYVERN_API_KEY=... npm run conformance -- --base-url URL [--pages URL] [--only WORD]');
  process.exit(2);
}
const home = mkdtempSync(join(tmpdir(), 'skyvern-conformance-'));
const env = { ...process.env, SKYVERN_HOME: home, SKYVERN_BASE_URL: flags['base-url'], CI: 'true', NO_COLOR: '1' };
const rows = [];
/** What earlier steps found: ids by name. */
const found = {};

function run(argv, input) {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`${root}/bin/skyvern.js`, ...argv], { env, cwd: home });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('close', (code) => resolve({ code, stdout, stderr, ms: Math.round(performance.now() - startedMs) }));
    child.stdin.end(input ?? '');
  });
}

/** One command line: its exit code must be `code`, and `check` must not throw. Never stops the others. */
async function step(argv, code = 0, check = () => {}, input) {
  const line = `skyvern ${argv.map((word) => (/[\s"{[<]/.test(word) ? `'${word}'` : word)).join(' ')}`;
  if (flags.only && !line.includes(flags.only)) return;
  if (argv.some((word) => word === undefined || word === 'undefined'))
    return rows.push({ line, verdict: 'not tried', why: 'an earlier step gave no id' });
  const got = await run(argv, input);
  let why = got.code === code ? '' : `exit ${got.code}, not ${code}: ${got.stderr.trim().split('\n').at(-1)?.slice(0, 200)}`;
  if (why === '') {
    try {
      await check(got);
    } catch (error) {
      why = String(error.message).slice(0, 200);
    }
  }
  rows.push({ line, verdict: why === '' ? 'passed' : 'FAILED', why, ms: got.ms });
  console.log(`${why === '' ? 'ok    ' : 'FAILED'} ${line}${why && `\n       ${why}`}`);
}

const json = ({ stdout }) => JSON.parse(stdout);
const must = (truth, what) => {
  if (!truth) throw new Error(what);
};

async function account() {
  await step(['doctor', '--json'], 0, (got) => must(json(got).find((each) => each.check === 'key')?.status === 'ok', 'the key is not ok'));
  await step(['auth', 'status', '--json'], 0, (got) => must(json(got).organization_id, 'no organization'));
  await step(['auth', 'login', '--api-key-file', '-'], 0, undefined, process.env.SKYVERN_API_KEY);
  await step(['auth', 'logout']);
  await step(['run', 'list', '-n', '5', '--json'], 0, (got) => must(Array.isArray(json(got)), 'no list'));
  await step(['run', 'list', '--status', 'done'], 9);
  await step(['run', 'get', 'tsk_404'], 5);
  await step(['run', 'timeline', 'wr_404'], 5);
}

async function tasks(pages) {
  const list = `${pages}/pages/list.html`;
  const task = (prompt, ...more) => ['task', 'run', '--url', list, '--prompt', prompt, '--timeout', '3m', ...more];
  await step(task('Open the first item [[click:Watering can]] [[done:Add to basket]]', '--wait', '--json'), 0, (got) => {
    found.task = json(got).run_id;
    must(json(got).status === 'completed', 'not completed');
  });
  await step(['run', 'get', found.task, '--exit-status']);
  await step(['run', 'watch', '@last', '--output', 'ndjson'], 0, ({ stdout }) => {
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    must(events.at(-1).type === 'result' && events.some(({ type }) => type === 'action'), 'no action, or no result');
  });
  await step(['run', 'tail', found.task]);
  await step(['run', 'timeline', found.task], 0, ({ stdout }) => must(/click/.test(stdout), 'no click'));
  await step(['run', 'wait', found.task, '--json']);
  await step(['run', 'output', found.task]);
  await step(['run', 'cancel', found.task, '--json'], 0, (got) => must(json(got).changed === false, 'an ended run changed'));
  await step(task('Find it [[terminate:There is no such item]]', '--wait'), 11);
  await step(task('Wait [[never]]', '--max-steps', '1', '--wait'), 10);
  await step(task('Take your time [[delay:20000]]', '--run-key', 'conformance'), 0, ({ stdout }) => (found.slow = stdout.trim()));
  await step(task('Take your time [[delay:20000]]', '--run-key', 'conformance'), 0, ({ stdout }) =>
    must(stdout.trim() === found.slow, 'a second run'),
  );
  await step(['run', 'watch', found.slow, '--timeout', '2s'], 124);
  await step(['run', 'cancel', found.slow, '--wait', '--json'], 0, (got) => must(json(got).status === 'canceled', 'not canceled'));
  await step(['run', 'watch', found.slow], 12);
  await step(task('Read the shop [[plan:extract]]', '--engine', 'skyvern-2.0', '--wait', '--json'), 0, (got) =>
    must(json(got).output, 'no output'),
  );
  await step(['task', 'run', '--prompt', 'x', '--engine', 'skyvern_v2'], 9);
  await step(['run', 'recover', '--json'], 0, (got) => must(json(got).length === 0, 'a start is unsettled'));
}

await account();
if (flags.pages) await tasks(flags.pages);
rmSync(home, { recursive: true, force: true });

const count = (verdict) => rows.filter((row) => row.verdict === verdict).length;
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = rows.map(
  ({ line, verdict, why, ms }) =>
    `| \`${cell(line.replaceAll(flags.pages ?? '\0', '$PAGES'))}\` | ${verdict}${why ? `: ${cell(why)}` : ''} | ${ms ?? ''} |`,
);
if (!flags.only) {
  writeFileSync(
    `${root}/docs/conformance.md`,
    `# Against a real Skyvern\n\n\`npm run conformance\` drove the built program against a running server. ${count('passed')} passed, ${count('FAILED')} failed, ${count('not tried')} not tried.\n\n| command line | verdict | ms |\n| --- | --- | --- |\n${table.join('\n')}\n`,
  );
}
console.log(`\n${count('passed')} passed, ${count('FAILED')} failed, ${count('not tried')} not tried`);
process.exitCode = count('FAILED') > 0 ? 1 : 0;
