import type { Command } from 'commander';
import { artifactsOf } from '../../artifacts.js';
import type { CliContext } from '../../context.js';
import { wantsJson } from '../../output.js';
import { printTable } from '../../table.js';
import { addRunArgument, connectToRun } from '../../target.js';

interface Flags {
  readonly type?: readonly string[];
}

export function define(command: Command, ctx: CliContext, handler = runArtifacts): void {
  addRunArgument(command)
    .description('List the files of a run, oldest first: recordings, screenshots, downloads, pages, model logs.')
    .option('-t, --type <type...>', 'only these types, for example recording, screenshot_final, download')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run artifacts @last\n  $ skyvern run artifacts tsk_123 --type recording --query "[].artifact_id"',
    )
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function runArtifacts(ctx: CliContext, command: Command, id: string, { type = [] }: Flags): Promise<void> {
  const { artifacts } = await artifactsOf(await connectToRun(ctx, command, id), type);
  await printTable(
    ctx.io.stdout,
    artifacts,
    [
      ['ID', (row) => row.artifact_id],
      ['TYPE', (row) => row.artifact_type],
      ['BYTES', (row) => (row.file_size === null ? null : String(row.file_size))],
      ['CREATED', (row) => row.created_at?.replace(/\.\d+$/, '').concat('Z') ?? null],
      ['CHECKSUM', (row) => row.checksum?.slice(0, 12) ?? null],
    ],
    wantsJson(ctx, command),
  );
}
