/** What a run gave, on stdout, once it is known: nothing else is ever written there. */
import type { Out } from '../io.js';
import type { Run } from '../protocol/run.js';
import type { RunEvent } from '../runs/events.js';
import { NOT_MET } from '../runs/exit.js';
import { type Renderer, Writer } from './renderer.js';
import { printable, safeJson, withoutCommands } from './sanitize.js';

/**
 * The output as a pipe wants it, ending in a line feed: a text as it is, all else as JSON, nothing for none.
 *
 * To a pipe a text goes unchanged, byte for byte; on a terminal it is made printable.
 * @param isLog whether the pipe is read by a CI runner that obeys lines: these are made to say nothing to it
 */
export function outputText(output: unknown, isTerminal: boolean, isLog = false): string {
  if (output === null || output === undefined) return '';
  if (typeof output === 'string' && isLog) return `${withoutCommands(output)}\n`;
  if (typeof output === 'string') return `${isTerminal ? printable(output, { newlines: true, maxLength: 1_000_000 }) : output}\n`;
  return `${safeJson(output, isTerminal ? 2 : undefined)}\n`;
}

/** Writes the output of the run when it is over; nothing when the watch ends before the run. */
export function outputRenderer(out: Out, isLog = false): Renderer {
  return atTheEnd(out, (event) =>
    event.error === null || event.error.code === NOT_MET ? outputText(event.run?.output, out.isTTY === true, isLog) : '',
  );
}

/**
 * `--json`: one document, the run object, on every outcome that has a run: a time limit and Ctrl-C too.
 * @param document what of the run is written; the run itself unless a query says otherwise
 */
export function jsonRenderer(out: Out, document: (run: Run) => unknown = (run) => run): Renderer {
  return atTheEnd(out, (event) => (event.run === null ? '' : `${safeJson(document(event.run), out.isTTY === true ? 2 : undefined)}\n`));
}

/** Writes when it is closed: by then the live view, closed before it, has left the terminal that both may share. */
function atTheEnd(out: Out, textOf: (event: Extract<RunEvent, { type: 'result' }>) => string): Renderer {
  const writer = new Writer(out);
  let text = '';
  return {
    audience: 'machine',
    event(event) {
      if (event.type === 'result') text = textOf(event);
    },
    async close() {
      if (text !== '') await writer.write(text);
    },
  };
}
