import type { Command } from 'commander';
import { UsageError } from '../../../errors.js';
import { askSecretly, canAsk } from '../../ask.js';
import type { CliContext } from '../../context.js';
import { readSource } from '../../inputs.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { sendCode } from '../../sendCode.js';
import { addRunArgument, connectToRun } from '../../target.js';

interface Flags {
  readonly code?: string;
  readonly identifier?: string;
}

export function define(command: Command, ctx: CliContext, handler = runTotp): void {
  addRunArgument(command)
    .description(
      'Give a run the one-time code that it waits for: typed without echo, or read from a file or standard input. The text of a whole mail or message is fine, too: the server looks for the code in it.',
    )
    .option('--code <source>', 'where the code is: @file, or - for standard input')
    .option('--identifier <text>', 'to whom the code was sent, when the run itself names nobody (its totp_identifier)')
    .addHelpText('after', '\nExamples:\n  $ skyvern run totp @last\n  $ oathtool --totp -b @seed | skyvern run totp tsk_123 --code -')
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function runTotp(ctx: CliContext, command: Command, id: string, { code, identifier }: Flags): Promise<void> {
  const content = await readCode(ctx, command, code);
  const target = await connectToRun(ctx, command, id);
  const { run, totpCodeId, parsed } = await sendCode(target, content, identifier);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, { run_id: run.run_id, totp_code_id: totpCodeId, parsed });
  await write(ctx.io.stdout, parsed ? 'sent\n' : 'sent; the server looks for the code in it\n');
}

/** A one-time code in argv would be in the shell's history and in the list of processes. */
async function readCode(ctx: CliContext, command: Command, source: string | undefined): Promise<string> {
  if (source !== undefined && source !== '-' && !source.startsWith('@')) {
    throw new UsageError('a code must not stand on the command line', { hint: 'write --code @file, or --code - for standard input' });
  }
  if (source === undefined && !canAsk(ctx, command)) {
    throw new UsageError('there is no code', { hint: 'add --code @file, or --code - for standard input' });
  }
  const text = source === undefined ? await askSecretly(ctx, 'one-time code (not shown): ') : await readSource(ctx.io, source, '--code');
  const content = text.trim();
  if (content === '') throw new UsageError('the code is empty');
  return content;
}
