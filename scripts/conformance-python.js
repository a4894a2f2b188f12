// `npm run conformance:python`: what others wrote judges the embedded server: schemathesis sends it what its OpenAPI document allows and
// forbids. Writes docs/conformance-python.md. Needs python3 with venv and a package index; not part of `npm test`.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
  },
});
const SCHEMATHESIS = 'schemathesis==4.32.5';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'skyvern-python-'));
const env = { ...process.env, SKYVERN_HOME: join(folder, 'home'), CI: 'true', NO_COLOR: '1' };
const skyvern = (...words) => execFileSync(process.execPath, [`${root}/bin/skyvern.js`, ...words], { env, encoding: 'utf8' });

/** Command of a tool installed into a Python environment of its own. */
function pythonTool(name, ...packages) {
  const venv = join(folder, name);
  execFileSync(flags.python, ['-m', 'venv', venv]);
  execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages], { stdio: 'inherit' });
  return join(venv, 'bin', name);
}

/**
 * The API's document, cut to what the embedded server answers, with the statuses it adds: those of its guards, and refusals that
 * a real server sends too but its document leaves out.
 */
async function openApiDocument({ base_url: baseUrl, api_key: key }) {
  const document = JSON.parse(readFileSync(`${root}/test/spec/openapi-1.0.56.json`, 'utf8'));
  const added = {
    'GET /v1/agents': ['400'],
    'GET /v1/runs': ['400'],
    'POST /v1/run/agents': ['404', '501'],
    'POST /v1/credentials/totp': ['400'],
    'POST /v1/upload_file': ['400'],
  };
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, { responses }] of Object.entries(operations)) {
      const verb = method.toUpperCase();
      const url = baseUrl + path.replace(/\{\w+\}/g, 'none');
      const answer = await fetch(url, { method: verb, headers: { 'x-api-key': key } });
      const missing = answer.status === 405 || (answer.status === 404 && (await answer.text()) === '{"detail":"Not Found"}');
      if (missing) delete operations[method];
      const here = [...['401', '403', '413'], ...(path.includes('{') ? ['400', '404'] : []), ...(added[`${verb} ${path}`] ?? [])];
      for (const status of here) responses[status] ??= { description: 'refused' };
    }
    if (Object.keys(operations).length === 0) delete document.paths[path];
  }
  return document;
}

/** Sends at least `cases` cases, in rounds with a seed each; answers the counts and what was found. */
async function fuzz(server) {
  const tool = pythonTool('schemathesis', SCHEMATHESIS);
  const document = join(folder, 'openapi.json');
  writeFileSync(document, JSON.stringify(await openApiDocument(server)));
  const operations = Object.values(JSON.parse(readFileSync(document, 'utf8')).paths).flatMap(Object.keys).length;
  const found = [];
  let [cases, rounds] = [0, 0];
  while (cases < Number(flags.cases)) {
    const { stdout } = spawnSync(
      tool,
      [
        ...['run', document, '--url', server.base_url, '--header', `x-api-key: ${server.api_key}`, '--phases', 'fuzzing'],
        ...['--checks', 'not_a_server_error,status_code_conformance', '--continue-on-failure', '--no-shrink', '--warnings', 'off'],
        ...['--max-examples', '200', '--max-time', '120', '--seed', String(Number(flags.seed) + rounds++)],
      ],
      { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    const made = Number(/(\d+) generated/.exec(stdout)?.[1] ?? 0);
    if (made === 0) throw new Error(`schemathesis made no case:\n${stdout.slice(-2000)}`);
    cases += made;
    found.push(...stdout.matchAll(/^_+ (\w+ \S+) _+\n[\s\S]*?Received: (\d+)[\s\S]*?`(.*?)`/gm));
    console.log(`${cases} cases, ${found.length} findings`);
  }
  return { operations, cases, rounds, found: found.map(([, operation, status, body]) => `${operation}: ${status} \`${body}\``) };
}

skyvern('local', 'start', '--engine', 'rules');
try {
  const server = JSON.parse(skyvern('local', 'status', '--json'));
  const { operations, cases, rounds, found } = await fuzz(server);
  const lines = [
    '# The embedded server, judged by others',
    '',
    'Written by `npm run conformance:python`.',
    '',
    `**${SCHEMATHESIS.replace('==', ' ')}**: ${cases} cases over ${operations} operations of the API's document, ${rounds} rounds, seeds ${flags.seed} to ${Number(flags.seed) + rounds - 1}: ` +
      `${found.length} answers were a server error or had a status that the document does not name.`,
    ...found.map((each) => `- ${each}`),
  ];
  writeFileSync(`${root}/docs/conformance-python.md`, `${lines.join('\n')}\n`);
  process.exitCode = found.length > 0 ? 1 : 0;
} finally {
  skyvern('local', 'stop');
  rmSync(folder, { recursive: true, force: true });
}
