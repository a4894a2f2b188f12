/** The settings of this call, resolved once, and what is needed to change them. */
import type { Command } from 'commander';
import { type ReadOnly, readOnlyError } from '../client/readOnly.js';
import type { EditDeps } from '../config/edit.js';
import { resolveSettings, type SettingFlags, type Settings, type SettingsInput } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { printable } from '../render/sanitize.js';
import type { CliContext, GlobalFlags } from './context.js';

/** What came of reading them, also when that was an error: a file that is broken is set aside, and would be missing the next time. */
const resolved = new WeakMap<CliContext, { readonly settings: Settings } | { readonly error: unknown }>();

/**
 * The time limit of the settings begins here, where they are first asked for.
 * @throws UsageError for two flags that say different things, and for a value that is none, naming where it stands
 */
export function settingsOf(ctx: CliContext, command: Command, options: Pick<SettingsInput, 'mayMakeProfile'> = {}): Settings {
  const known = resolved.get(ctx) ?? resolve(ctx, command, options);
  resolved.set(ctx, known);
  if ('error' in known) throw known.error;
  return known.settings;
}

function resolve(
  ctx: CliContext,
  command: Command,
  options: Pick<SettingsInput, 'mayMakeProfile'>,
): { settings: Settings } | { error: unknown } {
  try {
    const settings = resolveSettings({ io: ctx.io, paths: ctx.paths, flags: settingFlags(command), ...options });
    for (const notice of settings.notices) ctx.io.stderr.write(`notice: ${printable(notice)}\n`);
    if (settings.timeoutMs.value !== null) ctx.limitTo(settings.timeoutMs.value);
    return { settings };
  } catch (error) {
    return { error };
  }
}

/** Whether a command is meant for the embedded server of this machine. */
export const isEmbedded = (command: Command, settings: Settings): boolean =>
  command.optsWithGlobals<GlobalFlags>().local === true || settings.embedded;

/** What forbids changes, or undefined. */
export function readOnlyOf({ readOnly: { value, source, where } }: Settings): ReadOnly | undefined {
  if (!value) return undefined;
  if (source === 'environment') return { setting: where, hint: `unset ${where} to allow it` };
  if (source === 'profile') return { setting: `read-only in ${where}`, hint: '`skyvern config unset read-only` allows it' };
  return { setting: `read-only in ${where}`, hint: 'SKYVERN_READ_ONLY=0 allows it' };
}

/** For what changes something without a request to a server. @param what begins a sentence: `skyvern local stop` */
export function refuseIfReadOnly(ctx: CliContext, command: Command, what: string): void {
  const readOnly = readOnlyOf(settingsOf(ctx, command));
  if (readOnly) throw readOnlyError(what, readOnly);
}

export function settingFlags(command: Command): SettingFlags {
  const { profile, baseUrl, apiKeyFile, output, json, query, quiet, timeout } = command.optsWithGlobals<GlobalFlags>();
  const asked = new Set([output, (json || query !== undefined) && 'json', quiet && 'quiet'].filter((each) => typeof each === 'string'));
  if (asked.size > 1) {
    throw new UsageError(`${[...asked].join(' and ')} are two kinds of output`, { hint: 'give one of --output, --json and --quiet' });
  }
  return { profile, baseUrl, apiKeyFile, output: [...asked][0], timeout: timeout === undefined ? undefined : `${timeout / 1000}s` };
}

export const editDeps = ({ paths, io, clock, random }: CliContext): EditDeps => ({ paths, owner: io, clock, random });

/** The profile that a change is for: the named one, which need not exist yet, or the one in use. */
export const profileToEdit = (ctx: CliContext, command: Command): string =>
  command.optsWithGlobals<GlobalFlags>().profile ?? settingsOf(ctx, command).profile.value;
