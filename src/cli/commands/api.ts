/** `skyvern api`: any endpoint with the profile's key, for what has no command yet. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Method, RawAnswer } from '../../client/raw.js';
import { UsageError } from '../../errors.js';
import { printable } from '../../render/sanitize.js';
import type { CliContext } from '../context.js';
import { readSource } from '../inputs.js';
import { write, writeJson } from '../output.js';
import { json } from '../parsers.js';
import { connect } from '../target.js';

interface Flags {
  readonly field?: readonly Field[];
  readonly typedField?: readonly Field[];
  readonly input?: string;
  readonly paginate?: boolean;
  readonly include?: boolean;
}

type Field = readonly [name: string, value: unknown];

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const PAGE_SIZE = 100;
const LAST_PAGE = 100;

/** Starts: made through the journal by their own commands, so that a lost answer is not a second run. */
const STARTS: readonly (readonly [path: RegExp, command: string])[] = [
  [/^(?:\/api)?\/v1\/run\/tasks\/login\/?$/, 'skyvern task login'],
  [/^(?:\/api)?\/v1\/run\/tasks\/download_files\/?$/, 'skyvern task download'],
  [/^(?:\/api)?\/v1\/run\/tasks\/?$/, 'skyvern task run'],
  [/^(?:\/api)?\/v1\/run\/(?:workflows|agents)(?:\/.*)?$/, 'skyvern workflow run'],
  [/^(?:\/api)?\/v1\/(?:workflows|agents)\/runs\/[^/]+\/retry\/?$/, 'skyvern run retry'],
  [/^(?:\/api)?\/v1\/(?:workflows|agents)\/[^/]+\/run\/?$/, 'skyvern workflow run'],
  [/^\/api\/v[12]\/tasks\/?$/, 'skyvern task run'],
  [/^\/v1\/run(?:\/.*)?$/, 'skyvern task run'],
];

export function define(command: Command, ctx: CliContext, handler = api): void {
  command
    .argument('<method>', METHODS.join(', '))
    .argument('<path>', 'path of the endpoint, for example /v1/runs')
    .description('Ask any endpoint of the server, with its key, and print the JSON that it answers. Fields of a GET go into its query.')
    .option('-f, --field <name=value>', 'a field whose value is a text', text)
    .option('-F, --typed-field <name=value>', 'a field whose value is JSON (true, 5, null, [..]), `@file`, or else a text', typed)
    .option('--input <file>', 'the body: a JSON file, or - for standard input')
    .option('--paginate', 'read all pages of a list and print them as one')
    .addOption(new Option('-i, --include', 'print the status and the headers of the answer first').conflicts('paginate'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern api GET /v1/runs -F page_size=5 --query "[].run_id"\n  $ skyvern api POST /v1/folders -f title=Reports\n  $ skyvern api GET /v1/workflows --paginate | jq length',
    )
    .action((method: string, path: string, flags: Flags) => handler(ctx, command, method, path, flags));
}

export async function api(ctx: CliContext, command: Command, given: string, path: string, flags: Flags): Promise<void> {
  const method = METHODS.find((each) => each === given.toUpperCase());
  if (!method)
    throw new UsageError(`${JSON.stringify(printable(given, { maxLength: 40 }))} is no method`, {
      hint: `it is one of ${METHODS.join(', ')}`,
    });
  if (!/^\/[\x21-\x7e]*$/.test(path))
    throw new UsageError('the path is no path of this server', { hint: 'it begins with a slash, like /v1/runs' });
  refuseStart(method, path);
  const { client, call } = await connect(ctx, command);
  const fields = Object.fromEntries([...(flags.field ?? []), ...(flags.typedField ?? [])]);
  const input = await readBody(ctx, flags.input);
  const inQuery = method === 'GET' || input !== undefined;
  const query = inQuery ? Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, queryValue(value)])) : {};
  const body = input ?? (inQuery || Object.keys(fields).length === 0 ? undefined : fields);
  const ask = (more: Readonly<Record<string, number>> = {}) =>
    client.raw.request({ method, path, query: { ...query, ...more }, ...(body !== undefined && { body }) }, call);
  if (flags.paginate) {
    if (method !== 'GET') throw new UsageError('only lists, which are read with GET, have pages');
    return writeJson(ctx.io.stdout, await pages(ask));
  }
  const answer = await ask();
  if (flags.include) await writeHead(ctx, answer);
  await writeBody(ctx, answer);
}

/** Compared as the server reads the path: decoded, without its query and dots. */
function refuseStart(method: Method, path: string): void {
  if (method === 'GET') return;
  const { pathname } = new URL(path.replace(/^\/+/, '/'), 'http://server.invalid');
  const read = decodeSafely(pathname).replace(/\/{2,}/g, '/');
  const start = STARTS.find(([pattern]) => pattern.test(read));
  if (start && method === 'POST') {
    throw new UsageError('this starts a run, and a start by hand can be lost, or made twice', {
      hint: `\`${start[1]}\` starts it at most once; \`${start[1]} --help\` lists its flags`,
    });
  }
}

function decodeSafely(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function readBody(ctx: CliContext, source: string | undefined): Promise<unknown> {
  if (source === undefined) return undefined;
  const content = await readSource(ctx.io, source === '-' ? '-' : `@${source}`, '--input');
  try {
    return json(content.startsWith('@') ? ` ${content}` : content);
  } catch (error) {
    throw new UsageError(`--input: ${(error as Error).message}`, { hint: 'the body is one JSON document' });
  }
}

/** Pages until one is shorter than asked for; an answer that is no list is given as it is. */
async function pages(ask: (more: Readonly<Record<string, number>>) => Promise<RawAnswer>): Promise<unknown> {
  const all = new Map<string, unknown>();
  for (let page = 1; page <= LAST_PAGE; page++) {
    const value = JSON.parse(await textOf(await ask({ page, page_size: PAGE_SIZE })));
    if (!Array.isArray(value)) return value;
    // What is on two pages, because something appeared at the front meanwhile, is one thing.
    for (const item of value) all.set(JSON.stringify(idOf(item)), item);
    if (value.length < PAGE_SIZE) break;
  }
  return [...all.values()];
}

/** The whole item where it has no id. */
function idOf(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return item;
  const own = Object.entries(item).find(([name]) => name.endsWith('_id'));
  return own && typeof own[1] === 'string' ? own : item;
}

async function writeHead({ io }: CliContext, { status, headers }: RawAnswer): Promise<void> {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((each) => `${name}: ${printable(each)}\n`));
  await write(io.stdout, `HTTP ${status}\n${lines.join('')}\n`);
}

/** JSON as all commands print it; anything else as it comes, but never raw bytes to a terminal. */
async function writeBody({ io }: CliContext, answer: RawAnswer): Promise<void> {
  if (/\bjson\b/i.test(String(answer.headers['content-type'] ?? ''))) {
    const content = await textOf(answer);
    try {
      return await writeJson(io.stdout, content.trim() === '' ? null : JSON.parse(content));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return write(io.stdout, io.stdout.isTTY ? printable(content, { newlines: true, maxLength: 1_000_000 }) : content);
    }
  }
  if (io.stdout.isTTY) return write(io.stdout, `${printable(await textOf(answer), { newlines: true, maxLength: 1_000_000 })}\n`);
  for await (const chunk of answer.body) if (!io.stdout.write(chunk)) await new Promise((resolve) => io.stdout.once('drain', resolve));
}

const textOf = async ({ body }: RawAnswer): Promise<string> => Buffer.concat(await body.toArray()).toString('utf8');

const queryValue = (value: unknown): string | readonly string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

function text(given: string, before: readonly Field[] = []): readonly Field[] {
  const [name, value] = split(given);
  return [...before, [name, value]];
}

function typed(given: string, before: readonly Field[] = []): readonly Field[] {
  const [name, value] = split(given);
  if (value.startsWith('@')) return [...before, [name, json(value)]];
  try {
    return [...before, [name, JSON.parse(value)]];
  } catch {
    return [...before, [name, value]];
  }
}

function split(given: string): [name: string, value: string] {
  const at = given.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is written name=value.');
  return [given.slice(0, at), given.slice(at + 1)];
}
