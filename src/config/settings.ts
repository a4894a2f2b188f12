/**
 * Which value holds, and where it came from: flag, environment, project file, profile, the Python CLI's file, default.
 *
 * Reading is synchronous and small, because every command pays for it. Keys are read apart, and only by who needs one.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SkyvernError, UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { jsonFault } from '../json.js';
import { isLoopback, parseBaseUrl } from '../origin.js';
import type { Paths } from '../paths.js';
import { CLOUD_PROFILE, type ConfigFile, configStore, GIVEN_PROFILES, keyStore, LOCAL_PROFILE, profileNames } from './files.js';
import type { Keychain } from './keychain.js';
import {
  checkProfileName,
  isSettingName,
  type Notify,
  type Output,
  parseBoolean,
  parseDuration,
  parseSize,
  SETTINGS,
  type SettingName,
} from './schema.js';

export const DEFAULT_BASE_URL = 'https://api.skyvern.com';
const KEEP_DAYS = 30;
const KEEP_BYTES = 10e9;
export const PROJECT_FILE = 'skyvern.config.json';

/** Highest first. */
export type Source = 'flag' | 'environment' | 'project' | 'profile' | 'python' | 'default';

export interface Setting<T> {
  readonly value: T;
  readonly source: Source;
  /** Which flag, variable or file. */
  readonly where: string;
}

/** What the command line said; left out where it did not. */
export interface SettingFlags {
  readonly profile?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly output?: string | undefined;
  readonly timeout?: string | undefined;
  readonly readOnly?: boolean | undefined;
  /** A file that holds the key, or `-` for standard input. */
  readonly apiKeyFile?: string | undefined;
  /** `provider/name`. */
  readonly model?: string | undefined;
}

export interface Settings {
  readonly profile: Setting<string>;
  readonly baseUrl: Setting<URL>;
  /** The profile is that of the embedded server, and nothing names another server. */
  readonly embedded: boolean;
  readonly output: Setting<Output>;
  /** Milliseconds; null: as long as it takes. */
  readonly timeoutMs: Setting<number | null>;
  readonly notify: Setting<Notify>;
  readonly readOnly: Setting<boolean>;
  readonly model: {
    readonly provider: Setting<string | null>;
    readonly name: Setting<string | null>;
    readonly baseUrl: Setting<string | null>;
    /** `IN/OUT`, dollars for a million tokens. */
    readonly price: Setting<string | null>;
  };
  /** Of the evidence of ended runs on the embedded server; null: no limit. */
  readonly keep: { readonly days: Setting<number | null>; readonly bytes: Setting<number | null> };
  /** `--api-key-file`, not read yet. */
  readonly apiKeyFile: string | null;
  /** What a person should hear: loose modes set right, settings that a project file may not make. */
  readonly notices: readonly string[];
}

export interface SettingsInput {
  readonly io: Io;
  readonly paths: Pick<Paths, 'config'>;
  readonly flags?: SettingFlags;
  /** The profile that is named need not be there yet. */
  readonly mayMakeProfile?: boolean;
}

/** Throws `UsageError` (2) for a value that is none, naming where it stands, and `LocalError` (17) for a broken file. */
export function resolveSettings({ io, paths, flags = {}, mayMakeProfile = false }: SettingsInput): Settings {
  const notices: string[] = [];
  const file = configStore(paths, io).read((text) => notices.push(text));
  const project = projectSettings(io, (text) => notices.push(text));
  const profile = profileOf(io, flags, file);
  const own = Object.hasOwn(file.profiles, profile.value) ? (file.profiles[profile.value] ?? {}) : {};
  const isThere = mayMakeProfile || GIVEN_PROFILES.includes(profile.value) || Object.hasOwn(file.profiles, profile.value);
  if (!isThere && !Object.hasOwn(keyStore(paths, io).read().keys, profile.value)) {
    throw new UsageError(`there is no profile "${profile.value}" (${profile.where})`, { code: 'no_profile', hint: profilesHint(file) });
  }

  const look = (name: SettingName, flag: string | undefined, flagName: string): Setting<string> | null => {
    const { env } = SETTINGS[name];
    const fromEnv = env === null ? undefined : io.env[env];
    if (flag !== undefined) return checked(name, flag, 'flag', flagName);
    if (env !== null && fromEnv) return checked(name, fromEnv, 'environment', env);
    const fromProject = project.values[name];
    if (fromProject !== undefined) return checked(name, fromProject, 'project', project.path);
    const fromProfile = own[name];
    return fromProfile === undefined ? null : checked(name, fromProfile, 'profile', `profile ${profile.value}`);
  };
  const fallback = <T>(value: T): Setting<T> => ({ value, source: 'default', where: 'default' });
  const map = <T>(setting: Setting<string> | null, read: (text: string) => T, otherwise: T): Setting<T> =>
    setting ? { ...setting, value: read(setting.value) } : fallback(otherwise);

  const model = modelOf(io, flags);
  // The profile's address and price are those of the profile's provider.
  const ofProfile = model === null || model.provider.value === own['model.provider'];
  const ofThatModel = (name: 'model.base-url' | 'model.price') => {
    const found = look(name, undefined, '');
    return found?.source === 'profile' && !ofProfile ? null : found;
  };
  const named = look('base-url', flags.baseUrl, '--base-url') ?? givenBaseUrl(io, profile.value);
  return {
    profile,
    baseUrl: map(named, parseBaseUrl, parseBaseUrl(DEFAULT_BASE_URL)),
    embedded: profile.value === LOCAL_PROFILE && named === null,
    output: map<Output>(look('output', flags.output, '--output'), (text) => text as Output, 'auto'),
    timeoutMs: map<number | null>(look('timeout', flags.timeout, '--timeout'), parseDuration, null),
    notify: map<Notify>(look('notify', undefined, ''), (text) => text as Notify, 'off'),
    readOnly: map(
      look('read-only', flags.readOnly === undefined ? undefined : String(flags.readOnly), '--read-only'),
      (text) => parseBoolean('read-only', text),
      false,
    ),
    model: {
      provider: model?.provider ?? look('model.provider', undefined, '') ?? fallback(null),
      name: model?.name ?? look('model.name', undefined, '') ?? fallback(null),
      baseUrl: ofThatModel('model.base-url') ?? fallback(null),
      price: (model === null || model.name.value === own['model.name'] ? ofThatModel('model.price') : null) ?? fallback(null),
    },
    keep: {
      days: map<number | null>(look('local.keep-days', undefined, ''), (text) => Number(text) || null, KEEP_DAYS),
      bytes: map<number | null>(look('local.keep-size', undefined, ''), (text) => parseSize('local.keep-size', text) || null, KEEP_BYTES),
    },
    apiKeyFile: flags.apiKeyFile ?? null,
    notices,
  };
}

/** An API key and where it came from. Never print `value`. */
export type ApiKey = Setting<string>;

export interface KeyInput {
  readonly io: Io;
  readonly paths: Pick<Paths, 'config'>;
  readonly settings: Pick<Settings, 'profile' | 'baseUrl' | 'apiKeyFile'>;
  /** Asked only when the key is in it. */
  readonly keychain: () => Promise<Keychain>;
  /** Whether the key in the environment is meant for this server; for any when left out. */
  readonly isMeant?: (key: string) => boolean;
}

/**
 * The key for the server that the settings name.
 *
 * A key that is given for this call (`--api-key-file`, SKYVERN_API_KEY) goes where this call goes, unless `isMeant` says that the one of the
 * environment is another server's. A stored key goes only to
 * the server that it was stored for, and that of the Python CLI's file only to that file's server.
 * Rejects with `no_key` and `key_of_other_server` (4). A server on this machine may need none: its key is then empty.
 */
export async function readApiKey({ io, paths, settings, keychain, isMeant = () => true }: KeyInput): Promise<ApiKey> {
  const { baseUrl, profile, apiKeyFile } = settings;
  if (apiKeyFile !== null) return { value: cleanKey(await keyFrom(io, apiKeyFile)), source: 'flag', where: '--api-key-file' };
  const fromEnv = io.env['SKYVERN_API_KEY'];
  if (fromEnv && isMeant(cleanKey(fromEnv))) return { value: cleanKey(fromEnv), source: 'environment', where: 'SKYVERN_API_KEY' };

  const { origin } = baseUrl.value;
  const keys = keyStore(paths, io);
  const stored = keys.read().keys[profile.value];
  if (stored && stored.origin === origin) {
    const where = stored.store === 'file' ? keys.path : 'keychain';
    const value = stored.store === 'file' ? stored.value : await (await keychain()).get(accountOf(profile.value, origin));
    if (value) return { value: cleanKey(value), source: 'profile', where };
    throw new SkyvernError('auth', 'no_key', `the keychain no longer has the key of ${origin}`, { hint: LOGIN_HINT });
  }
  const python = pythonFile(io);
  if (python?.values['SKYVERN_API_KEY'] && pythonOrigin(python) === origin) {
    return { value: cleanKey(python.values['SKYVERN_API_KEY']), source: 'python', where: python.path };
  }
  if (isLoopback(baseUrl.value)) return { value: '', source: 'default', where: 'none' };
  if (stored) {
    throw new SkyvernError('auth', 'key_of_other_server', `the stored key belongs to ${stored.origin}, and is not sent to ${origin}`, {
      hint: `log in there: \`skyvern auth login --base-url ${origin}\``,
    });
  }
  if (fromEnv) {
    throw new SkyvernError(
      'auth',
      'key_of_other_server',
      `the key in SKYVERN_API_KEY is not known to belong to ${origin}, and is not sent there`,
      {
        hint: `add \`--base-url ${origin}\` where it does, or log in there: \`skyvern auth login --base-url ${origin}\``,
      },
    );
  }
  throw new SkyvernError('auth', 'no_key', `there is no API key for ${origin}`, { hint: LOGIN_HINT });
}

const LOGIN_HINT = '`skyvern auth login` stores one, SKYVERN_API_KEY gives one, and --local runs on this machine without';

/** The name under which a key is in the keychain. */
export const accountOf = (profile: string, origin: string): string => `${profile}@${origin}`;

/** A key as it was meant: without the line breaks, spaces and quotes that copying adds. What else does not belong in one is refused. */
export function cleanKey(text: string): string {
  const key = text
    .replace(/^\uFEFF/, '')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');
  if (/^[\x21-\x7e]{1,8192}$/.test(key)) return key;
  throw new SkyvernError(
    'auth',
    'bad_key',
    key === '' ? 'the API key is empty' : 'the API key holds spaces, line breaks or characters that no key has',
    {
      hint: 'copy it again, in one piece',
    },
  );
}

const MAX_KEY_BYTES = 64 * 1024;

async function keyFrom(io: Io, path: string): Promise<string> {
  if (path === '-') {
    let text = '';
    for await (const chunk of io.stdin) {
      text += chunk;
      if (text.length > MAX_KEY_BYTES) break;
    }
    return text.slice(0, MAX_KEY_BYTES);
  }
  try {
    return readFileSync(path, 'utf8').slice(0, MAX_KEY_BYTES);
  } catch (error) {
    throw new UsageError(`the key file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, {
      code: 'key_file',
      cause: error,
    });
  }
}

function profileOf(io: Io, flags: SettingFlags, file: ConfigFile): Setting<string> {
  const fromEnv = io.env['SKYVERN_PROFILE'];
  if (flags.profile !== undefined) return { value: checkProfileName(flags.profile), source: 'flag', where: '--profile' };
  if (fromEnv) return { value: checkProfileName(fromEnv), source: 'environment', where: 'SKYVERN_PROFILE' };
  return { value: file.use, source: file.use === 'default' ? 'default' : 'profile', where: 'config use' };
}

const profilesHint = (file: ConfigFile): string => `there is ${profileNames(file).join(', ')}`;

function checked(name: SettingName, text: string, source: Source, where: string): Setting<string> {
  try {
    return { value: SETTINGS[name].check(text), source, where };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message} (${where})`, { code: error.code, hint: error.hint });
  }
}

/** `--model` and SKYVERN_MODEL name provider and model in one: `anthropic/claude-...`. */
function modelOf(io: Io, flags: SettingFlags): { provider: Setting<string>; name: Setting<string> } | null {
  const text = flags.model ?? io.env['SKYVERN_MODEL'];
  if (!text) return null;
  const [source, where] = flags.model === undefined ? (['environment', 'SKYVERN_MODEL'] as const) : (['flag', '--model'] as const);
  const split = splitModel(text);
  if (!split) throw new UsageError(`"${text}" names no model (${where})`, { code: 'bad_value', hint: 'write it as provider/name' });
  return { provider: checked('model.provider', split.provider, source, where), name: checked('model.name', split.name, source, where) };
}

/** `provider/name`, where the name may have slashes of its own; null without a slash. */
export function splitModel(text: string): { readonly provider: string; readonly name: string } | null {
  const slash = text.indexOf('/');
  return slash < 1 ? null : { provider: text.slice(0, slash), name: text.slice(slash + 1) };
}

interface ProjectSettings {
  readonly path: string;
  readonly values: Partial<Record<SettingName, string>>;
}

/** The project file of the current folder. It comes with a repository, from whomever: it decides nothing about keys and servers. */
function projectSettings(io: Io, notice: (text: string) => void): ProjectSettings {
  const path = join(io.cwd(), PROJECT_FILE);
  const text = textOf(path);
  const values: Partial<Record<SettingName, string>> = {};
  if (text === null) return { path, values };
  const json = text.replace(/^\uFEFF/, '');
  const fault = jsonFault(json);
  if (fault !== null) throw new UsageError(`${path} is not JSON (${fault})`, { code: 'project_file' });
  const file: unknown = JSON.parse(json);
  if (typeof file !== 'object' || file === null || Array.isArray(file))
    throw new UsageError(`${path} does not hold an object`, { code: 'project_file' });
  for (const [name, value] of Object.entries(file)) {
    if (isSettingName(name) && SETTINGS[name].project) values[name] = String(value);
    else
      notice(`${path}: ${JSON.stringify(name.slice(0, 60))} is ignored: a project file sets output, timeout and read-only, nothing else`);
  }
  return { path, values };
}

interface PythonFile {
  readonly path: string;
  readonly values: Readonly<Record<string, string>>;
}

/** `~/.skyvern/.env`, which the Python CLI writes. */
function pythonFile({ env, platform }: Io): PythonFile | null {
  const home = platform === 'win32' ? env['USERPROFILE'] : env['HOME'];
  if (!home) return null;
  const path = join(home, '.skyvern', '.env');
  const text = textOf(path);
  return text === null ? null : { path, values: parseEnvFile(text) };
}

/** What a profile means by itself. */
function givenBaseUrl(io: Io, profile: string): Setting<string> | null {
  if (profile === LOCAL_PROFILE) return null;
  return profile === CLOUD_PROFILE ? { value: DEFAULT_BASE_URL, source: 'profile', where: `profile ${CLOUD_PROFILE}` } : pythonBaseUrl(io);
}

function pythonBaseUrl(io: Io): Setting<string> | null {
  const file = pythonFile(io);
  const url = file?.values['SKYVERN_BASE_URL'];
  return file && url ? checked('base-url', url, 'python', file.path) : null;
}

const pythonOrigin = ({ values }: PythonFile): string => parseBaseUrl(values['SKYVERN_BASE_URL'] || DEFAULT_BASE_URL).origin;

/** `NAME=value` lines, with `export`, quotes and comments. */
export function parseEnvFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const parts = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*(?:\s#.*)?$/.exec(line);
    if (parts?.[1]) values[parts[1]] = parts[2] ?? parts[3] ?? parts[4] ?? '';
  }
  return values;
}

/** A file of settings is some lines long; what comes with a repository may be a link to something without an end. */
const MAX_FILE_BYTES = 1_000_000;

/** The file's text; null when there is none, or none that we may read. @throws UsageError for what is no file, or too large to be one of settings */
function textOf(path: string): string | null {
  const refuse = (why: string, cause?: unknown) =>
    new UsageError(`${path} ${why}`, { code: 'settings_file', hint: 'move it out of the way', cause });
  let file: number;
  try {
    // A pipe in its place must not be waited for.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return null;
    throw refuse(`cannot be read (${code})`, error);
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw refuse('is no file');
    if (stats.size > MAX_FILE_BYTES) throw refuse('is too large to hold settings');
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
