/** Starts that are workflow runs, in a session of their own: what a lost answer comes to. (Tasks: `startTask.test.ts`.) */
import { describe, expect, test } from 'vitest';
import type { ApiClient } from '../../src/client/client.js';
import type { StartDeps } from '../../src/journal/startOnce.js';
import { startDownload, startLogin, startWorkflow } from '../../src/journal/startWorkflow.js';
import { bench } from './bench.js';

const FENCED = { fence: true };
const LOST = { kind: 'reset', made: true } as const;
const UNSEEN = { kind: 'reset', made: false } as const;

type Deps = StartDeps & { readonly client: ApiClient };
const settled = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );
/** A bench whose starts have the whole client. */
async function world(hasTags = true): Promise<Awaited<ReturnType<typeof bench>> & { readonly deps: Deps }> {
  const all = await bench({ hasTags });
  return { ...all, deps: { ...all.deps, client: all.client } };
}
const KINDS: readonly [string, (deps: Deps, fields?: object) => Promise<{ readonly run: { readonly run_id: string } }>, string][] = [
  ['a workflow', (deps, fields) => startWorkflow(deps, { workflow_id: 'wpid_1', ...fields }, FENCED), '/v1/run/workflows'],
  [
    'a log-in',
    (deps, fields) => startLogin(deps, { credential_type: 'skyvern', credential_id: 'cred_1', ...fields }, FENCED),
    '/v1/run/tasks/login',
  ],
  [
    'a download',
    (deps, fields) => startDownload(deps, { navigation_goal: 'the report', ...fields }, FENCED),
    '/v1/run/tasks/download_files',
  ],
];

describe.each(KINDS)('%s', (_, start, route) => {
  test('whose answer is lost is known by its session, whatever else was started', async () => {
    // Without tags nothing else would tell it from its twin.
    const { server, deps, clock } = await world(false);
    server.twin({ workflow_id: 'wpid_1' }, clock.now());
    server.on(`POST ${route}`, LOST);
    const { run } = await start(deps);
    expect(run.run_id).toBe(server.sessions[0]?.runnable_id);
    expect(server.made).toHaveLength(2);
  });

  test('that is not found ends its session and is sent again in another: one run can act', async () => {
    const { server, deps } = await world(false);
    server.on(`POST ${route}`, UNSEEN);
    const { run } = await start(deps);
    expect(server.sessions).toMatchObject([
      { status: 'completed', runnable_id: null },
      { status: 'created', runnable_id: run.run_id },
    ]);
  });

  test('that names another browser is not sent', async () => {
    const { server, deps } = await world();
    const started = (async () => start(deps, { browser_session_id: 'pbs_9' }))();
    expect(await settled(started)).toMatchObject({ exitCode: 2, code: 'fence_browser' });
    expect(server.seen).toEqual([]);
  });
});

test('without the fence a lost log-in cannot be told from others', async () => {
  const { server, deps, clock } = await world();
  server.twin({ workflow_id: 'wpid_1' }, clock.now());
  server.on('POST /v1/run/tasks/login', LOST);
  expect(await settled(startLogin(deps, { credential_type: 'skyvern' }))).toMatchObject({ exitCode: 7 });
});
