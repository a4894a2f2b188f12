import type { Command } from 'commander';
import { confirm } from '../../ask.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { connect } from '../../target.js';
import { addWorkflowArgument, workflowIdFrom } from '../../workflow/ids.js';

interface Flags {
  readonly yes?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = workflowDelete): void {
  addWorkflowArgument(command)
    .description('Delete a workflow with all its versions and schedules. Asks on a terminal. Its runs stay.')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  $ skyvern workflow delete wpid_123\n  $ skyvern workflow delete wpid_123 --yes')
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

/** Reads first, also with `--yes`: the server says the same of an unknown id. */
export async function workflowDelete(ctx: CliContext, command: Command, id: string, { yes }: Flags): Promise<void> {
  const workflowId = workflowIdFrom(id);
  const { client, call } = await connect(ctx, command);
  const { title } = await client.workflows.get(workflowId, undefined, call);
  await confirm(ctx, command, `this deletes the workflow ${JSON.stringify(title)} (${workflowId}) and its schedules`, yes);
  await client.workflows.delete(workflowId, call);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, { workflow_permanent_id: workflowId, deleted: true });
  await write(ctx.io.stdout, `${workflowId}\tdeleted\n`);
}
