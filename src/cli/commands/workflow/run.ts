/** `skyvern workflow run`: every field of the API's request as a flag, parameters checked before anything is sent, started at most once. */
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../../../errors.js';
import { startWorkflow } from '../../../journal/startWorkflow.js';
import type { Wire } from '../../../protocol/decode.js';
import type { Workflow } from '../../../protocol/workflow.js';
import type { WorkflowRunRequest } from '../../../protocol/workflowRun.js';
import type { CliContext } from '../../context.js';
import { addFollowOptions, addWaitOption, type FollowFlags } from '../../follow.js';
import { given } from '../../given.js';
import { outputMode } from '../../output.js';
import { integer, json, jsonObject, jsonTexts, webUrl } from '../../parsers.js';
import { addFenceOption, addStartOptions, type Beginning, type StartFlags, startAndFollow } from '../../start.js';
import { connect } from '../../target.js';
import { deploy } from '../../workflow/deploy.js';
import { addWorkflowArgument, FILE_HELP, workflowIdFrom } from '../../workflow/ids.js';
import { addLocalOptions, forTarget, type LocalFlags } from '../../workflow/local.js';
import { addParameterOptions, type ParameterFlags, parametersFor } from '../../workflow/parameters.js';

interface RunFields {
  readonly proxyLocation?: string;
  readonly webhookUrl?: string;
  readonly totpUrl?: string;
  readonly totpIdentifier?: string;
  readonly browserSessionId?: string;
  readonly browserProfileId?: string;
  readonly browserAddress?: string;
  readonly browserType?: string;
  readonly startFreshBrowser?: boolean;
  readonly reuseBrowserSession?: boolean;
  readonly maxScreenshotScrolls?: number;
  readonly maxElapsedTimeMinutes?: number;
  readonly extraHttpHeaders?: Record<string, string>;
  readonly cdpConnectHeaders?: Record<string, string>;
  readonly runWith?: string;
  readonly aiFallback?: boolean;
  readonly runMetadata?: Record<string, string>;
  readonly fileId?: readonly string[];
  readonly title?: string;
}

export interface WorkflowRunFlags extends RunFields, ParameterFlags, StartFlags, FollowFlags, LocalFlags {
  readonly file?: string;
  readonly force?: boolean;
  readonly check: boolean;
  readonly body?: Wire;
  readonly template?: boolean;
  readonly maxSteps?: number;
}

const HELP = `
A workflow is named by its id, or by a file with its definition. The file is
made into a workflow the first time, and changes that workflow when it says
something else; a file that holds "workflow_permanent_id: wpid_..." is that
workflow on every machine.

Examples:
  $ skyvern workflow run wpid_123 --param city=Oslo --param days=3 --wait
  $ skyvern workflow run -f shop.yaml --params @parameters.json --wait --json | jq .output
  $ skyvern workflow run -f shop.yaml --local --engine rules --wait
  $ skyvern workflow run wpid_123 --run-metadata '{"team":"garden"}' --webhook-url https://example.com/hook`;

/** Tests of the flags pass their own handler. */
export function define(command: Command, ctx: CliContext, handler = workflowRun): void {
  addWorkflowArgument(command, '[workflow]')
    .description('Start a workflow. Prints the id of the run and returns, or follows it with --wait.')
    .option('-f, --file <file>', `instead of an id: ${FILE_HELP}`)
    .option('--force', 'with --file: overwrite what others changed since')
    .option('--no-check', 'with --file: send it even when it does not look right');
  addParameterOptions(command)
    .option('--proxy-location <place>', "RESIDENTIAL, RESIDENTIAL_DE, ..., NONE, or a JSON object; the workflow's own when left out")
    .option('--webhook-url <url>', 'call this address when the run ends', webUrl)
    .option('--totp-url <url>', 'where to fetch one-time codes', webUrl)
    .option('--totp-identifier <text>', 'whose one-time codes to use')
    .option('--browser-session-id <id>', 'run in this browser session')
    .option('--browser-profile-id <id>', 'start with this browser profile')
    .option('--browser-address <url>', 'connect to a running browser at this CDP address')
    .option('--browser-type <name>', 'msedge, chrome or stealth-chromium')
    .option('--start-fresh-browser', 'start with an empty browser')
    .option('--reuse-browser-session', 'use the browser of an earlier run')
    .option('--no-reuse-browser-session', 'do not, whatever the workflow says')
    .option('--max-screenshot-scrolls <n>', 'scrolls for a long screenshot', integer)
    .option('--max-elapsed-time-minutes <n>', 'end the run after this time, 1 to 480', minutes)
    .option('--max-steps <n>', 'stop after this many steps', integer)
    .option('--extra-http-headers <json>', 'object of headers for every request, to any host, or `@file`', jsonTexts)
    .option('--cdp-connect-headers <json>', 'object of headers for the CDP connection, or `@file`', jsonTexts)
    .option('--run-with <kind>', 'agent or code')
    .option('--ai-fallback', 'let the model help where code fails')
    .option('--no-ai-fallback', 'do not, whatever the workflow says')
    .option('--run-metadata <json>', 'object of tags of the run, at most 20, or `@file`', tags)
    .option('--file-id <id...>', 'attach uploaded files')
    .option('--title <text>', 'title of the run; servers so far take the title of the workflow')
    .option('--template', 'the id is of a global template')
    .option('--body <json>', 'other fields of the request as a JSON object, or `@file`; flags go before it', jsonObject)
    .addHelpText('after', HELP);
  addLocalOptions(command);
  addFenceOption(addStartOptions(command));
  addFollowOptions(addWaitOption(command));
  command.action((id: string | undefined, flags: WorkflowRunFlags) => handler(ctx, command, id, flags));
}

export async function workflowRun(ctx: CliContext, command: Command, id: string | undefined, flags: WorkflowRunFlags): Promise<void> {
  const mode = outputMode(ctx, command);
  const named = flags.file === undefined ? idOf(id, flags) : null;
  if (flags.file !== undefined && id !== undefined)
    throw new UsageError('an id and --file name two workflows', { hint: 'give one of them' });
  const file = flags.file === undefined ? null : await readFile(ctx, flags.file, flags.check);
  // Before anything is made of the file: its parameters are known already.
  if (file) parametersFor(file.definition, merged(flags));
  const target = await connect(ctx, command);
  const workflow = file
    ? await deploy(ctx, target, file, flags.force === true)
    : await target.client.workflows.get(named as string, undefined, target.call, flags.template);
  const body = await forTarget(ctx, command, target, workflowRequest(workflow, flags), flags, flags.onPause);
  const beginning: Beginning = {
    kind: 'workflow',
    label: workflow.title || body.workflow_id,
    start: (deps, options) => startWorkflow(deps, body, { ...options, ...given({ template: flags.template, maxSteps: flags.maxSteps }) }),
  };
  await startAndFollow(ctx, target, beginning, flags, mode);
}

/** Most starts name their workflow by its id, and need no parser. */
async function readFile(ctx: CliContext, file: string, check: boolean) {
  const { definitionToSend } = await import('../../workflow/definition.js');
  return definitionToSend(ctx, file, check);
}

function idOf(id: string | undefined, { body = {} }: WorkflowRunFlags): string {
  const named = id ?? body['workflow_id'] ?? body['agent_id'];
  if (typeof named !== 'string')
    throw new UsageError('there is no workflow', { hint: 'give the id of one, or --file with its definition' });
  return workflowIdFrom(named);
}

const merged = ({ param, params, body }: WorkflowRunFlags): ParameterFlags => ({
  params: { ...(body?.['parameters'] as Wire | undefined), ...params },
  ...(param && { param }),
});

/** Only what was given is sent, and `proxy_location`: left out, the server overrides the workflow's own. */
export function workflowRequest(workflow: Workflow, flags: WorkflowRunFlags): WorkflowRunRequest {
  const parameters = parametersFor(workflow, merged(flags));
  const { agent_id: _agent, parameters: _parameters, ...rest } = flags.body ?? {};
  return {
    proxy_location: null,
    ...rest,
    workflow_id: workflow.workflow_permanent_id,
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...given({
      proxy_location: flags.proxyLocation?.startsWith('{') ? (json(flags.proxyLocation) as Wire) : flags.proxyLocation,
      webhook_url: flags.webhookUrl,
      totp_url: flags.totpUrl,
      totp_identifier: flags.totpIdentifier,
      browser_session_id: flags.browserSessionId,
      browser_profile_id: flags.browserProfileId,
      browser_address: flags.browserAddress,
      browser_type: flags.browserType,
      start_fresh_browser: flags.startFreshBrowser,
      reuse_browser_session: flags.reuseBrowserSession,
      max_screenshot_scrolls: flags.maxScreenshotScrolls,
      max_elapsed_time_minutes: flags.maxElapsedTimeMinutes,
      extra_http_headers: flags.extraHttpHeaders,
      cdp_connect_headers: flags.cdpConnectHeaders,
      run_with: flags.runWith,
      ai_fallback: flags.aiFallback,
      run_metadata: flags.runMetadata,
      file_ids: flags.fileId,
      title: flags.title,
    }),
  };
}

function minutes(text: string): number {
  const number = integer(text);
  if (number < 1 || number > 480) throw new InvalidArgumentError('It is between 1 and 480.');
  return number;
}

function tags(text: string): Record<string, string> {
  const value = jsonTexts(text);
  const entries = Object.entries(value);
  if (entries.length > 20) throw new InvalidArgumentError('There are at most 20.');
  for (const [key, each] of entries) {
    if (key.length > 64 || each.length > 256) throw new InvalidArgumentError('A key has at most 64 characters, a value 256.');
    if (key.startsWith('skyvern.')) throw new InvalidArgumentError('Keys that begin with skyvern. are the server’s own.');
  }
  return value;
}
