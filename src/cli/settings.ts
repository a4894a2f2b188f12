/** The settings of this call, resolved once. */
import type { Command } from 'commander';
import { resolveSettings, type Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { printable } from '../render/sanitize.js';
import type { CliContext, GlobalFlags } from './context.js';

const resolved = new WeakMap<CliContext, Settings>();

/** @throws UsageError for two flags that say different things, and for a value that is none, naming where it stands */
export function settingsOf(ctx: CliContext, command: Command): Settings {
  const known = resolved.get(ctx);
  if (known) return known;
  const { profile, baseUrl, apiKeyFile, output, json, quiet } = command.optsWithGlobals<GlobalFlags>();
  const asked = new Set([output, json && 'json', quiet && 'quiet'].filter((each) => typeof each === 'string'));
  if (asked.size > 1) {
    throw new UsageError(`${[...asked].join(' and ')} are two kinds of output`, { hint: 'give one of --output, --json and --quiet' });
  }
  const settings = resolveSettings({ io: ctx.io, paths: ctx.paths, flags: { profile, baseUrl, apiKeyFile, output: [...asked][0] } });
  for (const notice of settings.notices) ctx.io.stderr.write(`notice: ${printable(notice)}\n`);
  resolved.set(ctx, settings);
  return settings;
}
