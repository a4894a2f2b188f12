/** Batches: a run for each row, and never two, whatever stops them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.js';
import { csvRecords } from '../../src/workflow/csv.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { type FakeSkyvern, fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder, testIo } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}
async function records(text: string, size = 7): Promise<string[][]> {
  const found: string[][] = [];
  for await (const record of csvRecords(pieces(text, size))) found.push(record);
  return found;
}

describe('CSV', () => {
  test.each<[string, string, string[][]]>([
    ['plain', 'a,b\n1,2\n', [['a', 'b'], ['1', '2']]], // biome-ignore format: a table
    ['no line feed at the end', 'a\n1', [['a'], ['1']]],
    ['Windows line ends and a byte order mark', '\ufeffa,b\r\n1,2\r\n', [['a', 'b'], ['1', '2']]], // biome-ignore format: a table
    ['quotes', 'a\n"x, ""y""\nz"\n', [['a'], ['x, "y"\nz']]],
    ['quotes and Windows line ends', '"a","b"\r\n"1","2"\r\n', [['a', 'b'], ['1', '2']]], // biome-ignore format: a table
    ['empty lines and empty fields', 'a,b\n\n,\n', [['a', 'b'], ['', '']]], // biome-ignore format: a table
    ['a quote inside of a text', 'a"b\n', [['a"b']]],
  ])('%s', async (_, text, expected) => {
    for (const size of [1, 2, 100]) expect(await records(text, size)).toEqual(expected);
  });

  test('what is written is read, whatever it is and however it is cut', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'ü', '😀', ' ') });
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 5 }), async (rows, size) => {
        const text = rows.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(',')).join('\r\n');
        expect(await records(text, size)).toEqual(rows);
      }),
    );
  });

  test('a quote that is never closed is named by its line', async () => {
    await expect(records('a\nb\n"c\nd')).rejects.toThrow('the quote that opens in line 3 is never closed');
  });
});

const WORKFLOW = {
  title: 'Weather',
  workflow_definition: {
    parameters: [
      { key: 'city', parameter_type: 'workflow', workflow_parameter_type: 'string' },
      { key: 'days', parameter_type: 'workflow', workflow_parameter_type: 'integer', default_value: 1 },
    ],
    blocks: [],
  },
};

async function world(rows: string, name = 'rows.csv') {
  const api = await fakeSkyvern();
  api.workflow('wpid_1', WORKFLOW);
  api.scriptStarts({ status: 'running' }, { status: 'completed', output: { ok: true } });
  const home = tempFolder();
  writeFileSync(join(home, name), rows);
  const batch = (...flags: string[]) =>
    skyvern(api, ['workflow', 'batch', 'wpid_1', '--input', name, '--concurrency', '3', ...flags], { home });
  return { api, home, batch };
}

const CITIES = ['Oslo', 'Bergen', 'Tromsø', 'Paris', 'Lima', 'Kyoto', 'Quito'];
const CSV = `city,days\n${CITIES.map((city, index) => `${city},${index % 2 === 0 ? '' : index}`).join('\n')}\n`;
const citiesOf = (api: FakeSkyvern) => api.seen('POST /v1/run/workflows').map(({ body }) => body.parameters.city);

test('each row is a run with typed parameters, a line of the result, and an entry of the ledger', async () => {
  const { api, home, batch } = await world(CSV);
  const { code, io } = await batch();
  expect(code).toBe(0);
  expect(citiesOf(api).sort()).toEqual([...CITIES].sort());
  expect(api.seen('POST /v1/run/workflows').find(({ body }) => body.parameters.city === 'Bergen')?.body.parameters).toEqual({
    city: 'Bergen',
    days: 1,
  });
  const lines = io.stdout.json().sort((a, b) => a.row - b.row);
  expect(lines.map(({ row, status, exit_code, output }) => [row, status, exit_code, output])).toEqual(
    CITIES.map((_, index) => [index + 1, 'completed', 0, { ok: true }]),
  );
  expect(io.stderr.text()).toBe('7 of 7 rows\n');
  expect(readFileSync(join(home, 'rows.csv.ledger'), 'utf8').split('\n')).toHaveLength(1 + 2 * 7 + 1);
});

test('JSON lines keep their types', async () => {
  const { api, batch } = await world('{"city":"Oslo","days":3}\n\n{"city":"Lima"}\n', 'rows.jsonl');
  expect((await batch()).code).toBe(0);
  expect(api.seen('POST /v1/run/workflows').map(({ body }) => body.parameters)).toEqual([{ city: 'Oslo', days: 3 }, { city: 'Lima' }]);
});

test('--dry-run says what would be started, and starts nothing', async () => {
  const { api, home, batch } = await world(CSV);
  const { code, io } = await batch('--dry-run');
  expect([code, api.started, existsSync(join(home, 'rows.csv.ledger'))]).toEqual([0, [], false]);
  expect(io.stdout.json()).toHaveLength(7);
  expect(io.stderr.text()).toBe('7 rows would be started; nothing was\n');
});

test.each([
  ['a row that does not fit', 'city,days\nOslo,1\nLima,many\nKyoto,few\n', /row 2: .*days.*; row 3: .*days/],
  ['a column that the workflow does not know', 'city,colour\nOslo,red\n', /row 1: .*colour/],
  ['a row of another length', 'city,days\nOslo\n', /has 1 fields in row 1, and 2 in its heading/],
  ['two columns of a name', 'city,city\nOslo,Lima\n', /has two columns "city"/],
  ['no rows', 'city,days\n', /has no rows/],
])('%s stops the batch before anything is started', async (_, rows, message) => {
  const { api, batch } = await world(rows);
  const { code, io } = await batch();
  expect([code, api.started]).toEqual([2, []]);
  expect(io.stderr.text()).toMatch(message);
});

test('a batch that was interrupted goes on: what has ended is passed over, what was under way is followed, nothing is started twice', async () => {
  const { api, home, batch } = await world(CSV);
  api.scriptStarts();
  const interrupt = new AbortController();
  const io = testIo({ SKYVERN_BASE_URL: api.url, SKYVERN_API_KEY: api.apiKey, SKYVERN_HOME: home });
  const line = ['workflow', 'batch', 'wpid_1', '--input', 'rows.csv', '--concurrency', '3'];
  const world_ = { clock: manualClock(), random: seededRandom() };
  const ran = main(line, io, interrupt.signal, world_);
  while (api.started.length < 3) await new Promise((resolve) => setImmediate(resolve));
  api.update(api.started[0] as string, { status: 'completed' });
  await io.stdout.seen(/"row":\d/);
  interrupt.abort('SIGINT');
  expect(await ran).toBe(130);
  expect(io.stderr.text()).toContain('next: the same command with --resume goes on');
  const before = api.started.length;
  for (const id of api.started) api.update(id, { status: 'completed' });
  api.scriptStarts({ status: 'completed' });

  expect((await batch()).code).toBe(2); // there is a ledger
  const { code, io: again } = await batch('--resume');
  expect(code, again.stderr.text()).toBe(0);
  expect(api.started).toHaveLength(7);
  expect(before).toBeLessThan(7);
  expect(citiesOf(api).sort()).toEqual([...CITIES].sort());
  expect(again.stdout.lines().length).toBeLessThan(7);
});

test('a last line of the ledger that was cut is passed over, and the next one begins a line of its own', async () => {
  const { api, home, batch } = await world(CSV);
  await batch();
  const ledger = join(home, 'rows.csv.ledger');
  const text = readFileSync(ledger, 'utf8');
  writeFileSync(ledger, text.slice(0, text.length - 20));
  expect((await batch('--resume')).code).toBe(0);
  expect(api.started).toHaveLength(7);
  expect(readFileSync(ledger, 'utf8').trimEnd().split('\n').at(-1)).toMatch(/^\{"row":\d.*"exit_code":0\}$/);
});

test('what failed is red, also when the batch is gone on with, until it is started again', async () => {
  const { api, batch } = await world(CSV);
  api.on('POST /v1/run/workflows', { status: 422, body: { detail: 'no such city' } });
  const { code, io } = await batch();
  expect(code).toBe(9);
  expect(io.stderr.text()).toMatch(
    /row \d was not started: .*no such city; nothing was started\n[\s\S]*7 of 7 rows, 1 not completed\nnext: with --resume --retry-failed/,
  );
  expect((await batch('--resume')).code).toBe(9);
  expect(api.started).toHaveLength(6);
  expect((await batch('--resume', '--retry-failed')).code).toBe(0);
  expect(api.started).toHaveLength(7);
  expect((await batch('--resume', '--retry-failed')).code).toBe(0);
  expect(api.started).toHaveLength(7);
});

test('--max-failures starts no more, and the rest is left for later', async () => {
  const { api, batch } = await world(CSV);
  api.scriptStarts({ status: 'failed', failure_reason: 'login wall' });
  const { code, io } = await batch('--max-failures', '2');
  expect(code).toBe(10);
  expect(api.started.length).toBeLessThan(7);
  expect(io.stderr.text()).toContain('next: the same command with --resume goes on');
});

test('a key that is refused ends the batch, and not every row of it', async () => {
  const { api, batch } = await world(CSV);
  api.on('POST /v1/run/workflows', ...Array.from({ length: 7 }, () => ({ status: 403, body: { detail: 'Invalid credentials' } })));
  expect((await batch()).code).toBe(4);
  expect(api.seen('POST /v1/run/workflows').length).toBeLessThanOrEqual(3);
});

test('a row that was changed, and a ledger of something else, are refused', async () => {
  const { home, batch } = await world(CSV);
  await batch();
  writeFileSync(join(home, 'rows.csv'), CSV.replace('Oslo', 'Rome'));
  expect((await batch('--resume')).io.stderr.text()).toContain('row 1 is not what it was when the batch began');
  writeFileSync(join(home, 'rows.csv.ledger'), '{"ledger":1,"batch":"x","about":"wpid_2"}\n');
  expect((await batch('--resume')).io.stderr.text()).toContain('is not the ledger of this batch');
});

test('task batch fills its templates by row', async () => {
  const { api, home } = await world('city,page\nOslo,no\nLima,pe\n');
  const line = ['task', 'batch', '--input', 'rows.csv', '--prompt-template', 'Weather of {{ city }}', '--url', 'https://{{page}}.example'];
  expect((await skyvern(api, line, { home })).code).toBe(0);
  expect(api.seen('POST /v1/run/tasks').map(({ body }) => [body.prompt, body.url])).toEqual([
    ['Weather of Oslo', 'https://no.example/'],
    ['Weather of Lima', 'https://pe.example/'],
  ]);
  const { code, io } = await skyvern(api, [...line.slice(0, -4), '--prompt-template', 'Weather of {{town}}', '--ledger', 'other'], {
    home,
  });
  expect([code, io.stderr.lines()[0]]).toEqual([2, 'error: row 1: there is nothing for {{town}}; row 2: there is nothing for {{town}}']);
});
