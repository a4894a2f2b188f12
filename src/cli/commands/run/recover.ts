import type { Command } from 'commander';
import { EXIT_CODES, UsageError, Verdict } from '../../../errors.js';
import type { Journal } from '../../../journal/journal.js';
import { leftStarts, namedStart, type Recovered, settleByHand } from '../../../journal/recover.js';
import { searchOf } from '../../../journal/searchOf.js';
import { runIdFrom } from '../../../protocol/ids.js';
import type { CliContext } from '../../context.js';
import { settleStarts } from '../../leftStarts.js';
import { wantsJson } from '../../output.js';
import { printTable } from '../../table.js';
import { connectTo, journalOf } from '../../target.js';

interface Flags {
  readonly op?: string;
  readonly run?: string;
  readonly none?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = runRecover): void {
  command
    .description(
      'Settle starts whose outcome is unknown: a killed process, a lost answer. Each is looked for at its server; what is found is kept as if it had just been started. A run whose id was told to nobody is named, once.',
    )
    .option('--op <id>', 'only this start')
    .option('--run <id>', 'with --op: this is its run, I looked')
    .option('--none', 'with --op: it made no run, I looked')
    .addHelpText('after', '\nExamples:\n  $ skyvern run recover\n  $ skyvern run recover --op 01JB4X0000000000000000 --run tsk_123')
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function runRecover(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const journal = journalOf(ctx);
  const results = flags.run !== undefined || flags.none ? [await byHand(journal, flags)] : await settleAll(ctx, command, journal, flags.op);
  await printTable(
    ctx.io.stdout,
    results,
    [
      ['START', (row) => row.op],
      ['WHEN', (row) => new Date(row.at).toISOString().replace(/\.\d+Z$/, 'Z')],
      ['RESULT', (row) => row.result],
      ['RUN', (row) => row.run_id ?? row.candidates.map((candidate) => candidate.run_id).join(' ')],
      ['WHAT', (row) => [row.label, row.detail].filter(Boolean).join(' – ')],
    ],
    wantsJson(ctx, command),
  );
  for (const { op, run_id } of results) if (run_id !== null) journal.markTold(op);
  if (results.some(({ result }) => result !== 'found' && result !== 'none')) throw new Verdict(EXIT_CODES.startUnknown[0]);
}

async function byHand(journal: Journal, { op, run, none }: Flags): Promise<Recovered> {
  if (op === undefined || (run !== undefined && none)) {
    throw new UsageError('--run and --none settle one start', { hint: 'give --op ID, and one of --run ID and --none' });
  }
  const runId = run === undefined ? null : runIdFrom(run);
  if (run !== undefined && runId === null)
    throw new UsageError(`${JSON.stringify(run.slice(0, 80))} is no run id`, { hint: 'such as tsk_123' });
  return settleByHand(journal, op, runId);
}

/** All that are left, or the one named. */
async function settleAll(ctx: CliContext, command: Command, journal: Journal, op: string | undefined): Promise<Recovered[]> {
  const starts = op === undefined ? leftStarts(journal) : [namedStart(journal, op)];
  return settleStarts(ctx, starts, async (each) => searchOf(each, (await connectTo(ctx, command, each)).client));
}
