import type { Command } from 'commander';
import { settingsPaths } from '../../../config/edit.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { editDeps } from '../../settings.js';

export function define(command: Command, ctx: CliContext, handler = configPath): void {
  command
    .description('Print where settings, keys, state, data and cache are.')
    .addHelpText('after', '\nExamples:\n  $ skyvern config path\n  $ skyvern config path --json | jq -r .cache')
    .action(() => handler(ctx, command));
}

export async function configPath(ctx: CliContext, command: Command): Promise<void> {
  const { state, data, cache } = ctx.paths;
  const places = { ...settingsPaths(editDeps(ctx)), state, data, cache };
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, places);
  await write(
    ctx.io.stdout,
    Object.entries(places)
      .map(([name, path]) => `${name}\t${path}\n`)
      .join(''),
  );
}
