/** The settings of this call, resolved once, and what is needed to change them. */
import type { Command } from 'commander';
import type { EditDeps } from '../config/edit.js';
import { type Keychain, openKeychain } from '../config/keychain.js';
import { resolveSettings, type SettingFlags, type Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { printable } from '../render/sanitize.js';
import type { CliContext, GlobalFlags } from './context.js';

const resolved = new WeakMap<CliContext, Settings>();

/** @throws UsageError for two flags that say different things, and for a value that is none, naming where it stands */
export function settingsOf(ctx: CliContext, command: Command): Settings {
  const known = resolved.get(ctx);
  if (known) return known;
  const settings = resolveSettings({ io: ctx.io, paths: ctx.paths, flags: settingFlags(command) });
  for (const notice of settings.notices) ctx.io.stderr.write(`notice: ${printable(notice)}\n`);
  resolved.set(ctx, settings);
  return settings;
}

export function settingFlags(command: Command): SettingFlags {
  const { profile, baseUrl, apiKeyFile, output, json, quiet } = command.optsWithGlobals<GlobalFlags>();
  const asked = new Set([output, json && 'json', quiet && 'quiet'].filter((each) => typeof each === 'string'));
  if (asked.size > 1) {
    throw new UsageError(`${[...asked].join(' and ')} are two kinds of output`, { hint: 'give one of --output, --json and --quiet' });
  }
  return { profile, baseUrl, apiKeyFile, output: [...asked][0] };
}

export const editDeps = ({ paths, io, clock, random }: CliContext): EditDeps => ({ paths, owner: io, clock, random });

/** The profile that a change is for: the named one, which need not exist yet, or the one in use. */
export const profileToEdit = (ctx: CliContext, command: Command): string =>
  command.optsWithGlobals<GlobalFlags>().profile ?? settingsOf(ctx, command).profile.value;

/** Optional: where the package is not installed, keys are in a file of mode 0600. */
export const keychain = (): Promise<Keychain> => openKeychain(() => import('@napi-rs/keyring' as string));
