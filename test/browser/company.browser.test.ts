import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createBrowserPool } from '../../src/browser/pool.js';
import { upstreamOf } from '../../src/browser/upstream.js';
import { systemClock } from '../../src/clock.js';
import { sessionOf } from '../support/browserSession.js';
import { tempFolder } from '../support/io.js';
import { servePages } from './pages.js';

test('the browser itself, whatever user it runs as, gets through a company proxy that wants a log-in', async () => {
  const site = await servePages({ '/': '<title>Far away</title>' });
  const company = createServer();
  const logins: (string | undefined)[] = [];
  company.on('connect', ({ headers }, client) => {
    logins.push(headers['proxy-authorization']);
    const far = connect(Number(new URL(site.origin).port), '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    far
      .on('error', () => client.destroy())
      .pipe(client)
      .on('error', () => far.destroy())
      .pipe(far);
  });
  await new Promise<void>((resolve) => company.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void company.close());
  const pool = createBrowserPool(process, {
    clock: systemClock,
    cacheDir: join(tmpdir(), 'skyvern-test-cache'),
    sandbox: true,
    places: [],
    upstream: upstreamOf({ HTTP_PROXY: `http://me:secret@127.0.0.1:${(company.address() as AddressInfo).port}` }),
    network: { lookup: async () => ['93.184.216.34'] },
  });
  onTestFinished(() => pool.close());
  const session = await pool.open(sessionOf(tempFolder(), []));
  await session.page.perform({ kind: 'goto', url: 'http://far.example/' });
  expect(await session.page.title()).toBe('Far away');
  expect(logins[0]).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
  await session.close();
});
