/** `SKYVERN_DEBUG=http`: every exchange with a server on stderr. The client has taken the secrets out. */
import type { Exchanged } from '../client/client.js';
import type { Io } from '../io.js';
import { printable } from '../render/sanitize.js';

/** What to tell of exchanges, or undefined when nobody asked. */
export const exchangeLog = ({ env, stderr }: Pick<Io, 'env' | 'stderr'>): ((exchange: Exchanged) => void) | undefined =>
  (env['SKYVERN_DEBUG'] ?? '').split(',').includes('http') ? (exchange) => void stderr.write(linesOf(exchange)) : undefined;

/** `>` went out, `<` came back, `!` did not. */
function linesOf(exchange: Exchanged): string {
  const { method, url, requestHeaders, requestBody, status, responseHeaders, responseBody, error, durationMs } = exchange;
  const outcome = status === null ? `! ${error}` : `< ${status}`;
  const lines = [
    `> ${method} ${url}`,
    ...fields('>', requestHeaders),
    ...(requestBody === '' ? [] : [`> ${requestBody}`]),
    `${outcome} (${Math.round(durationMs)} ms)`,
    ...fields('<', responseHeaders),
    ...(responseBody === '' ? [] : [`< ${responseBody}`]),
  ];
  return lines.map((line) => `http ${printable(line)}\n`).join('');
}

const fields = (mark: string, headers: Readonly<Record<string, string>>): string[] =>
  Object.entries(headers).map(([name, value]) => `${mark}   ${name}: ${value}`);
