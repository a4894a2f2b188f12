import type { Command } from 'commander';
import { UsageError } from '../../../errors.js';
import { isTerminalStatus, RUN_STATUSES } from '../../../protocol/status.js';
import { canAsk } from '../../ask.js';
import type { CliContext } from '../../context.js';
import { addFollowOptions, type FollowFlags, follow } from '../../follow.js';
import { followMany } from '../../followMany.js';
import { outputMode } from '../../output.js';
import { collectPages } from '../../pages.js';
import { runStatusOption } from '../../runStatus.js';
import { connect, connectToRun, connectToRuns, type RunTarget } from '../../target.js';

interface Flags extends FollowFlags {
  readonly workflow?: readonly string[];
  readonly tag?: readonly string[];
  readonly status?: readonly string[];
}

const UNDER_WAY = RUN_STATUSES.filter((status) => !isTerminalStatus(status));

/** Of one board. */
const MAX_WATCHED = 1_000;

export function define(command: Command, ctx: CliContext, handler = runWatch): void {
  command
    .argument('[run...]', 'id of a run, its dashboard URL, or @last; of several, a board; on a terminal, left out: what is under way')
    .description(
      `Follow a run live until it ends, print its output, and exit by its verdict. Works on runs that have ended, too. Several runs, or those that --workflow, --tag and --status select (at most ${MAX_WATCHED}), are a board: those that need attention first, enter opens one, and the worst verdict is the exit code.`,
    )
    .option('--workflow <id...>', 'the runs of these workflows (wpid_...)')
    .option('--tag <term...>', 'the runs with these tags: label, key:value, or key:*')
    .addOption(runStatusOption('the runs that are now one of'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run watch @last\n  $ skyvern run watch tsk_123 --json | jq .output\n  $ skyvern run watch wr_456 --output ndjson > events.ndjson\n  $ skyvern run watch --status running queued paused\n  $ skyvern run watch tsk_1 tsk_2 wr_3 --junit report.xml',
    );
  addFollowOptions(command).action((ids: string[], flags: Flags) => handler(ctx, command, ids, flags));
}

export async function runWatch(ctx: CliContext, command: Command, ids: readonly string[], asked: Flags): Promise<void> {
  const mode = outputMode(ctx, command);
  const isBare = ids.length === 0 && asked.workflow === undefined && asked.tag === undefined && asked.status === undefined;
  // A script that lost its id must not follow somebody else's runs.
  const flags = isBare && canAsk(ctx, command) ? { ...asked, status: UNDER_WAY } : asked;
  const selects = flags.workflow !== undefined || flags.tag !== undefined || flags.status !== undefined;
  if (selects === ids.length > 0) {
    throw new UsageError(selects ? 'ids and a selection are two things to watch' : 'there is nothing to watch', {
      hint: 'give the ids of runs, @last, or one of --workflow, --tag and --status',
    });
  }
  if (ids.length === 1) return follow(ctx, await connectToRun(ctx, command, ids[0] as string), flags, mode);
  if (ids.length > MAX_WATCHED)
    throw new UsageError(`${ids.length} runs are too many for a board`, { hint: `give at most ${MAX_WATCHED}` });
  const targets = selects ? await selected(ctx, command, flags) : await connectToRuns(ctx, command, ids);
  if (targets.length === 0) {
    ctx.io.stderr.write(
      isBare ? 'nothing is under way; `skyvern run list` shows what has been\n' : 'no run is selected: there is nothing to watch\n',
    );
    return;
  }
  if (isBare && targets.length === 1) return follow(ctx, targets[0] as RunTarget, flags, mode);
  const again = selects ? selectionCommand(flags) : `skyvern run watch ${targets.map(({ runId }) => runId).join(' ')}`;
  await followMany(ctx, targets, flags, mode, { until: 'all', show: true, again, ...(selects && { query: narrowing(flags) }) });
}

const narrowing = ({ workflow, tag }: Flags) => ({ ...(workflow && { workflowPermanentId: workflow }), ...(tag && { tags: tag }) });

/** As the list is now: runs that begin later are another board's. */
async function selected(ctx: CliContext, command: Command, flags: Flags): Promise<RunTarget[]> {
  const target = await connect(ctx, command);
  const { client, call } = target;
  const query = { ...narrowing(flags), ...(flags.status && { status: flags.status }) };
  const rows = await collectPages(
    (page, pageSize) => client.runs.list({ ...query, page, pageSize }, call),
    ({ run_id }) => run_id,
    MAX_WATCHED,
  );
  return rows.map(({ run_id }) => ({ ...target, runId: run_id }));
}

/** Only names and ids are in it: nothing that a shell would read otherwise, unless it is quoted. */
function selectionCommand(flags: Flags): string {
  const quoted = (text: string) => (/^[\w:.@%+=/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const part = (name: string, values: readonly string[] | undefined) => (values ? [`--${name}`, ...values.map(quoted)] : []);
  return ['skyvern run watch', ...part('workflow', flags.workflow), ...part('tag', flags.tag), ...part('status', flags.status)].join(' ');
}
