/** What tokens cost. */
import { isLoopback } from '../origin.js';
import type { ModelAccess, ModelPrice, Usage } from './types.js';

const MILLION = 1_000_000;
/** Names in the list of public prices; an address says more than a format that many speak. */
const LISTED: Partial<Record<ModelAccess['provider'], string>> = { anthropic: 'anthropic', google: 'google' };

/** The price of a model for uncached tokens: its owner's word, nothing on this machine, else the public list's; null when it is in none. */
export async function priceOf({ provider, name, baseUrl, price }: ModelAccess, nowMs: number): Promise<ModelPrice | null> {
  if (price) return price;
  if (isLoopback(new URL(baseUrl))) return { input: 0, output: 0 };
  const one = await listed(provider, name, baseUrl, nowMs, { input_tokens: MILLION, output_tokens: MILLION });
  return one && { input: one.input, output: one.output };
}

/** What one request cost, in US dollars; null when the price is not known. Kept tokens are cheaper where the list says so. */
export async function costOf(access: ModelAccess, usage: Omit<Usage, 'cost'>, nowMs: number): Promise<number | null> {
  const { inputTokens, cachedTokens, outputTokens } = usage;
  if (!access.price && !isLoopback(new URL(access.baseUrl))) {
    const tokens = { input_tokens: inputTokens, cache_read_tokens: cachedTokens, output_tokens: outputTokens };
    const known = await listed(access.provider, access.name, access.baseUrl, nowMs, tokens);
    return known && known.input + known.output;
  }
  const { input, output } = access.price ?? { input: 0, output: 0 };
  return (inputTokens * input + outputTokens * output) / MILLION;
}

async function listed(provider: ModelAccess['provider'], name: string, baseUrl: string, nowMs: number, tokens: Record<string, number>) {
  const { calcPrice } = await import('@pydantic/genai-prices');
  const providerId = LISTED[provider];
  const where = providerId === undefined ? { providerApiUrl: baseUrl } : { providerId };
  try {
    const price = calcPrice(tokens, name, { ...where, timestamp: new Date(nowMs) });
    return price && { input: price.input_price, output: price.output_price };
  } catch {
    return null; // a provider that the list does not know
  }
}
