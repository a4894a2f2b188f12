/** The two files: settings by profile, and, apart from them so that the former can be shown, keys by profile. */
import { join } from 'node:path';
import type { Owner } from '../durable.js';
import type { Paths } from '../paths.js';
import { BrokenFile, ForeignVersion, Store } from './store.js';

export interface ConfigFile {
  readonly v: 1;
  /** The profile that is used when none is named. */
  readonly use: string;
  readonly profiles: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A key, or where it is. `origin`: the only server that it is ever sent to. */
export type StoredKey =
  | { readonly origin: string; readonly store: 'file'; readonly value: string }
  | { readonly origin: string; readonly store: 'keychain' };

export interface KeyFile {
  readonly v: 1;
  readonly keys: Readonly<Record<string, StoredKey>>;
}

export const DEFAULT_PROFILE = 'default';
/** The embedded server, unless a base URL says otherwise. */
export const LOCAL_PROFILE = 'local';
/** Skyvern Cloud, whatever the Python CLI's file names. */
export const CLOUD_PROFILE = 'cloud';
/** Profiles that need not be made. */
export const GIVEN_PROFILES: readonly string[] = [DEFAULT_PROFILE, CLOUD_PROFILE, LOCAL_PROFILE];

/** All profiles: the given ones first. */
export const profileNames = ({ profiles }: Pick<ConfigFile, 'profiles'>): string[] => [
  ...new Set([...GIVEN_PROFILES, ...Object.keys(profiles)]),
];

export function configStore(paths: Pick<Paths, 'config'>, owner: Owner): Store<ConfigFile> {
  return new Store<ConfigFile>(join(paths.config, 'config.json'), owner, { v: 1, use: DEFAULT_PROFILE, profiles: named({}) }, (value) => {
    const file = versioned(value);
    const { use, profiles } = file;
    if (typeof use !== 'string' || !isRecord(profiles)) throw new BrokenFile('is not a settings file of this tool');
    for (const profile of Object.values(profiles)) {
      if (!isRecord(profile) || !Object.values(profile).every((each) => typeof each === 'string'))
        throw new BrokenFile('is not a settings file of this tool');
    }
    return { ...file, v: 1, use, profiles: named(profiles as ConfigFile['profiles']) };
  });
}

export function keyStore(paths: Pick<Paths, 'config'>, owner: Owner): Store<KeyFile> {
  return new Store<KeyFile>(join(paths.config, 'keys.json'), owner, { v: 1, keys: named({}) }, (value) => {
    const { keys } = versioned(value);
    if (!isRecord(keys) || !Object.values(keys).every(isStoredKey)) throw new BrokenFile('is not a key file of this tool');
    return { v: 1, keys: named(keys as KeyFile['keys']) };
  });
}

/** Without what every object has: `constructor` and `toString` are profiles only where somebody made them. */
const named = <T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> => Object.assign(Object.create(null), entries);

function versioned(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw new BrokenFile('is not a settings file of this tool');
  if (value['v'] !== 1) throw new ForeignVersion('was written by another version of this tool');
  return value;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const isStoredKey = (value: unknown): value is StoredKey =>
  isRecord(value) &&
  typeof value['origin'] === 'string' &&
  (value['store'] === 'keychain' || (value['store'] === 'file' && typeof value['value'] === 'string'));
