/** Whether an Ollama answers on this machine, and what it has. Only ever offered: nobody's prompts go to a model unasked. */
import type { Io } from '../io.js';
import { isLoopback } from '../origin.js';
import { providerUrl } from './access.js';
import { openExchange } from './exchange.js';

const ANSWER_MS = 700;
const LIMITS = { connectMs: ANSWER_MS, headersMs: ANSWER_MS, bodyIdleMs: ANSWER_MS, totalMs: ANSWER_MS, startMs: ANSWER_MS };

/** Names of its models, at most ten; null when nothing answers in time. */
export async function ollamaModels(env: Io['env'], signal: AbortSignal): Promise<readonly string[] | null> {
  const baseUrl = providerUrl({ provider: 'ollama', baseUrl: null }, env);
  if (baseUrl === null || !isLoopback(new URL(baseUrl))) return null;
  const exchange = openExchange(baseUrl, env, LIMITS);
  try {
    const answer = await exchange.fetch(`${new URL(baseUrl).origin}/api/tags`, { method: 'GET', signal });
    const { models } = (await answer.json()) as { models?: unknown };
    const names = Array.isArray(models) ? models.map((each) => (each as { name?: unknown })?.name) : [];
    return names.filter((name): name is string => typeof name === 'string' && /^[\x21-\x7e]{1,100}$/.test(name)).slice(0, 10);
  } catch {
    signal.throwIfAborted();
    return null;
  } finally {
    await exchange.close();
  }
}
