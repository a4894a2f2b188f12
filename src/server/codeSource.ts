/** Where the one-time codes of a run come from: an authenticator's key, an address that is asked, people and programs that send them. */
import type { Clock } from '../clock.js';
import type { CodeSource } from '../engine/task.js';
import { authenticatorCode, PERIOD_MS } from './authenticator.js';
import type { CodeStore } from './codeStore.js';
import { postWebhook, signedHeaders } from './webhookSender.js';

export interface CodeSourceDeps {
  readonly codes: CodeStore;
  readonly clock: Clock;
  /** Signs what is asked of `url`. */
  readonly token: string;
}

export interface CodeOrigins {
  readonly runId: string;
  /** Base32 key of an authenticator; null: there is none. */
  readonly key: string | null;
  readonly url: string | null;
  readonly identifier: string | null;
}

/** As upstream: a run waits this long for a code, in milliseconds. */
export const CODE_WAIT_MS = 15 * 60_000;
/** Between two questions to an address that has no code yet. */
const ASK_AGAIN_MS = 5_000;
const ANSWER_MS = 10_000;
/** A code that is about to change would be refused by the time it is typed. */
const LEAST_LEFT_MS = 3_000;

/** Null when the run names no origin of codes. */
export function codeSource(deps: CodeSourceDeps, { runId, key, url, identifier }: CodeOrigins): CodeSource | null {
  if (key === null && url === null && identifier === null) return null;
  const { codes, clock } = deps;
  const given = new Set<string>();

  const fromKey = async (base32: string, signal: AbortSignal): Promise<string> => {
    for (;;) {
      const leftMs = PERIOD_MS - (clock.now() % PERIOD_MS);
      const code = authenticatorCode(base32, clock.now());
      if (leftMs >= LEAST_LEFT_MS && !given.has(code)) return code;
      await clock.sleep(leftMs, signal);
    }
  };
  const fromUrl = async (address: string, signal: AbortSignal): Promise<string | null> => {
    const body = Buffer.from(JSON.stringify({ task_id: runId, workflow_run_id: null, workflow_permanent_id: null }));
    const headers = signedHeaders(deps.token, body, clock.now());
    try {
      const { status, text } = await postWebhook(address, body, headers, { clock, timeoutMs: ANSWER_MS, signal });
      const code = status === 200 ? (JSON.parse(text) as { verification_code?: unknown } | null)?.verification_code : null;
      return typeof code === 'string' || typeof code === 'number' ? String(code).trim() || null : null;
    } catch {
      signal.throwIfAborted();
      return null; // no answer, or none that can be read: not yet
    }
  };
  const fresh = (code: string | null): code is string => code !== null && !given.has(code);

  return {
    async next(signal) {
      const answer = (code: string) => {
        given.add(code);
        return code;
      };
      if (key !== null) return answer(await fromKey(key, signal));
      const until = clock.monotonic() + CODE_WAIT_MS;
      for (;;) {
        signal.throwIfAborted();
        const asked = url === null ? null : await fromUrl(url, signal);
        if (fresh(asked)) return answer(asked);
        const sent = identifier === null ? null : codes.take(identifier, runId);
        if (fresh(sent)) return answer(sent);
        const leftMs = until - clock.monotonic();
        if (leftMs <= 0) return null;
        const pauseMs = url === null ? leftMs : Math.min(leftMs, ASK_AGAIN_MS);
        if (identifier !== null) await codes.news(identifier, pauseMs, signal);
        else await clock.sleep(pauseMs, signal);
      }
    },
  };
}
