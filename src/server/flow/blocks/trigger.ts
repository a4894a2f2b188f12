/** `workflow_trigger`: starts another workflow of this server, and waits for its end or goes on. */
import { isTyped } from '../../../workflow/fence.js';
import type { FlowBlock } from '../../../workflow/interpreter.js';
import type { BlockKind } from './kind.js';

type Wire = Readonly<Record<string, unknown>>;

export const WORKFLOW_TRIGGER: BlockKind = {
  unhonoured: ['use_parent_browser_session'],
  async carryOut({ block, written, id }, flow) {
    const waits = block['wait_for_completion'] !== false;
    const limit = flow.flow.request.max_cost ?? null;
    if (!waits && limit !== null)
      return { status: 'failed', reason: 'what it costs is counted only where it is waited for, and max_cost is said' };
    const tooDear = flow.tooDear();
    if (tooDear !== null) return { status: 'failed', reason: tooDear };
    const parameters = (block['payload'] ?? {}) as Wire;
    const workflow = String(block['workflow_permanent_id'] ?? '').trim();
    const sessionId = (block['browser_session_id'] as string | null | undefined) || null;
    const untyped = untypedKeys(written, flow.typed);
    const started = await flow.deps.triggers().start({ workflow, parameters, untyped, sessionId, waits }, flow);
    if (typeof started === 'string') return { status: 'failed', reason: started };
    const { run_id: runId } = started;
    const told = (status: string, reason: string | null, outputs: unknown) => ({
      workflow_run_id: runId,
      workflow_permanent_id: workflow,
      status,
      failure_reason: reason,
      outputs,
    });
    if (!waits) return { status: 'completed', output: told(started.status, null, null) };
    await flow.tell(id, told(started.status, null, null));
    const { run, cost } = await flow.deps.triggers().end(runId, flow);
    flow.spend(cost);
    const output = told(run.status, run.failure_reason, run.output === null ? null : JSON.parse(run.output));
    if (run.status === 'completed') return { status: 'completed', output };
    return {
      status: 'failed',
      output,
      reason: `the workflow run ${runId} is ${run.status}${run.failure_reason ? `: ${run.failure_reason}` : ''}`,
    };
  },
};

/** Keys of the payload in which something has a part that the run found. */
function untypedKeys(written: FlowBlock, typed: ReadonlySet<string>): string[] {
  const isOfUser = (value: unknown): boolean => {
    if (typeof value === 'string') return isTyped(value, typed);
    return typeof value !== 'object' || value === null || Object.values(value).every(isOfUser);
  };
  return Object.entries((written['payload'] ?? {}) as Wire).flatMap(([key, value]) => (isOfUser(value) ? [] : [key]));
}
