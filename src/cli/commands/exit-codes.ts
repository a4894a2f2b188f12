import type { Command } from 'commander';
import { EXIT_CODES } from '../../errors.js';
import type { CliContext } from '../context.js';
import { wantsJson } from '../output.js';
import { printTable } from '../table.js';

export function define(command: Command, ctx: CliContext): void {
  command
    .addHelpText('after', "\nExamples:\n  $ skyvern exit-codes\n  $ skyvern exit-codes --query '[?code == `15`].meaning'")
    .action(() => exitCodes(ctx, wantsJson(ctx, command)));
}

async function exitCodes({ io }: CliContext, json: boolean): Promise<void> {
  const rows = Object.entries(EXIT_CODES).map(([name, [code, meaning]]) => ({ code, name, meaning }));
  await printTable(
    io.stdout,
    rows,
    [
      ['CODE', (row) => String(row.code)],
      ['NAME', (row) => row.name],
      ['MEANING', (row) => row.meaning],
    ],
    json,
  );
}
