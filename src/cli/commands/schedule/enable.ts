import type { Command } from 'commander';
import type { CliContext } from '../../context.js';
import { defineChange } from '../../schedule/change.js';

const HELP = `
Examples:
  $ skyvern schedule enable wfs_123
  $ skyvern schedule enable wfs_123 --json | jq .schedule.enabled`;

export const define = (command: Command, ctx: CliContext): unknown =>
  defineChange(command, ctx, 'enable', 'Let a schedule run again. Fine also when it does.').addHelpText('after', HELP);
