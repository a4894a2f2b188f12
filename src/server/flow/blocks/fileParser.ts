/**
 * `file_url_parser`: CSV as a list of objects, JSON as what it says, a PDF as its text, all else as text; with a schema what a
 * language model finds in it. The file has an address, or is one that the run has got. `pdf_parser` is its older name for PDFs.
 */
import { csvRecords } from '../../../workflow/csv.js';
import { fence, isTyped } from '../../../workflow/fence.js';
import type { BlockEnd, FlowBlock } from '../../../workflow/interpreter.js';
import type { FlowContext } from '../context.js';
import { pdfText } from '../pdfText.js';
import { promptOf } from './goalTask.js';
import { asksNothing, type BlockKind, isTemplate, type Turn } from './kind.js';
import { parsed, webAddress, within } from './reach.js';

/** For a file, in milliseconds. */
const FILE_MS = 60_000;
/** Of a file, in characters, to a model. */
const MAX_TOLD = 200_000;
const TYPES = ['auto_detect', 'csv', 'pdf'];

const isAnswered = (block: FlowBlock): boolean => !asksNothing(block['json_schema']);

export const FILE_PARSER: BlockKind = {
  needs: (block) => (isAnswered(block) ? 'answer' : null),
  schema: 'json_schema',
  unhonoured: ['worksheet', 'force_ocr'],
  refusal({ file_type: type }) {
    if (asksNothing(type) || isTemplate(type) || TYPES.includes(String(type))) return null;
    return `files of type ${String(type)} are not read here: CSV, JSON, PDF and text are`;
  },
  carryOut: (turn, flow) => parseFile(turn, String(turn.block['file_type'] ?? 'auto_detect'), flow),
};

export const PDF_PARSER: BlockKind = {
  needs: FILE_PARSER.needs!,
  schema: 'json_schema',
  refusal: (block) => (isAnswered(block) ? null : 'without a json_schema it is not known what it gives: write one, or use file_url_parser'),
  carryOut: (turn, flow) => parseFile(turn, 'pdf', flow),
};

async function parseFile({ block, written, names }: Turn, type: string, flow: FlowContext): Promise<BlockEnd> {
  if (!TYPES.includes(type)) return { status: 'failed', reason: `files of type ${type} are not read here` };
  let content: unknown;
  try {
    const typed = isTyped(String(written['file_url'] ?? ''), flow.typed);
    content = await contentOf(String(block['file_url'] ?? '').trim(), typed, type, flow);
  } catch (error) {
    flow.signal.throwIfAborted();
    return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
  if (!isAnswered(block)) return { status: 'completed', output: content };
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  if (text.length > MAX_TOLD) {
    return { status: 'failed', reason: `the file has ${text.length} characters, and a model is told ${MAX_TOLD} at most` };
  }
  const wanted = 'Give what the file says, in the form that is asked for. What it does not say is null.';
  const prompt = promptOf([flow.instructionsFor(block, names), wanted, `The file:\n${fence(text)}`]);
  const end = await flow.ask({ kind: 'prompt', prompt, schema: block['json_schema'] }, block);
  return end.status === 'failed' ? end : { status: 'completed', output: end.output };
}

/** @throws an error in words, or the reason of the run's signal */
async function contentOf(place: string, typed: boolean, type: string, flow: FlowContext): Promise<unknown> {
  const { bytes, name, kind } = (await flow.readFile(place, typed)) ?? (await fetched(place, flow));
  const isPdf = type === 'pdf' || (type === 'auto_detect' && Buffer.from(bytes.subarray(0, 5)).toString('latin1') === '%PDF-');
  if (isPdf) return within(flow, FILE_MS, (signal) => pdfText(bytes, signal));
  const text = Buffer.from(bytes).toString('utf8');
  if (text.includes('\0')) throw new Error('the file is neither text nor a PDF');
  const isCsv = type === 'csv' || /\bcsv\b/.test(kind) || /\.csv$/i.test(name);
  return isCsv ? csvRows(text) : parsed(text);
}

async function fetched(place: string, flow: FlowContext) {
  const url = webAddress(place);
  if (url === null) throw new Error(`${place} is no web address, and no file of this run`);
  const asked = { method: 'GET', url, headers: {}, body: null, followRedirects: true, allowedUrls: flow.allowedUrls };
  const answer = await within(flow, FILE_MS, (signal) => flow.browser.request(asked, signal));
  if (answer.status >= 400) throw new Error(`the file was answered with HTTP ${answer.status}`);
  return { bytes: answer.body, name: new URL(answer.url).pathname, kind: answer.headers['content-type'] ?? '' };
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
