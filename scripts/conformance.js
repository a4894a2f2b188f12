// `npm run conformance -- --base-url URL --pages URL`: drives every command of the built program and every method of the library against a real,
// running Skyvern, and writes docs/conformance.md. The key is read from SKYVERN_API_KEY. `--only commands|methods|embedded` writes nothing.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HIDDEN, reasonOf } from '../test/support/deviations.ts';
import { apiDocument } from '../test/support/document.ts';
import { commands, NOT_TRIED as NO_COMMAND } from './conformance/commands.js';
import { embedded } from './conformance/embedded.js';
import { methods, methodsOf, NOT_TRIED as NO_METHOD } from './conformance/methods.js';
import { program } from './conformance/program.js';
import { report } from './conformance/report.js';
import { witness } from './conformance/witness.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: flags } = parseArgs({ options: { 'base-url': { type: 'string' }, pages: { type: 'string' }, only: { type: 'string' } } });
const apiKey = process.env.SKYVERN_API_KEY;
if (!flags['base-url'] || !apiKey) {
  console.error('usage: SKYVERN_API_KEY=... npm run conformance -- --base-url URL [--pages URL] [--only commands|methods|embedded]');
  process.exit(2);
}
const wants = (what) => flags.only === undefined || flags.only === what;
const server = new URL(flags['base-url']);
const library = await import('../dist/index.js');
const home = mkdtempSync(join(tmpdir(), 'skyvern-conformance-'));
/** In every name that is made, so that two runs do not meet. */
const mark = `c${Date.now().toString(36)}`;
const seen = await witness(server);
const world = { home, pages: flags.pages, apiKey, mark, library };

const shell = program({ home, baseUrl: seen.url, apiKey });
if (wants('commands')) await commands(shell, world);
const skyvern = new library.Skyvern({ baseUrl: seen.url, apiKey, journal: join(home, 'journal') });
const all = methodsOf(skyvern);
const calls = wants('methods') ? await methods(skyvern, world) : [];
const local = wants('embedded') && flags.pages ? await embedded(flags.pages, library) : { passed: new Set(), why: new Map() };
seen.close();

// What there is and nobody tried is a fault of this program, unless it is said why.
const every = JSON.parse((await shell.begin(['capabilities']).ended).stdout).commands.map(({ path }) => path);
const wasTyped = (path) => shell.rows.some(({ words }) => words.slice(0, path.split(' ').length).join(' ') === path);
const forgotten = [
  ...(wants('commands') && flags.pages ? every.filter((path) => !wasTyped(path) && !(path in NO_COMMAND)) : []),
  ...(wants('methods') && flags.pages ? all.filter((name) => !calls.some((row) => row.name === name) && !(name in NO_METHOD)) : []),
];
for (const name of forgotten) console.log(`FORGOTTEN ${name}`);
for (const [name, why] of local.why) console.log(`embedded  ${name}: ${why}`);

const document = apiDocument(JSON.parse(readFileSync(`${root}/test/spec/openapi-1.0.56.json`, 'utf8')));
const answers = seen.answers.filter(({ method, path }) => !HIDDEN.some((pattern) => pattern.test(`${method} ${path}`)));
const found = answers.flatMap((answer) => document.findings(answer) ?? []);
const deviations = [...new Set(found)].sort().map((finding) => [finding, reasonOf(finding)]);
for (const [finding, reason] of deviations) if (!reason) console.log(`NEW       ${finding}`);
const routeOf = ({ method, path }) =>
  `${method} ${path
    .replace(/\?.*/, '')
    .replaceAll(/\/(?:\w+_)?\w*\d{6,}\w*/g, '/{id}')
    .replaceAll(/\/\w+_404/g, '/{id}')}`;
const undescribed = [...new Set(answers.filter(({ method, path }) => document.operationOf(method, path) === null).map(routeOf))].sort();
const asked = new Set(answers.map(({ method, path }) => document.operationOf(method, path)));

const failed = [...shell.rows, ...calls].filter(({ verdict }) => verdict === 'FAILED').length;
if (flags.only === undefined && flags.pages) {
  const hide = (text) =>
    text.replaceAll(flags.pages, '$PAGES').replaceAll(seen.url, '$SERVER').replaceAll(home, '$HOME').replaceAll(mark, 'MARK');
  const version = JSON.parse((await shell.begin(['api', 'GET', '/v1/version', '--base-url', server.href]).ended).stdout).version;
  const notTried = [...Object.entries(NO_COMMAND).filter(([path]) => every.includes(path)), ...Object.entries(NO_METHOD)];
  const unasked = document.operations.filter((operation) => !asked.has(operation));
  const day = new Date().toISOString().slice(0, 10);
  const text = report({ version, day, lines: shell.rows, calls, notTried, deviations, undescribed, unasked, local, hide });
  writeFileSync(`${root}/docs/conformance.md`, text);
}
rmSync(home, { recursive: true, force: true });
console.log(`\n${failed} failed, ${forgotten.length} forgotten`);
process.exitCode = failed + forgotten.length > 0 ? 1 : 0;
