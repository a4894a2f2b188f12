/** A request that is not a page's goes the way of pages: checked, bounded, and nobody's secrets carried elsewhere. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { sendRequest } from '../../src/browser/request.js';

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ask = (url: string, allowedUrls: readonly string[], more: object = {}, signal = new AbortController().signal) => {
  const asked = { method: 'GET', url, headers: {}, body: null, followRedirects: true, allowedUrls, ...more };
  return sendRequest(asked, { allowedUrls }, signal);
};

test('a typed address on this machine is reached, and no other one; nor by a redirect', async () => {
  const inner = await serve((_, response) => response.end('inner'));
  const typed = await serve((request, response) => {
    if (request.url === '/away') return void response.writeHead(302, { location: `${inner}/` }).end();
    response.end('typed');
  });
  expect(Buffer.from((await ask(`${typed}/`, [typed])).body).toString()).toBe('typed');
  await expect(ask(`${typed}/`, [])).rejects.toThrow(/may not be reached: .*loopback/);
  await expect(ask(`${typed}/away`, [typed])).rejects.toThrow(/may not be reached: .*loopback/);
  // The twin: with both typed the redirect is followed.
  expect((await ask(`${typed}/away`, [typed, inner])).url).toBe(`${inner}/`);
  expect((await ask(`${typed}/away`, [typed], { followRedirects: false })).status).toBe(302);
  await expect(ask('https://127.0.0.1:1/', [])).rejects.toThrow(/may not be reached: .*loopback/);
});

test('a key goes to the origin that it was given for, and a form that was posted is not posted again', async () => {
  const seen: unknown[] = [];
  const other = await serve((request, response) => {
    seen.push([request.method, request.headers.authorization ?? null, request.headers['x-own'] ?? null]);
    response.end('{}');
  });
  const first = await serve((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      seen.push([request.method, request.headers.authorization ?? null, body]);
      response.writeHead(303, { location: other }).end();
    });
  });
  const headers = { Authorization: 'Bearer k', 'X-Own': '1' };
  await ask(first, [first, other], { method: 'POST', headers, body: '{"a":1}' });
  expect(seen).toEqual([
    ['POST', 'Bearer k', '{"a":1}'],
    ['GET', null, '1'],
  ]);
});

test('an answer without end, redirects without end, and one that is not wanted any more', async () => {
  const site = await serve((request, response) => {
    if (request.url === '/loop') return void response.writeHead(302, { location: '/loop' }).end();
    if (request.url === '/never') return;
    response.on('error', () => {});
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(100_000)));
      response.once('drain', more);
    };
    more();
  });
  await expect(ask(`${site}/big`, [site])).rejects.toThrow('the answer is longer than 10 MB');
  await expect(ask(`${site}/loop`, [site])).rejects.toThrow('there are more than 10 redirects');
  const stopped = new AbortController();
  const waiting = ask(`${site}/never`, [site], {}, stopped.signal);
  stopped.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
});
