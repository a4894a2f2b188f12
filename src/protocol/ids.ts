/** Ids are `<prefix>_<number>`: opaque, told apart by prefix only. */
import type { Random } from '../random.js';

export type RunKind = 'task' | 'task_v2' | 'workflow_run';

/** What kind of run an id names, or null. `tsk_v2_` is tested first: it also starts with `tsk_`. */
export function runKind(id: string): RunKind | null {
  if (/^tsk_v2_[A-Za-z0-9_-]{1,120}$/.test(id)) return 'task_v2';
  if (/^tsk_[A-Za-z0-9_-]{1,120}$/.test(id)) return 'task';
  if (/^wr_[A-Za-z0-9_-]{1,120}$/.test(id)) return 'workflow_run';
  return null;
}

/** A run id from what a user may paste: the id itself, or a dashboard URL that ends in one. Null when there is none. */
export function runIdFrom(text: string): string | null {
  if (runKind(text)) return text;
  if (!URL.canParse(text)) return null;
  const segments = new URL(text).pathname.split('/').filter(Boolean);
  return segments.findLast((segment) => runKind(segment) !== null) ?? null;
}

/** A new id in the server's form: 63 random bits, so that ids cannot be guessed. */
export function newId(prefix: string, random: Random): string {
  const number = Buffer.from(random.bytes(8)).readBigUInt64BE() & 0x7fff_ffff_ffff_ffffn;
  return `${prefix}_${number}`;
}
