import { resolve } from 'node:path';
import type { Command } from 'commander';
import { SkyvernError } from '../../../errors.js';
import type { Artifact } from '../../../protocol/artifact.js';
import { printable } from '../../../render/sanitize.js';
import { artifactsOf } from '../../artifacts.js';
import type { CliContext } from '../../context.js';
import { type DownloadedFile, downloadRun, type Manifest } from '../../download/downloadRun.js';
import { outputMode, wantsJson, write, writeJson } from '../../output.js';
import { size } from '../../parsers.js';
import { Progress } from '../../progress.js';
import { addRunArgument, connectToRun } from '../../target.js';

interface Flags {
  readonly dir?: string;
  readonly type?: readonly string[];
  readonly recording?: boolean;
  readonly screenshots?: boolean;
  readonly files?: boolean;
  readonly maxSize: number;
}

const DEFAULT_MAX_BYTES = 2 * 1024 ** 3;

export function define(command: Command, ctx: CliContext, handler = runDownload): void {
  addRunArgument(command)
    .description(
      'Fetch the files of a run into a folder, each checked against its SHA-256 where the server gives one. The same command again goes on after a cut and fetches only what is missing. Nothing is overwritten; manifest.json holds the original names.',
    )
    .option('-d, --dir <folder>', 'into this folder (default: one named after the run, here)')
    .option('-t, --type <type...>', 'only these types, for example screenshot_final')
    .option('--recording', 'only recordings')
    .option('--screenshots', 'only screenshots')
    .option('--files', 'only the files that the run downloaded')
    .option('--max-size <size>', 'refuse files larger than this: bytes, or 500MB, 2GB', size, DEFAULT_MAX_BYTES)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run download @last\n  $ skyvern run download tsk_123 --recording --screenshots --dir evidence',
    )
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function runDownload(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const { io, clock, random } = ctx;
  const target = await connectToRun(ctx, command, id);
  const { run, artifacts } = await artifactsOf(target);
  const isQuiet = outputMode(ctx, command) === 'quiet';
  const progress = new Progress(io);
  let manifest: Manifest;
  try {
    manifest = await downloadRun(
      {
        artifacts: target.client.artifacts,
        owner: io,
        clock,
        random,
        call: target.call,
        onProgress: (text) => io.stderr.isTTY === true && !isQuiet && progress.say(text),
      },
      {
        runId: run.run_id,
        server: target.baseUrl.origin,
        folder: resolve(io.cwd(), flags.dir ?? run.run_id),
        artifacts,
        wanted: filter(flags),
        maxBytes: flags.maxSize,
      },
    );
  } finally {
    progress.end();
  }
  const wanted = new Set(artifacts.filter(filter(flags)).map(({ artifact_id }) => artifact_id));
  const files = manifest.files.filter(({ artifact_id }) => wanted.has(artifact_id));
  if (wantsJson(ctx, command)) await writeJson(io.stdout, { ...manifest, files });
  else await print(ctx, files, flags.dir ?? run.run_id);
  throwFaults(files);
}

/** Without a flag all; several flags add up. */
function filter({ type = [], recording, screenshots, files }: Flags): (artifact: Artifact) => boolean {
  if (type.length === 0 && !recording && !screenshots && !files) return () => true;
  return ({ artifact_type: each }) =>
    type.includes(each) ||
    (recording === true && each === 'recording') ||
    (screenshots === true && each.startsWith('screenshot')) ||
    (files === true && (each === 'download' || each === 'pdf'));
}

/** The paths alone in a pipe: what the next command wants. */
async function print({ io }: CliContext, files: readonly DownloadedFile[], folder: string): Promise<void> {
  for (const { file, status } of files) {
    if (file !== null && status !== 'bad') await write(io.stdout, `${printable(`${folder.replace(/\/$/, '')}/${file}`)}\n`);
  }
  if (files.length === 0) io.stderr.write('the run has no such files\n');
  for (const { file, error, artifact_id, status } of files) {
    if (error === null) continue;
    const what = status === 'bad' && file !== null ? `${artifact_id} is kept as ${file}` : `${artifact_id} was not fetched`;
    io.stderr.write(`${printable(`${what}: ${error}`)}\n`);
  }
}

function throwFaults(files: readonly DownloadedFile[]): void {
  const bad = files.filter(({ status }) => status === 'bad');
  if (bad.length > 0) {
    throw new SkyvernError('integrity', 'checksum', `${bad.length} of ${files.length} files are not what the server says that they are`, {
      hint: 'the same command fetches them again; what came is kept as .bad',
    });
  }
  if (files.some(({ status }) => status === 'too_large')) {
    throw new SkyvernError('refused', 'too_large', 'some files are larger than --max-size and were not fetched', {
      hint: 'raise --max-size',
    });
  }
  const failed = files.filter(({ status }) => status === 'failed');
  if (failed.length > 0) {
    throw new SkyvernError('notFound', 'no_content', `${failed.length} of ${files.length} files could not be had from the server`, {
      hint: 'archived files are gone; all others were fetched',
    });
  }
}
