import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type EgressOptions, startEgress } from '../../src/browser/egress.js';
import { servePages } from './pages.js';

async function proxy(options: EgressOptions): Promise<URL> {
  const egress = await startEgress(options);
  onTestFinished(() => egress.close());
  return new URL(egress.url);
}

/** GET of an absolute address through the proxy: status and body. */
const get = (via: URL, url: string): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    request({ host: via.hostname, port: via.port, path: url, headers: { host: new URL(url).host } }, async (answer: IncomingMessage) => {
      let body = '';
      for await (const chunk of answer) body += chunk;
      resolve({ status: answer.statusCode ?? 0, body });
    })
      .on('error', reject)
      .end();
  });

/** First line of the answer to CONNECT. */
const tunnel = (via: URL, target: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(via.port), via.hostname, () => socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`));
    socket.once('data', (data) => {
      resolve(data.toString().split('\r\n')[0] ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });

test('loopback is refused over HTTP and CONNECT, by address and by name, and told of', async () => {
  const canary = await servePages({ '/': 'secret' });
  const { port } = new URL(canary.origin);
  const refused: string[] = [];
  const via = await proxy({ allowedUrls: [], onRefused: (host, reason) => refused.push(`${host} ${reason}`) });
  for (const host of ['127.0.0.1', 'localhost', '127.1', '2130706433', '[::ffff:127.0.0.1]', '0.0.0.0']) {
    expect((await get(via, `http://${host}:${port}/`)).status, host).toBe(403);
  }
  expect(await tunnel(via, `127.0.0.1:${port}`)).toBe('HTTP/1.1 403 Forbidden');
  expect(canary.asked).toEqual([]);
  expect(refused).toContain(`127.0.0.1:${port} loopback`);
});

test('an address that the user typed is reached, the port beside it is not', async () => {
  const [typed, other] = [await servePages({ '/': 'typed' }), await servePages({ '/': 'other' })];
  const via = await proxy({ allowedUrls: [typed.origin] });
  expect(await get(via, `${typed.origin}/`)).toEqual({ status: 200, body: 'typed' });
  expect(await tunnel(via, new URL(typed.origin).host)).toBe('HTTP/1.1 200 Connection Established');
  expect((await get(via, `${other.origin}/`)).status).toBe(403);
  expect(other.asked).toEqual([]);
});

test('a name is looked up once for a connection: what was checked is what is connected to', async () => {
  const canary = await servePages({ '/': 'hello' });
  const { port } = new URL(canary.origin);
  const lookups: string[] = [];
  const lookup = async (host: string) => {
    lookups.push(host);
    return [lookups.length === 1 ? '127.0.0.1' : '203.0.113.1'];
  };
  const via = await proxy({ allowedUrls: [`http://rebinding.test:${port}`], network: { lookup } });
  expect(await get(via, `http://rebinding.test:${port}/`)).toEqual({ status: 200, body: 'hello' });
  expect(lookups).toEqual(['rebinding.test']);
});

test('of several addresses of a name only the public ones are tried', async () => {
  const canary = await servePages({ '/': 'secret' });
  const { port } = new URL(canary.origin);
  const via = await proxy({ allowedUrls: [], network: { lookup: async () => ['127.0.0.1', '::1', '10.0.0.1'] } });
  expect((await get(via, `http://mixed.test:${port}/`)).status).toBe(403);
  expect(canary.asked).toEqual([]);
});

test('a typed server that is down is an answer of the proxy, marked as such', async () => {
  const via = await proxy({ allowedUrls: ['http://127.0.0.1:1'] });
  const { status, body } = await get(via, 'http://127.0.0.1:1/');
  expect(status).toBe(502);
  expect(body).toContain('ECONNREFUSED');
});
