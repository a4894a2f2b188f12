import type { Context, Hono } from 'hono';
import { jsonObject, optionalText } from '../body.js';
import type { RouteDeps } from '../deps.js';
import { invalid, refusal, unhonoured } from '../httpError.js';
import { type ProfileRow, profileWire } from '../profileStore.js';
import { flag, pageNumber } from '../query.js';
import { ORGANIZATION_ID } from '../wire.js';

export function addProfiles(app: Hono, { profiles, sessions, browserStates }: RouteDeps): void {
  const path = '/v1/browser_profiles';
  const profileOf = (c: Context): ProfileRow => {
    const id = c.req.param('id')!;
    const row = profiles.get(id);
    if (!row) throw refusal(404, `Browser profile ${id} not found for organization ${ORGANIZATION_ID}`);
    return row;
  };
  const named = (row: ProfileRow | null, name: string): ProfileRow => {
    if (row) return row;
    const advice = 'Use a different name or delete the existing profile.';
    throw refusal(409, `A browser profile named '${name}' already exists. ${advice}`);
  };

  app.post(path, async (c) => {
    const body = await jsonObject(c.req.raw);
    if (!Object.hasOwn(body, 'name')) throw invalid([{ type: 'missing', loc: ['body', 'name'], msg: 'Field required', input: body }]);
    const name = text(body, 'name')!;
    const description = text(body, 'description');
    refuseOthers(body);
    const source = optionalText(body, 'browser_session_id');
    if (source !== null && !sessions.get(source)) throw refusal(404, `Browser session ${source} not found`);
    if (source !== null && !browserStates.open(source))
      throw refusal(400, `Browser session ${source} has nothing to save: no run has used it.`);
    const row = named(profiles.create(name, description), name);
    if (source !== null) browserStates.copy(source, row.profile_id);
    return c.json(profileWire(row));
  });

  app.get(path, (c) => {
    const query = new URL(c.req.url).searchParams;
    const page = pageNumber(query, 'page', 1, Number.MAX_SAFE_INTEGER);
    const limit = pageNumber(query, 'page_size', 10);
    if (flag(query, 'managed')) return c.json([]); // none is made by the server itself
    const rows = profiles.list({
      includeDeleted: flag(query, 'include_deleted'),
      search: query.get('search_key')?.toLowerCase() || null,
      limit,
      offset: Math.min((page - 1) * limit, Number.MAX_SAFE_INTEGER),
    });
    return c.json(rows.map(profileWire));
  });

  app.get(`${path}/:id`, (c) => c.json(profileWire(profileOf(c))));
  app.get(`${path}/:id/usage`, (c) => {
    profileOf(c);
    return c.json({ workflows: [], credentials: [], recent_seeded_run_count: 0 });
  });

  app.patch(`${path}/:id`, async (c) => {
    const body = await jsonObject(c.req.raw);
    const [name, description] = [text(body, 'name'), text(body, 'description')];
    refuseOthers(body);
    const row = profileOf(c);
    const renamed = name ?? row.name;
    return c.json(profileWire(named(profiles.update(row, renamed, description ?? row.description), renamed)));
  });

  app.delete(`${path}/:id`, (c) => {
    const row = profileOf(c);
    profiles.delete(row);
    browserStates.delete(row.profile_id);
    return c.body(null, 204);
  });
}

/** A profile is made of a session, and there are no proxies. @throws HttpError 422 */
const refuseOthers = (body: Record<string, unknown>): void =>
  unhonoured(body, {
    workflow_run_id: () => false,
    proxy_location: () => false,
    proxy_session_id: () => false,
    rotate_proxy_session_id: (value) => value === false,
  });

function text(body: Record<string, unknown>, name: string): string | null {
  const value = Object.hasOwn(body, name) ? body[name] : null;
  const isName = name === 'name';
  if (value === null && !(isName && Object.hasOwn(body, name))) return null;
  if (typeof value !== 'string')
    throw invalid([{ type: 'string_type', loc: ['body', name], msg: 'Input should be a valid string', input: value }]);
  if (!isName || value.trim() !== '') return value;
  const msg = 'String should have at least 1 character';
  throw invalid([{ type: 'string_too_short', loc: ['body', name], msg, input: value, ctx: { min_length: 1 } }]);
}
