/** What `docs/compatibility.md` says of each route: from the routes of the embedded server and the API's own document, with a note where one is needed. */
import { readFileSync } from 'node:fs';

export interface Route {
  readonly method: string;
  readonly path: string;
}

type Kind = 'differs' | 'refused' | 'undocumented' | 'extension';

/** By the name in the table. What has no note here is the same as upstream's. */
const NOTES: Readonly<Record<string, readonly [Kind, string]>> = {
  'POST /v1/run/tasks': ['differs', 'more fields; `Idempotency-Key` is enforced; what cannot be done is refused before there is a run'],
  'GET /v1/runs/{}': ['differs', '`ETag` and `Prefer: wait`'],
  'GET /v1/runs/{}/timeline': ['differs', 'also of task runs, which upstream answers 400'],
  'POST /v1/run/agents': [
    'differs',
    'more fields; `Idempotency-Key` is enforced; blocks and settings that are not run here are refused by name before there is a run',
  ],
  'POST /v1/agents': ['differs', 'no folders, tags and templates; YAML 1.2'],
  'POST /v1/agents/{}/schedules': ['differs', 'fired while the server runs, which says so (`x-skyvern-notice`)'],
  'POST /v1/credentials/totp': ['differs', 'codes are found in messages by rules; each is given once'],
  'POST /v1/browser_sessions': ['differs', 'what a browser keeps, and no window that stays open: no `url`, no proxy, no address'],
  'POST /v1/browser_profiles': ['differs', 'of a session, or empty; no proxy'],
  'POST /v1/runs/{}/retry_webhook': ['differs', 'signed by Standard Webhooks, too'],
  'GET /v1/artifacts/{}/content': ['differs', 'with the key only: no signed addresses; always an attachment'],
  'GET /v1/tasks/{}': ['undocumented', ''],
  'GET /v1/tasks/{}/steps': ['undocumented', ''],
  'GET /v1/tasks/{}/actions': ['undocumented', ''],
  'POST /v1/agents/runs/{}/continue': ['undocumented', 'here also for paused task runs'],
  'GET /v1/agents/runs/{}': ['undocumented', ''],
  'GET /v1/agents/{}/runs/{}': ['undocumented', ''],
  'GET /v1/artifacts/{}': ['undocumented', ''],
  'DELETE /v1/agents/{}': ['undocumented', ''],
  'GET /v1/browser_sessions/history': ['undocumented', ''],
  'GET /v1/browser_sessions/{}/workflow_runs': ['undocumented', 'always empty'],
  'POST /v1/totp': ['undocumented', 'the older address of `/v1/credentials/totp`'],
  'GET /v1/credentials/totp': ['undocumented', ''],
  'PUT /v1/credentials/{}': ['undocumented', ''],
  'DELETE /v1/credentials/{}': ['undocumented', ''],
  'GET /v1/heartbeat': ['undocumented', ''],
  'GET /v1/organizations/me': ['undocumented', ''],
  'GET /v1/runs/{}/webhook_deliveries': ['extension', 'every try to tell the receiver: when, how long, what it answered'],
  'GET /v1/local/challenge': ['extension', 'how a client makes sure that this is the server it started'],
  'GET /v1/local/status': ['extension', 'what it holds and does'],
  'POST /v1/local/prune': ['extension', 'removes evidence of ended runs'],
  'PUT /v1/local/model': ['extension', 'the language model of runs to come'],
  'POST /v1/local/stop': ['extension', 'ends it'],
};
const GONE: readonly (readonly [RegExp, string])[] = [
  [/\/folders?\b/, 'there are no folders'],
  [/tag/, 'there are no tags'],
  [/custom-llms/, 'models are set by `skyvern config set model...`'],
  [/scripts|sdk/, 'no code is generated here'],
  [/reset_profile/, 'workflows keep no browser between runs'],
];

const spec = JSON.parse(readFileSync(new URL('../spec/openapi-1.0.56.json', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

/** Twins are one route: `workflows` for `agents`, the older `/api/v1` for `/v1`. */
const nameOf = ({ method, path }: Route): string =>
  `${method} ${path
    .replace(/^\/api\/v1\//, '/v1/')
    .replace(/:\w+|\{[^}]+\}/g, '{}')
    .replace(/\/workflows\b/, '/agents')
    .replace(/\/$/, '')}`;

/** Throws when a note is about no route, or a route that upstream's document does not have has no note. */
export function routeTables(routes: readonly Route[]): string {
  const ours = new Set(routes.map(nameOf));
  const documented = Object.entries(spec.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => ({ method: method.toUpperCase(), path })),
  );
  const theirs = new Set(documented.map(nameOf));
  const stale = Object.keys(NOTES).filter((name) => !ours.has(name));
  if (stale.length > 0) throw new Error(`notes about routes that are not there: ${stale.join(', ')}`);
  const unexplained = [...ours].filter((name) => !theirs.has(name) && !['undocumented', 'extension'].includes(NOTES[name]?.[0] ?? ''));
  if (unexplained.length > 0) throw new Error(`routes that upstream's document does not have, without a note: ${unexplained.join(', ')}`);
  const missing = [...theirs].filter((name) => !ours.has(name));
  const unnamed = missing.filter((name) => !GONE.some(([pattern]) => pattern.test(name)));
  if (unnamed.length > 0) throw new Error(`routes of upstream's document that are not here, without a reason: ${unnamed.join(', ')}`);

  const of = (...kinds: readonly (Kind | 'same')[]) => [...ours].filter((name) => kinds.includes(NOTES[name]?.[0] ?? 'same')).sort(byPath);
  const rows = (names: readonly string[]) => names.map((name) => `| \`${name}\` | ${NOTES[name]?.[1] ?? ''} |`);
  return [
    '## Routes',
    '',
    '`{}` stands for an id; `/v1/workflows` is `/v1/agents`, and `/api/v1` is `/v1` where upstream has the older address.',
    '',
    `**The same** (${of('same').length}): ${of('same')
      .map((name) => `\`${name}\``)
      .join(' · ')}`,
    '',
    '**Upstream has them without documenting them:** ' +
      of('undocumented')
        .map((name) => `\`${name}\`${NOTES[name]![1] === '' ? '' : ` (${NOTES[name]![1]})`}`)
        .join(' · '),
    '',
    '| differs | how |',
    '| --- | --- |',
    ...rows(of('differs')),
    '',
    '| extension | what it does |',
    '| --- | --- |',
    ...rows(of('extension')),
    '',
    '| refused | why |',
    '| --- | --- |',
    ...rows(of('refused')),
    ...GONE.map(([pattern, why]) => {
      const names = missing.filter((name) => GONE.find(([each]) => each.test(name))?.[0] === pattern).sort(byPath);
      return `| ${names.map((name) => `\`${name}\``).join(', ')} (404) | ${why} |`;
    }),
  ].join('\n');
}

const byPath = (a: string, b: string): number => {
  const [aPath, bPath] = [a, b].map((name) => name.split(' ').reverse().join(' ')) as [string, string];
  return aPath < bPath ? -1 : 1;
};

const PART = /(<!-- routes -->\n)[\s\S]*(<!-- \/routes -->)/;

/** The document with its tables as they have to be now. */
export const withRouteTables = (document: string, routes: readonly Route[]): string =>
  document.replace(PART, (_, begin: string, end: string) => `${begin}${routeTables(routes)}\n${end}`);
