/** `file_url_parser`: CSV as a list of objects, JSON as what it says, all else as text. */
import { csvRecords } from '../../../workflow/csv.js';
import type { BlockKind } from './kind.js';
import { parsed, webAddress, within } from './reach.js';

/** For a file, in milliseconds. */
const FILE_MS = 60_000;

export const FILE_PARSER: BlockKind = {
  unhonoured: ['json_schema', 'worksheet', 'force_ocr'],
  async carryOut({ block }, flow) {
    const url = webAddress(block['file_url']);
    if (url === null) return { status: 'failed', reason: `${String(block['file_url'])} is no web address` };
    const type = String(block['file_type'] ?? 'auto_detect');
    if (type !== 'auto_detect' && type !== 'csv') return { status: 'failed', reason: `files of type ${type} are not read here` };
    const asked = { method: 'GET', url, headers: {}, body: null, followRedirects: true, allowedUrls: flow.allowedUrls };
    try {
      const answer = await within(flow, FILE_MS, (signal) => flow.browser.request(asked, signal));
      if (answer.status >= 400) return { status: 'failed', reason: `the file was answered with HTTP ${answer.status}` };
      const text = Buffer.from(answer.body).toString('utf8');
      if (text.includes('\0')) return { status: 'failed', reason: 'the file is no text' };
      const kind = answer.headers['content-type'] ?? '';
      const isCsv = type === 'csv' || /\bcsv\b/.test(kind) || /\.csv$/i.test(new URL(answer.url).pathname);
      return { status: 'completed', output: isCsv ? await csvRows(text) : parsed(text) };
    } catch (error) {
      flow.signal.throwIfAborted();
      return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  },
};

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
