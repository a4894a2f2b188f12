import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { type EgressOptions, startEgress } from '../../src/browser/egress.js';
import { proxyOf, upstreamOf } from '../../src/browser/upstream.js';
import { servePages } from './pages.js';

interface CompanyProxy {
  readonly port: number;
  /** `CONNECT` targets that it was asked for, with the login that came along. */
  readonly asked: string[];
}

/** A proxy that opens a tunnel to `origin` whatever it is asked for, or answers `status`. */
async function companyProxy(origin: string, status = 200): Promise<CompanyProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, answer) => answer.writeHead(400).end());
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (incoming, client) => {
    asked.push([incoming.url, incoming.headers['proxy-authorization']].filter(Boolean).join(' '));
    if (status !== 200) return client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const upstream = connect(Number(new URL(origin).port), '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\nVia: x\r\n\r\n'));
    sockets.add(upstream.on('error', () => client.destroy()));
    upstream.pipe(client).pipe(upstream);
    return client.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, asked };
}

const lookup = async (host: string): Promise<readonly string[]> => {
  if (host === 'unknown.example') throw new Error('getaddrinfo ENOTFOUND');
  return [{ 'inside.example': '10.0.0.5', localhost: '127.0.0.1' }[host] ?? '93.184.216.34'];
};

async function egress(env: Record<string, string>, options: Partial<EgressOptions> = {}): Promise<(url: string) => Promise<string>> {
  const { url, close } = await startEgress({ allowedUrls: [], upstream: upstreamOf(env), network: { lookup }, ...options });
  onTestFinished(close);
  return async (path) => {
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${new URL(path).host}\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    return `${/ (\d+) /.exec(text)?.[1]} ${text.split('\r\n\r\n')[1]?.replace(/^\w+\r\n|\r\n0$/g, '')}`;
  };
}

test('pages go through the proxy of the environment, by the address that was checked', async () => {
  const site = await servePages({ '/': 'far away' });
  const { port, asked } = await companyProxy(site.origin);
  const get = await egress({ HTTP_PROXY: `http://me:p%40ss@127.0.0.1:${port}` });
  expect(await get('http://far.example/')).toBe('200 far away');
  expect(asked).toEqual([`93.184.216.34:80 Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
});

const WITH_LOGIN = (port: number) => ({ HTTP_PROXY: `http://me:secret@127.0.0.1:${port}` });

test.skipIf(process.platform !== 'linux')(
  'a company proxy with a log-in is there for the user of the browser, and for no other',
  async () => {
    const site = await servePages({ '/': 'far away' });
    const { port, asked } = await companyProxy(site.origin);
    const own = process.getuid!();
    const stranger = await egress(WITH_LOGIN(port), { users: [own + 1] });
    expect(await stranger('http://far.example/')).toBe('403 this proxy answers its own browser only\n');
    expect(asked).toEqual([]);
    const ours = await egress(WITH_LOGIN(port), { users: [own] }); // twin
    expect(await ours('http://far.example/')).toBe('200 far away');
    expect(asked).toHaveLength(1);
  },
);

test.skipIf(process.platform !== 'linux' || process.getuid!() !== 0)('so it is with a program of another user', async () => {
  const site = await servePages({ '/': 'far away' });
  const { port, asked } = await companyProxy(site.origin);
  const { url, close } = await startEgress({ allowedUrls: [], upstream: upstreamOf(WITH_LOGIN(port)), users: [0], network: { lookup } });
  onTestFinished(close);
  const program = `require('node:http').request({ port: ${new URL(url).port}, path: 'http://far.example/' }, (a) => console.log(a.statusCode)).end()`;
  const answered = (uid: number) =>
    promisify(execFile)(process.execPath, ['-e', program], { uid, cwd: '/', env: {} }).then(({ stdout }) => stdout.trim());
  expect([await answered(65534), await answered(0)]).toEqual(['403', '200']);
  expect(asked).toHaveLength(1);
});

test('the guard holds before the proxy is asked', async () => {
  const { port, asked } = await companyProxy('http://127.0.0.1:1');
  for (const names of [false, true]) {
    const get = await egress({ HTTP_PROXY: `127.0.0.1:${port}` }, { upstreamNames: names });
    for (const host of ['inside.example', '169.254.169.254', '[::ffff:10.0.0.1]', 'localhost', `127.0.0.1:${port}`]) {
      expect(await get(`http://${host}/`), host).toMatch(/^403 /);
    }
  }
  expect(asked).toEqual([]);
});

test('by choice the proxy gets names, also those that nobody here knows', async () => {
  const site = await servePages({ '/': 'far away' });
  const { port, asked } = await companyProxy(site.origin);
  const [byAddress, byName] = [false, true].map((upstreamNames) => egress({ HTTP_PROXY: `http://127.0.0.1:${port}` }, { upstreamNames }));
  expect(await (await byAddress!)('http://unknown.example/')).toMatch(/^502 /);
  expect(await (await byName!)('http://unknown.example/')).toBe('200 far away');
  expect(await (await byName!)('http://far.example:8080/')).toBe('200 far away');
  expect(asked).toEqual(['unknown.example:80', 'far.example:8080']);
});

test('what the person typed on this machine, and what NO_PROXY names, is reached straight', async () => {
  const site = await servePages({ '/': 'near' });
  const { port, asked } = await companyProxy(site.origin, 403);
  const here = site.origin.replace('127.0.0.1', 'localhost');
  const get = await egress(
    { HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: 'inside.example' },
    { allowedUrls: [here], upstreamNames: true },
  );
  expect(await get(`${here}/`)).toBe('200 near');
  expect(await get('http://far.example/')).toBe(`502 the proxy 127.0.0.1:${port} did not open a way to far.example:80 (403)\n`);
  expect(asked).toEqual(['far.example:80']);
});

test.each([
  ['example.com', 'example.com', true],
  ['example.com', 'www.example.com', true],
  ['.example.com', 'www.example.com', true],
  ['*.example.com', 'www.example.com', true],
  ['example.com', 'notexample.com', false],
  ['example.com:8080', 'example.com', false],
  ['example.com:443', 'example.com', true],
  ['10.0.0.1', '10.0.0.1', true],
  ['0.0.1', '10.0.0.1', false],
  ['[fd00::1]', 'fd00::1', true],
  ['a, *', 'anything', true],
  ['', 'example.com', false],
])('NO_PROXY=%s and %s at port 443: straight is %s', (rule, host, straight) => {
  const upstream = upstreamOf({ https_proxy: 'http://proxy.example:3128', NO_PROXY: rule });
  expect(upstream && proxyOf(upstream, host, 443)?.host).toBe(straight ? undefined : 'proxy.example:3128');
});

test('no proxy is named by nothing, or by what is no address of one', () => {
  for (const env of [{}, { HTTP_PROXY: '' }, { HTTPS_PROXY: 'socks5://127.0.0.1:1080' }]) expect(upstreamOf(env)).toBeNull();
});
