/** `auth login --model`: names the language model of the embedded server, asks it whether it takes the key, and keeps both. */
import type { Command } from 'commander';
import { storeModelKey } from '../config/auth.js';
import { setSetting, unsetSetting } from '../config/edit.js';
import { cleanKey, splitModel } from '../config/settings.js';
import { type ExitName, SkyvernError, UsageError } from '../errors.js';
import { isProviderName, PROVIDER_NAMES, resolveModel, takesKey } from '../model/access.js';
import { type AskOptions, type ModelAccess, ModelError } from '../model/types.js';
import { printable } from '../render/sanitize.js';
import { duration } from '../render/words.js';
import { askSecretly, canAsk } from './ask.js';
import type { CliContext, GlobalFlags } from './context.js';
import { readSource } from './inputs.js';
import { modelLabel } from './model.js';
import { wantsJson, write, writeJson } from './output.js';
import { editDeps, profileToEdit } from './settings.js';

export interface ModelFlags {
  readonly model: string;
  readonly modelBaseUrl?: string;
}

export async function modelLogin(ctx: CliContext, command: Command, { model, modelBaseUrl }: ModelFlags): Promise<void> {
  const named = splitModel(model);
  if (!named || !isProviderName(named.provider)) {
    throw new UsageError(`"${printable(model, { maxLength: 80 })}" names no model`, {
      hint: `write it as provider/name, with a provider of ${PROVIDER_NAMES.join(', ')}`,
    });
  }
  const choice = { ...named, baseUrl: modelBaseUrl ?? null, price: null };
  const key = await keyFor(ctx, command, named.provider);
  const access = await resolveModel(choice, key === null ? {} : { SKYVERN_MODEL_API_KEY: key }, async () => null);
  if ('missing' in access) throw new UsageError(access.missing, { hint: access.hint });
  await check(ctx, access, {
    provider: named.provider,
    onRetry: (reason, delayMs) => ctx.io.stderr.write(`${printable(reason)}; asked again in ${duration(delayMs)}\n`),
  });
  const deps = editDeps(ctx);
  const profile = profileToEdit(ctx, command);
  const baseUrl = new URL(access.baseUrl);
  const kept = key === null ? null : await storeModelKey({ ...deps, keychain: ctx.keychain }, { profile, baseUrl, key });
  await setSetting(deps, profile, 'model.provider', named.provider);
  await setSetting(deps, profile, 'model.name', named.name);
  if (modelBaseUrl === undefined) await unsetSetting(deps, profile, 'model.base-url');
  else await setSetting(deps, profile, 'model.base-url', modelBaseUrl);
  if (wantsJson(ctx, command)) {
    return writeJson(ctx.io.stdout, { profile, model: modelLabel(access), base_url: access.baseUrl, kept_in: kept?.where ?? null });
  }
  if (kept && kept.reason !== '') ctx.io.stderr.write(`notice: the key is in a file, not in a keychain: ${printable(kept.reason)}\n`);
  const where = kept ? `; the key is in ${kept.where}` : '';
  await write(ctx.io.stdout, `${model} at ${baseUrl.origin} answers and is the model of --local (profile ${profile})${where}\n`);
}

async function keyFor(ctx: CliContext, command: Command, provider: string): Promise<string | null> {
  const { apiKeyFile } = command.optsWithGlobals<GlobalFlags>();
  if (apiKeyFile !== undefined) return cleanKey(await readSource(ctx.io, apiKeyFile === '-' ? '-' : `@${apiKeyFile}`, '--api-key-file'));
  if (!takesKey(provider)) return null;
  if (!canAsk(ctx, command))
    throw new UsageError(`there is no key for ${provider}`, { hint: 'add --api-key-file FILE, or - for standard input' });
  const typed = await askSecretly(ctx, `API key for ${provider} (not shown; empty for none): `);
  return typed.trim() === '' ? null : cleanKey(typed);
}

interface CheckOptions {
  /** As people name it. */
  readonly provider: string | null;
  readonly onRetry?: AskOptions['onRetry'];
}

/** One small question: a key, an address or a name that is wrong is told now and not by a run. */
export async function check(
  { clock, random, io, callSignal }: CliContext,
  access: ModelAccess,
  { provider, onRetry = () => {} }: CheckOptions,
): Promise<void> {
  const { openModel } = await import('../model/ask.js');
  const model = await openModel({ clock, random, env: io.env }, access);
  try {
    await model.ask(HELLO, { signal: callSignal, onUsage: () => {}, onRetry });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const { exit, hint } = wayOut(error.code, `${provider ?? access.provider}/${access.name}`);
    throw new SkyvernError(exit, error.code.toLowerCase(), error.message, { hint });
  } finally {
    await model.close();
  }
}

/** @param model as it is named on the command line */
function wayOut(code: string, model: string): { readonly exit: ExitName; readonly hint: string } {
  switch (code) {
    case 'MODEL_REFUSED_KEY':
      return { exit: 'auth', hint: `\`skyvern auth login --model ${model}\` takes another key` };
    case 'MODEL_UNKNOWN':
      if (!model.startsWith('ollama/'))
        return { exit: 'refused', hint: 'check the name in the list of models of your provider, and the address' };
      return { exit: 'refused', hint: `fetch it with: ollama pull ${model.slice('ollama/'.length)}` };
    case 'MODEL_NO_CREDIT':
      return { exit: 'refused', hint: 'pay in at the provider, or name another model' };
    case 'MODEL_UNAVAILABLE':
      return { exit: 'network', hint: 'check the address, `--model-base-url` or model.base-url, and the proxy; or try again later' };
    default:
      return {
        exit: 'refused',
        hint: 'check the name and the address of the model: most APIs begin with /v1, as `--model-base-url` says it',
      };
  }
}

const HELLO = {
  system: 'You answer in the form that is asked for.',
  messages: [{ role: 'user', text: 'Say that you are ready.' }],
  answer: {
    name: 'say',
    description: 'Say whether you are ready.',
    schema: { type: 'object', properties: { ready: { type: 'boolean' } }, required: ['ready'], additionalProperties: false },
    faults: (answer: unknown) => (typeof (answer as { ready?: unknown }).ready === 'boolean' ? [] : ['`ready` is true or false']),
  },
} as const;
