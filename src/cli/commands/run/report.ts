import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { LocalError } from '../../../errors.js';
import { printable } from '../../../render/sanitize.js';
import type { CliContext } from '../../context.js';
import { openFile } from '../../openUrl.js';
import { outputMode, wantsJson, write, writeJson } from '../../output.js';
import { size } from '../../parsers.js';
import { DEFAULT_REPORT, reportOf } from '../../report.js';
import { addRunArgument, connectToRun } from '../../target.js';

interface Flags {
  readonly file?: string;
  readonly open?: boolean;
  readonly recording: boolean;
  readonly maxSize: number;
}

export function define(command: Command, ctx: CliContext, handler = runReport): void {
  addRunArgument(command)
    .description(
      'Write a run as one HTML page that needs nothing beside it: timeline, reasons, pictures, recording, output, with search. It opens from the disk, without a network; what pages said is text in it, and known secrets are taken out.',
    )
    .option('-o, --file <file>', 'write it to this file, or to standard output with `-` (default: ID.html, here)')
    .option('--open', 'show it in the browser')
    .option('--no-recording', 'without the recording, which is the largest part')
    .option('--max-size <size>', 'leave out pictures and films beyond this: bytes, or 500MB, 2GB', size, DEFAULT_REPORT.maxBytes)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run report @last --open\n  $ skyvern run report tsk_123 --no-recording -o evidence.html',
    )
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function runReport(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const { io } = ctx;
  const target = await connectToRun(ctx, command, id);
  const quiet = outputMode(ctx, command) === 'quiet';
  const page = await reportOf(ctx, target, { maxBytes: flags.maxSize, recording: flags.recording, quiet });
  if (flags.file === '-') return write(io.stdout, page);
  const file = flags.file ?? `${target.runId}.html`;
  const path = resolve(io.cwd(), file);
  writeReport(path, page);
  const opened = flags.open === true && (await openFile(io, path));
  if (wantsJson(ctx, command)) return writeJson(io.stdout, { run_id: target.runId, file: path, opened });
  await write(io.stdout, `${printable(file)}\n`);
  if (flags.open && !opened && !quiet) io.stderr.write('notice: there is no display here: open the file in a browser\n');
}

/** Readable by its owner alone: it shows pages that may be nobody else's business. */
export function writeReport(path: string, page: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, page, { mode: 0o600 });
  } catch (error) {
    throw new LocalError('not_written', `${path} cannot be written (${(error as NodeJS.ErrnoException).code})`, {
      hint: 'name another file with --file',
      cause: error,
    });
  }
}
