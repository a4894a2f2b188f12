import type { Context, Hono } from 'hono';
import { jsonObject, optionalJsonObject, optionalText } from '../body.js';
import type { RouteDeps } from '../deps.js';
import { invalid, refusal, unhonoured } from '../httpError.js';
import { pageNumber } from '../query.js';
import { endedAt, type SessionRow, sessionWire } from '../sessionStore.js';

const DEFAULT_MINUTES = 60;
const LEAST_MINUTES = 5;
/** At the start, and after it was made longer. */
const MOST_MINUTES = 240;
const MOST_MINUTES_EXTENDED = 360;

export function addSessions(app: Hono, { sessions, profiles, browserStates, sessionUse, worker, clock }: RouteDeps): void {
  const path = '/v1/browser_sessions';
  const sessionOf = (c: Context): SessionRow => {
    const id = c.req.param('id')!;
    const row = sessions.get(id);
    if (!row) throw refusal(404, `Browser session ${id} not found`);
    return row;
  };
  const liveOf = (c: Context): SessionRow => {
    const row = sessionOf(c);
    if (endedAt(row, clock.now()) === null) return row;
    throw refusal(409, `Browser session ${row.session_id} has already ended and can no longer be updated.`);
  };
  const answer = (c: Context, row: SessionRow, warning: string | null = null) => c.json(sessionWire(row, clock.now(), warning));

  app.post(path, async (c) => {
    const body = (await optionalJsonObject(c.req.raw)) ?? {};
    const wanted = minutes(body, 'timeout', LEAST_MINUTES) ?? DEFAULT_MINUTES;
    unhonoured(body, {
      url: () => false,
      proxy_location: (value) => value === 'RESIDENTIAL' || value === 'NONE',
      proxy_session_id: () => false,
      extensions: (value) => Array.isArray(value) && value.length === 0,
      browser_type: () => false,
      browser_settings: () => false,
      generate_browser_profile: (value) => value === false,
      needs_live_view: (value) => value === false,
    });
    const capped = Math.min(wanted, MOST_MINUTES);
    const over = `Requested timeout of ${wanted} minutes exceeds the maximum of ${MOST_MINUTES} minutes (4 hours)`;
    const warning = `${over}; this session was capped at ${MOST_MINUTES} minutes.`;
    const profileId = optionalText(body, 'browser_profile_id');
    if (profileId !== null && !profiles.get(profileId)) throw refusal(404, `Browser profile ${profileId} not found`);
    const row = sessions.create(capped, profileId);
    if (profileId !== null) browserStates.copy(profileId, row.session_id);
    return answer(c, row, capped < wanted ? warning : null);
  });

  app.get(path, (c) => c.json(sessions.live().map((row) => sessionWire(row, clock.now()))));
  app.get(`${path}/history`, (c) => {
    const query = new URL(c.req.url).searchParams;
    const page = pageNumber(query, 'page', 1, Number.MAX_SAFE_INTEGER);
    const limit = pageNumber(query, 'page_size', 10);
    const offset = Math.min((page - 1) * limit, Number.MAX_SAFE_INTEGER);
    return c.json(sessions.history(limit, offset).map((row) => sessionWire(row, clock.now())));
  });
  app.get('/v1/browser_types', (c) => c.json([]));
  app.get(`${path}/:id`, (c) => answer(c, sessionOf(c)));
  app.get(`${path}/:id/workflow_runs`, (c) => {
    sessionOf(c);
    return c.json([]);
  });

  app.patch(`${path}/:id`, async (c) => {
    const body = await jsonObject(c.req.raw);
    const row = liveOf(c);
    unhonoured(body, { generate_browser_profile: (value) => value === false });
    return answer(c, row);
  });

  app.post(`${path}/:id/extend`, async (c) => {
    const body = await jsonObject(c.req.raw);
    if (!Object.hasOwn(body, 'additional_minutes')) {
      throw invalid([{ type: 'missing', loc: ['body', 'additional_minutes'], msg: 'Field required', input: body }]);
    }
    const more = minutes(body, 'additional_minutes', 1);
    if (more === null) throw notWhole('additional_minutes', null);
    const row = liveOf(c);
    return answer(c, sessions.extend(row, Math.max(row.timeout_minutes, Math.min(row.timeout_minutes + more, MOST_MINUTES_EXTENDED))));
  });

  app.post(`${path}/:id/close`, (c) => {
    const row = sessionOf(c);
    if (endedAt(row, clock.now()) === null) sessions.close(row);
    const runId = sessionUse.occupant(row.session_id);
    if (runId !== null) worker.fail(runId, `Browser session ${row.session_id} was closed`);
    return c.json({ message: 'Browser session closed' });
  });
}

const notWhole = (name: string, input: unknown) =>
  invalid([{ type: 'int_type', loc: ['body', name], msg: 'Input should be a valid integer', input }]);

/** Null when it is left out. @throws HttpError 422 */
function minutes(body: Record<string, unknown>, name: string, least: number): number | null {
  const value = Object.hasOwn(body, name) ? (body[name] ?? null) : null;
  if (value === null) return null;
  if (!Number.isSafeInteger(value)) throw notWhole(name, value);
  if ((value as number) >= least) return value as number;
  const msg = `Input should be greater than or equal to ${least}`;
  throw invalid([{ type: 'greater_than_equal', loc: ['body', name], msg, input: value, ctx: { ge: least } }]);
}
