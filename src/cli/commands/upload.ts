import { createReadStream, fstatSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../../errors.js';
import { printable } from '../../render/sanitize.js';
import type { CliContext } from '../context.js';
import { outputMode, wantsJson, write, writeJson } from '../output.js';
import { integer } from '../parsers.js';
import { Progress } from '../progress.js';
import { connect } from '../target.js';

interface Flags {
  readonly name?: string;
  readonly retentionDays?: number;
}

/** What the server takes (API reference 14.1). */
const MAX_BYTES = 30 * 1024 * 1024;

export function define(command: Command, ctx: CliContext, handler = upload): void {
  command
    .argument('<file>', 'a file of at most 30 MB')
    .description('Upload a file for runs to use: as the value of a file_url parameter, or with --file-id. In a pipe: its address alone.')
    .option('--name <name>', 'what to call it there (default: its own name)')
    .option('--retention-days <n>', 'delete it after this many days, 1 to 365', days)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern upload people.csv\n  $ id=$(skyvern upload cv.pdf --json --query file_id | jq -r .) && skyvern task run --file-id "$id" --prompt "Apply with the file"',
    )
    .action((file: string, flags: Flags) => handler(ctx, command, file, flags));
}

export async function upload(ctx: CliContext, command: Command, path: string, { name, retentionDays }: Flags): Promise<void> {
  const { io, random } = ctx;
  const { file, sizeBytes } = openFile(path);
  const { client, call } = await connect(ctx, command);
  const progress = new Progress(io);
  const shows = io.stderr.isTTY === true && outputMode(ctx, command) !== 'quiet';
  try {
    const uploaded = await client.files.upload(
      {
        fileName: name ?? basename(path),
        sizeBytes,
        // The same open file for each try: what was measured is what is sent, and no more of it.
        open: () => createReadStream(path, { fd: file, autoClose: false, start: 0, end: Math.max(0, sizeBytes - 1) }),
        retentionDays,
        onProgress: (sent) => shows && progress.say(`uploading ${Math.floor((sent / Math.max(1, sizeBytes)) * 100)} %`),
      },
      `skyvern-${Buffer.from(random.bytes(18)).toString('hex')}`,
      call,
    );
    progress.end();
    if (wantsJson(ctx, command)) return writeJson(io.stdout, uploaded);
    await write(io.stdout, `${printable(uploaded.s3_uri)}\n`);
    if (uploaded.file_id !== null && io.stderr.isTTY) io.stderr.write(`file id: ${printable(uploaded.file_id)}\n`);
  } finally {
    progress.end();
  }
}

function openFile(path: string): { readonly file: number; readonly sizeBytes: number } {
  const refuse = (why: string) => new UsageError(`${printable(path)} ${why}`, { hint: 'give a file of at most 30 MB' });
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw refuse(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const stat = fstatSync(file);
  if (!stat.isFile()) throw refuse('is no file');
  if (stat.size === 0) throw refuse('is empty');
  if (stat.size > MAX_BYTES) throw refuse(`has ${Math.ceil(stat.size / 1024 / 1024)} MB, more than the server takes`);
  return { file, sizeBytes: stat.size };
}

function days(text: string): number {
  const number = integer(text);
  if (number < 1 || number > 365) throw new InvalidArgumentError('It is a number of days from 1 to 365.');
  return number;
}
