import type { Command } from 'commander';
import type { CliContext } from '../../context.js';
import { defineChange } from '../../schedule/change.js';

const HELP = `
Examples:
  $ skyvern schedule cancel wfs_123
  $ skyvern schedule cancel wfs_123 --json | jq .schedule.dispatch_status`;

export const define = (command: Command, ctx: CliContext): unknown =>
  defineChange(command, ctx, 'cancel', 'Call off a schedule that runs once and has not yet.').addHelpText('after', HELP);
