/**
 * `npm run conformance:python`: what others wrote judges the embedded server, and docs/conformance-python.md tells how it came out.
 *
 * The official Python SDK runs the samples of the API's documentation against it, with a scripted model on real pages; schemathesis
 * sends it what the API's document allows and forbids. Needs python3 with venv and a package index; not part of `npm test`.
 *
 *   --cases N      of schemathesis (20,000)      --seed S     of its first round (1)
 *   --only PART    samples or cases              --python P   interpreter (python3)
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPages } from '../support/pageServer.js';
import { startScriptedModel } from '../support/scriptedModel.js';
import { answerTo, PAGES } from './site.js';

const SCHEMATHESIS = 'schemathesis==4.32.5';
const SDK = 'skyvern==1.0.56';
/** What importing the SDK's client needs; the server that the same package holds needs ten times as much. */
const SDK_NEEDS = ['httpx==0.28.1', 'pydantic', 'structlog', 'python-dotenv', 'pydantic-settings'];

/** What each sample prints, line by line; a refusal is the server's sentence. */
const SAMPLES: Readonly<Record<string, readonly RegExp[]>> = {
  task_run: [/^Run ID: tsk_\d+$/, /^Status: (created|queued)$/],
  task_poll: [/^Output: \{'title': 'Otters return to the river'\}$/],
  task_webhook: [/^tsk_\d+$/],
  task_wait: [/^\{'title': 'Otters return to the river'\}$/],
  task_schema: [/^\[\{'name': 'Watering can', 'price': '24.00 EUR', 'rating': 4.5\}, .*\]$/],
  task_session: [/^completed$/, /^1$/],
  task_max_steps: [/^completed$/],
  task_engine: [/^\{'page_title': 'News'\}$/],
  task_publish: [/publish_workflow/],
  task_wait_timeout: [/^completed$/, /^tsk_\d+$/],
  request_options: [/^tsk_\d+$/],
};

interface Server {
  readonly base_url: string;
  readonly api_key: string;
}

const { values: flags } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
    only: { type: 'string' },
  },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);
const root = new URL('../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'skyvern-python-'));
const env: NodeJS.ProcessEnv = { ...process.env, SKYVERN_HOME: join(folder, 'home'), CI: 'true', NO_COLOR: '1' };
const skyvern = (...words: string[]) => execFileSync(process.execPath, [`${root}bin/skyvern.js`, ...words], { env, encoding: 'utf8' });

/** Folder of the programs of a Python environment of its own, with `packages`. */
function python(name: string, ...packages: string[]): string {
  const venv = join(folder, name);
  execFileSync(flags.python, ['-m', 'venv', venv]);
  for (const each of packages) {
    const install = ['install', '--quiet', '--disable-pip-version-check', ...each.split(' ')];
    execFileSync(join(venv, 'bin/pip'), install, { stdio: ['ignore', 'ignore', 'ignore'] });
  }
  return join(venv, 'bin');
}

/** Runs every sample; a line of the document for each. */
async function samples(server: Server, pages: string): Promise<{ readonly lines: readonly string[]; readonly failed: number }> {
  const bin = python('sdk', SDK_NEEDS.join(' '), `--no-deps ${SDK}`);
  const hooks = await openWebhooks();
  const lines: string[] = [];
  let failed = 0;
  for (const file of readdirSync(join(root, 'test/python/samples')).sort()) {
    const name = file.replace('.py', '');
    const { stdout, stderr } = await output(
      join(bin, 'python'),
      [join(root, 'test/python/prelude.py'), join(root, 'test/python/samples', file)],
      {
        ...env,
        SKYVERN_BASE_URL: server.base_url,
        SKYVERN_API_KEY: server.api_key,
        PAGES: pages,
        WEBHOOK: hooks.url,
      },
    );
    const printed = [...stdout.trim().split('\n'), ...stderr.trim().split('\n').slice(-1)].filter((line) => line !== '');
    const wanted = SAMPLES[name] ?? [];
    const right = wanted.length > 0 && wanted.every((pattern, index) => pattern.test(printed[index] ?? ''));
    if (!right) failed++;
    lines.push(
      `| ${name} | ${right ? 'passed' : 'FAILED'} | ${printed
        .join(' / ')
        .replace(/tsk_\d+/g, 'tsk_...')
        .slice(0, 160)} |`,
    );
    say(lines.at(-1) as string);
  }
  await hooks.arrived;
  hooks.close();
  return { lines, failed };
}

/** A receiver; `arrived` resolves with the first webhook. */
async function openWebhooks() {
  let first = () => {};
  const arrived = new Promise<void>((resolve) => {
    first = resolve;
  });
  const receiver = createServer((request, response) => {
    request.resume();
    response.end();
    first();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhook`, arrived, close: () => void receiver.close() };
}

/** The model and the pages are in this process: it must not block while another one runs. */
function output(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('close', () => resolve({ stdout, stderr }));
  });
}

/** Refusals that a real server sends, too, and that its document leaves out. */
const UNDECLARED: Readonly<Record<string, readonly string[]>> = {
  'GET /v1/agents': ['400'],
  'GET /v1/runs': ['400'],
  'POST /v1/run/agents': ['404', '501'],
  'POST /v1/run/tasks': ['404', '410'],
  'POST /v1/run/tasks/login': ['400', '404', '410'],
  'POST /v1/run/tasks/download_files': ['400', '404', '410'],
  'POST /v1/browser_profiles': ['404'],
  'POST /v1/credentials': ['404'],
  'POST /v1/credentials/totp': ['400'],
  'POST /v1/upload_file': ['400'],
};

/** The API's document, cut to what the embedded server answers, with the statuses of its guards. */
async function openApiDocument({ base_url: baseUrl, api_key: key }: Server): Promise<{ paths: Record<string, object> }> {
  const document = JSON.parse(readFileSync(join(root, 'test/spec/openapi-1.0.56.json'), 'utf8'));
  for (const [path, operations] of Object.entries<Record<string, { responses: Record<string, object> }>>(document.paths)) {
    for (const [method, { responses }] of Object.entries(operations)) {
      const operation = `${method.toUpperCase()} ${path}`;
      const url = baseUrl + path.replace(/\{\w+\}/g, 'none');
      const answer = await fetch(url, { method: method.toUpperCase(), headers: { 'x-api-key': key } });
      const text = await answer.text();
      if (answer.status === 405 || (answer.status === 404 && text === '{"detail":"Not Found"}')) delete operations[method];
      const here = ['401', '403', '413', ...(path.includes('{') ? ['400', '404'] : []), ...(UNDECLARED[operation] ?? [])];
      for (const status of here) responses[status] ??= { description: 'refused' };
    }
    if (Object.keys(operations).length === 0) delete document.paths[path];
  }
  return document;
}

/** Sends at least `--cases` cases, in rounds with a seed each. */
async function cases(server: Server): Promise<{ readonly summary: string; readonly found: readonly string[] }> {
  const tool = join(python('schemathesis', SCHEMATHESIS), 'schemathesis');
  const document = await openApiDocument(server);
  const file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const operations = Object.values(document.paths).flatMap(Object.keys).length;
  const found: string[] = [];
  const first = Number(flags.seed);
  let [made, seed] = [0, first];
  for (; made < Number(flags.cases); seed++) {
    const { stdout } = spawnSync(
      tool,
      [
        ...['run', file, '--url', server.base_url, '--header', `x-api-key: ${server.api_key}`, '--phases', 'fuzzing'],
        ...['--checks', 'not_a_server_error,status_code_conformance', '--continue-on-failure', '--no-shrink', '--warnings', 'off'],
        ...['--max-examples', '200', '--max-time', '120', '--seed', String(seed)],
      ],
      { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    const count = Number(/(\d+) generated/.exec(stdout)?.[1] ?? 0);
    if (count === 0) throw new Error(`schemathesis made no case:\n${stdout.slice(-2000)}`);
    made += count;
    for (const [, operation, status, body] of stdout.matchAll(/^_+ (\w+ \S+) _+\n[\s\S]*?Received: (\d+)[\s\S]*?`(.*?)`/gm)) {
      found.push(`- ${operation}: ${status} \`${body}\``);
      say(found.at(-1) as string);
    }
    say(`${made} cases, ${found.length} findings`);
  }
  return { summary: `${made} cases over ${operations} operations, seeds ${first} to ${seed - 1}`, found };
}

const model = await startScriptedModel(answerTo);
const pages = await openPages(PAGES);
Object.assign(env, {
  SKYVERN_MODEL: 'openai-compatible/scripted',
  SKYVERN_MODEL_BASE_URL: `${model.origin}/v1`,
  SKYVERN_MODEL_API_KEY: 'the-key-of-the-model',
});
skyvern('local', 'start');
try {
  const server: Server = JSON.parse(skyvern('local', 'status', '--json'));
  const sdk = flags.only === 'cases' ? null : await samples(server, pages.origin);
  const fuzzed = flags.only === 'samples' ? null : await cases(server);
  const lines = [
    '# The embedded server, judged by others',
    '',
    'Written by `npm run conformance:python`.',
    '',
    `## The official Python SDK (${SDK.replace('==', ' ')})`,
    '',
    'The task samples of the documentation, against a scripted model on real pages. `publish_workflow` is refused by name.',
    '',
    '| sample | verdict | printed |',
    '| --- | --- | --- |',
    ...(sdk?.lines ?? []),
    '',
    `## ${SCHEMATHESIS.replace('==', ' ')}`,
    '',
    `${fuzzed?.summary}: ${fuzzed?.found.length} answers were a server error, or had a status that the API's document and the server's guards do not name.`,
    ...(fuzzed?.found ?? []),
  ];
  if (!flags.only) writeFileSync(join(root, 'docs/conformance-python.md'), `${lines.join('\n')}\n`);
  process.exitCode = (sdk?.failed ?? 0) + (fuzzed?.found.length ?? 0) > 0 ? 1 : 0;
} finally {
  skyvern('local', 'stop');
  await Promise.all([model.close(), pages.close()]);
  rmSync(folder, { recursive: true, force: true });
}
