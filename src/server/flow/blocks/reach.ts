/** How blocks ask the world outside of a page: addresses, answers, and a limit of time. */
import type { FlowContext } from '../context.js';

/** `work` with a time limit. Rejects with an error in words when it is over. */
export async function within<T>(
  { clock, signal }: Pick<FlowContext, 'clock' | 'signal'>,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [over, done] = [new AbortController(), new AbortController()];
  clock.sleep(ms, AbortSignal.any([signal, done.signal])).then(
    () => over.abort(new Error(`there was no answer within ${ms / 1000} s`)),
    () => {},
  );
  try {
    return await work(AbortSignal.any([signal, over.signal]));
  } finally {
    done.abort();
  }
}

/** As it is asked for, `https` where nothing else is said; null: it is no address of the web. */
export function webAddress(value: unknown): string | null {
  const text = typeof value === 'string' ? value.trim() : '';
  const full = /^[a-z][\w+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (text === '' || !URL.canParse(full)) return null;
  const url = new URL(full);
  return /^https?:$/.test(url.protocol) ? url.href : null;
}

/** JSON as what it says, all else as text. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
