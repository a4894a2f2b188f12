import { type Command, Option } from 'commander';
import { hookRedactor } from '../../../client/redact.js';
import { SkyvernError } from '../../../errors.js';
import { formatServerTime } from '../../../protocol/time.js';
import { SIGNATURE_HEADER, signWebhook, TIMESTAMP_HEADER } from '../../../protocol/webhookSignature.js';
import { printable } from '../../../render/sanitize.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { webUrl } from '../../parsers.js';
import { signingKeys } from '../../webhook/keys.js';
import { post } from '../../webhook/post.js';

interface Flags {
  readonly type: 'task' | 'workflow';
  readonly status: string;
}

export function define(command: Command, ctx: CliContext, handler = webhookTest): void {
  command
    .argument('<url>', 'where your receiver listens', webUrl)
    .description(
      'Send a signed sample to a receiver, from this machine and as Skyvern would, and show what it says. Exits 3 when it does not take it.',
    )
    .addOption(new Option('--type <kind>', 'of which kind of run').choices(['task', 'workflow']).default('task'))
    .addOption(
      new Option('--status <status>', 'how that run ended')
        .choices(['completed', 'failed', 'terminated', 'canceled', 'timed_out'])
        .default('completed'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern webhook test http://localhost:3000/hook\n  $ skyvern webhook test http://localhost:3000/hook --type workflow --status failed',
    )
    .action((url: string, flags: Flags) => handler(ctx, command, url, flags));
}

export async function webhookTest(ctx: CliContext, command: Command, url: string, { type, status }: Flags): Promise<void> {
  const { io, clock, callSignal } = ctx;
  const [key] = await signingKeys(ctx, command);
  if (!key) throw new Error('signingKeys gave none');
  const body = Buffer.from(JSON.stringify(sample(type, status, clock.now())));
  const startedAt = clock.monotonic();
  const answer = await post(
    new URL(url),
    body,
    {
      'content-type': 'application/json',
      [SIGNATURE_HEADER]: signWebhook(body, key.value),
      [TIMESTAMP_HEADER]: String(Math.floor(clock.now() / 1000)),
    },
    callSignal,
  );
  const latencyMs = Math.round(clock.monotonic() - startedAt);
  const redact = hookRedactor(url);
  const where = redact(url);
  const said = redact(answer.body);
  if (wantsJson(ctx, command)) {
    await writeJson(io.stdout, {
      url: where,
      status_code: answer.status,
      latency_ms: latencyMs,
      response_body: said,
      error: answer.error,
      key: key.where,
    });
  } else if (answer.status !== null) {
    await write(io.stdout, `${printable(where)}\t${answer.status} after ${latencyMs} ms\n`);
    if (said.trim()) await write(io.stdout, `${printable(said.trim(), { newlines: true, maxLength: 2_048 })}\n`);
  }
  if (answer.status !== null && answer.status >= 200 && answer.status < 300) return;
  throw new SkyvernError(
    'network',
    'webhook_not_taken',
    `${where} did not take the sample: ${answer.error ?? `it answered ${answer.status}`}`,
    {
      hint:
        answer.status === 401 || answer.status === 403
          ? `it is signed with the key of ${key.where}: does the receiver check with that one?`
          : '',
    },
  );
}

/** The fields that every webhook has (API reference 8.3). Its ids are of no run. */
function sample(type: Flags['type'], status: string, now: number): object {
  const id = type === 'task' ? 'tsk_0' : 'wr_0';
  return {
    run_id: id,
    run_type: type === 'task' ? 'task_v1' : 'workflow_run',
    status,
    output: status === 'completed' ? { sample: true } : null,
    failure_reason: status === 'completed' ? null : 'This is a sample.',
    errors: [],
    downloaded_files: [],
    recording_url: null,
    screenshot_urls: [],
    app_url: null,
    created_at: formatServerTime(now - 60_000),
    started_at: formatServerTime(now - 50_000),
    finished_at: formatServerTime(now),
    modified_at: formatServerTime(now),
  };
}
