/** Other users and programs of this machine against the server and what it leaves. */
import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { embedded } from '../support/embedded.js';

/** Whether something accepts a connection there. */
const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket
      .on('connect', () => end(true))
      .on('error', () => end(false))
      .on('timeout', () => end(false));
  });

test('A46 the server listens on loopback and on no other address of this machine', async () => {
  const { url } = await embedded();
  const port = Number(new URL(url).port);
  expect(await answers('127.0.0.1', port)).toBe(true);
  const others = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  for (const { address } of others.filter(({ internal }) => !internal)) expect(await answers(address, port), address).toBe(false);
});

/** Every file and folder below `folder`, itself included. */
const below = (folder: string): string[] => [
  folder,
  ...readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? below(path) : [path];
  }),
];

test('A47 nothing that the server keeps can be read by another user', async () => {
  const { folder, start, until, url, token, ask } = await embedded();
  await until(await start('complete'), 'completed');
  const form = new FormData();
  form.set('file', new Blob(['x']), 'x.txt');
  expect((await fetch(`${url}/v1/upload_file`, { method: 'POST', body: form, headers: { 'x-api-key': token } })).status).toBe(200);
  expect((await ask('GET', '/v1/runs')).status).toBe(200);
  // The folder itself is made by the test.
  const kept = below(folder).slice(1);
  expect(kept.length).toBeGreaterThan(3);
  const open = kept.filter((path) => (statSync(path).mode & 0o077) !== 0 && !isInsideClosed(path, folder));
  expect(open).toEqual([]);
});

/** Whether a folder on the way to it lets nobody else in. */
function isInsideClosed(path: string, root: string): boolean {
  for (let at = join(path, '..'); at.length > root.length; at = join(at, '..')) if ((statSync(at).mode & 0o077) === 0) return true;
  return false;
}

const INJECTIONS = [
  "' OR 1=1 --",
  "'; DROP TABLE runs; --",
  '" OR ""="',
  "%' UNION SELECT sql FROM sqlite_schema --",
  "x'); DELETE FROM runs; --",
  '\\',
  '%00',
  '{"$gt":""}',
  "' || (SELECT token) || '",
];

test('A50 text from a request is never a statement: ids, searches and filters', async () => {
  const { db, ask, start, until } = await embedded();
  const id = await start('complete');
  await until(id, 'completed');
  const schema = () => JSON.stringify(db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all());
  const before = schema();
  for (const text of INJECTIONS) {
    const quoted = encodeURIComponent(text);
    for (const path of [
      '/v1/runs/X',
      '/v1/runs/X/timeline',
      '/v1/artifacts/X',
      '/v1/workflows/X',
      '/v1/schedules/X',
      '/v1/credentials/X',
    ]) {
      const { status } = await ask('GET', path.replace('X', quoted));
      expect([400, 404, 405, 422], `${path} with ${text}`).toContain(status);
    }
    for (const path of ['/v1/runs?search_key=X', '/v1/runs?status=X', '/v1/workflows?search_key=X', '/v1/workflows?title=X']) {
      const { status, body } = await ask('GET', path.replace('X', quoted));
      expect([200, 400, 422], `${path} with ${text}`).toContain(status);
      if (status === 200) expect(body, `${path} with ${text}`).toEqual([]);
    }
    expect((await ask('POST', `/v1/runs/${quoted}/cancel`)).status).toBe(404);
  }
  expect(schema()).toBe(before);
  expect((await ask('GET', '/v1/runs')).body).toHaveLength(1);
  expect((await ask('GET', `/v1/runs?search_key=${id}`)).body).toHaveLength(1);
});

test('A49 a connection that sends nothing, and one that sends slowly, keep nobody else from an answer', async () => {
  const { url, ask } = await embedded();
  const port = Number(new URL(url).port);
  const idle = Array.from({ length: 200 }, (_, index) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    if (index % 2 === 0) socket.write('POST /v1/run/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\nX-');
    return socket;
  });
  try {
    for (let n = 0; n < 20; n++) expect((await ask('GET', '/v1/runs')).status).toBe(200);
  } finally {
    for (const socket of idle) socket.destroy();
  }
});
