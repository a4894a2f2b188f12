import type { Command } from 'commander';
import { runParameters } from '../../../workflow/parameters.js';
import { count } from '../../../workflow/words.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { findingLine, hasErrors, invalid, readDefinition } from '../../workflow/definition.js';

const HELP = `
Looked at are all fields, labels and keys, what blocks name of each other,
their order, parameters and their defaults, and templates. An error is what a
server refuses, or what makes every run fail; warnings are for you to judge.

Examples:
  $ skyvern workflow validate shop.yaml
  $ skyvern workflow validate - --json < shop.json | jq ".findings[].message"`;

export function define(command: Command, ctx: CliContext, handler = workflowValidate): void {
  command
    .description('Check a definition without a server: each fault with its line and column. Ends 2 when there are errors.')
    .argument('<file>', 'YAML or JSON; `-` for standard input')
    .addHelpText('after', HELP)
    .action((file: string) => handler(ctx, command, file));
}

export async function workflowValidate(ctx: CliContext, command: Command, given: string): Promise<void> {
  const file = await readDefinition(ctx, given);
  const valid = !hasErrors(file);
  if (wantsJson(ctx, command)) await writeJson(ctx.io.stdout, { file: file.name, valid, findings: file.findings });
  else {
    for (const finding of file.findings) await write(ctx.io.stdout, findingLine(file.name, finding));
    if (valid && file.definition) await write(ctx.io.stdout, `${file.name}: fine, ${summary(file.definition)}\n`);
  }
  if (!valid) throw invalid(file, false);
}

function summary(definition: Readonly<Record<string, unknown>>): string {
  const blocks = (definition['workflow_definition'] as { readonly blocks: readonly unknown[] }).blocks.length;
  return `${count(blocks, 'block')}, ${count(runParameters(definition).length, 'parameter')}`;
}
