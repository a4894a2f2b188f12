import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { LocalError } from '../../../errors.js';
import { ID_FIELD } from '../../../workflow/check.js';
import { postable } from '../../../workflow/postable.js';
import { toYaml } from '../../../workflow/source.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { integer } from '../../parsers.js';
import { connect } from '../../target.js';
import { addWorkflowArgument, workflowIdFrom } from '../../workflow/ids.js';

interface Flags {
  readonly version?: number;
  readonly definition?: boolean;
  readonly template?: boolean;
  readonly definitionFile?: string;
}

const HELP = `
What is printed can be edited and sent back: it names its workflow, and leaves
out ids, times and defaults. With --json the server's answer as it is, with
--json --definition the definition as JSON.

Examples:
  $ skyvern workflow get wpid_123 > shop.yaml
  $ skyvern workflow get wpid_123 --version 2 | skyvern workflow diff wpid_123 -f -`;

export function define(command: Command, ctx: CliContext, handler = workflowGet): void {
  addWorkflowArgument(command)
    .description('Print the definition of a workflow, as YAML.')
    .option('--version <n>', 'this version instead of the latest', integer)
    .option('--definition', 'with --json: the definition alone, as it can be sent back')
    .option('--template', 'the id is of a global template')
    .option('--definition-file <file>', 'write the definition into this file, as JSON, and print its name')
    .addHelpText('after', HELP)
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function workflowGet(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const workflowId = workflowIdFrom(id);
  const { client, call } = await connect(ctx, command);
  const workflow = await client.workflows.get(workflowId, flags.version, call, flags.template);
  const definition = { [ID_FIELD]: workflowId, ...postable(workflow) };
  if (flags.definitionFile !== undefined) await writeDefinition(flags.definitionFile, definition);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, flags.definition ? definition : workflow);
  if (flags.definitionFile !== undefined) return write(ctx.io.stdout, `${flags.definitionFile}\n`);
  await write(ctx.io.stdout, toYaml(definition));
}

/** Over what is there, as a redirection of the shell does it. */
async function writeDefinition(file: string, definition: object): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(definition, null, 2)}\n`);
  } catch (error) {
    throw new LocalError('not_written', `${file} cannot be written (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}
