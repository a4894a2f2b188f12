import type { Command } from 'commander';
import { storeKey } from '../../../config/auth.js';
import { setSetting } from '../../../config/edit.js';
import { cleanKey } from '../../../config/settings.js';
import { UsageError } from '../../../errors.js';
import { printable } from '../../../render/sanitize.js';
import { askSecretly, canAsk } from '../../ask.js';
import type { CliContext, GlobalFlags } from '../../context.js';
import { readSource } from '../../inputs.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { webUrl } from '../../parsers.js';
import { editDeps, isEmbedded, profileToEdit, settingsOf } from '../../settings.js';
import { connectWith } from '../../target.js';

export function define(command: Command, ctx: CliContext, handler = authLogin): void {
  command
    .description(
      'Store the API key of a server, after asking the server whether it takes it: in the keychain when there is one, else in a file of mode 0600.',
    )
    .option(
      '--model <provider/name>',
      'store the key of a language model for --local instead, such as anthropic/claude-sonnet-4-5 or ollama/qwen3, and use it from then on',
    )
    .option('--model-base-url <url>', 'address of the model, where it is not the usual one of its provider', webUrl)
    .addHelpText(
      'after',
      '\nThe key is typed without echo, or read with --api-key-file FILE, or - for\nstandard input. It never stands on the command line.\n\nExamples:\n  $ skyvern auth login\n  $ skyvern auth login --base-url http://localhost:8000 --profile work --api-key-file key.txt',
    )
    .action((flags: Flags) => handler(ctx, command, flags));
}

interface Flags {
  readonly model?: string;
  readonly modelBaseUrl?: string;
}

export async function authLogin(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  if (flags.model !== undefined) {
    const { modelLogin } = await import('../../modelLogin.js');
    return modelLogin(ctx, command, { ...flags, model: flags.model });
  }
  const { apiKeyFile } = command.optsWithGlobals<GlobalFlags>();
  const settings = settingsOf(ctx, command, { mayMakeProfile: true });
  if (isEmbedded(command, settings)) {
    throw new UsageError('the embedded server makes its own key', { hint: 'give the server with --base-url, or --profile cloud' });
  }
  const text =
    apiKeyFile === undefined
      ? await ask(ctx, command)
      : await readSource(ctx.io, apiKeyFile === '-' ? '-' : `@${apiKeyFile}`, '--api-key-file');
  const key = { value: cleanKey(text), source: 'flag', where: 'typed' } as const;
  const { client, baseUrl, call } = connectWith(ctx, command, key, settings);
  const me = await client.server.me(call);
  const profile = profileToEdit(ctx, command);
  const kept = await storeKey({ ...editDeps(ctx), keychain: ctx.keychain }, { profile, baseUrl, key: key.value });
  // A key is of no use in a profile that means another server.
  if (settings.baseUrl.source === 'flag') await setSetting(editDeps(ctx), profile, 'base-url', baseUrl.href);
  if (wantsJson(ctx, command)) {
    return writeJson(ctx.io.stdout, { profile, server: baseUrl.origin, organization_id: me.organization_id, kept_in: kept.where });
  }
  if (kept.reason !== '') ctx.io.stderr.write(`notice: the key is in a file, not in a keychain: ${printable(kept.reason)}\n`);
  if (settings.baseUrl.source === 'flag') ctx.io.stderr.write(`notice: the profile ${profile} is for ${baseUrl.origin} now\n`);
  await write(ctx.io.stdout, `logged in to ${baseUrl.origin} as ${printable(me.organization_id)}; the key is in ${kept.where}\n`);
}

async function ask(ctx: CliContext, command: Command): Promise<string> {
  if (!canAsk(ctx, command)) throw new UsageError('there is no key', { hint: 'add --api-key-file FILE, or - for standard input' });
  return askSecretly(ctx, 'API key (not shown): ');
}
