import { UsageError } from './errors.js';

/** A final `/v1`, as people copy it from examples: every path of the API begins with it anyway. */
const VERSION_SUFFIX = /\/(?:api\/)?v1$/;

/** This machine, written as other tools take it, too: without a scheme. */
const BARE_LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?=[:/]|$)/i;
/** Another host without a scheme: which one is meant is asked, because one of them sends the key in the clear. */
const BARE_HOST = /^[a-z\d-]+(?:\.[a-z\d-]+)+(?::\d+)?(?:\/[\w./~-]*)?$/i;

/**
 * The address of a server as a user, a file or the environment gave it. Parsed once, here; compared by origin ever after.
 * `localhost:8000` is http: nothing leaves this machine.
 *
 * Refused (`UsageError`, code `base_url`): anything but http and https, user names and passwords, queries, and hosts that the
 * URL standard reads as another host than the one that is written (`127.1`, `0x7f.1`, fullwidth letters, a final dot): what
 * a person reads there and what we would connect to must not differ.
 */
export function parseBaseUrl(text: string): URL {
  const typed = text.trim();
  const given = BARE_LOOPBACK.test(typed) ? `http://${typed}` : typed;
  const refuse = (why: string) =>
    new UsageError(`the base URL ${quote(typed)} ${why}`, {
      code: 'base_url',
      hint: BARE_HOST.test(typed) ? `write https://${typed}` : 'write it like https://api.skyvern.com or http://localhost:8000',
    });
  if (!/^[\x21-\x5b\x5d-\x7e]+$/.test(given)) throw refuse('holds a space, a backslash or a character outside ASCII');
  const written = /^(https?):\/\/([^/?#]*)([^?#]*)$/i.exec(given);
  if (!written) throw refuse('is not an http or https address without a query');
  const authority = written[2] ?? '';
  if (authority.includes('@')) throw refuse('holds a user name or an @');
  if (!URL.canParse(given)) throw refuse('cannot be read as an address');
  const url = new URL(given);
  const host = authority.replace(/:\d*$/, '').toLowerCase();
  if (host !== url.hostname) throw refuse(`names the host ${quote(host)}, which is read as ${quote(url.hostname)}: write that one`);
  if (host.endsWith('.')) throw refuse('has a host that ends in a dot');
  url.pathname = url.pathname.replace(/\/+$/, '').replace(VERSION_SUFFIX, '');
  return url;
}

/** Whether a host is this machine and nothing else: `localhost`, 127.0.0.0/8 or `::1`. A name that merely resolves there is not. */
export function isLoopback({ hostname }: Pick<URL, 'hostname'>): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

/** As it was given, but for a user name and password. */
const quote = (written: string) => {
  const text = written.replace(/\/\/[^/?#]*@/, '//***@');
  return `"${text.length > 120 ? `${text.slice(0, 120)}...` : text}"`;
};
