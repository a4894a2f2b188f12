/** The rows of a batch, read one at a time from CSV with a heading, or from JSON lines. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { UsageError } from '../../errors.js';
import { csvRecords } from '../../workflow/csv.js';

export interface Row {
  /** 1 for the first row of data. */
  readonly number: number;
  /** By column. Of CSV all are texts, and what is empty is left out. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether values are texts that want a type. */
  readonly isText: boolean;
  /** Of the values: a row that was changed is another one. */
  readonly hash: string;
}

const hashOf = (values: object): string => createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16);

/** @throws UsageError that names the line, for what is neither */
export function readRows(path: string): AsyncGenerator<Row, void> {
  return /\.(?:jsonl|ndjson)$/i.test(path) ? jsonRows(path) : csvRows(path);
}

async function* csvRows(path: string): AsyncGenerator<Row, void> {
  let names: readonly string[] | null = null;
  let number = 0;
  for await (const record of csvRecords(opened(path))) {
    if (names === null) {
      names = record.map((name) => name.trim());
      const twice = names.find((name, index) => name === '' || names?.indexOf(name) !== index);
      if (twice !== undefined)
        throw fault(path, `has ${twice === '' ? 'a column without a name' : `two columns ${JSON.stringify(twice)}`}`);
      continue;
    }
    number++;
    if (record.length !== names.length)
      throw fault(path, `has ${record.length} fields in row ${number}, and ${names.length} in its heading`);
    const values = Object.fromEntries(names.flatMap((name, index) => (record[index] === '' ? [] : [[name, record[index]]])));
    yield { number, values, isText: true, hash: hashOf(values) };
  }
}

async function* jsonRows(path: string): AsyncGenerator<Row, void> {
  let number = 0;
  for await (const line of createInterface({ input: opened(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    number++;
    const values = objectOf(line);
    if (values === null) throw fault(path, `has no JSON object in row ${number}`);
    yield { number, values, isText: false, hash: hashOf(values) };
  }
}

function objectOf(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const opened = (path: string) => createReadStream(path, { encoding: 'utf8' });

const fault = (path: string, what: string): UsageError =>
  new UsageError(`${path} ${what}`, {
    code: 'bad_rows',
    hint: 'give CSV whose first line names the columns, or .jsonl with an object in each line',
  });
