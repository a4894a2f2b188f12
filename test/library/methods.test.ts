/** Every operation of a real server's API description, called through the library: where it goes, and with what. */
import { readFileSync } from 'node:fs';
import { buffer, text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Skyvern } from '../../src/index.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { clientOf } from './client.js';

const RUN = { run_id: 'wr_1', run_type: 'workflow_run', status: 'created' };
const WORKFLOW = { workflow_id: 'w_1', workflow_permanent_id: 'wpid_1', title: 'T', version: 2, workflow_definition: {} };
const WORKFLOW_RUN = { workflow_run_id: 'wr_1', workflow_permanent_id: 'wpid_1', status: 'completed' };
const SESSION = { browser_session_id: 'pbs_1' };
const PROFILE = { browser_profile_id: 'bp_1', name: 'P' };
const CREDENTIAL = { credential_id: 'cred_1', name: 'C', credential_type: 'password', credential: { username: 'ada' } };
const FOLDER = { folder_id: 'fld_1', title: 'F' };
const SCRIPT = { script_id: 's_1', version: 1 };
const LLM = { id: 'cl_1', config: { display_name: 'L' } };
const SCHEDULE = { workflow_schedule_id: 'wfs_1', workflow_permanent_id: 'wpid_1', timezone: 'UTC', enabled: true };
const FIRING = { schedule: SCHEDULE, next_runs: ['2026-01-21T09:00:00Z'] };
const TAGGED = { workflow_permanent_id: 'wpid_1', tags: [{ key: 'team', value: 'garden', source: 'manual', set_at: 't' }] };
const LOGIN = { credential_type: 'skyvern', credential_id: 'cred_1' };
const NEW_CREDENTIAL = { name: 'C', credential_type: 'password', credential: { username: 'ada', password: 'pw' } };
const CRON = { cron_expression: '0 9 * * 1-5', timezone: 'UTC' };
const CONFIG = { display_name: 'L', provider: 'ollama', model_name: 'm' };
const PAGE = { page: 2, page_size: 5 };
const PAGED = 'page=2&page_size=5';

type Row = [
  name: string,
  call: (client: Skyvern) => PromiseLike<unknown>,
  /** Method, path and query. */
  route: string,
  /** What the server answers. */
  answer: unknown,
  /** What is sent; undefined for no body. */
  body?: unknown,
  /** What the method gives, in part; what the server answers when left out. */
  gives?: unknown,
];

const ROWS: Row[] = [
  ['runTask', (c) => c.runTask({ prompt: 'p' }), 'POST /v1/run/tasks', { ...RUN, run_id: 'tsk_1' }, { prompt: 'p' }],
  ['runWorkflow', (c) => c.runWorkflow({ workflow_id: 'wpid_1' }), 'POST /v1/run/workflows', RUN, { workflow_id: 'wpid_1' }],
  ['login', (c) => c.login(LOGIN), 'POST /v1/run/tasks/login', RUN, LOGIN],
  ['downloadFiles', (c) => c.downloadFiles({ navigation_goal: 'g' }), 'POST /v1/run/tasks/download_files', RUN, { navigation_goal: 'g' }],
  ['getRun', (c) => c.getRun('a/b?c'), 'GET /v1/runs/a%2Fb%3Fc', RUN],
  [
    'bulkCancelRuns',
    (c) => c.bulkCancelRuns({ run_ids: ['wr_1'] }),
    'POST /v1/runs/cancel',
    { cancelled: ['wr_1'], failed: [] },
    { run_ids: ['wr_1'] },
  ],
  [
    'getRunsV2',
    (c) => c.getRunsV2({ ...PAGE, status: ['failed', 'canceled'], search_key: 'shop' }),
    `GET /v1/runs?${PAGED}&status=failed&status=canceled&search_key=shop`,
    [{ run_id: 'tsk_1', task_run_type: 'task_v1', status: 'failed' }],
  ],
  ['getRunTimeline', (c) => c.getRunTimeline('wr_1'), 'GET /v1/runs/wr_1/timeline', []],
  [
    'getRunArtifacts',
    (c) => c.getRunArtifacts('wr_1', { artifact_type: ['recording', 'har'] }),
    'GET /v1/runs/wr_1/artifacts?artifact_type=recording&artifact_type=har',
    [],
  ],
  ['getArtifact', (c) => c.getArtifact('a_1'), 'GET /v1/artifacts/a_1', { artifact_id: 'a_1', artifact_type: 'har' }],
  [
    'retryRunWebhook',
    (c) => c.retryRunWebhook('wr_1', { webhook_url: 'https://a.example' }),
    'POST /v1/runs/wr_1/retry_webhook',
    { run_id: 'wr_1', status_code: 200 },
    { webhook_url: 'https://a.example' },
  ],
  ['continueRun', (c) => c.continueRun('wr_1'), 'POST /v1/workflows/runs/wr_1/continue', null, undefined, undefined],
  [
    'getWorkflows',
    (c) => c.getWorkflows({ ...PAGE, only_workflows: true, template: undefined as never }),
    `GET /v1/workflows?${PAGED}&only_workflows=true`,
    [WORKFLOW],
  ],
  ['getWorkflow', (c) => c.getWorkflow('wpid_1', { version: 2 }), 'GET /v1/workflows/wpid_1?version=2', WORKFLOW],
  ['getWorkflowVersions', (c) => c.getWorkflowVersions('wpid_1'), 'GET /v1/workflows/wpid_1/versions', [WORKFLOW]],
  [
    'createWorkflow',
    (c) => c.createWorkflow({ folder_id: 'fld_1', body: { yaml_definition: 'title: T' } }),
    'POST /v1/workflows?folder_id=fld_1',
    WORKFLOW,
    { yaml_definition: 'title: T' },
  ],
  [
    'createWorkflow, flat',
    (c) => c.createWorkflow({ json_definition: { title: 'T' }, folder_id: 'fld_1' }),
    'POST /v1/workflows?folder_id=fld_1',
    WORKFLOW,
    { json_definition: { title: 'T' } },
  ],
  [
    'updateWorkflow',
    (c) => c.updateWorkflow('wpid_1', { json_definition: { title: 'T' } }),
    'POST /v1/workflows/wpid_1',
    WORKFLOW,
    { json_definition: { title: 'T' } },
  ],
  ['deleteWorkflow', (c) => c.deleteWorkflow('wpid_1'), 'POST /v1/workflows/wpid_1/delete', null, undefined, undefined],
  [
    'updateWorkflowFolder',
    (c) => c.updateWorkflowFolder('wpid_1', { folder_id: null }),
    'PUT /v1/workflows/wpid_1/folder',
    WORKFLOW,
    { folder_id: null },
  ],
  [
    'getWorkflowRuns',
    (c) => c.getWorkflowRuns({ ...PAGE, error_code: 'X' }),
    `GET /v1/workflows/runs?${PAGED}&error_code=X`,
    [WORKFLOW_RUN],
  ],
  [
    'getWorkflowRunsById',
    (c) => c.getWorkflowRunsById('wpid_1', { created_at_start: new Date(0) }),
    'GET /v1/workflows/wpid_1/runs?created_at_start=1970-01-01T00%3A00%3A00.000Z',
    [WORKFLOW_RUN],
  ],
  [
    'agents.resetWorkflowBrowserProfile',
    (c) => c.agents.resetWorkflowBrowserProfile('wpid_1'),
    'POST /v1/workflows/wpid_1/browser_session/reset_profile',
    null,
    undefined,
    undefined,
  ],
  [
    'schedules.listAll',
    (c) => c.schedules.listAll({ ...PAGE, status: 'active' }),
    `GET /v1/schedules?${PAGED}&status=active`,
    { schedules: [{ ...SCHEDULE, workflow_title: 'T' }], total_count: 1 },
  ],
  ['schedules.list', (c) => c.schedules.list('wpid_1'), 'GET /v1/workflows/wpid_1/schedules', { schedules: [SCHEDULE] }],
  ['schedules.create', (c) => c.schedules.create('wpid_1', CRON), 'POST /v1/workflows/wpid_1/schedules', FIRING, CRON],
  ['schedules.get', (c) => c.schedules.get('wpid_1', 'wfs_1'), 'GET /v1/workflows/wpid_1/schedules/wfs_1', FIRING],
  [
    'schedules.update',
    (c) => c.schedules.update('wpid_1', 'wfs_1', { body: CRON }),
    'PUT /v1/workflows/wpid_1/schedules/wfs_1',
    FIRING,
    CRON,
  ],
  ['schedules.enable', (c) => c.schedules.enable('wpid_1', 'wfs_1'), 'POST /v1/workflows/wpid_1/schedules/wfs_1/enable', FIRING],
  ['schedules.disable', (c) => c.schedules.disable('wpid_1', 'wfs_1'), 'POST /v1/workflows/wpid_1/schedules/wfs_1/disable', FIRING],
  ['schedules.cancel', (c) => c.schedules.cancel('wpid_1', 'wfs_1'), 'POST /v1/workflows/wpid_1/schedules/wfs_1/cancel', FIRING],
  [
    'schedules.delete',
    (c) => c.schedules.delete('wpid_1', 'wfs_1'),
    'DELETE /v1/workflows/wpid_1/schedules/wfs_1',
    { ok: true },
    undefined,
    undefined,
  ],
  ['deleteFile', (c) => c.deleteFile('file_1'), 'DELETE /v1/files/file_1', null, undefined, undefined],
  ['getBrowserSessions', (c) => c.getBrowserSessions(), 'GET /v1/browser_sessions', [SESSION]],
  ['createBrowserSession', (c) => c.createBrowserSession({ timeout: 30 }), 'POST /v1/browser_sessions', SESSION, { timeout: 30 }],
  ['createBrowserSession, empty', (c) => c.createBrowserSession(), 'POST /v1/browser_sessions', SESSION, {}],
  ['getBrowserSession', (c) => c.getBrowserSession('pbs_1'), 'GET /v1/browser_sessions/pbs_1', SESSION],
  [
    'updateBrowserSession',
    (c) => c.updateBrowserSession('pbs_1', { generate_browser_profile: true }),
    'PATCH /v1/browser_sessions/pbs_1',
    SESSION,
    { generate_browser_profile: true },
  ],
  [
    'extendBrowserSession',
    (c) => c.extendBrowserSession('pbs_1', { additional_minutes: 5 }),
    'POST /v1/browser_sessions/pbs_1/extend',
    SESSION,
    { additional_minutes: 5 },
  ],
  [
    'closeBrowserSession',
    (c) => c.closeBrowserSession('pbs_1'),
    'POST /v1/browser_sessions/pbs_1/close',
    { message: 'Browser session closed' },
    undefined,
    undefined,
  ],
  ['getBrowserTypes', (c) => c.getBrowserTypes(), 'GET /v1/browser_types', []],
  [
    'listBrowserProfiles',
    (c) => c.listBrowserProfiles({ ...PAGE, include_deleted: true }),
    `GET /v1/browser_profiles?${PAGED}&include_deleted=true`,
    [PROFILE],
  ],
  ['createBrowserProfile', (c) => c.createBrowserProfile({ name: 'P' }), 'POST /v1/browser_profiles', PROFILE, { name: 'P' }],
  ['getBrowserProfile', (c) => c.getBrowserProfile('bp_1'), 'GET /v1/browser_profiles/bp_1', PROFILE],
  ['updateBrowserProfile', (c) => c.updateBrowserProfile('bp_1', { name: 'Q' }), 'PATCH /v1/browser_profiles/bp_1', PROFILE, { name: 'Q' }],
  ['deleteBrowserProfile', (c) => c.deleteBrowserProfile('bp_1'), 'DELETE /v1/browser_profiles/bp_1', null, undefined, undefined],
  ['getBrowserProfileUsage', (c) => c.getBrowserProfileUsage('bp_1'), 'GET /v1/browser_profiles/bp_1/usage', { workflows: [] }],
  [
    'getCredentials',
    (c) => c.getCredentials({ ...PAGE, credential_type: 'password' }),
    `GET /v1/credentials?${PAGED}&credential_type=password`,
    [CREDENTIAL],
  ],
  ['createCredential', (c) => c.createCredential(NEW_CREDENTIAL), 'POST /v1/credentials', CREDENTIAL, NEW_CREDENTIAL],
  ['getCredential', (c) => c.getCredential('cred_1'), 'GET /v1/credentials/cred_1', CREDENTIAL],
  [
    'updateCredential',
    (c) => c.updateCredential('cred_1', NEW_CREDENTIAL),
    'POST /v1/credentials/cred_1/update',
    CREDENTIAL,
    NEW_CREDENTIAL,
  ],
  ['deleteCredential', (c) => c.deleteCredential('cred_1'), 'POST /v1/credentials/cred_1/delete', null, undefined, undefined],
  [
    'sendTotpCode',
    (c) => c.sendTotpCode({ totp_identifier: 'a@b', content: '123456' }),
    'POST /v1/credentials/totp',
    { totp_code_id: 'totp_1', code: '123456' },
    { totp_identifier: 'a@b', content: '123456' },
  ],
  ['getFolders', (c) => c.getFolders({ ...PAGE, search: 'F' }), `GET /v1/folders?${PAGED}&search=F`, [FOLDER]],
  ['createFolder', (c) => c.createFolder({ title: 'F' }), 'POST /v1/folders', FOLDER, { title: 'F' }],
  ['getFolder', (c) => c.getFolder('fld_1'), 'GET /v1/folders/fld_1', FOLDER],
  ['updateFolder', (c) => c.updateFolder('fld_1', { title: 'G' }), 'PUT /v1/folders/fld_1', FOLDER, { title: 'G' }],
  [
    'deleteFolder',
    (c) => c.deleteFolder('fld_1', { delete_workflows: true }),
    'DELETE /v1/folders/fld_1?delete_workflows=true',
    { status: 'deleted' },
  ],
  ['getWorkflowTags', (c) => c.getWorkflowTags('wpid_1'), 'GET /v1/workflows/wpid_1/tags', TAGGED],
  [
    'applyWorkflowTags',
    (c) => c.applyWorkflowTags('wpid_1', { tags: [{ value: 'x' }] }),
    'POST /v1/workflows/wpid_1/tags',
    TAGGED,
    { tags: [{ value: 'x' }] },
  ],
  ['deleteWorkflowTag', (c) => c.deleteWorkflowTag('wpid_1', 'team'), 'DELETE /v1/workflows/wpid_1/tags/team', TAGGED],
  [
    'getWorkflowTagHistory',
    (c) => c.getWorkflowTagHistory('wpid_1', { limit: 3 }),
    'GET /v1/workflows/wpid_1/tags/history?limit=3',
    { events: [] },
  ],
  [
    'batchGetWorkflowTags',
    (c) => c.batchGetWorkflowTags({ workflow_permanent_ids: ['wpid_1'] }),
    'POST /v1/workflow-tags',
    { workflow_tags: { wpid_1: TAGGED.tags } },
    { workflow_permanent_ids: ['wpid_1'] },
  ],
  ['getRunTags', (c) => c.getRunTags('wr_1'), 'GET /v1/runs/wr_1/tags', TAGGED],
  [
    'applyRunTags',
    (c) => c.applyRunTags('wr_1', { tags_to_delete: [{ key: 'team' }] }),
    'POST /v1/runs/wr_1/tags',
    TAGGED,
    { tags_to_delete: [{ key: 'team' }] },
  ],
  ['deleteRunTag', (c) => c.deleteRunTag('wr_1', 'a b'), 'DELETE /v1/runs/wr_1/tags/a%20b', TAGGED],
  ['getRunTagHistory', (c) => c.getRunTagHistory('wr_1'), 'GET /v1/runs/wr_1/tags/history', { events: [] }],
  [
    'batchGetRunTags',
    (c) => c.batchGetRunTags({ workflow_run_ids: ['wr_1'] }),
    'POST /v1/run-tags',
    { run_tags: { wr_1: [] } },
    { workflow_run_ids: ['wr_1'] },
  ],
  ['getRunTagSuggestions', (c) => c.getRunTagSuggestions(), 'GET /v1/run-tag-suggestions', { keys: [] }],
  ['listTagKeys', (c) => c.listTagKeys(), 'GET /v1/tag-keys', [{ key: 'team' }]],
  ['updateTagKey', (c) => c.updateTagKey('team', { description: 'd' }), 'PATCH /v1/tag-keys/team', { key: 'team' }, { description: 'd' }],
  ['deleteTagKey', (c) => c.deleteTagKey('team'), 'DELETE /v1/tag-keys/team', { key: 'team' }],
  ['listTagValues', (c) => c.listTagValues({ key: 'team' }), 'GET /v1/tag-values?key=team', [{ value: 'x' }]],
  [
    'createTagValue',
    (c) => c.createTagValue({ key: 'team', value: 'x' }),
    'POST /v1/tag-values',
    { value: 'x' },
    { key: 'team', value: 'x' },
  ],
  [
    'updateTagValue',
    (c) => c.updateTagValue('team', { value: 'x', color: 'gray' }),
    'PATCH /v1/tag-values/team',
    { value: 'x' },
    { value: 'x', color: 'gray' },
  ],
  [
    'renameTagValue',
    (c) => c.renameTagValue('team', { value: 'x', new_value: 'y' }),
    'PATCH /v1/tag-values/team/rename',
    { value: 'y' },
    { value: 'x', new_value: 'y' },
  ],
  ['deleteTagValue', (c) => c.deleteTagValue('team', { value: 'x' }), 'DELETE /v1/tag-values/team', { value: 'x' }, { value: 'x' }],
  ['getScripts', (c) => c.getScripts(PAGE), `GET /v1/scripts?${PAGED}`, [SCRIPT]],
  ['createScript', (c) => c.createScript({ run_id: 'wr_1' }), 'POST /v1/scripts', SCRIPT, { run_id: 'wr_1' }],
  ['getScript', (c) => c.getScript('s_1'), 'GET /v1/scripts/s_1', SCRIPT],
  ['deployScript', (c) => c.deployScript('s_1', { files: [] }), 'POST /v1/scripts/s_1/deploy', SCRIPT, { files: [] }],
  ['scripts.runScript', (c) => c.scripts.runScript('s_1'), 'POST /v1/scripts/s_1/run', {}],
  [
    'runSdkAction',
    (c) => c.runSdkAction({ url: 'u', action: { type: 'prompt', prompt: 'p' } }),
    'POST /v1/sdk/run_action',
    { workflow_run_id: 'wr_1', result: 1 },
    { url: 'u', action: { type: 'prompt', prompt: 'p' } },
  ],
  ['listCustomLlms', (c) => c.listCustomLlms(), 'GET /v1/custom-llms', { custom_llms: [LLM] }],
  ['createCustomLlm', (c) => c.createCustomLlm({ config: CONFIG }), 'POST /v1/custom-llms', { custom_llm: LLM }, { config: CONFIG }],
  [
    'updateCustomLlm',
    (c) => c.updateCustomLlm('cl_1', { config: CONFIG }),
    'PUT /v1/custom-llms/cl_1',
    { custom_llm: LLM },
    { config: CONFIG },
  ],
  ['deleteCustomLlm', (c) => c.deleteCustomLlm('cl_1'), 'DELETE /v1/custom-llms/cl_1', { success: true }, undefined, undefined],
  ['getVersion', (c) => c.getVersion(), 'GET /v1/version', { version: '1.0.56' }],
  ['getOrganization', (c) => c.getOrganization(), 'GET /api/v1/organizations/me', { organization_id: 'o_1' }],
];

test.each(ROWS)('%s', async (...row: Row) => {
  const [name, call, route, answer, body] = row;
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  const url = new URL(`http://x${route.slice(route.indexOf(' ') + 1)}`);
  const method = route.slice(0, route.indexOf(' '));
  api.on(`${method} ${url.pathname}`, { body: JSON.stringify(answer) });
  const given = await call(clientOf(api.url));
  if (row.length < 6) expect(given).toMatchObject(answer as object);
  else expect(given).toEqual(row[5]);
  const [request, ...more] = api.requests;
  expect(more).toEqual([]);
  expect([request?.method, request?.path, String(request?.query)]).toEqual([method, url.pathname, url.search.slice(1)]);
  if (name === 'runWorkflow') expect(request?.body).toMatchObject(body as object);
  else expect(request?.body).toEqual(body);
});

test('cancelRun gives the run as it is then, ended before or not', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  api.run('tsk_1', { status: 'running' });
  api.run('tsk_2', { status: 'completed' });
  const client = clientOf(api.url);
  expect(await client.cancelRun('tsk_1')).toMatchObject({ status: 'canceled' });
  expect(await client.cancelRun('tsk_2')).toMatchObject({ status: 'completed' });
});

test('retryWorkflowRun is a start: once, with the steps of its header', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  api.run('wr_1', { status: 'failed' });
  api.on('POST /v1/workflows/runs/wr_1/retry', { body: { ...RUN, run_id: 'wr_2' } }, { status: 503, body: '' });
  const client = clientOf(api.url);
  expect(await client.retryWorkflowRun('wr_1', { 'x-max-steps-override': 7 })).toMatchObject({ run_id: 'wr_2' });
  await expect(client.retryWorkflowRun('wr_1')).rejects.toMatchObject({ code: 'start_unknown' });
  const sent = api.seen('POST /v1/workflows/runs/wr_1/retry');
  expect(sent.map(({ headers }) => headers['x-max-steps-override'])).toEqual(['7', undefined]);
});

test('artifacts.getArtifactContent gives the bytes, whatever they are', async () => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0]);
  const id = api.artifact('tsk_1', { artifact_type: 'screenshot_final', content: bytes });
  const { body, contentType } = await clientOf(api.url).artifacts.getArtifactContent(id);
  expect([contentType, await buffer(body)]).toEqual(['image/png', bytes]);
});

test.each([
  ['a file', { file: new File(['hello'], 'notes.txt'), retention_days: 7 }, 'notes.txt'],
  ['bytes with a name', { file: { data: new TextEncoder().encode('hello'), filename: 'a"b.txt' } }, 'a"b.txt'],
  ['a path', { file: { path: import.meta.filename } }, 'methods.test.ts'],
])('uploadFile sends %s', async (_, request, name) => {
  const api = await fakeSkyvern({ apiKey: 'key-1' });
  api.on('POST /v1/upload_file', { body: { s3_uri: 's3://b/k', presigned_url: null, file_id: 'file_1' } });
  expect(await clientOf(api.url).uploadFile(request)).toMatchObject({ s3_uri: 's3://b/k', file_id: 'file_1' });
  const [sent] = api.requests;
  const form = await new Response(sent?.text, { headers: { 'content-type': sent?.headers['content-type'] ?? '' } }).formData();
  const file = form.get('file') as File;
  expect(file.name).toBe(name);
  expect(await text(file.stream())).toBe('path' in request.file ? readFileSync(import.meta.filename, 'utf8') : 'hello');
  expect(form.get('retention_days')).toBe('retention_days' in request ? '7' : null);
});

/** Operations that are called another way, and how. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'POST /v1/runs/{}/cancel': 'cancelRun, above',
  'POST /v1/workflows/runs/{}/retry': 'retryWorkflowRun, above',
  'GET /v1/artifacts/{}/content': 'artifacts.getArtifactContent, above',
  'POST /v1/upload_file': 'uploadFile, above',
  'GET /v1/workflow-tags': 'by its POST',
  'GET /v1/run-tags': 'by its POST',
};

test('every operation that a real server describes has a method', () => {
  const spec = JSON.parse(readFileSync(new URL('../spec/openapi-1.0.56.json', import.meta.url), 'utf8')) as {
    readonly paths: Record<string, Record<string, unknown>>;
  };
  const described = Object.entries(spec.paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
      .map((method) => `${method.toUpperCase()} ${path.replace('/agents', '/workflows').replaceAll(/\{\w+\}/g, '{}')}`),
  );
  // Workflows by the name that every server knows.
  const patterns = [...ROWS.map(([, , route]) => route.replace(/\?.*/, '')), ...Object.keys(OTHERWISE)];
  const called = (operation: string) => {
    const pattern = new RegExp(`^${operation.replaceAll('{}', '(?:[^/]+)')}$`);
    return patterns.some((route) => route === operation || pattern.test(route));
  };
  expect(described.length).toBe(90);
  expect(described.filter((operation) => !called(operation))).toEqual([]);
});
