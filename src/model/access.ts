/**
 * From settings, environment and a stored key to one model that can be asked, or to the ways to name one.
 *
 * A key goes only where it belongs: SKYVERN_MODEL_API_KEY where this call goes, a stored one to the server that it was stored
 * for, a provider's own variable to that provider's own address.
 */
import type { Io } from '../io.js';
import { isLoopback } from '../origin.js';
import type { ModelAccess, ModelPrice, ModelProvider } from './types.js';

/** What the settings say; null where they say nothing. */
export interface ModelChoice {
  /** One of `PROVIDER_NAMES`. */
  readonly provider: string | null;
  readonly name: string | null;
  readonly baseUrl: string | null;
  /** `IN/OUT`, US dollars for a million tokens. */
  readonly price: string | null;
}

interface Known {
  readonly speaks: ModelProvider;
  readonly baseUrl: string;
  /** Variables of the provider's own that hold a key, the first one that is set. */
  readonly keys: readonly string[];
  /** Its variable for another address. */
  readonly baseUrlFrom: string | null;
}

const OPENAI: Known = {
  speaks: 'openai-compatible',
  baseUrl: 'https://api.openai.com/v1',
  keys: ['OPENAI_API_KEY'],
  baseUrlFrom: 'OPENAI_BASE_URL',
};

/** Names that people give to providers. */
const KNOWN: Readonly<Record<string, Known>> = {
  openai: OPENAI,
  'openai-compatible': OPENAI,
  ollama: { speaks: 'openai-compatible', baseUrl: 'http://127.0.0.1:11434/v1', keys: [], baseUrlFrom: null },
  anthropic: {
    speaks: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    keys: ['ANTHROPIC_API_KEY'],
    baseUrlFrom: 'ANTHROPIC_BASE_URL',
  },
  google: {
    speaks: 'google',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    keys: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    baseUrlFrom: null,
  },
};

export const PROVIDER_NAMES: readonly string[] = Object.keys(KNOWN);
/** Whether a provider can want a key at all. */
export const takesKey = (provider: string): boolean => (KNOWN[provider]?.keys.length ?? 0) > 0;
export const isProviderName = (name: string): boolean => Object.hasOwn(KNOWN, name);

/** Why no model can be asked: what is missing, and what to type. */
export interface NoModel {
  readonly missing: string;
  readonly hint: string;
}

/** Address of a provider's API. */
export function providerUrl({ provider, baseUrl }: Pick<ModelChoice, 'provider' | 'baseUrl'>, env: Io['env']): string | null {
  const known = provider === null ? undefined : KNOWN[provider];
  if (!known) return null;
  const fromEnv = known.baseUrlFrom === null ? undefined : env[known.baseUrlFrom];
  return (baseUrl ?? (provider === 'ollama' ? ollamaUrl(env) : fromEnv) ?? known.baseUrl).replace(/\/+$/, '');
}

/** @param stored the key kept for an origin; null when there is none. Asked only when it is needed */
export async function resolveModel(
  choice: ModelChoice,
  env: Io['env'],
  stored: (origin: string) => Promise<string | null>,
): Promise<ModelAccess | NoModel> {
  const { provider, name } = choice;
  const known = provider === null ? undefined : KNOWN[provider];
  const baseUrl = providerUrl(choice, env);
  if (!known || baseUrl === null) return { missing: 'no language model is configured', hint: WAYS };
  if (name === null) {
    return { missing: `no model of ${provider} is named`, hint: '`skyvern config set model.name NAME` names one' };
  }
  const url = new URL(baseUrl);
  const own = baseUrl === providerUrl({ provider, baseUrl: null }, env);
  const apiKey =
    env['SKYVERN_MODEL_API_KEY'] ||
    (own && known.keys.map((variable) => env[variable]).find(Boolean)) ||
    (await stored(url.origin)) ||
    null;
  if (apiKey === null && !isLoopback(url) && known.keys.length > 0 && (own || known.speaks !== 'openai-compatible')) {
    return {
      missing: `there is no key for ${url.origin}`,
      hint: `\`skyvern auth login --model ${provider}/${name}\` stores one, SKYVERN_MODEL_API_KEY gives one`,
    };
  }
  return {
    provider: known.speaks,
    name,
    baseUrl,
    apiKey: apiKey?.trim() ?? null,
    price: choice.price === null ? null : parsePrice(choice.price),
  };
}

export const WAYS =
  'name one with `skyvern auth login --model PROVIDER/NAME` (anthropic, google, openai, ollama, openai-compatible) or SKYVERN_MODEL, ' +
  'or add `--engine rules`, which runs plain imperative prompts without one';

/** `3/15`; null when it is none. */
export function parsePrice(text: string): ModelPrice | null {
  const parts = /^\s*(\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)\s*$/.exec(text);
  return parts && { input: Number(parts[1]), output: Number(parts[2]) };
}

/** `OLLAMA_HOST` is an address, a host or a host and port; a server that listens everywhere is asked on this machine. */
function ollamaUrl(env: Io['env']): string | undefined {
  const host = env['OLLAMA_HOST']?.trim();
  if (!host) return undefined;
  const text = host.includes('://') ? host : `http://${host}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1';
  if (url.port === '' && url.protocol === 'http:') url.port = '11434';
  return `${url.origin}/v1`;
}
