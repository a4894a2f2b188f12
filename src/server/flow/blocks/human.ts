/** `human_interaction`: the run waits for a person. */
import type { BlockKind } from './kind.js';

const NOBODY = 'Timeout elapsed with no human interaction';
/** As upstream, in seconds. */
const PATIENCE = 7_200;

export const HUMAN: BlockKind = {
  async carryOut({ block }, { flow: { lease }, deps: { queue, pauses }, signal }) {
    // Also where nobody watches: it is asked of people elsewhere, who have time.
    queue.pause(lease, String(block['instructions']));
    const answer = await pauses.wait(lease.runId, signal, Number(block['timeout_seconds'] ?? PATIENCE) * 1000);
    queue.pause(lease, null);
    if (answer === 'approved') return { status: 'completed', output: { success: true, reason: 'status_changed:running' } };
    return { status: 'timed_out', output: { success: false, reason: NOBODY }, reason: NOBODY };
  },
};
