/** Questions to the person at the terminal. Without one, a flag must have said it before. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import { printable } from '../render/sanitize.js';
import type { CliContext, GlobalFlags } from './context.js';

/** Whether there is a person who can be asked, and may be (`--no-input`). */
export const canAsk = ({ io }: CliContext, command: Command): boolean =>
  io.stdin.isTTY === true && io.stderr.isTTY === true && command.optsWithGlobals<GlobalFlags>().input !== false;

/**
 * Lets a person confirm what cannot be taken back; `--yes` confirms it for scripts.
 * @param what a sentence without its end: `this deletes the profile bp_1`
 * @throws UsageError when nobody said yes
 */
export async function confirm(ctx: CliContext, command: Command, what: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  if (!canAsk(ctx, command)) throw new UsageError(`${printable(what)}, and nobody is here to confirm it`, { hint: 'add --yes' });
  const answer = await question(ctx, `${printable(what)}. Go on? [y/N] `, false);
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new UsageError('nothing was done');
}

/** One line that is not shown while it is typed. */
export const askSecretly = (ctx: CliContext, prompt: string): Promise<string> => question(ctx, prompt, true);

/** One line that is shown; empty when the person ends the input instead (Ctrl-D). */
export const askLine = (ctx: CliContext, prompt: string): Promise<string> => question(ctx, prompt, false);

async function question({ io, signal, interrupt }: CliContext, prompt: string, isSecret: boolean): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input: io.stdin, output: isSecret ? silent : io.stderr, terminal: isSecret || io.stdin.isTTY === true });
  line.on('SIGINT', interrupt); // in raw mode Ctrl-C is a key
  if (isSecret) io.stderr.write(prompt); // only now: a key that is typed at once must not be shown
  const ended = new Promise<null>((resolve) => line.once('close', () => resolve(null)));
  let answer: string | null = null;
  try {
    answer = await Promise.race([line.question(isSecret ? '' : prompt, { signal }), ended]);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    line.close();
    if (isSecret || (answer === null && !signal.aborted)) io.stderr.write('\n'); // an aborted question that is shown ends its row itself
  }
  if (signal.aborted) throw signal.reason;
  return answer ?? '';
}
