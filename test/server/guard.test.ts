import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { embedded } from '../support/embedded.js';

/** Sends bytes as they are; resolves with the status of the answer. */
const raw = (port: string, text: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
      socket.destroy();
    });
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])));
    socket.on('error', reject);
  });

test('a request must name this server as its host, in one Host header', async () => {
  const { url, token } = await embedded();
  const { port } = new URL(url);
  const status = (lines: string, target = '/v1/runs') => raw(port, `GET ${target} HTTP/1.1\r\n${lines}x-api-key: ${token}\r\n\r\n`);
  expect(await status(`Host: 127.0.0.1:${port}\r\n`)).toBe(200);
  expect(await status(`Host: localhost:${port}\r\n`)).toBe(200);
  for (const host of ['evil.test', `evil.test:${port}`, `localhost.:${port}`, `127.0.0.1.nip.io:${port}`, `0.0.0.0:${port}`, '127.0.0.1']) {
    expect(await status(`Host: ${host}\r\n`), host).toBe(421);
  }
  expect(await status(''), 'no host').toBe(400);
  expect(await status('Host: \r\n'), 'empty host').toBe(400);
  expect(await status(`Host: 127.0.0.1:${port}\r\nHost: evil.test\r\n`), 'two hosts').toBe(400);
  expect(await status(`Host: 127.0.0.1:${port}\r\n`, 'http://evil.test/v1/runs'), 'another absolute URL').toBe(421);
});

test('requests that a browser marks as coming from a page are refused, even with the key', async () => {
  const { url, ask } = await embedded();
  const status = async (headers: Record<string, string>) => (await ask('GET', '/v1/runs', { headers })).status;
  expect(await status({})).toBe(200);
  expect(await status({ 'sec-fetch-site': 'none' })).toBe(200);
  expect(await status({ origin: url, 'sec-fetch-site': 'same-origin' })).toBe(200);
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
    { origin: 'https://evil.test' },
  ] as Record<string, string>[]) {
    expect(await status(headers), JSON.stringify(headers)).toBe(403);
  }
});

test('no CORS, no sniffing, no framing, no caching on any answer', async () => {
  const { url, ask } = await embedded();
  for (const path of ['/v1/runs', '/v1/runs/tsk_404', '/nothing']) {
    const { headers } = await ask('GET', path, { headers: { origin: url } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': "frame-ancestors 'none'",
      'cache-control': 'no-store',
    });
  }
  const preflight = { origin: 'https://evil.test', 'access-control-request-method': 'POST' };
  expect((await ask('OPTIONS', '/v1/run/tasks', { headers: preflight })).status).toBe(403);
});

test('the key counts in its header only, and only whole', async () => {
  const { ask, token } = await embedded();
  const status = async (headers: Record<string, string>, path = '/v1/local/status') => (await ask('GET', path, { headers })).status;
  expect(await status({})).toBe(200);
  for (const key of ['', token.slice(0, -1), `${token}x`, token.toUpperCase()]) expect(await status({ 'x-api-key': key }), key).toBe(403);
  expect(await status({ 'x-api-key': '' }, `/v1/local/status?x-api-key=${token}`)).toBe(403);
  expect(await status({ 'x-api-key': '', cookie: `x-api-key=${token}` })).toBe(403);
  expect(await status({ 'x-api-key': '' }, '/v1/local/challenge?nonce=zz')).toBe(422);
  expect((await ask('POST', '/v1/local/stop', { headers: { 'x-api-key': 'wrong' } })).status).toBe(403);
});

test('A48 path tricks reach nothing', async () => {
  const { ask } = await embedded();
  for (const path of ['//v1/runs', '/v1/runs/%2e%2e/x/y', '/v1/artifacts/..%2f..%2fserver.db/content', '/V1/runs', '/v1/runs;x']) {
    expect((await ask('GET', path)).status, path).toBe(404);
  }
  expect((await ask('GET', '/v1/runs/tsk_1', { headers: { 'x-http-method-override': 'DELETE' } })).status).toBe(404);
});

test('A49 bodies are bounded in size and depth, and strange keys stay data', async () => {
  const { ask, start } = await embedded();
  const post = (body: string) => ask('POST', '/v1/run/tasks', { body });
  expect((await post(JSON.stringify({ prompt: 'x'.repeat(1_000_001) }))).status).toBe(413);
  expect((await post(`{"prompt":"complete","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)).status).toBe(400);
  expect((await post(`{"prompt":"complete ${'['.repeat(5_000)}","url":"http://a/"}`)).status, 'brackets in a text').toBe(200);
  expect((await post('{"prompt":"complete","prompt":"fail","url":"http://a/"}')).body.run_request.prompt).toBe('fail');
  const id = await start('complete', JSON.parse('{"__proto__":{"engine":"evil"},"error_code_mapping":{"__proto__":"x"}}'));
  expect(id).toMatch(/^tsk_/);
  expect(({} as Record<string, unknown>)['engine']).toBeUndefined();
});
