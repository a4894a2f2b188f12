/** Hostile events, and what bytes do to a terminal that reads them. */
import xterm from '@xterm/headless';
import stringWidth from 'string-width';
import { decodeBlock, decodeThought } from '../../src/protocol/timeline.js';
import type { RunEvent, RunEventBody } from '../../src/runs/events.js';
import { anAction } from '../runs/sources.js';
import { story, stream } from './story.js';

export const ATTACKS = [
  '\u001b]0;pwn\u0007\u001b]2;pwn\u0007',
  '\u001b]52;c;cHduCg==\u0007',
  '\u001b]1337;File=inline=1:AAAA\u0007',
  '\u001b]9;pwn\u0007\u001b]777;notify;a;b\u0007',
  '\u001b]8;;javascript:alert(1)\u0007text\u001b]8;;\u0007',
  '\u001b[c\u001b[6n\u001bP$qm\u001b\\',
  '\u009b6n\u009d0;pwn\u0007',
  '\u001b[2J\u001b[H\u001b[?1049h\u001b[?1000h\u001b[?2004h\u001b[?7l',
  '\u001b[?1h\u001b=\u001b(0\u000e',
  'FAIL\rok: true\b\b\b\v\f',
  'x\n✓ run completed\n',
  '\u001b[20A\u001b[1;1Hpwn\u001b[3J',
  '::set-env name=x::y\n##[error]z',
];

/** Every text of every event, replaced; ids keep their place in the stream. */
export function poisoned(events: readonly RunEvent[], attack: string | ((text: string) => string)): RunEvent[] {
  const poisonText = typeof attack === 'string' ? (text: string) => `${text}${attack}` : attack;
  const keep = new Set(['type', 'created_at', 'modified_at', 'started_at', 'finished_at', 'queued_at']);
  const poison = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return keep.has(key) ? value : poisonText(value);
    if (Array.isArray(value)) return value.map((each) => poison(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, poison(each, name)]));
  };
  return events.map((event) => poison(event) as RunEvent);
}

/** One of every kind of event. */
export function everyEvent(): RunEvent[] {
  const events = story({ status: 'failed', reason: 'no such link', output: { text: 'a', list: ['b'] } });
  const block = {
    workflow_run_block_id: 'wrb_1',
    block_type: 'for_loop',
    label: 'pages',
    description: 'x',
    status: 'running',
    instructions: 'y',
  };
  const { actions: _apart, ...aBlock } = decodeBlock({ ...block, current_value: 'v', failure_reason: 'z' });
  const thought = decodeThought({ thought_id: 'ot_1', thought: 'hm', answer: 'so' });
  const more: RunEventBody[] = [
    { type: 'block', block: aBlock, parent_id: null },
    { type: 'thought', thought, parent_id: null },
    {
      type: 'action',
      action: anAction({ action_id: 'act_9', status: 'failed', text: 't', response: 'r', intention: 'i' }),
      block_id: 'wrb_1',
    },
    { type: 'screenshot', artifact: null, artifact_id: 'a_1', action_id: 'act_9' },
    { type: 'attention', kind: 'paused', message: 'm', instructions: 'i', resolved: false },
    { type: 'retrying', attempt: 1, delay_ms: 5, reason: 'r' },
    { type: 'reconnected', silent_ms: 5 },
    { type: 'stalled', silent_ms: 5 },
    { type: 'notice', code: 'c', message: 'm' },
  ];
  const bodies = events.map(({ v: _v, seq: _seq, at: _at, run_id: _run, id: _id, ...body }) => body as RunEventBody);
  return stream([...bodies.slice(0, -1), ...more, ...bodies.slice(-1)]);
}

/** The only title that the live view sets: words of ours and the id that was typed. */
const OUR_TITLE = /^title (?:skyvern: tsk_1 (?:[a-z_]+|under way|waits for you))?$/;

const COLUMNS = 100;

/** Whether a view of ours put this row below the one above because there was no room left in it: at most four columns are its margins. */
function goesOn(row: string, above = ''): boolean {
  const [word = ''] = row.trimStart().split(' ');
  return stringWidth(above) + 1 + stringWidth(word) > COLUMNS - 4;
}

/**
 * What the bytes did to a terminal, beyond showing text where our own views put it.
 * @param hasLines whether texts may fill several lines, so that one may look like any other
 */
export async function effects(bytes: string, hasLines = false): Promise<string[]> {
  const terminal = new xterm.Terminal({
    cols: COLUMNS,
    rows: 30,
    scrollback: 5_000,
    allowProposedApi: true,
    convertEol: true,
    logLevel: 'off',
  });
  const seen: string[] = [];
  terminal.onTitleChange((title) => seen.push(`title ${title}`));
  terminal.onData((data) => seen.push(`reply ${JSON.stringify(data)}`));
  terminal.onBell(() => seen.push('bell'));
  // Links of our own lead to the web.
  terminal.parser.registerOscHandler(8, (link) => {
    if (!/^;(?:https?:\/\/[\x21-\x7e]+)?$/.test(link)) seen.push('osc 8');
    return false;
  });
  for (const id of [0, 1, 2, 4, 7, 9, 52, 777, 1337]) {
    terminal.parser.registerOscHandler(id, () => {
      seen.push(`osc ${id}`);
      return false;
    });
  }
  terminal.buffer.onBufferChange(() => seen.push('other screen'));
  await new Promise<void>((resolve) => terminal.write(bytes, resolve));
  const { modes, buffer } = terminal;
  if (modes.mouseTrackingMode !== 'none' || modes.bracketedPasteMode || modes.applicationCursorKeysMode || !modes.wraparoundMode)
    seen.push('modes');
  if (bytes.includes('\u001b[3J')) seen.push('scrollback erased');
  const rows = Array.from({ length: buffer.active.length }, (_, row) => buffer.active.getLine(row)).flatMap((row) =>
    // The rest of a long line begins where the terminal is full.
    row && !row.isWrapped ? [row.translateToString(true)] : [],
  );
  const others = seen.filter((each, at) => !OUR_TITLE.test(each) && !(each === 'osc 2' && OUR_TITLE.test(seen[at + 1] ?? '')));
  const forged = hasLines ? /^\s*(?:::|##\[|pwn)/ : /^\s*(?:✓ run completed|ok: true|::|##\[|pwn)/;
  if (rows.some((row, at) => forged.test(row) && !goesOn(row, rows[at - 1]))) others.push('forged line');
  return others;
}
