import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { routeTables, withRouteTables } from '../support/compatibility.js';
import { embedded } from '../support/embedded.js';

test('docs/compatibility.md has every route of the server, and of the API what is not here; `npm run compatibility` writes it', async () => {
  const { server } = await embedded();
  const document = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
  expect(withRouteTables(document, server.routes)).toBe(document);
});

test.each([
  ['a route that nobody explained', [{ method: 'GET', path: '/v1/local/secrets' }], /without a note: GET \/v1\/local\/secrets/],
  ['a route of the API that is gone', [], /without a reason: .*GET \/v1\/version/],
])('%s is noticed', async (_, more, problem) => {
  const { server } = await embedded();
  const routes = more.length > 0 ? [...server.routes, ...more] : server.routes.filter(({ path }) => !path.endsWith('/version'));
  expect(() => routeTables(routes)).toThrow(problem);
});
