import type { Command } from 'commander';
import { UsageError } from '../../../errors.js';
import type { Wire } from '../../../protocol/decode.js';
import { printable, safeJson } from '../../../render/sanitize.js';
import { type Change, diffDefinitions } from '../../../workflow/diff.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { integer } from '../../parsers.js';
import { connect } from '../../target.js';
import { type DefinitionFile, definitionToSend } from '../../workflow/definition.js';
import { addWorkflowArgument, FILE_HELP, workflowIdFrom } from '../../workflow/ids.js';
import { idOfFile } from './update.js';

interface Flags {
  readonly file?: string;
  readonly from?: number;
  readonly to?: number;
}

const HELP = `
Blocks are known by their labels and parameters by their keys; what servers
write of their own counts for nothing. + is added, - taken away, ~ changed, >
in another order. Nothing is printed when nothing would change.

Examples:
  $ skyvern workflow diff wpid_123 -f shop.yaml
  $ skyvern workflow diff wpid_123 --from 2 --to 3`;

export function define(command: Command, ctx: CliContext, handler = workflowDiff): void {
  addWorkflowArgument(command, '[workflow]')
    .description('Show what an update would change, or what changed between two versions.')
    .option('-f, --file <file>', FILE_HELP)
    .option('--from <n>', 'this version instead of the latest', integer)
    .option('--to <n>', 'this version instead of a file', integer)
    .addHelpText('after', HELP)
    .action((id: string | undefined, flags: Flags) => handler(ctx, command, id, flags));
}

export async function workflowDiff(ctx: CliContext, command: Command, id: string | undefined, flags: Flags): Promise<void> {
  if ((flags.file === undefined) === (flags.to === undefined)) {
    throw new UsageError('there is nothing to compare with', { hint: 'give --file, or --to with a version' });
  }
  const file: (DefinitionFile & { readonly definition: Wire }) | null =
    flags.file === undefined ? null : await definitionToSend(ctx, flags.file, false);
  const target = await connect(ctx, command);
  if (id === undefined && file === null) throw new UsageError('there is no workflow', { hint: 'give its id: wpid_...' });
  const workflowId = id === undefined ? idOfFile(ctx, target, file as DefinitionFile) : workflowIdFrom(id);
  const { workflows } = target.client;
  const before = await workflows.get(workflowId, flags.from, target.call);
  const after = file?.definition ?? (await workflows.get(workflowId, flags.to, target.call));
  const changes = diffDefinitions(before, after);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, changes);
  for (const change of changes) await write(ctx.io.stdout, changeText(change));
}

const SIGNS: Readonly<Record<Change['op'], string>> = { add: '+', remove: '-', change: '~', move: '>' };

/** `~ blocks.fetch.url: "https://a" -> "https://b"`, long texts line by line. */
export function changeText({ op, path, from, to }: Change): string {
  const head = `${SIGNS[op]} ${printable(path)}`;
  const isText = [from, to].some((value) => typeof value === 'string' && value.includes('\n'));
  if (!isText) {
    const values = [from, to].filter((value) => value !== undefined).map((value) => safeJson(value));
    return `${head}: ${values.join(' -> ')}\n`;
  }
  const lines = (value: unknown, sign: string) =>
    value === undefined
      ? ''
      : linesOf(value)
          .map((line) => `  ${sign} ${printable(line)}\n`)
          .join('');
  return `${head}:\n${lines(from, '-')}${lines(to, '+')}`;
}

const linesOf = (value: unknown): string[] => (typeof value === 'string' ? value : safeJson(value)).replace(/\n$/, '').split('\n');
