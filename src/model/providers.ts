/** The providers' libraries, each loaded when it is first asked for. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ModelAccess } from './types.js';

/** @param fetch carries every request */
export async function languageModel(
  { provider, name, baseUrl, apiKey }: ModelAccess,
  fetch: typeof globalThis.fetch,
): Promise<LanguageModelV4> {
  // A library that is given no key looks for one in the environment, which may be another server's.
  const key = apiKey ?? 'none';
  switch (provider) {
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      return createOpenAICompatible({ name: 'model', baseURL: baseUrl, ...(apiKey !== null && { apiKey }), fetch }).chatModel(name);
    }
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic({ baseURL: baseUrl, apiKey: key, fetch })(name);
    }
    case 'google': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return createGoogleGenerativeAI({ baseURL: baseUrl, apiKey: key, fetch })(name);
    }
  }
}
