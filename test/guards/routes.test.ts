import { expect, test } from 'vitest';
import { type Embedded, embedded } from '../support/embedded.js';

/** Answered without the key: whether it lives, what it is, and the proof that it is ours. */
const OPEN = ['/v1/version', '/api/v1/version', '/api/v1/heartbeat', '/v1/local/challenge'];

interface Sent {
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One request to the server as a function, so that Host and the like can be anything. */
const ask = ({ server }: Embedded, method: string, path: string, { host, headers }: Sent): Promise<Response> =>
  server.handle(
    new Request(`http://${host}${path.replace(/:\w+(?:\{[^}]*\})?/g, 'x1')}`, {
      method,
      headers: { host, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(method !== 'GET' && { body: '{}' }),
    }),
  );

/** Each part of a request that must be right: what is right, and what is not. */
const PARTS: Readonly<Record<string, { readonly right: readonly string[]; readonly wrong: readonly string[] }>> = {
  host: {
    right: ['OWN', 'LOCALHOST'],
    wrong: ['evil.test', 'evil.test:PORT', '127.0.0.1.nip.io:PORT', '0.0.0.0:PORT', 'localhost.:PORT', '127.0.0.1'],
  },
  'x-api-key': { right: ['KEY'], wrong: ['', 'wrong', 'KEYx', 'KE'] },
  origin: {
    right: ['', 'http://OWN'],
    wrong: ['null', 'http://evil.test', 'http://localhost:3000', 'https://OWN', 'chrome-extension://abc'],
  },
  'sec-fetch-site': { right: ['', 'none', 'same-origin'], wrong: ['cross-site', 'same-site'] },
};

/** Every combination of one value of each part, with the parts that are wrong; `alone`: one part is wrong, all others are as usual. */
function* combinations(server: Embedded, alone: boolean): Generator<{ readonly sent: Sent; readonly wrong: readonly string[] }> {
  const own = new URL(server.url).host;
  const port = new URL(server.url).port;
  const real = (text: string) =>
    text
      .replace('LOCALHOST', `localhost:${port}`)
      .replace('OWN', own)
      .replace('PORT', port)
      .replace('KEY', server.token)
      .replace(/^KE$/, server.token.slice(0, -1));
  const names = Object.keys(PARTS);
  function* from(index: number, values: Readonly<Record<string, string>>, wrong: readonly string[]): ReturnType<typeof combinations> {
    const name = names[index];
    if (name === undefined) {
      const { host = '', ...rest } = values;
      yield { sent: { host, headers: Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== '')) }, wrong };
      return;
    }
    const { right, wrong: faults } = PARTS[name]!;
    for (const value of alone ? right.slice(0, 1) : right) yield* from(index + 1, { ...values, [name]: real(value) }, wrong);
    for (const value of alone && wrong.length > 0 ? [] : faults)
      yield* from(index + 1, { ...values, [name]: real(value) }, [...wrong, name]);
  }
  yield* from(0, {}, []);
}

const rows = ({ db }: Embedded): unknown =>
  db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all()
    .map((table) => [table['name'], db.prepare(`SELECT count(*) AS n FROM "${table['name']}"`).get()?.['n']]);

test('A39 A40 A43 no route answers to a wrong host, key, origin or site, in any combination, and nothing comes of it', async () => {
  const server = await embedded();
  const { routes } = server.server;
  expect(routes.length).toBeGreaterThan(60);
  const before = rows(server);
  let tried = 0;
  for (const { method, path } of routes) {
    const isOpen = OPEN.includes(path);
    const isFirst = routes.find((each) => each.method === method)?.path === path;
    for (const { sent, wrong } of combinations(server, !isFirst)) {
      if (wrong.length === 0 || (isOpen && wrong.every((name) => name === 'x-api-key'))) continue;
      const { status, headers } = await ask(server, method, path, sent);
      if (status !== (wrong.includes('host') ? 421 : 403))
        throw new Error(`${method} ${path} answered ${status} to ${JSON.stringify(sent)}`);
      expect(headers.get('access-control-allow-origin')).toBeNull();
      tried++;
    }
  }
  expect(tried).toBeGreaterThan(5_000);
  expect(rows(server)).toEqual(before);
});

test('with all of them right every route is reached: the test above can fail', async () => {
  const server = await embedded();
  for (const { method, path } of server.server.routes) {
    const { status } = await ask(server, method, path, { host: new URL(server.url).host, headers: { 'x-api-key': server.token } });
    expect([403, 405, 421, 500], `${method} ${path}`).not.toContain(status);
  }
});

test('without the key exactly these routes answer, and tell nothing of runs', async () => {
  const server = await embedded();
  const open: string[] = [];
  for (const { method, path } of server.server.routes) {
    const { status } = await ask(server, method, path, { host: new URL(server.url).host, headers: {} });
    if (status !== 403) open.push(`${method} ${path}`);
  }
  expect([...new Set(open)].sort()).toEqual(OPEN.map((path) => `GET ${path}`).sort());
});
