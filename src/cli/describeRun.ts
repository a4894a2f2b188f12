/** A run in words: what `run get` shows. In a pipe: name, tab, value. */

import type { Run } from '../protocol/run.js';
import { isEnded } from '../protocol/status.js';
import { parseServerTime } from '../protocol/time.js';
import { printable, safeJson } from '../render/sanitize.js';
import { duration, plural, watchCommand } from '../render/words.js';
import { type Spent, spentWords } from './spent.js';

const MAX_OUTPUT = 2_000;

/** One line a field, fields without a value left out. @param aligned pad the names, for a terminal. @param spent what language models cost it */
export function describeRun(run: Run, aligned: boolean, spent: Spent | null = null): string {
  const fields = facts(run, spent).flatMap(([name, value]) =>
    value === null || value === '' ? [] : [[name, printable(value, { maxLength: MAX_OUTPUT })] as const],
  );
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => (aligned ? `${name.padEnd(width)}  ${value}\n` : `${name}\t${value}\n`)).join('');
}

function facts(run: Run, spent: Spent | null): (readonly [string, string | null])[] {
  const started = parseServerTime(run.started_at ?? run.created_at);
  const finished = parseServerTime(run.finished_at);
  const request = run.run_request ?? {};
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return [
    ['run', run.run_id],
    ['status', run.retry_pending ? `${run.status}, next attempt ${run.next_attempt_at ?? 'soon'}` : run.status],
    ['reason', run.failure_reason],
    ['output', run.output === null ? null : typeof run.output === 'string' ? run.output : safeJson(run.output)],
    ['prompt', text(request['prompt']) ?? text(request['title'])],
    ['url', text(request['url'])],
    ['engine', text(request['engine']) ?? run.run_type],
    ['steps', run.step_count === null ? null : plural(run.step_count, 'step')],
    ['model', spent && spentWords(spent)],
    ['created', iso(run.created_at)],
    ['took', started === null || finished === null ? null : duration(Math.max(0, finished - started))],
    ['page', run.app_url],
    ['next', isEnded(run) ? null : watchCommand(run.run_id)],
  ];
}

const iso = (time: string | null): string | null => {
  const at = parseServerTime(time);
  return at === null ? null : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
};
