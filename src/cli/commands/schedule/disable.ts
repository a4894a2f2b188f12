import type { Command } from 'commander';
import type { CliContext } from '../../context.js';
import { defineChange } from '../../schedule/change.js';

const HELP = `
Examples:
  $ skyvern schedule disable wfs_123
  $ skyvern schedule disable wfs_123 --json | jq .schedule.enabled`;

export const define = (command: Command, ctx: CliContext): unknown =>
  defineChange(command, ctx, 'disable', 'Let a schedule rest. Runs that it started go on. Fine also when it rests.').addHelpText(
    'after',
    HELP,
  );
