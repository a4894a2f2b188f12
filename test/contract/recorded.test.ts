/** What a real server answered, against its own document: every recording, field by field. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEVIATIONS, HIDDEN, reasonOf } from '../support/deviations.js';
import { apiDocument, type OpenApi } from '../support/document.js';
import { recordings } from '../support/recorded.js';

const SPEC = JSON.parse(readFileSync(join(import.meta.dirname, '../spec/openapi-1.0.56.json'), 'utf8')) as OpenApi;
const DOCUMENT = apiDocument(SPEC);
const ANSWERS = recordings(/^(?!index)/)
  .filter(
    ([, each]) => each.response !== undefined && !HIDDEN.some((pattern) => pattern.test(`${each.request.method} ${each.request.path}`)),
  )
  .map(([name, { request, response }]) => ({
    name,
    method: request.method,
    path: request.path,
    status: response.status,
    body: response.body,
  }));
const found = ANSWERS.flatMap(({ name, ...answer }) => (DOCUMENT.findings(answer) ?? []).map((finding) => ({ name, finding })));

test('every answer is as its document says, but for the deviations that are known', () => {
  expect(ANSWERS.length).toBeGreaterThan(700);
  expect(found.filter(({ finding }) => reasonOf(finding) === undefined)).toEqual([]);
});

test.each(DEVIATIONS)('the deviation %s is needed', (pattern) => {
  expect(found.some(({ finding }) => pattern.test(finding))).toBe(true);
});

/** Described and not recorded; `docs/conformance.md` says how they were tried. */
const NOT_RECORDED = [
  'POST /v1/runs/{workflow_run_id}/tags',
  'DELETE /v1/runs/{workflow_run_id}/tags/{key}',
  'GET /v1/runs/{workflow_run_id}/tags/history',
  'PATCH /v1/tag-keys/{key}',
  'DELETE /v1/tag-keys/{key}',
  'POST /v1/tag-values',
  'PATCH /v1/tag-values/{key}',
  'DELETE /v1/tag-values/{key}',
  'PATCH /v1/tag-values/{key}/rename',
  'GET /v1/workflow-tags',
  'POST /v1/workflow-tags',
  'GET /v1/run-tags',
  'POST /v1/run-tags',
  'POST /v1/custom-llms',
  'PUT /v1/custom-llms/{custom_llm_id}',
  'DELETE /v1/custom-llms/{custom_llm_id}',
  'POST /v1/scripts/{script_id}/deploy',
  'DELETE /v1/agents/{workflow_permanent_id}/tags/{key}',
  'POST /v1/agents/{workflow_permanent_id}/browser_session/reset_profile',
];

test('every other operation that is described was recorded', () => {
  const seen = new Set(ANSWERS.map(({ method, path }) => DOCUMENT.operationOf(method, path)));
  expect(DOCUMENT.operations.filter((operation) => !seen.has(operation))).toEqual(NOT_RECORDED);
});

test.each<[string, (run: Record<string, unknown>) => unknown, string]>([
  ['a field that is missing', ({ run_id: _, ...rest }) => rest, '/run_id: is missing'],
  ['a field of another type', (run) => ({ ...run, created_at: 5 }), '/created_at: must be string'],
  ['a field that is not described', (run) => ({ ...run, more: 1 }), '/more: is not in the document'],
  [
    'a field deep inside that is not described',
    (run) => ({ ...run, run_request: { ...(run['run_request'] as object), more: 1 } }),
    '/more: is not',
  ],
])('%s would be noticed', (_, change, finding) => {
  const answer = ANSWERS.find(({ name }) => name === 'task-start')!;
  expect(DOCUMENT.findings({ ...answer, body: change(answer.body as Record<string, unknown>) })?.join('\n')).toContain(finding);
});
