/**
 * The house rules that can be read off the sources: which folder may import which, where a library may be named, and that
 * nothing but bin/ and clock.ts touches the process and the time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** Folder of src/ to the folders it may import from, besides itself and the leaves. `type:` allows types only. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  '.': ['client', 'client/sdk', 'runs', 'journal', 'protocol'], // index.ts, the library
  protocol: [],
  client: ['protocol', 'type:runs'],
  'client/sdk': ['client', 'runs', 'journal', 'protocol'], // the library's own class, on top of what the program uses
  runs: ['protocol', 'type:client'],
  render: ['protocol', 'runs'],
  journal: ['protocol', 'type:client'],
  config: [],
  browser: ['type:engine'],
  model: ['client'], // one exchange: no redirects, the environment's proxies
  engine: ['protocol', 'browser', 'model'], // its interfaces: a page and a snapshot
  server: ['protocol', 'workflow', 'schedule', 'type:engine', 'type:model'],
  demo: [],
  workflow: ['protocol'], // definitions: read and checked without a server
  schedule: ['protocol'], // when a schedule fires
  simulate: [], // a server that plays a bad day
  report: ['protocol', 'runs', 'render'], // a run as one HTML page
  cli: [
    'protocol',
    'client',
    'runs',
    'render',
    'journal',
    'config',
    'browser',
    'engine',
    'server',
    'demo',
    'workflow',
    'schedule',
    'simulate',
    'report',
    'model',
  ],
};
const LEAVES = new Set(['errors', 'clock', 'io', 'random', 'paths', 'origin', 'durable', 'lock', 'json']);

/** A library is imported in one folder only, so that replacing it touches one place. */
const LIBRARIES: Readonly<Record<string, string>> = {
  undici: 'client',
  ink: 'render',
  react: 'render',
  commander: 'cli',
  'cli-table3': 'cli',
  ora: 'cli',
  '@jmespath-community/jmespath': 'cli',
  conf: 'config',
  hono: 'server',
  '@hono/node-server': 'server',
  unpdf: 'server',
  croner: 'schedule',
  cronstrue: 'schedule',
  yaml: 'workflow',
  'playwright-core': 'browser',
  'tar-fs': 'browser',
  ajv: 'engine',
  '@ai-sdk/anthropic': 'model',
  '@ai-sdk/google': 'model',
  '@ai-sdk/openai-compatible': 'model',
  '@ai-sdk/provider': 'model',
  '@pydantic/genai-prices': 'model',
};

/** What the sources must not say, and the files that may. */
const FORBIDDEN: readonly { readonly what: RegExp; readonly except: readonly string[]; readonly why: string }[] = [
  { what: /\bDate\.now\(|new Date\(\)|\bperformance\.now\(/, except: ['clock.ts'], why: 'take a Clock' },
  { what: /\b(?:setTimeout|setInterval|setImmediate)\(/, except: ['clock.ts'], why: 'take a Clock' },
  { what: /\bMath\.random\(/, except: ['random.ts'], why: 'take a Random' },
  {
    what: /(?<![\w.'`])process\.|from 'node:process'/,
    except: ['client/sdk/world.ts'], // a library has no bin/
    why: 'only bin/ touches the process',
  },
  { what: /(?<![\w.])console\./, except: [], why: 'take an Io' },
  { what: /(?<![\w.])fetch\(/, except: [], why: 'it forwards keys across origins' },
];

interface Import {
  readonly file: string;
  readonly from: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'));
const sources = files.map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }));
const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');

function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  for (const match of text.matchAll(/(?:^|\n)(import|export)\s+(?:(type)\s+)?(?:([^'";]*?)\s+from\s+)?'([^']+)'/g)) {
    const named = /^\{([\s\S]*)\}$/.exec(match[3]?.trim() ?? '')?.[1];
    const allTypes = named?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
    found.push({ file, from: match[4] as string, typeOnly: match[2] !== undefined || allTypes === true });
  }
  for (const match of text.matchAll(/import\('([^']+)'\)(\.\w+)?/g)) found.push({ file, from: match[1] as string, typeOnly: false });
  return found;
}

const roomOf = (file: string) =>
  file.startsWith('client/sdk/') ? 'client/sdk' : file.includes('/') ? (file.split('/')[0] as string) : '.';

/** Why an import is not allowed, or null. */
function objection({ file, from, typeOnly }: Import): string | null {
  const room = roomOf(file);
  if (!from.startsWith('.')) {
    const name = from.startsWith('@') ? from.split('/').slice(0, 2).join('/') : (from.split('/')[0] as string);
    const home = LIBRARIES[name];
    return home === undefined || home === room ? null : `${file} imports ${from}, which belongs to ${home}/`;
  }
  const target = relative(SRC, join(SRC, dirname(file), from)).replace(/\.js$/, '');
  const to = roomOf(target);
  if (to === '.') return LEAVES.has(target) ? null : `${file} imports ${from}, which is no leaf`;
  if (room === '.' && file !== 'index.ts') return `${file} is a leaf and imports ${from}`;
  const allowed = ARROWS[room] ?? [];
  if (to === room || allowed.includes(to) || (typeOnly && allowed.includes(`type:${to}`))) return null;
  return `${file} imports ${from}: ${room}/ may not import ${to}/`;
}

describe('the house', () => {
  test('imports point one way, and each library has one home', () => {
    const imports = sources.flatMap(({ file, text }) => importsOf(file, text));
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.map(objection).filter((each) => each !== null)).toEqual([]);
  });

  test.each([
    ['a lower room that imports a higher one', { file: 'client/http.ts', from: '../render/plain.js', typeOnly: false }],
    ['a value where only types may pass', { file: 'runs/watch.ts', from: '../client/client.js', typeOnly: false }],
    ['a library outside its home', { file: 'cli/main.ts', from: 'undici', typeOnly: false }],
    ['a leaf that imports a room', { file: 'errors.ts', from: './protocol/run.js', typeOnly: false }],
    ['a program that goes through the library', { file: 'cli/main.ts', from: '../client/sdk/skyvern.js', typeOnly: false }],
  ])('the rule would notice %s', (_, wrong) => {
    expect(objection(wrong)).not.toBeNull();
  });

  test('only bin/ and the leaves touch the process, the time and chance', () => {
    const said = sources.flatMap(({ file, text }) =>
      FORBIDDEN.filter(({ what, except }) => what.test(withoutComments(text)) && !except.includes(file)).map(
        ({ why }) => `${file}: ${why}`,
      ),
    );
    expect(said).toEqual([]);
  });

  test('every folder of src/ is a room with a line in the map', () => {
    const rooms = new Set(files.map(roomOf));
    expect([...rooms].sort()).toEqual(Object.keys(ARROWS).sort());
    const map = readFileSync(join(SRC, '../CONTRIBUTING.md'), 'utf8');
    expect([...rooms].filter((room) => room !== '.' && !map.includes(`\`src/${room}/\``))).toEqual([]);
  });
});
