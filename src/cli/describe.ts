/** One thing of the server in words: a line a field, fields without a value left out. In a pipe: name, tab, value. */
import type { Out } from '../io.js';
import { printable } from '../render/sanitize.js';

export type Field = readonly [name: string, value: string | number | boolean | null | undefined];

/** @param fields in the order in which they are shown */
export function describe(out: Out, fields: readonly Field[]): string {
  const shown = fields.flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [[name, printable(String(value))] as const],
  );
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => (out.isTTY ? `${name.padEnd(width)}  ${value}\n` : `${name}\t${value}\n`)).join('');
}

/** A server's time as people and programs both read it. */
export const utc = (time: string | null): string | null => time?.replace(/\.\d+$/, '').replace(/Z?$/, 'Z') ?? null;
