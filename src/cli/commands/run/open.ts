import type { Command } from 'commander';
import { SkyvernError } from '../../../errors.js';
import { printable } from '../../../render/sanitize.js';
import { isWebUrl, timelineCommand } from '../../../render/words.js';
import type { CliContext } from '../../context.js';
import { openUrl } from '../../openUrl.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { addRunArgument, connectToRun } from '../../target.js';

interface Flags {
  readonly print?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = runOpen): void {
  addRunArgument(command)
    .description("Open the run's page on the dashboard in the browser; print its address where there is no display.")
    .option('--print', 'only print the address')
    .addHelpText('after', '\nExamples:\n  $ skyvern run open @last\n  $ skyvern run open tsk_123 --print')
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function runOpen(ctx: CliContext, command: Command, id: string, { print = false }: Flags): Promise<void> {
  const { client, runId, call, local } = await connectToRun(ctx, command, id);
  const { app_url: url } = await client.runs.get(runId, call);
  if (url === null || !isWebUrl(url)) {
    throw new SkyvernError(
      'notFound',
      'no_page',
      local ? 'the embedded server has no dashboard' : `the server gives no page for the run ${runId}`,
      {
        hint: `\`${timelineCommand(runId)}\` shows what it did`,
        runId,
      },
    );
  }
  const opened = !print && (await openUrl(ctx.io, url));
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, { run_id: runId, url, opened });
  await write(ctx.io.stdout, opened ? `opened ${printable(url)}\n` : `${printable(url)}\n`);
}
