/** The language model of a run on the embedded server: found in the settings, its key fetched, handed over by name. */
import type { Command } from 'commander';
import { readModelKey } from '../config/auth.js';
import { type Settings, splitModel } from '../config/settings.js';
import { SkyvernError } from '../errors.js';
import { isProviderName, type NoModel, resolveModel } from '../model/access.js';
import type { ModelAccess } from '../model/types.js';
import { RULES_ENGINE } from '../protocol/task.js';
import type { CliContext } from './context.js';
import { editDeps, settingsOf } from './settings.js';
import type { Target } from './target.js';

/**
 * What the settings say of models, with another one named for this call.
 * @param named `provider/name`, or a name at the provider of the settings
 */
export async function modelOf(
  ctx: Pick<CliContext, 'io' | 'paths' | 'clock' | 'random' | 'keychain'>,
  settings: Settings,
  named: string | null = null,
): Promise<ModelAccess | NoModel> {
  const { model, profile } = settings;
  const split = named === null ? null : splitModel(named);
  const other = split !== null && isProviderName(split.provider) ? split : null;
  const sameProvider = other === null || other.provider === model.provider.value;
  const sameModel = named === null || (other?.name ?? named) === model.name.value;
  const choice = {
    provider: other?.provider ?? model.provider.value,
    name: other?.name ?? named ?? model.name.value,
    baseUrl: sameProvider || model.baseUrl.source === 'environment' ? model.baseUrl.value : null,
    price: sameProvider && sameModel ? model.price.value : null,
  };
  const deps = { ...editDeps(ctx as CliContext), keychain: ctx.keychain };
  return resolveModel(choice, ctx.io.env, (origin) => readModelKey(deps, profile.value, origin));
}

export const isModel = (found: ModelAccess | NoModel): found is ModelAccess => 'baseUrl' in found;

/** The name by which runs ask for a model that was handed over. */
export const modelLabel = ({ provider, name }: ModelAccess): string => `${provider}/${name}`;

/**
 * For a start on the embedded server: the model of this call is handed to the server, which keeps its key in memory, and the
 * run names it. Where no model is configured the server says so, with what it finds on this machine.
 * @throws SkyvernError `no_model_key` (4) when one is named and cannot be asked
 */
export async function withModel<Body extends object>(
  ctx: CliContext,
  command: Command,
  target: Target,
  body: Body,
  { engine, named }: { readonly engine: string | undefined; readonly named: string | undefined },
): Promise<Body> {
  if (!target.local || engine === RULES_ENGINE) return body;
  const settings = settingsOf(ctx, command);
  if (settings.model.provider.value === null && named === undefined) return body;
  const found = await modelOf(ctx, settings, named ?? null);
  if (!isModel(found)) throw new SkyvernError('auth', 'no_model_key', found.missing, { hint: found.hint });
  const share = { provider: found.provider, name: found.name, base_url: found.baseUrl, api_key: found.apiKey, price: found.price };
  const { status, body: answer } = await target.client.raw.request({ method: 'PUT', path: '/v1/local/model', body: share }, target.call);
  answer.resume();
  if (status >= 400) throw new SkyvernError('refused', 'model_refused', `the local server does not take the model (${status})`);
  return { ...body, model: { model_name: modelLabel(found) } };
}
