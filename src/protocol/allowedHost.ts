/**
 * The origins that a person means by `host`, `host:port` or an http(s) address: without a port the ports of http and https.
 *
 * Null for anything else: a path, a user name or a wildcard would promise what a check of host and port cannot keep.
 */
export function originsOfHost(text: string): readonly string[] | null {
  const written = text.trim();
  const scheme = /^https?:\/\//i.exec(written)?.[0] ?? '';
  const authority = written.slice(scheme.length).replace(/\/$/, '');
  const host = /^[0-9a-f:]+:[0-9a-f:.]*$/i.test(authority) && authority.split(':').length > 2 ? `[${authority}]` : authority;
  if (!/^(?:\[[0-9a-f:.]+\]|[^\s/?#@\\*:[\]]+)(?::\d{1,5})?$/i.test(host)) return null;
  const schemes = scheme === '' ? (/:\d+$/.test(host.replace(/^\[.*\]/, '')) ? ['http://'] : ['http://', 'https://']) : [scheme];
  const urls = schemes.map((each) => each + host);
  return urls.every((url) => URL.canParse(url)) ? urls.map((url) => new URL(url).origin) : null;
}
