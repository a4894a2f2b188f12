import type { Command } from 'commander';
import { SkyvernError, UsageError } from '../../../errors.js';
import type { Run } from '../../../protocol/run.js';
import { innerRun } from '../../artifacts.js';
import { askSecretly, canAsk } from '../../ask.js';
import type { CliContext } from '../../context.js';
import { readSource } from '../../inputs.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { addRunArgument, connectToRun, type RunTarget } from '../../target.js';

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
  const run = await target.client.runs.get(target.runId, target.call);
  const given = identifier ?? run.run_request?.['totp_identifier'];
  if (typeof given !== 'string' || given === '') {
    throw new SkyvernError(
      'refused',
      'no_totp_identifier',
      `run ${run.run_id} was started without a totp_identifier, so it waits for no code`,
      {
        hint: 'add --identifier when you know that it does',
        runId: run.run_id,
      },
    );
  }
  const pushed = await target.client.credentials.pushTotp(
    { totp_identifier: given, content, ...(await addressee(target, run)) },
    target.call,
  );
  if (wantsJson(ctx, command)) {
    return writeJson(ctx.io.stdout, { run_id: run.run_id, totp_code_id: pushed.totp_code_id, parsed: pushed.code !== '' });
  }
  await write(ctx.io.stdout, pushed.code === '' ? 'sent; the server looks for the code in it\n' : 'sent\n');
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

/** The code is for this run alone: another one that waits under the same identifier does not take it. */
async function addressee(target: RunTarget, run: Run): Promise<{ task_id?: string; workflow_run_id?: string }> {
  if (run.run_type === 'workflow_run') return { workflow_run_id: run.run_id };
  if (run.run_type !== 'task_v2') return { task_id: run.run_id };
  const inner = await innerRun(target, run);
  return inner === null ? {} : { workflow_run_id: inner };
}
