/** `wait`: some seconds pass. */
import type { BlockKind } from './kind.js';

const MAX_WAIT_SECONDS = 1_800;

export const WAIT: BlockKind = {
  async carryOut({ block }, { clock, signal }) {
    const seconds = Number(block['wait_sec']);
    if (!(seconds >= 1 && seconds <= MAX_WAIT_SECONDS)) {
      return { status: 'failed', reason: `Invalid wait time ${seconds}: it is between 1 and ${MAX_WAIT_SECONDS} seconds` };
    }
    await clock.sleep(seconds * 1000, signal);
    return { status: 'completed', output: { success: true } };
  },
};
