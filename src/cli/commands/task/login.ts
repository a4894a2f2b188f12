/** `skyvern task login`: the ready-made run that logs in with stored credentials. */
import { type Command, Option } from 'commander';
import { UsageError } from '../../../errors.js';
import { startLogin } from '../../../journal/startWorkflow.js';
import { LOGIN_CREDENTIAL_TYPES, type LoginRunRequest } from '../../../protocol/readyMade.js';
import type { CliContext } from '../../context.js';
import { addFollowOptions, addWaitOption, type FollowFlags } from '../../follow.js';
import { given } from '../../given.js';
import { addGuardOptions, type GuardFlags, guardFields, refuseLocalOnly, withAttendance } from '../../guards.js';
import { readSource } from '../../inputs.js';
import { withModel } from '../../model.js';
import { outputMode } from '../../output.js';
import { webUrl } from '../../parsers.js';
import { addReadyMadeOptions, type ReadyMadeFlags, readyMadeFields } from '../../readyMade.js';
import { addFenceOption, addStartOptions, type StartFlags, startAndFollow } from '../../start.js';
import { connect } from '../../target.js';

type Vault = (typeof LOGIN_CREDENTIAL_TYPES)[number];

interface Flags extends ReadyMadeFlags, GuardFlags, StartFlags, FollowFlags {
  readonly prompt?: string;
  readonly credentialType?: Vault;
  readonly credentialId?: string;
  readonly bitwardenCollectionId?: string;
  readonly bitwardenItemId?: string;
  readonly onepasswordVaultId?: string;
  readonly onepasswordItemId?: string;
  readonly onepasswordTotpFieldName?: string;
  readonly azureVaultName?: string;
  readonly azureVaultUsernameKey?: string;
  readonly azureVaultPasswordKey?: string;
  readonly azureVaultTotpSecretKey?: string;
}

/** Which flags name the credential in each vault. */
const NEEDED: Readonly<Record<Vault, readonly (keyof Flags)[]>> = {
  skyvern: ['credentialId'],
  bitwarden: ['bitwardenCollectionId', 'bitwardenItemId'],
  '1password': ['onepasswordVaultId', 'onepasswordItemId'],
  azure_vault: ['azureVaultName', 'azureVaultUsernameKey', 'azureVaultPasswordKey'],
};

export function define(command: Command, ctx: CliContext, handler = taskLogin): void {
  command
    .description('Start a run that logs in to a site with a stored credential. Secrets stay in the vault; only ids are sent.')
    .option('-u, --url <url>', 'page with the log-in', webUrl)
    .option('--credential-id <id>', 'credential stored in Skyvern (`skyvern credential list`)')
    .addOption(
      new Option('--credential-type <vault>', 'where the credential is (default: told by the other flags)').choices(LOGIN_CREDENTIAL_TYPES),
    )
    .option('-p, --prompt <text>', 'what else to know for the log-in; `@file`, or `-` for standard input')
    .option('--bitwarden-collection-id <id>')
    .option('--bitwarden-item-id <id>')
    .option('--onepassword-vault-id <id>')
    .option('--onepassword-item-id <id>')
    .option('--onepassword-totp-field-name <name>', "the item's field with the authenticator key")
    .option('--azure-vault-name <name>')
    .option('--azure-vault-username-key <key>')
    .option('--azure-vault-password-key <key>')
    .option('--azure-vault-totp-secret-key <key>')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern task login --url https://example.com/login --credential-id cred_123 --wait\n  $ skyvern task login --url https://example.com --onepassword-vault-id v1 --onepassword-item-id i1',
    );
  addFenceOption(addStartOptions(addGuardOptions(addReadyMadeOptions(command))));
  addFollowOptions(addWaitOption(command));
  command.action((flags: Flags) => handler(ctx, command, flags));
}

export async function taskLogin(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const mode = outputMode(ctx, command);
  const type = vaultOf(flags);
  const body: LoginRunRequest = {
    credential_type: type,
    ...readyMadeFields(flags),
    ...guardFields(flags),
    ...given({
      prompt: flags.prompt === undefined ? undefined : (await readSource(ctx.io, flags.prompt, '--prompt')).trim(),
      credential_id: flags.credentialId,
      bitwarden_collection_id: flags.bitwardenCollectionId,
      bitwarden_item_id: flags.bitwardenItemId,
      onepassword_vault_id: flags.onepasswordVaultId,
      onepassword_item_id: flags.onepasswordItemId,
      onepassword_totp_field_name: flags.onepasswordTotpFieldName,
      azure_vault_name: flags.azureVaultName,
      azure_vault_username_key: flags.azureVaultUsernameKey,
      azure_vault_password_key: flags.azureVaultPasswordKey,
      azure_vault_totp_secret_key: flags.azureVaultTotpSecretKey,
    }),
  };
  const target = await connect(ctx, command);
  refuseLocalOnly(target, body);
  const start = withAttendance(ctx.io, target, body, flags.onPause);
  const asked = await withModel(ctx, command, target, start, { engine: undefined, named: flags.model });
  const label = `log in${flags.url ? ` to ${new URL(flags.url).host}` : ''}`;
  await startAndFollow(ctx, target, { kind: 'login', label, start: (deps, options) => startLogin(deps, asked, options) }, flags, mode);
}

/** The vault that was named, or the only one that flags were given for; all that it needs must be there. */
function vaultOf(flags: Flags): Vault {
  const named = LOGIN_CREDENTIAL_TYPES.filter((vault) => NEEDED[vault].some((flag) => flags[flag] !== undefined));
  const vault = flags.credentialType ?? (named.length === 1 ? named[0] : undefined);
  if (vault === undefined) {
    throw new UsageError(
      named.length === 0 ? 'there is no credential to log in with' : `the flags name credentials in ${named.join(' and ')}`,
      {
        hint: 'give --credential-id ID (`skyvern credential list` shows them), or the ids of one other vault',
      },
    );
  }
  const missing = NEEDED[vault].filter((flag) => flags[flag] === undefined);
  if (missing.length > 0) {
    const names = missing.map((flag) => `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    throw new UsageError(`a credential in ${vault} needs ${names.join(' and ')}`);
  }
  return vault;
}
