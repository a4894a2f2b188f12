import type { Command } from 'commander';
import { Verdict } from '../../../errors.js';
import { ndjsonRenderer } from '../../../render/ndjson.js';
import { plainRenderer } from '../../../render/plain.js';
import { drive } from '../../../render/renderer.js';
import { watchRun } from '../../../runs/watch.js';
import type { CliContext } from '../../context.js';
import { onPauseOption, verdictOrError } from '../../follow.js';
import { wantsJson } from '../../output.js';
import { addRunArgument, connectToRun } from '../../target.js';

interface Flags {
  readonly after?: string;
  readonly onPause: 'wait' | 'fail';
  readonly timestamps?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = runTail): void {
  addRunArgument(command)
    .description('Print the events of a run as they happen, a line each, on standard output: for eyes, or with --json as NDJSON.')
    .option('--after <event>', 'only what came after the event with this id (the field `id` of --json)')
    .option('--timestamps', 'begin each line with when it happened, by the clock of the server')
    .addOption(onPauseOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run tail @last\n  $ skyvern run tail @last --timestamps\n  $ skyvern run tail tsk_123 --json --after "$last_id" >> events.ndjson',
    )
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function runTail(ctx: CliContext, command: Command, id: string, flags: Flags): Promise<void> {
  const { client, runId, deadlineAt } = await connectToRun(ctx, command, id);
  const { clock, random, signal, io } = ctx;
  const events = watchRun(client.runs, runId, {
    clock,
    random,
    signal,
    onPause: flags.onPause,
    deadlineMs: deadlineAt,
    details: true,
    ...(flags.after !== undefined && { after: flags.after }),
  });
  const renderer = wantsJson(ctx, command)
    ? ndjsonRenderer(io.stdout)
    : plainRenderer(io.stdout, { clock, timestamps: flags.timestamps === true });
  throw verdictOrError(await drive(events, [renderer]), runId) ?? new Verdict(0);
}
