import { type Command, Option } from 'commander';
import { UsageError } from '../../../errors.js';
import { printable } from '../../../render/sanitize.js';
import { ID_FIELD } from '../../../workflow/check.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { connect } from '../../target.js';
import { definitionToSend } from '../../workflow/definition.js';
import { createWorkflow } from '../../workflow/deploy.js';
import { FILE_HELP } from '../../workflow/ids.js';

interface Flags {
  readonly file: string;
  readonly folderId?: string;
  readonly check: boolean;
}

export function define(command: Command, ctx: CliContext, handler = workflowCreate): void {
  command
    .description('Make a workflow of a definition. It is checked here first; the id of the workflow is printed.')
    .requiredOption('-f, --file <file>', FILE_HELP)
    .option('--folder-id <id>', 'put it into this folder (fld_...)')
    .addOption(new Option('--format <kind>', 'JSON is YAML, too: nothing to choose').hideHelp())
    .option('--no-check', 'send it even when it does not look right')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern workflow create -f shop.yaml\n  $ skyvern workflow create -f shop.yaml --json | jq -r .workflow_permanent_id',
    )
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function workflowCreate(ctx: CliContext, command: Command, { file, folderId, check }: Flags): Promise<void> {
  const definition = await definitionToSend(ctx, file, check);
  if (definition.workflowId !== null) {
    const id = definition.workflowId;
    throw new UsageError(`${printable(definition.name)} says that it is ${printable(id, { maxLength: 80 })} already`, {
      hint: `\`skyvern workflow update -f ${printable(definition.name)}\` changes that one; take ${ID_FIELD} out of the file for a new one`,
    });
  }
  const workflow = await createWorkflow(ctx, await connect(ctx, command), definition, { folderId });
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, workflow);
  await write(ctx.io.stdout, `${workflow.workflow_permanent_id}\n`);
  if (ctx.io.stderr.isTTY) ctx.io.stderr.write(`next: skyvern workflow run ${workflow.workflow_permanent_id}\n`);
}
