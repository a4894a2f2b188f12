/**
 * Workflows, schedules, sessions, profiles, credentials, codes and files: one tour of every route that the fake and the embedded server both
 * have. Each answer is compared with the API's document, and with what a real server answered to the same, field by field.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { reasonOf } from '../support/deviations.js';
import { apiDocument, type OpenApi } from '../support/document.js';
import { recordings } from '../support/recorded.js';
import { visit, worlds } from './worlds.js';

const SPEC = JSON.parse(readFileSync(join(import.meta.dirname, '../spec/openapi-1.0.56.json'), 'utf8')) as OpenApi;
const DOCUMENT = apiDocument(SPEC);

type Json = Record<string, unknown>;
interface Step {
  readonly method: string;
  /** `:name` is an id that an earlier step found. */
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  /** What the answer must hold. */
  readonly holds?: unknown;
  /** Ids in the answer, by the names under which later steps use them. */
  readonly finds?: Readonly<Record<string, string>>;
}

const WORKFLOW = { title: 'Shop', workflow_definition: { parameters: [], blocks: [{ block_type: 'wait', label: 'rest', wait_sec: 1 }] } };
const CRON = { cron_expression: '0 6 * * 1-5', timezone: 'Europe/Berlin', name: 'Weekdays' };
const PASSWORD = { name: 'Shop', credential_type: 'password', credential: { username: 'ada', password: 'correct horse' } };
const CARD = {
  card_number: '4242424242424242',
  card_cvv: '123',
  card_exp_month: '12',
  card_exp_year: '2030',
  card_brand: 'visa',
  card_holder_name: 'Ada',
};
const step = (method: string, path: string, status: number, more: Omit<Step, 'method' | 'path' | 'status'> = {}): Step => ({
  method,
  path,
  status,
  ...more,
});
const detail = (text: unknown) => ({ detail: text });

const TOURS: Readonly<Record<string, readonly Step[]>> = {
  workflows: [
    step('POST', '/v1/workflows', 200, {
      body: { json_definition: WORKFLOW },
      holds: { title: 'Shop', version: 1 },
      finds: { wpid: 'workflow_permanent_id' },
    }),
    step('POST', '/v1/workflows', 422, {
      body: { json_definition: {} },
      holds: detail([expect.objectContaining({ type: 'missing', loc: ['body', 'json_definition', 'title'] }), expect.anything()]),
    }),
    step('POST', '/v1/workflows/:wpid', 200, {
      body: { json_definition: { ...WORKFLOW, title: 'Garden' } },
      holds: { title: 'Garden', version: 2 },
    }),
    step('POST', '/v1/agents/wpid_404', 404, { body: { json_definition: WORKFLOW } }),
    step('GET', '/v1/workflows/:wpid', 200, { holds: { version: 2 } }),
    step('GET', '/v1/agents/:wpid?version=1', 200, { holds: { version: 1, title: 'Shop' } }),
    step('GET', '/v1/workflows/wpid_404', 404, { holds: detail('Workflow not found. workflow_permanent_id=wpid_404') }),
    step('GET', '/v1/workflows', 200, { holds: [{ title: 'Garden' }] }),
    step('GET', '/v1/workflows?search_key=garden&page_size=5', 200, { holds: [{ title: 'Garden' }] }),
    step('GET', '/v1/workflows?page=2', 200, { holds: [] }),
    step('GET', '/v1/workflows/:wpid/versions', 200, { holds: [{ version: 2 }, { version: 1 }] }),
    step('GET', '/v1/workflows/wpid_404/versions', 200, { holds: [] }),
    step('GET', '/v1/workflows/:wpid/runs', 200, { holds: [] }),
    step('POST', '/v1/workflows/:wpid/delete', 200),
    step('GET', '/v1/workflows/:wpid', 404),
  ],
  schedules: [
    step('POST', '/v1/workflows', 200, {
      body: { json_definition: { ...WORKFLOW, title: 'Garden' } },
      finds: { wpid: 'workflow_permanent_id' },
    }),
    step('POST', '/v1/workflows/:wpid/schedules', 200, {
      body: CRON,
      holds: { schedule: { ...CRON, enabled: true, interval_seconds: null, run_at: null, dispatch_status: null } },
      finds: { wfs: 'schedule.workflow_schedule_id' },
    }),
    step('POST', '/v1/workflows/:wpid/schedules', 422, { body: { cron_expression: '0 6 * * *' } }),
    step('POST', '/v1/workflows/:wpid/schedules', 422, { body: { ...CRON, interval_seconds: 600 } }),
    step('POST', '/v1/workflows/:wpid/schedules', 400, { body: { ...CRON, parameters: { days: 1 } } }),
    step('POST', '/v1/workflows/wpid_404/schedules', 404, { body: CRON, holds: detail('Workflow wpid_404 not found') }),
    step('GET', '/v1/workflows/:wpid/schedules', 200, { holds: { schedules: [CRON] } }),
    step('GET', '/v1/agents/:wpid/schedules/:wfs', 200, { holds: { schedule: CRON } }),
    step('GET', '/v1/workflows/:wpid/schedules/wfs_404', 404, { holds: detail('Schedule wfs_404 not found') }),
    step('GET', '/v1/schedules?status=active&search=garden', 200, {
      holds: { schedules: [{ name: 'Weekdays', workflow_title: 'Garden' }], total_count: 1 },
    }),
    step('GET', '/v1/schedules?status=paused', 200, { holds: { schedules: [], total_count: 0 } }),
    step('PUT', '/v1/workflows/:wpid/schedules/:wfs', 200, {
      body: { interval_seconds: 21600, timezone: 'UTC' },
      holds: { schedule: { interval_seconds: 21600, cron_expression: null, name: null, enabled: true } },
    }),
    step('POST', '/v1/workflows/:wpid/schedules/:wfs/disable', 200, { holds: { schedule: { enabled: false } } }),
    step('POST', '/v1/workflows/:wpid/schedules/:wfs/enable', 200, { holds: { schedule: { enabled: true } } }),
    step('POST', '/v1/workflows/:wpid/schedules/:wfs/cancel', 422, {
      holds: detail('Only a one-time schedule can be canceled; disable or delete a recurring schedule instead'),
    }),
    step('POST', '/v1/workflows/:wpid/schedules', 200, {
      body: { run_at: '2099-01-01T09:00:00Z', timezone: 'UTC' },
      holds: { schedule: { dispatch_status: 'pending' } },
      finds: { once: 'schedule.workflow_schedule_id' },
    }),
    step('POST', '/v1/workflows/:wpid/schedules/:once/cancel', 200, { holds: { schedule: { dispatch_status: 'canceled' } } }),
    step('POST', '/v1/workflows/:wpid/schedules/:once/cancel', 409),
    step('DELETE', '/v1/workflows/:wpid/schedules/:wfs', 200, { holds: { ok: true } }),
    step('DELETE', '/v1/workflows/:wpid/schedules/:wfs', 404),
    step('POST', '/v1/workflows/:wpid/delete', 200),
    step('GET', '/v1/workflows/:wpid', 404),
  ],
  'browser sessions': [
    step('POST', '/v1/browser_sessions', 200, {
      body: { timeout: 300 },
      holds: { timeout: 240, warning: expect.stringContaining('was capped at 240 minutes') },
      finds: { pbs: 'browser_session_id' },
    }),
    step('POST', '/v1/browser_sessions', 422, {
      body: { timeout: 1 },
      holds: detail([expect.objectContaining({ type: 'greater_than_equal' })]),
    }),
    step('GET', '/v1/browser_sessions', 200, { holds: [{ timeout: 240 }] }),
    step('GET', '/v1/browser_sessions/:pbs', 200, { holds: { completed_at: null } }),
    step('GET', '/v1/browser_sessions/pbs_404', 404, { holds: detail('Browser session pbs_404 not found') }),
    step('POST', '/v1/browser_sessions/:pbs/close', 200, { holds: { message: 'Browser session closed' } }),
    step('POST', '/v1/browser_sessions/:pbs/close', 200),
    step('GET', '/v1/browser_sessions', 200, { holds: [] }),
  ],
  'browser profiles': [
    step('POST', '/v1/browser_profiles', 200, {
      body: { name: 'Mine', description: 'My own' },
      holds: { name: 'Mine', is_managed: false },
      finds: { bp: 'browser_profile_id' },
    }),
    step('POST', '/v1/browser_profiles', 422, {
      body: {},
      holds: detail([expect.objectContaining({ type: 'missing', loc: ['body', 'name'] })]),
    }),
    step('POST', '/v1/browser_profiles', 409, { body: { name: 'Mine' } }),
    step('GET', '/v1/browser_profiles', 200, { holds: [{ name: 'Mine' }] }),
    step('GET', '/v1/browser_profiles/:bp', 200, { holds: { description: 'My own' } }),
    step('GET', '/v1/browser_profiles/bp_404', 404),
    step('DELETE', '/v1/browser_profiles/:bp', 204),
    step('DELETE', '/v1/browser_profiles/:bp', 404),
  ],
  credentials: [
    step('POST', '/v1/credentials', 201, {
      body: PASSWORD,
      holds: { name: 'Shop', credential: { username: 'ada', has_totp: false } },
      finds: { cred: 'credential_id' },
    }),
    step('POST', '/v1/credentials', 201, {
      body: { name: 'Card', credential_type: 'credit_card', credential: CARD },
      holds: { credential: { last_four: '4242', brand: 'visa' } },
    }),
    step('POST', '/v1/credentials', 201, {
      body: { name: 'Key', credential_type: 'secret', credential: { secret_value: 'x', secret_label: 'api' } },
      holds: { credential: { secret_label: 'api' } },
    }),
    step('POST', '/v1/credentials', 422, {
      body: {},
      holds: detail(
        ['name', 'credential_type', 'credential'].map((name) => ({ loc: ['body', name], msg: 'Field required', type: 'missing' })),
      ),
    }),
    step('GET', '/v1/credentials', 200, { holds: [{ name: 'Key' }, { name: 'Card' }, { name: 'Shop' }] }),
    step('GET', '/v1/credentials?page=2&page_size=2', 200, { holds: [{ name: 'Shop' }] }),
    step('GET', '/v1/credentials/:cred', 200, { holds: { name: 'Shop' } }),
    step('GET', '/v1/credentials/cred_404', 404, { holds: detail('Credential not found') }),
    step('POST', '/v1/credentials/:cred/delete', 204),
    step('POST', '/v1/credentials/:cred/delete', 404),
  ],
  'ready-made runs and codes': [
    ...['/v1/run/tasks/login', '/v1/run/tasks/download_files'].map((path) =>
      step('POST', path, 422, { body: {}, holds: detail([expect.objectContaining({ type: 'missing' })]) }),
    ),
    step('POST', '/v1/run/tasks/download_files', 200, {
      body: { navigation_goal: 'complete', url: 'http://127.0.0.1:9/' },
      holds: { run_type: 'workflow_run', status: 'created' },
    }),
    step('POST', '/v1/run/tasks/login', 400, {
      body: { credential_type: 'skyvern' },
      holds: detail('credential_id is required to login with Skyvern credential'),
    }),
    step('POST', '/v1/run/tasks/login', 404, {
      body: { credential_type: 'skyvern', credential_id: 'cred_404' },
      holds: detail('Credential cred_404 not found'),
    }),

    step('POST', '/v1/credentials/totp', 200, {
      body: { totp_identifier: 'ada', content: '123456' },
      holds: { code: '123456', totp_identifier: 'ada' },
    }),
    step('POST', '/v1/credentials/totp', 400, {
      body: { totp_identifier: 'ada', content: '1', task_id: 'tsk_404' },
      holds: detail('Invalid task id: tsk_404'),
    }),
  ],
};
const TOUR = Object.values(TOURS).flat();

/** What a real server answered, by operation and status: fields by path, and whether each answer had it. */
interface Shape {
  answers: number;
  readonly fields: Map<string, number>;
}
/** Objects whose fields are the user's, or depend on what was asked. */
const OPEN = /\/(?:workflow_definition|parameters|run_request|output|detail|credential|browser_settings\w*|input|ctx)$/;
function fieldsOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((each) => fieldsOf(each, `${at}/*`)))];
  if (typeof value !== 'object' || value === null || OPEN.test(at)) return [];
  return Object.entries(value).flatMap(([key, each]) => [`${at}/${key}`, ...fieldsOf(each, `${at}/${key}`)]);
}
const shapes = new Map<string, Shape>();
for (const [, { request, response }] of recordings(/^(?!index)/)) {
  const operation = response && DOCUMENT.operationOf(request.method, request.path);
  // An empty list says nothing of its rows.
  if (!operation || response.status >= 300 || (Array.isArray(response.body) && response.body.length === 0)) continue;
  const shape = shapes.get(operation) ?? { answers: 0, fields: new Map<string, number>() };
  shape.answers++;
  for (const field of fieldsOf(response.body)) shape.fields.set(field, (shape.fields.get(field) ?? 0) + 1);
  shapes.set(operation, shape);
}

/** Fields that one of the two sends and the other does not. */
function differences(operation: string, body: unknown): string[] {
  const shape = shapes.get(operation);
  const fields = fieldsOf(body);
  if (!shape || fields.length === 0) return [];
  const lacks = [...shape.fields]
    .filter(([field, count]) => count === shape.answers && !fields.includes(field))
    .map(([field]) => `${operation} lacks ${field}`);
  return [...lacks, ...fields.filter((field) => !shape.fields.has(field)).map((field) => `${operation} adds ${field}`)];
}

const at = (body: unknown, path: string): string => String(path.split('.').reduce((value: unknown, name) => (value as Json)[name], body));

/** Parts of an object count as the whole, in lists too. */
const partly = (wanted: unknown): unknown => {
  if (Array.isArray(wanted)) return wanted.map(partly);
  if (typeof wanted !== 'object' || wanted === null || 'asymmetricMatch' in wanted) return wanted;
  return expect.objectContaining(Object.fromEntries(Object.entries(wanted).map(([key, each]) => [key, partly(each)])));
};

describe.each(Object.entries(worlds))('%s', (_, open) => {
  test.each(Object.entries(TOURS))(
    'answers about %s as the real server does',
    async (_tour, steps) => {
      const { send } = await visit(open);
      const ids: Record<string, string> = {};
      const findings: string[] = [];
      for (const { method, path, body, status, holds, finds = {} } of steps) {
        const filled = path.replaceAll(/:(\w+)/g, (_all, id: string) => ids[id] ?? `:${id}`);
        const answer = await send(method, filled, body);
        const given = answer.bytes.length === 0 ? undefined : answer.body;
        expect
          .soft({ step: `${method} ${path}`, status: answer.status, given: status === answer.status || given })
          .toMatchObject({ status });
        if (holds !== undefined) expect.soft(given, `${method} ${path}`).toEqual(partly(holds));
        for (const [id, where] of Object.entries(finds)) ids[id] = at(given, where);
        const found = DOCUMENT.findings({ method, path: filled, status: answer.status, body: given }) ?? [];
        findings.push(...found.filter((each) => reasonOf(each) === undefined));
        if (answer.status < 300) findings.push(...differences(DOCUMENT.operationOf(method, filled) ?? '', given));
      }
      expect([...new Set(findings)].sort()).toEqual([]);
      // The document's schemas are compiled when they are first needed, which takes seconds.
    },
    120_000,
  );
});

describe.each(Object.entries(worlds))('%s', (_, open) => {
  test.each(['completed', 'failed'] as const)('a %s task is answered with the fields of the real server', async (state) => {
    const { send, task } = await visit(open);
    const id = await task(state);
    const artifacts = (await send('GET', `/v1/runs/${id}/artifacts`)).body as Json[];
    const findings: string[] = [];
    for (const path of [`/v1/runs/${id}`, '/v1/runs', `/v1/runs/${id}/artifacts`, '/v1/version', '/v1/runs/tsk_404', '/v1/runs?page=0']) {
      const { status, body } = await send('GET', path);
      const found = DOCUMENT.findings({ method: 'GET', path, status, body }) ?? [];
      findings.push(...found.filter((each) => reasonOf(each) === undefined));
      if (status < 300) findings.push(...differences(DOCUMENT.operationOf('GET', path) ?? '', body));
    }
    expect(artifacts.length).toBeGreaterThan(0);
    expect([...new Set(findings)].sort()).toEqual([]);
  });
});

test('a field too many and one too few would be noticed', () => {
  const operation = 'GET /v1/agents/{workflow_permanent_id}';
  const body = { workflow_id: 'w_1', more: 1 };
  expect(differences(operation, body)).toContain(`${operation} adds /more`);
  expect(differences(operation, body)).toContain(`${operation} lacks /version`);
});

/** Asked in `contract.test.ts`. */
const ASKED_THERE = [
  'POST /v1/run/tasks',
  'POST /v1/run/agents',
  'GET /v1/runs',
  'GET /v1/runs/{run_id}',
  'GET /v1/runs/{run_id}/timeline',
  'GET /v1/runs/{run_id}/artifacts',
  'GET /v1/artifacts/{artifact_id}/content',
  'POST /v1/runs/{run_id}/cancel',
  'POST /v1/runs/cancel',
  'GET /v1/agents/runs',
  'POST /v1/runs/{run_id}/retry_webhook',
  'POST /v1/upload_file',
  'GET /v1/version',
];

const UNKNOWN: Readonly<Record<string, string>> = {
  workflow_id: 'wpid_404',
  workflow_permanent_id: 'wpid_404',
  workflow_schedule_id: 'wfs_404',
  workflow_run_id: 'wr_404',
};

test('every operation that both servers know is asked of both', async () => {
  const asked = new Set([...ASKED_THERE, ...TOUR.map(({ method, path }) => DOCUMENT.operationOf(method, path.replaceAll(':', 'x')))]);
  const known = await Promise.all(
    Object.values(worlds).map(async (open) => {
      const { send } = await visit(open);
      const answers = DOCUMENT.operations.map(async (operation) => {
        const [method = '', path = ''] = operation.split(' ');
        const { status, bytes } = await send(
          method,
          path.replaceAll(/\{(\w+)\}/g, (_, name: string) => UNKNOWN[name] ?? 'x_404'),
          method === 'GET' ? undefined : {},
        );
        const isUnknown = status === 501 || status === 405 || (status === 404 && bytes.toString().includes('"Not Found"'));
        return isUnknown ? [] : [operation];
      });
      return (await Promise.all(answers)).flat();
    }),
  );
  const both = (known[0] ?? []).filter((operation) => known[1]?.includes(operation));
  expect(both.length).toBeGreaterThan(40);
  expect(both.filter((operation) => !asked.has(operation))).toEqual([]);
  expect(ASKED_THERE.filter((operation) => !both.includes(operation))).toEqual([]);
});
