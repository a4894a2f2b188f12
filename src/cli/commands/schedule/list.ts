import { type Command, Option } from 'commander';
import type { Schedule } from '../../../protocol/schedule.js';
import { parseServerTime } from '../../../protocol/time.js';
import { momentText, nextFirings, timingOf } from '../../../schedule/timing.js';
import type { CliContext } from '../../context.js';
import { given } from '../../given.js';
import { wantsJson } from '../../output.js';
import { addPageOption, type PageFlag } from '../../pages.js';
import { integer } from '../../parsers.js';
import { stateText, whenText } from '../../schedule/show.js';
import { printTable } from '../../table.js';
import { connect, type Target } from '../../target.js';
import { workflowIdFrom } from '../../workflow/ids.js';
import { readPages } from '../../workflow/pages.js';

interface Flags extends PageFlag {
  readonly workflow?: string;
  readonly status?: string;
  readonly search?: string;
  readonly limit: number;
  readonly all?: boolean;
}

type Row = Schedule & { readonly workflow_title?: string | null; readonly next_run?: string | null };

export function define(command: Command, ctx: CliContext, handler = scheduleList): void {
  command
    .description('List the schedules of all workflows, newest first.')
    .option('--workflow <id>', 'only those of this workflow (wpid_...)')
    .addOption(new Option('-s, --status <status>', 'only these').choices(['active', 'paused']))
    .option('--search <text>', 'only those whose name, or title of the workflow, holds this text')
    .option('-n, --limit <n>', 'at most this many', integer, 20)
    .option('--all', 'all of them, whatever the limit');
  addPageOption(command)
    .addHelpText('after', '\nExamples:\n  $ skyvern schedule list --status active\n  $ skyvern schedule list --workflow wpid_123 --json')
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function scheduleList(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const target = await connect(ctx, command);
  const limit = flags.all ? Number.POSITIVE_INFINITY : flags.limit;
  const rows =
    flags.workflow === undefined ? await ofAll(target, flags, limit) : await ofOne(target, workflowIdFrom(flags.workflow), flags, limit);
  await printTable<Row>(
    ctx.io.stdout,
    rows,
    [
      ['SCHEDULE', (row) => row.workflow_schedule_id],
      ['STATE', stateText],
      ['WHEN', whenText],
      ['NEXT', (row) => (stateText(row) === 'on' ? nextText(row, ctx.clock.now()) : null)],
      ['WORKFLOW', (row) => row.workflow_permanent_id],
      ['NAME', (row) => row.name ?? row.workflow_title ?? null],
    ],
    wantsJson(ctx, command),
  );
}

const ofAll = ({ client, call }: Target, { status, search, page: only }: Flags, limit: number): Promise<Row[]> =>
  readPages<Row>(
    async (page, pageSize) => (await client.schedules.listAll({ ...given({ status, search }), page, pageSize }, call)).schedules,
    (row) => row.workflow_schedule_id,
    limit,
    { only },
  );

/** The list of one workflow knows no filters, and has no pages. */
async function ofOne({ client, call }: Target, workflowId: string, { status, search, page = 1 }: Flags, limit: number): Promise<Row[]> {
  const rows = await client.schedules.list(workflowId, call);
  return rows
    .filter(({ enabled }) => status === undefined || enabled === (status === 'active'))
    .filter(({ name }) => search === undefined || (name ?? '').toLowerCase().includes(search.toLowerCase()))
    .slice(page === 1 ? 0 : (page - 1) * limit, page * limit);
}

function nextText(row: Row, now: number): string | null {
  const timing = timingOf(row);
  const at = parseServerTime(row.next_run) ?? (timing ? nextFirings(timing, row.timezone, now, 1)[0]?.at : null) ?? null;
  return at === null ? null : momentText(at, row.timezone);
}
