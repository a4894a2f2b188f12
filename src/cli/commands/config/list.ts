import type { Command } from 'commander';
import { type ListedSetting, listSettings } from '../../../config/edit.js';
import type { CliContext } from '../../context.js';
import { wantsJson } from '../../output.js';
import { settingFlags } from '../../settings.js';
import { type Column, printTable } from '../../table.js';

export const COLUMNS: readonly Column<ListedSetting>[] = [
  ['SETTING', (row) => row.name],
  ['VALUE', (row) => row.value ?? ''],
  ['FROM', (row) => (row.source === 'default' ? 'default' : `${row.source}: ${row.where}`)],
  ['WHAT', (row) => row.about],
];

export function define(command: Command, ctx: CliContext, handler = configList): void {
  command
    .description('List every setting, the value that holds, and where it comes from.')
    .addHelpText('after', '\nExamples:\n  $ skyvern config list\n  $ skyvern config list --profile local --json')
    .action(() => handler(ctx, command));
}

export async function configList(ctx: CliContext, command: Command): Promise<void> {
  const rows = listSettings({ io: ctx.io, paths: ctx.paths, flags: settingFlags(command) });
  await printTable(ctx.io.stdout, rows, COLUMNS, wantsJson(ctx, command));
}
