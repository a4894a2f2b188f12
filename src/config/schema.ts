/** What can be set, by what name, and which values are right. The only list of settings. */
import { UsageError } from '../errors.js';
import { parseBaseUrl } from '../origin.js';

export const OUTPUTS = ['auto', 'live', 'plain', 'json', 'ndjson', 'quiet'] as const;
export type Output = (typeof OUTPUTS)[number];
export const NOTIFY = ['off', 'bell', 'desktop'] as const;
export type Notify = (typeof NOTIFY)[number];
export const MODEL_PROVIDERS = ['openai-compatible', 'anthropic', 'google', 'openai', 'ollama'] as const;

export interface SettingSpec {
  /** The environment variable that sets it, when one does. */
  readonly env: string | null;
  /** Whether a project file may set it: nothing that decides where keys, pages or results go. */
  readonly project: boolean;
  readonly about: string;
  /** The value in the form in which it is kept. Throws `UsageError` with what would be right. */
  check(text: string): string;
}

const oneOf = (name: string, choices: readonly string[]) => (text: string) => {
  if (choices.includes(text)) return text;
  throw wrong(name, text, `one of ${choices.join(', ')}`);
};

export const SETTINGS = {
  'base-url': { env: 'SKYVERN_BASE_URL', project: false, about: 'address of the server', check: (text) => parseBaseUrl(text).href },
  output: { env: 'SKYVERN_OUTPUT', project: true, about: 'how runs are shown', check: oneOf('output', OUTPUTS) },
  timeout: {
    env: null,
    project: true,
    about: 'how long a command waits: seconds, or 90s, 10m, 2h',
    check: (text) => {
      parseDuration(text);
      return text.trim();
    },
  },
  notify: {
    env: 'SKYVERN_NOTIFY',
    project: false,
    about: 'what the live view does when a run ends or waits for you: off, bell or desktop',
    check: oneOf('notify', NOTIFY),
  },
  'read-only': {
    env: 'SKYVERN_READ_ONLY',
    project: true,
    about: 'refuse all that changes something',
    check: (text) => String(parseBoolean('read-only', text)),
  },
  'model.provider': {
    env: null,
    project: false,
    about: 'language model for --local: its provider',
    check: oneOf('model.provider', MODEL_PROVIDERS),
  },
  'model.name': { env: null, project: false, about: 'language model for --local: its name', check: nonEmpty('model.name') },
  'model.base-url': {
    env: 'SKYVERN_MODEL_BASE_URL',
    project: false,
    about: 'language model for --local: its address',
    check: (text) => modelUrl(text),
  },
  'local.keep-days': {
    env: null,
    project: false,
    about: 'how long --local keeps screenshots, recordings and files of ended runs, in days (30); 0: for ever',
    check: (text) => {
      if (/^\d{1,5}$/.test(text.trim())) return text.trim();
      throw wrong('local.keep-days', text, 'a number of days, or 0 for ever');
    },
  },
  'local.keep-size': {
    env: null,
    project: false,
    about: 'how much of them it keeps, the newest (10GB); 0: all',
    check: (text) => {
      parseSize('local.keep-size', text);
      return text.trim();
    },
  },
  'model.price': {
    env: null,
    project: false,
    about: 'language model for --local: dollars for a million tokens, in/out, such as 3/15',
    check: (text) => {
      if (/^\s*\d+(?:\.\d+)?\s*\/\s*\d+(?:\.\d+)?\s*$/.test(text)) return text.replace(/\s+/g, '');
      throw wrong('model.price', text, 'two prices such as 3/15');
    },
  },
} as const satisfies Record<string, SettingSpec>;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];
export const isSettingName = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name);

/** `90`, `90s`, `10m`, `2h` in milliseconds. */
export function parseDuration(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)\s*(s|m|h)?$/.exec(text.trim());
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 }[parts?.[2] ?? 's'] ?? 1_000;
  const ms = Number(parts?.[1]) * unitMs;
  // 24 days: what a timer can count.
  if (!parts || ms <= 0 || ms > 2 ** 31 - 1) throw wrong('timeout', text, 'a time such as 90, 90s, 10m or 2h');
  return ms;
}

/** `500kB`, `500MB`, `2GB`, `0`, in bytes. */
export function parseSize(name: string, text: string): number {
  const parts = /^(\d+(?:\.\d+)?)\s*(kB|MB|GB)$|^0$/i.exec(text.trim());
  if (!parts) throw wrong(name, text, 'a size such as 500MB or 2GB');
  return Math.round(Number(parts[1] ?? 0) * { kb: 1e3, mb: 1e6, gb: 1e9 }[(parts[2] ?? 'MB').toLowerCase() as 'mb']);
}

export function parseBoolean(name: string, text: string): boolean {
  if (/^(?:1|true|yes|on)$/i.test(text.trim())) return true;
  if (/^(?:0|false|no|off|)$/i.test(text.trim())) return false;
  throw wrong(name, text, 'true or false');
}

/** Profile names become parts of keychain accounts and are typed on command lines. */
export function checkProfileName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) return text;
  throw wrong('profile', text, 'letters, digits, dots, dashes and underscores, at most 64');
}

function nonEmpty(name: string) {
  return (text: string): string => {
    if (/^[\x21-\x7e]{1,200}$/.test(text.trim())) return text.trim();
    throw wrong(name, text, 'a name without spaces');
  };
}

/** Model servers have addresses with paths that count (`.../v1`): only the origin is checked as strictly as ours. */
function modelUrl(text: string): string {
  parseBaseUrl(text);
  return text.trim().replace(/\/+$/, '');
}

function wrong(name: string, text: string, right: string): UsageError {
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return new UsageError(`"${shown}" is no value for ${name}: it takes ${right}`, { code: 'bad_value' });
}
