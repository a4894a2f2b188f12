/** `terminate`: the run ends here, and says why. */
import type { BlockKind } from './kind.js';

export const TERMINATE: BlockKind = {
  async carryOut({ block }) {
    const reason = String(block['reason']);
    const code = (block['error_code'] ?? null) as string | null;
    const errors = code === null ? [] : [{ error_code: code, reasoning: reason, error_type: 'USER_DEFINED_ERROR' }];
    return { status: 'terminated', output: { reason }, reason, errors };
  },
};
