import type { Command } from 'commander';
import { startWorkflow } from '../../../journal/startWorkflow.js';
import type { WorkflowRunRequest } from '../../../protocol/workflowRun.js';
import { addBatchOptions, type BatchFlags, runBatch } from '../../batch/batch.js';
import type { CliContext } from '../../context.js';
import { jsonObject, webUrl } from '../../parsers.js';
import { connect } from '../../target.js';
import { addWorkflowArgument, workflowIdFrom } from '../../workflow/ids.js';
import { addLocalOptions, forTarget, type LocalFlags } from '../../workflow/local.js';
import { addParameterOptions } from '../../workflow/parameters.js';
import { type WorkflowRunFlags, workflowRequest } from './run.js';

type Flags = BatchFlags & LocalFlags & Pick<WorkflowRunFlags, 'param' | 'params' | 'proxyLocation' | 'webhookUrl' | 'body'>;

export function define(command: Command, ctx: CliContext, handler = workflowBatch): void {
  addWorkflowArgument(command).description(
    'Start a workflow once for each row of a file, a few at a time, and follow all runs. Columns are parameters. Prints a JSON line for each row as it ends; a ledger beside the file holds what became of each, so that a batch that was stopped goes on without starting anything twice.',
  );
  addLocalOptions(addParameterOptions(addBatchOptions(command)))
    .option('--proxy-location <place>', "RESIDENTIAL, NONE, ..., or a JSON object; the workflow's own when left out")
    .option('--webhook-url <url>', 'call this address when a run ends', webUrl)
    .option('--body <json>', 'other fields of the request as a JSON object, or `@file`', jsonObject)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern workflow batch wpid_123 --input cities.csv --dry-run\n  $ skyvern workflow batch wpid_123 --input cities.csv --concurrency 10 > results.ndjson',
    )
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function workflowBatch(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const target = await connect(ctx, command);
  const workflow = await target.client.workflows.get(workflowIdFrom(id), undefined, target.call);
  const shared = await forTarget(ctx, command, target, { workflow_id: workflow.workflow_permanent_id }, flags);
  await runBatch(
    ctx,
    command,
    target,
    {
      about: workflow.workflow_permanent_id,
      requestOf: ({ values, isText }) => {
        const texts = isText ? (Object.entries(values) as [string, string][]) : [];
        const param = new Map([...(flags.param ?? []), ...texts]);
        const params = { ...flags.params, ...(isText ? {} : values) };
        return { ...shared, ...workflowRequest(workflow, { ...flags, check: true, onPause: 'wait', param, params }) };
      },
      begin: (request) => ({
        kind: 'workflow',
        label: workflow.title || workflow.workflow_permanent_id,
        start: (deps, options) => startWorkflow(deps, request as WorkflowRunRequest, options),
      }),
    },
    flags,
  );
}
