/** What starts of workflows say to the embedded server alone: which engine carries out their goals, and what it may do. */
import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.js';
import type { WorkflowRunRequest } from '../../protocol/workflowRun.js';
import type { CliContext } from '../context.js';
import { given } from '../given.js';
import { addGuardOptions, type GuardFlags, guardFields, refuseLocalOnly, withAttendance } from '../guards.js';
import { GROUPS } from '../help.js';
import { withModel } from '../model.js';
import type { Target } from '../target.js';

export interface LocalFlags extends GuardFlags {
  readonly engine?: string;
  readonly model?: string;
}

export const addLocalOptions = (command: Command): Command =>
  addGuardOptions(
    command
      .optionsGroup(GROUPS.local)
      .addOption(
        new Option('-e, --engine <name>', '`rules`: goals in plain imperatives, without a model (only --local)').choices(['rules']),
      )
      .option('--model <name>', 'language model for goals, `provider/name` or a name at the configured provider (only --local)'),
  );

/** The request with what was asked of the embedded server. @throws UsageError where another one would get it */
export async function forTarget(
  ctx: CliContext,
  command: Command,
  target: Target,
  request: WorkflowRunRequest,
  flags: LocalFlags,
  onPause?: 'wait' | 'fail',
): Promise<WorkflowRunRequest> {
  const asked = { ...request, ...guardFields(flags), ...given({ engine: flags.engine }) };
  refuseLocalOnly(target, asked);
  if (!target.local) {
    if (flags.model !== undefined) throw new UsageError('--model works only on the embedded server', { hint: 'add --local' });
    return request;
  }
  const body = withAttendance(ctx.io, target, asked, onPause);
  const { engine } = body as { readonly engine?: string };
  return withModel(ctx, command, target, body, { engine, named: flags.model });
}
