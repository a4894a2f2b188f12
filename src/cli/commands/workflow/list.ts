import { type Command, Option } from 'commander';
import type { Workflow } from '../../../protocol/workflow.js';
import { WORKFLOW_STATUSES } from '../../../protocol/workflowFields.js';
import type { CliContext } from '../../context.js';
import { utc } from '../../describe.js';
import { given } from '../../given.js';
import { wantsJson } from '../../output.js';
import { addPageOption, type PageFlag } from '../../pages.js';
import { integer } from '../../parsers.js';
import { printTable } from '../../table.js';
import { connect } from '../../target.js';
import { readPages } from '../../workflow/pages.js';

interface Flags extends PageFlag {
  readonly search?: string;
  readonly status?: readonly string[];
  readonly folder?: string;
  readonly tag?: readonly string[];
  readonly limit: number;
  readonly all?: boolean;
  readonly onlyWorkflows?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = workflowList): void {
  command
    .description('List workflows, newest first. In a pipe: tab-separated, without a header.')
    .option('--search <text>', 'only those whose title, folder or parameters hold this text')
    .addOption(new Option('-s, --status <status...>', 'only these; published and draft when left out').choices(WORKFLOW_STATUSES))
    .option('--folder <id>', 'only those in this folder (fld_...)')
    .option('--tag <term...>', 'only those with these tags: label, key:value, or key:*')
    .option('-n, --limit <n>', 'at most this many', integer, 20)
    .option('--only-workflows', 'leave out tasks that were kept as workflows')
    .option('--all', 'all of them, whatever the limit');
  addPageOption(command)
    .addHelpText('after', '\nExamples:\n  $ skyvern workflow list --search shop\n  $ skyvern workflow list --all --json | jq ".[].title"')
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function workflowList(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const { client, call } = await connect(ctx, command);
  const query = given({
    searchKey: flags.search,
    status: flags.status,
    folderId: flags.folder,
    tags: flags.tag,
    onlyWorkflows: flags.onlyWorkflows,
  });
  const rows = await readPages<Workflow>(
    (page, pageSize) => client.workflows.list({ ...query, page, pageSize }, call),
    (row) => row.workflow_permanent_id,
    flags.all ? Number.POSITIVE_INFINITY : flags.limit,
    { only: flags.page },
  );
  await printTable(
    ctx.io.stdout,
    rows,
    [
      ['WORKFLOW', (row) => row.workflow_permanent_id],
      ['VERSION', (row) => String(row.version)],
      ['CHANGED', (row) => utc(row.modified_at ?? row.created_at)],
      ['TITLE', (row) => row.title],
    ],
    wantsJson(ctx, command),
  );
}
