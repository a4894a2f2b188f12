/**
 * Who may talk to this server: programs that know its token, over loopback, and no page in a browser.
 *
 * A web page can make a browser send requests to 127.0.0.1, also under a name of its own that resolves there. So the Host
 * must be ours, requests that a browser marks as coming from another site are refused, and no CORS header is ever sent.
 */
import { sameText } from './challenge.js';
import { type HttpError, refusal } from './httpError.js';

/** @param hosts `name:port` under which this server is reached */
export function checkOrigin(request: Request, hosts: readonly string[]): void {
  const host = request.headers.get('host') ?? '';
  if (!hosts.includes(host) || new URL(request.url).host !== host) throw refusal(421, 'Misdirected Request');
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'none' && site !== 'same-origin') throw refusal(403, 'Cross-site requests are refused');
  const origin = request.headers.get('origin');
  if (origin !== null && !hosts.some((own) => origin === `http://${own}`)) throw refusal(403, 'Cross-site requests are refused');
}

/** @throws HttpError 403 with upstream's texts; the comparison takes the same time whatever was sent */
export function checkKey(request: Request, token: string): void {
  const key = request.headers.get('x-api-key') ?? '';
  if (sameText(key, token)) return;
  if (key !== '') throw refusal(403, 'Could not validate credentials');
  const bearer = /^bearer /i.test(request.headers.get('authorization') ?? '');
  throw refusal(403, bearer ? 'Invalid authentication method' : 'Invalid credentials');
}

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': "frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Adds what every answer carries; a header that the route set itself stays. */
export function secured(response: Response): Response {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) if (!response.headers.has(name)) response.headers.set(name, value);
  return response;
}

export function errorResponse(error: HttpError, method: string): Response {
  const body = method === 'HEAD' ? null : JSON.stringify(error.body);
  return new Response(body, { status: error.status, headers: { 'content-type': 'application/json', ...error.headers } });
}
