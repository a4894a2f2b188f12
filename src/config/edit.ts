/** `config get | set | unset | list | path | use`: functions of plain arguments. */
import { UsageError } from '../errors.js';
import type { Paths } from '../paths.js';
import { type ConfigFile, configStore, GIVEN_PROFILES, keyStore, profileNames } from './files.js';
import { checkProfileName, isSettingName, SETTING_NAMES, SETTINGS, type SettingName } from './schema.js';
import { resolveSettings, type Setting, type Settings, type SettingsInput } from './settings.js';
import type { StoreDeps } from './store.js';

export interface EditDeps extends StoreDeps {
  readonly paths: Pick<Paths, 'config'>;
}

/** A row of `config list`. */
export interface ListedSetting {
  readonly name: SettingName;
  /** Null: not set, and without a default. */
  readonly value: string | null;
  readonly source: Setting<unknown>['source'];
  readonly where: string;
  readonly about: string;
}

/** Every setting with the value that holds and where it comes from. */
export function listSettings(input: SettingsInput): ListedSetting[] {
  const settings = resolveSettings(input);
  return SETTING_NAMES.map((name) => {
    const { value, source, where } = held(settings, name);
    return { name, value: value === null ? null : String(value), source, where, about: SETTINGS[name].about };
  });
}

/** One row of `config list`. `UsageError` when there is no such setting. */
export function getSetting(input: SettingsInput, name: string): ListedSetting {
  const wanted = known(name);
  return listSettings(input).find((row) => row.name === wanted) as ListedSetting;
}

/** Sets a value in a profile, made when it is not there. Returns the value as kept. `UsageError` for a wrong name or value. */
export async function setSetting(deps: EditDeps, profile: string, name: string, text: string): Promise<string> {
  const setting = known(name);
  const value = SETTINGS[setting].check(text);
  checkProfileName(profile);
  await configStore(deps.paths, deps.owner).update(deps, (file) => ({
    ...file,
    profiles: { ...file.profiles, [profile]: { ...file.profiles[profile], [setting]: value } },
  }));
  return value;
}

/** Takes a value out of a profile; false when it was not set. */
export async function unsetSetting(deps: EditDeps, profile: string, name: string): Promise<boolean> {
  const setting = known(name);
  let was = false;
  await configStore(deps.paths, deps.owner).update(deps, (file) => {
    const { [setting]: value, ...rest } = file.profiles[profile] ?? {};
    was = value !== undefined;
    return was ? { ...file, profiles: { ...file.profiles, [profile]: rest } } : file;
  });
  return was;
}

/** Makes a profile the one that is used when none is named. It is a given one, or has a setting or a key. */
export async function useProfile(deps: EditDeps, profile: string): Promise<void> {
  checkProfileName(profile);
  const hasKey = profile in keyStore(deps.paths, deps.owner).read().keys;
  await configStore(deps.paths, deps.owner).update(deps, (file) => {
    if (!GIVEN_PROFILES.includes(profile) && !hasKey && !(profile in file.profiles)) {
      throw new UsageError(`there is no profile "${profile}"`, {
        code: 'no_profile',
        hint: `\`skyvern config set base-url URL --profile ${profile}\` makes it`,
      });
    }
    return { ...file, use: profile, profiles: profile in file.profiles ? file.profiles : { ...file.profiles, [profile]: {} } };
  });
}

/** All profiles, and which is in use. */
export function listProfiles(deps: Pick<EditDeps, 'paths' | 'owner'>): { readonly name: string; readonly inUse: boolean }[] {
  const file: ConfigFile = configStore(deps.paths, deps.owner).read();
  return profileNames(file).map((name) => ({ name, inUse: name === file.use }));
}

/** The files: settings, and keys where no keychain has them. */
export function settingsPaths(deps: Pick<EditDeps, 'paths' | 'owner'>): { readonly config: string; readonly keys: string } {
  return { config: configStore(deps.paths, deps.owner).path, keys: keyStore(deps.paths, deps.owner).path };
}

function known(name: string): SettingName {
  if (isSettingName(name)) return name;
  throw new UsageError(`there is no setting "${name.slice(0, 60)}"`, { code: 'no_setting', hint: `there are ${SETTING_NAMES.join(', ')}` });
}

function held(settings: Settings, name: SettingName): Setting<string | number | boolean | null> {
  switch (name) {
    case 'base-url':
      if (settings.embedded) return { value: null, source: 'profile', where: 'profile local: the embedded server' };
      return { ...settings.baseUrl, value: settings.baseUrl.value.href.replace(/\/$/, '') };
    case 'output':
      return settings.output;
    case 'timeout':
      return { ...settings.timeoutMs, value: settings.timeoutMs.value === null ? null : `${settings.timeoutMs.value / 1000}s` };
    case 'notify':
      return settings.notify;
    case 'read-only':
      return settings.readOnly;
    case 'model.provider':
      return settings.model.provider;
    case 'model.name':
      return settings.model.name;
    case 'model.base-url':
      return settings.model.baseUrl;
    case 'local.keep-days':
      return settings.keep.days;
    case 'local.keep-size':
      return { ...settings.keep.bytes, value: settings.keep.bytes.value === null ? null : `${settings.keep.bytes.value / 1e9}GB` };
    case 'model.price':
      return settings.model.price;
  }
}
