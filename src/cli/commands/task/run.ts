/** `skyvern task run`: every field of the API's task request as a flag, started at most once, and followed when asked. */
import { type Command, Option } from 'commander';
import { ENGINES, type TaskRunRequest } from '../../../protocol/task.js';
import { addBrowserOptions, type BrowserFlags } from '../../browserFlags.js';
import type { CliContext } from '../../context.js';
import { addFollowOptions, addWaitOption, type FollowFlags } from '../../follow.js';
import { given } from '../../given.js';
import { addGuardOptions, type GuardFlags, guardFields, refuseLocalOnly, withAttendance } from '../../guards.js';
import { GROUPS } from '../../help.js';
import { readPrompt, readSecrets } from '../../inputs.js';
import { withModel } from '../../model.js';
import { outputMode } from '../../output.js';
import { integer, json, jsonTexts, webUrl } from '../../parsers.js';
import { addFenceOption, addStartOptions, type StartFlags, startAndFollow, taskBeginning } from '../../start.js';
import { connect, connectToRun } from '../../target.js';

interface TaskFlags extends BrowserFlags, GuardFlags {
  readonly prompt?: string;
  readonly url?: string;
  readonly engine?: string;
  readonly title?: string;
  readonly maxSteps?: number;
  readonly dataExtractionSchema?: unknown;
  readonly errorCodeMapping?: Record<string, string>;
  readonly model?: string;
  readonly includeActionHistoryInVerification?: boolean;
  readonly runWith?: string;
  readonly publishWorkflow?: boolean;
  readonly fileId?: readonly string[];
  readonly secret?: readonly string[];
}

export type TaskRunFlags = TaskFlags & StartFlags & FollowFlags & { readonly like?: string };

const EXAMPLES = `
Examples:
  $ skyvern task run --local --engine rules --url https://example.com --prompt "Get the title of the page" --wait
  $ skyvern task run --url https://news.ycombinator.com --prompt "Get the title of the top post" --engine skyvern-2.0 --wait --json | jq .output
  $ skyvern task run --prompt @prompt.txt --url https://shop.example --data-extraction-schema @schema.json
  $ skyvern task run --like @last --engine skyvern-2.0 --wait`;

/** Tests of the flags pass their own handler. */
export function define(command: Command, ctx: CliContext, handler = taskRun): void {
  command
    .description('Start a task: a prompt, carried out in a browser. Prints the id of the run and returns, or follows it with --wait.')
    .option('-p, --prompt <text>', 'what to do; `@file` reads it from a file, `-` from standard input; asked for on a terminal')
    .option('-u, --url <url>', 'page to start on', webUrl)
    .addOption(new Option('-e, --engine <name>', `${ENGINES.join(', ')}; \`rules\` needs no model and runs only on --local`))
    .option('--title <text>', 'title in the list of runs')
    .option('--max-steps <n>', 'stop after this many steps', integer)
    .option('--data-extraction-schema <json>', 'JSON Schema wanted for the output, or `@file`', json)
    .option('--error-code-mapping <json>', 'object of error codes and when to raise them, or `@file`', jsonTexts)
    .option('--model <name>', 'language model to use; on --local `provider/name`, or a name at the configured provider')
    .option('--include-action-history-in-verification', 'let the verifier see the actions')
    .option('--run-with <kind>', 'agent or code')
    .option('--publish-workflow', 'keep the task as a workflow')
    .option('--file-id <id...>', 'attach uploaded files')
    .option(
      '--like <run>',
      'ask for what this earlier task was asked, but for the flags that are given; secrets, headers, guards and the browser session are given anew',
    )
    .addHelpText('after', EXAMPLES);
  addBrowserOptions(command, ', or a JSON object')
    .optionsGroup(GROUPS.local)
    .option('--secret <name=source...>', 'value of {{NAME}} in the prompt: NAME=@file, NAME=- or NAME=env:VARIABLE (only --local)');
  addGuardOptions(command);
  addFenceOption(addStartOptions(command));
  addFollowOptions(addWaitOption(command));
  command.action((flags: TaskRunFlags) => handler(ctx, command, flags));
}

export async function taskRun(ctx: CliContext, command: Command, flags: TaskRunFlags): Promise<void> {
  const mode = outputMode(ctx, command);
  const earlier = flags.like === undefined ? null : await connectToRun(ctx, command, flags.like);
  const like = earlier && (await (await import('../../earlierTask.js')).earlierRequest(earlier));
  const prompt = like && flags.prompt === undefined ? like.prompt : await readPrompt(ctx, command, flags.prompt);
  const secrets = await readSecrets(ctx.io, flags.secret ?? [], prompt);
  const target = earlier ?? (await connect(ctx, command));
  const request = withAttendance(ctx.io, target, { ...like, ...taskRequest(prompt, flags, secrets) }, flags.onPause);
  refuseLocalOnly(target, request);
  const body = await withModel(ctx, command, target, request, { engine: request.engine ?? undefined, named: request.model?.model_name });
  await startAndFollow(ctx, target, taskBeginning(body), flags, mode);
}

export function taskRequest(prompt: string, flags: TaskFlags, secrets: Readonly<Record<string, string>>): TaskRunRequest {
  return given({
    prompt,
    url: flags.url,
    engine: flags.engine,
    title: flags.title,
    max_steps: flags.maxSteps,
    data_extraction_schema: flags.dataExtractionSchema,
    error_code_mapping: flags.errorCodeMapping,
    proxy_location: flags.proxyLocation?.startsWith('{') ? json(flags.proxyLocation) : flags.proxyLocation,
    webhook_url: flags.webhookUrl,
    totp_identifier: flags.totpIdentifier,
    totp_url: flags.totpUrl,
    browser_session_id: flags.browserSessionId,
    browser_profile_id: flags.browserProfileId,
    start_fresh_browser: flags.startFreshBrowser,
    browser_address: flags.browserAddress,
    extra_http_headers: flags.extraHttpHeaders,
    cdp_connect_headers: flags.cdpConnectHeaders,
    model: flags.model === undefined ? undefined : { model_name: flags.model },
    include_action_history_in_verification: flags.includeActionHistoryInVerification,
    max_screenshot_scrolls: flags.maxScreenshotScrolls,
    run_with: flags.runWith,
    publish_workflow: flags.publishWorkflow,
    file_ids: flags.fileId,
    secrets: Object.keys(secrets).length > 0 ? secrets : undefined,
    ...guardFields(flags),
  }) as TaskRunRequest;
}
