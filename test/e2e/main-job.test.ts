/**
 * The main job, end to end, through the built program: the embedded server, a real Chromium, real pages, real exit codes.
 *
 * `npm test` builds first and runs this project last.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../bin/skyvern.js');
const home = mkdtempSync(join(tmpdir(), 'skyvern-e2e-'));
const env = { ...process.env, SKYVERN_HOME: home, SKYVERN_BASE_URL: undefined, SKYVERN_API_KEY: undefined, CI: 'true' };

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function skyvern(argv: readonly string[], more: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...argv], { env: { ...env, ...more }, cwd: home }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
    });
  });
}

/** A page of the outside world. `/slow` never answers. */
async function site(html: string): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/slow') return;
    response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const local = (url: string, prompt: string, ...more: string[]) => [
  ...['task', 'run', '--local', '--engine', 'rules', '--url', url, '--prompt', prompt, '--wait'],
  ...more,
];

beforeAll(async () => {
  const started = await skyvern(['local', 'start']);
  expect(started.stderr + started.stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+\n$/);
});

afterAll(async () => {
  await skyvern(['local', 'stop']);
  rmSync(home, { recursive: true, force: true });
});

describe('the main job', () => {
  test('skyvern demo runs in a real browser, prints its output alone on stdout, and exits 0', async () => {
    const { code, stdout, stderr } = await skyvern(['demo']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('run completed')]);
    const output = JSON.parse(stdout);
    expect(output.items).toHaveLength(12);
    expect(output.items[0]).toEqual({ name: 'Walnut tray', price: '€34.00' });
    expect(output['Next delivery']).toBe('Friday, before noon');
    expect(stderr).toContain('$ skyvern task run --local --engine rules --url http://127.0.0.1:');
    expect(stderr).toMatch(/run completed[\s\S]*\nNext, [\s\S]*skyvern auth login[\s\S]*skyvern local stop/);
  });

  test('a prompt on a page gives its output; get, timeline, output and list know the run afterwards', async () => {
    const url = await site('<title>A shop</title><h1>Welcome</h1><a href="/next">Next</a>');
    const { code, stdout } = await skyvern(local(url, 'Get the title of the page', '--json'));
    const run = JSON.parse(stdout);
    expect([code, run.status, run.output]).toEqual([0, 'completed', { title: 'A shop' }]);
    expect(JSON.parse((await skyvern(['run', 'output', '@last'])).stdout)).toEqual({ title: 'A shop' });
    expect((await skyvern(['run', 'get', run.run_id, '--exit-status'])).code).toBe(0);
    expect((await skyvern(['run', 'timeline', '@last'])).stdout).toContain('extract');
    expect((await skyvern(['run', 'list', '--local'])).stdout).toContain(run.run_id);
  });

  test('what is not on the page ends 10 and says what is there instead', async () => {
    const url = await site('<title>A shop</title><button>Buy</button><button>Sell</button>');
    const { code, stdout, stderr } = await skyvern(local(url, 'Click "Borrow"'));
    expect([code, stdout]).toEqual([10, '']);
    expect(stderr).toMatch(/run failed.*Borrow/);
    expect(stderr).toMatch(/Buy/);
  });

  test.each([
    ['a prompt that is not fully understood', ['--prompt', 'Find out whether this shop is any good'], 9, /shop is any good/],
    ['output that does not satisfy its schema', ['--data-extraction-schema', '{"required":["price"]}'], 10, /price/],
  ])('%s', async (_, more, wanted, says) => {
    const url = await site('<title>A shop</title>');
    const { code, stderr } = await skyvern(local(url, 'Get the title of the page', ...more));
    expect(code).toBe(wanted);
    expect(stderr).toMatch(says);
  });

  test('a secret is typed into the page and is nowhere else', async () => {
    const page =
      '<title>In</title><form action="/in"><label>User <input name="u"></label><label>Password <input type="password" name="p"></label><button>Log in</button></form>';
    const url = await site(page);
    const secret = 'hunter2-is-a-canary';
    const prompt = 'Log in with user "ada" and password "{{PASSWORD}}". Get the title of the page.';
    const { code, stdout, stderr } = await skyvern(local(url, prompt, '--secret', 'PASSWORD=env:PW', '--json'), { PW: secret });
    const { run_id } = JSON.parse(stdout);
    const everything = [
      stdout,
      stderr,
      (await skyvern(['run', 'timeline', run_id, '--json'])).stdout,
      (await skyvern(['local', 'logs'])).stdout,
    ];
    expect(code).toBe(0);
    expect(everything.join()).not.toContain(secret);
    const { execFileSync } = await import('node:child_process');
    expect(() => execFileSync('grep', ['-r', '--binary-files=text', '-l', secret, home])).toThrow(expect.objectContaining({ status: 1 }));
  });

  test('SIGINT leaves the run alone with the way back; cancel then stops it within a second', async () => {
    const url = await site('<title>Slow</title>');
    const watching = spawn(process.execPath, [PROGRAM, ...local(`${url}/slow`, 'Get the title of the page')], { env, cwd: home });
    let stderr = '';
    const running = new Promise<void>((resolve) => {
      watching.stderr.on('data', (chunk) => {
        stderr += chunk;
        if (/status: running/.test(stderr)) resolve();
      });
    });
    const ended = new Promise<number | null>((resolve) => watching.once('exit', resolve));
    await running;
    watching.kill('SIGINT');
    expect(await ended).toBe(130);
    const [, id] = /skyvern run watch (tsk_\d+)/.exec(stderr) ?? [];
    expect(JSON.parse((await skyvern(['run', 'get', id as string, '--json'])).stdout).status).toBe('running');
    const canceled = await skyvern(['run', 'cancel', '@last', '--wait', '--json']);
    expect(JSON.parse(canceled.stdout)).toEqual({ run_id: id, status: 'canceled', changed: true });
    expect((await skyvern(['run', 'watch', id as string])).code).toBe(12);
  });

  test('without the rules engine and without a model a start is refused with the ways out', async () => {
    const { code, stderr } = await skyvern(['task', 'run', '--local', '--prompt', 'Get the title', '--url', 'https://example.com']);
    expect(code).toBe(9);
    expect(stderr).toContain('--engine rules');
  });

  test('local env lets any other client in, and nobody without the key', async () => {
    const { stdout } = await skyvern(['local', 'env']);
    const [, baseUrl] = /SKYVERN_BASE_URL='([^']+)'/.exec(stdout) ?? [];
    const [, key] = /SKYVERN_API_KEY='([^']+)'/.exec(stdout) ?? [];
    const asked = (headers: Record<string, string>) => fetch(`${baseUrl}/v1/runs`, { headers }).then(({ status }) => status);
    expect(await asked({ 'x-api-key': key as string })).toBe(200);
    expect(await asked({})).toBe(403);
  });
});

test('a broken schema file is named with line and column', async () => {
  writeFileSync(join(home, 'schema.json'), '{\n  "type": object\n}');
  const { code, stderr } = await skyvern(['task', 'run', '--prompt', 'x', '--data-extraction-schema', '@schema.json']);
  expect(code).toBe(2);
  expect(stderr).toContain('schema.json is not JSON: line 2, column 11');
});

test('the workflow of the documentation runs as it is printed', async () => {
  const pages: Readonly<Record<string, string>> = { '/': '<title>Home</title>', '/about': '<title>About us</title>' };
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    response.writeHead(page ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' }).end(page ?? 'not here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const documented = readFileSync(join(import.meta.dirname, '../../docs/workflows.md'), 'utf8');
  writeFileSync(join(home, 'pages.yaml'), /```yaml\n([\s\S]*?)```/.exec(documented)![1]!);
  expect((await skyvern(['workflow', 'validate', 'pages.yaml'])).code).toBe(0);
  const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = ['workflow', 'run', '-f', 'pages.yaml', '--local', '--engine', 'rules', '--wait', '--param', `site=${site}`];
  const { code, stdout, stderr } = await skyvern([...asked, '--param', 'paths=["/","/gone","/about"]', '--json']);
  expect(code, stderr).toBe(0);
  const run = JSON.parse(stdout);
  expect(run.output.extracted_information).toEqual([{ title: 'Home' }, { title: 'About us' }]);
  expect(run.output.each_path_output.map((round: unknown[]) => round.length)).toEqual([4, 2, 4]);
  expect(run.recording_url ?? run.screenshot_urls).not.toBeNull();
  const lines = (await skyvern(['run', 'timeline', run.run_id, '--local'])).stdout;
  expect(lines).toMatch(/turn 2 of 3 \/gone[\s\S]*http request look[\s\S]*turn 3 of 3 \/about/);
});
