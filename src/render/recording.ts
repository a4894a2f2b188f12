/**
 * A stream of events kept in a file, and read back: NDJSON with a first line that says what it is.
 *
 * What `--output ndjson` writes is read too. A recording is made to be given away, so whoever makes one says what is taken out
 * of it; reading trusts nothing: the file may be cut, foreign, or written to harm.
 */
import { UsageError } from '../errors.js';
import { asObject, asString, DecodeError, optionalNumber, optionalString, type Wire } from '../protocol/decode.js';
import { decodeRun } from '../protocol/run.js';
import { decodeAction, decodeBlock, decodeStep, decodeThought } from '../protocol/timeline.js';
import type { RunEvent, RunEventBody } from '../runs/events.js';
import type { Renderer } from './renderer.js';
import { printable, safeJson } from './sanitize.js';

export interface RecordingHead {
  /** Version of the form. */
  readonly recording: 1;
  /** Program that wrote it, for people. */
  readonly by: string;
  /** What the run was called on the screen; null for its own name. */
  readonly title: string | null;
  /** Size of the terminal; null where there was none. */
  readonly columns: number | null;
  readonly rows: number | null;
}

export interface Recording {
  readonly head: RecordingHead | null;
  readonly events: readonly RunEvent[];
  /** What a reader should know: the file is cut, or holds events that this version does not know. */
  readonly notices: readonly string[];
}

/**
 * Keeps every event.
 * @param write takes whole lines, and never throws: a full disk must not end a watch
 * @param clean takes secrets out
 */
export function recordRenderer(head: RecordingHead, write: (line: string) => void, clean: (value: unknown) => unknown): Renderer {
  write(`${safeJson(clean(head))}\n`);
  return { audience: 'machine', event: (event) => write(`${safeJson(clean(event))}\n`), close() {} };
}

/**
 * @param name how the file is called in messages
 * @throws UsageError for a file that is no recording, or whose middle is not what a recording holds
 */
export function parseRecording(text: string, name: string): Recording {
  const lines = text.split('\n');
  const isCut = lines.at(-1) !== ''; // every line that was written whole ends in a line feed
  const notices: string[] = [];
  const events: RunEvent[] = [];
  const unknown = new Set<string>();
  let head: RecordingHead | null = null;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const value = parsed(line);
    if (value === undefined && isCut && index === lines.length - 1 && index > 0) break;
    try {
      const wire = asObject(value);
      if (index === 0 && 'recording' in wire) head = headOf(wire);
      else {
        const event = eventOf(wire);
        if (event) events.push(event);
        else unknown.add(String(wire['type']));
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw foreign(name, index + 1, value === undefined ? 'is not JSON' : `is no event: ${error.message}`);
    }
  }
  if (events.length === 0) throw foreign(name, 1, 'holds no event');
  if (isCut) notices.push('the recording is cut in the middle of a line: it is played up to there');
  if (unknown.size > 0) {
    notices.push(`events of a kind that is not known here are left out: ${printable([...unknown].join(', '), { maxLength: 200 })}`);
  }
  return { head, events, notices };
}

const foreign = (name: string, line: number, what: string): UsageError =>
  new UsageError(`${printable(name, { maxLength: 200 })} is no recording of runs: line ${line} ${printable(what, { maxLength: 300 })}`, {
    code: 'no_recording',
    hint: 'make one with `skyvern run watch @last --record run.ndjson`',
  });

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function headOf(wire: Wire): RecordingHead {
  if (wire['recording'] !== 1) throw new DecodeError('recording', 'a form that this version reads; a newer one may');
  return {
    recording: 1,
    by: optionalString(wire['by']) ?? '',
    title: optionalString(wire['title']),
    columns: optionalNumber(wire['columns']),
    rows: optionalNumber(wire['rows']),
  };
}

/** Null for a kind that is not known. Every field that a renderer reads is checked. */
function eventOf(wire: Wire): RunEvent | null {
  const type = asString(wire['type'], 'type');
  const body = Object.hasOwn(BODIES, type) ? BODIES[type as RunEventBody['type']](wire) : null;
  const at = number(wire, 'at');
  const event = { v: 1, seq: number(wire, 'seq'), at, run_id: asString(wire['run_id'], 'run_id'), id: asString(wire['id'], 'id') } as const;
  return body && { ...wire, ...event, ...body };
}

function number(wire: Wire, name: string): number {
  const value = wire[name];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new DecodeError(name, 'a number');
  return value;
}

const BODIES: { readonly [Type in RunEventBody['type']]: (wire: Wire) => Extract<RunEventBody, { readonly type: Type }> } = {
  run: ({ run }) => ({ type: 'run', run: decodeRun(run) }),
  status: ({ from, to, since }) => ({
    type: 'status',
    from: optionalString(from),
    to: asString(to, 'to'),
    since: optionalNumber(since),
  }),
  block: ({ block, parent_id }) => {
    const { actions: _told, ...item } = decodeBlock(block, 'block');
    return { type: 'block', block: item, parent_id: optionalString(parent_id) };
  },
  step: ({ step }) => ({ type: 'step', step: decodeStep(step, 'step') }),
  action: ({ action, block_id }) => ({ type: 'action', action: decodeAction(action, 'action'), block_id: optionalString(block_id) }),
  thought: ({ thought, parent_id }) => ({
    type: 'thought',
    thought: decodeThought(thought, 'thought'),
    parent_id: optionalString(parent_id),
  }),
  screenshot: ({ artifact_id, action_id }) => ({
    type: 'screenshot',
    artifact: null,
    artifact_id: asString(artifact_id, 'artifact_id'),
    action_id: optionalString(action_id),
  }),
  attention: ({ kind, message, instructions, resolved }) => ({
    type: 'attention',
    kind: kind === 'totp' ? 'totp' : 'paused',
    message: asString(message, 'message'),
    instructions: optionalString(instructions),
    resolved: resolved === true,
  }),
  retrying: (wire) => ({
    type: 'retrying',
    attempt: number(wire, 'attempt'),
    delay_ms: number(wire, 'delay_ms'),
    reason: asString(wire['reason'], 'reason'),
  }),
  reconnected: (wire) => ({ type: 'reconnected', silent_ms: number(wire, 'silent_ms') }),
  stalled: (wire) => ({ type: 'stalled', silent_ms: number(wire, 'silent_ms') }),
  notice: ({ code, message }) => ({ type: 'notice', code: asString(code, 'code'), message: asString(message, 'message') }),
  result: (wire) => {
    const { run, status, error } = wire;
    const problem = error === null || error === undefined ? null : asObject(error, 'error');
    const text = (name: string) => asString(problem?.[name] ?? '', `error.${name}`);
    return {
      type: 'result',
      run: run === null || run === undefined ? null : decodeRun(run),
      status: optionalString(status),
      exit_code: number(wire, 'exit_code') as 0,
      error: problem && { code: text('code'), message: text('message'), hint: text('hint') },
    };
  },
};
