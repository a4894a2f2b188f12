import { type Command, Option } from 'commander';
import type { ApiClient } from '../../../client/client.js';
import { Verdict } from '../../../errors.js';
import { ndjsonRenderer } from '../../../render/ndjson.js';
import type { OutputMode } from '../../../render/pick.js';
import { type RunResult, watchMany } from '../../../runs/watchMany.js';
import type { CliContext } from '../../context.js';
import { addExpectOptions, type ExpectFlags, expectation, expecting } from '../../expect.js';
import { endingOf, onPauseOption } from '../../follow.js';
import { outputMode, writeJson } from '../../output.js';
import { type Column, printTable } from '../../table.js';
import { connectToRun } from '../../target.js';

interface Flags extends ExpectFlags {
  readonly any?: boolean;
  readonly all?: boolean;
  readonly onPause: 'wait' | 'fail';
}

export function define(command: Command, ctx: CliContext, handler = runWait): void {
  command
    .description('Wait quietly until runs end, and exit by their verdict: with several, by the worst one. Prints a line for each run.')
    .argument('<run...>', 'ids of runs, dashboard URLs, or @last')
    .addOption(new Option('--any', 'return when the first of them has ended, with its verdict').conflicts('all'))
    .option('--all', 'return when all have ended (default)')
    .addOption(onPauseOption());
  addExpectOptions(command)
    .addHelpText('after', '\nExamples:\n  $ skyvern run wait @last && echo done\n  $ skyvern run wait tsk_1 tsk_2 wr_3 --timeout 30m')
    .action((ids: string[], flags: Flags) => handler(ctx, command, ids, flags));
}

export async function runWait(ctx: CliContext, command: Command, ids: readonly string[], flags: Flags): Promise<void> {
  const mode = outputMode(ctx, command);
  const { clock, random, signal, io } = ctx;
  const clients = new Map<string, ApiClient>();
  let deadlineAt: number | null = null;
  for (const id of ids) {
    const target = await connectToRun(ctx, command, id);
    clients.set(target.runId, target.client);
    deadlineAt = target.deadlineAt;
  }
  const expected = await expectation(flags);
  const ndjson = ndjsonRenderer(io.stdout);
  const { results, exitCode } = await watchMany((runId) => (clients.get(runId) as ApiClient).runs, [...clients.keys()], {
    clock,
    random,
    signal,
    onPause: flags.onPause,
    deadlineMs: deadlineAt,
    until: flags.any ? 'any' : 'all',
    through: (events) => expecting(events, expected),
    ...(mode === 'ndjson' && { onEvent: (event) => void ndjson.event(event) }),
  });
  await report(ctx, mode, results);
  const [only] = results;
  throw only && results.length === 1 ? endingOf(only, only.run_id) : new Verdict(exitCode);
}

async function report({ io }: CliContext, mode: OutputMode, results: readonly RunResult[]): Promise<void> {
  if (mode === 'ndjson') return;
  if (mode === 'json') return writeJson(io.stdout, results.length === 1 ? results[0]?.run : results);
  const columns: Column<RunResult>[] = [
    ['RUN', (row) => row.run_id],
    ['STATUS', (row) => row.status ?? 'unknown'],
  ];
  if (results.length > 1) columns.push(['ERROR', (row) => row.error?.message ?? null]);
  await printTable(io.stdout, results, columns, false);
}
