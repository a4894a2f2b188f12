// The checklist against the embedded server, from the shell and from TypeScript. What it does not have yet it refuses by name: said, not hidden.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { json, must, program, text } from './program.js';

/**
 * @param {string} pages a page for tasks
 * @returns what passed: words of commands, and names of methods
 */
export async function embedded(pages, library) {
  const home = mkdtempSync(join(tmpdir(), 'skyvern-conformance-'));
  const local = program({ home, baseUrl: undefined, apiKey: undefined });
  const passed = new Set();
  const why = new Map();
  const step = async (argv, options) => {
    const got = await local.step(argv, options);
    const row = local.rows.at(-1);
    const words = row.words.join(' ');
    if (row.verdict === 'passed') passed.add(words);
    else why.set(words, row.why);
    return got;
  };
  const call = async (name, method) => {
    try {
      const value = await method();
      passed.add(name);
      return value;
    } catch (error) {
      why.set(name, String(error.message).slice(0, 200));
      return {};
    }
  };
  try {
    // Anything else runs through the rules engine as well: other clients name no engine of ours.
    const server = local.begin(['local', 'start', '--foreground', '--engine', 'rules', '--json'], null);
    await server.said(/127\.0\.0\.1:\d+/);
    const { base_url: baseUrl, api_key: apiKey } = json(await local.step(['local', 'status', '--json']));
    const on = program({ home, baseUrl, apiKey });
    Object.assign(local, on);
    await commands(step, pages, home);
    await methods(call, new library.Skyvern({ baseUrl, apiKey }), pages);
    await program({ home }).step(['local', 'stop']);
    await server.ended;
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
  return { passed, why };
}

/** Pauses until somebody says yes. */
const ASKING = {
  title: 'Asking',
  workflow_definition: {
    parameters: [],
    blocks: [{ block_type: 'human_interaction', label: 'ask', recipients: ['ada@example.com'], instructions: 'Go on?' }],
  },
};

async function commands(step, pages, home) {
  const url = `${pages}/pages/list.html`;
  const run = ['task', 'run', '--url', url, '--timeout', '2m', '--prompt'];
  const got = await step([...run, 'Get the title of the page', '--wait', '--json']);
  const id = got?.code === 0 ? json(got).run_id : undefined;
  for (const verb of ['get', 'watch', 'tail', 'timeline', 'wait', 'artifacts']) await step(['run', verb, id]);
  await step(['run', 'download', id, '--dir', join(home, 'files'), '--screenshots']);
  await step(['run', 'list']);
  const slow = text((await step([...run, 'Wait 20 seconds'])) ?? { stdout: '' });
  await step(['run', 'totp', slow, '--identifier', 'ada', '--code', '-'], { input: '123456' });
  await step(['run', 'cancel', slow, '--wait']);
  await step(['run', 'retry-webhook', id, '--url', `${pages}/hook/embedded`]);
  const file = join(home, 'shop.json');
  const shop = { title: 'Shop', workflow_definition: { parameters: [], blocks: [{ block_type: 'wait', label: 'rest', wait_sec: 1 }] } };
  writeFileSync(file, JSON.stringify(shop));
  const wpid = text((await step(['workflow', 'create', '-f', file])) ?? { stdout: '' });
  await step(['workflow', 'list']);
  await step(['workflow', 'get', wpid]);
  writeFileSync(file, JSON.stringify({ ...shop, description: 'changed' }));
  await step(['workflow', 'update', wpid, '-f', file]);
  await step(['workflow', 'versions', wpid]);
  const flow = await step(['workflow', 'run', wpid, '--wait', '--timeout', '1m', '--json']);
  if (flow?.code === 0) await step(['run', 'retry', json(flow).run_id, '--yes', '--wait']);
  await step(['workflow', 'runs', wpid]);
  writeFileSync(file, JSON.stringify({ ...shop, ...ASKING }));
  const asking = text((await step(['workflow', 'run', '-f', file])) ?? { stdout: '' });
  await step(['run', 'wait', asking, '--until', "status == 'paused'", '--timeout', '1m']);
  await step(['run', 'continue', asking]);
  await step(['run', 'wait', asking, '--timeout', '1m']);
  const schedule = text((await step(['schedule', 'create', wpid, '--cron', '0 7 * * *', '--timezone', 'UTC'])) ?? { stdout: '' });
  await step(['schedule', 'list']);
  await step(['schedule', 'get', schedule]);
  await step(['schedule', 'update', schedule, '--every', '6h']);
  for (const verb of ['disable', 'enable']) await step(['schedule', verb, schedule]);
  await step(['schedule', 'delete', schedule, '--yes']);
  await step(['workflow', 'delete', wpid, '--yes']);
  const session = text((await step(['browser', 'session', 'create'])) ?? { stdout: '' });
  await step(['browser', 'session', 'get', session]);
  await step(['browser', 'session', 'list']);
  await step(['browser', 'session', 'close', session]);
  const credential = text(
    (await step(['credential', 'create', '--name', 'Shop', '--username', 'ada', '--password', '-'], { input: 'correct horse' })) ?? {
      stdout: '',
    },
  );
  await step(['credential', 'list'], { check: ({ stdout }) => must(stdout.includes(credential), 'not listed') });
  await step(['task', 'login', '--url', `${pages}/pages/login.html`, '--credential-id', credential]);
  await step(['task', 'download', '--url', `${pages}/pages/account.html`, '--prompt', 'Download the report']);
  await step(['upload', file]);
  await step(['auth', 'status']);
  await step(['doctor']);
}

async function methods(call, skyvern, pages) {
  const url = `${pages}/pages/list.html`;
  const { run_id: run } = await call('runTask', () => skyvern.runTask({ prompt: 'Get the title of the page', url }));
  await call('waitForRun', () => skyvern.waitForRun(run, { timeout: 60 }));
  await call('getRun', () => skyvern.getRun(run));
  await call('getRunTimeline', () => skyvern.getRunTimeline(run));
  await call('watchRun', async () => {
    for await (const _ of skyvern.watchRun(run));
  });
  await call('getRunsV2', () => skyvern.getRunsV2());
  const [artifact] = await call('getRunArtifacts', () => skyvern.getRunArtifacts(run)).then((all) => (Array.isArray(all) ? all : []));
  await call('getArtifact', () => skyvern.getArtifact(artifact.artifact_id));
  await call('artifacts.getArtifactContent', () => skyvern.artifacts.getArtifactContent(artifact.artifact_id));
  await call('cancelRun', () => skyvern.cancelRun(run));
  await call('bulkCancelRuns', () => skyvern.bulkCancelRuns({ run_ids: [run] }));
  await call('retryRunWebhook', () => skyvern.retryRunWebhook(run, { webhook_url: `${pages}/hook/embedded` }));
  const body = { title: 'Shop', workflow_definition: { parameters: [], blocks: [{ block_type: 'wait', label: 'rest', wait_sec: 1 }] } };
  const { workflow_permanent_id: wpid } = await call('createWorkflow', () => skyvern.createWorkflow({ json_definition: body }));
  await call('getWorkflows', () => skyvern.getWorkflows());
  await call('getWorkflow', () => skyvern.getWorkflow(wpid));
  await call('updateWorkflow', () => skyvern.updateWorkflow(wpid, { json_definition: body }));
  await call('getWorkflowVersions', () => skyvern.getWorkflowVersions(wpid));
  const started = await call('runWorkflow', () => skyvern.runWorkflow({ workflow_id: wpid, waitForCompletion: true, timeout: 60 }));
  await call('getWorkflowRunsById', () => skyvern.getWorkflowRunsById(wpid));
  if (started.run_id) await call('retryWorkflowRun', () => skyvern.retryWorkflowRun(started.run_id));
  const { workflow_permanent_id: asking } = await call('createWorkflow', () => skyvern.createWorkflow({ json_definition: ASKING }));
  const { run_id: paused } = await call('runWorkflow', () => skyvern.runWorkflow({ workflow_id: asking }));
  await call('continueRun', async () => {
    for (let looks = 0; (await skyvern.getRun(paused)).status !== 'paused'; looks++) {
      must(looks < 100, 'it does not pause');
      await sleep(100);
    }
    return skyvern.continueRun(paused);
  });
  const cron = { cron_expression: '0 9 * * 1-5', timezone: 'UTC' };
  const made = await call('schedules.create', () => skyvern.schedules.create(wpid, cron));
  const schedule = made.schedule?.workflow_schedule_id;
  await call('schedules.list', () => skyvern.schedules.list(wpid));
  await call('schedules.listAll', () => skyvern.schedules.listAll());
  await call('schedules.get', () => skyvern.schedules.get(wpid, schedule));
  await call('schedules.update', () => skyvern.schedules.update(wpid, schedule, cron));
  await call('schedules.disable', () => skyvern.schedules.disable(wpid, schedule));
  await call('schedules.enable', () => skyvern.schedules.enable(wpid, schedule));
  await call('schedules.delete', () => skyvern.schedules.delete(wpid, schedule));
  await call('deleteWorkflow', () => skyvern.deleteWorkflow(wpid));
  const { browser_session_id: session } = await call('createBrowserSession', () => skyvern.createBrowserSession());
  await call('getBrowserSessions', () => skyvern.getBrowserSessions());
  await call('getBrowserSession', () => skyvern.getBrowserSession(session));
  await call('closeBrowserSession', () => skyvern.closeBrowserSession(session));
  const secret = { name: 'Shop', credential_type: 'secret', credential: { secret_value: 'x' } };
  const { credential_id: credential } = await call('createCredential', () => skyvern.createCredential(secret));
  await call('getCredentials', () => skyvern.getCredentials());
  await call('sendTotpCode', () => skyvern.sendTotpCode({ totp_identifier: 'ada', content: '123456' }));
  await call('login', () => skyvern.login({ credential_type: 'skyvern', credential_id: credential, url: `${pages}/pages/login.html` }));
  await call('downloadFiles', () => skyvern.downloadFiles({ navigation_goal: 'Download the report', url: `${pages}/pages/account.html` }));
  await call('uploadFile', () => skyvern.uploadFile({ file: new File(['a'], 'a.txt') }));
  await call('getOrganization', () => skyvern.getOrganization());
  await call('getVersion', () => skyvern.getVersion());
  await skyvern.close();
}
