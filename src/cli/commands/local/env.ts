import type { Command } from 'commander';
import type { CliContext } from '../../context.js';
import { startLocal } from '../../local.js';
import { wantsJson, write, writeJson } from '../../output.js';

export function define(command: Command, ctx: CliContext, handler = localEnv): void {
  command
    .description('Print the address and the key of the embedded server (started when needed) as shell variables, for any Skyvern client.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ eval "$(skyvern local env)"\n  $ curl -H "x-api-key: $SKYVERN_API_KEY" "$SKYVERN_BASE_URL/v1/runs"',
    )
    .action(() => handler(ctx, command));
}

export async function localEnv(ctx: CliContext, command: Command): Promise<void> {
  const { baseUrl, token } = await startLocal(ctx);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, { SKYVERN_BASE_URL: baseUrl, SKYVERN_API_KEY: token });
  await write(ctx.io.stdout, `export SKYVERN_BASE_URL='${baseUrl}'\nexport SKYVERN_API_KEY='${token}'\n`);
}
