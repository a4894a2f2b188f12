import { type Command, Option } from 'commander';
import type { RunListQuery } from '../../../client/client.js';
import type { RunListItem } from '../../../protocol/run.js';
import { RUN_STATUSES, RUN_TYPES } from '../../../protocol/status.js';
import type { CliContext } from '../../context.js';
import { wantsJson } from '../../output.js';
import { integer } from '../../parsers.js';
import { printTable } from '../../table.js';
import { connect } from '../../target.js';

interface Flags {
  readonly status?: readonly string[];
  readonly type?: readonly string[];
  readonly workflow?: readonly string[];
  readonly search?: string;
  readonly limit: number;
}

/** The largest page that the API gives. */
const PAGE_SIZE = 100;

export function define(command: Command, ctx: CliContext, handler = runList): void {
  command
    .description('List runs of every kind, newest first. In a pipe: tab-separated, without a header.')
    .option('-s, --status <status...>', `only these: ${RUN_STATUSES.join(', ')}`)
    .addOption(new Option('-t, --type <type...>', 'only these kinds').choices(RUN_TYPES))
    .option('--workflow <id...>', 'only runs of these workflows (wpid_...)')
    .option('--search <text>', 'only runs whose title, URL or id holds this text (3 characters or more)')
    .option('-n, --limit <n>', 'at most this many', integer, 20)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run list --status running paused\n  $ skyvern run list --status failed -n 100 | cut -f1 | xargs -n1 skyvern run get',
    )
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function runList(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const { client, call } = await connect(ctx, command);
  const pageSize = Math.min(flags.limit, PAGE_SIZE);
  const filter: RunListQuery = {
    ...(flags.status && { status: flags.status }),
    ...(flags.type && { runType: flags.type }),
    ...(flags.workflow && { workflowPermanentId: flags.workflow }),
    ...(flags.search && { searchKey: flags.search }),
  };
  const rows = new Map<string, RunListItem>();
  for (let page = 1; rows.size < flags.limit; page++) {
    const items = await client.runs.list({ ...filter, page, pageSize }, call);
    for (const item of items) rows.set(item.run_id, item); // a run that moved to the next page while we read is the same run
    if (items.length < pageSize) break;
  }
  await printTable(
    ctx.io.stdout,
    [...rows.values()].slice(0, flags.limit),
    [
      ['RUN', (row) => row.run_id],
      ['STATUS', (row) => (row.retry_pending ? `${row.status} (retries)` : row.status)],
      ['KIND', (row) => row.task_run_type],
      ['STARTED', (row) => (row.started_at ?? row.created_at)?.replace(/\.\d+$/, '').concat('Z') ?? null],
      ['TITLE', (row) => row.title],
    ],
    wantsJson(ctx, command),
  );
}
