// Every method of the library, against a running server. What is made here is deleted here.
import { must } from './program.js';

/** Methods that are not tried, and why. */
export const NOT_TRIED = {
  deployScript: 'makes a script that nobody can delete',
  createScript: 'makes a script that nobody can delete',
  'scripts.runScript': 'there is no script to run',
};

/** Every method that there is: `getRun`, `schedules.create`, ... */
export function methodsOf(skyvern) {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(skyvern)).filter((name) => typeof skyvern[name] === 'function');
  const parts = ['schedules', 'artifacts', 'scripts', 'agents'].flatMap((part) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(skyvern[part])).map((name) => `${part}.${name}`),
  );
  // `call` is how the sub-clients reach the client.
  return [...own, ...parts].filter((name) => !/(?:^|\.)(?:constructor|call)$/.test(name));
}

/**
 * @param {import('../../dist/types/index.js').Skyvern} skyvern
 * @param {{pages: string | undefined, mark: string, library: object}} world
 */
export async function methods(skyvern, { pages, mark, library }) {
  const rows = [];
  /** One method. `refused` names the error that is right here, by its status. */
  async function step(name, call, { refused, check = () => {} } = {}) {
    const startedMs = performance.now();
    let verdict = 'passed';
    let why = '';
    let value;
    try {
      value = await call();
      if (refused !== undefined) throw new Error(`it was not refused (${refused})`);
      check(value);
    } catch (error) {
      if (refused === undefined || error.statusCode !== refused) [verdict, why] = ['FAILED', String(error.message).slice(0, 300)];
      else why = `refused with ${refused}, as it should be`;
    }
    rows.push({ name, verdict, why, ms: Math.round(performance.now() - startedMs) });
    console.log(`${verdict === 'passed' ? 'ok    ' : 'FAILED'} ${name}${why && `\n       ${why}`}`);
    return value ?? {};
  }

  await step('getVersion', () => skyvern.getVersion(), { check: ({ version }) => must(version, 'no version') });
  await step('getOrganization', () => skyvern.getOrganization());
  await step('getBrowserTypes', () => skyvern.getBrowserTypes());

  const { folder_id: folder } = await step('createFolder', () => skyvern.createFolder({ title: `folder ${mark}` }));
  await step('getFolders', () => skyvern.getFolders());
  await step('getFolder', () => skyvern.getFolder(folder));
  await step('updateFolder', () => skyvern.updateFolder(folder, { description: 'changed' }));

  const body = {
    title: `library ${mark}`,
    workflow_definition: { parameters: [], blocks: [{ block_type: 'wait', label: 'rest', wait_sec: 1 }] },
  };
  const { workflow_permanent_id: wpid } = await step('createWorkflow', () =>
    skyvern.createWorkflow({ folder_id: folder, json_definition: body }),
  );
  await step('updateWorkflow', () => skyvern.updateWorkflow(wpid, { json_definition: { ...body, description: 'changed' } }));
  await step('getWorkflow', () => skyvern.getWorkflow(wpid, { version: 1 }), {
    check: ({ version }) => must(version === 1, 'another version'),
  });
  await step('getWorkflows', () => skyvern.getWorkflows({ search_key: mark }), { check: (all) => must(all.length > 0, 'not listed') });
  await step('getWorkflowVersions', () => skyvern.getWorkflowVersions(wpid), { check: (all) => must(all.length === 2, 'not two') });
  await step('updateWorkflowFolder', () => skyvern.updateWorkflowFolder(wpid, { folder_id: null }));

  const cron = { cron_expression: '0 9 * * 1-5', timezone: 'UTC' };
  const made = await step('schedules.create', () => skyvern.schedules.create(wpid, cron));
  const schedule = made.schedule?.workflow_schedule_id;
  await step('schedules.get', () => skyvern.schedules.get(wpid, schedule), {
    check: ({ next_runs }) => must(next_runs.length === 5, 'not five'),
  });
  await step('schedules.list', () => skyvern.schedules.list(wpid));
  await step('schedules.listAll', () => skyvern.schedules.listAll({ page_size: 5 }));
  await step('schedules.update', () => skyvern.schedules.update(wpid, schedule, { ...cron, name: mark }));
  await step('schedules.disable', () => skyvern.schedules.disable(wpid, schedule));
  await step('schedules.enable', () => skyvern.schedules.enable(wpid, schedule));
  await step('schedules.cancel', () => skyvern.schedules.cancel(wpid, schedule), { refused: 422 });
  await step('schedules.delete', () => skyvern.schedules.delete(wpid, schedule));

  const { browser_session_id: session } = await step('createBrowserSession', () => skyvern.createBrowserSession({ timeout: 5 }));
  await step('getBrowserSessions', () => skyvern.getBrowserSessions());
  await step('getBrowserSession', () => skyvern.getBrowserSession(session));
  await step('updateBrowserSession', () => skyvern.updateBrowserSession(session, { generate_browser_profile: true }));
  await step('extendBrowserSession', () => skyvern.extendBrowserSession(session, { additional_minutes: 5 }));
  await step('runSdkAction', () => skyvern.runSdkAction({ url: 'https://example.com' }), { refused: 422 });
  await step('closeBrowserSession', () => skyvern.closeBrowserSession(session));

  const { browser_profile_id: profile } = await step('createBrowserProfile', () =>
    skyvern.createBrowserProfile({ name: `library ${mark}` }),
  );
  await step('listBrowserProfiles', () => skyvern.listBrowserProfiles({ search_key: mark }));
  await step('getBrowserProfile', () => skyvern.getBrowserProfile(profile));
  await step('updateBrowserProfile', () => skyvern.updateBrowserProfile(profile, { description: 'changed' }));
  await step('getBrowserProfileUsage', () => skyvern.getBrowserProfileUsage(profile));
  await step('deleteBrowserProfile', () => skyvern.deleteBrowserProfile(profile));
  await step('agents.resetWorkflowBrowserProfile', () => skyvern.agents.resetWorkflowBrowserProfile(wpid));

  const secret = { name: `library ${mark}`, credential_type: 'secret', credential: { secret_value: 'x' } };
  const { credential_id: credential } = await step('createCredential', () => skyvern.createCredential(secret));
  await step('getCredentials', () => skyvern.getCredentials({ search: mark }));
  await step('getCredential', () => skyvern.getCredential(credential));
  await step('updateCredential', () => skyvern.updateCredential(credential, { ...secret, name: `library ${mark} 2` }));
  await step('deleteCredential', () => skyvern.deleteCredential(credential));
  await step('sendTotpCode', () => skyvern.sendTotpCode({ totp_identifier: mark, content: '123456' }));

  const { file_id: file } = await step('uploadFile', () => skyvern.uploadFile({ file: new File(['a'], 'a.txt'), retention_days: 1 }));
  await step('deleteFile', () => skyvern.deleteFile(file));

  const llm = { config: { display_name: mark, provider: 'ollama', model_name: 'm', api_base: 'http://127.0.0.1:9' } };
  const added = await step('createCustomLlm', () => skyvern.createCustomLlm(llm));
  const model = (added.custom_llm ?? added).id;
  await step('listCustomLlms', () => skyvern.listCustomLlms());
  await step('updateCustomLlm', () => skyvern.updateCustomLlm(model, llm));
  await step('deleteCustomLlm', () => skyvern.deleteCustomLlm(model));

  await step('getScripts', () => skyvern.getScripts());
  await step('getScript', () => skyvern.getScript('s_404'), { refused: 404 });

  const tags = { tags: [{ key: `team-${mark}`, value: 'garden' }] };
  await step('applyWorkflowTags', () => skyvern.applyWorkflowTags(wpid, tags));
  await step('getWorkflowTags', () => skyvern.getWorkflowTags(wpid), { check: ({ tags: all }) => must(all.length === 1, 'not one') });
  await step('getWorkflowTagHistory', () => skyvern.getWorkflowTagHistory(wpid));
  await step('batchGetWorkflowTags', () => skyvern.batchGetWorkflowTags({ workflow_permanent_ids: [wpid] }));
  await step('listTagKeys', () => skyvern.listTagKeys());
  await step('updateTagKey', () => skyvern.updateTagKey(`team-${mark}`, { description: 'changed' }));
  const bare = `bare-${mark}`;
  await step('createTagValue', () => skyvern.createTagValue({ key: `team-${mark}`, value: bare }));
  await step('listTagValues', () => skyvern.listTagValues());
  await step('updateTagValue', () => skyvern.updateTagValue(`team-${mark}`, { value: bare, color: 'gray' }));
  await step('renameTagValue', () => skyvern.renameTagValue(`team-${mark}`, { value: bare, new_value: `${bare}-2` }));
  await step('deleteTagValue', () => skyvern.deleteTagValue(`team-${mark}`, { value: `${bare}-2` }));
  await step('deleteWorkflowTag', () => skyvern.deleteWorkflowTag(wpid, `team-${mark}`));
  await step('deleteTagKey', () => skyvern.deleteTagKey(`team-${mark}`));
  await step('getRunTagSuggestions', () => skyvern.getRunTagSuggestions());

  await step('getRunsV2', () => skyvern.getRunsV2({ page_size: 5 }));
  await step('getWorkflowRuns', () => skyvern.getWorkflowRuns({ page_size: 5 }));
  await step('recoverStarts', () => skyvern.recoverStarts(), { check: (all) => must(all.length === 0, 'a start is unsettled') });
  if (pages !== undefined) await runs(skyvern, { step, pages, wpid, library });
  await step('deleteWorkflow', () => skyvern.deleteWorkflow(wpid));
  await step('deleteFolder', () => skyvern.deleteFolder(folder));
  await step('getRun', () => skyvern.getRun('tsk_404'), { refused: 404 });
  await step('close', () => skyvern.close());
  return rows;
}

async function runs(skyvern, { step, pages, wpid, library }) {
  const page = `${pages}/pages/list.html`;
  const prompt = 'Open the first item [[click:Watering can]] [[done:Add to basket]]';
  const task = await step('runTask', () => skyvern.runTask({ prompt, url: page, waitForCompletion: true, timeout: 180 }), {
    check: ({ status }) => must(status === 'completed', 'not completed'),
  });
  const workflow = await step('runWorkflow', () => skyvern.runWorkflow({ workflow_id: wpid, waitForCompletion: true, timeout: 180 }), {
    check: ({ status }) => must(status === 'completed', 'not completed'),
  });
  const run = workflow.run_id;
  await step('getWorkflowRunsById', () => skyvern.getWorkflowRunsById(wpid), { check: (all) => must(all.length === 1, 'not one') });
  await step('getRun', () => skyvern.getRun(task.run_id));
  await step('getRunTimeline', () => skyvern.getRunTimeline(run), { check: (items) => must(items.length > 0, 'nothing') });
  const artifacts = await step('getRunArtifacts', () => skyvern.getRunArtifacts(task.run_id, { artifact_type: 'screenshot_action' }));
  const artifact = artifacts[0]?.artifact_id;
  await step('getArtifact', () => skyvern.getArtifact(artifact));
  await step(
    'artifacts.getArtifactContent',
    async () => {
      const { body, contentType } = await skyvern.artifacts.getArtifactContent(artifact);
      for await (const _ of body);
      return contentType;
    },
    { check: (type) => must(type === 'image/png', type) },
  );
  await step(
    'watchRun',
    async () => {
      const types = [];
      for await (const { type } of skyvern.watchRun(task.run_id)) types.push(type);
      for await (const { type } of library.watchRun(skyvern, run)) types.push(type);
      return types;
    },
    { check: (types) => must(types.filter((type) => type === 'result').length === 2, 'not two results') },
  );
  await step('waitForRun', () => skyvern.waitForRun(run, { timeout: 60 }));
  await step('retryRunWebhook', () => skyvern.retryRunWebhook(run, { webhook_url: `${pages}/hook/library` }), {
    check: ({ status_code: status }) => must(status === 200, `the receiver answered ${status}`),
  });
  await step('continueRun', () => skyvern.continueRun(run), { refused: 404 });
  await step('retryWorkflowRun', () => skyvern.retryWorkflowRun(run, { waitForCompletion: true, timeout: 180 }));

  await step('applyRunTags', () => skyvern.applyRunTags(run, { tags: [{ key: 'team', value: 'garden' }] }));
  await step('getRunTags', () => skyvern.getRunTags(run));
  await step('getRunTagHistory', () => skyvern.getRunTagHistory(run));
  await step('batchGetRunTags', () => skyvern.batchGetRunTags({ workflow_run_ids: [run] }));
  await step('deleteRunTag', () => skyvern.deleteRunTag(run, 'team'));

  const slow = await skyvern.runTask({ prompt: 'Take your time [[delay:20000]]', url: page });
  await step('cancelRun', () => skyvern.cancelRun(slow.run_id), { check: ({ status }) => must(status === 'canceled', 'not canceled') });
  await step('bulkCancelRuns', () => skyvern.bulkCancelRuns({ run_ids: [slow.run_id] }), {
    check: ({ failed }) => must(failed.length === 1, 'an ended run was canceled'),
  });
  const login = { credential_type: 'skyvern', credential_id: 'cred_404', url: `${pages}/pages/login.html` };
  await step('login', () => skyvern.login(login), { refused: 404 });
  const download = { navigation_goal: 'Download the report', url: `${pages}/pages/account.html`, download_timeout: 5 };
  await step('downloadFiles', () => skyvern.downloadFiles({ ...download, waitForCompletion: true, timeout: 180 }), {
    check: ({ status }) => must(status === 'completed', `it was ${status}`),
  });
}
