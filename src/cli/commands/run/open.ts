import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { SkyvernError } from '../../../errors.js';
import { printable } from '../../../render/sanitize.js';
import { isWebUrl } from '../../../render/words.js';
import type { CliContext } from '../../context.js';
import { openFile, openUrl } from '../../openUrl.js';
import { outputMode, wantsJson, write, writeJson } from '../../output.js';
import { DEFAULT_REPORT, reportOf } from '../../report.js';
import { addRunArgument, connectToRun, type RunTarget } from '../../target.js';
import { writeReport } from './report.js';

interface Flags {
  readonly print?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = runOpen): void {
  addRunArgument(command)
    .description(
      "Open the run's page on the dashboard in the browser, or on --local, which has none, its report; print the address where there is no display.",
    )
    .option('--print', 'only print the address')
    .addHelpText('after', '\nExamples:\n  $ skyvern run open @last\n  $ skyvern run open tsk_123 --print')
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function runOpen(ctx: CliContext, command: Command, id: string, { print = false }: Flags): Promise<void> {
  const target = await connectToRun(ctx, command, id);
  const { client, runId, call, local } = target;
  const { app_url: url } = await client.runs.get(runId, call);
  if (url === null && local) return openReport(ctx, command, target, print);
  if (url === null || !isWebUrl(url)) {
    throw new SkyvernError('notFound', 'no_page', `the server gives no page for the run ${runId}`, {
      hint: `\`skyvern run report ${runId} --open\` makes one`,
      runId,
    });
  }
  const opened = !print && (await openUrl(ctx.io, url));
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, { run_id: runId, url, opened });
  await write(ctx.io.stdout, opened ? `opened ${printable(url)}\n` : `${printable(url)}\n`);
}

/** The embedded server has no dashboard: its runs have a page made of them, where temporary things of ours are. */
async function openReport(ctx: CliContext, command: Command, target: RunTarget, print: boolean): Promise<void> {
  const { io, paths } = ctx;
  const { runId } = target;
  const path = join(paths.cache, 'reports', `${runId}.html`);
  writeReport(path, await reportOf(ctx, target, { ...DEFAULT_REPORT, quiet: outputMode(ctx, command) === 'quiet' }));
  const opened = !print && (await openFile(io, path));
  if (wantsJson(ctx, command)) return writeJson(io.stdout, { run_id: runId, url: pathToFileURL(path).href, opened });
  await write(io.stdout, opened ? `opened ${printable(path)}\n` : `${printable(path)}\n`);
}
