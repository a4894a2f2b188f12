/** A browser session of its own for a start: how it is made, ended, and asked which run is in it. */
import type { ApiClient } from '../client/client.js';
import { UsageError } from '../errors.js';
import { parseServerTime } from '../protocol/time.js';
import type { Candidate } from './lookUp.js';
import type { Fence } from './startOnce.js';

type Sessions = Pick<ApiClient['sessions'], 'create' | 'get' | 'close'>;

export const sessionFence = (sessions: Sessions): Fence => ({
  open: async (signal) => (await sessions.create({}, { signal })).browser_session_id,
  close: (sessionId, signal) => sessions.close(sessionId, { signal }),
});

/** @throws UsageError for a request that names a browser itself */
export function assertFenceable(
  fence: boolean | undefined,
  body: {
    readonly browser_session_id?: string | null;
    readonly browser_address?: string | null;
    readonly start_fresh_browser?: boolean;
    readonly reuse_browser_session?: boolean | null;
  },
): void {
  if (fence && (body.browser_session_id || body.browser_address || body.start_fresh_browser || body.reuse_browser_session)) {
    throw new UsageError('a fenced start runs in a session of its own, so it takes no other browser', {
      code: 'fence_browser',
      hint: 'leave one of them out',
    });
  }
}

/** The run that occupies a start's session: none, or the one that was started. */
export async function runInSession(
  sessionId: string | null,
  { sessions, runs }: { readonly sessions: Pick<ApiClient['sessions'], 'get'>; readonly runs: Pick<ApiClient['runs'], 'get'> },
  isRunId: (text: string) => boolean,
  signal: AbortSignal | undefined,
): Promise<Candidate[]> {
  if (sessionId === null) return [];
  const { runnable_id: runId } = await sessions.get(sessionId, signal && { signal });
  if (runId === null || !isRunId(runId)) return [];
  const { status, created_at } = await runs.get(runId, signal && { signal });
  return [{ run_id: runId, status, created_at: parseServerTime(created_at) }];
}
