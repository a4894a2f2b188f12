/** Reading a JSON body: bounded in size and depth, and refused in the API's own shapes. */
import { HttpError, invalid, refusal } from './httpError.js';

/** Bytes of a body; a start with long headers, schema and prompt stays far below. */
export const MAX_BODY_BYTES = 1_000_000;
/** Levels of nesting. What is parsed is later walked recursively. */
const MAX_DEPTH = 100;

/**
 * The body as JSON.
 * @throws HttpError 413 (too large), 400 (too deep), 422 (missing, not JSON, not sent as JSON)
 */
export async function jsonBody(request: Request): Promise<unknown> {
  const text = await boundedText(request);
  if (text === '') throw invalid([{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }]);
  // A page can send any text cross-origin, but JSON only after a preflight, which is never granted.
  if (!/^application\/(?:[\w.+-]+\+)?json(?:\s*;|$)/i.test(request.headers.get('content-type') ?? '')) {
    throw invalid([
      {
        type: 'model_attributes_type',
        loc: ['body'],
        msg: 'Input should be a valid dictionary or object to extract fields from',
        input: 'not sent as application/json',
      },
    ]);
  }
  if (depth(text) > MAX_DEPTH) throw refusal(400, `The JSON body is nested deeper than ${MAX_DEPTH} levels.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = Number(/at position (\d+)/.exec((error as Error).message)?.[1] ?? text.length);
    throw invalid([
      { type: 'json_invalid', loc: ['body', position], msg: 'JSON decode error', input: {}, ctx: { error: 'Expecting value' } } as const,
    ]);
  }
}

/** As `jsonObject()`, where upstream takes a request without a body too. */
export const optionalJsonObject = (request: Request): Promise<Record<string, unknown> | null> =>
  request.body === null || request.headers.get('content-length') === '0' ? Promise.resolve(null) : jsonObject(request);

/** The body as a JSON object; an array or a bare value is refused. */
export async function jsonObject(request: Request): Promise<Record<string, unknown>> {
  const value = await jsonBody(request);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid([
    {
      type: 'model_attributes_type',
      loc: ['body'],
      msg: 'Input should be a valid dictionary or object to extract fields from',
      input: value,
    },
  ]);
}

/** A field that is text or left out. @throws HttpError 422 */
export function optionalText(body: Record<string, unknown>, name: string): string | null {
  const value = Object.hasOwn(body, name) ? (body[name] ?? null) : null;
  if (value === null || typeof value === 'string') return value;
  throw invalid([{ type: 'string_type', loc: ['body', name], msg: 'Input should be a valid string', input: value }]);
}

async function boundedText(request: Request): Promise<string> {
  const tooLarge = new HttpError(413, { detail: `The body exceeds ${MAX_BODY_BYTES} bytes.` }, { connection: 'close' });
  return (await boundedBytes(request, MAX_BODY_BYTES, tooLarge)).toString('utf8');
}

/** The body, read no further than `most` bytes. @throws tooLarge */
export async function boundedBytes(request: Request, most: number, tooLarge: HttpError): Promise<Buffer> {
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > most) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** How deep brackets nest outside of strings; an upper bound also for text that is no JSON. */
function depth(text: string): number {
  let level = 0;
  let deepest = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (quoted) {
      if (char === '\\') index++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '[' || char === '{') deepest = Math.max(deepest, ++level);
    else if (char === ']' || char === '}') level--;
  }
  return deepest;
}
