/** `POST /v1/run/tasks/login` and `/download_files`: tasks with a goal that we write. They answer as workflow runs of one block. */
import type { Hono } from 'hono';
import { LOGIN_CREDENTIAL_TYPES } from '../../protocol/readyMade.js';
import { jsonObject } from '../body.js';
import type { RouteDeps } from '../deps.js';
import { invalid, notOneOf, refusal } from '../httpError.js';
import { startRun } from '../startRun.js';

/** As upstream: what a log-in may take. */
const LOGIN_STEPS = 10;
const DOWNLOAD_STEPS = 10;

/** Fields that mean the same as in a task. */
const SHARED = (
  'url webhook_url proxy_location totp_identifier totp_url browser_session_id browser_profile_id start_fresh_browser browser_address ' +
  'extra_http_headers cdp_connect_headers model max_cost allow_hosts confirm unattended headed browser_path'
).split(' ');

export function addStartReadyMade(app: Hono, deps: RouteDeps): void {
  app.post('/v1/run/tasks/login', async (c) => {
    const body = await jsonObject(c.req.raw);
    const type = required(body, 'credential_type');
    if (!LOGIN_CREDENTIAL_TYPES.some((known) => known === type)) {
      throw invalid([notOneOf(['body', 'credential_type'], LOGIN_CREDENTIAL_TYPES, type)]);
    }
    if (type !== 'skyvern') {
      throw refusal(
        422,
        `The local server has no access to a vault of type ${type}: store the credential with \`skyvern credential create\`.`,
      );
    }
    const id = body['credential_id'];
    if (typeof id !== 'string' || id === '') throw refusal(400, 'credential_id is required to login with Skyvern credential');
    const more = typeof body['prompt'] === 'string' ? body['prompt'] : '';
    const prompt =
      `Log in to this site with the credential that may be used. The goal is reached when the page shows that somebody is logged in. ${more}`.trim();
    return startRun(c, deps, {
      body,
      task: { ...shared(body), prompt, credential_id: id, max_steps: LOGIN_STEPS, title: 'Login' },
      kind: 'login',
    });
  });

  app.post('/v1/run/tasks/download_files', async (c) => {
    const body = await jsonObject(c.req.raw);
    const goal = required(body, 'navigation_goal');
    return startRun(c, deps, {
      body,
      task: {
        ...shared(body),
        prompt: goal,
        max_steps: body['max_steps_per_run'] ?? DOWNLOAD_STEPS,
        download_suffix: body['download_suffix'],
        download_timeout: body['download_timeout'],
        title: 'File Download',
      },
      kind: 'download',
    });
  });
}

function shared(body: Record<string, unknown>): Record<string, unknown> {
  const own = Object.fromEntries(SHARED.flatMap((name) => (Object.hasOwn(body, name) ? [[name, body[name]]] : [])));
  const scrolls = body['max_screenshot_scrolling_times'];
  return scrolls === undefined ? own : { ...own, max_screenshot_scrolls: scrolls };
}

function required(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value.trim() !== '') return value;
  const fault =
    value === undefined ? { type: 'missing', msg: 'Field required' } : { type: 'string_type', msg: 'Input should be a valid string' };
  throw invalid([{ ...fault, loc: ['body', name], input: value ?? null }]);
}
