import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ModelChoice, resolveModel } from '../../src/model/access.js';
import { ollamaModels } from '../../src/model/ollama.js';

const choice = (provider: string | null, fields: Partial<ModelChoice> = {}): ModelChoice => ({
  provider,
  name: 'm',
  baseUrl: null,
  price: null,
  ...fields,
});
const nothing = async () => null;

test.each<[string, ModelChoice, Record<string, string>, Record<string, unknown>]>([
  [
    'the provider’s own variable, at its own address',
    choice('anthropic'),
    { ANTHROPIC_API_KEY: 'own' },
    { provider: 'anthropic', baseUrl: 'https://api.anthropic.com/v1', apiKey: 'own' },
  ],
  [
    'ours before the provider’s',
    choice('google'),
    { GEMINI_API_KEY: 'own', SKYVERN_MODEL_API_KEY: 'ours' },
    { provider: 'google', apiKey: 'ours' },
  ],
  [
    'the first of several variables',
    choice('google'),
    { GOOGLE_API_KEY: 'second', GOOGLE_GENERATIVE_AI_API_KEY: 'first' },
    { apiKey: 'first' },
  ],
  [
    'the provider’s variable for its address',
    choice('openai'),
    { OPENAI_BASE_URL: 'https://proxy.example/v1/', OPENAI_API_KEY: 'own' },
    { baseUrl: 'https://proxy.example/v1', apiKey: 'own' },
  ],
  [
    'another address gets no key of the provider',
    choice('openai-compatible', { baseUrl: 'https://llm.example/v1' }),
    { OPENAI_API_KEY: 'own' },
    { baseUrl: 'https://llm.example/v1', apiKey: null },
  ],
  [
    'another address gets the key that is given for this call',
    choice('openai-compatible', { baseUrl: 'https://llm.example/v1' }),
    { SKYVERN_MODEL_API_KEY: 'ours' },
    { apiKey: 'ours' },
  ],
  [
    'a server on this machine needs none',
    choice('openai-compatible', { baseUrl: 'http://localhost:8080/v1' }),
    { OPENAI_API_KEY: 'own' },
    { apiKey: null },
  ],
  [
    'Ollama',
    choice('ollama'),
    { OPENAI_API_KEY: 'own' },
    { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:11434/v1', apiKey: null },
  ],
  ['Ollama elsewhere', choice('ollama'), { OLLAMA_HOST: '0.0.0.0:11500' }, { baseUrl: 'http://127.0.0.1:11500/v1' }],
  ['a price of one’s own', choice('ollama', { price: '3/15' }), {}, { price: { input: 3, output: 15 } }],
])('%s', async (_, asked, env, found) => {
  expect(await resolveModel(asked, env, nothing)).toMatchObject(found);
});

test.each<[string, ModelChoice, string]>([
  ['nothing is configured', choice(null), 'no language model is configured'],
  ['a provider without a model', choice('google', { name: null }), 'no model of google is named'],
  ['a provider without a key', choice('anthropic'), 'there is no key for https://api.anthropic.com'],
  [
    'another address of a provider without a key',
    choice('anthropic', { baseUrl: 'https://llm.example' }),
    'there is no key for https://llm.example',
  ],
])('%s: what is missing, and what to type', async (_, asked, missing) => {
  const found = await resolveModel(asked, {}, nothing);
  expect(found).toEqual({ missing, hint: expect.stringContaining('`skyvern ') });
});

test('a stored key is asked for by the origin that it would go to', async () => {
  const asked: string[] = [];
  const stored = async (origin: string) => {
    asked.push(origin);
    return origin === 'https://llm.example' ? 'stored' : null;
  };
  expect(await resolveModel(choice('openai-compatible', { baseUrl: 'https://llm.example/v1' }), {}, stored)).toMatchObject({
    apiKey: 'stored',
  });
  expect(await resolveModel(choice('anthropic'), {}, stored)).toMatchObject({ missing: expect.any(String) });
  expect(asked).toEqual(['https://llm.example', 'https://api.anthropic.com']);
});

test('an Ollama is found on this machine only, and names its models; what else answers there is none', async () => {
  const answers = ['{"models":[{"name":"qwen3:8b"},{"name":"llama3.3"},{"name":"bad name"},7]}', '<html>', '{}'];
  const server = createServer((_, response) => void response.end(answers.shift()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const env = { OLLAMA_HOST: `127.0.0.1:${(server.address() as AddressInfo).port}` };
  const { signal } = new AbortController();
  expect(await ollamaModels(env, signal)).toEqual(['qwen3:8b', 'llama3.3']);
  expect(await ollamaModels(env, signal)).toBeNull();
  expect(await ollamaModels(env, signal)).toEqual([]);
  expect(await ollamaModels({ OLLAMA_HOST: 'https://ollama.example' }, signal)).toBeNull(); // nobody else is asked
});
