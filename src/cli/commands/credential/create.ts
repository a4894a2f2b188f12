/** `skyvern credential create`: a log-in, a card or any other secret, whose secret parts never stand on the command line. */
import { type Command, Option } from 'commander';
import { UsageError } from '../../../errors.js';
import { CREDENTIAL_TYPES, type CredentialRequest, type CredentialType } from '../../../protocol/credential.js';
import type { Wire } from '../../../protocol/decode.js';
import { printable } from '../../../render/sanitize.js';
import { askSecretly, canAsk } from '../../ask.js';
import type { CliContext } from '../../context.js';
import { given } from '../../given.js';
import { readSecret } from '../../inputs.js';
import { makeOnce } from '../../make.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { jsonObject, webUrl } from '../../parsers.js';
import { connect } from '../../target.js';

/** Flags that are fields of `credential`, by type. */
interface Fields {
  readonly username?: string;
  readonly password?: string;
  readonly totp?: string;
  readonly totpType?: string;
  readonly totpIdentifier?: string;
  readonly cardNumber?: string;
  readonly cardCvv?: string;
  readonly cardExpMonth?: string;
  readonly cardExpYear?: string;
  readonly cardBrand?: string;
  readonly cardHolderName?: string;
  readonly secretValue?: string;
  readonly secretLabel?: string;
}

interface Flags extends Fields {
  readonly name: string;
  readonly type?: CredentialType;
  readonly vault?: string;
  readonly testedUrl?: string;
  readonly browserProfileId?: string;
  readonly body?: Wire;
}

interface Field {
  readonly name: keyof Fields;
  readonly kind: 'plain' | 'secret';
  readonly required: boolean;
}

const plain = (name: keyof Fields, required = true): Field => ({ name, kind: 'plain', required });
const secret = (name: keyof Fields, required = true): Field => ({ name, kind: 'secret', required });

const FIELDS: Readonly<Record<CredentialType, readonly Field[]>> = {
  password: [plain('username'), secret('password'), secret('totp', false), plain('totpType', false), plain('totpIdentifier', false)],
  credit_card: [
    secret('cardNumber'),
    secret('cardCvv'),
    plain('cardExpMonth'),
    plain('cardExpYear'),
    plain('cardBrand'),
    plain('cardHolderName'),
  ],
  secret: [secret('secretValue'), plain('secretLabel', false)],
};

const HELP = `
Secrets (--password, --totp, --card-number, --card-cvv, --secret-value) are
read from env:VARIABLE, from @file, or from standard input (-); one that is
missing is asked for on a terminal.

Examples:
  $ skyvern credential create --name "Garden shop" --username ada --password env:SHOP_PASSWORD
  $ skyvern credential create --name Token --secret-value @token.txt --secret-label api`;

export function define(command: Command, ctx: CliContext, handler = createCredential): void {
  command
    .description('Store a credential at the server, for runs that log in. In a pipe: its id alone.')
    .requiredOption('-n, --name <text>', 'what it is called')
    .addOption(new Option('-t, --type <type>', 'what it is (default: told by the other flags)').choices(CREDENTIAL_TYPES))
    .option('-u, --username <text>', 'whose log-in it is')
    .option('--password <source>', 'its password')
    .option('--totp <source>', 'key of its authenticator, from which one-time codes are made')
    .addOption(new Option('--totp-type <kind>', 'where its one-time codes come from').choices(['authenticator', 'email', 'text', 'none']))
    .option('--totp-identifier <text>', 'address or number that its one-time codes are sent to')
    .option('--card-number <source>', 'number of a card')
    .option('--card-cvv <source>', 'its check number')
    .option('--card-exp-month <mm>', 'month of its end')
    .option('--card-exp-year <yyyy>', 'year of its end')
    .option('--card-brand <name>', 'visa, mastercard, ...')
    .option('--card-holder-name <text>', 'name on it')
    .option('--secret-value <source>', 'any other secret')
    .option('--secret-label <text>', 'what that secret is for')
    .option('--vault <name>', "where to keep it, for example skyvern; the account's own when left out")
    .option('--tested-url <url>', 'page that it logs in to', webUrl)
    .option('--browser-profile-id <id>', 'browser profile that goes with it')
    .option('--body <json>', 'other fields of the request as a JSON object, or `@file`; flags go before it', jsonObject)
    .addHelpText('after', HELP)
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function createCredential(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const type = typeOf(flags);
  const { client, call } = await connect(ctx, command);
  const body = {
    ...flags.body,
    ...given({
      name: flags.name,
      credential_type: type,
      vault_type: flags.vault,
      tested_url: flags.testedUrl,
      browser_profile_id: flags.browserProfileId,
    }),
    credential: { ...(flags.body?.['credential'] as Wire | undefined), ...(await partsOf(ctx, command, flags, type)) },
  } as unknown as CredentialRequest;
  const made = await makeOnce('the credential', '`skyvern credential list`', () => client.credentials.create(body, call));
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, made);
  await write(ctx.io.stdout, `${printable(made.credential_id)}\n`);
}

/** The type that was named, or the only one that flags were given for; no flag may be of another one. */
function typeOf(flags: Flags): CredentialType {
  const meant = CREDENTIAL_TYPES.filter((type) => FIELDS[type].some(({ name }) => flags[name] !== undefined));
  const type = flags.type ?? (meant.length === 1 ? meant[0] : undefined);
  if (type === undefined) {
    throw new UsageError(meant.length === 0 ? 'nothing says what to store' : `the flags are of a ${meant.map(word).join(' and a ')}`, {
      hint: 'give --username for a log-in, --card-number for a card, or --secret-value for another secret',
    });
  }
  const foreign = CREDENTIAL_TYPES.filter((each) => each !== type).flatMap((each) =>
    FIELDS[each].filter(({ name }) => flags[name] !== undefined),
  );
  if (foreign[0])
    throw new UsageError(`${flagOf(foreign[0].name)} is no part of a ${word(type)}`, { hint: 'leave it out, or change --type' });
  return type;
}

async function partsOf(ctx: CliContext, command: Command, flags: Flags, type: CredentialType): Promise<Wire> {
  const known = (flags.body?.['credential'] ?? {}) as Wire;
  const parts: Record<string, unknown> = {};
  for (const { name, kind, required } of FIELDS[type]) {
    const [flag, value, field] = [flagOf(name), flags[name], fieldOf(name)];
    if (value !== undefined) parts[field] = kind === 'secret' ? await readSecret(ctx.io, value, flag) : value;
    else if (!required || field in known) continue;
    else if (kind === 'secret' && canAsk(ctx, command)) parts[field] = await askSecretly(ctx, `${field.replaceAll('_', ' ')}: `);
    else throw new UsageError(`a ${word(type)} needs ${flag}`, { hint: `add ${flag}${kind === 'secret' ? ' env:VARIABLE' : ''}` });
    if (parts[field] === '') throw new UsageError(`${flag} is empty`);
  }
  // An authenticator key is of no use to the server unless it is told so.
  if ('totp' in parts && !('totp_type' in parts)) parts['totp_type'] = 'authenticator';
  return parts;
}

const word = (type: CredentialType): string => ({ password: 'log-in', credit_card: 'card', secret: 'secret' })[type];
const fieldOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const flagOf = (name: string): string => `--${fieldOf(name).replaceAll('_', '-')}`;
