import type { Context, Hono } from 'hono';
import { jsonObject } from '../body.js';
import { checkCredential, credentialTypeFilter, searchText, unknownCredential } from '../credentialRequest.js';
import { credentialWire } from '../credentialStore.js';
import type { RouteDeps } from '../deps.js';
import { refusal } from '../httpError.js';
import { pageNumber } from '../query.js';

/** Credentials are kept encrypted. A run that names one by `credential_id` gets its secrets, an answer never. */
export function addCredentials(app: Hono, { credentials, profiles }: RouteDeps): void {
  const checked = async (c: Context) => {
    const request = checkCredential(await jsonObject(c.req.raw));
    const { browserProfileId } = request;
    if (browserProfileId !== null && !profiles.get(browserProfileId)) throw refusal(404, `Browser profile ${browserProfileId} not found`);
    return request;
  };
  const update = async (c: Context) => {
    const id = c.req.param('id')!;
    const row = credentials.update(id, await checked(c));
    if (!row) throw unknownCredential(id, false);
    return c.json(credentialWire(row));
  };
  const remove = (c: Context) => {
    const id = c.req.param('id')!;
    if (!credentials.delete(id)) throw unknownCredential(id, true);
    return c.body(null, 204);
  };

  for (const name of ['/v1/credentials', '/api/v1/credentials']) {
    app.post(name, async (c) => c.json(credentialWire(credentials.create(await checked(c))), 201));
    app.get(name, (c) => {
      const query = new URL(c.req.url).searchParams;
      const page = pageNumber(query, 'page', 1, Number.MAX_SAFE_INTEGER);
      const limit = pageNumber(query, 'page_size', 10);
      const type = credentialTypeFilter(query);
      const search = searchText(query);
      if ((query.get('vault_type') ?? 'skyvern') !== 'skyvern') return c.json([]); // there is no other vault here
      const offset = Math.min((page - 1) * limit, Number.MAX_SAFE_INTEGER);
      return c.json(credentials.list({ type, search, limit, offset }).map(credentialWire));
    });
    app.get(`${name}/:id`, (c) => {
      const row = credentials.get(c.req.param('id'));
      if (!row) throw unknownCredential(c.req.param('id'), false);
      return c.json(credentialWire(row));
    });
    app.post(`${name}/:id/update`, update);
    app.post(`${name}/:id/delete`, remove);
  }
  app.put('/api/v1/credentials/:id', update);
  app.delete('/api/v1/credentials/:id', remove);
}
