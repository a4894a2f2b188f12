import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { IntegrityError, UsageError } from '../../../errors.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { signerOf, signingKeys } from '../../webhook/keys.js';

interface Flags {
  readonly signature: string;
}

export function define(command: Command, ctx: CliContext, handler = webhookVerify): void {
  command
    .argument('<file>', 'the body as it was received, or - for standard input')
    .description('Check the signature of a webhook over its raw bytes, with each key that may have signed. Exits 16 when none did.')
    .requiredOption('--signature <hex>', 'the header x-skyvern-signature')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern webhook verify --signature "$sig" body.json\n  $ skyvern webhook verify --signature "$sig" - < body.json && echo genuine',
    )
    .action((file: string, flags: Flags) => handler(ctx, command, file, flags));
}

export async function webhookVerify(ctx: CliContext, command: Command, file: string, { signature }: Flags): Promise<void> {
  const body = file === '-' ? await buffer(ctx.io.stdin) : readBytes(file);
  const signer = signerOf(body, signature, await signingKeys(ctx, command));
  if (signer === null) {
    throw new IntegrityError(
      'bad_signature',
      /^[0-9a-f]{64}$/i.test(signature.trim()) ? 'no key known here has signed these bytes' : 'the signature has not the form of one',
      {
        hint: 'give the raw bytes of the body, not JSON that was printed again, and the key that started the run (SKYVERN_API_KEY)',
      },
    );
  }
  if (wantsJson(ctx, command)) await writeJson(ctx.io.stdout, { valid: true, key: signer.where });
  else await write(ctx.io.stdout, `genuine: signed with the key of ${signer.where}\n`);
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      hint: 'give the file with the body, or -',
    });
  }
}
