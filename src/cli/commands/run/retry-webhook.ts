import type { Command } from 'commander';
import { hookRedactor } from '../../../client/redact.js';
import { SkyvernError } from '../../../errors.js';
import { printable } from '../../../render/sanitize.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { webUrl } from '../../parsers.js';
import { addRunArgument, connectToRun } from '../../target.js';

interface Flags {
  readonly url?: string;
}

export function define(command: Command, ctx: CliContext, handler = runRetryWebhook): void {
  addRunArgument(command)
    .description(
      'Have the server send the webhook of an ended run once more, and show what the receiver said. Exits 3 when it did not take it.',
    )
    .option('--url <url>', 'to this address instead of the one of the run', webUrl)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern run retry-webhook @last\n  $ skyvern run retry-webhook tsk_123 --url https://example.com/hook --json',
    )
    .action((id: string, flags: Flags) => handler(ctx, command, id, flags));
}

export async function runRetryWebhook(ctx: CliContext, command: Command, id: string, { url }: Flags): Promise<void> {
  const { client, runId, call } = await connectToRun(ctx, command, id);
  const replay = await client.runs.retryWebhook(runId, url, call);
  const { status_code: status, target_webhook_url: target, latency_ms: latencyMs, error } = replay;
  const address = target ?? url;
  const redact = hookRedactor(address ?? '');
  const where = address === undefined ? 'the receiver' : redact(address);
  const body = replay.response_body === null ? null : redact(replay.response_body);
  if (wantsJson(ctx, command)) {
    await writeJson(ctx.io.stdout, { ...replay, target_webhook_url: target === null ? null : where, response_body: body });
  } else {
    const answer = status === null ? 'no answer' : `${status}${latencyMs === null ? '' : ` after ${Math.round(latencyMs)} ms`}`;
    await write(ctx.io.stdout, `${printable(where)}\t${answer}\n`);
    if (body) await write(ctx.io.stdout, `${printable(body, { newlines: true, maxLength: 4_000 })}\n`);
  }
  if (error === null && status !== null && status >= 200 && status < 300) return;
  throw new SkyvernError(
    'network',
    'webhook_not_taken',
    `${where} did not take the webhook: ${error === null ? (status === null ? 'no answer' : `it answered ${status}`) : redact(error)}`,
    {
      hint: '`skyvern webhook listen` shows on this machine what is sent',
      runId,
    },
  );
}
