/** Blocks that need no page: requests, files, waiting. */
import type { Clock } from '../../clock.js';
import type { SharedBrowser } from '../../engine/task.js';
import { csvRecords } from '../../workflow/csv.js';
import type { BlockEnd, FlowBlock } from '../../workflow/interpreter.js';
import { render } from '../../workflow/jinja/render.js';

export interface Reach {
  readonly browser: SharedBrowser;
  readonly allowedUrls: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const MAX_WAIT_SECONDS = 1_800;
/** For a file, in milliseconds. */
const FILE_MS = 60_000;
/** Resolved where a page wants them, and never sent anywhere else. */
const SECRET = /\{\{\s*(?:password|card_number|card_cvv|secret_value|otp_code)\s*\}\}/;

export async function wait(block: FlowBlock, { clock, signal }: Pick<Reach, 'clock' | 'signal'>): Promise<BlockEnd> {
  const seconds = Number(block['wait_sec']);
  if (!(seconds >= 1 && seconds <= MAX_WAIT_SECONDS)) {
    return { status: 'failed', reason: `Invalid wait time ${seconds}: it is between 1 and ${MAX_WAIT_SECONDS} seconds` };
  }
  await clock.sleep(seconds * 1000, signal);
  return { status: 'completed', output: { success: true } };
}

export async function httpRequest(block: FlowBlock, reach: Reach): Promise<BlockEnd> {
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
    allowedUrls: reach.allowedUrls,
  };
  try {
    const answer = await within(reach, timeoutSeconds * 1000, (signal) => reach.browser.request(asked, signal));
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
    reach.signal.throwIfAborted();
    return failedRequest(error instanceof Error ? error.message : String(error));
  }
}

/** CSV as a list of objects, JSON as what it says, all else as text. */
export async function parseFile(block: FlowBlock, reach: Reach): Promise<BlockEnd> {
  const url = webAddress(block['file_url']);
  if (url === null) return { status: 'failed', reason: `${String(block['file_url'])} is no web address` };
  const type = String(block['file_type'] ?? 'auto_detect');
  if (type !== 'auto_detect' && type !== 'csv') return { status: 'failed', reason: `files of type ${type} are not read here` };
  const asked = { method: 'GET', url, headers: {}, body: null, followRedirects: true, allowedUrls: reach.allowedUrls };
  try {
    const answer = await within(reach, FILE_MS, (signal) => reach.browser.request(asked, signal));
    if (answer.status >= 400) return { status: 'failed', reason: `the file was answered with HTTP ${answer.status}` };
    const text = Buffer.from(answer.body).toString('utf8');
    if (text.includes('\0')) return { status: 'failed', reason: 'the file is no text' };
    const kind = answer.headers['content-type'] ?? '';
    const isCsv = type === 'csv' || /\bcsv\b/.test(kind) || /\.csv$/i.test(new URL(answer.url).pathname);
    return { status: 'completed', output: isCsv ? await csvRows(text) : parsed(text) };
  } catch (error) {
    reach.signal.throwIfAborted();
    return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function csvRows(text: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  let names: readonly string[] | null = null;
  for await (const record of csvRecords(
    (async function* () {
      yield text;
    })(),
  )) {
    if (names === null) names = record.map((name) => name.trim());
    else rows.push(Object.fromEntries(names.map((name, at) => [name, record[at] ?? ''])));
  }
  return rows;
}

/** `work` with a time limit. Rejects with an error in words when it is over. */
async function within<T>({ clock, signal }: Reach, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const [over, done] = [new AbortController(), new AbortController()];
  clock.sleep(ms, AbortSignal.any([signal, done.signal])).then(
    () => over.abort(new Error(`there was no answer within ${ms / 1000} s`)),
    () => {},
  );
  try {
    return await work(AbortSignal.any([signal, over.signal]));
  } finally {
    done.abort();
  }
}

function webAddress(value: unknown): string | null {
  const text = typeof value === 'string' ? value.trim() : '';
  const full = /^[a-z][\w+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (text === '' || !URL.canParse(full)) return null;
  const url = new URL(full);
  return /^https?:$/.test(url.protocol) ? url.href : null;
}

const failedRequest = (reason: string): BlockEnd => ({
  status: 'failed',
  output: { error: reason, error_type: 'unknown' },
  reason: `HTTP request failed: ${reason}`,
});

const titled = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
