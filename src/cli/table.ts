/** Lists: a table fitted to the terminal, tab-separated without header in a pipe, or JSON. */

import { UsageError } from '../errors.js';
import type { Out } from '../io.js';
import { printable, safeJson } from '../render/sanitize.js';
import { write, writeJson } from './output.js';
import { shapeOf } from './shape.js';

export type Column<Row> = readonly [heading: string, cell: (row: Row) => string | null];

/** Writes `rows` as they are for JSON, else what the columns show of them. */
export async function printTable<Row>(out: Out, rows: readonly Row[], columns: readonly Column<Row>[], json: boolean): Promise<void> {
  const table = tableWriter(out, columns, json);
  await table.add(rows);
  await table.end();
}

/** A list that is written as its rows come. */
export interface TableWriter<Row> {
  add(rows: readonly Row[]): Promise<void>;
  /** Of JSON, which is one document, this is all that is written. */
  end(): Promise<void>;
}

/** The first rows say how wide the columns are, and which fields `--columns` may name. */
export function tableWriter<Row>(out: Out, columns: readonly Column<Row>[], json: boolean): TableWriter<Row> {
  if (json) return jsonWriter(out);
  let shown: readonly Column<Row>[] | null = null;
  let widths: readonly number[] = [];
  return {
    async add(rows) {
      const isFirst = shown === null;
      if (!isFirst && rows.length === 0) return;
      shown ??= chosen(columns, rows, shapeOf(out).columns);
      const cells = rows.map((row) => (shown as readonly Column<Row>[]).map(([, cell]) => printable(cell(row) ?? '')));
      if (!out.isTTY) return write(out, cells.map((row) => `${row.join('\t')}\n`).join(''));
      const headings = shown.map(([heading]) => heading);
      widths = columnWidths([headings, ...cells], widths, out.columns ?? 80);
      await write(out, await tableText(isFirst ? headings : null, cells, widths));
    },
    async end() {
      if (shown === null) await this.add([]);
    },
  };
}

function jsonWriter<Row>(out: Out): TableWriter<Row> {
  const all: Row[] = [];
  return {
    async add(rows) {
      all.push(...rows);
    },
    end: () => writeJson(out, all),
  };
}

async function tableText(
  headings: readonly string[] | null,
  cells: readonly (readonly string[])[],
  widths: readonly number[],
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    ...(headings && { head: [...headings] }),
    colWidths: [...widths],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: Object.fromEntries(BORDERS.map((name) => [name, ''])),
  });
  table.push(...cells.map((row) => [...row]));
  return `${table.toString().replace(/ +$/gm, '')}\n`;
}

/** The columns that `--columns` names, in its order: by heading, else by a field of the rows. */
function chosen<Row>(columns: readonly Column<Row>[], rows: readonly Row[], names: readonly string[] | undefined): readonly Column<Row>[] {
  return (names ?? []).length === 0
    ? columns
    : (names as readonly string[]).map((name) => {
        const known = columns.find(([heading]) => heading.toLowerCase() === name.toLowerCase());
        if (known) return known;
        const fields = new Set(rows.flatMap((row) => Object.keys(row as object)));
        if (rows.length > 0 && !fields.has(name)) {
          throw new UsageError(`there is no column ${JSON.stringify(printable(name, { maxLength: 60 }))}`, {
            hint: `there are ${[...columns.map(([heading]) => heading.toLowerCase()), ...[...fields].sort()].join(', ')}`,
          });
        }
        return [name.toUpperCase(), (row) => cellOf((row as Readonly<Record<string, unknown>>)[name])];
      });
}

const cellOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : safeJson(value);

const BORDERS = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
];
const PADDING = 2;

/**
 * Column widths, padding included: as wide as the longest cell, and the last column gives way when the terminal is too narrow.
 * @param before those of the rows above, which do not get narrower
 */
function columnWidths(rows: readonly (readonly string[])[], before: readonly number[], columns: number): number[] {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.max(before[index] ?? 0, ...rows.map((row) => (row[index] as string).length + PADDING)),
  );
  const others = widths.slice(0, -1).reduce((sum, width) => sum + width, 0);
  const last = widths.length - 1;
  widths[last] = Math.max(8, Math.min(widths[last] as number, columns - others));
  return widths;
}
