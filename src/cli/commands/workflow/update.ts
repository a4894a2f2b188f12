import { type Command, Option } from 'commander';
import { UsageError } from '../../../errors.js';
import { printable } from '../../../render/sanitize.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { connect, type Target } from '../../target.js';
import { type DefinitionFile, definitionToSend } from '../../workflow/definition.js';
import { updateWorkflow, workflowOfFile } from '../../workflow/deploy.js';
import { addWorkflowArgument, FILE_HELP, workflowIdFrom } from '../../workflow/ids.js';

interface Flags {
  readonly file: string;
  readonly force?: boolean;
  readonly check: boolean;
}

const HELP = `
The id may be left out where the file holds it (workflow_permanent_id), or was
made into a workflow from here before. What the server has already is not sent
again: the version stays. Servers keep some fields that are left out (proxy,
webhook, one-time codes, headers, time limit): write null to take one away.

Examples:
  $ skyvern workflow update wpid_123 -f shop.yaml
  $ skyvern workflow get wpid_123 | sed s/Oslo/Bergen/ | skyvern workflow update wpid_123 -f -`;

export function define(command: Command, ctx: CliContext, handler = workflowUpdate): void {
  addWorkflowArgument(command, '[workflow]')
    .description('Give a workflow another definition: a new version. It is checked here first.')
    .requiredOption('-f, --file <file>', FILE_HELP)
    .option('--force', 'overwrite what others changed since this file was sent')
    .addOption(new Option('--format <kind>', 'JSON is YAML, too: nothing to choose').hideHelp())
    .option('--no-check', 'send it even when it does not look right')
    .addHelpText('after', HELP)
    .action((id: string | undefined, flags: Flags) => handler(ctx, command, id, flags));
}

export async function workflowUpdate(
  ctx: CliContext,
  command: Command,
  id: string | undefined,
  { file, force, check }: Flags,
): Promise<void> {
  const definition = await definitionToSend(ctx, file, check);
  const target = await connect(ctx, command);
  const workflowId = id === undefined ? idOfFile(ctx, target, definition) : workflowIdFrom(id);
  const { workflow, result } = await updateWorkflow(ctx, target, workflowId, definition, force === true);
  const { version } = workflow;
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, { ...workflow, changed: result === 'updated' });
  await write(ctx.io.stdout, `${workflowId}\t${result === 'updated' ? `version ${version}` : `unchanged, version ${version}`}\n`);
}

/** @throws UsageError when neither the file nor this machine knows */
export function idOfFile(ctx: CliContext, target: Target, file: DefinitionFile): string {
  const id = workflowOfFile(ctx, target, file);
  if (id !== null) return id;
  throw new UsageError(`nothing says which workflow ${printable(file.name)} is`, { hint: 'give its id: wpid_...' });
}
