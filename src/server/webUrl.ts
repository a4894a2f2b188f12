import { refusal } from './httpError.js';

const MAX_URL_LENGTH = 2_083;

/** As upstream keeps a URL: `https://` when it has no scheme, and at least `/` for a path. @throws HttpError 400 */
export function normalisedUrl(field: string, text: string): string {
  const advice = `Use an HTTP or HTTPS URL with at most ${MAX_URL_LENGTH} characters.`;
  const trimmed = text.trim();
  // `localhost:8000/x` reads as scheme `localhost`: digits after the colon mean a port.
  const hasScheme = /^[a-z][a-z0-9+.-]*:(?!\d+(?:[/?#]|$))/i.test(trimmed);
  const whole = hasScheme ? trimmed : `https://${trimmed}`;
  if (whole.length > MAX_URL_LENGTH || trimmed === '' || !URL.canParse(whole)) throw refusal(400, `Invalid ${field}: malformed. ${advice}`);
  const url = new URL(whole);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refusal(400, `Invalid ${field}: unsupported scheme. ${advice}`);
  return url.href;
}
