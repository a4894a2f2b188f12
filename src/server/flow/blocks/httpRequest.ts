/** `http_request`: an answer of an API, by the way that pages go. */
import type { BlockEnd } from '../../../workflow/interpreter.js';
import { render } from '../../../workflow/jinja/render.js';
import type { BlockKind } from './kind.js';
import { parsed, webAddress, within } from './reach.js';

/** Resolved where a page wants them, and never sent anywhere else. */
const SECRET = /\{\{\s*(?:password|card_number|card_cvv|secret_value|otp_code)\s*\}\}/;

export const HTTP_REQUEST: BlockKind = {
  unhonoured: ['files', 'download_filename', 'save_response_as_file', 'secret_response_paths'],
  async carryOut({ block }, flow) {
    const method = String(block['method'] ?? 'GET').toUpperCase();
    const url = webAddress(block['url']);
    if (url === null) return failedRequest(`${String(block['url'] ?? '')} is no web address`);
    if (!/^[A-Z]{1,20}$/.test(method)) return failedRequest(`${method} is no method`);
    const body = (block['body'] ?? null) as object | null;
    const given = (block['headers'] ?? {}) as Record<string, string>;
    if (SECRET.test(JSON.stringify([given, body, url]))) return failedRequest('a secret of a credential is only typed into pages');
    const named = Object.keys(given).some((name) => name.toLowerCase() === 'content-type');
    const headers: Record<string, string> = { ...given, ...(!named && { 'Content-Type': 'application/json' }) };
    const timeoutSeconds = Number(block['timeout'] ?? 30);
    const asked = {
      method,
      url,
      headers,
      body: body === null ? null : JSON.stringify(body),
      followRedirects: block['follow_redirects'] !== false,
      allowedUrls: flow.allowedUrls,
    };
    try {
      const answer = await within(flow, timeoutSeconds * 1000, (signal) => flow.browser.request(asked, signal));
      const text = Buffer.from(answer.body).toString('utf8');
      const shown = parsed(text);
      const answered = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [titled(name), value]));
      const output = {
        status_code: answer.status,
        response_headers: answered,
        response_body: shown,
        request_method: method,
        request_url: url,
        request_headers: headers,
        request_body: body,
        headers: answered,
        body: shown,
        url: answer.url,
      };
      if (answer.status < 400) return { status: 'completed', output };
      return { status: 'failed', output, reason: `HTTP ${answer.status}: ${render('{{ body }}', { body: shown }).slice(0, 2_000)}` };
    } catch (error) {
      flow.signal.throwIfAborted();
      return failedRequest(error instanceof Error ? error.message : String(error));
    }
  },
};

const failedRequest = (reason: string): BlockEnd => ({
  status: 'failed',
  output: { error: reason, error_type: 'unknown' },
  reason: `HTTP request failed: ${reason}`,
});

const titled = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
