import type { Hono } from 'hono';
import { jsonObject } from '../body.js';
import { checkCode } from '../codeRequest.js';
import type { RouteDeps } from '../deps.js';
import { pageNumber } from '../query.js';

/** One-time codes that are sent for runs that wait for them. Upstream's answer repeats the code to who sent it, and so does this one. */
export function addCodes(app: Hono, { codes, store }: RouteDeps): void {
  for (const name of ['/v1/credentials/totp', '/api/v1/credentials/totp', '/api/v1/totp']) {
    app.post(name, async (c) => {
      const request = checkCode(await jsonObject(c.req.raw), (id) => store.runById(id) !== null);
      return c.json(codes.wire(codes.push(request)));
    });
  }
  for (const name of ['/v1/credentials/totp', '/api/v1/credentials/totp']) {
    app.get(name, (c) => {
      const query = new URL(c.req.url).searchParams;
      const limit = pageNumber(query, 'limit', 50, 200);
      return c.json(codes.list(query.get('totp_identifier'), limit).map((row) => codes.wire(row)));
    });
  }
}
