/** Sizes that a careless client holds in memory: real processes, and the most that they ever held. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../support/io.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const MB = 1024 * 1024;

async function serverOf(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const json = (response: ServerResponse, value: unknown): void => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
};

/** Runs the built program with a heap of so many MB. */
function skyvern(
  url: string,
  line: string,
  heapMb: number,
  { onOut = () => {}, onStart = () => {} }: { onOut?: (text: string) => void; onStart?: (pid: number | undefined) => void } = {},
) {
  const home = tempFolder();
  const env = { ...process.env, HOME: home, SKYVERN_HOME: join(home, 'skyvern'), SKYVERN_BASE_URL: url, SKYVERN_API_KEY: 'key-1' };
  const flags = [`--max-old-space-size=${heapMb}`];
  const child = spawn(process.execPath, [...flags, join(ROOT, 'bin/skyvern.js'), ...line.split(' ')], { cwd: home, env });
  onStart(child.pid);
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += text));
  child.stdout.setEncoding('utf8').on('data', onOut);
  return new Promise<{ code: number | null; home: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, home, stderr })),
  );
}

/** The most that a process has held so far, in MB; 0 where that cannot be known. */
function peakMb(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return 0;
  }
}

const run = (id: string, more: object = {}) => ({
  ...{ run_id: id, status: 'completed', run_type: 'task_v1', output: null, failure_reason: null },
  ...{ created_at: '2026-01-20T12:00:00.000000', modified_at: '2026-01-20T12:00:01.000000', ...more },
});

test('F49 a file many times as large as the memory goes through it in pieces', async () => {
  const SIZE = 300 * MB;
  const piece = Buffer.alloc(MB, 'x');
  const sha = createHash('sha256');
  for (let count = 0; count < SIZE / MB; count++) sha.update(piece);
  let pid: number | undefined;
  let peak = 0;
  const artifact = { artifact_id: 'a_1', artifact_type: 'download', uri: 'file:///big.txt', checksum: sha.digest('hex'), file_size: SIZE };
  const url = await serverOf((request, response) => {
    if (request.url?.endsWith('/artifacts')) return json(response, [artifact]);
    if (!request.url?.endsWith('/content')) return json(response, request.url?.includes('/artifacts/') ? artifact : run('tsk_1'));
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': SIZE });
    let left = SIZE / MB;
    const more = () => {
      peak = Math.max(peak, peakMb(pid));
      while (left-- > 0) if (!response.write(piece)) return response.once('drain', more);
      return response.end();
    };
    more();
  });
  // Buffers lie outside of the heap: what counts is the process.
  const { code, home, stderr } = await skyvern(url, 'run download tsk_1', 64, {
    onStart: (started) => {
      pid = started;
    },
  });
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
  expect(statSync(join(home, 'tsk_1/big.txt')).size).toBe(SIZE);
  expect(peak).toBeLessThan(200);
}, 120_000);

test('F65 an output of 50 MB is shown whole', async () => {
  const text = 'ü'.repeat(25 * MB);
  const url = await serverOf((_, response) => json(response, run('tsk_1', { output: { text } })));
  let bytes = 0;
  const { code } = await skyvern(url, 'run output tsk_1', 400, {
    onOut: (out) => {
      bytes += Buffer.byteLength(out);
    },
  });
  expect(code).toBe(0);
  expect(bytes).toBeGreaterThan(50 * MB);
}, 120_000);

test('F65 a list of 10,000 runs ends, each once, in the memory of a small machine', async () => {
  const pages: number[] = [];
  const url = await serverOf((request, response) => {
    const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
    pages.push(page);
    json(
      response,
      page > 100
        ? []
        : Array.from({ length: 100 }, (_, row) => ({
            ...run(`tsk_${10_000 - (page - 1) * 100 - row}`),
            task_run_type: 'task_v1',
            title: 'T'.repeat(60),
          })),
    );
  });
  let out = '';
  const { code } = await skyvern(url, 'run list --all', 64, {
    onOut: (text) => {
      out += text;
    },
  });
  expect(code).toBe(0);
  const ids = out
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[0]);
  expect([ids.length, new Set(ids).size]).toEqual([10_000, 10_000]);
}, 120_000);

/** As the API answers: the newest first, each with its actions. */
const timelineOf = (blocks: number) =>
  Array.from({ length: blocks }, (_, index) => ({
    type: 'block',
    block: {
      workflow_run_block_id: `wrb_${blocks - index}`,
      workflow_run_id: 'wr_1',
      block_type: 'navigation',
      label: `block_${blocks - index}`,
      status: 'completed',
      created_at: '2026-01-20T12:00:00.000000',
      modified_at: '2026-01-20T12:00:01.000000',
      actions: [{ action_id: `act_${blocks - index}`, action_type: 'click', status: 'completed', reasoning: 'the button is there' }],
    },
    children: [],
    thought: null,
    created_at: '2026-01-20T12:00:00.000000',
    modified_at: '2026-01-20T12:00:01.000000',
  }));

test.each(['run timeline wr_1', 'run watch wr_1 --output plain'])(
  'F65 %s: of 100,000 blocks each is told, in the memory of a small machine',
  async (line) => {
    const timeline = JSON.stringify(timelineOf(100_000));
    const url = await serverOf((request, response) => {
      if (!request.url?.includes('timeline')) return json(response, run('wr_1', { run_type: 'workflow_run' }));
      response.setHeader('content-type', 'application/json');
      return void response.end(timeline);
    });
    let out = '';
    const { code, stderr } = await skyvern(url, line, 700, {
      onOut: (text) => {
        out += text;
      },
    });
    expect(code, stderr.slice(-300)).toBe(0);
    const labels = new Set(`${out}${stderr}`.match(/block_\d+/g));
    expect(labels.size).toBe(100_000);
  },
  240_000,
);
