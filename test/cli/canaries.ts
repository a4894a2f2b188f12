/** 25 secrets, what finds them in any form, a server that gives back whatever it is sent, and a command line for every command. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { tempFolder } from '../support/io.js';

const canary = (name: string) => `cnry-${name}-5e1f0a97c3`;
const QUOTED = `"${canary('quoted')}\\ü ä"`;
export const SECRETS = {
  key: `eyJ${canary('key')}.eyJzdWIi.c2ln`,
  storedKey: canary('storedkey'),
  typedKey: canary('typedkey'),
  headerAuthorization: `Bearer ${canary('bearer')}`,
  headerCookie: canary('cookie'),
  headerQuoted: QUOTED,
  cdpHeader: canary('cdp'),
  totpIdentifier: canary('totpid'),
  totpPath: canary('totppath'),
  totpQuery: canary('totpquery'),
  webhookPath: canary('hookpath'),
  webhookQuery: canary('hookquery'),
  webhookPassword: canary('hookpassword'),
  browserAddress: canary('cdptoken'),
  pagePassword: canary('pagepassword'),
  pageToken: canary('pagetoken'),
  localSecret: canary('localsecret'),
  parameter: canary('parameter'),
  parameterDeep: canary('deep'),
  parameterFile: canary('paramfile'),
  code: canary('code'),
  apiPassword: canary('apipassword'),
  apiToken: canary('apitoken'),
  proxyPassword: canary('proxypassword'),
  baseUrlPassword: canary('baseurlpassword'),
} as const;
export const VALUES = Object.values(SECRETS);

/** A secret as it is and as programs write it. */
export const forms = (secret: string): string[] => {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ x: secret }).toString().slice(2),
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_'),
    Buffer.from(secret).toString('hex'),
    [...secret].reverse().join(''),
  ];
};
export const NEEDLES = VALUES.flatMap((secret) => forms(secret).map((form) => [secret, form] as const));
export const sightings = (shown: string): string[] => [
  ...new Set(NEEDLES.filter(([, form]) => shown.includes(form)).map(([secret]) => secret)),
];

export interface Asked {
  readonly request: IncomingMessage;
  readonly body: string;
  /** Everything that was sent, in every form, in one text. */
  readonly echo: string;
}
export type Fault = readonly [name: string, answer: (asked: Asked, response: ServerResponse) => void];

const json = (response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}) =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
const bodyOf = ({ body }: Asked): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};
export const FAULTS: readonly Fault[] = [
  ['all is well', (asked, response) => json(response, 200, usual(asked))],
  ['422', (asked, response) => json(response, 422, { detail: [{ loc: ['body', 'x'], msg: `no: ${asked.echo}`, input: bodyOf(asked) }] })],
  ['400', (asked, response) => json(response, 400, { detail: asked.echo }, { 'x-request-id': String(asked.request.headers['x-api-key']) })],
  [
    '403',
    ({ request }, response) => void response.writeHead(403, { 'content-type': 'text/plain' }).end(`no ${request.headers['x-api-key']}`),
  ],
  ['404', ({ echo }, response) => json(response, 404, { detail: { message: echo, code: echo } })],
  ['500', ({ echo }, response) => json(response, 500, { error: echo })],
  ['502', ({ echo }, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end(`<html><title>${echo}</title></html>`)],
  ['a cut text', ({ echo }, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(`"${echo}`)],
  ['a wrong id', ({ request }, response) => json(response, 200, { run_id: request.headers['x-api-key'] })],
  [
    'a redirect',
    ({ request, echo }, response) =>
      void response.writeHead(307, { location: `http://x.invalid/?k=${request.headers['x-api-key']}&e=${encodeURIComponent(echo)}` }).end(),
  ],
  ['reset', ({ request }) => request.socket.resetAndDestroy()],
];

const PARAMETER_TYPES = Object.entries({ password: 'string', list: 'json', more: 'string' }).map(([key, type]) => ({
  key,
  parameter_type: 'workflow',
  workflow_parameter_type: type,
}));

/** What a server answers on a good day, near enough for most commands to go on. */
function usual({ request, body }: Asked): unknown {
  const { pathname } = new URL(request.url ?? '/', 'http://x');
  const run = {
    run_id: 'tsk_1',
    run_type: 'task_v1',
    status: 'completed',
    output: 'fine',
    created_at: '2026-01-20T12:00:00',
    run_request: {},
  };
  const workflow = {
    workflow_permanent_id: 'wpid_1',
    workflow_id: 'w_1',
    title: 'W',
    version: 1,
    workflow_definition: { parameters: PARAMETER_TYPES, blocks: [] },
  };
  if (request.method === 'POST' && pathname.startsWith('/v1/run/'))
    return { ...run, run_id: pathname.endsWith('/tasks') ? 'tsk_1' : 'wr_1', run_request: JSON.parse(body) };
  if (/^\/v1\/runs\/[^/]+$/.test(pathname))
    return { ...run, run_id: pathname.split('/')[3], run_type: pathname.includes('wr_') ? 'workflow_run' : 'task_v1' };
  if (/^\/v1\/(?:workflows|agents)\/wpid_1$/.test(pathname)) return workflow;
  if (pathname.endsWith('/organizations/me')) return { organization_id: 'o_1', organization_name: 'Canaries' };
  if (pathname.endsWith('/version')) return { version: '1.0.56' };
  return pathname.endsWith('s') ? [] : { browser_session_id: 'pbs_1', browser_profile_id: 'bp_1', status: 'fine', content: 'x' };
}

export interface EchoServer {
  readonly url: string;
  readonly requests: number;
  /** Which of the secrets it was sent so far. */
  readonly sent: ReadonlySet<string>;
  /** How every request is answered from now on. */
  answer: Fault[1];
  close(): void;
}

/** A server that gives back all it is sent, in every form, by the fault that is set. */
export async function openEchoServer(): Promise<EchoServer> {
  let requests = 0;
  const told = new Set<string>();
  const server = createServer(async (request, response) => {
    requests++;
    // The client may go away in the middle of its request.
    const body = await text(request).catch(() => null);
    if (body === null) return;
    const sent = [
      request.headers['x-api-key'] ?? '',
      request.headers.authorization ?? '',
      ...leavesOf(bodyOf({ request, body, echo: '' })),
      ...new URL(request.url ?? '/', 'http://x').searchParams.values(),
    ];
    for (const secret of sightings(`${request.url}\n${request.rawHeaders.join('\n')}\n${body}`)) told.add(secret);
    echoes.answer({ request, body, echo: sent.flatMap((each) => forms(String(each)).slice(0, -1)).join(' | ') }, response);
  });
  const echoes = {
    url: '',
    sent: told,
    get requests() {
      return requests;
    },
    answer: (FAULTS[0] as Fault)[1],
    close: () => void server.close(),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(echoes, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

const leavesOf = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];

const file = (name: string, content: string): string => {
  const path = join(tempFolder(), name);
  writeFileSync(path, content);
  return path;
};

/** Files that commands are told to write, outside their home. */
const WRITTEN: string[] = [];
const written = (name: string): string => {
  const path = file(name, '');
  WRITTEN.push(path);
  return path;
};

const WEBHOOK = `https://u:${SECRETS.webhookPassword}@hook.example/in/${SECRETS.webhookPath}?anything=${SECRETS.webhookQuery}`;
const HEADERS = JSON.stringify({ authorization: SECRETS.headerAuthorization, cookie: SECRETS.headerCookie, 'x-quoted': QUOTED });
const RUN_FLAGS = [
  ...['--webhook-url', WEBHOOK, '--totp-identifier', SECRETS.totpIdentifier],
  ...[
    '--totp-url',
    `https://totp.example/${SECRETS.totpPath}?for=${SECRETS.totpQuery}`,
    '--browser-address',
    `wss://cdp.example/?t=${SECRETS.browserAddress}`,
  ],
  ...['--extra-http-headers', HEADERS],
];
const CDP = ['--cdp-connect-headers', JSON.stringify({ 'x-cdp': SECRETS.cdpHeader })];
const PAGE = `https://ada:${SECRETS.pagePassword}@shop.example/?token=${SECRETS.pageToken}`;
const PARAMETERS = JSON.stringify({ password: SECRETS.parameter, list: [{ deep: SECRETS.parameterDeep }] });

/** What each command is given. Every command has a row: a new one without one fails the test below. */
export const LINES: Readonly<
  Record<string, ((url: string) => readonly string[]) | 'starts the embedded server' | 'is asked, and asks nobody' | 'needs no server'>
> = {
  demo: 'starts the embedded server',
  'task run': () => ['--prompt', 'x', '--url', PAGE, ...RUN_FLAGS, ...CDP],
  'task batch': () => ['--prompt-template', 'x', '--url', PAGE, '--input', file('rows.jsonl', PARAMETERS), '--webhook-url', WEBHOOK],
  'task login': () => ['--url', 'https://x.example', '--credential-id', 'cred_1', ...RUN_FLAGS],
  'task download': () => ['--url', PAGE, '--prompt', 'x', ...RUN_FLAGS],
  'run get': () => ['tsk_1'],
  'run list': () => ['--search', 'abc'],
  'run watch': () => ['tsk_1', '--record', written('r.ndjson'), '--junit', written('j.xml')],
  'run wait': () => ['tsk_1'],
  'run tail': () => ['tsk_1'],
  'run timeline': () => ['tsk_1'],
  'run report': () => ['tsk_1', '--file', '-'],
  'run replay': 'needs no server',
  'run output': () => ['tsk_1'],
  'run cancel': () => ['tsk_1'],
  'run retry': () => ['wr_1', '--yes'],
  'run continue': () => ['wr_1'],
  'run totp': () => ['tsk_1', '--code', `@${file('code', `your code is ${SECRETS.code}`)}`, '--identifier', SECRETS.totpIdentifier],
  'run retry-webhook': () => ['tsk_1', '--url', WEBHOOK],
  'run open': () => ['tsk_1', '--print'],
  'run artifacts': () => ['tsk_1'],
  'run download': () => ['tsk_1', '--dir', tempFolder()],
  'run recover': () => [],
  'workflow run': () => ['wpid_1', '--params', `@${file('p.json', PARAMETERS)}`, '--param', `more=${SECRETS.parameterFile}`, ...RUN_FLAGS],
  'workflow batch': () => ['wpid_1', '--input', file('rows.jsonl', PARAMETERS), '--webhook-url', WEBHOOK],
  'workflow list': () => [],
  'workflow get': () => ['wpid_1'],
  'workflow create': () => [
    '--file',
    file(
      'w.json',
      JSON.stringify({
        title: 'W',
        webhook_callback_url: WEBHOOK,
        workflow_definition: { parameters: [{ key: 'k', parameter_type: 'workflow', workflow_parameter_type: 'string' }], blocks: [] },
      }),
    ),
  ],
  'workflow update': () => ['wpid_1', '--file', file('w.json', '{"title":"W","workflow_definition":{"parameters":[],"blocks":[]}}')],
  'workflow delete': () => ['wpid_1', '--yes'],
  'workflow versions': () => ['wpid_1'],
  'workflow runs': () => ['wpid_1'],
  'workflow validate': () => [file('w.json', '{"title":"W","workflow_definition":{"parameters":[],"blocks":[]}}')],
  'workflow diff': () => ['wpid_1', '--from', '1', '--to', '2'],
  'schedule create': () => ['wpid_1', '--cron', '0 9 * * *', '--params', PARAMETERS],
  'schedule list': () => [],
  'schedule get': () => ['wfs_1', '--workflow', 'wpid_1'],
  'schedule update': () => ['wfs_1', '--workflow', 'wpid_1', '--params', PARAMETERS],
  'schedule enable': () => ['wfs_1', '--workflow', 'wpid_1'],
  'schedule disable': () => ['wfs_1', '--workflow', 'wpid_1'],
  'schedule cancel': () => ['wfs_1', '--workflow', 'wpid_1'],
  'schedule delete': () => ['wfs_1', '--workflow', 'wpid_1', '--yes'],
  'schedule next': () => ['wfs_1', '--workflow', 'wpid_1'],
  'schedule runs': () => ['wfs_1', '--workflow', 'wpid_1'],
  'schedule trigger': () => ['wfs_1', '--workflow', 'wpid_1', '--params', PARAMETERS],
  'local start': 'starts the embedded server',
  'local stop': () => [],
  'local status': () => [],
  'local logs': () => [],
  'local prune': 'starts the embedded server',
  'local env': 'starts the embedded server',
  'auth login': () => ['--api-key-file', file('key', SECRETS.typedKey), '--profile', 'new'],
  'auth status': () => [],
  'auth logout': () => [],
  'config list': () => [],
  'config get': () => ['base-url'],
  'config set': () => ['base-url', `https://me:${SECRETS.baseUrlPassword}@skyvern.example`],
  'config unset': () => ['output'],
  'config use': () => [],
  'config path': () => [],
  'browser session create': () => [],
  'browser session list': () => [],
  'browser session get': () => ['pbs_1'],
  'browser session close': () => ['pbs_1'],
  'browser profile create': () => ['p', '--from-session', 'pbs_1'],
  'browser profile list': () => [],
  'browser profile get': () => ['bp_1'],
  'browser profile delete': () => ['bp_1', '--yes'],
  'credential create': () => [
    ...['--name', 'Shop', '--username', 'ada', '--password', `@${file('password', SECRETS.apiPassword)}`],
    ...['--totp', `@${file('totp', SECRETS.apiToken)}`],
  ],
  'credential list': () => [],
  'credential get': () => ['cred_1'],
  'credential delete': () => ['cred_1', '--yes'],
  'webhook listen': 'is asked, and asks nobody',
  'webhook verify': () => [file('body', '{}'), '--signature', 'ab'],
  'webhook test': (url) => [`${url}/in/${SECRETS.webhookPath}?anything=${SECRETS.webhookQuery}`],
  upload: () => [file('people.csv', 'a,b')],
  api: () => ['POST', '/v1/credentials', '-f', `password=${SECRETS.apiPassword}`, '-f', `access_token=${SECRETS.apiToken}`],
  doctor: () => [],
  simulate: 'needs no server',
  completion: 'needs no server',
  capabilities: 'needs no server',
  'exit-codes': 'needs no server',
};

/** A home with a stored key for that server. */
export function homeFor(url: string): string {
  const home = tempFolder();
  mkdirSync(join(home, 'config'), { mode: 0o700 });
  const keys = { v: 1, keys: { default: { origin: url, store: 'file', value: SECRETS.storedKey } } };
  writeFileSync(join(home, 'config/keys.json'), JSON.stringify(keys), { mode: 0o600 });
  return home;
}

/** All files but the keys, which are there by design, with their names; and what was written elsewhere since the last look. */
export const filesOf = (home: string): string =>
  (readdirSync(home, { recursive: true }) as string[])
    .filter((name) => name !== join('config', 'keys.json'))
    .map((name) => join(home, name))
    .concat(WRITTEN.splice(0))
    .map((path) => `${path}\n${statSync(path).isFile() ? readFileSync(path, 'latin1') : ''}`)
    .join('\n');

/** Of an environment in which somebody has every kind of secret. */
export const ENVIRONMENT = {
  SKYVERN_DEBUG: 'http',
  HTTPS_PROXY: `http://me:${SECRETS.proxyPassword}@proxy.example:3128`,
  SKYVERN_BROWSER_PATH: '/nowhere',
};

/** Of the secrets, those that no command sends to a server: only what we write ourselves could show them. */
export const NEVER_SENT: readonly string[] = [SECRETS.localSecret, SECRETS.proxyPassword, SECRETS.baseUrlPassword];
