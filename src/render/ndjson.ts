/** One event a line, as it comes: for programs. */
import type { Out } from '../io.js';
import { type Renderer, Writer } from './renderer.js';
import { safeJson } from './sanitize.js';

export function ndjsonRenderer(out: Out): Renderer {
  const writer = new Writer(out);
  return {
    audience: 'machine',
    event: (event) => writer.write(`${safeJson(event)}\n`),
    close() {},
  };
}
