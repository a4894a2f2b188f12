import { type Command, Option } from 'commander';
import type { RunListQuery } from '../../../client/client.js';
import type { RunListItem } from '../../../protocol/run.js';
import { isTerminalStatus, RUN_TYPES } from '../../../protocol/status.js';
import { parseServerTime } from '../../../protocol/time.js';
import type { CliContext } from '../../context.js';
import { wantsJson } from '../../output.js';
import { allPages } from '../../pages.js';
import { integer, moment } from '../../parsers.js';
import { runStatusOption } from '../../runStatus.js';
import { tableWriter } from '../../table.js';
import { connect } from '../../target.js';

interface Flags {
  readonly status?: readonly string[];
  readonly type?: readonly string[];
  readonly workflow?: readonly string[];
  readonly search?: string;
  readonly tag?: readonly string[];
  readonly since?: (now: number) => number;
  readonly limit: number;
  readonly all?: boolean;
}

/** The largest page that the API gives, and the last one: 100 of them, or 1,000 rows of a search. */
const PAGE_SIZE = 100;
const LAST_PAGE = 100;
const LAST_PAGE_OF_SEARCH = 10;

export function define(command: Command, ctx: CliContext, handler = runList): void {
  command
    .description('List runs of every kind, newest first. In a pipe: tab-separated, without a header.')
    .addOption(runStatusOption('only these'))
    .addOption(new Option('-t, --type <type...>', 'only these kinds').choices(RUN_TYPES))
    .option('--workflow <id...>', 'only runs of these workflows (wpid_...)')
    .option('--search <text>', 'only runs whose title, URL or id holds this text (3 characters or more)')
    .option('--tag <term...>', 'only runs with these tags: label, key:value, or key:*')
    .option('--since <time>', 'only runs made since then: 90m, 2h, 7d, or a date and time (UTC unless it says otherwise)', moment)
    .option('-n, --limit <n>', 'at most this many', integer, 20)
    .option('--all', 'all of them, whatever the limit')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run list --status running paused\n  $ skyvern run list --since 24h --all --columns run,status,finished_at\n  $ skyvern run list --status failed -n 100 | cut -f1 | xargs -n1 skyvern run get',
    )
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function runList(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const { client, call } = await connect(ctx, command);
  const since = flags.since?.(ctx.clock.now()) ?? null;
  const limit = flags.all ? Number.POSITIVE_INFINITY : flags.limit;
  const pageSize = Math.min(limit, PAGE_SIZE);
  const filter: RunListQuery = {
    ...(flags.status && { status: flags.status }),
    ...(flags.type && { runType: flags.type }),
    ...(flags.workflow && { workflowPermanentId: flags.workflow }),
    ...(flags.search && { searchKey: flags.search }),
    ...(flags.tag && { tags: flags.tag }),
  };
  const pages = allPages({
    page: (page) => client.runs.list({ ...filter, page, pageSize }, call),
    pageSize,
    lastPage: flags.search || flags.workflow ? LAST_PAGE_OF_SEARCH : LAST_PAGE,
    leaving: flags.status?.some((status) => !isTerminalStatus(status)) ?? false,
    idOf: ({ run_id }) => run_id,
  });
  const json = wantsJson(ctx, command);
  const table = tableWriter<RunListItem>(
    ctx.io.stdout,
    [
      ['RUN', (row) => row.run_id],
      ['STATUS', (row) => (row.retry_pending ? `${row.status} (retries)` : row.status)],
      ['KIND', (row) => row.task_run_type],
      ['STARTED', (row) => (row.started_at ?? row.created_at)?.replace(/\.\d+$/, '').concat('Z') ?? null],
      ['TITLE', (row) => row.title],
    ],
    json,
  );
  let rows: RunListItem[] = [];
  // As each page comes, newest first in it: what appears meanwhile is on a later one.
  const show = async () => {
    await table.add(rows.sort((a, b) => (parseServerTime(b.created_at) ?? 0) - (parseServerTime(a.created_at) ?? 0)));
    rows = [];
  };
  let count = 0;
  for (let next = await pages.next(); ; next = await pages.next()) {
    if (next.done) {
      if (!next.value) ctx.io.stderr.write('notice: the server gives no more than this; a narrower filter or --since reaches the rest\n');
      break;
    }
    if (since !== null && (parseServerTime(next.value.created_at) ?? since) < since) break;
    rows.push(next.value);
    if (++count >= limit) break;
    if (rows.length >= pageSize && !json) await show();
  }
  await show();
  await table.end();
}
